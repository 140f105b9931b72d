"""What the contrastive tab shows: results of `core.contrastive.explore` as pictures, figures and sentences."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go
from PIL import Image

from core.contrastive import explore
from core.contrastive.explore import Comparison, Losses
from demos.page import figures
from demos.page.inputs import Named
from demos.page.snapshots import curve
from demos.page.words import Say


class LossValues(NamedTuple):
    """The values of the components that show the loss: bars, and the sentence below them."""

    bars: go.Figure
    loss: str


class ComparisonValues(NamedTuple):
    """The values of the components that show a comparison; `cosine` is the bare matrix, rounded, as nested lists."""

    views: Image.Image
    verdict: str
    matrix: go.Figure
    cosine: list[list[float]]


class ViewLossValues(NamedTuple):
    """The values of the components that show the loss of a comparison, and its most likely false negatives."""

    loss: LossValues
    false_negatives: str


class GrowthValues(NamedTuple):
    """The values of the components that show the small network at one stage of its training."""

    matrix: go.Figure
    reached: go.Figure
    verdict: str


class ProbeValues(NamedTuple):
    """The values of the components that show the k-NN probe of the emoji groups."""

    bars: go.Figure
    text: str


def comparison(say: Say, found: Comparison, encoder: str, space: str) -> ComparisonValues:
    """A comparison by an encoder, in the space that the visitor asked for."""
    count = len(found.pictures)
    verdict = say(
        "contrastive.verdict",
        encoder=encoder_name(say, encoder),
        found=round(found.accuracy * 2 * count),
        views=2 * count,
        pixels=round(found.pixel_accuracy * 2 * count),
        others=2 * count - 1,
        chance=f"{found.chance_level:.0%}",
    )
    if found.space != space:
        verdict += " " + say("contrastive.no_head")
    drawn = zip(found.pictures, found.first, found.second, strict=True)
    return ComparisonValues(
        views=figures.groups([list(group) for group in drawn], columns=2 if count <= 10 else 3, heads=("", "a", "b")),
        verdict=verdict,
        matrix=matrix(say, found),
        cosine=found.cosine.astype(float).round(4).tolist(),
    )


def view_losses(say: Say, found: Comparison) -> ViewLossValues:
    """The loss of every view in a comparison, and the most similar different pictures."""
    return ViewLossValues(loss(say, found.losses), _false_negatives(say, found))


def matrix(say: Say, found: Comparison, height: int = 320) -> go.Figure:
    """The cosines of all views with all, partners outlined."""
    low = -1.0 if found.space == "projections" else 0.0
    names = _names(len(found.pictures))
    return figures.matrix(
        found.cosine,
        names,
        names,
        title=say(f"contrastive.matrix_{found.space}"),
        low=low,
        hover=say("contrastive.matrix_hover"),
        outlined=[(i, i ^ 1) for i in range(len(names))],
        diverging=low < 0,
        height=height,
    )


def loss(say: Say, losses: Losses) -> LossValues:
    """The loss as bars, one per view, and as a sentence."""
    names = _names(len(losses.rows) // 2)
    hardest = int(losses.rows.argmax())
    bars = figures.bars(
        names,
        losses.rows.tolist(),
        title=say("contrastive.loss_title"),
        y=say("contrastive.nats"),
        hover=say("contrastive.loss_hover"),
        marked=hardest,
        levels={say("page.chance"): losses.chance_level},
        height=300,
    )
    sentence = say(
        "contrastive.loss_text",
        temperature=f"{losses.temperature:.2f}",
        mean=f"{losses.mean:.2f}",
        hardest=names[hardest],
        others=len(names) - 1,
        chance=f"{losses.chance_level:.2f}",
        worst=f"{losses.rows[hardest]:.2f}",
    )
    return LossValues(bars, sentence)


def growth(say: Say, found: Comparison, stage: float) -> GrowthValues:
    """A comparison by the small network at one stage, and its accuracy on test data at all stages."""
    views = 2 * len(found.pictures)
    verdict = say(
        "contrastive.grow_verdict",
        found=round(found.accuracy * views),
        views=views,
        others=views - 1,
        pixels=round(found.pixel_accuracy * views),
        partners=f"{found.positive_cosine:.2f}",
        loss=f"{found.losses.mean:.2f}",
        chance=f"{found.losses.chance_level:.2f}",
        strangers=f"{found.negative_cosine:.2f}",
        temperature=found.losses.temperature,
    )
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("contrastive.grow_curve"),
        y=say("contrastive.right"),
        levels={say("page.chance"): explore.CHANCE_LEVEL},
    )
    return GrowthValues(matrix=matrix(say, found, height=400), reached=reached, verdict=verdict)


def neighbours(say: Say, found: Sequence[explore.Neighbour]) -> Named:
    """The neighbours as a gallery takes them: pictures with names and cosines."""
    return [
        (item.image, say("contrastive.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
        for item in found
    ]


def probe(say: Say, found: explore.GroupProbe) -> ProbeValues:
    """Accuracy of predicting an emoji's group from its neighbours, for every encoder and for plain pixels."""
    bars = figures.bars(
        [encoder_name(say, name) for name in found.accuracy],
        list(found.accuracy.values()),
        title=say("contrastive.probe_title"),
        y=say("contrastive.right"),
        hover=say("contrastive.knn_hover"),
        marked=list(found.accuracy).index("simclr"),
        levels={say("contrastive.largest"): found.majority_share},
        top=1.0,
        percent=True,
    )
    text = say("contrastive.probe_text", n=f"{found.n:,}", neighbours=explore.GROUP_NEIGHBOURS)
    return ProbeValues(bars, text)


