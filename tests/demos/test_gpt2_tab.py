"""The GPT-2 tab's handlers as plain functions: what they stream and draw, and what they refuse."""

import math
from pathlib import Path
from typing import Any, Literal

import gradio as gr
import numpy as np
import pytest

from core.gpt2 import explore, train
from demos.gpt2 import tab
from demos.page.snapshots import STAGES
from demos.page.words import Say
from tests.demos.voices import voice
from tests.own_checkpoints import settle

SETTINGS = (explore.TANG, 12, 0.8, 40, 1.0, 3)


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Say:
    return Say(request.param)


def finished(say: Say, prompt: str, *settings: Any) -> tuple[Any, ...]:
    return list(tab.on_continue(say, prompt, *(settings or SETTINGS)))[-1]


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def test_the_prompt_is_coloured_piece_by_piece(say: Say) -> None:
    table, pieces, sentence, bars = tab.on_surprise(say, "《春夜》李白：", explore.TANG)
    assert "".join(text for text, _ in pieces) == "《春夜》李白："
    assert all(0 <= share <= 1 for _, share in pieces)
    assert say("gpt2.label") in table
    assert list(bars.data[0].x) == [say("page.model"), say("gpt2.unigram"), say("page.chance")]
    model, unigram, chance = bars.data[0].y
    assert model < unigram < chance
    assert f"{model:.2f}" in sentence


def test_what_a_visitor_wrote_is_escaped(say: Say) -> None:
    table, *_ = tab.on_surprise(say, "<b>&\"'", explore.TANG)
    assert "&lt;" in table
    assert "<b>" not in table


def test_a_continuation_streams_and_ends_with_alternatives(say: Say) -> None:
    steps = list(tab.on_continue(say, "《春夜》李白：", *SETTINGS))
    text, tokens, status, number, sentence, bars, choice = steps[-1]
    assert tokens[0] == ("《春夜》李白：", None)
    assert status == say("gpt2.written", done=12)
    assert number == 1
    assert len(choice["choices"]) == len(bars.data[0].y) == 10
    assert choice["value"] in [token for _, token in choice["choices"]]
    assert chinese(sentence) or say.language == "en"
    assert len(text.bits) == 12
    shown = [len(step[1]) for step in steps]
    assert shown == sorted(shown)


def test_a_click_shows_alternatives_and_a_branch_takes_one(say: Say) -> None:
    text = finished(say, "《春夜》李白：")[0]
    clicked = gr.SelectData(None, {"index": 4, "value": ["", 0.5]})
    number, _, _, choice = tab.on_pick(say, text, clicked)
    assert number == text.pieces[3].number
    branched, tokens, *_, again = list(tab.on_branch(say, text, number, choice["value"]))[-1]
    place = text.given + number - 1
    assert branched.tokens[:place] == text.tokens[:place]
    assert branched.tokens[place] == choice["value"] != text.tokens[place]
    assert len(branched.bits) == 12
    assert len(tokens) > 1
    assert len(again["choices"]) == 10


def test_a_click_on_the_prompt_or_nothing_changes_nothing(say: Say) -> None:
    text = finished(say, "《春夜》李白：")[0]
    for index in (0, 99):
        assert tab.on_pick(say, text, gr.SelectData(None, {"index": index, "value": ""})) == gr.skip()
    assert tab.on_pick(say, None, gr.SelectData(None, {"index": 1, "value": ""})) == gr.skip()


def test_the_same_seed_gives_the_same_text_and_another_another(say: Say) -> None:
    first, again = finished(say, "《望月》杜甫：")[0], finished(say, "《望月》杜甫：")[0]
    other = finished(say, "《望月》杜甫：", *SETTINGS[:-1], 4)[0]
    assert first.text == again.text != other.text


def test_words_and_lines_alike_are_drawn(say: Say) -> None:
    bars, sentence = tab.on_nearest(say, "春", explore.TANG)
    assert len(bars.data[0].x) == 10
    assert "64" in sentence
    table, measured = tab.on_similar(say, "举头望明月，低头思故乡。", explore.TANG)
    assert table.count("<tr>") == 6
    assert say.pick(("the moon", "月")) in table
    assert "40" in measured


def test_switching_the_model_brings_words_of_its_language(say: Say) -> None:
    word, _, _, line, *_ = tab.on_model(say, explore.TANG)
    assert word == "春"
    assert chinese(line)
    assert tab.on_model(say, explore.NOVELS)[0] == "king"


def test_typing_nothing_is_silent_and_typing_something_is_not(say: Say) -> None:
    assert tab.on_typing(say, "  ", explore.TANG) == gr.skip()
    assert len(tab.on_typing(say, "春", explore.TANG)) == 4


