"""The contrastive tab: two views of every picture, all compared with all, and the loss that pulls pairs together."""

from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from core.contrastive import explore
from demos.contrastive import views
from demos.contrastive.controls import (
    FIRST_VIEWS,
    STEM,
    Examples,
    ViewInputs,
    build_views,
    in_order,
    paths,
    picture_number,
)
from demos.contrastive.dictionary import build_dictionary, on_dictionary
from demos.contrastive.views import ComparisonValues, GrowthValues, LossValues, ProbeValues
from demos.page import inputs
from demos.page.events import guard, listen
from demos.page.inputs import Named, Shown
from demos.page.layout import step
from demos.page.snapshots import LAST, growth
from demos.page.words import Say

SETS: inputs.Sets = {
    "mixed": (("astronaut", "cat", "coffee", "rocket"), "🐶🌻🚌🎸"),
    "alike": ((), "🍎🍏🍅🍑🐶🐺🐱🐯"),
    "many": (("astronaut", "cat", "coffee", "rocket", "china", "flower"), "🐼🦊🐸🦋🍓🍋🚗🚲🏠🎸"),
}
FIRST_SET, FIRST_ENCODER, FIRST_SPACE, FIRST_TEMPERATURE = "mixed", "simclr", "projections", 0.2


class EncoderInputs(NamedTuple):
    """The components by which a visitor chooses the encoder, where it is compared, and the temperature."""

    encoder: gr.Radio
    space: gr.Radio
    temperature: gr.Slider


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
    temperature: float,
) -> ComparisonValues:
    """Draw two views of each picture, compare all views with all, and draw the results."""
    with guard(say):
        settings = explore.view_settings(min_crop, jitter, greyscale, blur, flip)
        found = explore.compare(
            paths(shown), settings, encoder=encoder, space=space, temperature=temperature, seed=seed
        )
        return views.comparison(say, found, encoder, space)


def on_loss(say: Say, cosine: list[list[float]], temperature: float) -> LossValues:
    """The loss of every view at another temperature, from the matrix alone; nothing is encoded again."""
    with guard(say):
        return views.loss(say, explore.losses(cosine, temperature))


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
        return views.growth(say, explore.grow(paths(shown), settings, stage, seed=seed), stage)


def on_neighbours(say: Say, shown: Shown, which: float, encoder: str) -> Named:
    """The most similar pictures of the gallery, with names and cosines."""
    with guard(say):
        return views.neighbours(say, explore.neighbours(paths(shown), which, encoder=encoder))


class PicturesValues(NamedTuple):
    """All answers for other pictures, and the components that show them."""

    comparison: Any
    growth: Any
    query: Any
    dictionary: Any
    which: Any
    neighbours: Any

    def flat(self) -> list[Any]:
        """One list, as Gradio takes it: the same order for values and for components."""
        return [*self.comparison, *self.growth, self.query, *self.dictionary, self.which, self.neighbours]


def on_pictures(
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
    stage: float,
    stop: float,
) -> Any:
    """All answers for other pictures at once, for the first of them; no change while there are no pictures.

    One event for all: after an upload, three that waited for a gallery's changes triggered each other without end
    (Gradio 6.31 in Chromium).
    """
    if not shown:
        return gr.skip()
    settings = (min_crop, jitter, greyscale, blur, flip, seed)
    return PicturesValues(
        comparison=on_compare(say, shown, encoder, space, *settings, temperature),
        growth=on_grow(say, shown, *settings, stage),
        query=1,
        dictionary=on_dictionary(say, shown, 1, *settings, stop),
        which=1,
        neighbours=on_neighbours(say, shown, 1, encoder),
    ).flat()


def on_probe(say: Say) -> ProbeValues:
    """Accuracy of predicting an emoji's group from its neighbours, for every encoder and for plain pixels."""
    return views.probe(say, explore.group_probe())


def build(say: Say) -> None:
    """Lay out the tab with a first example already run."""
    examples = [image for image, _ in inputs.example(say, SETS[FIRST_SET])]
    found = explore.compare(
        examples, FIRST_VIEWS, encoder=FIRST_ENCODER, space=FIRST_SPACE, temperature=FIRST_TEMPERATURE
    )
    first = views.comparison(say, found, FIRST_ENCODER, FIRST_SPACE)
    compared: dict[str, Component] = {}
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, low=explore.MIN_PICTURES, high=explore.MAX_PICTURES):
            shown = inputs.gallery(say, STEM, "pictures", SETS, FIRST_SET, height=460)
        with step(say, STEM, 2):
            chosen = build_views(say)
            compared["views"] = gr.Image(
                first.views,
                label=say("contrastive.views"),
                show_label=False,
                format="png",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="contrastive-views",
            )
            gr.Markdown(views.sizes(say), elem_classes="quiet", elem_id="contrastive-sizes")
    with step(say, STEM, 3):
        by = _build_comparison(say, first, compared)
        stage, grown = _build_growth(say, examples, shown, chosen)
        stop, query, looked_up = build_dictionary(say, examples, shown, chosen)
    with step(say, STEM, 4, count=explore.gallery_size()):
        which, near = _build_use(say, examples, shown, by.encoder)
    asked, outputs = [shown, by.encoder, by.space, *chosen, by.temperature], in_order(ComparisonValues, compared)
    answers = PicturesValues(outputs, grown, query, looked_up, which, near).flat()
    moved = [by.encoder.input, by.space.input, *chosen.events()]
    listen(say, moved, on_compare, asked, outputs, name="contrastive_compare", model=STEM, trigger_mode="always_last")
    listen(say, shown.change, on_pictures, [*asked, stage, stop], answers, model=STEM, trigger_mode="always_last")
    listen(
        say,
        by.temperature.input,
        on_loss,
        [compared["cosine"], by.temperature],
        in_order(LossValues, compared),
        name="contrastive_loss",
        queue=False,
        trigger_mode="always_last",
        show_progress="hidden",
    )


