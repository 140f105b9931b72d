"""Results of `core.vqvae.explore` as pictures, figures and sentences."""

import colorsys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw, ImageFont

from core.data import pictures
from core.vqvae import explore
from demos.page import figures, markup
from demos.page.words import Say

SHOWN_PX = 256
MAP_PX = 512
TINT = 0.35  # share of a code's colour in its cell
GOLDEN = 0.6180339887  # step of the hue, in turns, from one code to the next, so that successive codes differ

Named = list[tuple[pictures.Bytes, str]]


class EncodingValues(NamedTuple):
    """An encoding: its map, the picture decoded from it, and its error beside those of three baselines."""

    code_map: Image.Image
    map_text: str
    verdict: str
    reconstruction: Image.Image
    bars: go.Figure


class BaselineValues(NamedTuple):
    """A picture and its reconstructions by four methods, their errors and rates."""

    original: Image.Image
    model: Image.Image
    gaussian: Image.Image
    jpeg: Image.Image
    mean: Image.Image
    table: str
    rates: str


class UsageValues(NamedTuple):
    """Which codes are used: frequencies by rank and a sentence."""

    usage: go.Figure
    usage_text: str


class NeighbourValues(NamedTuple):
    """Values of two galleries: neighbours by codes and by raw pixels."""

    near_codes: Named
    near_pixels: Named


class RetrievalValues(NamedTuple):
    """How often the nearest emoji is of the same group: bars and a sentence."""

    retrieval: go.Figure
    retrieval_text: str


def encoding(say: Say, found: explore.Encoding) -> EncodingValues:
    """Draw an encoding and what is decoded from it."""
    return EncodingValues(
        code_map=code_map(found),
        map_text=map_text(say, found),
        verdict=verdict(say, found),
        reconstruction=figures.enlarge(found.reconstructions[0].picture, SHOWN_PX),
        bars=bars(say, found.reconstructions),
    )


def baselines(say: Say, found: explore.Encoding) -> BaselineValues:
    """Draw the reconstructions by all methods, with their errors and rates."""
    pictures = {item.method: figures.enlarge(item.picture, SHOWN_PX) for item in found.reconstructions}
    return BaselineValues(
        original=figures.enlarge(found.original, SHOWN_PX),
        model=pictures["model"],
        gaussian=pictures["gaussian"],
        jpeg=pictures["jpeg"],
        mean=pictures["mean"],
        table=table(say, found),
        rates=rates(say, found),
    )


def code_map(found: explore.Encoding) -> Image.Image:
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
    """The colour of a code on every map."""
    return tuple(round(255 * part) for part in colorsys.hsv_to_rgb(code * GOLDEN % 1, 0.65, 0.9))


def map_text(say: Say, found: explore.Encoding) -> str:
    """Size of the map, in codes and in bits."""
    return say(
        "vqvae.map_text",
        grid=len(found.codes),
        places=found.codes.size,
        entries=len(found.counts),
        bits=f"{found.uniform_bits:,.0f}",
        raw=f"{found.raw_bits:,}",
        times=f"{found.raw_bits / found.uniform_bits:.0f}",
    )


def rates(say: Say, found: explore.Encoding) -> str:
    """Bits of the map with codewords of equal length, and with codewords fitted to the frequency of each code."""
    return say(
        "vqvae.rates",
        bits=f"{found.uniform_bits:,.0f}",
        dim=f"{found.uniform_bits / found.dims:.3f}",
        fitted=f"{found.fitted_bits:,.0f}",
        fitted_dim=f"{found.fitted_bits / found.dims:.3f}",
    )


def verdict(say: Say, found: explore.Encoding) -> str:
    """PSNR of the codes beside the baselines."""
    decibels = {item.method: psnr(say, item) for item in found.reconstructions}
    return say("vqvae.verdict", **decibels)


def psnr(say: Say, item: explore.Reconstruction) -> str:
    """Decibels, or "no error"."""
    return f"{item.psnr_db:.1f}" if item.mse > 0 else say("vqvae.perfect")


def table(say: Say, found: explore.Encoding) -> str:
    """Error and rate of each method as HTML."""
    head = [say(f"vqvae.{name}") for name in ("method", "psnr", "bits", "per_dim")]
    rows = []
    for item in found.reconstructions:
        bits = f"{item.bits:,.0f}"
        bits = say("vqvae.extra", bits=bits, bytes=item.extra_bytes) if item.extra_bytes else bits
        cells = (psnr(say, item), bits, f"{item.bits / found.dims:.3f}")
        rows.append((say(f"vqvae.method_{item.method}"), *cells))
    return markup.table(head, rows)


