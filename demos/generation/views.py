"""What the "Does it help?" tab shows: results of `core.generation.explore` as pictures, figures and sentences."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from core.generation import explore
from demos.page import figures, markup
from demos.page.words import Say

Captioned = list[tuple[Image.Image, str]]  # the value of a gallery

CELL_PX = 64
SETS = {"cifar10": "CIFAR-10", "mnist": "MNIST"}
NETWORKS = {"": "SimCLR", explore.EFFICIENTNET: explore.EFFICIENTNET, explore.FID: explore.FID}


class ArmValues(NamedTuple):
    """The same noise by every arm: captioned sheets, the distances at this moment, a sentence."""

    arms: Captioned
    now: go.Figure
    now_text: str


class ReferenceValues(NamedTuple):
    """Pictures conditioned on references: captioned sheets, the references, the heads' weights, a sentence."""

    conditioned: Captioned
    columns: Image.Image
    heads: go.Figure
    heads_text: str


class ResultValues(NamedTuple):
    """The study of a set: bars by SimCLR's and by EfficientNet's features, a table."""

    simclr: go.Figure
    efficientnet: go.Figure
    table: str


class MeasurementValues(NamedTuple):
    """A live measurement: the distance over the number of pictures, a sentence."""

    measured: go.Figure
    measured_text: str


def arm_name(say: Say, arm: str) -> str:
    """The name of an arm on the page; a visitor's own checkpoint keeps its name."""
    key = f"generation.arm_{arm}"
    return say(key) if say.has(key) else arm


def arms(say: Say, found: explore.ArmSamples, stage: float) -> ArmValues:
    """Show the pictures of every arm beside their distances at one moment of the training."""
    pairs = [
        (_strip(images), say("generation.drawn", arm=arm_name(say, arm), distance=f"{distance:.1f}"))
        for arm, images, distance in zip(found.arms, found.images, found.distances, strict=True)
    ]
    figure = figures.bars(
        [arm_name(say, arm) for arm in found.arms],
        found.distances,
        title=say("generation.distances_now"),
        hover="%{y}: %{x:.2f}<extra></extra>",
        lying=True,
        height=190,
    )
    figure.update_layout(margin={"b": 28})
    return ArmValues(pairs, figure, _nearest(say, found, stage))


def _nearest(say: Say, found: explore.ArmSamples, stage: float) -> str:
    """The arm nearest to real pictures beside the plain GAN; before the training only the range of the distances."""
    low, high = (f"{edge(found.distances):.1f}" for edge in (min, max))
    if stage == 0:
        return say("generation.now_before", low=low, high=high)
    best = arm_name(say, found.arms[int(np.argmin(found.distances))])
    plain = f"{found.distances[found.arms.index(explore.ARMS[0])]:.1f}"
    return say("generation.now", best=best, low=low, plain=plain, high=high)


def _strip(images: Any) -> Image.Image:
    return figures.sheet(list(images), columns=4, cell=CELL_PX, gap=4)


def labels(found: explore.Labels) -> Image.Image:
    """A sheet of a picture's labels: its four rotations, then the picture and two views."""
    return figures.sheet([*found.turns, found.seen, *found.views], columns=4, cell=88, gap=6)


def references(say: Say, found: explore.ReferenceSamples, which: float) -> ReferenceValues:
    """Show pictures conditioned on references, and the attention weights of each head for one of the noises."""
    pairs = [(_strip(images), arm_name(say, arm)) for arm, images in found.images.items()]
    weights = found.attention[int(which) - 1]  # (heads, K)
    count = weights.shape[1]
    figure = figures.matrix(
        weights,
        [str(n + 1) for n in range(count)],
        [str(n + 1) for n in range(len(weights))],
        title=say("generation.heads"),
        x=say("generation.reference"),
        y=say("generation.head"),
        hover=say("generation.heads_hover"),
        high=max(1e-3, float(weights.max())),
        cell_format=".0%",
        height=360,
    )
    sheet = figures.sheet(list(found.references), columns=count, cell=64, gap=6)
    favourite = int(weights.mean(0).argmax())
    text = say(
        "generation.heads_text",
        favourite=favourite + 1,
        share=f"{weights.mean(0).max():.0%}",
        even=f"{1 / count:.0%}",
        moved=f"{found.moved:.1%}",
    )
    return ReferenceValues(pairs, sheet, figure, text)


