"""The GPT-2 tab's handlers as plain functions: what they stream and draw, and what they refuse."""

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import gradio as gr
import numpy as np
import pytest

from core.gpt2 import explore, train
from core.snapshots import PERCENTS
from demos.gpt2 import neighbours, tab, views
from demos.gpt2.views import ContinuationValues
from demos.page.snapshots import STAGES
from demos.page.words import Say
from tests.demos.voices import voice
from tests.own_checkpoints import settle

SETTINGS = (explore.TANG, 12, 0.8, 40, 1.0, 3)


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Say:
    return voice("gpt2", request.param)


def finished(say: Say, prompt: str, *settings: Any) -> ContinuationValues:
    return list(tab.on_continue(say, prompt, *(settings or SETTINGS)))[-1]


grow = functools.cache(explore.grow)  # the same answers for both languages


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def click(index: int) -> gr.SelectData:
    return gr.SelectData(None, {"index": index, "value": ["", 0.5]})


def test_prompts_are_coloured_by_piece(say: Say) -> None:
    found = tab.on_surprise(say, "《春夜》李白：", explore.TANG)
    assert "".join(text for text, _ in found.pieces) == "《春夜》李白："
    assert all(0 <= share <= 1 for _, share in found.pieces)
    assert say("gpt2.label") in found.labels
    assert list(found.bars.data[0].x) == [say("page.model"), say("gpt2.unigram"), say("page.chance")]
    model, unigram, chance_level = found.bars.data[0].y
    assert model < unigram < chance_level
    assert f"{model:.2f}" in found.verdict
    assert found.labels.count("<tr") == 1 + tab.SHOWN_LABELS
    assert "7" in found.counts


def test_what_a_visitor_wrote_is_escaped(say: Say) -> None:
    labels = tab.on_surprise(say, "<b>&\"'", explore.TANG).labels
    assert "&lt;" in labels
    assert "<b>" not in labels


def test_continuations_stream(say: Say) -> None:
    steps = list(tab.on_continue(say, "《春夜》李白：", *SETTINGS))
    last = steps[-1]
    assert last.pieces[0] == ("《春夜》李白：", None)
    assert last.status == say("gpt2.written", done=12)
    assert last.number == 1
    assert len(last.text.bits) == 12
    shown = [len(step.pieces) for step in steps]
    assert shown == sorted(shown)
    found = tab.on_alternatives(say, last.text, last.number)
    assert found.number == 1
    assert found.bars is not None
    assert len(found.choice["choices"]) == len(found.bars.data[0].y) == 10
    assert found.choice["value"] in [token for _, token in found.choice["choices"]]
    assert chinese(found.chosen) or say.language == "en"


def test_growing_texts_leave_alternatives_alone(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab, "YIELD_S", -1)
    steps = list(tab.on_continue(say, "《春夜》李白：", *SETTINGS))
    assert [len(step.text.bits) for step in steps] == [*range(13), 12]
    for step in steps[:-1]:
        assert (step.number, step.done) == (gr.skip(), gr.skip())
    assert finished(say, "《春夜》李白：").done > steps[-1].done, "another text is finished"


def test_clicks_show_alternatives_to_branch(say: Say) -> None:
    text = finished(say, "《春夜》李白：").text
    picked = tab.on_pick(say, text, click(4))
    assert picked.number == text.pieces[3].number
    assert picked.fold.open
    branched = list(tab.on_branch(say, text, picked.number, picked.choice["value"]))[-1]
    position = text.prompt_tokens + picked.number - 1
    assert branched.text.tokens[:position] == text.tokens[:position]
    assert branched.text.tokens[position] == picked.choice["value"] != text.tokens[position]
    assert len(branched.text.bits) == 12
    assert len(branched.pieces) > 1
    assert branched.number == picked.number
    assert len(tab.on_alternatives(say, branched.text, branched.number).choice["choices"]) == 10


def test_clicks_on_the_prompt_change_nothing(say: Say) -> None:
    text = finished(say, "《春夜》李白：").text
    for index in (0, 99):
        assert tab.on_pick(say, text, click(index)) == gr.skip()


def test_clicks_on_a_text_that_is_gone_say_so(say: Say) -> None:
    assert tab.on_pick(say, None, click(1)).chosen == say("gpt2.nothing_written")


