"""What a visitor adds to the comparison: labelled pictures, a model, and a larger encoder from the Hub."""

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import gradio as gr
from gradio.utils import get_upload_folder

from core.compare import explore
from demos.compare import views
from demos.compare.controls import LEFT, RIGHT, Shown
from demos.page.backend import Local, stream
from demos.page.events import guard, listen
from demos.page.files import received
from demos.page.links import in_no_link
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say
from demos.training.part import run_of

HERE = Local()  # what a visitor brings stays in this process, wherever questions are answered
FILES = ("model.safetensors", "card.json")


class SetValues(NamedTuple):
    """The values of the components after a visitor brought pictures: how far it is, what is his, choices, no mark."""

    status: str
    mine: Any
    map_set: Any
    labels_set: Any
    geometry_set: Any
    mark: Any


class EncoderValues(NamedTuple):
    """The values of the components after an encoder came or went: a status, what is the visitor's, choices."""

    status: str
    mine: Any
    encoders: Any
    left: Any
    right: Any
    whose: Any


class HubValues(NamedTuple):
    """The values of the components after a model of the Hub was looked up: what it is, itself, the button's label."""

    status: str
    found: explore.Found
    fetch: Any


Changed = TypeVar("Changed", SetValues, EncoderValues)


def on_set(say: Say, files: list[str] | None, mine: explore.Mine) -> Iterator[SetValues]:
    """Read a visitor's labelled pictures, encode them, and offer them in every choice; without files, no longer."""
    waiting = [gr.skip()] * (len(SetValues._fields) - 1)
    said, found = "", None
    with guard(say):
        paths = [path for path in map(received, files or []) if path]
        for read in HERE.stream(functools.partial(explore.read_set, paths), together=False) if paths else ():
            said, found = views.read(say, read), read.found
            if found is None:
                yield SetValues(said, *waiting)
        mine = dataclasses.replace(mine, pictures=found)
        for step in stream(explore.encoding, explore.QUERYABLE, explore.OWN, mine) if found else ():
            yield SetValues(views.progress(say, step), *waiting)
    chosen = gr.update(choices=views.set_names(say, mine), value=explore.OWN if found else explore.SETS[0])
    changed = SetValues(said, mine, dict(chosen), dict(chosen), dict(chosen), None)
    yield from in_turn(changed)


def on_own(say: Say, files: list[str] | None, encoders: list[str], mine: explore.Mine) -> EncoderValues:
    """Take a visitor's model, and offer it in every choice of encoders; without files, offer it no longer."""
    own = None
    with guard(say):
        paths = [path for path in map(received, files or []) if path]
        if paths:
            own = HERE.ask(functools.partial(explore.adopt, paths, _own_folder()))
    return _with_model(say, own, encoders, mine)


def on_link(say: Say, link: str, encoders: list[str], mine: explore.Mine) -> EncoderValues:
    """Take the network of a run that was trained in the page, by the link of the run."""
    own = None
    with guard(say):
        if link.strip():
            run = Path(run_of(link))
            own = HERE.ask(functools.partial(explore.adopt, [str(run / name) for name in FILES], _own_folder()))
    return _with_model(say, own, encoders, mine)


def on_look_up(say: Say, name: str) -> HubValues:
    """Ask the Hub what a model is and how large, before anything is fetched."""
    with guard(say):
        found = HERE.ask(functools.partial(explore.look_up, name))
    about = say("compare.found_here" if found.at_hand else "compare.found", **_about(found))
    return HubValues(about, found, gr.update(value=say("compare.fetch", **_about(found))))


def on_fetch(say: Say, found: explore.Found, encoders: list[str], mine: explore.Mine) -> Iterator[EncoderValues]:
    """Fetch a model that was found on the Hub and offer it; the bundled ones stay whatever happens."""
    waiting = [gr.skip()] * (len(EncoderValues._fields) - 1)
    yield EncoderValues(say("compare.fetching", **_about(found)), *waiting)
    with guard(say):
        mine = dataclasses.replace(mine, hub=HERE.ask(functools.partial(explore.fetch, found)))
        for step in stream(explore.encoding, [explore.HUB], "gallery", mine):
            yield EncoderValues(views.progress(say, step), *waiting)
    yield from in_turn(_offered(say, say("compare.fetched", name=found.name), mine, [*encoders, explore.HUB]))


def _about(found: explore.Found) -> dict[str, Any]:
    return {"name": found.name, "kind": found.kind, "megabytes": found.megabytes}


