"""The "Does it help?" tab: six ways to train one generator, side by side, and the distances that they reach."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from core.generation import explore
from demos.generation import views
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


def on_draw(say: Say, seed: float, stage: float, data: str) -> tuple[Any, ...]:
    """Draw from one noise by all arms: `stage` 0 (before training), 1 or 2 (finished), `data` cifar10 or mnist."""
    with guard(say):
        at = stage if data == explore.SETS[0] else explore.LAST  # only finished generators of the second set are here
        return views.drawn(say, explore.draw(seed, at, data), at)


def on_attend(say: Say, shown: Shown, seed: float, which: float) -> tuple[Any, ...]:
    """Draw what references tell, and show the heads' weights for one of the noises, 1 to 8."""
    with guard(say):
        return views.attended(say, explore.attend([path for path, _ in shown or []], seed), explore.noise_number(which))


def on_references(say: Say, shown: Shown, seed: float, which: float) -> Any:
    """All that other references change, silent while there are none."""
    if not shown:
        return gr.skip()
    with guard(say):
        label = views.labels(explore.label(shown[0][0]))
    return label, *on_attend(say, shown, seed, which)


def on_measure(say: Say, arm: str, seed: float, data: str) -> Iterator[tuple[Any, ...]]:
    """Measure an arm's distance to real pictures with more and more of its pictures."""
    with guard(say):
        for found in explore.measure(arm, seed, data):
            yield views.measured(say, found)


def on_set(say: Say, data: str) -> tuple[Any, ...]:
    """What was found on a set: cifar10 or mnist."""
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
            label = gr.Image(
                views.labels(explore.label(images[0])),
                label=say("generation.labels"),
                show_label=False,
                elem_id="generation-labels",
                buttons=[],
                format="png",
                interactive=False,
            )
            gr.Markdown(say("generation.labels_text"), elem_classes="quiet")
    with step(say, STEM, 3):
        seed, data, stage, drawn = _build_arms(say)
        which, attended = _build_references(say, images)
    with step(say, STEM, 4):
        _build_results(say, seed)
    last: dict[str, Any] = {"model": STEM, "trigger_mode": "always_last", "show_progress": "hidden"}
    moved = [seed.change, stage.change, data.input]
    listen(say, moved, on_draw, [seed, stage, data], drawn, name="generation_draw", **last)
    listen(
        say, [seed.change, which.change], on_attend, [shown, seed, which], attended, name="generation_attend", **last
    )
    listen(say, shown.change, on_references, [shown, seed, which], [label, *attended], **last)


def _build_arms(say: Say) -> tuple[gr.Number, gr.Radio, gr.Slider, list[Any]]:
    gr.Markdown(say("generation.same_noise"))
    with gr.Row():
        seed = gr.Number(0, label=say("generation.seed"), elem_id="generation-seed", min_width=120, precision=0)
        data = set_choice(say, "generation-data")
    again = gr.Button(say("generation.again"), variant="primary", elem_id="generation-go")
    count_up(again, seed, explore.MAX_SEED)
    pairs, figure, sentence = views.drawn(say, explore.draw(), explore.LAST)
    with growth(say, STEM, STAGES) as stage:
        sheets = gr.Gallery(
            pairs,
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
            bars = gr.Plot(figure, show_label=False, elem_id="generation-now", min_width=320)
            text = gr.Markdown(sentence, elem_id="generation-now-text")
    return seed, data, stage, [sheets, bars, text]


def set_choice(say: Say, elem_id: str) -> gr.Radio:
    """Which of the two sets."""
    offered = [(views.SETS[name], name) for name in explore.SETS]
    return gr.Radio(offered, value=explore.SETS[0], label=say("generation.set"), elem_id=elem_id, min_width=240)


def _build_references(say: Say, images: list[Any]) -> tuple[gr.Slider, list[Any]]:
    pairs, sheet, figure, sentence = views.attended(say, explore.attend(images), 1)
    gr.Markdown(say("generation.told"))
    gallery = gr.Gallery(
        pairs,
        label=say("generation.told_pictures"),
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
            seen = gr.Image(
                sheet,
                label=say("generation.columns"),
                elem_id="generation-columns",
                buttons=[],
                format="png",
                interactive=False,
                height=140,
            )
            text = gr.Markdown(sentence, elem_id="generation-heads-text")
        heads = gr.Plot(figure, show_label=False, min_width=320, elem_id="generation-heads")
    return which, [gallery, seen, heads, text]


def _build_results(say: Say, seed: gr.Number) -> None:
    gr.Markdown(say("generation.found_head"))
    data = set_choice(say, "generation-results-data")
    simclr, efficientnet, table, told = views.results(say, explore.SETS[0])
    text = gr.Markdown(told, elem_id="generation-found")
    with gr.Row():
        bars = [
            gr.Plot(simclr, show_label=False, min_width=320, elem_id="generation-simclr"),
            gr.Plot(efficientnet, show_label=False, min_width=320, elem_id="generation-efficientnet"),
        ]
    whole = gr.HTML(table, elem_id="generation-table")
    gr.Markdown(views.careful(say), elem_classes="quiet")
    listen(say, data.input, on_set, [data], [*bars, whole, text], name="generation_results", show_progress="hidden")
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
    first, _ = views.measured(say, next(explore.measure()))
    figure = gr.Plot(first, show_label=False, elem_id="generation-measured")
    sentence = gr.Markdown(say("generation.not_measured"), elem_id="generation-measured-text")
    listen(
        say,
        go.click,
        on_measure,
        [arm, seed, data],
        [figure, sentence],
        name="generation_measure",
        model="generation-measure",
        show_progress="hidden",
    )
    gr.Markdown(say("generation.published"))
    gr.HTML(views.published(say), elem_id="generation-published")
