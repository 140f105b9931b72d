"""The "Does it help?" tab: six ways to train one generator, side by side, and the distances that they reach."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from PIL import Image

from core.generation import explore
from demos.generation import views
from demos.generation.views import ArmValues, MeasurementValues, ReferenceValues, ResultValues
from demos.page import inputs
from demos.page.backend import ask, stream
from demos.page.events import count_up, guard, listen
from demos.page.inputs import Shown
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.snapshots import growth
from demos.page.words import Say

STEM = "generation"
EXAMPLES: inputs.Sets = {
    "mixed": (("cat", "coffee", "rocket", "china"), ""),
    "animals": (("cat",), "🐶🐴🐸🦊"),
    "vehicles": (("rocket",), "🚗🚚🚢🚲"),
}
FIRST_EXAMPLE = "mixed"
STAGES = ("before", "percent25", "finished")  # explore.MOMENTS in words

LABELS: dict[str, Any] = {"show_label": False, "height": 182, "buttons": [], "format": "png", "interactive": False}
LAST: dict[str, Any] = {"trigger_mode": "always_last", "show_progress": "hidden"}


def on_compare(say: Say, seed: float, data: str) -> ArmValues:
    """Draw from one noise by all finished arms of a set: cifar10 or mnist."""
    with guard(say):
        return views.arms(say, ask(explore.draw, seed, explore.LAST, data), explore.LAST)


def on_draw(say: Say, seed: float, stage: float, data: str) -> ArmValues:
    """Draw from one noise by all arms: `stage` 0 (before training), 1 or 2 (finished), `data` cifar10 or mnist."""
    with guard(say):
        at = stage if data == explore.SETS[0] else explore.LAST  # the second set has finished generators only
        return views.arms(say, ask(explore.draw, seed, at, data), at)


def on_label(say: Say, shown: Shown) -> Image.Image:
    """The labels that the arms with a further task make from the first reference."""
    with guard(say):
        return views.labels(ask(explore.label, shown[0][0] if shown else None))


def on_attend(say: Say, shown: Shown, seed: float, which: float) -> ReferenceValues:
    """Draw pictures conditioned on references; show the attention weights for one of the noises, 1 to 8."""
    with guard(say):
        found = ask(explore.attend, [path for path, _ in shown or []], seed)
        return views.references(say, found, explore.noise_number(which))


def on_findings(say: Say, data: str) -> str:
    """What the study of a set found, in sentences."""
    with guard(say):
        return views.findings(say, data)


def on_set(say: Say, data: str) -> ResultValues:
    """The results of the study on a set: cifar10 or mnist."""
    with guard(say):
        return views.results(say, data)


def on_recorded(say: Say, arm: str, data: str) -> MeasurementValues:
    """The recorded distances of an arm's generator, before a measurement."""
    with guard(say):
        return views.recorded(say, arm, data)


def on_measure(say: Say, arm: str, seed: float, data: str) -> Iterator[MeasurementValues]:
    """Measure an arm's distance to real pictures with more and more of its pictures."""
    with guard(say):
        for found in stream(explore.measure, arm, seed, data):
            yield views.measured(say, found)


def on_published(say: Say) -> str:
    """Published FIDs of one GAN with and without a rotation loss."""
    return views.published(say)


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, high=explore.MAX_REFERENCES, pictures=f"{explore.PICTURES:,}"):
            shown = inputs.gallery(say, STEM, "references", EXAMPLES, FIRST_EXAMPLE, height=180)
            data = set_choice(say, "generation-data")
        with step(say, STEM, 2):
            label = gr.Image(label=say("generation.labels"), elem_id="generation-labels", **LABELS)
            gr.Markdown(say("generation.labels_text"))
        with step(say, STEM, 3):
            seed, now, text = _build_distances(say)
    with gr.Column(elem_classes="step-card"):
        arms = sheets(say("generation.arms"), "generation-arms")
    parts.ask(on_label, [shown], [label])
    parts.ask(on_compare, [seed, data], [arms, now, text], name="generation_compare")
    _build_growth(parts, seed, data)
    _build_conditioned(parts, shown, seed)
    with step(say, STEM, 4):
        _build_study(parts, seed)
    parts.follow(shown, [shown.change])
    parts.follow(seed, [seed.change])
    parts.follow(data, [data.input])
    return parts


def set_choice(say: Say, elem_id: str) -> gr.Radio:
    """A choice of one of the two sets."""
    offered = [(views.SETS[name], name) for name in explore.SETS]
    return gr.Radio(offered, value=explore.SETS[0], label=say("generation.set"), elem_id=elem_id, min_width=160)