def test_seeds_decide_the_text(say: Say) -> None:
    first, again = finished(say, "《望月》杜甫：").text, finished(say, "《望月》杜甫：").text
    other = finished(say, "《望月》杜甫：", *SETTINGS[:-1], 4).text
    assert first.text == again.text != other.text


def test_similar_words_and_lines_are_drawn(say: Say) -> None:
    near = neighbours.on_nearest(say, "春", explore.TANG)
    assert len(near.bars.data[0].x) == 10
    assert "64" in near.kinds
    similar = neighbours.on_similar(say, "举头望明月，低头思故乡。", explore.TANG)
    assert similar.table.count("<tr>") == 6
    assert say.pick(("the moon", "月")) in similar.table
    assert "40" in similar.themes


def test_other_models_bring_other_words(say: Say) -> None:
    found = neighbours.on_words(say, "king", explore.TANG)
    assert found == ("春", neighbours.on_nearest(say, "春", explore.TANG))
    assert neighbours.on_words(say, "春", explore.NOVELS).word == "king"
    assert neighbours.on_words(say, "father", explore.NOVELS).word == "father", "a visitor's word stays if it fits"
    assert neighbours.on_words(say, "", explore.NOVELS).word == "king"


def test_other_models_bring_other_lines(say: Say) -> None:
    english, verse = explore.QUERIES["en"], explore.QUERIES["zh"]
    found = neighbours.on_lines(say, english, explore.TANG)
    assert found == (verse, neighbours.on_similar(say, verse, explore.TANG))
    assert neighbours.on_lines(say, verse, explore.NOVELS).line == english
    assert neighbours.on_lines(say, "A ship at sea.", explore.NOVELS).line == "A ship at sea."
    assert neighbours.on_lines(say, " ", explore.NOVELS).line == english


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
    settings = [changed.get(position, value) for position, value in enumerate(SETTINGS)]
    with pytest.raises(gr.Error) as caught:
        finished(voice("gpt2", "zh"), prompt, *settings)
    assert chinese(caught.value.message)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_missing_texts_and_tokens_are_refused(language: Literal["en", "zh"]) -> None:
    say = voice("gpt2", language)
    text = finished(say, "春").text
    calls: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
        (tab.on_alternatives, (text, 99)),
        (tab.on_alternatives, (text, None)),
        (neighbours.on_nearest, ("supercalifragilistic", explore.TANG)),
        (neighbours.on_similar, ("", explore.TANG)),
        (tab.on_surprise, ("\x00", explore.TANG)),
    )
    for handler, values in calls:
        with pytest.raises(gr.Error) as caught:
            handler(say, *values)
        assert chinese(caught.value.message) == (language == "zh")
    for token in (None, -1, 10**7):
        with pytest.raises(gr.Error) as caught:
            list(tab.on_branch(say, text, 1, token))
        assert chinese(caught.value.message) == (language == "zh")


def test_alternatives_before_a_text_are_a_sentence_in_their_place(say: Say) -> None:
    found = tab.on_alternatives(say, None, 1)
    assert found.chosen == say("gpt2.nothing_written")
    assert (found.number, found.bars, found.choice["choices"]) == (gr.skip(), None, [])


def test_emoji_and_arabic_come_back_whole(say: Say) -> None:
    prompt = "👩‍👩‍👧 مرحبا שלום"
    found = finished(say, prompt)
    assert found.pieces[0][0] == prompt
    assert found.text.text.startswith(prompt)
    pieces = tab.on_surprise(say, prompt, explore.TANG).pieces
    assert "".join(piece.replace("␣", " ") for piece, _ in pieces) == prompt


def test_fetching_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    steps = tab.on_fetch(voice("gpt2", "zh"))
    assert "551" in next(steps).status
    with pytest.raises(gr.Error, match="继续使用内置模型"):
        next(steps)


def test_snapshots_continue_the_prompt(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "grow", grow)
    prompt, means = "The captain looked out over", []
    for stage, percent in enumerate(PERCENTS):
        found = tab.on_grow(say, prompt, stage)
        assert found.pieces[0] == (prompt, None)
        assert len(found.pieces) > 10
        shares = [share for _, share in found.pieces[1:] if share is not None]
        assert len(shares) == len(found.pieces) - 1
        assert all(0 <= share <= 1 for share in shares)
        means.append(sum(shares) / len(shares))
        assert chinese(found.verdict) == (say.language == "zh")
        assert list(found.reached.data[0].x) == [say(f"page.grow_{name}") for name in STAGES]
        colours = found.reached.data[0].marker.color
        assert colours.count(colours[stage]) == 1, "the chosen stage is marked"
        levels = [mark.text for mark in found.reached.layout.annotations]
        assert levels == [say("gpt2.grow_counts"), say("page.chance")]
        bits = explore.surprise(prompt, f"{explore.SMALL}@{percent}").bits_per_character
        assert f"{bits:.2f}" in found.verdict
    assert means[4] < means[0] - 0.1, "the surprisal of its own text falls"


