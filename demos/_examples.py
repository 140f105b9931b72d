"""Pictures that a visitor may bring in any number, in an editable gallery, and sets of bundled ones to begin with."""

from collections.abc import Mapping

import gradio as gr

from core.data import bundled, pictures
from demos._page import listen
from demos._words import Say

Shown = list[tuple[str, str | None]] | None  # what a gallery hands over: path and caption
Sets = Mapping[str, tuple[tuple[str, ...], str]]  # name -> keys of photographs, then emoji
Named = list[tuple[pictures.Bytes, str]]  # what a gallery takes: pictures with their names
SHOWN_PX = 160


def example(say: Say, named: tuple[tuple[str, ...], str]) -> Named:
    """The pictures of one set with their names, photographs first."""
    keys, characters = named
    emoji = bundled.emoji_gallery()
    places = [emoji.chars.index(character) for character in characters]
    photos = [photo for photo in bundled.photographs() if photo.key in keys]
    return [(pictures.square(photo.image, SHOWN_PX), say.pick(photo.name)) for photo in photos] + [
        (emoji.images[place], say.pick(emoji.names[place])) for place in places
    ]


def gallery(say: Say, stem: str, what: str, sets: Sets, first: str, *, height: int) -> gr.Gallery:
    """An editable gallery with a choice of example sets below, which take the place of what is in it.

    Args:
        say: the page's voice.
        stem: of the tab; the sets are named by "<stem>.set_<name>".
        what: the gallery is named by "<stem>.<what>", and so is its id.
        sets: to choose from.
        first: which of them is there at the beginning.
        height: in pixels.
    """
    shown = gr.Gallery(
        example(say, sets[first]), label=say(f"{stem}.{what}"), interactive=True, type="filepath", format="png",
        height=height, object_fit="contain", sources=["upload", "webcam", "clipboard"], buttons=[],
        elem_id=f"{stem}-{what}",
    )  # fmt: skip
    chosen = gr.Radio(
        [(say(f"{stem}.set_{name}"), name) for name in sets], value=first, label=say("page.examples"),
        elem_id=f"{stem}-set",
    )  # fmt: skip

    def on_example(say: Say, name: str) -> Named:
        return example(say, sets[name])

    listen(say, chosen.input, on_example, [chosen], [shown], show_progress="hidden")
    return shown
