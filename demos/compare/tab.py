"""The comparison tab: one picture through every encoder, and what their features are good for side by side."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from core.compare import explore
from core.data import bundled
from demos.compare import brought, maps, views
from demos.compare.controls import LEFT, RIGHT, Shown, encoder_choice, set_choice
from demos.page.backend import ask, stream
from demos.page.events import guard, listen
from demos.page.inputs import changes, photograph_gallery, picture_input
from demos.page.layout import step
from demos.page.parts import Parts
from demos.page.snapshots import stops
from demos.page.words import Say

STEM = "compare"
FIRST_PICTURE = "cat"
FIRST_ENCODERS = ("pixels", "rotation", "simclr", "masked")
FIRST_STOP = 1  # five labels per class


def on_neighbours(say: Say, picture: str | None, encoders: list[str], mine: explore.Mine) -> Iterator[str]:
    """The six pictures most similar to yours by each encoder: bundled ones, or of the set that you brought."""
    order = explore.known(explore.SETS[0], mine)
    with guard(say):
        for each in stream(explore.encoding, encoders, explore.OWN if mine.pictures else "gallery", mine):
            yield views.progress(say, each)
        found = ask(explore.neighbours, picture, encoders, mine=mine)
        yield views.neighbours(say, sorted(found, key=lambda item: order.index(item.key)), mine.pictures)


def on_find(say: Say, event: gr.SelectData, mine: explore.Mine) -> explore.Mark:
    """Mark the neighbour that was clicked, so that every map shows it."""
    with guard(say):
        return ask(explore.marked, explore.OWN if mine.pictures else "gallery", event.index, mine)


def on_labels(say: Say, chosen: str, stop: float, mine: explore.Mine) -> Iterator[str]:
    """Accuracy of two classifiers after a few labels per class (stops 0 to 4: 1, 5, 20, 100, all), by every encoder."""
    found: list[explore.FewLabels] = []
    with guard(say):
        keys = explore.known(chosen, mine)
        for item in stream(explore.few_labels, chosen, keys, explore.labels_at(stop), mine=mine):
            if isinstance(item, explore.Step):
                yield views.few_labels(say, found) + views.progress(say, item)
            else:
                found.append(item)
                yield views.few_labels(say, found)


def on_confusion(say: Say, chosen: str, encoder: str, mine: explore.Mine) -> Iterator[Any]:
    """Which classes the neighbours by one encoder confuse."""
    with guard(say):
        known = encoder if encoder in explore.known(chosen, mine) else LEFT
        for _ in stream(explore.encoding, [known], chosen, mine):
            yield gr.skip()
        yield views.confusion(say, ask(explore.confusion, chosen, known, mine=mine))


def on_geometry(say: Say, chosen: str, mine: explore.Mine) -> Iterator[str]:
    """Alignment, uniformity, spread and effective rank of the features of every encoder."""
    found: list[explore.Geometry] = []
    with guard(say):
        for item in stream(explore.geometry, chosen, explore.known("digits", mine), mine=mine):
            if isinstance(item, explore.Step):
                yield views.geometry(say, found) + views.progress(say, item)
            else:
                found.append(item)
                yield views.geometry(say, found)


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, STEM)
    shown: Shown = {"mine": gr.State(explore.NOTHING), "mark": gr.State(None)}
    photo = next(item for item in bundled.photographs() if item.key == FIRST_PICTURE).image
    with gr.Row(elem_classes="steps"):
        with step(say, STEM, 1):
            picture = picture_input(
                value=photo,
                label=say("compare.picture"),
                height=240,
                elem_id="compare-picture",
                sources=["upload", "webcam", "clipboard"],
                buttons=[],
            )
            photograph_gallery(say, STEM, picture, FIRST_PICTURE)
        with step(say, STEM, 2):
            encoders = shown["encoders"] = gr.CheckboxGroup(
                views.choices(say),
                value=list(FIRST_ENCODERS),
                label=say("compare.encoders"),
                elem_id="compare-encoders",
            )
        with step(say, STEM, 3):
            gr.HTML(views.card_table(say), elem_id="compare-card")
            gr.Markdown(say("compare.card_note"), elem_classes="quiet")
    with step(say, STEM, 4, count=len(bundled.picture_gallery().names)):
        found = gr.HTML(elem_id="compare-neighbours", js_on_load=views.CLICKS)
    mine = shown["mine"]
    parts.ask(on_neighbours, [picture, encoders, mine], [found], name="compare_neighbours")
    listen(say, found.select, on_find, [mine], [shown["mark"]], model=STEM, show_progress="hidden")
    maps.build(parts, picture, shown)
    _build_labels(parts, shown)
    _build_geometry(parts, shown)
    brought.build(parts, shown)
    parts.follow(picture, changes(picture))
    parts.follow(encoders, [encoders.input])
    for state in (mine, shown["mark"]):
        parts.follow(state, [state.change])
    return parts


def _build_labels(parts: Parts, shown: Shown) -> None:
    say = parts.say
    with parts.fold("labels") as fold:
        chosen = shown["labels_set"] = set_choice(say, "labels")
        names = [str(count) if count else say("compare.per_class_all") for count in explore.PER_CLASS]
        stop = stops(say("compare.per_class"), names, value=FIRST_STOP, elem_id="compare-per-class")
        table = gr.HTML(elem_id="compare-labels")
        shown["whose"] = encoder_choice(say, "confusion_encoder", RIGHT)
        matrix = gr.Plot(show_label=False, elem_id="compare-confusion")
    parts.ask(
        on_labels,
        [chosen, stop, shown["mine"]],
        [table],
        on=[chosen.input, stop.change],
        fold=fold,
        name="compare_few_labels",
        trigger_mode="always_last",
    )
    parts.ask(
        on_confusion,
        [chosen, shown["whose"], shown["mine"]],
        [matrix],
        on=[chosen.input, shown["whose"].input],
        fold=fold,
        trigger_mode="always_last",
    )


def _build_geometry(parts: Parts, shown: Shown) -> None:
    with parts.fold("geometry") as fold:
        chosen = shown["geometry_set"] = set_choice(parts.say, "geometry")
        table = gr.HTML(elem_id="compare-geometry")
        gr.Markdown(parts.say("compare.geometry_text"), elem_classes="quiet")
    inputs = [chosen, shown["mine"]]
    parts.ask(on_geometry, inputs, [table], on=[chosen.input], fold=fold, name="compare_geometry")
