"""What the VQ-VAE tab shows: results of `core.vqvae.explore` as pictures, figures and sentences."""

import colorsys
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw, ImageFont

from core.vqvae import explore
from demos.page import figures
from demos.page.words import Say

SEEN_PX = 256
MAP_PX = 512
TINT = 0.35  # how much of a cell's colour is its code's
GOLDEN = 0.6180339887  # turns of the hue from one code to the next, so that near numbers differ
COLUMNS, TILE_PX, GAP_PX = 24, 24, 2  # of the sheet of codes
LOOK_PX = 120

Named = list[tuple[explore.Bytes, str]]


def coding(say: Say, found: explore.Coding, model: str) -> tuple[Any, ...]:
    """A coding as: map, its sentence, five pictures, verdict, table, bars, usage figure, its sentence."""
    pictures = [found.original, *(item.picture for item in found.methods)]
    return (
        code_map(found),
        map_text(say, found),
        *(figures.enlarge(picture, SEEN_PX) for picture in pictures),
        verdict(say, found),
        table(say, found),
        bars(say, found.methods),
        *usage(say, found, explore.book(model)),
    )


def code_map(found: explore.Coding) -> Image.Image:
    """The codes written over the picture, each in a colour of its own."""
    grid = len(found.codes)
    side = MAP_PX // grid
    below = figures.enlarge(found.original, MAP_PX)
    hues = np.array([[hue(int(code)) for code in row] for row in found.codes], np.uint8)
    page = Image.blend(below, figures.enlarge(hues, MAP_PX), TINT)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(min(18, 3 * side // 8))
    for (row, column), code in np.ndenumerate(found.codes):
        middle = ((column + 0.5) * side, (row + 0.5) * side)
        pen.text(middle, str(code), fill="white", font=font, anchor="mm", stroke_width=1, stroke_fill="#1b1e24")
    for line in range(1, grid):
        for ends in ((line * side, 0, line * side, MAP_PX), (0, line * side, MAP_PX, line * side)):
            pen.line(ends, fill="#1b1e24")
    return page


def hue(code: int) -> tuple[int, ...]:
    """The colour that stands for a code wherever it is seen."""
    return tuple(round(255 * part) for part in colorsys.hsv_to_rgb(code * GOLDEN % 1, 0.65, 0.9))


def map_text(say: Say, found: explore.Coding) -> str:
    """What the map is and what it costs."""
    return say(
        "vqvae.map_text",
        grid=len(found.codes),
        places=found.codes.size,
        entries=len(found.counts),
        bits=f"{found.uniform_bits:,.0f}",
        raw=f"{found.raw_bits:,}",
        times=f"{found.raw_bits / found.uniform_bits:.0f}",
        dim=f"{found.uniform_bits / found.dims:.3f}",
        fitted=f"{found.fitted_bits:,.0f}",
        fitted_dim=f"{found.fitted_bits / found.dims:.3f}",
    )


def verdict(say: Say, found: explore.Coding) -> str:
    """How well the codes hold the picture, beside the naive baseline and JPEG."""
    decibels = {item.method: psnr(say, item) for item in found.methods}
    return say("vqvae.verdict", **decibels)


def psnr(say: Say, item: explore.Method) -> str:
    """Decibels, or that there is no error at all."""
    return f"{item.psnr_db:.1f}" if item.mse > 0 else say("vqvae.perfect")


def table(say: Say, found: explore.Coding) -> str:
    """Error and rate of each method as HTML."""
    head = [say(f"vqvae.{name}") for name in ("method", "psnr", "bits", "per_dim")]
    rows = []
    for item in found.methods:
        bits = f"{item.bits:,.0f}"
        bits = say("vqvae.extra", bits=bits, bytes=item.extra_bytes) if item.extra_bytes else bits
        cells = (psnr(say, item), bits, f"{item.bits / found.dims:.3f}")
        rows.append((say(f"vqvae.method_{item.method}"), *cells))
    return figures.table(head, rows)


def bars(say: Say, methods: Sequence[explore.Method]) -> go.Figure:
    """The error of each method."""
    return figures.bars(
        [say(f"vqvae.short_{item.method}") for item in methods],
        [item.mse for item in methods],
        title=say("vqvae.bars"),
        y=say("vqvae.mse"),
        hover=say("vqvae.bars_hover"),
        marked=0,
        height=280,
    )


def usage(say: Say, found: explore.Coding, book: explore.Book) -> tuple[go.Figure, str]:
    """How often codes are chosen, on the bundled pictures and in this one, and what perplexity makes of it."""
    figure = go.Figure()
    kinds = (("bundled", book.counts, figures.BLUE), ("picture", found.counts, figures.ORANGE))
    for name, counts, colour in kinds:
        shares = np.sort(counts)[::-1] / counts.sum()
        chosen = shares[shares > 0]
        figure.add_scatter(
            x=list(range(1, len(chosen) + 1)),
            y=chosen.round(6).tolist(),
            name=say(f"vqvae.usage_{name}"),
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hv"},
            hovertemplate=say("vqvae.usage_hover"),
        )
    figure.add_scatter(
        x=[1, book.entries],
        y=[1 / book.entries] * 2,
        name=say("vqvae.even"),
        mode="lines",
        hoverinfo="skip",
        line={"color": figures.GREY, "dash": "dash", "width": 1.5},
    )
    figures.frame(figure, height=370, title=say("vqvae.usage"), x=say("vqvae.rank"), y=say("vqvae.chosen"))
    figure.update_yaxes(type="log", tickformat=".2~%", dtick=1)
    figure.update_xaxes(range=[0, book.entries + 4])
    figure.update_layout(legend={"y": -0.3, "yanchor": "top"}, margin={"b": 118})
    told = {
        "perplexity": f"{book.perplexity:.0f}",
        "entries": book.entries,
        "dead": int((book.counts == 0).sum()),
        "mine": f"{found.perplexity:.0f}",
        "distinct": found.distinct,
        "most": min(found.codes.size, book.entries),
    }
    return figure, say("vqvae.usage_text", **told)


@functools.cache
def plain_sheet(model: str) -> Image.Image:
    """What every code looks like, from dark to bright, and from warm to cold within a row."""
    book = explore.book(model)
    return figures.sheet([book.looks[code] for code in book.order], columns=COLUMNS, cell=TILE_PX, gap=GAP_PX)


def sheet(model: str, code: int) -> Image.Image:
    """The sheet with one code framed."""
    page = plain_sheet(model).copy()
    place = explore.book(model).order.tolist().index(code)
    step = TILE_PX + GAP_PX
    left, top = place % COLUMNS * step, place // COLUMNS * step
    pen = ImageDraw.Draw(page)
    for grow, colour, width in ((2, "white", 2), (0, "#1b1e24", 2)):  # seen on any tile, by day and by night
        box = (left - grow, top - grow, left + TILE_PX - 1 + grow, top + TILE_PX - 1 + grow)
        pen.rectangle(box, outline=colour, width=width)
    return page


def code_under(at: Sequence[float], model: str) -> int | None:
    """The code under a pixel of the sheet; None beside the last one."""
    step = TILE_PX + GAP_PX
    column, row = (max(0, int(value / step)) for value in at)
    order = explore.book(model).order
    place = row * COLUMNS + min(column, COLUMNS - 1)
    return int(order[place]) if place < len(order) else None


def place_under(at: Sequence[float], grid: int) -> tuple[int, int]:
    """The (row, column) of a map under a pixel of its picture."""
    column, row = (min(max(int(value / MAP_PX * grid), 0), grid - 1) for value in at)
    return row, column


def entry(say: Say, found: explore.Entry, model: str) -> tuple[Any, ...]:
    """One code as: sheet, its look, the mean of what chose it, sentence."""
    told = {
        "code": found.code,
        "count": f"{found.count:,}",
        "places": f"{found.places:,}",
        "share": f"{found.share:.2%}",
        "even": f"{1 / found.entries:.2%}",
    }
    look, mean = (figures.enlarge(picture, LOOK_PX) for picture in (found.look, found.mean))
    text = say("vqvae.entry", **told) if found.count else say("vqvae.entry_dead", **told)
    return sheet(model, found.code), look, mean, text


def painting(say: Say, found: explore.Painting) -> tuple[Any, ...]:
    """A painting as: picture before, picture after, edits, sentence."""
    text = say("vqvae.nothing_painted")
    if found.edits:
        places, share = int(found.edited.sum()), found.edited.mean()
        text = say(
            "vqvae.painted",
            edits=len(found.edits),
            places=places,
            of=found.codes.size,
            share=f"{share:.1%}",
            changed=f"{found.changed:.1%}",
        )
    before, after = (figures.enlarge(picture, MAP_PX) for picture in (found.before, found.after))
    return before, after, found.text, text


def neighbours(say: Say, found: explore.Neighbours) -> tuple[Named, Named]:
    """Neighbours by codes and by pixels as the values of two galleries."""

    def named(kind: Sequence[explore.Neighbour]) -> Named:
        return [
            (item.image, say("vqvae.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
            for item in kind
        ]

    return named(found.by_features), named(found.by_pixels)


def retrieval(say: Say, found: explore.Retrieval) -> tuple[go.Figure, str]:
    """How often the nearest emoji is of the same group, by codes and by pixels, beside chance."""
    figure = figures.bars(
        [say("vqvae.by_codes"), say("vqvae.by_pixels")],
        [found.features, found.pixels],
        title=say("vqvae.retrieval"),
        y=say("vqvae.same_group"),
        hover=say("vqvae.retrieval_hover"),
        marked=0,
        top=1.0,
        percent=True,
        height=280,
        levels={say("page.chance"): found.chance},
    )
    return figure, say(
        "vqvae.retrieval_text",
        n=f"{found.n:,}",
        codes=f"{found.features:.0%}",
        pixels=f"{found.pixels:.0%}",
        chance=f"{found.chance:.0%}",
    )
