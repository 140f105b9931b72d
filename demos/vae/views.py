"""What the VAE tab shows: results of `core.vae.explore` as pictures, figures and sentences; no Gradio, no torch."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.vae import explore
from demos.page import figures
from demos.page.snapshots import curve
from demos.page.words import Say

Bytes = NDArray[np.uint8]

PIXELS = 784
SEEN_PX = 224
CELL_PX = 72
PLANE_PX = 420
GLYPH_PX = 15
FRAME_MS = 220


def encoding(say: Say, found: explore.Encoding) -> tuple[Any, ...]:
    """An encoding as: picture seen, code, picture drawn, verdict, bars."""
    names = [say("vae.perfect"), say("page.model"), say("vae.mean_digit"), say("vae.coin")]
    costs = [found.perfect_nats, found.nats, found.mean_digit_nats, found.uniform_nats]
    bars = figures.bars(
        names, costs, title=say("vae.costs"), y=say("vae.nats"), hover=say("vae.cost_hover"), marked=1, height=300
    )
    verdict = say(
        "vae.verdict",
        nats=f"{found.nats:.1f}",
        reconstruction=f"{found.reconstruction_nats:.1f}",
        kl=f"{found.kl_nats.sum():.1f}",
        mean_digit=f"{found.mean_digit_nats:.0f}",
        coin=f"{found.uniform_nats:.0f}",
        perfect=f"{found.perfect_nats:.0f}",
    )
    seen, drawn = (figures.enlarge(picture, SEEN_PX) for picture in (found.seen, found.drawn))
    return seen, code(say, found), drawn, verdict, bars


def code(say: Say, found: explore.Encoding) -> go.Figure:
    """Mean and deviation of each latent axis as whiskers, the draw as diamonds."""
    axes = [str(axis + 1) for axis in range(len(found.mu))]
    figure = go.Figure()
    spread = {"type": "data", "array": found.sigma.round(3).tolist(), "color": figures.BLUE, "width": 0}
    figure.add_scatter(
        x=axes,
        y=found.mu.round(3).tolist(),
        error_y=spread,
        mode="markers",
        name=say("vae.mean"),
        marker={"color": figures.BLUE, "size": 7},
        hovertemplate=say("vae.code_hover"),
    )
    figure.add_scatter(
        x=axes,
        y=found.z.round(3).tolist(),
        mode="markers",
        name=say("vae.draw"),
        marker={"color": figures.ORANGE, "size": 8, "symbol": "diamond"},
        hovertemplate=say("vae.draw_hover"),
    )
    figures.frame(figure, height=320, title=say("vae.code", count=len(axes)), x=say("vae.axis"), y=say("vae.value"))
    figure.update_xaxes(type="category")
    return legend_below(figure)


def legend_below(figure: go.Figure) -> go.Figure:
    """Put the legend under the title of the x axis."""
    return figure.update_layout(legend={"y": -0.34, "yanchor": "top"}, margin={"b": 84})


def walk(say: Say, found: explore.Interpolation) -> tuple[Image.Image, bytes, go.Figure, str]:
    """An interpolation as: strip, animation there and back as a GIF file's content, curve, sentence."""
    count = len(found.images)
    strip = figures.sheet([*found.images, *found.blends], columns=count, cell=CELL_PX, gap=4)
    film = animation([*found.images, *found.images[-2:0:-1]])
    curve = figures.lines(
        np.arange(1, count + 1, dtype=np.float32),
        {say("vae.latent"): found.image_nats, say("vae.blend"): found.blend_nats},
        title=say("vae.surprise"),
        x=say("vae.walk_step"),
        y=say("vae.nats"),
        hover=say("vae.surprise_hover"),
        markers=True,
        height=320,
    )
    sentence = say(
        "vae.walk_text",
        image=f"{found.image_nats[count // 2]:.0f}",
        blend=f"{found.blend_nats[count // 2]:.0f}",
        ends=f"{(found.image_nats[0] + found.image_nats[-1]) / 2:.0f}",
    )
    return strip, film, legend_below(curve), sentence


def animation(frames: Sequence[Bytes]) -> bytes:
    """Pictures (H, W) as the content of an animated GIF that runs for ever."""
    drawn = [figures.enlarge(frame, SEEN_PX) for frame in frames]
    buffer = io.BytesIO()
    drawn[0].save(buffer, "GIF", save_all=True, append_images=drawn[1:], duration=FRAME_MS, loop=0)
    return buffer.getvalue()


