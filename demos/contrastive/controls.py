"""The components by which a visitor of the contrastive tab chooses views and pictures, and what its parts share."""

from typing import Any, NamedTuple

import gradio as gr

from core.contrastive import explore
from demos.page.events import count_up
from demos.page.inputs import Shown
from demos.page.parts import Parts
from demos.page.words import Say

STEM = "contrastive"
FIRST_VIEWS = explore.ViewSettings(min_crop=0.2, jitter=0.5, greyscale=0.2, blur=0.0, flip=0.5)  # SimCLR's training


class ViewInputs(NamedTuple):
    """The components by which a visitor chooses the views, in the order of the handlers' arguments."""

    min_crop: gr.Slider
    jitter: gr.Slider
    greyscale: gr.Slider
    blur: gr.Slider
    flip: gr.Slider
    seed: gr.Number

    def events(self) -> list[Any]:
        """The events by which the views change."""
        sliders = (self.min_crop, self.jitter, self.greyscale, self.blur, self.flip)
        return [self.seed.change, *(slider.release for slider in sliders)]


def build_views(parts: Parts, sizes: str) -> ViewInputs:
    """Lay out the button that goes on to the next seed, and a fold with the strength of each change and the seed.

    Args:
        parts: of the tab.
        sizes: a sentence about the sizes of the views.
    """
    say = parts.say
    again = gr.Button(say("contrastive.again"), variant="primary", elem_id="contrastive-go")

    def slider(key: str, low: float, value: float) -> gr.Slider:
        return gr.Slider(
            low, 1, value=value, step=0.05, label=say(f"contrastive.{key}"), elem_id=f"contrastive-{key}", min_width=140
        )

    with parts.fold("augment"):
        with gr.Row():
            min_crop = slider("crop", 0.05, FIRST_VIEWS.min_crop)
            jitter = slider("jitter", 0, FIRST_VIEWS.jitter)
        with gr.Row():
            greyscale = slider("greyscale", 0, FIRST_VIEWS.greyscale)
            blur = slider("blur", 0, FIRST_VIEWS.blur)
        with gr.Row():
            flip = slider("flip", 0, FIRST_VIEWS.flip)
            seed = gr.Number(0, label=say("contrastive.seed"), precision=0, elem_id="contrastive-seed", min_width=140)
        gr.Markdown(sizes, elem_classes="quiet", elem_id="contrastive-sizes")
    count_up(again, seed, explore.SEEDS)
    return ViewInputs(min_crop, jitter, greyscale, blur, flip, seed)


def picture_number(say: Say, name: str) -> gr.Slider:
    """A slider for the number of one of the pictures; `name` goes into its element id."""
    return gr.Slider(
        1, explore.MAX_PICTURES, value=1, step=1, label=say("contrastive.which"), elem_id=f"contrastive-{name}"
    )


def paths(shown: Shown) -> list[str]:
    """The files of the pictures in the gallery; none if it is empty."""
    return [path for path, _ in shown or []]
