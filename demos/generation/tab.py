"""The "Does it help?" tab: six ways to train one generator, side by side, and the distances that they reach."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr

from core.generation import explore
from demos.generation import views
from demos.generation.views import ArmValues, MeasurementValues, ReferenceValues, ResultValues
from demos.page import inputs
from demos.page.events import count_up, guard, listen
from demos.page.inputs import Shown
from demos.page.layout import step
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

Parts = dict[str, Any]  # components by the name of the value that they show


class LabelledReferenceValues(NamedTuple):
    """The labels of the first reference, and the fields of ReferenceValues."""

    label: Any
    conditioned: Any
    columns: Any
    heads: Any
    heads_text: str


def on_draw(say: Say, seed: float, stage: float, data: str) -> ArmValues:
    """Draw from one noise by all arms: `stage` 0 (before training), 1 or 2 (finished), `data` cifar10 or mnist."""
    with guard(say):
        at = stage if data == explore.SETS[0] else explore.LAST  # the second set has finished generators only
        return views.arms(say, explore.draw(seed, at, data), at)


def on_attend(say: Say, shown: Shown, seed: float, which: float) -> ReferenceValues:
    """Draw pictures conditioned on references; show the attention weights for one of the noises, 1 to 8."""
    with guard(say):
        found = explore.attend([path for path, _ in shown or []], seed)
        return views.references(say, found, explore.noise_number(which))


def on_references(say: Say, shown: Shown, seed: float, which: float) -> Any:
    """Everything that depends on the references; leaves the page as it is while there are none."""
    if not shown:
        return gr.skip()
    with guard(say):
        label = views.labels(explore.label(shown[0][0]))
    return LabelledReferenceValues(label, **on_attend(say, shown, seed, which)._asdict())


def on_measure(say: Say, arm: str, seed: float, data: str) -> Iterator[MeasurementValues]:
    """Measure an arm's distance to real pictures with more and more of its pictures."""
    with guard(say):
        for found in explore.measure(arm, seed, data):
            yield views.measured(say, found)


def on_set(say: Say, data: str) -> ResultValues:
    """The results of the study on a set: cifar10 or mnist."""
    with guard(say):
        return views.results(say, data)


def build(say: Say) -> None:
    """Lay out the tab with first results already there."""
    images = [image for image, _ in inputs.example(say, EXAMPLES[FIRST_EXAMPLE])]
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1, high=explore.MAX_REFERENCES, pictures=f"{explore.PICTURES:,}"):
            shown = inputs.gallery(say, STEM, "references", EXAMPLES, FIRST_EXAMPLE, height=260)
            gr.Markdown(say("generation.data_note"), elem_classes="quiet")
        with step(say, STEM, 2):
            parts: Parts = {}
            parts["label"] = gr.Image(
                views.labels(explore.label(images[0])),
                label=say("generation.labels"),
                show_label=False,
                elem_id="generation-labels",
                buttons=[],
                format="png",
                interactive=False,
            )
            gr.Markdown(say("generation.labels_text"), elem_classes="quiet")
    low, high = views.parameters()
    with step(say, STEM, 3, low=low, high=high):
        seed, data, stage, drawn = _build_arms(say)
        which, conditioned = _build_references(say, images)
        parts |= drawn | conditioned
    with step(say, STEM, 4):
        data_shown = _build_results(say)
        _build_measurement(say, seed, data_shown)
        gr.Markdown(say("generation.published"))
        gr.HTML(views.published(say), elem_id="generation-published")
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last", "show_progress": "hidden"}
    moved = [seed.change, stage.change, data.input]
    listen(say, moved, on_draw, [seed, stage, data], _outputs(parts, ArmValues), name="generation_draw", **last)
    moved, asked = [seed.change, which.change], [shown, seed, which]
    listen(say, moved, on_attend, asked, _outputs(parts, ReferenceValues), name="generation_attend", **last)
    listen(say, shown.change, on_references, asked, _outputs(parts, LabelledReferenceValues), **last)


def _outputs(parts: Parts, values: Any) -> list[Any]:
    """The components of a NamedTuple's fields, in their order."""
    return [parts[name] for name in values._fields]


