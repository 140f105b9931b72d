"""The BERT tab's handlers as plain functions: what they draw, in both languages, and what they refuse."""

import math
from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core.bert import explore, train
from demos.bert import tab, views
from demos.bert.views import CORRUPTIONS, PredictionValues, SensesValues
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
    assert chinese(shown.verdict) == (say.language == "zh")
    texts = tab.on_order(say, TEXT, [1, 5], MODEL)
    assert texts.count("<mark") == 4, "two gaps in each of two texts"
    found = explore.fill(TEXT, [1, 5])
    assert (
        say("bert.order_of_filling", order=", ".join(found.labels[gap] or "" for gap in found.one_by_one.order))
        in texts
    )


def test_differing_words_are_marked(say: Say) -> None:
    found = {
        (example.text, first): explore.fill(example.text, [*range(first, first + 5)])
        for example in explore.EXAMPLES[:2]
        for first in range(2)
    }
    (text, first), filling = next(item for item in found.items() if item[1].differ)
    texts = tab.on_order(say, text, [*range(first, first + 5)], MODEL)
    assert texts.count('class="differs"') >= 2
    better = filling.one_by_one.bits < filling.at_once.bits
    assert say("bert.differ_better" if better else "bert.differ_worse", differ=len(filling.differ)) in texts


def test_one_gap_or_none_is_explained(say: Say) -> None:
    assert say("bert.one_gap") in tab.on_order(say, TEXT, [1], MODEL)
    assert tab.on_order(say, TEXT, [], MODEL) == say("bert.none_hidden")
    assert tab.on_fill(say, TEXT, [], MODEL) == PredictionValues("", say("bert.none_hidden"))


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
    assert shown.bars is not None
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


def test_new_texts_have_words_hidden(say: Say) -> None:
    found = tab.on_words(say, TEXT, MODEL)
    assert [word for word, _ in found["choices"]] == ["The", "captain", "stood", "on", "the", "deck", "."]
    assert found["value"] == [1, 2]
    for handler in (tab.on_fill, tab.on_order):
        assert handler(say, TEXT, None, MODEL) == handler(say, TEXT, [1, 2], MODEL), "nobody has clicked a word yet"


def test_examples_come_with_their_own_gaps(say: Say) -> None:
    for example in explore.EXAMPLES:
        assert tab.on_words(say, example.text, MODEL)["value"] == list(example.hidden)


def test_uses_are_listed_with_senses(say: Say) -> None:
    found = tab.on_word(say, "rose", MODEL)
    assert "rose" in found.query
    assert found.uses.count("<tr>") == 9
    assert say.pick(("flower", "玫瑰")) in found.uses
    assert "64" in found.measured
    assert tab.on_senses(say, found.query, "rose", MODEL) == SensesValues(found.uses, found.measured)


def test_another_model_brings_its_own_words(say: Say) -> None:
    word, found = tab.on_uses(say, "花", "花", MODEL)
    assert word["choices"] == explore.words_of(MODEL)
    assert word["value"] == explore.words_of(MODEL)[0]
    assert found == tab.on_word(say, word["value"], MODEL)
    assert views.choices(say)[0][1] == MODEL


def test_a_word_and_its_sentence_stay_if_they_fit(say: Say) -> None:
    query = "A rose is a rose."
    word, found = tab.on_uses(say, "rose", query, MODEL)
    assert (word["value"], found.query) == ("rose", query)
    assert found[1:] == tab.on_senses(say, query, "rose", MODEL)


def test_what_a_visitor_wrote_is_escaped(say: Say) -> None:
    found = tab.on_fill(say, "a <b> & <i>", [0, 2, 5], MODEL)
    texts = tab.on_order(say, "a <b> & <i>", [0, 2, 5], MODEL)
    assert "<b>" not in texts
    assert "<i>" not in texts
    assert "&lt;" in texts
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
    assert tab.on_fill(say, "stood and", None, name).gaps.count('class="gap"') >= 1
    word, found = tab.on_uses(say, "bear", explore.FIRST_SENTENCE["bear"], name)
    if own == "short":
        assert word["choices"] == []
        assert found.measured == say("bert.no_words")
        with pytest.raises(gr.Error):
            tab.on_words(say, "a word for every token there is", name)
    else:
        assert word["choices"]


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
        (tab.on_words, ("", MODEL)),
        (tab.on_fill, ("", None, MODEL)),
        (tab.on_order, (TEXT, [99], MODEL)),
    ],
)
def test_bad_input_is_one_sentence(say: Say, handler: Any, values: tuple[Any, ...]) -> None:
    with pytest.raises(gr.Error) as caught:
        handler(say, *values)
    assert chinese(caught.value.message) == (say.language == "zh")


def test_other_scripts_come_back_whole(say: Say) -> None:
    text = "👩‍👩‍👧 مرحبا 春江"
    words = [word for word, _ in tab.on_words(say, text, MODEL)["choices"]]
    assert all(words)
    assert "".join(words) == text.replace(" ", "")
    assert tab.on_order(say, text, None, MODEL).count("<p dir=") == 2


def test_fetching_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    for offer in explore.offers():
        steps = tab.on_fetch(voice("bert", "zh"), offer.name)
        assert str(offer.megabytes) in next(steps).status
        with pytest.raises(gr.Error, match="继续使用内置模型"):
            next(steps)


def test_outputs_follow_the_named_values() -> None:
    with gr.Blocks() as page:
        parts = tab.build(voice("bert"))
    outputs = {fn.name: [item.elem_id for item in fn.outputs] for fn in page.fns.values()}
    assert outputs["on_fill"] == ["bert-gaps", "bert-verdict"]
    assert outputs["on_order"] == ["bert-texts"]
    assert outputs["on_compare"] == ["bert-bits", "bert-compared"]
    assert outputs["on_draw"] == ["bert-drawn", "bert-drawn-verdict"]
    assert outputs["on_word"] == ["bert-query", *outputs["on_senses"]] == ["bert-query", "bert-uses", "bert-measured"]
    asked = [question.handler.__name__ for question in parts.questions if question.fold is None]
    assert asked == ["on_words", "on_fill", "on_uses"]
