"""What the masked-picture tab shows: results of `core.masked.explore` as pictures, figures and sentences."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from PIL import Image

from core.masked import explore
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say

SEEN_PX = 288
CANVAS_PX = 384

Named = list[tuple[explore.Bytes, str]]


def restoration(say: Say, found: explore.Restoration) -> tuple[Any, ...]:
    """A restoration as: what the model sees, six pictures, verdict, table, bars."""
    pictures = (found.masked, found.original, found.masked, found.restored, found.pasted, found.linear, found.mean)
    drawn = [figures.enlarge(picture, SEEN_PX) for picture in pictures]
    errors = {score.method: score.mse for score in found.scores}
    share = f"{found.hidden / found.keep.size:.0%}"
    numbers = {method: f"{mse:.4f}" for method, mse in errors.items()}
    verdict = say("masked.verdict", hidden=found.hidden, patches=found.keep.size, share=share, **numbers)
    names = [say(f"masked.method_{method}") for method in errors]
    bars = figures.bars(
        names,
        list(errors.values()),
        title=say("masked.bars"),
        y=say("masked.mse"),
        hover=say("masked.bars_hover"),
        marked=0,
    )
    return (*drawn, verdict, table(say, found.scores), bars)


def growth(say: Say, found: explore.Restoration, stage: float) -> tuple[Any, ...]:
    """A restoration by the small network at one stage: what it sees, what it makes of it, its error, all stages."""
    numbers = {score.method: f"{score.mse:.4f}" for score in found.scores}
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("masked.grow_curve"),
        y=say("masked.grow_axis"),
        levels={say("masked.method_mean"): 1.0},
    )
    drawn = [figures.enlarge(picture, SEEN_PX) for picture in (found.masked, found.pasted)]
    return (*drawn, say("masked.grow_verdict", **numbers), reached)


def table(say: Say, scores: Sequence[explore.Score]) -> str:
    """The numbers of each method as HTML."""
    head = [say(f"masked.{name}") for name in ("method", "mse_short", "psnr", "of_mean")]
    naive = scores[-1].mse
    rows = [
        (
            say(f"masked.method_{score.method}"),
            f"{score.mse:.4f}",
            f"{score.psnr_db:.1f}" if score.mse > 0 else say("masked.perfect"),
            f"{score.mse / naive:.0%}" if naive > 0 else say("masked.none"),
        )
        for score in scores
    ]
    return figures.table(head, rows)


def sweep(say: Say, found: explore.Sweep) -> go.Figure:
    """The error of each method over the mask ratio."""
    series = {say(f"masked.method_{method}"): found.mse[method] for method in explore.METHODS}
    figure = figures.lines(
        found.ratios,
        series,
        title=say("masked.sweep"),
        x=say("masked.sweep_x"),
        y=say("masked.mse"),
        hover=say("masked.sweep_hover"),
        markers=True,
        height=370,
    )
    figure.update_layout(legend={"y": -0.3, "yanchor": "top"}, margin={"b": 110})  # a phone stacks its three lines
    figure.update_xaxes(tickformat=".0%", range=[explore.SWEEP[0] - 0.03, explore.SWEEP[-1] + 0.03])
    return figure.update_yaxes(rangemode="tozero")


def neighbours(say: Say, found: explore.Neighbours) -> tuple[Named, Named]:
    """Neighbours by features and by pixels as the values of two galleries."""

    def named(kind: Sequence[explore.Neighbour]) -> Named:
        return [
            (item.image, say("masked.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
            for item in kind
        ]

    return named(found.by_features), named(found.by_pixels)


def attention(found: explore.Attention) -> Image.Image:
    """Attention laid over the picture, the patch it starts from framed."""
    side = CANVAS_PX / len(found.map)
    left, top = round(found.column * side), round(found.row * side)
    heat = figures.overlay(found.picture, found.map, side=CANVAS_PX)
    return figures.strike(heat, (left, top, round(left + side) - 1, round(top + side) - 1))