def _build_arms(say: Say) -> tuple[gr.Number, gr.Radio, gr.Slider, Parts]:
    gr.Markdown(say("generation.same_noise"))
    with gr.Row():
        seed = gr.Number(0, label=say("generation.seed"), elem_id="generation-seed", min_width=120, precision=0)
        data = set_choice(say, "generation-data")
    again = gr.Button(say("generation.again"), variant="primary", elem_id="generation-go")
    count_up(again, seed, explore.MAX_SEED)
    first, parts = views.arms(say, explore.draw(), explore.LAST), Parts()
    with growth(say, STEM, STAGES) as stage:
        parts["arms"] = gr.Gallery(
            first.arms,
            label=say("generation.arms"),
            columns=3,
            height=None,
            allow_preview=False,
            object_fit="contain",
            elem_id="generation-arms",
            elem_classes="sheets",
            interactive=False,
            buttons=[],
        )
        with gr.Row():
            parts["now"] = gr.Plot(first.now, show_label=False, elem_id="generation-now", min_width=320)
            parts["now_text"] = gr.Markdown(first.now_text, elem_id="generation-now-text")
    return seed, data, stage, parts


def set_choice(say: Say, elem_id: str) -> gr.Radio:
    """A choice of one of the two sets."""
    offered = [(views.SETS[name], name) for name in explore.SETS]
    return gr.Radio(offered, value=explore.SETS[0], label=say("generation.set"), elem_id=elem_id, min_width=240)


def _build_references(say: Say, images: list[Any]) -> tuple[gr.Slider, Parts]:
    first, parts = views.references(say, explore.attend(images), 1), Parts()
    gr.Markdown(say("generation.conditioned"))
    parts["conditioned"] = gr.Gallery(
        first.conditioned,
        label=say("generation.conditioned_pictures"),
        columns=3,
        height=None,
        allow_preview=False,
        object_fit="contain",
        elem_id="generation-told",
        elem_classes="sheets",
        interactive=False,
        buttons=[],
    )
    which = gr.Slider(1, explore.COUNT, 1, step=1, label=say("generation.which"), elem_id="generation-which")
    with gr.Row():
        with gr.Column(min_width=300):
            parts["columns"] = gr.Image(
                first.columns,
                label=say("generation.columns"),
                elem_id="generation-columns",
                buttons=[],
                format="png",
                interactive=False,
                height=140,
            )
            parts["heads_text"] = gr.Markdown(first.heads_text, elem_id="generation-heads-text")
        parts["heads"] = gr.Plot(first.heads, show_label=False, min_width=320, elem_id="generation-heads")
    return which, parts


def _build_results(say: Say) -> gr.Radio:
    gr.Markdown(say("generation.found_head"))
    data = set_choice(say, "generation-results-data")
    first, parts = views.results(say, explore.SETS[0]), Parts()
    parts["found"] = gr.Markdown(first.found, elem_id="generation-found")
    with gr.Row():
        parts["simclr"] = gr.Plot(first.simclr, show_label=False, min_width=320, elem_id="generation-simclr")
        parts["efficientnet"] = gr.Plot(
            first.efficientnet, show_label=False, min_width=320, elem_id="generation-efficientnet"
        )
    parts["table"] = gr.HTML(first.table, elem_id="generation-table")
    gr.Markdown(views.careful(say), elem_classes="quiet")
    outputs = _outputs(parts, ResultValues)
    listen(say, data.input, on_set, [data], outputs, name="generation_results", show_progress="hidden")
    return data


def _build_measurement(say: Say, seed: gr.Number, data: gr.Radio) -> None:
    gr.Markdown(say("generation.measure_head"))
    with gr.Row():
        arm = gr.Radio(
            [(views.arm_name(say, name), name) for name in explore.ARMS],
            value=explore.ARMS[0],
            label=say("generation.arm"),
            elem_id="generation-arm",
            min_width=320,
        )
        go = gr.Button(say("generation.measure"), variant="primary", elem_id="generation-measure", min_width=160)
    first, parts = views.measured(say, next(explore.measure())), Parts()
    parts["measured"] = gr.Plot(first.measured, show_label=False, elem_id="generation-measured")
    parts["measured_text"] = gr.Markdown(say("generation.not_measured"), elem_id="generation-measured-text")
    listen(
        say,
        go.click,
        on_measure,
        [arm, seed, data],
        _outputs(parts, MeasurementValues),
        name="generation_measure",
        model="generation-measure",
        show_progress="hidden",
    )
