"""Tokens as a visitor reads them: parts of characters, conversions, and scripts that run from right to left."""

from typing import Any

import pytest

from core.gpt2 import explore as gpt2
from demos.bert import tab as bert_tab
from demos.bert import views as bert_views
from demos.gpt2 import neighbours
from demos.gpt2 import tab as gpt2_tab
from demos.page.tokens import explain_conversion, explain_parts, from_right, isolated
from demos.page.words import Language
from tests.demos.voices import voice

LANGUAGES: tuple[Language, ...] = ("en", "zh")
BERT = "bert/novels"
GAPS = "He [MASK] the door and went into the room."


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_of_characters_are_explained(language: Language) -> None:
    say = voice("gpt2", language)
    sentence = say("page.part_of_character")
    for shown in (["a", "‹E4›"], ["##‹E4 B8›"], [" ‹F0 9F 98›"], ["春\ufffd"]):
        assert explain_parts(say, shown) == f" {sentence}"
    for shown in (["a"], ["‹a›"], []):
        assert explain_parts(say, shown) == ""
    assert sentence in gpt2_tab.on_surprise(say, "春", gpt2.NOVELS).counts, "two bytes of it are a token"
    assert sentence not in gpt2_tab.on_surprise(say, "the sea", gpt2.NOVELS).counts
    assert sentence in bert_tab.on_fill(voice("bert", language), "a 春", [1], BERT).verdict


@pytest.mark.parametrize("language", LANGUAGES)
def test_conversion_is_said_where_it_happens(language: Language) -> None:
    say = voice("gpt2", language)
    read = explain_conversion(say, "风", converted=True)
    assert "“风”" in read
    assert read in gpt2_tab.on_surprise(say, "風", gpt2.TANG).counts
    assert read in neighbours.on_nearest(say, "風", gpt2.TANG).kinds
    assert read in neighbours.on_similar(say, "風", gpt2.TANG).themes
    *_, last = gpt2_tab.on_continue(say, "風", gpt2.TANG, 3, 0.8, 40, 1.0, 0)
    assert read in last.status
    assert last.pieces[0] == ("风", None)
    for name, text in ((gpt2.TANG, "风"), (gpt2.NOVELS, "風")):
        assert "“" not in gpt2_tab.on_surprise(say, text, name).counts


def test_long_and_hostile_texts_are_shortened() -> None:
    say = voice("gpt2")
    assert explain_conversion(say, "<b>", converted=True).count("&lt;b&gt;") == 1
    assert "春" * 60 + "…" in explain_conversion(say, "春" * 61, converted=True)
    assert explain_conversion(say, "春", converted=False) == ""


@pytest.mark.parametrize(
    ("text", "right"), [("שלום world", True), ("مرحبا", True), ("1 שלום", True), ("hello שלום", False), ("12.", False)]
)
def test_first_letter_gives_the_direction(text: str, right: bool) -> None:
    assert from_right(text) is right


def test_words_from_the_right_keep_their_order() -> None:
    classes: list[Any] = [bert_views.words(words, ()) for words in (("שלום", "לך"), ("Good", "night"))]
    assert ["from-right" in update["elem_classes"] for update in classes] == [True, False]
    assert isolated("שלום") == "\u2068שלום\u2069"
    assert isolated("night") == "night"


@pytest.mark.parametrize("language", LANGUAGES)
def test_typed_gaps_are_shown_without_label(language: Language) -> None:
    say = voice("bert", language)
    found = bert_tab.on_fill(say, GAPS, [], BERT)
    assert say("bert.gap_open") in found.gaps
    assert found.gaps.count('class="guess"') == 5
    assert found.verdict == say("bert.verdict_open", n=1)
    both = bert_tab.on_fill(say, GAPS, [3], BERT)
    assert say("bert.verdict_open", n=1) in both.verdict
    assert say("bert.gap_label", label="door") in both.gaps
    assert "<mark" in bert_tab.on_order(say, GAPS, [], BERT)
    assert say("bert.open") in bert_tab.on_order(say, GAPS, [3], BERT)
    compared = bert_tab.on_compare(say, GAPS, BERT)
    assert compared.bars is None
    assert compared.compared == say("bert.no_comparison")
    assert bert_tab.on_words(say, GAPS, BERT)["value"] == [1]
