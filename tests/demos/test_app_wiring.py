"""What the app declares: names of the API, ids of elements, who shares a queue slot with whom.

Nothing is served here; the page is built once and looked at.
"""

import re
from collections import Counter
from collections.abc import Iterator

import gradio as gr
import pytest
from gradio.block_function import BlockFunction
from gradio.blocks import Block

import app
from demos.page import events
from demos.page.words import LANGUAGES

STEMS = [method for methods in app.GROUPS.values() for method in methods]
FRAME = {  # what app.py and events.py name themselves
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


def public(page: gr.Blocks) -> list[str]:
    return [str(event.api_name) for event in page.fns.values() if event.api_visibility == "public"]


def test_the_tabs_stand_in_their_groups() -> None:
    assert {group: list(modules) for group, modules in app.GROUPS.items()} == {
        "pictures": ["rotation", "contrastive", "masked"],
        "generators": ["vae", "vqvae", "gan", "generation"],
        "language": ["gpt2", "bert"],
        "beyond": ["audio", "recommendation"],
    }


def test_every_public_name_starts_with_its_tab_and_stands_once(page: gr.Blocks) -> None:
    names = public(page)
    assert {name.split("_")[0] for name in names} == set(STEMS)
    assert not [name for name, count in Counter(names).items() if count > 1]
    assert not [name for name in names if re.search(r"_\d+$", name)], "Gradio numbers a name that is given twice"


def test_every_english_name_has_its_chinese_twin(page: gr.Blocks) -> None:
    names = set(public(page))
    english = {name for name in names if not name.endswith("_zh")}
    assert {f"{name}_zh" for name in english} == names - english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_starts_with_its_tab_and_stands_once(page: gr.Blocks, language: str) -> None:
    blocks = [block for block in named(page, language) if block.elem_id not in FRAME]
    assert {tab_of(block) for block in blocks} == set(STEMS)
    assert not [block.elem_id for block in blocks if not str(block.elem_id).startswith(f"{tab_of(block)}-")]
    counts = Counter(block.elem_id for block in named(page, language))
    assert not [ident for ident, count in counts.items() if count > 1]


def test_both_languages_have_the_same_ids(page: gr.Blocks) -> None:
    english, chinese = ({block.elem_id for block in named(page, language)} for language in LANGUAGES)
    assert english == chinese


@pytest.mark.parametrize("stem", STEMS)
def test_every_tab_has_the_four_steps_in_order(page: gr.Blocks, stem: str) -> None:
    for language in LANGUAGES:
        ids = [str(block.elem_id) for block in named(page, language)]
        steps = [ident for ident in ids if re.fullmatch(rf"{stem}-step\d", ident)]
        assert steps == [f"{stem}-step{number}" for number in range(1, 5)]


def test_what_computes_shares_a_slot_by_model_and_what_does_not_stops_nobody(page: gr.Blocks) -> None:
    """A slot named by a number is Gradio's own: events of one Python function would wait for each other in it."""
    for event in handled(page):
        heavy = event.api_visibility == "public" and event.concurrency_limit != events.CHEAP_LIMIT
        if heavy:
            assert not str(event.concurrency_id).isdigit(), f"{event.api_name} names no model"
            assert event.concurrency_limit == 1, f"{event.api_name} lets two visitors compute at once"


def test_events_without_a_queue_are_cheap(page: gr.Blocks) -> None:
    free = [event for event in handled(page) if not event.queue and event.name != "on_open"]
    assert not [event.api_name for event in free if event.concurrency_limit != events.CHEAP_LIMIT]


def test_no_picture_or_sound_is_decoded_before_the_handler_sees_it(page: gr.Blocks) -> None:
    """Gradio would decode a picture of 13,000 x 13,000 pixels before anything here could refuse it."""
    fed = {block for event in handled(page) for block in event.inputs}
    media = [block for block in fed if isinstance(block, (gr.Image, gr.Audio)) and block.interactive is not False]
    assert media
    assert not [block.elem_id for block in media if "preprocess" not in vars(block)], "use events.PictureInput"