def in_turn(values: Changed) -> Iterator[Changed]:
    """New values of a stream, the state last.

    With a stream, Gradio 6.31 starts the events of a state that changes before it shows the values that come with it:
    what follows the state would read the old ones.
    """
    yield values._replace(mine=gr.skip())
    yield type(values)(*[gr.skip()] * len(values))._replace(mine=values.mine)


def _own_folder() -> Path:
    return Path(get_upload_folder()) / "compare"


def _with_model(say: Say, own: explore.OwnRun | None, encoders: list[str], mine: explore.Mine) -> EncoderValues:
    mine = dataclasses.replace(mine, model=own)
    asked = [key for key in encoders if key != "own"]
    return _offered(say, say("compare.own_ready"), mine, [*asked, "own"]) if own else _offered(say, "", mine, asked)


def _offered(say: Say, status: str, mine: explore.Mine, asked: list[str]) -> EncoderValues:
    """Offer what a visitor has in every choice of encoders; a new one is last of those asked, and compared at once."""
    asked = list(dict.fromkeys(asked))
    named = views.names(say, mine)
    right = asked[-1] if asked and asked[-1] in ("own", explore.HUB) else RIGHT
    return EncoderValues(
        status=status,
        mine=mine,
        encoders=gr.update(choices=views.choices(say, mine), value=asked),
        left=gr.update(choices=named, value=LEFT),
        right=gr.update(choices=named, value=right),
        whose=gr.update(choices=named, value=right),
    )


def build(parts: Parts, shown: Shown) -> None:
    """Lay out the three folds."""
    _build_set(parts, shown)
    _build_own(parts, shown)
    _build_hub(parts, shown)


def _build_set(parts: Parts, shown: Shown) -> None:
    say, limits = parts.say, explore.LIMITS
    with parts.fold("pictures"):
        gr.Markdown(say("compare.pictures_text", fewest=limits.fewest, most=limits.most, labels=limits.labels))
        files = gr.File(
            label=say("compare.pictures_files"),
            file_count="multiple",
            file_types=[".zip"],
            elem_id="compare-pictures-files",
        )
        status = gr.Markdown(elem_id="compare-pictures-status")
    filled = outputs(SetValues, {**shown, "status": status})
    slot: dict[str, Any] = {"model": "compare-set", "show_progress": "minimal", "trigger_mode": "always_last"}
    listen(say, [files.upload, files.clear], on_set, [files, shown["mine"]], filled, **slot)


def _build_own(parts: Parts, shown: Shown) -> None:
    say = parts.say
    with parts.fold("own"):
        gr.Markdown(say("compare.own_text", megabytes=explore.MAX_MB))
        files = gr.File(
            label=say("compare.own_files"),
            file_count="multiple",
            file_types=[".safetensors", ".json"],
            elem_id="compare-own-files",
        )
        link = gr.Textbox(label=say("compare.own_link"), elem_id="compare-own-link", max_length=500)
        in_no_link(link)
        status = gr.Markdown(elem_id="compare-own-status")
    filled, rest = outputs(EncoderValues, {**shown, "status": status}), [shown["encoders"], shown["mine"]]
    listen(say, link.submit, on_link, [link, *rest], filled, model="compare-own")
    listen(say, [files.upload, files.clear], on_own, [files, *rest], filled, model="compare-own")


def _build_hub(parts: Parts, shown: Shown) -> None:
    say, offered = parts.say, explore.offered()
    with parts.fold("hub"):
        gr.Markdown(say("compare.hub_text", limit=explore.MOST_HUB_MB))
        found = gr.State(offered)
        name = gr.Textbox(offered.name, label=say("compare.hub_name"), elem_id="compare-hub-name", max_length=200)
        with gr.Row():
            look_up = gr.Button(say("compare.look_up"), size="sm", elem_id="compare-look-up")
            fetch = gr.Button(say("compare.fetch", **_about(offered)), size="sm", elem_id="compare-fetch")
        in_no_link(name)
        status = gr.Markdown(elem_classes="quiet", elem_id="compare-fetch-status")
    looked_up = outputs(HubValues, {"status": status, "found": found, "fetch": fetch})
    listen(say, [look_up.click, name.submit], on_look_up, [name], looked_up, model="compare-fetch")
    given, filled = [found, shown["encoders"], shown["mine"]], outputs(EncoderValues, {**shown, "status": status})
    listen(say, fetch.click, on_fetch, given, filled, model="compare-fetch", show_progress="minimal")