def sheets(label: str, elem_id: str) -> gr.Gallery:
    """A gallery of the pictures of several arms, a sheet with a caption each."""
    look: dict[str, Any] = {"allow_preview": False, "object_fit": "contain", "elem_classes": "sheets", "buttons": []}
    return gr.Gallery(label=label, columns=3, height=None, elem_id=elem_id, interactive=False, **look)


def _build_distances(say: Say) -> tuple[gr.Number, gr.Plot, gr.Markdown]:
    """The seed of the noise, and the answer to the main question: a figure and a sentence."""
    with gr.Row():
        seed = gr.Number(0, label=say("generation.seed"), elem_id="generation-seed", min_width=120, precision=0)
        again = gr.Button(say("generation.again"), variant="primary", elem_id="generation-go", min_width=120)
    count_up(again, seed, explore.MAX_SEED)
    text = gr.Markdown(elem_id="generation-now-text", elem_classes="verdict")
    return seed, gr.Plot(show_label=False, elem_id="generation-now"), text


def _build_growth(parts: Parts, seed: gr.Number, data: gr.Radio) -> None:
    say = parts.say
    with growth(parts, STAGES) as (fold, stage):
        gr.Markdown(say("generation.grow_about"))
        arms = sheets(say("generation.arms"), "generation-grow-arms")
        with gr.Row():
            now = gr.Plot(show_label=False, elem_id="generation-grow-now", min_width=320)
            text = gr.Markdown(elem_id="generation-grow-text")
    parts.ask(
        on_draw, [seed, stage, data], [arms, now, text], on=[stage.change], fold=fold, name="generation_draw", **LAST
    )


def _build_conditioned(parts: Parts, shown: gr.Gallery, seed: gr.Number) -> None:
    say = parts.say
    with parts.fold("conditioned") as fold:
        gr.Markdown(say("generation.conditioned_text"))
        drawn = sheets(say("generation.conditioned_pictures"), "generation-conditioned")
        which = gr.Slider(1, explore.COUNT, 1, step=1, label=say("generation.which"), elem_id="generation-which")
        with gr.Row():
            with gr.Column(min_width=300):
                columns = gr.Image(
                    label=say("generation.columns"),
                    elem_id="generation-columns",
                    buttons=[],
                    format="png",
                    interactive=False,
                    height=140,
                )
                text = gr.Markdown(elem_id="generation-heads-text")
            heads = gr.Plot(show_label=False, min_width=320, elem_id="generation-heads")
    parts.ask(
        on_attend,
        [shown, seed, which],
        [drawn, columns, heads, text],
        on=[which.change],
        fold=fold,
        name="generation_attend",
        **LAST,
    )


def _build_study(parts: Parts, seed: gr.Number) -> None:
    say = parts.say
    data = set_choice(say, "generation-results-data")
    found = gr.Markdown(elem_id="generation-found", elem_classes="verdict")
    with parts.fold("study") as fold:
        with gr.Row():
            simclr = gr.Plot(show_label=False, min_width=320, elem_id="generation-simclr")
            efficientnet = gr.Plot(show_label=False, min_width=320, elem_id="generation-efficientnet")
        table = gr.HTML(elem_id="generation-table")
        gr.Markdown(views.careful(say))
    parts.ask(on_findings, [data], [found], name="generation_findings")
    asked, shown = [data], [simclr, efficientnet, table]
    parts.ask(on_set, asked, shown, fold=fold, name="generation_results", model=None, show_progress="hidden")
    _build_measurement(parts, seed, data)
    parts.follow(data, [data.input])
    with parts.fold("published") as fold:
        gr.Markdown(say("generation.published_text"))
        published = gr.HTML(elem_id="generation-published")
    parts.ask(on_published, [], [published], fold=fold)


def _build_measurement(parts: Parts, seed: gr.Number, data: gr.Radio) -> None:
    say = parts.say
    with parts.fold("measure") as fold:
        gr.Markdown(say("generation.measure_about"))
        with gr.Row():
            arm = gr.Radio(
                [(views.arm_name(say, name), name) for name in explore.ARMS],
                value=explore.ARMS[0],
                label=say("generation.arm"),
                elem_id="generation-arm",
                min_width=320,
            )
            go = gr.Button(say("generation.go"), variant="primary", elem_id="generation-measure", min_width=160)
        text = gr.Markdown(elem_id="generation-measured-text", elem_classes="verdict")
        figure = gr.Plot(show_label=False, elem_id="generation-measured")
    shown = [figure, text]
    parts.ask(on_recorded, [arm, data], shown, on=[arm.input], fold=fold, show_progress="hidden")
    slot: dict[str, Any] = {"name": "generation_measure", "model": "generation-measure", "show_progress": "hidden"}
    listen(say, go.click, on_measure, [arm, seed, data], shown, **slot)
