"""The BERT tab's handlers as plain functions: what they draw, in both languages, and what they refuse."""

import math
from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core.bert import explore, train
from demos.bert import tab, views
from demos.bert.views import CORRUPTIONS, FillingValues, SensesValues
from demos.page.words import Say
from tests.demos.voices import voice
from tests.own_checkpoints import settle

TEXT = "The captain stood on the deck."
MODEL = explore.NOVELS


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Say:
    return voice("bert", request.param)


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def test_gaps_show_five_candidates(say: Say) -> None:
    shown = tab.on_fill(say, TEXT, [1, 5], MODEL)
    assert shown.gaps.count('class="gap"') == 2
    assert shown.gaps.count('class="guess') == 10
    assert say("bert.gap_label", label="captain") in shown.gaps
    assert "8,000" in shown.verdict
    assert shown.texts.count("<mark") == 4, "two gaps in each of two texts"
    found = explore.fill(TEXT, [1, 5])
    assert say("bert.order", order=", ".join(found.gaps[gap].label for gap in found.one_by_one.order)) in shown.texts
    assert chinese(shown.verdict) == (say.language == "zh")


def test_differing_words_are_marked(say: Say) -> None:
    found = {
        (example.text, first): explore.fill(example.text, [*range(first, first + 5)])
        for example in explore.EXAMPLES[:2]
        for first in range(2)
    }
    (text, first), filling = next(item for item in found.items() if item[1].differ)
    texts = tab.on_fill(say, text, [*range(first, first + 5)], MODEL).texts
    assert texts.count('class="differs"') >= 2
    better = filling.one_by_one.bits < filling.at_once.bits
    assert say("bert.differ_better" if better else "bert.differ_worse", differ=len(filling.differ)) in texts


def test_one_gap_or_none_is_explained(say: Say) -> None:
    assert say("bert.one_gap") in tab.on_fill(say, TEXT, [1], MODEL).texts
    assert tab.on_fill(say, TEXT, [], MODEL) == FillingValues("", say("bert.none_hidden"), "")


def test_training_examples_are_coloured_and_counted(say: Say) -> None:
    names = {say(f"bert.{kind}") for kind in CORRUPTIONS}
    for seed in range(8):
        found = tab.on_draw(say, TEXT, MODEL, seed)
        chosen = [kind for _, kind in found.tokens if kind is not None]
        assert set(chosen) <= names
        assert str(len(chosen)) in found.counts
        assert str(len(found.tokens)) in found.counts


def test_both_models_are_drawn_by_word(say: Say) -> None:
    shown = tab.on_compare(say, TEXT, MODEL)
    assert [bar.name for bar in shown.bars.data] == [say("bert.both_sides"), say("bert.left_only")]
    assert all(len(bar.y) == 7 for bar in shown.bars.data)
    found = explore.compare(TEXT)
    assert found.unigram_bits_per_character is not None
    for value in (
        found.bert_bits_per_character,
        found.gpt_bits_per_character,
        found.chance_level,
        found.unigram_bits_per_character,
    ):
        assert f"{value:.2f}" in shown.compared
    for words in ("`gpt2/novels`", f"{found.partner_steps:,}"):
        assert words in shown.compared
    for parameters in (found.parameters, found.partner_parameters):
        size = f"{parameters / 1e4:.0f} 万" if say.language == "zh" else f"{parameters / 1e6:.1f} M"
        assert size in shown.compared


def test_new_texts_get_all_answers(say: Say) -> None:
    found = tab.on_text(say, TEXT, MODEL, 0)
    assert [word for word, _ in found.words["choices"]] == ["The", "captain", "stood", "on", "the", "deck", "."]
    assert found.words["value"] == [1, 2]
    for group in (
        tab.on_fill(say, TEXT, [1, 2], MODEL),
        tab.on_draw(say, TEXT, MODEL, 0),
        tab.on_compare(say, TEXT, MODEL),
    ):
        assert group._asdict().items() <= found._asdict().items()
    assert tab.on_typing(say, "  ", MODEL, 0) == gr.skip()
    assert tab.on_typing(say, TEXT, MODEL, 0) == found


