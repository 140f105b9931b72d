"""Results of `core.vae.explore` as pictures, figures and sentences."""

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr
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
SHOWN_PX = 224
CELL_PX = 72
PLANE_PX = 420
GLYPH_PX = 15
FRAME_MS = 220
BOX_PX = 3

Named = list[tuple[Image.Image, str]]  # what a gallery takes: pictures with their captions


class EncodingValues(NamedTuple):
    """An encoding: the model's input, the decoded sample, the cost in a sentence, and the photo with a box."""

    model_input: Image.Image
    decoded: Image.Image
    verdict: str
    photo: Any


class CostValues(NamedTuple):
    """The parts of the cost in words, the code, and the cost beside the baselines."""

    cost_text: str
    code: go.Figure
    bars: go.Figure


class InterpolationValues(NamedTuple):
    """An interpolation: a sentence and a strip."""

    interpolation_text: str
    strip: Image.Image


class WalkValues(NamedTuple):
    """An interpolation as an animation and its file, and the excess cost of each picture."""

    animation: str
    download: str
    excess: go.Figure


class PlaneValues(NamedTuple):
    """The plane of the two most active axes, and the picture decoded from the chosen values."""

    plane: Image.Image
    moved: Image.Image


class AxisValues(NamedTuple):
    """Values of the sliders, or sliders with another label, of the most active axes."""

    axis_0: Any
    axis_1: Any
    axis_2: Any
    axis_3: Any
    axis_4: Any
    axis_5: Any
    axis_6: Any
    axis_7: Any


class LatentValues(NamedTuple):
    """A point of the latent space: plane, decoded picture and sliders."""

    plane: PlaneValues
    axes: AxisValues


class SpaceValues(NamedTuple):
    """The latent space of a model at the code of picture A."""

    latent_text: str
    point: LatentValues


class GrowthValues(NamedTuple):
    """One stage of the training: reconstruction, samples, its cost, and the cost at all stages."""

    grown: Image.Image
    grown_samples: Image.Image
    grown_verdict: str
    grown_curve: go.Figure


class NeighbourValues(NamedTuple):
    """Values of two galleries: neighbours by code and by pixels."""

    near_latent: Named
    near_pixels: Named


class AccuracyValues(NamedTuple):
    """The accuracy of nearest-neighbour classifiers as bars, and a sentence."""

    accuracy: go.Figure
    accuracy_text: str


def encoding(say: Say, found: explore.Encoding, place: explore.Place | None = None) -> EncodingValues:
    """Draw an encoding, compare its cost with the baselines, and show where on a photo the digit is."""
    verdict = say(
        "vae.verdict",
        nats=f"{found.nats:.1f}",
        mean_digit=f"{found.mean_digit_nats:.0f}",
        coin=f"{found.uniform_nats:.0f}",
    )
    model_input, decoded = (figures.enlarge(picture, SHOWN_PX) for picture in (found.model_input, found.decoded))
    return EncodingValues(model_input, decoded, verdict, photo(place))


def photo(place: explore.Place | None) -> Any:
    """A photo with a box around the digit that was found on it; hidden without one."""
    if place is None:
        return gr.update(value=None, visible=False)
    page = Image.fromarray(place.photo)
    left, top, right, bottom = place.box
    box = (left - BOX_PX, top - BOX_PX, right + BOX_PX, bottom + BOX_PX)
    ImageDraw.Draw(page).rectangle(box, outline=figures.ORANGE, width=BOX_PX)
    return gr.update(value=page, visible=True)


def cost(say: Say, found: explore.Encoding) -> CostValues:
    """Draw the code of an encoding and its cost."""
    names = [say("vae.perfect"), say("page.model"), say("vae.mean_digit"), say("vae.coin")]
    costs = [found.perfect_nats, found.nats, found.mean_digit_nats, found.uniform_nats]
    bars = figures.bars(
        names, costs, title=say("vae.costs"), y=say("vae.nats"), hover=say("vae.cost_hover"), marked=1, height=320
    )
    text = say(
        "vae.cost_text",
        nats=f"{found.nats:.1f}",
        reconstruction=f"{found.reconstruction_nats:.1f}",
        kl=f"{found.kl_nats.sum():.1f}",
        perfect=f"{found.perfect_nats:.0f}",
    )
    return CostValues(text, code(say, found), bars)


