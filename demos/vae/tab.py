"""The VAE tab: encode digits to twenty random numbers, and decode points of the latent space."""

from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder
from numpy.typing import NDArray

from core.data import bundled
from core.vae import explore
from demos.page.events import count_up, guard, listen
from demos.page.inputs import changes
from demos.page.layout import step
from demos.page.values import flattened, outputs
from demos.page.words import Say
from demos.vae import views
from demos.vae.inputs import build_data
from demos.vae.prior import build_growth, build_prior
from demos.vae.views import (
    AxisValues,
    EncodingValues,
    InterpolationValues,
    LatentValues,
    ModelValues,
    NeighbourValues,
    PictureValues,
    PlaneValues,
)

STEM = "vae"
FIRST_DIGITS = (40, 140)  # a 2 and a 7 of the bundled digits

Bytes = NDArray[np.uint8]
Picture = Bytes | str | None
Shown = dict[str, Any]  # components by the field of the values that they show


class Controls(NamedTuple):
    """Inputs of the results for picture A, in the order of `on_first`'s arguments."""

    picture_a: gr.Image
    picture_b: gr.Image
    seed: gr.Number
    steps: gr.Slider
    path: gr.Radio
    neighbour_count: gr.Slider
    model: gr.Radio


def on_first(
    say: Say, first: str | None, second: str | None, seed: float, steps: float, path: str, count: float, model: str
) -> PictureValues:
    """All results for a new picture A, in one answer."""
    with guard(say):
        return picture_values(say, first, second, seed, steps, path, count, model)


def picture_values(
    say: Say, first: Picture, second: Picture, seed: float, steps: float, path: str, count: float, model: str
) -> PictureValues:
    """Encoding, interpolation, latent point and neighbours, one after the other."""
    encoding = explore.encode(first, seed, name=model)
    interpolation = interpolated(say, explore.interpolate(first, second, steps, path, name=model))
    latent = latent_point(first, model, [float(encoding.mu[axis]) for axis in explore.most_active(name=model)])
    neighbours = views.neighbours(say, explore.neighbours(first, count=count, name=model))
    return PictureValues(views.encoding(say, encoding), interpolation, latent, neighbours)


def on_model(
    say: Say,
    first: str | None,
    second: str | None,
    seed: float,
    steps: float,
    path: str,
    count: float,
    model: str,
    prior_seed: float,
) -> ModelValues:
    """All results of another model: also its axes, its samples of the prior, and its accuracy."""
    with guard(say):
        values = picture_values(say, first, second, seed, steps, path, count, model)
        latent = values.latent._replace(axes=axis_sliders(say, values.latent.axes, model))
        return ModelValues(
            picture=values._replace(latent=latent),
            latent_text=views.latent_text(say, explore.most_active(name=model), explore.latent(model)),
            samples=views.samples(explore.sample(prior_seed, name=model)),
            accuracy=views.accuracy(say, explore.knn_accuracy(model), explore.latent(model)),
        )


def on_encode(say: Say, picture: str | None, seed: float, model: str) -> EncodingValues:
    """Encode picture A and decode one sample."""
    with guard(say):
        return views.encoding(say, explore.encode(picture, seed, name=model))


def on_interpolate(
    say: Say, first: str | None, second: str | None, steps: float, path: str, model: str
) -> InterpolationValues:
    """Interpolate from picture A to picture B."""
    with guard(say):
        return interpolated(say, explore.interpolate(first, second, steps, path, name=model))


def interpolated(say: Say, found: explore.Interpolation) -> InterpolationValues:
    """Save the animation of an interpolation, and draw the rest."""
    file = save_bytes_to_cache(views.animation(found.images), "pretext-vae.gif", get_upload_folder())
    return views.interpolation(say, found, str(file))


def on_decode(say: Say, picture: str | None, model: str, *values: float) -> PlaneValues:
    """Decode picture A's code with the most active axes set to the sliders' values."""
    with guard(say):
        decoded = decode(picture, model, values)  # first, since it refuses what is not a number
        return views.plane_values(explore.plane(name=model), values, decoded)


def decode(picture: Picture, model: str, values: Any) -> Bytes:
    """Picture A's code with the sliders' values on the axes that the model has, decoded."""
    return explore.decode(picture, values[: len(explore.most_active(name=model))], name=model)


def on_click(say: Say, event: gr.SelectData, picture: str | None, model: str, *values: float) -> LatentValues:
    """Move the first two sliders to the clicked point of the plane."""
    across, up = (round(value, 2) for value in views.point(event.index))
    with guard(say):
        return latent_point(picture, model, (across, up, *values[2:]))


