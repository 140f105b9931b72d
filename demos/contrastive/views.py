"""What the contrastive tab shows: results of `core.contrastive.explore` as pictures, figures and sentences."""

import html
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.contrastive import explore
from core.contrastive.explore import Comparison, Losses
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say


def comparison(say: Say, found: Comparison, encoder: str, space: str) -> tuple[Any, ...]:
    """A comparison as values: sheet of views, verdict, matrix, loss bars, loss sentence, look-alikes, bare matrix."""
    count = len(found.pictures)
    verdict = say(
        "contrastive.verdict",
        encoder=encoder_name(say, encoder),
        found=round(found.found * 2 * count),
        views=2 * count,
        pixels=round(found.pixels_found * 2 * count),
        others=2 * count - 1,
        chance=f"{found.chance:.0%}",
    )
    if found.space != space:
        verdict += " " + say("contrastive.no_head")
    drawn = zip(found.pictures, found.first, found.second, strict=True)
    sheet = figures.groups([list(group) for group in drawn], columns=2 if count <= 10 else 3, heads=("", "a", "b"))
    bare = found.cosine.astype(float).round(4).tolist()
    return (sheet, verdict, matrix(say, found), *loss(say, found.losses), _suspects(say, found), bare)


def matrix(say: Say, found: Comparison, height: int = 430) -> go.Figure:
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


def loss(say: Say, losses: Losses) -> tuple[go.Figure, str]:
    """Bars, one a view, and the sentence above them."""
    names = _names(len(losses.rows) // 2)
    hardest = int(losses.rows.argmax())
    bars = figures.bars(
        names,
        losses.rows.tolist(),
        title=say("contrastive.loss_title"),
        y=say("contrastive.nats"),
        hover=say("contrastive.loss_hover"),
        marked=hardest,
        levels={say("page.chance"): losses.chance},
        height=300,
    )
    sentence = say(
        "contrastive.loss",
        temperature=f"{losses.temperature:.2f}",
        mean=f"{losses.mean:.2f}",
        hardest=names[hardest],
        others=len(names) - 1,
        chance=f"{losses.chance:.2f}",
        worst=f"{losses.rows[hardest]:.2f}",
    )
    return bars, sentence


def growth(say: Say, found: Comparison, stage: float) -> tuple[Any, ...]:
    """A comparison by the small network at one stage: matrix, the accuracy at all stages, sentence."""
    views = 2 * len(found.pictures)
    verdict = say(
        "contrastive.grow_verdict",
        found=round(found.found * views),
        views=views,
        others=views - 1,
        pixels=round(found.pixels_found * views),
        partners=f"{found.partners:.2f}",
        loss=f"{found.losses.mean:.2f}",
        chance=f"{found.losses.chance:.2f}",
        strangers=f"{found.strangers:.2f}",
        temperature=found.losses.temperature,
    )
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("contrastive.grow_curve"),
        y=say("contrastive.right"),
        levels={say("page.chance"): explore.CHANCE},
    )
    return matrix(say, found, height=400), reached, verdict


def dictionary(say: Say, found: explore.Look) -> tuple[Any, ...]:
    """A look into the dictionary: two views, sentence, queue, cosines by age, drift by momentum."""
    sheet = figures.sheet([found.query_view, found.key_view], columns=2, cell=200)
    ages = [str(age) for age in range(1, explore.AGES + 1)]
    queue = figures.matrix(
        found.queue,
        [str(place + 1) for place in range(found.queue.shape[1])],
        ages,
        title=say("contrastive.queue"),
        x=say("contrastive.queue_x"),
        y=say("contrastive.age"),
        low=-1.0,
        hover=say("contrastive.queue_hover"),
        diverging=True,
        height=400,
        texts=[[html.escape(say.pick(name)) for name in row] for row in found.names],
    )
    own = found.drift[found.momentum]
    by_age = figures.lines(
        range(explore.AGES + 1),
        {
            say("contrastive.age_drift"): own,
            say("contrastive.age_positive"): found.positive,
            say("contrastive.age_queue"): [float("nan"), *found.queue.mean(1)],
        },
        title=say("contrastive.by_age"),
        x=say("contrastive.age"),
        y=say("contrastive.cosine"),
        markers=True,
        height=300,
    )
    oldest = [1 - found.drift[stop][-1] for stop in explore.STOPS]
    drift = figures.bars(
        [f"{stop:g}" for stop in explore.STOPS],
        oldest,
        title=say("contrastive.drift"),
        x=say("contrastive.momentum"),
        y=say("contrastive.drift_y"),
        marked=explore.STOPS.index(found.momentum),
        height=300,
    )
    verdict = say(
        "contrastive.dictionary_verdict",
        momentum=f"{found.momentum:g}",
        lag=f"{found.lag:.0f}",
        drift=f"{own[-1]:.3f}",
        positive=f"{found.positive[0]:.2f}",
        queue=f"{found.queue.mean():.2f}",
        above=f"{found.above:.0%}",
        keys=found.queue.size,
        step=found.step,
    )
    return sheet, verdict, queue, by_age, drift