def _build_comparison(say: Say, first: ComparisonValues, compared: dict[str, Component]) -> EncoderInputs:
    with gr.Row():
        encoder = gr.Radio(
            [(views.encoder_name(say, name), name) for name in explore.names()],
            value=FIRST_ENCODER,
            label=say("contrastive.encoder"),
            elem_id="contrastive-encoder",
        )
        space = gr.Radio(
            [(say(f"contrastive.{name}"), name) for name in explore.SPACES],
            value=FIRST_SPACE,
            label=say("contrastive.space"),
            elem_id="contrastive-space",
        )
    compared["verdict"] = gr.Markdown(first.verdict, elem_id="contrastive-verdict")
    with gr.Row():
        with gr.Column(min_width=320):
            compared["matrix"] = gr.Plot(first.matrix, show_label=False, elem_id="contrastive-matrix")
            compared["false_negatives"] = gr.Markdown(
                first.false_negatives, elem_id="contrastive-suspects", elem_classes="quiet"
            )
        with gr.Column(min_width=320):
            temperature = gr.Slider(
                *explore.TEMPERATURES,
                value=FIRST_TEMPERATURE,
                step=0.01,
                label=say("contrastive.temperature"),
                elem_id="contrastive-temperature",
            )
            compared["bars"] = gr.Plot(first.bars, show_label=False, elem_id="contrastive-bars")
            compared["loss"] = gr.Markdown(first.loss, elem_id="contrastive-loss")
    compared["cosine"] = gr.JSON(first.cosine, visible=False, elem_id="contrastive-cosine")
    return EncoderInputs(encoder, space, temperature)


def _build_growth(
    say: Say, examples: Examples, shown: gr.Gallery, chosen: ViewInputs
) -> tuple[gr.Slider, list[Component]]:
    first = views.growth(say, explore.grow(examples, FIRST_VIEWS, LAST), LAST)
    grown: dict[str, Component] = {}
    with growth(say, STEM) as stage, gr.Row():
        with gr.Column(min_width=320):
            grown["matrix"] = gr.Plot(first.matrix, show_label=False, elem_id="contrastive-grow-matrix")
        with gr.Column(min_width=320):  # the sentence below the plot, whose height is fixed, so that nothing moves
            grown["reached"] = gr.Plot(first.reached, show_label=False, elem_id="contrastive-grow-curve")
            grown["verdict"] = gr.Markdown(first.verdict, elem_id="contrastive-grow-verdict")
    outputs = in_order(GrowthValues, grown)
    listen(
        say,
        [stage.change, *chosen.events()],
        on_grow,
        [shown, *chosen, stage],
        outputs,
        name="contrastive_grow",
        model="contrastive-grow",
        trigger_mode="always_last",
        show_progress="hidden",
    )
    return stage, outputs


def _build_use(say: Say, examples: Examples, shown: gr.Gallery, encoder: gr.Radio) -> tuple[gr.Slider, gr.Gallery]:
    which = picture_number(say, "which")
    found = gr.Gallery(
        views.neighbours(say, explore.neighbours(examples, encoder=FIRST_ENCODER)),
        label=say("contrastive.neighbours"),
        columns=8,
        height=None,
        allow_preview=False,
        elem_id="contrastive-neighbours",
        buttons=[],
    )
    listen(
        say,
        [which.release, encoder.input],
        on_neighbours,
        [shown, which, encoder],
        [found],
        name="contrastive_neighbours",
        model=STEM,
        show_progress="hidden",
        trigger_mode="always_last",
    )
    with gr.Row():
        for metric, bars in views.cards(say).items():
            gr.Plot(bars, show_label=False, min_width=320, elem_id=f"contrastive-card-{metric}")
    gr.Markdown(views.card_text(say), elem_classes="quiet", elem_id="contrastive-card-text")
    _build_probe(say)
    return which, found


def _build_probe(say: Say) -> None:
    with gr.Accordion(say("contrastive.ask"), open=False, elem_id="contrastive-ask") as ask:
        probed: dict[str, Component] = {
            "bars": gr.Plot(show_label=False, elem_id="contrastive-probe"),
            "text": gr.Markdown(elem_classes="quiet", elem_id="contrastive-probe-text"),
        }
    outputs = in_order(ProbeValues, probed)
    listen(say, ask.expand, on_probe, [], outputs, name="contrastive_probe", model=STEM)