def latent_point(picture: Picture, model: str, values: Any) -> LatentValues:
    """Plane, decoded picture and sliders at `values`, limited to the sliders' range; 0 on axes that a model lacks."""
    kept = [round(min(max(value, -explore.REACH), explore.REACH), 2) for value in values]
    kept += [0.0] * (explore.ACTIVE_AXES - len(kept))
    plane = views.plane_values(explore.plane(name=model), kept, decode(picture, model, kept))
    return LatentValues(plane, AxisValues(*kept))


def axis_sliders(say: Say, values: AxisValues, model: str) -> AxisValues:
    """The sliders for another model: labelled with its most active axes; those that it lacks are hidden."""
    axes = explore.most_active(name=model)
    named = [
        gr.Slider(label=say("vae.slider", axis=axis + 1), value=value, visible=True)
        for axis, value in zip(axes, values, strict=False)
    ]
    return AxisValues(*named, *[gr.Slider(value=0, visible=False)] * (explore.ACTIVE_AXES - len(axes)))


def on_neighbours(say: Say, picture: str | None, count: float, model: str) -> NeighbourValues:
    """The bundled digits nearest to picture A, by code and by pixels."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(picture, count=count, name=model))


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    known = bundled.digits().images
    first, second = (known[index] for index in FIRST_DIGITS)
    values = picture_values(say, first, second, 0, 8, "straight", 8, explore.NAME)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            ends = build_data(say, first, second)
        with step(say, STEM, 2):
            seed, model, shown = _build_encoding(say, values.encoding)
    with step(say, STEM, 3):
        gr.Markdown(views.card(say, explore.metrics()), elem_classes="quiet")
        shown |= _build_cost(values.encoding)
        steps, path, interpolated = _build_interpolation(say, values.interpolation)
        shown |= interpolated | _build_latent(say, values.latent)
        prior_seed, shown["samples"] = build_prior(say, model)
        build_growth(say, first, ends.picture_a)
    with step(say, STEM, 4):
        count, found = _build_use(say, values.neighbours)
        shown |= found | _build_accuracy(say)
    controls = Controls(ends.picture_a, ends.picture_b, seed, steps, path, count, model)
    _listen_results(say, controls, prior_seed, shown)
    _listen_latent(say, controls, shown)


def _build_encoding(say: Say, values: EncodingValues) -> tuple[gr.Number, gr.Radio, Shown]:
    look: dict[str, Any] = {"height": 220, "buttons": [], "min_width": 140, "format": "png"}
    with gr.Row():
        model_input = gr.Image(values.model_input, label=say("vae.seen"), elem_id="vae-seen", **look)
        decoded = gr.Image(values.decoded, label=say("vae.drawn"), elem_id="vae-drawn", **look)
    code = gr.Plot(values.code, show_label=False, elem_id="vae-code")
    with gr.Row():
        seed = gr.Number(0, label=say("vae.seed"), elem_id="vae-seed", min_width=120)
        again = gr.Button(say("vae.again"), variant="primary", elem_id="vae-again", min_width=120)
    count_up(again, seed, explore.MAX_SEED)
    offered = explore.names()
    model = gr.Radio(
        [(model_name(say, name), name) for name in offered],
        value=explore.NAME,
        label=say("vae.model"),
        elem_id="vae-model",
        visible=len(offered) > 1,
    )
    return seed, model, {"model_input": model_input, "code": code, "decoded": decoded}


def _build_cost(values: EncodingValues) -> Shown:
    with gr.Row():
        with gr.Column(min_width=300):
            verdict = gr.Markdown(values.verdict, elem_id="vae-verdict")
        bars = gr.Plot(values.bars, show_label=False, elem_id="vae-bars")
    return {"verdict": verdict, "bars": bars}


def model_name(say: Say, name: str) -> str:
    """What a checkpoint is called on the page: the shipped one in words, a visitor's own by its name."""
    return say("vae.model_mnist") if name == explore.NAME else name