def compared_metrics() -> list[str]:
    """The metrics on the cards by which encoders can be compared; the untrained network alone is no comparison."""
    return [metric for metric in explore.METRICS if len(explore.card_accuracy(metric)) > 1]


def cards(say: Say) -> dict[str, go.Figure]:
    """Accuracy on CIFAR-10 from the cards: "knn" and "linear", with one bar per encoder that has the metric."""
    drawn = {}
    for metric in compared_metrics():
        shares = explore.card_accuracy(metric)
        drawn[metric] = figures.bars(
            [encoder_name(say, name) for name in shares],
            list(shares.values()),
            title=say(f"contrastive.card_{metric}"),
            y=say("contrastive.right"),
            hover=say("contrastive.knn_hover"),
            marked=0,
            levels={say("page.chance"): explore.CHANCE_LEVEL},
            top=1.0,
            percent=True,
            height=260,
        )
    return drawn


def card_text(say: Say) -> str:
    """The same as text: every accuracy, then the test set."""
    sentences = []
    for metric in compared_metrics():
        shares = [
            say("contrastive.share", encoder=encoder_name(say, name), share=f"{value:.1%}")
            for name, value in explore.card_accuracy(metric).items()
        ]
        sentences.append(say(f"contrastive.card_{metric}_text", shares=say("contrastive.comma").join(shares)))
    count = f"{explore.metrics()['cifar10']['n']:,}"
    return "\n\n".join([*sentences, say("contrastive.card", n=count, chance=f"{explore.CHANCE_LEVEL:.0%}")])


def encoder_name(say: Say, encoder: str) -> str:
    """What an encoder is called on the page: a shipped one in words, a visitor's own by its name."""
    key = f"contrastive.{encoder}"
    return say(key) if say.has(key) else encoder


def sizes(say: Say) -> str:
    """The size in pixels of the views that each encoder takes."""
    each = [
        say("contrastive.size", encoder=encoder_name(say, encoder), size=size)
        for encoder, size in explore.sizes().items()
    ]
    return say("contrastive.sizes", sizes=say("contrastive.comma").join(each))


def _false_negatives(say: Say, found: Comparison) -> str:
    pairs = [
        say("contrastive.pair", one=one + 1, other=other + 1, cosine=f"{cosine:.2f}")
        for one, other, cosine in found.false_negatives
    ]
    return say("contrastive.false_negatives", pairs=say("contrastive.comma").join(pairs))


def _names(count: int) -> list[str]:
    """Names of the views: 1a, 1b, 2a, ..."""
    return [f"{number + 1}{letter}" for number in range(count) for letter in "ab"]
