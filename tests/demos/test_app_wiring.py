"""What the app declares: names of the API, ids of elements, and which events share a queue slot.

The page is built once and not served. This is the only place with rules for the names of the API.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from gradio.block_function import BlockFunction
from gradio.blocks import Block

import app
from demos.page import events
from demos.page.words import LANGUAGES, Say
from tests.demos.voices import METHODS
from tests.own_checkpoints import settle

STEMS = [method for methods in app.GROUPS.values() for method in methods]
# Events that compute almost nothing: public calls by name, and all by their handler.
CHEAP_CALLS = {"contrastive_loss", "generation_results"}
CHEAP_HANDLERS = {"on_loss", "on_set", "on_open", "on_pick", "on_example", "on_canvas", "on_sketch", "<lambda>"}
CHEAP_HANDLERS |= {"on_start", "on_more", "on_stop", "on_curves"}  # of a training, which another process computes
CHEAP_HANDLERS |= {"on_qr", "on_join", "on_class"}  # the last one waits for others
FRAME = {  # what app.py and layout.py name themselves
    "groups",
    *(f"{group}-{part}" for group in app.GROUPS for part in ("group", "tabs")),
    *(f"{stem}-tab" for stem in STEMS),
}


@pytest.fixture
def page(built: gr.Blocks) -> gr.Blocks:
    return built


def route(language: str) -> str:
    return "" if language == "en" else language


def named(page: gr.Blocks, language: str) -> list[Block]:
    """Every component of one language that has an id."""
    return [block for block in page.blocks.values() if block.page == route(language) and block.elem_id]


def tab_of(block: Block) -> str | None:
    """The stem of the tab that a component stands in; tabs within a tab are just components."""
    around: Block | None = block
    while around is not None and not (isinstance(around, gr.Tab) and around.id in STEMS):
        around = around.parent
    return None if around is None else str(around.id)


def handled(page: gr.Blocks) -> Iterator[BlockFunction]:
    """Every event that runs Python."""
    return (event for event in page.fns.values() if event.fn is not None)


def place(event: BlockFunction) -> str:
    """The route of the page that an event belongs to, by what it reads and writes."""
    return next((str(block.page) for block in (*event.outputs, *event.inputs)), "")


def public(page: gr.Blocks) -> list[str]:
    return [str(event.api_name) for event in page.fns.values() if event.api_visibility == "public"]


def test_groups_hold_every_method() -> None:
    assert sorted(STEMS) == list(METHODS)


def test_api_names_are_prefixed_and_unique(page: gr.Blocks) -> None:
    names = public(page)
    assert {name.split("_")[0] for name in names} == set(STEMS)
    assert not [name for name, count in Counter(names).items() if count > 1]
    assert not [name for name in names if re.search(r"_\d+$", name)], "Gradio numbers a name that is given twice"


def test_public_calls_answer_in_english(page: gr.Blocks) -> None:
    """A program needs one set of calls; the Chinese page has the same events, which are private."""
    english, chinese = (
        Counter(event.name for event in handled(page) if place(event) == route(language)) for language in LANGUAGES
    )
    assert english == chinese
    assert {place(event) for event in page.fns.values() if event.api_visibility == "public"} == {""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_prefixed_and_unique(page: gr.Blocks, language: str) -> None:
    blocks = [block for block in named(page, language) if block.elem_id not in FRAME]
    assert {tab_of(block) for block in blocks} == set(STEMS)
    assert not [block.elem_id for block in blocks if not str(block.elem_id).startswith(f"{tab_of(block)}-")]
    counts = Counter(block.elem_id for block in named(page, language))
    assert not [ident for ident, count in counts.items() if count > 1]


def test_both_languages_share_ids(page: gr.Blocks) -> None:
    english, chinese = ({block.elem_id for block in named(page, language)} for language in LANGUAGES)
    assert english == chinese


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tab_has_steps_in_order(page: gr.Blocks, language: str) -> None:
    ids = [str(block.elem_id) for block in named(page, language)]
    steps = [ident for ident in ids if re.fullmatch(r"[a-z0-9]+-step\d", ident)]
    assert steps == [f"{stem}-step{number}" for stem in STEMS for number in range(1, 5)]


def is_cheap(event: BlockFunction) -> bool:
    return event.name in CHEAP_HANDLERS


def test_heavy_events_share_their_models_slot(page: gr.Blocks) -> None:
    """Every event but the cheap ones names its model's slot, and all events of a slot have the same limit.

    A slot named by a number is Gradio's own: the event names no model.
    """
    limits: dict[str, set[object]] = {}
    wrong = []
    for event in handled(page):
        if not is_cheap(event):
            limits.setdefault(str(event.concurrency_id), set()).add(event.concurrency_limit)
            wrong += [f"{event.name} {event.api_name}"] if str(event.concurrency_id).isdigit() else []
    wrong += [f"{slot}: {found}" for slot, found in limits.items() if len(found) > 1 or not found < {1, 4, 32}]
    assert not wrong


def test_cheap_calls_stop_nobody(page: gr.Blocks) -> None:
    cheap = [event for event in handled(page) if event.api_visibility == "public" and is_cheap(event)]
    assert {str(event.api_name) for event in cheap} >= CHEAP_CALLS
    assert not [event.api_name for event in cheap if event.concurrency_limit != events.CHEAP_LIMIT]


def test_events_without_queue_are_cheap(page: gr.Blocks) -> None:
    free = [event for event in handled(page) if not event.queue and event.name != "on_open"]
    assert not [event.api_name for event in free if event.concurrency_limit != events.CHEAP_LIMIT]


def test_uploads_reach_handlers_undecoded(page: gr.Blocks) -> None:
    """Gradio would decode a picture of 13,000 x 13,000 pixels before anything here could refuse it."""
    fed = {block for event in handled(page) for block in event.inputs}
    media = [block for block in fed if isinstance(block, (gr.Image, gr.Audio)) and block.interactive is not False]
    assert media
    theirs = (gr.Image.preprocess, gr.Audio.preprocess)
    assert not [block.elem_id for block in media if type(block).preprocess in theirs], "use inputs.picture_input"


def test_missing_card_closes_its_own_tab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tab says in a sentence what is missing; the one beside it is laid out as always."""
    settle(tmp_path, monkeypatch)
    (tmp_path / "masked" / "photos").unlink()
    monkeypatch.setattr(app, "GROUPS", {"pictures": ("rotation", "masked")})
    page = gr.Blocks()
    with page:
        app.fill(Say("en"))
    tabs = {block.id: block for block in page.blocks.values() if isinstance(block, gr.Tab)}
    (notice,) = tabs["masked"].children
    assert isinstance(notice, gr.Markdown)
    assert "masked/photos" in str(notice.value)
    assert any(block.elem_id == "rotation-step4" for block in page.blocks.values())
