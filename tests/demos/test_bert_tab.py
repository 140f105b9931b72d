"""The BERT tab's handlers as plain functions: what they draw, in both languages, and what they refuse."""

import math
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core.bert import explore, train
from demos.bert import tab
from demos.page.words import Say
from tests.demos.voices import voice
from tests.own_checkpoints import settle

TEXT = "The captain stood on the deck."
MODEL = explore.NOVELS


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Say:
    return Say(request.param)


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def test_gaps_show_five_candidates_and_the_baseline(say: Say) -> None:
    gaps, verdict, texts = tab.on_fill(say, TEXT, [1, 5], MODEL)
    assert gaps.count('class="gap"') == 2
    assert gaps.count('class="guess') == 10
    assert say("bert.gap_label", label="captain") in gaps
    assert "8,000" in verdict
    assert texts.count("<mark") == 4, "two gaps in each of two texts"
    found = explore.fill(TEXT, [1, 5])
    assert say("bert.order", order=", ".join(found.gaps[gap].label for gap in found.one_by_one.order)) in texts
    assert chinese(verdict) == (say.language == "zh")


def test_texts_that_differ_are_marked_where_they_do(say: Say) -> None:
    hidden = next(
        [*range(first, first + 5)]
        for example in explore.EXAMPLES
        for first in range(6)
        if explore.fill(example.text, [*range(first, first + 5)]).differ
    )
    text = next(each.text for each in explore.EXAMPLES if explore.fill(each.text, hidden).differ)
    *_, texts = tab.on_fill(say, text, hidden, MODEL)
    assert texts.count('class="differs"') >= 2
    found = explore.fill(text, hidden)
    better = found.one_by_one.bits < found.at_once.bits
    assert say("bert.differ_better" if better else "bert.differ_worse", differ=len(found.differ)) in texts


def test_with_one_gap_and_with_none_it_says_what_to_do(say: Say) -> None:
    assert say("bert.one_gap") in tab.on_fill(say, TEXT, [1], MODEL)[2]
    assert tab.on_fill(say, TEXT, [], MODEL) == ("", say("bert.none_hidden"), "")


def test_a_draw_of_training_is_coloured_and_counted(say: Say) -> None:
    names = {say(f"bert.{fate}") for fate in tab.FATES}
    for seed in range(8):
        parts, sentence = tab.on_draw(say, TEXT, MODEL, seed)
        asked = [kind for _, kind in parts if kind is not None]
        assert set(asked) <= names
        assert str(len(asked)) in sentence
        assert str(len(parts)) in sentence


def test_both_readers_are_drawn_word_by_word(say: Say) -> None:
    figure, sentence = tab.on_compare(say, TEXT, MODEL)
    assert [bar.name for bar in figure.data] == [say("bert.both_sides"), say("bert.left_only")]
    assert all(len(bar.y) == 7 for bar in figure.data)
    found = explore.compare(TEXT)
    for value in (found.bert_a_character, found.gpt_a_character, found.chance_a_character, found.unigram_a_character):
        assert f"{value:.2f}" in sentence


def test_a_text_just_written_gets_words_and_all_answers(say: Say) -> None:
    words, *answers = tab.on_text(say, TEXT, MODEL, 0)
    assert [word for word, _ in words["choices"]] == ["The", "captain", "stood", "on", "the", "deck", "."]
    assert words["value"] == [1, 2]
    assert len(answers) == 7
    assert tab.on_typing(say, "  ", MODEL, 0) == gr.skip()
    assert len(tab.on_typing(say, TEXT, MODEL, 0)) == 8


def test_uses_of_a_word_are_listed_with_their_senses(say: Say) -> None:
    text, table, sentence = tab.on_word(say, "rose", MODEL)
    assert "rose" in text
    assert table.count("<tr>") == 9
    assert say.pick(("flower", "玫瑰")) in table
    assert "64" in sentence
    assert tab.on_senses(say, text, "rose", MODEL) == (table, sentence)


def test_another_model_brings_everything_anew(say: Say) -> None:
    found = tab.on_model(say, TEXT, MODEL, 0)
    assert len(found) == 12
    assert found[8]["choices"] == explore.words_of(MODEL)
    assert tab.models(say)[0][1] == MODEL


