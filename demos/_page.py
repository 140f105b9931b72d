"""The frame every tab shares: the four steps, the guard against bad input, the settings of its events."""

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.data import bundled
from core.data.pictures import square
from core.errors import PretextError
from demos._words import Say

Bytes = NDArray[np.uint8]
Media = TypeVar("Media", gr.Image, gr.Audio)
CHEAP_LIMIT = 16  # visitors served at once by an event that computes next to nothing


def picture_input(**settings: Any) -> gr.Image:
    """An image component whose handler gets the path of the uploaded file, undecoded.

    Gradio would decode the file before the handler runs, whatever its size; `core.data.pictures` opens it with care.
    (A subclass would be the usual way; Gradio writes a stub file into the tree for each, so the method is replaced.)
    """
    return _undecoded(gr.Image(type="filepath", **settings))


def sound_input(**settings: Any) -> gr.Audio:
    """An audio component whose handler gets the path of the uploaded or recorded file, undecoded."""
    return _undecoded(gr.Audio(type="filepath", **settings))


PictureInput, SoundInput = picture_input, sound_input


def _undecoded(component: Media) -> Media:
    component.preprocess = lambda payload: None if payload is None else payload.path  # type: ignore[method-assign]
    return component


def group(say: Say, name: str) -> AbstractContextManager[object]:
    """A row of tabs, named by "page.group_<name>"."""
    return gr.Tab(say(f"page.group_{name}"), id=name, elem_id=f"{name}-group")


def tab(say: Say, stem: str) -> AbstractContextManager[object]:
    """A tab named by "<stem>.tab", with the id that links and tests use."""
    return gr.Tab(say(f"{stem}.tab"), id=stem, elem_id=f"{stem}-tab")


@contextlib.contextmanager
def step(say: Say, stem: str, number: int, **values: object) -> Iterator[None]:
    """One of the four steps: a card with its number, title "<stem>.step<n>" and text "<stem>.step<n>_text"."""
    with gr.Column(elem_classes="step-card", elem_id=f"{stem}-step{number}", min_width=340):
        title, text = say(f"{stem}.step{number}"), say(f"{stem}.step{number}_text", **values)
        gr.HTML(
            f'<div class="step-head"><span class="step-number">{number}</span><h2>{title}</h2></div>'
            f'<p class="step-text">{text}</p>'
        )
        yield


@contextlib.contextmanager
def guard(say: Say) -> Iterator[None]:
    """Turn a visitor's mistake into one sentence, in the page and through the API; all else crashes into the log."""
    try:
        yield
    except PretextError as error:
        raise gr.Error(say.error(error), duration=8, title=say("page.error"), print_exception=False) from error


def bind(handler: Callable[..., Any], say: Say) -> Callable[..., Any]:
    """Fix a handler's first argument while Gradio still sees the others, their types, and whether it streams."""
    signature = inspect.signature(handler)
    hints = typing.get_type_hints(handler)
    rest = list(signature.parameters.values())[1:]

    if inspect.isgeneratorfunction(handler):

        def bound(*values: Any) -> Any:
            yield from handler(say, *values)
    else:

        def bound(*values: Any) -> Any:
            return handler(say, *values)

    bound.__name__ = handler.__name__
    bound.__doc__ = handler.__doc__
    bound.__annotations__ = {item.name: hints[item.name] for item in rest if item.name in hints}
    bound.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
    return bound


def unless_emptied(bound: Callable[..., Any], inputs: Sequence[Any]) -> Callable[..., Any]:
    """Let an event pass unanswered whose cause is that a picture or sound among the inputs was taken away.

    That is how a visitor makes room for another one, and asks for nothing. A button or a call without one is a mistake.
    """
    signature = inspect.signature(bound)
    places = {item._id: place for place, item in enumerate(inputs) if isinstance(item, (gr.Image, gr.Audio))}

    def emptied(cause: gr.EventData, values: tuple[Any, ...]) -> bool:
        place = places.get(cause.target._id) if cause.target is not None else None
        return place is not None and values[place] is None

    if inspect.isgeneratorfunction(bound):

        def heard(cause: gr.EventData, *values: Any) -> Any:
            if emptied(cause, values):
                yield gr.skip()
            else:
                yield from bound(*values)
    else:

        def heard(cause: gr.EventData, *values: Any) -> Any:
            return gr.skip() if emptied(cause, values) else bound(*values)

    heard.__name__ = bound.__name__
    heard.__doc__ = bound.__doc__
    heard.__annotations__ = {"cause": gr.EventData, **bound.__annotations__}
    first = inspect.Parameter("cause", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.EventData)
    heard.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])  # type: ignore[attr-defined]
    return heard


def listen(
    say: Say,
    triggers: Any,
    handler: Callable[..., Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    *,
    name: str | None = None,
    model: str | None = None,
    **settings: Any,
) -> Any:
    """Connect events to a handler.

    Args:
        say: handed to the handler as its first argument.
        triggers: one event, or a list, e.g. [button.click, slider.release].
        handler: see `bind`.
        inputs: components whose values follow `say`.
        outputs: components the handler's results go to.
        name: public API name in English; the Chinese page's has "_zh" behind it. None hides the event from the API.
        model: what the heavy events of one model share a queue slot by; None for cheap ones.
        settings: further ones of `gr.on`.
    """
    visible: dict[str, Any] = {"api_visibility": "private"}
    if name is not None:
        visible = {"api_name": name if say.language == "en" else f"{name}_{say.language}"}
    slot = {"concurrency_limit": CHEAP_LIMIT} if model is None else {"concurrency_id": model, "concurrency_limit": 1}
    given = triggers if isinstance(triggers, list) else [triggers]
    bound = bind(handler, say)
    if any(isinstance(item, (gr.Image, gr.Audio)) for item in inputs):
        bound = unless_emptied(bound, inputs)
    return gr.on(given, bound, list(inputs), list(outputs), **{**visible, **slot, **settings})


def count_up(button: gr.Button, seed: gr.Number, most: int) -> None:
    """Let a click go on to the next seed, in the browser alone; after the last one it begins again at 0."""
    button.click(None, seed, seed, js=f"(seed) => ((seed ?? 0) + 1) % {most + 1}", api_visibility="private")


def photograph_gallery(say: Say, stem: str, target: gr.Image, keys: Sequence[str] = ()) -> gr.Gallery:
    """Bundled photographs and a few emoji to pick from; a click puts one into `target`."""
    chosen = [photo for photo in bundled.photographs() if not keys or photo.key in keys]
    gallery = gr.Gallery(
        [(square(photo.image, 128), say.pick(photo.name)) for photo in chosen],
        label=say("page.examples"), columns=8, height=None, allow_preview=False, object_fit="cover",
        elem_id=f"{stem}-examples", elem_classes="examples", interactive=False, buttons=[],
    )  # fmt: skip

    def on_pick(event: gr.SelectData) -> Bytes:
        picture: Bytes = chosen[event.index].image
        return picture

    gallery.select(on_pick, None, target, api_visibility="private", show_progress="hidden")
    return gallery


def head(say: Say) -> None:
    """Name, purpose and the link to the other language, which keeps the tab."""
    other = "zh" if say.language == "en" else "en"
    link = "./zh" if other == "zh" else "./"
    gr.HTML(
        f'<header class="page-head"><h1>{say("page.name")}</h1><p>{say("page.lead")}</p>'
        f'<a id="language" lang="{other}" href="{link}">{say("page.other_language")}</a></header>'
    )
    gr.Markdown(say("page.steps"), elem_classes="quiet")


def foot(say: Say, **limits: object) -> None:
    """The limits and what happens to uploads."""
    gr.HTML(f'<footer class="page-foot">{say("page.footer", **limits)}</footer>')


def follow_links(groups: gr.Tabs, rows: Mapping[str, gr.Tabs], group_of: Mapping[str, str]) -> None:
    """Open the tab that the address names (?tab=vae); HEAD names the open tab in the address.

    The link to the other language takes the address along.

    Args:
        groups: the outer row.
        rows: group -> its row of tabs.
        group_of: tab -> its group.
    """

    def on_open(request: gr.Request) -> list[Any]:
        asked = request.query_params.get("tab", "")
        group = group_of.get(asked)
        if group is None:  # nobody is thrown back who has moved on
            return [gr.skip()] * (1 + len(rows))
        opened = [gr.Tabs(selected=asked) if name == group else gr.skip() for name in rows]
        return [gr.Tabs(selected=group), *opened]

    gr.on(None, on_open, None, [groups, *rows.values()], api_visibility="private", queue=False, show_progress="hidden")


HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
/* less air on phones; in the style sheet Gradio would confine these rules to what lies inside the page */
@media (max-width: 700px) {
  .gradio-container { padding: 0 6px 24px !important; }
  .gradio-container main.fillable, .gradio-container .main.fillable { padding: 8px 2px !important; }
}
</style>
<script>
// a group shows the tab that was last open in it, so what is open is known when the click has been answered
const openTab = () => [...document.querySelectorAll('[role=tab][aria-selected=true][id$="-tab-button"]')]
  .find((button) => button.offsetParent);
const nameTab = (clicked, patience) => {
  const opened = openTab();
  if (!opened || clicked.getAttribute("aria-selected") !== "true") {
    if (patience) { setTimeout(nameTab, 40, clicked, patience - 1); }
    return;
  }
  const here = new URL(window.location.href);
  const stem = opened.id.replace("-tab-button", "");
  here.searchParams.set("tab", stem);
  window.history.replaceState(null, "", here);
};
document.addEventListener("click", (event) => {
  const clicked = event.target.closest && event.target.closest("#groups [role=tab]");
  if (clicked) { setTimeout(nameTab, 0, clicked, 50); }
});
// a slider tells of its release when a pointer lets go of it; a key that lets go counts as much
document.addEventListener("keyup", (event) => {
  if (/^(Arrow|Page|Home|End)/.test(event.key) && event.target.matches && event.target.matches("input[type=range]")) {
    event.target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }
});
// at the last moment, for the page may draw the link anew at any time
for (const touched of ["pointerdown", "keydown", "click"]) {
  document.addEventListener(touched, (event) => {
    const link = event.target.closest && event.target.closest("#language");
    if (link) { link.search = window.location.search; }
  }, true);
}
</script>
"""


def theme() -> gr.themes.Base:
    """Gradio's plain theme with the reader's own fonts, so that nothing is fetched from elsewhere."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC")
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=sans, font_mono=("ui-monospace", "monospace"))