def test_unread_scripts_get_an_explanation(say: Say) -> None:
    found = tab.on_grow(say, "《春夜》李白：", 4)
    assert found.pieces[0][0] == explore.PROMPTS["novel"]
    assert say("gpt2.grow_replaced") in found.verdict
    assert say("gpt2.grow_replaced") not in tab.on_grow(say, "The sea", 4).verdict


@pytest.mark.parametrize(("prompt", "stage"), [("", 4), ("the", 7), ("the", None), ("the", math.nan)])
def test_unknown_stages_are_refused(say: Say, prompt: str, stage: Any) -> None:
    with pytest.raises(gr.Error) as caught:
        tab.on_grow(say, prompt, stage)
    assert chinese(caught.value.message) == (say.language == "zh")


def test_own_models_are_listed_and_answer(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(tmp_path / "checkpoints", monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(" ".join(np.random.default_rng(0).choice(["sea", "ship", "and"], 500)))
    flags = ["--data", "folder:texts", "--name", "own", "--tokens", "characters", "--context", "16", "--steps", "2"]
    train.main([*flags, "--width", "16", "--layers", "1", "--heads", "2", "--batch", "2", "--device", "cpu"])
    name = "gpt2/own"
    titles = {key: title for title, key in views.choices(say)}
    assert titles.keys() >= {explore.NOVELS, explore.TANG, name}
    assert explore.SMALL not in titles
    assert name in titles[name]
    assert titles[name] in views.card_sentences(say)
    word, near = neighbours.on_words(say, "king", name)
    assert len(word) == 1
    assert len(near.bars.data[0].x) == 10
    assert near.kinds == f"{say('gpt2.kinds_few')} {say('page.part_of_character')}", "most of its tokens are bytes"
    line, similar = neighbours.on_lines(say, explore.QUERIES["zh"], name)
    assert line == explore.QUERIES["en"]
    assert similar.table.count("<tr>") == 6
    assert "40" in similar.themes
    assert "".join(text for text, _ in tab.on_surprise(say, "sea", name).pieces) == "sea"
    assert finished(say, "sea", name, 5, 0.8, 40, 1.0, 3).text.bits


def test_outputs_follow_the_named_values() -> None:
    with gr.Blocks() as page:
        parts = tab.build(voice("gpt2"))
    outputs = {fn.name: [item.elem_id for item in fn.outputs] for fn in page.fns.values()}
    ids = ["surprise", "labels", "counts", "verdict", "bits"]
    assert outputs["on_surprise"] == [f"gpt2-{name}" for name in ids]
    assert outputs["on_continue"] == outputs["on_branch"] == [None, "gpt2-text", "gpt2-status", "gpt2-number", None]
    assert outputs["on_alternatives"] == ["gpt2-number", "gpt2-chosen", "gpt2-alternatives", "gpt2-choice"]
    assert outputs["on_pick"] == ["gpt2-branch-fold", *outputs["on_alternatives"]]
    assert outputs["on_grow"] == ["gpt2-grow-text", "gpt2-grow-verdict", "gpt2-grow-curve"]
    asked = [question.handler.__name__ for question in parts.questions if question.fold is None]
    assert asked == ["on_surprise", "on_words", "on_continue"]


def luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance of a colour of 0 to 255 per channel (WCAG 2.2)."""
    linear = [(c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_strongest_colour_can_be_read() -> None:
    """Gradio lays its red over white with the share of the score; the text on it is #1e293b."""
    ground = tuple(255 + views.STRONGEST * (c - 255) for c in (239, 68, 60))
    text = (0x1E, 0x29, 0x3B)
    assert (luminance(ground) + 0.05) / (luminance(text) + 0.05) > 4.5
    piece = explore.Piece(1, "word", 40.0)
    assert views.coloured(voice("gpt2"), (piece,)) == [("word", views.STRONGEST)]