def bench_text(say: Say, model: str) -> str:
    """What stands above the workbench."""
    axes = explore.liveliest(name=model)
    up = axes[min(1, len(axes) - 1)]
    return say("vae.workbench", across=axes[0] + 1, up=up + 1, count=len(axes), latent=explore.latent(model))


def workbench(picture: Any, model: str, values: Any) -> tuple[Any, ...]:
    """Values of the plane, the decoded picture and the sliders; these stop where the prior ends for all purposes."""
    kept = [round(min(max(value, -explore.REACH), explore.REACH), 2) for value in values]
    kept += [0.0] * (explore.LIVELY - len(kept))  # a model with fewer axes leaves sliders over, which are hidden
    return plane(explore.plane(name=model), kept), decoded(picture, model, kept), *kept


def decoded(picture: Any, model: str, values: Any) -> Image.Image:
    """What the decoder draws of picture A's code with some axes moved."""
    moved = values[: len(explore.liveliest(name=model))]
    return figures.enlarge(explore.decode(picture, moved, name=model), SEEN_PX)


def plane(found: explore.Plane, values: Sequence[float]) -> Image.Image:
    """The digits where they lie on two axes, coloured by class, with a cross at the first two of `values`."""
    page = Image.new("RGBA", (PLANE_PX, PLANE_PX), (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(GLYPH_PX)
    middle = PLANE_PX / 2
    for ends in ((0, middle, PLANE_PX, middle), (middle, 0, middle, PLANE_PX)):
        pen.line(ends, fill=(138, 145, 155, 110))
    for at, label in zip(found.xy, found.labels, strict=True):
        pen.text(pixel(at), str(label), fill=figures.PALETTE[int(label)], font=font, anchor="mm")
    x, y = pixel(values[:2])
    for width, colour in ((7, "white"), (4, figures.ORANGE)):
        for slope in (-1, 1):
            pen.line((x - 9, y - 9 * slope, x + 9, y + 9 * slope), fill=colour, width=width)
    return page


def pixel(at: Sequence[float] | NDArray[np.float32]) -> tuple[float, float]:
    """Where a point of the plane (across, up) lies on its picture, in pixels from the upper left corner."""
    scale = PLANE_PX / (2 * explore.REACH)
    return float(PLANE_PX / 2 + scale * at[0]), float(PLANE_PX / 2 - scale * at[1])


def place(at: Sequence[float]) -> tuple[float, float]:
    """The point of the plane (across, up) under a pixel; undoes `pixel`."""
    scale = PLANE_PX / (2 * explore.REACH)
    return (at[0] - PLANE_PX / 2) / scale, (PLANE_PX / 2 - at[1]) / scale


def samples(found: Bytes) -> Image.Image:
    """A sheet of digits nobody wrote."""
    return figures.sheet(list(found), columns=8, cell=CELL_PX, gap=4)


def growth(say: Say, found: explore.Growth, stage: float) -> tuple[Any, ...]:
    """One moment of the training as: reconstruction, samples, sentence, and the cost at all moments."""
    reached = curve(
        say,
        explore.reached(),
        stage,
        title=say("vae.grow_curve"),
        y=say("vae.nats"),
        percent=False,
        levels={say("vae.mean_digit"): explore.mean_digit_nats(), say("vae.coin"): explore.UNIFORM_NATS},
    )
    return (
        figures.enlarge(found.reconstruction, SEEN_PX),
        figures.sheet(list(found.samples), columns=3, cell=CELL_PX, gap=4),
        say("vae.grow_verdict", nats=f"{found.nats:.1f}", mean_digit=f"{found.mean_digit_nats:.0f}"),
        reached,
    )


def neighbours(say: Say, found: tuple[tuple[explore.Neighbour, ...], ...]) -> tuple[list[tuple[Image.Image, str]], ...]:
    """Neighbours by code and by pixels as the values of two galleries."""
    return tuple(
        [
            (
                figures.enlarge(item.image, 112),
                say("vae.neighbour", label=item.label, similarity=f"{item.similarity:.2f}"),
            )
            for item in kind
        ]
        for kind in found
    )


def readout(say: Say, found: explore.Readout, latent: int) -> tuple[go.Figure, str]:
    """Bars of the digit accuracy by a code of so many axes and by pixels, the level of chance, and what it means."""
    bars = figures.bars(
        [say("vae.by_latent", count=latent), say("vae.by_pixels")],
        [found.latent, found.pixels],
        title=say("vae.readout", n=found.n),
        y=say("vae.accuracy"),
        hover=say("vae.readout_hover"),
        marked=0,
        levels={say("page.chance"): found.chance},
        top=1.05,
        percent=True,
    )
    return bars, say("vae.readout_text", times=f"{PIXELS / latent:.0f}")
