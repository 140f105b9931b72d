"""Samples of the prior on the VAE tab, of the finished network and along its training."""

from typing import Any

import gradio as gr
from PIL import Image

from core.vae import explore
from demos.page.events import count_up, guard
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.values import outputs
from demos.page.words import Say
from demos.vae import views
from demos.vae.views import GrowthValues


def on_sample(say: Say, seed: float, model: str) -> Image.Image:
    """Decode samples of the prior."""
    with guard(say):
        return views.samples(explore.sample(seed, name=model))


def on_grow(say: Say, picture: str | None, stage: float) -> GrowthValues:
    """Decode picture A and samples of the prior at one moment of the training, 0 (before) to 4 (finished)."""
    with guard(say):
        return views.growth(say, explore.grow(picture, stage), stage)


def build_prior(parts: Parts, model: gr.Radio) -> None:
    """Lay out samples of the prior with their seed."""
    say = parts.say
    with parts.fold("prior") as fold:
        with gr.Row():
            seed = gr.Number(0, label=say("vae.seed"), elem_id="vae-prior-seed", min_width=120)
            again = gr.Button(say("vae.again"), elem_id="vae-prior-again", min_width=120)
        samples = gr.Image(label=say("vae.samples"), height=260, elem_id="vae-samples", buttons=[], format="png")
    count_up(again, seed, explore.MAX_SEED)
    parts.ask(
        on_sample, [seed, model], [samples], on=[seed.change], fold=fold, name="vae_sample", show_progress="hidden"
    )


def build_growth(parts: Parts, picture: gr.Image) -> None:
    """Lay out the network along its training."""
    say = parts.say
    look: dict[str, Any] = {"height": 262, "buttons": [], "format": "png", "min_width": 130}
    with growth(parts) as (fold, stage):
        verdict = gr.Markdown(elem_id="vae-grow-verdict")
        with gr.Row():
            grown = gr.Image(label=say("vae.grow_drawn"), elem_id="vae-grow-drawn", **look)
            samples = gr.Image(label=say("vae.samples"), elem_id="vae-grow-samples", **look)
            with gr.Column(min_width=320, scale=2):
                curve = gr.Plot(show_label=False, elem_id="vae-grow-curve")
        gr.Markdown(say("vae.grow_lines"))
    shown = {"grown": grown, "grown_samples": samples, "grown_verdict": verdict, "grown_curve": curve}
    parts.ask(
        on_grow,
        [picture, stage],
        outputs(GrowthValues, shown),
        on=[stage.change],
        fold=fold,
        name="vae_grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )
