"""Inputs of pictures and sounds, undecoded, and the bundled examples beside them."""

import abc
import functools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

import gradio as gr
from gradio.components.image_editor import AcceptBlobs, EditorDataBlobs

from core.data import bundled, pictures
from demos.page import links
from demos.page.drawings import keep_blob
from demos.page.events import listen
from demos.page.files import received, save_bytes
from demos.page.words import Say

Bytes = pictures.Bytes
Media = TypeVar("Media", gr.Image, gr.Audio)
Input = TypeVar("Input", gr.Image, gr.Audio, gr.Gallery, gr.ImageEditor, gr.Slider, gr.CheckboxGroup, gr.Radio)
Shown = list[tuple[str, str | None]] | None  # what a gallery hands over: path and caption
Sets = Mapping[str, tuple[tuple[str, ...], str]]  # name -> keys of photographs, then emoji
Named = list[tuple[pictures.Bytes, str]]  # what a gallery takes: pictures with their names
SHOWN_PX = 160


def picture_input(**settings: Any) -> gr.Image:
    """An image component whose handler gets the path of the uploaded file, undecoded.

    Gradio would decode the file before the handler runs, whatever its size; `core.data.pictures` checks it first.
    """
    return _undecoded(gr.Image(type="filepath", **settings))


def changes(source: gr.Image | gr.Audio) -> list[Any]:
    """Events for another picture or sound: an upload, a recording, a removal, or the choice of an example.

    Not `source.change`: while an event runs, Gradio 6.31 writes the values of its inputs back with its messages, and a
    file that is written back counts as changed. One upload would repeat its events as long as the page is open.
    """
    own = [source.input] if isinstance(source, gr.Image) else [source.upload, source.stop_recording, source.clear]
    return [*own, picked(source).change]


def picked(source: gr.Image | gr.Audio) -> gr.State:
    """State of an input that takes another value whenever an example is put into it."""
    state: gr.State = source.picked  # type: ignore[union-attr]
    return state


def name_examples(
    source: gr.Image | gr.Audio | gr.Gallery,
    first: str,
    names: Iterable[str],
    shown: Callable[[str], Any],
    given: Callable[[str], Any] | None = None,
    chooser: Any = None,
) -> gr.Textbox:
    """Let a link name the example in an input; returns the hidden text for that name, which a visitor's file empties.

    Args:
        source: the input.
        first: the name of what is laid out in it.
        names: all examples.
        shown: the value of the input for a name.
        given: what handlers get for it; the same unless given.
        chooser: a control that shows the choice as well.
    """
    named = gr.Textbox(first, visible=False, elem_id=f"{source.elem_id}-example")
    source.examples = links.Examples(named, tuple(names), shown, given or shown, chooser)  # type: ignore[union-attr]
    own = {gr.Image: ["input"], gr.Audio: ["upload", "stop_recording", "clear"], gr.Gallery: ["upload", "delete"]}
    events = next(events for kind, events in own.items() if isinstance(source, kind))
    gr.on([getattr(source, event) for event in events], None, None, named, js="() => ''", api_visibility="private")
    return named


def sound_input(**settings: Any) -> gr.Audio:
    """An audio component whose handler gets the path of the uploaded or recorded file, undecoded.

    Gradio's takes files of sound only; by its class, assets/browser.js lets it take videos and files of unknown kind.
    """
    return _undecoded(gr.Audio(type="filepath", elem_classes="takes-video", **settings))


def microphone_notice(say: Say, stem: str) -> None:
    """A sentence near a sound input, in sight only where an embedding page forbids the microphone."""
    link = f'<a href="?tab={stem}" target="_blank" rel="noopener">{say("page.new_tab")}</a>'
    gr.HTML(f'<p class="quiet">{say("page.no_microphone", link=link)}</p>', elem_classes="if-no-microphone")


def preprocessed_by(component: Input, preprocess: Callable[[Any, Any], Any], **methods: Any) -> Input:
    """Let a handler get preprocess(component, payload) of a component, in a session as well; replace more `methods`.

    An answer that leaves an output as it is makes Gradio create the output again for the session, from its class: a
    method replaced in the instance would be lost. Gradio's metaclass writes a stub file into the tree for each
    subclass, so it is passed over.
    """
    kind = type(component)
    replaced = {"preprocess": preprocess, "__module__": kind.__module__, **methods}
    component.__class__ = abc.ABCMeta.__new__(type(kind), kind.__name__, (kind,), replaced)
    return component


def _undecoded(component: Media) -> Media:
    preprocessed_by(component, lambda _, payload: None if payload is None else received(payload.path))
    component.picked = gr.State(0)  # type: ignore[attr-defined]  # when an example was last put into it
    return component


def drawn(editor: gr.ImageEditor, part: Literal["composite", "layer"]) -> gr.ImageEditor:
    """Hand the handler the path of a whole drawing, or of its first layer, undecoded; None where nothing was drawn."""
    held: dict[str, EditorDataBlobs] = {}  # of all visitors, bounded by `keep_blob`

    def preprocess(editor: gr.ImageEditor, payload: Any) -> str | None:
        sent = payload and editor.blob_storage.pop(payload.id, None) if payload and payload.id else payload
        found = None
        if sent:
            found = sent.composite if part == "composite" else next(iter(sent.layers or []), None)
        if isinstance(found, bytes):
            return save_bytes(found, "drawing.png", editor.GRADIO_CACHE)
        return None if found is None else received(found.path)

    def accept_blobs(editor: gr.ImageEditor, data: AcceptBlobs) -> None:
        keep_blob(held, data)

    accept_blobs._is_server_fn = True  # type: ignore[attr-defined]  # as Gradio's decorator marks it
    storage = property(lambda _: held, lambda _, value: None)
    return preprocessed_by(editor, preprocess, accept_blobs=accept_blobs, blob_storage=storage)


def received_of_gallery(component: gr.Gallery, payload: Any) -> Shown:
    """The paths and captions of a gallery, None if it is empty."""
    if payload is None or not payload.root:
        return None
    media = [item.video if hasattr(item, "video") else item.image for item in payload.root]
    return [(str(received(file.path)), item.caption) for file, item in zip(media, payload.root, strict=True)]


@functools.cache
def thumbnails() -> tuple[Bytes, ...]:
    """The bundled photographs (128, 128, 3), for both languages of five tabs."""
    return tuple(pictures.square(photo.image, 128) for photo in bundled.photographs())


def photograph_gallery(say: Say, stem: str, target: gr.Image, first: str) -> gr.Gallery:
    """Bundled photographs to pick from; a click puts one into `target`, where the one called `first` is laid out."""
    chosen = bundled.photographs()
    images = {photo.key: photo.image for photo in chosen}
    named = name_examples(target, first, images, images.__getitem__)
    gallery = gr.Gallery(
        [(small, say.pick(photo.name)) for small, photo in zip(thumbnails(), chosen, strict=True)],
        label=say("page.examples"),
        columns=8,
        height=None,
        allow_preview=False,
        object_fit="cover",
        elem_id=f"{stem}-examples",
        elem_classes="examples",
        interactive=False,
        buttons=[],
    )

    def on_pick(event: gr.SelectData) -> tuple[Bytes, int, str]:
        return chosen[event.index].image, time.monotonic_ns(), chosen[event.index].key

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "show_progress_on": []}
    gallery.select(on_pick, None, [target, picked(target), named], **quiet)
    return gallery


def example(say: Say, named: tuple[tuple[str, ...], str]) -> Named:
    """The pictures of one set with their names, photographs first."""
    keys, characters = named
    emoji = bundled.emoji_gallery()
    positions = [emoji.chars.index(character) for character in characters]
    photos = [photo for photo in bundled.photographs() if photo.key in keys]
    return [(pictures.square(photo.image, SHOWN_PX), say.pick(photo.name)) for photo in photos] + [
        (emoji.images[position], say.pick(emoji.names[position])) for position in positions
    ]


def gallery(say: Say, stem: str, what: str, sets: Sets, first: str, *, height: int) -> gr.Gallery:
    """An editable gallery with a choice of example sets below, which replace its content.

    Args:
        say: the strings of the page.
        stem: the tab's method; the sets are named by "<stem>.set_<name>".
        what: the gallery is named by "<stem>.<what>", and so is its id.
        sets: to choose from.
        first: the one shown at the start.
        height: in pixels.
    """
    editable = gr.Gallery(
        example(say, sets[first]),
        label=say(f"{stem}.{what}"),
        interactive=True,
        type="filepath",
        format="png",
        height=height,
        object_fit="contain",
        sources=["upload", "webcam", "clipboard"],
        buttons=[],
        elem_id=f"{stem}-{what}",
    )
    shown = preprocessed_by(editable, received_of_gallery)
    chosen = gr.Radio(
        [(say(f"{stem}.set_{name}"), name) for name in sets],
        value=first,
        label=say("page.examples"),
        elem_id=f"{stem}-set",
    )

    named = name_examples(shown, first, sets, lambda name: example(say, sets[name]), chooser=chosen)

    def on_example(say: Say, name: str) -> tuple[Named, str]:
        return example(say, sets[name]), name

    listen(say, chosen.input, on_example, [chosen], [shown, named], show_progress="hidden")
    return shown
