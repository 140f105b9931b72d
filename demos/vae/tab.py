"""The VAE tab: encode digits to twenty random numbers, and decode points of the latent space."""

from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from core.data import pictures
from core.vae import explore
from core.vae.choices import CHOICES
from demos.page.backend import ask
from demos.page.events import count_up, guard
from demos.page.files import save_bytes
from demos.page.inputs import changes
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say
from demos.training.part import part
from demos.vae import views
from demos.vae.inputs import Ends, build_data, build_sketch
from demos.vae.prior import build_growth, build_prior
from demos.vae.space import build_space
from demos.vae.views import AccuracyValues, CostValues, EncodingValues, InterpolationValues, NeighbourValues, WalkValues

STEM = "vae"
FIRST_DIGITS = (40, 140)  # a 2 and a 7 of the bundled digits


def on_encode(say: Say, picture: str | None, seed: float, model: str) -> EncodingValues:
    """Encode picture A, decode one sample, compare its cost with the baselines, and show where on a photo A stands."""
    with guard(say):
        opened = pictures.open_picture(picture)
        return views.encoding(say, ask(explore.encode, opened, seed, name=model), ask(explore.place, opened))


def on_cost(say: Say, picture: str | None, seed: float, model: str) -> CostValues:
    """The code of picture A and its cost: both parts of the loss, and bars beside the baselines."""
    with guard(say):
        return views.cost(say, ask(explore.encode, picture, seed, name=model))


def on_interpolate(
    say: Say, first: str | None, second: str | None, steps: float, path: str, model: str
) -> InterpolationValues:
    """Interpolate from picture A to picture B."""
    with guard(say):
        return views.interpolation(say, ask(explore.interpolate, first, second, steps, path, name=model))


def on_walk(say: Say, first: str | None, second: str | None, steps: float, path: str, model: str) -> WalkValues:
    """The same interpolation as an animation with its file, and the excess cost of each picture."""
    with guard(say):
        found = ask(explore.interpolate, first, second, steps, path, name=model)
    file = save_bytes(views.animation(found.images), "pretext-vae.gif", get_upload_folder())
    return views.walk(say, found, str(file))


def on_neighbours(say: Say, picture: str | None, count: float, model: str) -> NeighbourValues:
    """The bundled digits nearest to picture A, by code and by pixels."""
    with guard(say):
        return views.neighbours(say, ask(explore.neighbours, picture, count=count, name=model))


def on_votes(say: Say, model: str) -> AccuracyValues:
    """How many bundled digits their nearest neighbours classify correctly, by code and by pixels."""
    with guard(say):
        return views.accuracy(say, ask(explore.knn_accuracy, model), ask(explore.latent, model))


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            ends, end = build_data(say, *FIRST_DIGITS)
        with step(say, STEM, 2):
            seed, model = _build_encoding(parts, ends.picture_a)
        with step(say, STEM, 3):
            steps, path = _build_interpolation(parts, ends, model)
    build_sketch(parts, end, ends)
    _build_cost(parts, ends.picture_a, seed, model)
    _build_walk(parts, [ends.picture_a, ends.picture_b, steps, path, model])
    sliders = build_space(parts, ends.picture_a, model)
    build_prior(parts, model)
    part(parts, CHOICES, model=model)
    build_growth(parts, ends.picture_a)
    with step(say, STEM, 4):
        _build_neighbours(parts, ends.picture_a, model)
        _build_votes(parts, model)
    to_code = dict.fromkeys(sliders, 0)
    parts.follow(ends.picture_a, changes(ends.picture_a), reset=to_code)
    parts.follow(ends.picture_b, changes(ends.picture_b))
    parts.follow(seed, [seed.change])
    parts.follow(steps, [steps.release])
    parts.follow(path, [path.input])
    parts.follow(model, [model.input], reset=to_code)
    return parts