def recorded(say: Say, arm: str, data: str) -> MeasurementValues:
    """Show the recorded distances of an arm alone."""
    found = explore.Measurement(arm, (), (), (), explore.recorded(arm, data), done=False)
    return MeasurementValues(_over_pictures(say, found), say("generation.not_measured"))


def measured(say: Say, found: explore.Measurement) -> MeasurementValues:
    """Show the distance over the number of pictures, with error bars and the recorded distances."""
    text = say(
        "generation.measure_text" if found.done else "generation.measuring",
        arm=arm_name(say, found.arm),
        count=f"{found.counts[-1]:,}",
        distance=f"{found.distances[-1]:.1f}",
        error=f"{found.errors[-1]:.1f}",
        few=f"{found.counts[0]:,}",
        first=f"{found.distances[0]:.1f}",
        many=f"{found.recorded[-1][0]:,}",
        recorded=f"{found.recorded[-1][1]:.1f}",
    )
    return MeasurementValues(_over_pictures(say, found), text)


def _over_pictures(say: Say, found: explore.Measurement) -> go.Figure:
    figure = go.Figure()
    hover = say("generation.measure_hover")
    figure.add_scatter(
        x=list(found.counts),
        y=[round(value, 3) for value in found.distances],
        mode="lines+markers",
        name=say("generation.measured"),
        line={"color": figures.BLUE, "width": 2},
        hovertemplate=hover,
        error_y={"type": "data", "array": [round(value, 3) for value in found.errors], "color": figures.BLUE},
    )
    figure.add_scatter(
        x=[count for count, _ in found.recorded],
        y=[round(value, 3) for _, value in found.recorded],
        mode="markers",
        name=say("generation.recorded"),
        marker={"color": figures.ORANGE, "size": 9, "symbol": "diamond"},
        hovertemplate=hover,
    )
    title = say("generation.measure_title", arm=arm_name(say, found.arm))
    figures.frame(figure, height=330, title=title, x=say("generation.count_axis"), y=say("generation.frechet_axis"))
    ticks = [*explore.COUNTS, *(count for count, _ in found.recorded)]
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[f"{count:,}" for count in ticks], tickangle=-45)
    figure.update_yaxes(rangemode="tozero")
    return figure.update_layout(legend={"y": -0.5, "yanchor": "top"}, margin={"b": 110})


def results(say: Say, data: str) -> ResultValues:
    """Show the study of a set."""
    study = explore.study(data)
    simclr, efficientnet = (_spread(say, study, row) for row in ("", explore.EFFICIENTNET))
    return ResultValues(simclr, efficientnet, _table(say, study))


def _spread(say: Say, study: explore.Study, row: str) -> go.Figure:
    """Bars of each arm's mean distance with its range over seeds, and of real pictures."""
    spreads = [arm.rows[row]["frechet"] for arm in study.arms]
    names = [*(arm_name(say, arm.name) for arm in study.arms), say("generation.real")]
    figure = figures.bars(
        names,
        [*(spread.mean for spread in spreads), study.floor[row]["frechet"]],
        marked=len(spreads),
        title=say("generation.on_network", network=NETWORKS[row]),
        y=say("generation.frechet_axis"),
        hover="%{y}: %{x:.2f}<extra></extra>",
        lying=True,
        height=320,
    )
    figure.data[0].error_x = {
        "type": "data",
        "symmetric": False,
        "array": [*(spread.high - spread.mean for spread in spreads), 0],
        "arrayminus": [*(spread.mean - spread.low for spread in spreads), 0],
        "color": figures.GREY,
    }
    return figure