def bars(say: Say, methods: Sequence[explore.Reconstruction]) -> go.Figure:
    """The error of each method."""
    return figures.bars(
        [say(f"vqvae.short_{item.method}") for item in methods],
        [item.mse for item in methods],
        title=say("vqvae.bars"),
        hover=say("vqvae.bars_hover"),
        marked=0,
        height=210,
    )


def used(say: Say, found: explore.Encoding, codebook: explore.CodebookSummary) -> UsageValues:
    """Which codes are used, in the bundled photographs and in this picture."""
    return UsageValues(usage(say, found, codebook), usage_text(say, found, codebook))


def usage(say: Say, found: explore.Encoding, codebook: explore.CodebookSummary) -> go.Figure:
    """Frequency of codes by rank, on the bundled photographs and in this picture."""
    figure = go.Figure()
    kinds = (("bundled", codebook.counts, figures.BLUE), ("picture", found.counts, figures.ORANGE))
    for name, counts, colour in kinds:
        shares = np.sort(counts)[::-1] / counts.sum()
        used = shares[shares > 0]
        figure.add_scatter(
            x=list(range(1, len(used) + 1)),
            y=used.round(6).tolist(),
            name=say(f"vqvae.usage_{name}"),
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hv"},
            hovertemplate=say("vqvae.usage_hover"),
        )
    figure.add_scatter(
        x=[1, codebook.entries],
        y=[1 / codebook.entries] * 2,
        name=say("vqvae.even"),
        mode="lines",
        hoverinfo="skip",
        line={"color": figures.GREY, "dash": "dash", "width": 1.5},
    )
    figures.frame(figure, height=370, title=say("vqvae.usage_title"), x=say("vqvae.rank"), y=say("vqvae.chosen"))
    figure.update_yaxes(type="log", tickformat=".2~%", dtick=1)
    figure.update_xaxes(range=[0, codebook.entries + 4])
    return figure.update_layout(legend={"y": -0.3, "yanchor": "top"}, margin={"b": 118})


def usage_text(say: Say, found: explore.Encoding, codebook: explore.CodebookSummary) -> str:
    """Perplexity and unused codes."""
    return say(
        "vqvae.usage_text",
        perplexity=f"{codebook.perplexity:.0f}",
        entries=codebook.entries,
        dead=int((codebook.counts == 0).sum()),
        mine=f"{found.perplexity:.0f}",
        distinct=found.distinct,
        most=min(found.codes.size, codebook.entries),
    )


def neighbours(say: Say, found: explore.Neighbours) -> NeighbourValues:
    """Name the neighbours and their cosines."""

    def named(kind: Sequence[explore.Neighbour]) -> Named:
        return [
            (item.image, say("vqvae.neighbour", name=say.pick(item.name), similarity=f"{item.similarity:.2f}"))
            for item in kind
        ]

    return NeighbourValues(named(found.by_features), named(found.by_pixels))


def retrieval(say: Say, found: explore.Retrieval) -> RetrievalValues:
    """How often the nearest emoji is of the same group, by codes and by pixels, beside the chance level."""
    figure = figures.bars(
        [say("vqvae.by_codes"), say("vqvae.by_pixels")],
        [found.features, found.pixels],
        title=say("vqvae.retrieval_title"),
        y=say("vqvae.same_group"),
        hover=say("vqvae.retrieval_hover"),
        marked=0,
        top=1.0,
        percent=True,
        height=280,
        levels={say("page.chance"): found.chance_level},
    )
    shares = {"codes": f"{found.features:.0%}", "pixels": f"{found.pixels:.0%}", "chance": f"{found.chance_level:.0%}"}
    return RetrievalValues(figure, say("vqvae.retrieval_text", n=f"{found.n:,}", **shares))


def card(say: Say, about: explore.About) -> str:
    """Figures of the model's card in a sentence."""
    return say(
        "vqvae.card",
        n=f"{about.n:,}",
        psnr=f"{about.psnr_db:.1f}",
        gaussian=f"{about.gaussian_psnr_db:.1f}",
        jpeg=f"{about.jpeg_psnr_db:.1f}",
        mean=f"{about.mean_colour_psnr_db:.1f}",
        used=f"{about.used_share:.1%}",
        perplexity=f"{about.perplexity:.0f}",
        entries=about.entries,
        dim=f"{about.bits_per_dim:.3f}",
        fitted=f"{about.entropy_bits_per_dim:.3f}",
        gaussian_dim=f"{about.gaussian_bits_per_dim:.3f}",
    )