def _build_encoding(parts: Parts, picture: gr.Image) -> tuple[gr.Number, gr.Radio]:
    say = parts.say
    look: dict[str, Any] = {"height": 190, "buttons": [], "min_width": 130, "format": "png"}
    with gr.Row():
        model_input = gr.Image(label=say("vae.seen"), elem_id="vae-seen", **look)
        decoded = gr.Image(label=say("vae.drawn"), elem_id="vae-drawn", **look)
    verdict = gr.Markdown(elem_id="vae-verdict", elem_classes="verdict")
    photo = gr.Image(label=say("vae.photo"), elem_id="vae-photo", visible=False, **look)
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
    shown = {"model_input": model_input, "decoded": decoded, "verdict": verdict, "photo": photo}
    parts.ask(on_encode, [picture, seed, model], outputs(EncodingValues, shown), name="vae_encode")
    return seed, model


def model_name(say: Say, name: str) -> str:
    """What a checkpoint is called on the page: the shipped one in words, a visitor's own by its name."""
    return say("vae.model_mnist") if name == explore.NAME else name


def _build_interpolation(parts: Parts, ends: Ends, model: gr.Radio) -> tuple[gr.Slider, gr.Radio]:
    say = parts.say
    text = gr.Markdown(elem_id="vae-walk-text", elem_classes="verdict")
    strip = gr.Image(label=say("vae.strip"), height=150, elem_id="vae-strip", buttons=["fullscreen"], format="png")
    paths = [(say(f"vae.{name}"), name) for name in explore.PATHS]
    path = gr.Radio(paths, value=explore.PATHS[0], label=say("vae.path"), elem_id="vae-path")
    low, high = explore.MIN_STEPS, explore.MAX_STEPS
    steps = gr.Slider(low, high, 8, step=1, label=say("vae.steps"), elem_id="vae-steps")
    shown = {"strip": strip, "interpolation_text": text}
    inputs = [ends.picture_a, ends.picture_b, steps, path, model]
    parts.ask(on_interpolate, inputs, outputs(InterpolationValues, shown), name="vae_interpolate")
    return steps, path


def _build_cost(parts: Parts, picture: gr.Image, seed: gr.Number, model: gr.Radio) -> None:
    with parts.fold("cost") as fold:
        text = gr.Markdown(elem_id="vae-cost-text")
        with gr.Row():
            code = gr.Plot(show_label=False, elem_id="vae-code", min_width=320)
            bars = gr.Plot(show_label=False, elem_id="vae-bars", min_width=320)
        gr.Markdown(views.card(parts.say, explore.metrics()))
    shown = {"cost_text": text, "code": code, "bars": bars}
    parts.ask(on_cost, [picture, seed, model], outputs(CostValues, shown), fold=fold, name="vae_cost")


def _build_walk(parts: Parts, inputs: list[Any]) -> None:
    say = parts.say
    with parts.fold("walk") as fold, gr.Row():
        with gr.Column(min_width=220, scale=1):
            animation = gr.Image(label=say("vae.film"), height=250, elem_id="vae-film", buttons=[])
            download = gr.DownloadButton(say("vae.download"), elem_id="vae-download", size="sm")
        with gr.Column(min_width=320, scale=2):
            excess = gr.Plot(show_label=False, elem_id="vae-surprise")
            gr.Markdown(say("vae.excess_text"))
    shown = {"animation": animation, "download": download, "excess": excess}
    parts.ask(on_walk, inputs, outputs(WalkValues, shown), fold=fold, name="vae_walk")


def _build_neighbours(parts: Parts, picture: gr.Image, model: gr.Radio) -> None:
    say = parts.say
    count = gr.Slider(1, 16, 8, step=1, label=say("vae.count"), elem_id="vae-count")
    look: dict[str, Any] = {"allow_preview": False, "interactive": False, "buttons": [], "min_width": 300}
    shown = {}
    with gr.Row():
        for kind in ("latent", "pixels"):
            look |= {"label": say(f"vae.near_{kind}"), "elem_id": f"vae-near-{kind}"}
            shown[f"near_{kind}"] = gr.Gallery(columns=8, height=None, **look)
    near = outputs(NeighbourValues, shown)
    parts.ask(on_neighbours, [picture, count, model], near, on=[count.release], name="vae_neighbours")


def _build_votes(parts: Parts, model: gr.Radio) -> None:
    with parts.fold("votes") as fold:
        bars = gr.Plot(show_label=False, elem_id="vae-readout")
        text = gr.Markdown(elem_id="vae-readout-text")
    parts.ask(on_votes, [model], outputs(AccuracyValues, {"accuracy": bars, "accuracy_text": text}), fold=fold)
