"""The latent space on the VAE tab: digits on its two most active axes, and sliders over eight."""

from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.vae import explore
from demos.page.events import guard, listen
from demos.page.parts import Parts
from demos.page.values import flattened, outputs
from demos.page.words import Say
from demos.vae import views
from demos.vae.views import AxisValues, LatentValues, PlaneValues, SpaceValues

STEM = "vae"


def on_space(say: Say, picture: str | None, model: str, *values: float) -> SpaceValues:
    """Go to picture A's code, or to the sliders' values where they have been moved.

    The sliders take the most active axes of the model, the others are hidden.
    """
    with guard(say):
        axes = explore.most_active(name=model)
        encoding = explore.encode(picture, name=model)
        code = [float(encoding.mu[axis]) for axis in axes]
        latent = latent_point(picture, model, values if any(values) else code)
        sliders = axis_sliders(say, latent.axes, axes)
        return SpaceValues(views.latent_text(say, axes, explore.latent(model)), latent._replace(axes=sliders))


def on_decode(say: Say, picture: str | None, model: str, *values: float) -> PlaneValues:
    """Decode picture A's code with the most active axes set to the sliders' values."""
    with guard(say):
        decoded = decode(picture, model, values)  # first, since it refuses what is not a number
        return views.plane_values(explore.plane(name=model), values, decoded)


def on_click(say: Say, event: gr.SelectData, picture: str | None, model: str, *values: float) -> LatentValues:
    """Move the first two sliders to the clicked point of the plane."""
    across, up = (round(value, 2) for value in views.point(event.index))
    with guard(say):
        return latent_point(picture, model, (across, up, *values[2:]))


def decode(picture: str | None, model: str, values: Any) -> NDArray[np.uint8]:
    """Picture A's code with the sliders' values on the axes that the model has, decoded."""
    return explore.decode(picture, values[: len(explore.most_active(name=model))], name=model)


def latent_point(picture: str | None, model: str, values: Any) -> LatentValues:
    """Plane, decoded picture and sliders at `values`, limited to the sliders' range; 0 on axes that a model lacks."""
    kept = [round(min(max(value, -explore.REACH), explore.REACH), 2) for value in values]
    kept += [0.0] * (explore.ACTIVE_AXES - len(kept))
    plane = views.plane_values(explore.plane(name=model), kept, decode(picture, model, kept))
    return LatentValues(plane, AxisValues(*kept))


def axis_sliders(say: Say, values: AxisValues, axes: tuple[int, ...]) -> AxisValues:
    """The sliders labelled with the most active axes; the rest are hidden."""
    named = [
        gr.Slider(label=say("vae.slider", axis=axis + 1), value=value, visible=True)
        for axis, value in zip(axes, values, strict=False)
    ]
    return AxisValues(*named, *[gr.Slider(value=0, visible=False)] * (explore.ACTIVE_AXES - len(axes)))


def build_space(parts: Parts, picture: gr.Image, model: gr.Radio) -> list[gr.Slider]:
    """Lay out the plane and the sliders; returns the sliders, which are all at 0 until the fold is opened."""
    say, reach = parts.say, explore.REACH
    look: dict[str, Any] = {"format": "png", "buttons": []}
    with parts.fold("space") as fold:
        shown: dict[str, Any] = {"latent_text": gr.Markdown(elem_id="vae-space-text")}
        with gr.Row():
            plane: dict[str, Any] = {"height": views.PLANE_PX + 20, "interactive": False, "min_width": 300}
            shown["plane"] = gr.Image(label=say("vae.plane"), elem_id="vae-plane", **plane, **look)
            with gr.Column(min_width=300):
                shown["moved"] = gr.Image(label=say("vae.decoded"), height=240, elem_id="vae-decoded", **look)
                with gr.Row():
                    for number, name in enumerate(AxisValues._fields):
                        label, ident = say("vae.slider", axis=number + 1), f"vae-axis-{number}"
                        shown[name] = gr.Slider(-reach, reach, 0, step=0.01, label=label, elem_id=ident, min_width=200)
    sliders = outputs(AxisValues, shown)
    parts.ask(on_space, [picture, model, *sliders], outputs(SpaceValues, shown), fold=fold)
    inputs: list[Any] = [picture, model, *sliders]
    quiet: dict[str, Any] = {"model": STEM, "show_progress": "hidden"}
    releases, moved = [slider.release for slider in sliders], outputs(PlaneValues, shown)
    listen(say, releases, on_decode, inputs, moved, name="vae_decode", trigger_mode="always_last", **quiet)
    listen(say, shown["plane"].select, flattened(on_click), inputs, outputs(LatentValues, shown), **quiet)
    return sliders
