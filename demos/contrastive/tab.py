"""The contrastive tab: two views of every picture, all compared with all, and the loss that pulls pairs together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from core.contrastive import explore
from core.contrastive.choices import CHOICES
from demos.contrastive import views
from demos.contrastive.controls import STEM, ViewInputs, build_views, paths, picture_number
from demos.contrastive.dictionary import build_dictionary
from demos.contrastive.views import ComparisonValues, GrowthValues, LossValues, ProbeValues, ViewLossValues
from demos.page import inputs
from demos.page.backend import ask
from demos.page.events import guard, listen
from demos.page.inputs import Named, Shown
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.values import outputs
from demos.page.words import Say
from demos.training.part import part

SETS: inputs.Sets = {
    "mixed": (("astronaut", "cat", "coffee", "rocket"), "🐶🌻🚌🎸"),
    "alike": ((), "🍎🍏🍅🍑🐶🐺🐱🐯"),
    "many": (("astronaut", "cat", "coffee", "rocket", "china", "flower"), "🐼🦊🐸🦋🍓🍋🚗🚲🏠🎸"),
}
FIRST_SET, FIRST_ENCODER, FIRST_SPACE, FIRST_TEMPERATURE = "mixed", "simclr", "projections", 0.2


class EncoderInputs(NamedTuple):
    """The components by which a visitor chooses the encoder and where it is compared."""

    encoder: gr.Dropdown
    space: gr.Dropdown


def on_compare(
    say: Say,
    shown: Shown,
    encoder: str,
    space: str,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
) -> ComparisonValues:
    """Draw two views of each picture, compare all views with all, and draw the results."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        found = ask(explore.compare, paths(shown), settings, encoder=encoder, space=space, seed=seed)
        return views.comparison(say, found, encoder, space)


def on_view_losses(
    say: Say,
    shown: Shown,
    encoder: str,
    space: str,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    temperature: float,
) -> ViewLossValues:
    """The loss of every view of the same comparison, and the most similar different pictures."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        found = ask(
            explore.compare, paths(shown), settings, encoder=encoder, space=space, temperature=temperature, seed=seed
        )
        return views.view_losses(say, found)


def on_loss(say: Say, cosine: list[list[float]], temperature: float) -> LossValues:
    """The loss of every view at another temperature, from the matrix alone; nothing is encoded again."""
    with guard(say):
        return views.loss(say, ask(explore.losses, cosine, temperature))


def on_grow(
    say: Say,
    shown: Shown,
    min_crop: float,
    jitter: float,
    greyscale: float,
    blur: float,
    flip: float,
    seed: float,
    stage: float,
) -> GrowthValues:
    """Compare the same views by a small network along its training: 0 (before the first step) to 4 (finished)."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        return views.growth(say, ask(explore.grow, paths(shown), settings, stage, seed=seed), stage)


def on_neighbours(say: Say, shown: Shown, which: float, encoder: str) -> Named:
    """The most similar pictures of the gallery, with names and cosines."""
    with guard(say):
        return views.neighbours(say, ask(explore.neighbours, paths(shown), which, encoder=encoder))


def on_accuracy(say: Say) -> list[Any]:
    """Accuracy on CIFAR-10 from the cards: a figure per metric, and a text."""
    return [*views.cards(say).values(), views.card_text(say)]


def on_probe(say: Say) -> ProbeValues:
    """Accuracy of predicting an emoji's group from its neighbours, for every encoder and for plain pixels."""
    return views.probe(say, ask(explore.group_probe))


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    compared: dict[str, Component] = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, low=explore.MIN_PICTURES, high=explore.MAX_PICTURES):
            shown = inputs.gallery(say, STEM, "pictures", SETS, FIRST_SET, height=372)
        with step(say, STEM, 2):
            compared["views"] = gr.Image(
                label=say("contrastive.views"),
                height=300,
                format="png",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="contrastive-views",
            )
            chosen = build_views(parts, views.sizes(say))
        with step(say, STEM, 3):
            by = _build_encoder(say)
            compared["verdict"] = gr.Markdown(elem_id="contrastive-verdict", elem_classes="verdict")
            compared["matrix"] = gr.Plot(show_label=False, elem_id="contrastive-matrix")
            compared["cosine"] = gr.JSON(visible=False, elem_id="contrastive-cosine")
    parts.ask(
        on_compare,
        [shown, *by, *chosen],
        outputs(ComparisonValues, compared),
        name="contrastive_compare",
        trigger_mode="always_last",
    )
    _build_loss(parts, [shown, *by, *chosen], compared["cosine"])
    _build_growth(parts, shown, chosen)
    part(parts, CHOICES, model=by.encoder)
    query = build_dictionary(parts, shown, chosen)
    with step(say, STEM, 4, count=explore.gallery_size()):
        which = _build_neighbours(parts, shown, by.encoder)
        _build_accuracy(parts)
        _build_probe(parts)
    parts.follow(shown, [shown.change], reset={which: 1, query: 1})
    parts.follow(chosen.seed, chosen.events())
    for choice in by:
        parts.follow(choice, [choice.input])
    return parts


