"""Step 1 of the VAE tab: the pictures A and B, from an upload, an example or a drawing."""

import time
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.data import bundled
from core.vae import explore
from demos.page import figures
from demos.page.events import guard, listen
from demos.page.inputs import drawn, picked, picture_input
from demos.page.parts import Parts
from demos.page.words import Say
from demos.vae import views

ENDS = ("a", "b")
SHOWN_EACH = 2  # examples of each class
CANVAS_PX = 224

Bytes = NDArray[np.uint8]


class Ends(NamedTuple):
    """Values of the pictures A and B, and when an example or a sketch was last put into each; see `page.inputs`."""

    picture_a: Any
    picture_b: Any
    picked_a: Any
    picked_b: Any


def on_sketch(say: Say, drawing: str | None, end: str) -> Ends:
    """Bring a drawing into MNIST's form and put it into picture A or B."""
    with guard(say):
        return into(end, explore.view(drawing))


def into(end: str, picture: Bytes) -> Ends:
    """Values of the pictures A and B: one is new and enlarged, the other stays."""
    enlarged = figures.enlarge(picture, views.SHOWN_PX)
    now = time.monotonic_ns()
    if end == ENDS[0]:
        return Ends(enlarged, gr.skip(), now, gr.skip())
    return Ends(gr.skip(), enlarged, gr.skip(), now)


def build_data(say: Say, first: Bytes, second: Bytes) -> tuple[Ends, gr.Radio]:
    """Lay out step 1: the two pictures and the examples, with the choice of the picture that the next one replaces."""
    with gr.Row():
        first_picture, second_picture = (
            picture_input(
                value=figures.enlarge(picture, views.SHOWN_PX),
                label=say(f"vae.picture_{end}"),
                height=170,
                elem_id=f"vae-picture-{end}",
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
                min_width=130,
                format="png",
            )
            for end, picture in zip(ENDS, (first, second), strict=True)
        )
    ends = Ends(first_picture, second_picture, picked(first_picture), picked(second_picture))
    end = gr.Radio(
        [(say(f"vae.end_{end}"), end) for end in ENDS], value=ENDS[0], label=say("vae.end"), elem_id="vae-end"
    )
    labels = bundled.digits().labels
    chosen = [int(index) for digit in range(10) for index in np.flatnonzero(labels == digit)[:SHOWN_EACH]]
    images = bundled.digits().images
    gallery = gr.Gallery(
        [(figures.enlarge(images[index], 84), str(labels[index])) for index in chosen],
        label=say("page.examples"),
        columns=10,
        height=None,
        allow_preview=False,
        elem_id="vae-examples",
        elem_classes="examples",
        interactive=False,
        buttons=[],
    )

    def on_pick(end: str, event: gr.SelectData) -> Ends:
        return into(end, images[chosen[event.index]])

    gallery.select(on_pick, end, [*ends], api_visibility="private", show_progress="hidden")
    return ends, end


def build_sketch(parts: Parts, end: gr.Radio, ends: Ends) -> None:
    """Lay out a canvas whose drawing replaces picture A or B."""
    say = parts.say
    with parts.fold("sketch"):
        gr.Markdown(say("vae.sketch_text"))
        paper = np.full((CANVAS_PX, CANVAS_PX, 3), 255, np.uint8)  # with a background the pen is active at once
        drawing = gr.ImageEditor(
            paper,
            label=say("vae.sketch_label"),
            layers=False,
            fixed_canvas=True,
            canvas_size=(CANVAS_PX, CANVAS_PX),
            transforms=(),
            sources=(),
            brush=gr.Brush(9, colors=["#000000"], color_mode="fixed"),
            height=330,
            elem_id="vae-canvas",
            buttons=[],
        )
        use = gr.Button(say("vae.use_sketch"), elem_id="vae-use-sketch")
    listen(say, use.click, on_sketch, [drawn(drawing, "composite"), end], ends, show_progress="hidden")
