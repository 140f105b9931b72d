"""Step 1 of the VAE tab: the pictures A and B, from an upload, an example or a drawing."""

import time
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data import bundled
from core.vae import explore
from demos.page import figures
from demos.page.events import guard, listen
from demos.page.inputs import drawn, name_examples, picked, picture_input
from demos.page.parts import Parts
from demos.page.words import Say
from demos.vae import views

ENDS = ("a", "b")
SHOWN_EACH = 2  # examples of each class
CANVAS_PX = 224

Bytes = NDArray[np.uint8]


class Ends(NamedTuple):
    """Values of the pictures A and B.

    Attributes:
        picture_a, picture_b: the pictures.
        picked_a, picked_b: when an example or a sketch was last put into each, see `page.inputs`.
        named_a, named_b: which bundled digit is in each; empty for any other picture.
    """

    picture_a: Any
    picture_b: Any
    picked_a: Any
    picked_b: Any
    named_a: Any
    named_b: Any


def on_sketch(say: Say, drawing: str | None, end: str) -> Ends:
    """Bring a drawing into MNIST's form and put it into picture A or B."""
    with guard(say):
        return into(end, explore.view(drawing))


def into(end: str, picture: Bytes, name: str = "") -> Ends:
    """Values of the pictures A and B: one is new and enlarged, the other stays; `name` is that of a bundled digit."""
    shown, kept = figures.enlarge(picture, views.SHOWN_PX), gr.skip()
    now = time.monotonic_ns()
    if end == ENDS[0]:
        return Ends(shown, kept, now, kept, name, kept)
    return Ends(kept, shown, kept, now, kept, name)


def build_data(say: Say, first: int, second: int) -> tuple[Ends, gr.Radio]:
    """Lay out step 1: two bundled digits, and examples with the choice of the picture that the next one replaces."""
    images, labels = bundled.digits().images, bundled.digits().labels
    with gr.Row():
        first_picture, second_picture = (
            picture_input(
                value=enlarged(str(index)),
                label=say(f"vae.picture_{end}"),
                height=170,
                elem_id=f"vae-picture-{end}",
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
                min_width=130,
                format="png",
            )
            for end, index in zip(ENDS, (first, second), strict=True)
        )
    named = [
        name_examples(
            picture, str(index), map(str, range(len(images))), enlarged, lambda name: np.asarray(enlarged(name))
        )
        for picture, index in ((first_picture, first), (second_picture, second))
    ]
    ends = Ends(first_picture, second_picture, picked(first_picture), picked(second_picture), *named)
    end = gr.Radio(
        [(say(f"vae.end_{end}"), end) for end in ENDS], value=ENDS[0], label=say("vae.end"), elem_id="vae-end"
    )
    chosen = [int(index) for digit in range(10) for index in np.flatnonzero(labels == digit)[:SHOWN_EACH]]
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
        return into(end, images[chosen[event.index]], str(chosen[event.index]))

    gallery.select(on_pick, end, [*ends], api_visibility="private", show_progress="hidden")
    return ends, end


def enlarged(name: str) -> Image.Image:
    """A bundled digit, named by its number, as large as it is shown."""
    return figures.enlarge(bundled.digits().images[int(name)], views.SHOWN_PX)


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
