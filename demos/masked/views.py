"""Results of `core.masked.explore` as pictures, figures and sentences."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go
from PIL import Image

from core.masked import explore
from demos.page import figures, markup
from demos.page.snapshots import curve
from demos.page.words import Say

SHOWN_PX = 288
CANVAS_PX = 384

Named = list[tuple[explore.Bytes, str]]


class RestorationValues(NamedTuple):
    """A restoration: what the model sees, the errors in a sentence, and three methods beside the original."""

    masked: Image.Image | None
    verdict: str
    pasted: Image.Image | None
    original: Image.Image | None
    linear: Image.Image | None
    mean: Image.Image | None


NOTHING = RestorationValues(None, "", None, None, None, None)


class ErrorValues(NamedTuple):
    """The errors of a restoration as a table and as bars, and the model's output for all patches."""

    table: str
    bars: go.Figure
    restored: Image.Image


class GrowthValues(NamedTuple):
    """A restoration by a snapshot: its input, its output, their error, and the error at all stages."""

    grown_masked: Image.Image
    grown_pasted: Image.Image
    grown_verdict: str
    grown_curve: go.Figure


class NeighbourValues(NamedTuple):
    """Values of two galleries: neighbours by features and by raw pixels."""

    near_features: Named
    near_pixels: Named


def restoration(say: Say, found: explore.Restoration) -> RestorationValues:
    """Draw a restoration."""
    return RestorationValues(
        masked=enlarge(found.masked),
        verdict=verdict(say, found),
        pasted=enlarge(found.pasted),
        original=enlarge(found.original),
        linear=enlarge(found.linear),
        mean=enlarge(found.mean),
    )


def errors(say: Say, found: explore.Restoration) -> ErrorValues:
    """The numbers of a restoration, and the output that they belong to."""
    return ErrorValues(table(say, found.scores), bars(say, found.scores), enlarge(found.restored))


def enlarge(picture: explore.Bytes) -> Image.Image:
    """A picture at the size shown."""
    return figures.enlarge(picture, SHOWN_PX)


def verdict(say: Say, found: explore.Restoration) -> str:
    """How many patches are hidden, and the error of each method there."""
    share = f"{found.hidden / found.keep.size:.0%}"
    errors = {score.method: f"{score.mse:.4f}" for score in found.scores}
    return say("masked.verdict", hidden=found.hidden, patches=found.keep.size, share=share, **errors)


def bars(say: Say, scores: Sequence[explore.Score]) -> go.Figure:
    """The error of each method."""
    return figures.bars(
        [say(f"masked.method_{score.method}") for score in scores],
        [score.mse for score in scores],
        title=say("masked.bars"),
        y=say("masked.mse"),
        hover=say("masked.bars_hover"),
        marked=0,
    )


def growth(say: Say, found: explore.Restoration, stage: float) -> GrowthValues:
    """Draw a restoration by the small network at one stage of its training."""
    errors = {score.method: f"{score.mse:.4f}" for score in found.scores}
    error_curve = curve(
        say,
        explore.reached(),
        stage,
        title=say("masked.grow_curve"),
        y=say("masked.grow_axis"),
        levels={say("masked.method_mean"): 1.0},
    )
    text = say("masked.grow_verdict", **errors)
    return GrowthValues(enlarge(found.masked), enlarge(found.pasted), text, error_curve)


def table(say: Say, scores: Sequence[explore.Score]) -> str:
    """The numbers of each method as HTML."""
    head = [say(f"masked.{name}") for name in ("method", "mse_short", "psnr", "of_mean")]
    baseline = scores[-1].mse
    rows = [
        (
            say(f"masked.method_{score.method}"),
            f"{score.mse:.4f}",
            f"{score.psnr_db:.1f}" if score.mse > 0 else say("masked.perfect"),
            f"{score.mse / baseline:.0%}" if baseline > 0 else say("masked.none"),
        )
        for score in scores
    ]
    return markup.table(head, rows)


def sweep(say: Say, found: explore.Sweep) -> go.Figure:
    """The error of each method over the mask ratio."""
    series = {say(f"masked.method_{method}"): found.mse[method] for method in explore.METHODS}
    figure = figures.lines(
        found.ratios,
        series,
        title=say("masked.sweep_axes"),
        x=say("masked.sweep_x"),
        y=say("masked.mse"),
        hover=say("masked.sweep_hover"),
        markers=True,
        height=370,
    )
    figure.update_layout(legend={"y": -0.3, "yanchor": "top"}, margin={"b": 110})  # a phone stacks its three lines
    figure.update_xaxes(tickformat=".0%", range=[explore.SWEEP[0] - 0.03, explore.SWEEP[-1] + 0.03])
    return figure.update_yaxes(rangemode="tozero")


def neighbours(say: Say, found: explore.Neighbours) -> NeighbourValues:
    """Name the neighbours and their cosines."""

    def named(kind: Sequence[explore.Neighbour]) -> Named:
        return [
            (item.image, say("masked.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
            for item in kind
        ]

    return NeighbourValues(named(found.by_features), named(found.by_pixels))


def attention(found: explore.Attention) -> Image.Image:
    """Attention over the picture, with a frame around the query patch."""
    side = CANVAS_PX / len(found.map)
    left, top = round(found.column * side), round(found.row * side)
    heat = figures.overlay(found.picture, found.map, side=CANVAS_PX)
    return figures.strike(heat, (left, top, round(left + side) - 1, round(top + side) - 1))


def retrieval(say: Say, found: explore.Retrieval) -> str:
    """How often the nearest emoji is of the same group."""
    shares = {
        "features": f"{found.features:.0%}",
        "pixels": f"{found.pixels:.0%}",
        "chance": f"{found.chance_level:.0%}",
    }
    better = "features" if found.features > found.pixels else "pixels"
    return say("masked.retrieval", n=f"{found.n:,}", verdict=say(f"masked.retrieval_{better}"), **shares)


def card(say: Say, about: explore.About) -> str:
    """Figures of the model's card on both test sets, each beside linear in-painting on the same pictures."""
    scenes, objects = (
        say(
            key,
            n=f"{found.n:,}",
            mse=f"{found.mse:.4f}",
            relative_mse=f"{found.relative_mse:.1%}",
            psnr=f"{found.psnr_db:.1f}",
            linear_n=f"{found.linear_n:,}",
            same=f"{found.same_relative_mse:.1%}",
            linear=f"{found.linear_relative_mse:.1%}",
            verdict=_verdict_on_set(say, found),
        )
        for key, found in (("masked.card_scenes", about.scenes), ("masked.card_objects", about.objects))
    )
    return f"{scenes}\n\n{objects}"


def _verdict_on_set(say: Say, found: explore.SetFigures) -> str:
    """Whether the model is better than linear in-painting, with the interval of the difference in points."""
    low, high = (f"{100 * value:+.1f}" for value in found.gain)
    return say(f"masked.card_{found.verdict}", low=low, high=high)