def test_uses_are_listed_with_senses(say: Say) -> None:
    found = tab.on_word(say, "rose", MODEL)
    assert "rose" in found.query
    assert found.uses.count("<tr>") == 9
    assert say.pick(("flower", "玫瑰")) in found.uses
    assert "64" in found.measured
    assert tab.on_senses(say, found.query, "rose", MODEL) == SensesValues(found.uses, found.measured)


def test_another_model_brings_everything_anew(say: Say) -> None:
    found = tab.on_model(say, TEXT, MODEL, 0)
    assert found.word["choices"] == explore.words_of(MODEL)
    assert found.word["value"] == explore.words_of(MODEL)[0]
    assert tab.on_text(say, TEXT, MODEL, 0)._asdict().items() <= found._asdict().items()
    assert views.choices(say)[0][1] == MODEL


def test_what_a_visitor_wrote_is_escaped(say: Say) -> None:
    found = tab.on_fill(say, "a <b> & <i>", [0, 2, 5], MODEL)
    assert "<b>" not in found.texts
    assert "<i>" not in found.texts
    assert "&lt;" in found.texts
    assert found.gaps.count("<b") == found.gaps.count("</b>") + found.gaps.count("<br>")


def test_card_metrics_are_on_the_page(say: Say) -> None:
    card = explore.figures()
    for key in ("accuracy", "top5_accuracy", "left_accuracy", "frequent_accuracy"):
        assert f"{card.masked[key]:.1%}" in views.card_sentence(say)
    assert f"{card.one_at_a_time['perplexity']:,.0f}" in views.card_sentence(say)
    for key in ("accuracy", "untrained_accuracy", "words_accuracy", "chance"):
        assert f"{card.novel[key]:.0%}" in views.probe_sentence(say)


OWN = {"short": (300, 16), "long": (400, 66)}  # name: size of the vocabulary, context


@pytest.fixture(scope="module")
def _trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two models after two steps on six words, one with a context too short for the bundled sentences."""
    folder, rng = tmp_path_factory.mktemp("texts"), np.random.default_rng(0)
    words = ["sea", "ship", "and", "deck", "captain", "stood"]
    (folder / "a.txt").write_text(" ".join(rng.choice(words, 600)))
    size = ["--width", "16", "--layers", "1", "--heads", "2", "--batch", "2", "--steps", "2", "--device", "cpu"]
    with pytest.MonkeyPatch.context() as patch:
        settle(tmp_path_factory.mktemp("checkpoints"), patch)
        patch.chdir(folder)
        for name, (vocabulary, context) in OWN.items():
            data = ["--data", f"folder:{folder}", "--name", name]
            train.main([*data, "--vocabulary", str(vocabulary), "--context", str(context), *size])
        yield


@pytest.mark.usefixtures("_trained")
@pytest.mark.parametrize("own", OWN)
def test_own_models_are_listed_and_answer(say: Say, own: str) -> None:
    name = f"bert/{own}"
    titles = {key: title for title, key in views.choices(say)}
    assert titles.keys() >= {explore.NOVELS, name}
    assert name in titles[name]
    found = tab.on_model(say, "stood and", name, 0)
    assert found.gaps.count('class="gap"') >= 1
    if own == "short":
        assert found.word["choices"] == []
        assert found.measured == say("bert.no_words")
        with pytest.raises(gr.Error):
            tab.on_text(say, "a word for every token there is", name, 0)
    else:
        assert found.word["choices"]


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
    found = tab.on_text(say, text, MODEL, 0)
    words = [word for word, _ in found.words["choices"]]
    assert all(words)
    assert "".join(words) == text.replace(" ", "")
    assert found.texts.count("<p dir=") == 2


def test_fetching_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    for offer in explore.offers():
        steps = tab.on_fetch(voice("bert", "zh"), offer.name)
        assert str(offer.megabytes) in next(steps)[1]
        with pytest.raises(gr.Error, match="继续使用内置模型"):
            next(steps)