def _table(say: Say, study: explore.Study) -> str:
    rows = [row for row, metrics in study.arms[0].rows.items() if "frechet" in metrics]
    head = [
        say("generation.arm"),
        *(_row_name(say, row) for row in rows),
        say("generation.precision"),
        say("generation.recall"),
        say("generation.parameters"),
        say("generation.seeds"),
    ]
    lines = [
        [
            arm_name(say, arm.name),
            *(_range(arm.rows[row]["frechet"]) for row in rows),
            *(_range(arm.rows[""][name], ".1%") for name in explore.SHARES),
            f"{arm.parameters:,}",
            str(len(arm.seeds)),
        ]
        for arm in study.arms
    ]
    real = [f"{study.floor[row]['frechet']:.2f}" if row in study.floor else "" for row in rows]
    shares = [f"{study.floor[''][name]:.1%}" for name in explore.SHARES]
    return markup.table(head, [*lines, [say("generation.real"), *real, *shares, "", ""]])


def _row_name(say: Say, row: str) -> str:
    """A row of the record in words: the network, and the number of pictures where it is not 5,000."""
    network, _, count = row.rpartition(", ") if row.endswith("samples") else (row, "", "")
    if row.endswith("samples") and not network:
        network, count = "", row
    number = count.split()[0] if count else f"{explore.SAMPLES:,}"
    return say("generation.row", network=NETWORKS[network], count=number)


def _range(spread: explore.Spread, form: str = ".2f") -> str:
    if len(spread.values) == 1:
        return f"{spread.mean:{form}}"
    return f"{spread.mean:{form}} ({spread.low:{form}} – {spread.high:{form}})"


def findings(say: Say, data: str) -> str:
    """The findings on a set in sentences, from the recorded study."""
    found = explore.findings(data)
    values = {"set": SETS[data], "seeds": found.seeds}
    if found.seeds < 2:
        return say("generation.found_one_seed", **values, order=_list(say, found.order))
    sentences = [
        say(
            "generation.found",
            **values,
            lower=_list(say, found.distance.lower),
            higher=_list(say, found.distance.higher),
            open=_list(say, found.distance.undecided),
            rate=f"{found.false_positive_rate:.0%}",
        ),
        _share(say, data, "recall", found.recall),
        _share(say, data, "precision", found.precision),
        say(f"generation.control_{found.control}"),
        say(f"generation.heads_{found.attention}"),
    ]
    return "\n\n".join(sentences)


def _share(say: Say, data: str, metric: str, sides: explore.Sides) -> str:
    """Which arms differ from the plain GAN by precision or recall, with the range over all their seeds."""
    study = explore.study(data)

    def span(arms: Sequence[str]) -> dict[str, str]:
        spread = explore.joined(study, arms, metric)
        return {"low": f"{spread.low:.1%}", "high": f"{spread.high:.1%}"}

    def listed(arms: Sequence[str]) -> str:
        names = _list(say, arms)
        return say("generation.with_range", arms=names, **span(arms)) if arms else names

    return say(
        f"generation.{metric}_found",
        **span(["plain"]),
        lower=listed(sides.lower),
        higher=listed(sides.higher),
        open=_list(say, sides.undecided),
    )


def _list(say: Say, arms: Sequence[str]) -> str:
    return say("generation.comma").join(arm_name(say, arm) for arm in arms) or say("generation.none")


def careful(say: Say) -> str:
    """How to read the results, and their limits."""
    steps, other = (f"{explore.study(data).arms[0].steps:,}" for data in explore.SETS)
    alone, read = parameters()
    text = say("generation.careful", steps=steps, other=other, alone=alone, read=read)
    measured = any(explore.FID in arm.rows for arm in explore.study(explore.SETS[0]).arms)
    return text if measured else f"{text} {say('generation.no_fid')}"


def parameters() -> tuple[str, str]:
    """The fewest and the most parameters of an arm's generator: without references, and with attention over them."""
    counts = [arm.parameters for arm in explore.study().arms]
    return f"{min(counts):,}", f"{max(counts):,}"


def published(say: Say) -> str:
    """A table of published FIDs without and with self-supervision."""
    head = [
        say("generation.published_set"),
        say("generation.without"),
        say("generation.with"),
        say("generation.change"),
    ]
    rows = [
        [name, f"{before:.2f}", f"{after:.2f}", f"{after / before - 1:+.0%}"]
        for name, before, after in explore.PUBLISHED
    ]
    return markup.table(head, rows)