def _build_encoder(say: Say) -> EncoderInputs:
    encoders = [(views.encoder_name(say, name), name) for name in explore.names()]
    spaces = [(say(f"contrastive.{name}"), name) for name in explore.SPACES]

    def choice(key: str, choices: Sequence[tuple[str, str]], first: str) -> gr.Dropdown:
        label, elem_id = say(f"contrastive.{key}"), f"contrastive-{key}"
        return gr.Dropdown(choices, value=first, label=label, filterable=False, min_width=140, elem_id=elem_id)

    with gr.Row():
        return EncoderInputs(choice("encoder", encoders, FIRST_ENCODER), choice("space", spaces, FIRST_SPACE))


def _build_loss(parts: Parts, asked: list[Component], cosine: Component) -> None:
    say = parts.say
    with parts.fold("loss") as fold:
        gr.Markdown(say("contrastive.loss_about"))
        with gr.Row():
            with gr.Column(min_width=320):
                temperature = gr.Slider(
                    *explore.TEMPERATURES,
                    value=FIRST_TEMPERATURE,
                    step=0.01,
                    label=say("contrastive.temperature"),
                    elem_id="contrastive-temperature",
                )
                loss = gr.Markdown(elem_id="contrastive-loss", elem_classes="verdict")
                suspects = gr.Markdown(elem_id="contrastive-suspects")
            with gr.Column(min_width=320):
                bars = gr.Plot(show_label=False, elem_id="contrastive-bars")
    shown = {"bars": bars, "loss": loss, "false_negatives": suspects}
    parts.ask(on_view_losses, [*asked, temperature], outputs(ViewLossValues, shown), fold=fold)
    listen(
        say,
        temperature.input,
        on_loss,
        [cosine, temperature],
        outputs(LossValues, shown),
        name="contrastive_loss",
        queue=False,
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_growth(parts: Parts, shown: gr.Gallery, chosen: ViewInputs) -> None:
    grown: dict[str, Component] = {}
    with growth(parts) as (fold, stage), gr.Row():
        with gr.Column(min_width=320):
            grown["matrix"] = gr.Plot(show_label=False, elem_id="contrastive-grow-matrix")
        with gr.Column(min_width=320):  # the sentence below the plot, whose height is fixed, so that nothing moves
            grown["reached"] = gr.Plot(show_label=False, elem_id="contrastive-grow-curve")
            grown["verdict"] = gr.Markdown(elem_id="contrastive-grow-verdict", elem_classes="verdict")
    parts.ask(
        on_grow,
        [shown, *chosen, stage],
        outputs(GrowthValues, grown),
        on=[stage.change],
        fold=fold,
        name="contrastive_grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_neighbours(parts: Parts, shown: gr.Gallery, encoder: gr.Dropdown) -> gr.Slider:
    which = picture_number(parts.say, "which")
    found = gr.Gallery(
        label=parts.say("contrastive.neighbours"),
        columns=8,
        height=None,
        allow_preview=False,
        elem_id="contrastive-neighbours",
        buttons=[],
    )
    parts.ask(
        on_neighbours,
        [shown, which, encoder],
        [found],
        on=[which.release],
        name="contrastive_neighbours",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return which


def _build_accuracy(parts: Parts) -> None:
    with parts.fold("accuracy") as fold:
        with gr.Row():
            drawn = [
                gr.Plot(show_label=False, min_width=320, elem_id=f"contrastive-card-{metric}")
                for metric in views.compared_metrics()
            ]
        text = gr.Markdown(elem_id="contrastive-card-text")
    parts.ask(on_accuracy, [], [*drawn, text], fold=fold)


def _build_probe(parts: Parts) -> None:
    with parts.fold("groups") as fold:
        probed: dict[str, Component] = {
            "bars": gr.Plot(show_label=False, elem_id="contrastive-probe"),
            "text": gr.Markdown(elem_id="contrastive-probe-text"),
        }
    parts.ask(on_probe, [], outputs(ProbeValues, probed), fold=fold, name="contrastive_probe")