def code(say: Say, found: explore.Encoding) -> go.Figure:
    """Mean and deviation of each latent axis as error bars, the sample as diamonds."""
    axes = [str(axis + 1) for axis in range(len(found.mu))]
    figure = go.Figure()
    error_bars = {"type": "data", "array": found.sigma.round(3).tolist(), "color": figures.BLUE, "width": 0}
    figure.add_scatter(
        x=axes,
        y=found.mu.round(3).tolist(),
        error_y=error_bars,
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


def interpolation(say: Say, found: explore.Interpolation) -> InterpolationValues:
    """Draw an interpolation, and compare its middle with a blend of pixels."""
    count = len(found.images)
    sentence = say(
        "vae.walk_text",
        image=f"{found.image_nats[count // 2]:.0f}",
        blend=f"{found.blend_nats[count // 2]:.0f}",
        ends=f"{(found.image_nats[0] + found.image_nats[-1]) / 2:.0f}",
    )
    return InterpolationValues(
        sentence, figures.sheet([*found.images, *found.blends], columns=count, cell=CELL_PX, gap=4)
    )


def walk(say: Say, found: explore.Interpolation, file: str) -> WalkValues:
    """Draw the excess cost along an interpolation; `file` holds its `animation`."""
    count = len(found.images)
    excess = figures.lines(
        np.arange(1, count + 1, dtype=np.float32),
        {say("vae.latent"): found.image_nats, say("vae.blend"): found.blend_nats},
        title=say("vae.surprise"),
        x=say("vae.walk_step"),
        y=say("vae.nats"),
        hover=say("vae.surprise_hover"),
        markers=True,
        height=320,
    )
    return WalkValues(file, file, legend_below(excess))


def animation(images: Bytes) -> bytes:
    """Pictures (N, H, W), forward and backward, as the content of an animated GIF that loops."""
    frames = [*images, *images[-2:0:-1]]
    drawn = [figures.enlarge(frame, SHOWN_PX) for frame in frames]
    buffer = io.BytesIO()
    drawn[0].save(buffer, "GIF", save_all=True, append_images=drawn[1:], duration=FRAME_MS, loop=0)
    return buffer.getvalue()


def latent_text(say: Say, axes: Sequence[int], latent: int) -> str:
    """What the plane and the sliders of the most active `axes` of `latent` ones show."""
    up = axes[min(1, len(axes) - 1)]
    return say("vae.workbench", across=axes[0] + 1, up=up + 1, count=len(axes), latent=latent)


def plane_values(found: explore.Plane, values: Sequence[float], decoded: Bytes) -> PlaneValues:
    """Draw the plane with a cross at the first two of `values`, and the picture decoded from there."""
    return PlaneValues(plane(found, values), figures.enlarge(decoded, SHOWN_PX))


def plane(found: explore.Plane, values: Sequence[float]) -> Image.Image:
    """The digits at their positions on two axes, coloured by class, with a cross at the first two of `values`."""
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
    """Pixel of a point (across, up) of the plane, from the upper left corner of its picture."""
    scale = PLANE_PX / (2 * explore.REACH)
    return float(PLANE_PX / 2 + scale * at[0]), float(PLANE_PX / 2 - scale * at[1])


def point(at: Sequence[float]) -> tuple[float, float]:
    """Point (across, up) of the plane at a pixel of its picture; the inverse of `pixel`."""
    scale = PLANE_PX / (2 * explore.REACH)
    return (at[0] - PLANE_PX / 2) / scale, (PLANE_PX / 2 - at[1]) / scale


def samples(found: Bytes) -> Image.Image:
    """A sheet of samples of the prior."""
    return figures.sheet(list(found), columns=8, cell=CELL_PX, gap=4)


def growth(say: Say, found: explore.Growth, stage: float) -> GrowthValues:
    """Draw one stage of the training."""
    cost_curve = curve(
        say,
        explore.reached(),
        stage,
        title=say("vae.grow_curve"),
        y=say("vae.nats"),
        percent=False,
        levels={say("vae.mean_digit"): explore.mean_digit_nats(), say("vae.coin"): explore.UNIFORM_NATS},
    )
    return GrowthValues(
        grown=figures.enlarge(found.reconstruction, SHOWN_PX),
        grown_samples=figures.sheet(list(found.samples), columns=3, cell=CELL_PX, gap=4),
        grown_verdict=say("vae.grow_verdict", nats=f"{found.nats:.1f}", mean_digit=f"{found.mean_digit_nats:.0f}"),
        grown_curve=cost_curve,
    )


def neighbours(say: Say, found: explore.Neighbours) -> NeighbourValues:
    """Label the neighbours and their cosines."""

    def labelled(kind: Sequence[explore.Neighbour]) -> Named:
        return [
            (
                figures.enlarge(item.image, 112),
                say("vae.neighbour", label=item.label, similarity=f"{item.similarity:.2f}"),
            )
            for item in kind
        ]

    return NeighbourValues(labelled(found.by_latent), labelled(found.by_pixels))


def accuracy(say: Say, found: explore.KNNAccuracy, latent: int) -> AccuracyValues:
    """Bars of the accuracy by a code of `latent` axes and by pixels beside the chance level, and a sentence."""
    bars = figures.bars(
        [say("vae.by_latent", count=latent), say("vae.by_pixels")],
        [found.latent, found.pixels],
        title=say("vae.readout", n=found.n),
        y=say("vae.accuracy"),
        hover=say("vae.readout_hover"),
        marked=0,
        levels={say("page.chance"): found.chance_level},
        top=1.05,
        percent=True,
    )
    return AccuracyValues(bars, say("vae.readout_text", times=f"{PIXELS / latent:.0f}"))


def card(say: Say, metrics: dict[str, float]) -> str:
    """Metrics of the model's card in a sentence."""
    return say(
        "vae.card",
        n=f"{metrics['n']:,}",
        nats=f"{metrics['nats']:.1f}",
        kl=f"{metrics['kl_nats']:.1f}",
        reconstruction=f"{metrics['reconstruction_nats']:.1f}",
    )