@pytest.mark.parametrize(
    ("prompt", "changed"),
    [
        ("", {}),
        ("   ", {}),
        (None, {}),
        ("春" * 100_000, {}),
        ("春", {0: "gpt9"}),
        ("春", {1: math.nan}),
        ("春", {1: 0}),
        ("春", {2: -1}),
        ("春", {2: math.inf}),
        ("春", {3: 1.5}),
        ("春", {4: 2}),
        ("春", {5: None}),
        ("春", {5: -1}),
    ],
)
def test_bad_input_is_one_sentence(prompt: str, changed: dict[int, Any]) -> None:
    settings = [changed.get(place, value) for place, value in enumerate(SETTINGS)]
    with pytest.raises(gr.Error) as caught:
        finished(voice("gpt2", "zh"), prompt, *settings)
    assert chinese(caught.value.message)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_yet_and_no_such_token_are_one_sentence(language: Literal["en", "zh"]) -> None:
    say = voice("gpt2", language)
    text = finished(say, "春")[0]
    for handler, values in (
        (tab.on_alternatives, (None, 1)),
        (tab.on_alternatives, (text, 99)),
        (tab.on_alternatives, (text, None)),
        (tab.on_nearest, ("supercalifragilistic", explore.TANG)),
        (tab.on_similar, ("", explore.TANG)),
        (tab.on_surprise, ("\x00", explore.TANG)),
    ):
        with pytest.raises(gr.Error) as caught:
            handler(say, *values)  # type: ignore[operator]
        assert chinese(caught.value.message) == (language == "zh")
    for token in (None, -1, 10**7):
        with pytest.raises(gr.Error):
            list(tab.on_branch(say, text, 1, token))


def test_emoji_and_right_to_left_text_come_back_whole(say: Say) -> None:
    prompt = "👩‍👩‍👧 مرحبا שלום"
    text, tokens, *_ = finished(say, prompt)
    assert tokens[0][0] == prompt
    assert text.text.startswith(prompt)
    pieces = tab.on_surprise(say, prompt, explore.TANG)[1]
    assert "".join(piece.replace("␣", " ") for piece, _ in pieces) == prompt


def test_without_a_network_the_hub_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    steps = tab.on_fetch(voice("gpt2", "zh"))
    assert "551" in next(steps)[1]
    with pytest.raises(gr.Error, match="继续使用内置模型"):
        next(steps)


def test_a_small_network_grows_on_the_visitors_text(say: Say) -> None:
    prompt = "The captain looked out over"
    shown = [tab.on_grow(say, prompt, stage) for stage in range(5)]
    for stage, (tokens, sentence, curve) in enumerate(shown):
        assert tokens[0] == (prompt, None)
        assert len(tokens) > 10
        assert all(0 <= share <= 1 for _, share in tokens[1:])
        assert chinese(sentence) == (say.language == "zh")
        assert list(curve.data[0].x) == [say(f"page.grow_{name}") for name in STAGES]
        colours = curve.data[0].marker.color
        assert colours.count(colours[stage]) == 1, "the chosen one is marked"
        levels = [mark.text for mark in curve.layout.annotations]
        assert levels == [say("gpt2.grow_counts"), say("page.chance")]
        assert f"{explore.grow(prompt, stage).surprise.bits_per_character:.2f}" in sentence
    redness = [np.mean([share for _, share in tokens[1:]]) for tokens, *_ in shown]
    assert redness[4] < redness[0] - 0.1, "what it writes surprises it less and less"


def test_another_script_is_told_why_the_text_is_english(say: Say) -> None:
    tokens, sentence, _ = tab.on_grow(say, "《春夜》李白：", 4)
    assert tokens[0][0] == explore.PROMPTS["novel"]
    assert say("gpt2.grow_replaced") in sentence
    assert say("gpt2.grow_replaced") not in tab.on_grow(say, "The sea", 4)[1]


def test_an_emptied_text_is_silent_and_a_wrong_stage_is_a_sentence(say: Say) -> None:
    assert tab.on_grow_typing(say, " ", 4) == gr.skip()
    assert len(tab.on_grow_typing(say, "the", 4)) == 3
    for prompt, stage in (("", 4), ("the", 7), ("the", None), ("the", math.nan)):
        with pytest.raises(gr.Error) as caught:
            tab.on_grow(say, prompt, stage)  # type: ignore[arg-type]
        assert chinese(caught.value.message) == (say.language == "zh")


def test_the_choice_lists_what_was_trained_here_and_not_what_grows(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tmp_path / "checkpoints", monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(" ".join(np.random.default_rng(0).choice(["sea", "ship", "and"], 500)))
    flags = ["--data", "folder:texts", "--name", "letters", "--tokens", "characters", "--context", "16", "--steps", "2"]
    train.main([*flags, "--width", "16", "--layers", "1", "--heads", "2", "--batch", "2", "--device", "cpu"])
    name = "language/letters"
    titles = {key: title for title, key in tab.models(say)}
    assert titles.keys() >= {explore.NOVELS, explore.TANG, name}
    assert explore.SMALL not in titles
    assert name in titles[name]
    assert titles[name] in tab._card_sentence(say)
    word, bars, kinds, line, table, retrieval = tab.on_model(say, name)
    assert len(word) == 1
    assert len(bars.data[0].x) == 10
    assert kinds == say("gpt2.kinds_few")
    assert line == explore.QUERIES["en"]
    assert table.count("<tr>") == 6
    assert "40" in retrieval
    assert len(tab.on_surprise(say, "sea", name)) == 4
    assert finished(say, "sea", name, 5, 0.8, 40, 1.0, 3)[0].bits