def test_what_a_visitor_wrote_is_escaped(say: Say) -> None:
    gaps, _, texts = tab.on_fill(say, "a <b> & <i>", [0, 2, 5], MODEL)
    assert "<b>" not in texts
    assert "<i>" not in texts
    assert "&lt;" in texts
    assert gaps.count("<b") == gaps.count("</b>") + gaps.count("<br>")


def test_what_the_card_tells_is_on_the_page(say: Say) -> None:
    card = explore.figures()
    for key in ("accuracy", "top5_accuracy", "left_accuracy", "frequent_accuracy"):
        assert f"{card.gaps[key]:.1%}" in tab.card_sentence(say)
    for key in ("accuracy", "untrained_accuracy", "words_accuracy", "chance"):
        assert f"{card.novel[key]:.0%}" in tab.probe_sentence(say)


@pytest.mark.parametrize(("entries", "context"), [(300, 16), (400, 66)])
def test_what_was_trained_here_is_listed_and_answers(
    say: Say, entries: int, context: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tmp_path / "checkpoints", monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    chance, words = np.random.default_rng(0), ["sea", "ship", "and", "deck", "captain", "stood"]
    (tmp_path / "texts" / "a.txt").write_text(" ".join(chance.choice(words, 1500)))
    name = f"bert/own-{entries}-{context}-{say.language}"
    train.main(
        [
            "--data",
            "folder:texts",
            "--name",
            name.removeprefix("bert/"),
            "--vocabulary",
            str(entries),
            "--steps",
            "2",
            "--context",
            str(context),
            "--width",
            "16",
            "--layers",
            "1",
            "--heads",
            "2",
            "--batch",
            "2",
            "--device",
            "cpu",
        ]
    )
    titles = {key: title for title, key in tab.models(say)}
    assert titles.keys() >= {explore.NOVELS, name}
    assert name in titles[name]
    found = tab.on_model(say, "stood and", name, 0)
    assert len(found) == 12
    if context == 16:
        assert found[8]["choices"] == []
        assert found[11] == say("bert.no_words")
        with pytest.raises(gr.Error):
            tab.on_text(say, "a word for every token there is", name, 0)
    else:
        assert found[8]["choices"]


@pytest.mark.parametrize(
    ("handler", "values"),
    [
        (tab.on_fill, ("", [0], MODEL)),
        (tab.on_fill, (None, [0], MODEL)),
        (tab.on_fill, ("x " * 300, [0], MODEL)),
        (tab.on_fill, (TEXT, [99], MODEL)),
        (tab.on_fill, (TEXT, ["a"], MODEL)),
        (tab.on_fill, (TEXT, [0], "gpt2")),
        (tab.on_draw, (TEXT, MODEL, math.nan)),
        (tab.on_draw, (TEXT, MODEL, -1)),
        (tab.on_draw, ("\x00", MODEL, 0)),
        (tab.on_compare, ("   ", MODEL)),
        (tab.on_compare, (TEXT, "bert-base-uncased ")),
        (tab.on_senses, (TEXT, "bear", MODEL)),
        (tab.on_senses, (TEXT, "w", MODEL)),
        (tab.on_text, ("", MODEL, 0)),
    ],
)
def test_bad_input_is_one_sentence(say: Say, handler: Any, values: tuple[Any, ...]) -> None:
    with pytest.raises(gr.Error) as caught:
        handler(say, *values)
    assert chinese(caught.value.message) == (say.language == "zh")


def test_other_scripts_come_back_whole(say: Say) -> None:
    text = "👩‍👩‍👧 مرحبا 春江"
    words, _, _, texts, *_ = tab.on_text(say, text, MODEL, 0)
    for word, _ in words["choices"]:
        assert word
    assert texts


def test_without_a_network_the_hub_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    for offer in explore.offers():
        steps = tab.on_fetch(voice("bert", "zh"), offer.name)
        assert str(offer.megabytes) in next(steps)[1]
        with pytest.raises(gr.Error, match="继续使用内置模型"):
            next(steps)
