"""What the contrastive tab shows of MoCo's dictionary: a query, the queue of keys, and trainings at several momenta."""

import html
from typing import NamedTuple

import plotly.graph_objects as go
from PIL import Image

from core.contrastive import explore
from core.contrastive.explore import DictionaryLookup, MomentumStudy
from demos.page import figures
from demos.page.words import Say


class DictionaryValues(NamedTuple):
    """The values of the components that show MoCo's dictionary at one momentum, and trainings at all momenta."""

    views: Image.Image
    verdict: str
    queue: go.Figure
    by_age: go.Figure
    drift: go.Figure
    curves: go.Figure
    learned: go.Figure


def dictionary(say: Say, found: DictionaryLookup, study: MomentumStudy) -> DictionaryValues:
    """A query and the dictionary at one momentum, and what trainings at several momenta learned."""
    return DictionaryValues(
        views=figures.sheet([found.query_view, found.key_view], columns=2, cell=200),
        verdict=say(
            "contrastive.dictionary_verdict",
            momentum=f"{found.momentum:g}",
            lag=f"{found.lag:.0f}",
            drift=f"{found.agreement[found.momentum][-1]:.3f}",
            positive=f"{found.positive[0]:.2f}",
            queue=f"{found.queue.mean():.2f}",
            above=f"{found.beaten:.0%}",
            keys=found.queue.size,
            step=found.step,
        ),
        queue=_queue(say, found),
        by_age=_cosines_by_age(say, found),
        drift=_drift(say, found),
        curves=_curves(say, study, found.momentum),
        learned=_learned(say, study, found.momentum),
    )


def _queue(say: Say, found: DictionaryLookup) -> go.Figure:
    return figures.matrix(
        found.queue,
        [str(column + 1) for column in range(found.queue.shape[1])],
        [str(age) for age in range(1, explore.QUEUE_STEPS + 1)],
        title=say("contrastive.queue"),
        x=say("contrastive.queue_x"),
        y=say("contrastive.age"),
        low=-1.0,
        hover=say("contrastive.queue_hover"),
        diverging=True,
        height=400,
        texts=[[html.escape(say.pick(name)) for name in row] for row in found.names],
    )


def _cosines_by_age(say: Say, found: DictionaryLookup) -> go.Figure:
    return figures.lines(
        range(explore.QUEUE_STEPS + 1),
        {
            say("contrastive.age_drift"): found.agreement[found.momentum],
            say("contrastive.age_positive"): found.positive,
            say("contrastive.age_queue"): [float("nan"), *found.queue.mean(1)],  # no key in the queue has age 0
        },
        title=say("contrastive.by_age"),
        x=say("contrastive.age"),
        y=say("contrastive.cosine"),
        markers=True,
        height=300,
    )


def _drift(say: Say, found: DictionaryLookup) -> go.Figure:
    """How far keys drift until they leave the queue: one minus their cosine, by momentum."""
    return figures.bars(
        [f"{momentum:g}" for momentum in explore.MOMENTA],
        [1 - found.agreement[momentum][-1] for momentum in explore.MOMENTA],
        title=say("contrastive.drift"),
        x=say("contrastive.momentum"),
        y=say("contrastive.drift_y"),
        marked=explore.MOMENTA.index(found.momentum),
        height=300,
    )


def _curves(say: Say, study: MomentumStudy, momentum: float) -> go.Figure:
    """Mean cosines of positive and negative pairs along the training at one momentum."""
    run = next(run for run in study.runs if run.momentum == momentum)
    curves = figures.lines(
        run.steps,
        {say("contrastive.curve_positive"): run.positive, say("contrastive.curve_negative"): run.negative},
        title=say("contrastive.curves", momentum=f"{momentum:g}"),
        x=say("contrastive.step"),
        y=say("contrastive.cosine"),
        height=300,
    )
    curves.update_yaxes(range=[-0.2, 1.05])
    return curves


def _learned(say: Say, study: MomentumStudy, momentum: float) -> go.Figure:
    """Accuracy of k-NN after the training at each momentum."""
    return figures.bars(
        [f"{run.momentum:g}" for run in study.runs],
        [run.knn for run in study.runs],
        title=say("contrastive.learned", steps=f"{study.steps:,}"),
        x=say("contrastive.momentum"),
        y=say("contrastive.right"),
        marked=[run.momentum for run in study.runs].index(momentum),
        percent=True,
        height=300,
        levels={say("contrastive.untrained"): study.untrained, say("page.chance"): explore.CHANCE_LEVEL},
        hover=say("contrastive.knn_hover"),
        top=0.6,
    )