def _build_interpolation(say: Say, values: InterpolationValues) -> tuple[gr.Slider, gr.Radio, Shown]:
    gr.Markdown(say("vae.walk"))
    with gr.Row():
        steps = gr.Slider(explore.MIN_STEPS, explore.MAX_STEPS, 8, step=1, label=say("vae.steps"), elem_id="vae-steps")
        paths = [(say(f"vae.{name}"), name) for name in explore.PATHS]
        path = gr.Radio(paths, value=explore.PATHS[0], label=say("vae.path"), elem_id="vae-path")
    strip = gr.Image(values.strip, label=say("vae.strip"), height=190, elem_id="vae-strip", buttons=[], format="png")
    with gr.Row():
        with gr.Column(min_width=220, scale=1):
            animation = gr.Image(values.animation, label=say("vae.film"), height=250, elem_id="vae-film", buttons=[])
            download = gr.DownloadButton(say("vae.download"), value=values.download, elem_id="vae-download", size="sm")
        with gr.Column(min_width=320, scale=2):
            excess = gr.Plot(values.excess, show_label=False, elem_id="vae-surprise")
            text = gr.Markdown(values.interpolation_text, elem_id="vae-walk-text", elem_classes="quiet")
    shown = {"strip": strip, "animation": animation, "download": download, "excess": excess, "interpolation_text": text}
    return steps, path, shown


def _build_latent(say: Say, values: LatentValues) -> Shown:
    axes, reach = explore.most_active(), explore.REACH
    shown: Shown = {"latent_text": gr.Markdown(views.latent_text(say, axes, explore.latent()))}
    look: dict[str, Any] = {"format": "png", "buttons": []}
    with gr.Row():
        look |= {"height": views.PLANE_PX + 20, "interactive": False, "min_width": 300}
        shown["plane"] = gr.Image(values.plane.plane, label=say("vae.plane"), elem_id="vae-plane", **look)
        with gr.Column(min_width=300):
            shown["moved"] = gr.Image(
                values.plane.moved,
                label=say("vae.decoded"),
                height=240,
                elem_id="vae-decoded",
                buttons=[],
                format="png",
            )
            with gr.Row():
                for number, axis in enumerate(axes):
                    name, label = f"axis_{number}", say("vae.slider", axis=axis + 1)
                    value, elem_id = getattr(values.axes, name), f"vae-axis-{number}"
                    shown[name] = gr.Slider(
                        -reach, reach, value, step=0.01, label=label, elem_id=elem_id, min_width=200
                    )
    return shown


def _build_use(say: Say, values: NeighbourValues) -> tuple[gr.Slider, Shown]:
    count = gr.Slider(1, 16, 8, step=1, label=say("vae.count"), elem_id="vae-count")
    look: dict[str, Any] = {"allow_preview": False, "interactive": False, "buttons": [], "min_width": 300}
    shown: Shown = {}
    with gr.Row():
        for kind in ("latent", "pixels"):
            look |= {"label": say(f"vae.near_{kind}"), "elem_id": f"vae-near-{kind}"}
            shown[f"near_{kind}"] = gr.Gallery(getattr(values, f"near_{kind}"), columns=8, height=310, **look)
    return count, shown


def _build_accuracy(say: Say) -> Shown:
    values = views.accuracy(say, explore.knn_accuracy(), explore.latent())
    bars = gr.Plot(values.accuracy, show_label=False, elem_id="vae-readout")
    return {"accuracy": bars, "accuracy_text": gr.Markdown(values.accuracy_text, elem_classes="quiet")}


def _listen_results(say: Say, controls: Controls, prior_seed: gr.Number, shown: Shown) -> None:
    """What starts an encoding, an interpolation, a search for neighbours, or all of them."""
    first, second, seed, steps, path, count, model = controls
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last"}
    listen(say, changes(first), flattened(on_first), controls, outputs(PictureValues, shown), **last)
    inputs = [*controls, prior_seed]
    listen(say, model.input, flattened(on_model), inputs, outputs(ModelValues, shown), **last)
    encoded, interpolated = outputs(EncodingValues, shown), outputs(InterpolationValues, shown)
    listen(say, seed.change, on_encode, [first, seed, model], encoded, name="vae_encode", model=STEM)
    moves, path_inputs = [*changes(second), steps.release, path.input], [first, second, steps, path, model]
    listen(say, moves, on_interpolate, path_inputs, interpolated, name="vae_interpolate", **last)
    found, inputs = outputs(NeighbourValues, shown), [first, count, model]
    listen(say, count.release, on_neighbours, inputs, found, name="vae_neighbours", model=STEM)


def _listen_latent(say: Say, controls: Controls, shown: Shown) -> None:
    """What moves to another point of the latent space."""
    sliders = outputs(AxisValues, shown)
    inputs: list[Any] = [controls.picture_a, controls.model, *sliders]
    quiet: dict[str, Any] = {"model": STEM, "show_progress": "hidden"}
    releases, plane = [slider.release for slider in sliders], outputs(PlaneValues, shown)
    listen(say, releases, on_decode, inputs, plane, name="vae_decode", trigger_mode="always_last", **quiet)
    listen(say, shown["plane"].select, flattened(on_click), inputs, outputs(LatentValues, shown), **quiet)
