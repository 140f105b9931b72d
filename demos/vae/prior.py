"""Samples of the prior on the VAE tab, of the finished network and along its training."""

from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.vae import explore
from demos.page.events import count_up, guard, listen
from demos.page.inputs import changes
from demos.page.snapshots import LAST, growth
from demos.page.values import outputs
from demos.page.words import Say
from demos.vae import views
from demos.vae.views import GrowthValues

STEM = "vae"


def on_sample(say: Say, seed: float, model: str) -> Image.Image:
    """Decode samples of the prior."""
    with guard(say):
        return views.samples(explore.sample(seed, name=model))


def on_grow(say: Say, picture: str | None, stage: float) -> GrowthValues:
    """Decode picture A and samples of the prior at one moment of the training, 0 (before) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(picture, stage), stage)


def build_prior(say: Say, model: gr.Radio) -> tuple[gr.Number, gr.Image]:
    """Lay out samples of the prior with their seed."""
    gr.Markdown(say("vae.prior"))
    with gr.Row():
        seed = gr.Number(0, label=say("vae.seed"), elem_id="vae-prior-seed", min_width=120)
        again = gr.Button(say("vae.again"), elem_id="vae-prior-again", min_width=120)
    drawn = views.samples(explore.sample(0))
    samples = gr.Image(drawn, label=say("vae.samples"), height=260, elem_id="vae-samples", buttons=[], format="png")
    count_up(again, seed, explore.MAX_SEED)
    listen(say, seed.change, on_sample, [seed, model], [samples], name="vae_sample", model=STEM, show_progress="hidden")
    return seed, samples


def build_growth(say: Say, example: NDArray[np.uint8], picture: gr.Image) -> None:
    """Lay out the network along its training."""
    values = views.growth(say, explore.grow(example, LAST), LAST)
    look: dict[str, Any] = {"height": 262, "buttons": [], "format": "png", "min_width": 220}
    with growth(say, STEM) as stage:
        verdict = gr.Markdown(values.grown_verdict, elem_id="vae-grow-verdict")
        with gr.Row():
            grown = gr.Image(values.grown, label=say("vae.grow_drawn"), elem_id="vae-grow-drawn", **look)
            samples = gr.Image(values.grown_samples, label=say("vae.samples"), elem_id="vae-grow-samples", **look)
            with gr.Column(min_width=320, scale=2):
                curve = gr.Plot(values.grown_curve, show_label=False, elem_id="vae-grow-curve")
    shown = {"grown": grown, "grown_samples": samples, "grown_verdict": verdict, "grown_curve": curve}
    listen(
        say,
        [stage.change, *changes(picture)],
        on_grow,
        [picture, stage],
        outputs(GrowthValues, shown),
        name="vae_grow",
        model="vae-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )
