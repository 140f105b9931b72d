"""Two maps of one set by two encoders; a picture that is clicked in one is marked in both."""

import html
from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr

from core.compare import explore
from demos.compare import views
from demos.compare.controls import LEFT, RIGHT, Shown, encoder_choice, set_choice
from demos.page.backend import ask, stream
from demos.page.events import guard, listen
from demos.page.links import in_no_link
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say


class MapValues(NamedTuple):
    """The values of the components that show two maps: what is being done, and the maps."""

    status: str
    left: Any
    right: Any


def on_map(
    say: Say,
    picture: str | None,
    chosen: str,
    how: str,
    left: str,
    right: str,
    mark: explore.Mark | None,
    mine: explore.Mine,
) -> Iterator[MapValues]:
    """Two maps of one set by two encoders, with the visitor's picture; t-SNE takes seconds and says so first."""
    with guard(say):
        for step in stream(explore.encoding, [left, right], chosen, mine):
            yield MapValues(views.progress(say, step), gr.skip(), gr.skip())
        if how == "tsne":
            yield MapValues(say("compare.computing"), gr.skip(), gr.skip())
        found = list(stream(explore.layouts, chosen, (left, right), how, picture=picture, mark=mark, mine=mine))
    said = [say(f"compare.map_note_{how}"), say("compare.map_click") if mark is None else _marked(say, mark)]
    yield MapValues("\n\n".join(said), *map(views.sprite_map, found))


def _marked(say: Say, mark: explore.Mark) -> str:
    return say("compare.marked", name=html.escape(say.pick(mark.name)))


def on_place(
    say: Say, event: gr.SelectData, chosen: str, how: str, encoder: str, mine: explore.Mine
) -> explore.Mark | None:
    """Mark the picture of a map that was clicked; where none lies, mark none any longer."""
    with guard(say):
        place = views.place_of(event.index)
        return ask(explore.nearest_on_map, chosen, encoder, how, place, views.REACH, mine=mine)


def on_name(say: Say, text: str, chosen: str, mark: explore.Mark | None, mine: explore.Mine) -> explore.Mark:
    """Mark the next picture with this name, for who cannot click into a map."""
    with guard(say):
        return ask(explore.named_on_map, chosen, text, mark, mine=mine)


def build(parts: Parts, picture: gr.Image, shown: Shown) -> None:
    """Lay out the fold."""
    say = parts.say
    maps: Shown = {}
    with parts.fold("map") as fold:
        with gr.Row():
            chosen = shown["map_set"] = set_choice(say, "map")
            how = gr.Radio(
                [(say("compare.how_pca"), "pca"), (say("compare.how_tsne"), "tsne")],
                value="pca",
                label=say("compare.how"),
                elem_id="compare-how",
            )
        with gr.Row():
            for side, first in (("left", LEFT), ("right", RIGHT)):
                with gr.Column(min_width=300):
                    shown[side] = encoder_choice(say, side, first)
                    maps[side] = gr.Image(
                        label=say("compare.picture_map"),
                        elem_id=f"compare-map-{side}",
                        buttons=["fullscreen"],
                        format="webp",
                    )
        name = gr.Textbox(label=say("compare.map_name"), elem_id="compare-map-name", max_length=100)
        maps["status"] = gr.Markdown(elem_id="compare-map-note", elem_classes="quiet")
    controls = [chosen, how, shown["left"], shown["right"]]
    parts.ask(
        on_map,
        [picture, *controls, shown["mark"], shown["mine"]],
        outputs(MapValues, maps),
        on=[control.input for control in controls],
        fold=fold,
        trigger_mode="always_last",
    )
    in_no_link(name)
    quiet: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": "always_last"}
    wanted = [name, chosen, shown["mark"], shown["mine"]]
    listen(say, name.submit, on_name, wanted, [shown["mark"]], model=parts.method, **quiet)
    for side in ("left", "right"):
        seen = [chosen, how, shown[side], shown["mine"]]
        listen(say, maps[side].select, on_place, seen, [shown["mark"]], model=parts.method, **quiet)