def record(say: Say, momentum: float) -> tuple[Any, ...]:
    """Trainings at several momenta: the chosen one's cosines along the way, and what each had learned."""
    told = explore.record()
    arm = next(arm for arm in told.arms if arm.momentum == momentum)
    curves = figures.lines(
        arm.steps,
        {say("contrastive.curve_positive"): arm.positive, say("contrastive.curve_negative"): arm.negative},
        title=say("contrastive.curves", momentum=f"{momentum:g}"),
        x=say("contrastive.step"),
        y=say("contrastive.cosine"),
        height=300,
    )
    curves.update_yaxes(range=[-0.2, 1.05])
    learned = figures.bars(
        [f"{arm.momentum:g}" for arm in told.arms],
        [arm.knn for arm in told.arms],
        title=say("contrastive.learned", steps=f"{told.steps:,}"),
        x=say("contrastive.momentum"),
        y=say("contrastive.right"),
        marked=told.arms.index(arm),
        percent=True,
        height=300,
        levels={say("contrastive.untrained"): told.untrained, say("page.chance"): explore.CHANCE},
        hover=say("contrastive.knn_hover"),
        top=0.6,
    )
    return curves, learned


def neighbours(say: Say, found: Sequence[explore.Neighbour]) -> list[tuple[Any, str]]:
    """Gallery values of the neighbours."""
    return [
        (item.image, say("contrastive.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
        for item in found
    ]


def probe(say: Say, found: explore.GroupProbe) -> tuple[go.Figure, str]:
    """How often an emoji's neighbours tell its group, for every encoder and for plain pixels."""
    bars = figures.bars(
        [encoder_name(say, name) for name in found.accuracy],
        list(found.accuracy.values()),
        title=say("contrastive.probe_title"),
        y=say("contrastive.right"),
        hover=say("contrastive.knn_hover"),
        marked=list(found.accuracy).index("simclr"),
        levels={say("contrastive.largest"): found.chance},
        top=1.0,
        percent=True,
    )
    return bars, say("contrastive.probe_text", n=f"{found.n:,}", neighbours=explore.GROUP_NEIGHBOURS)


def cards(say: Say) -> dict[str, go.Figure]:
    """What the cards say of CIFAR-10: "knn" and "linear", each a bar for every encoder that was measured by it."""
    drawn = {}
    for metric in explore.METRICS:
        shares = explore.measured(metric)
        if len(shares) > 1:  # an untrained network alone says nothing
            drawn[metric] = figures.bars(
                [encoder_name(say, name) for name in shares],
                list(shares.values()),
                title=say(f"contrastive.card_{metric}"),
                y=say("contrastive.right"),
                hover=say("contrastive.knn_hover"),
                marked=0,
                levels={say("page.chance"): explore.CHANCE},
                top=1.0,
                percent=True,
                height=260,
            )
    return drawn


def card_text(say: Say) -> str:
    """The same in words: every share, then what was measured."""
    told = []
    for metric in explore.METRICS:
        shares = [
            say("contrastive.share", encoder=encoder_name(say, name), share=f"{value:.1%}")
            for name, value in explore.measured(metric).items()
        ]
        if len(shares) > 1:
            told.append(say(f"contrastive.card_{metric}_text", shares=say("contrastive.comma").join(shares)))
    count = f"{explore.metrics()['cifar10']['n']:,}"
    return "\n\n".join([*told, say("contrastive.card", n=count, chance=f"{explore.CHANCE:.0%}")])


def encoder_name(say: Say, encoder: str) -> str:
    """What an encoder is called on the page: a shipped one in words, a visitor's own by its name."""
    key = f"contrastive.{encoder}"
    return say(key) if say.has(key) else encoder


def sizes(say: Say) -> str:
    """The size in pixels at which each encoder looks."""
    each = [
        say("contrastive.size", encoder=encoder_name(say, encoder), size=size)
        for encoder, size in explore.sizes().items()
    ]
    return say("contrastive.sizes", sizes=say("contrastive.comma").join(each))


def _suspects(say: Say, found: Comparison) -> str:
    pairs = [
        say("contrastive.pair", one=one + 1, other=other + 1, cosine=f"{cosine:.2f}")
        for one, other, cosine in found.suspects
    ]
    return say("contrastive.suspects", pairs=say("contrastive.comma").join(pairs))


def _names(count: int) -> list[str]:
    """Names of the views: 1a, 1b, 2a, ..."""
    return [f"{number + 1}{letter}" for number in range(count) for letter in "ab"]
