"""What a visitor gets: continuations, alternatives, branches, surprisal and similar texts; InputError for bad input."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from core import checkpoints
from core.checkpoints import HubModel
from core.data import texts
from core.device import generator
from core.errors import HubUnavailable, InputError
from core.gpt2 import continuation, explore, models, sampling
from core.gpt2.explore import Continuation, Settings

SAMPLE = "the sea and the ship and the captain 春江潮水连海平 😀" * 3


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small random gpt2 in the Hub's format with a byte-level vocabulary."""
    folder = tmp_path_factory.mktemp("hub")
    tokenizer = texts.train_bytes_bpe([SAMPLE], 280)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(5).get_state())
        size = {"vocab_size": tokenizer.get_vocab_size(), "n_positions": 24, "n_embd": 16, "n_layer": 2, "n_head": 2}
        GPT2LMHeadModel(GPT2Config(**size, bos_token_id=0, eos_token_id=0, initializer_range=0.3)).save_pretrained(
            folder
        )
    return str(folder)


@pytest.fixture(autouse=True)
def _offered(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checkpoints.HUB_MODELS, "gpt2", HubModel(tiny, 1))


def finished(prompt: str, settings: Settings) -> Continuation:
    return list(explore.continue_text(prompt, settings))[-1]


def test_continuations_grow_token_by_token(tiny: str) -> None:
    steps = list(explore.continue_text("the sea", Settings(tiny, length=12)))
    added = [len(step.tokens) - step.prompt_tokens for step in steps]
    assert added == list(range(13))
    assert all(step.text.startswith("the sea") for step in steps)
    assert len(steps[-1].bits) == 12
    assert sum(piece.bits for piece in steps[-1].pieces) == pytest.approx(sum(steps[-1].bits))


def test_streams_show_whole_characters_only(tiny: str) -> None:
    for seed in range(6):
        steps = list(explore.continue_text("海", Settings(tiny, length=20, temperature=2, top_k=0, seed=seed)))
        whole = b"".join(models.open_model(tiny).vocabulary.pieces[t] for t in steps[-1].tokens)
        assert steps[-1].text == whole.decode("utf-8", errors="replace")
        for step in steps[:-1]:
            assert steps[-1].text.startswith(step.text)


def test_incomplete_characters_are_held_back() -> None:
    vocabulary = texts.Vocabulary(texts.train_characters(["ab" * 9], 2).to_str())
    tokens = vocabulary.encode("a春b")
    shown = [[s.text for s in models.spans(tokens[:n], vocabulary, finished=False)] for n in range(6)]
    assert shown == [[], ["a"], ["a"], ["a"], ["a", "春"], ["a", "春", "b"]]
    assert [s.text for s in models.spans(tokens[:3], vocabulary)] == ["a", "�"]
    assert texts.label(tokens[1], vocabulary) == "‹E6›"


@pytest.mark.parametrize("character", ["e\u0301", "👩\u200d💻", "👍🏽", "❤\ufe0f", "🇩🇪", "👨\u200d👩\u200d👧"])
def test_joined_characters_stay_whole(character: str) -> None:
    vocabulary = texts.Vocabulary(texts.train_characters(["ab" * 9], 2).to_str())
    tokens = vocabulary.encode(f"a{character}b{character}")
    found = models.spans(tokens, vocabulary)
    assert [span.text for span in found] == ["a", character, "b", character]
    assert [span.first for span in found] == [0, *(span.last for span in found[:-1])]
    assert found[-1].last == len(tokens)


def test_greedy_tokens_match_transformers(tiny: str) -> None:
    theirs = GPT2LMHeadModel.from_pretrained(tiny).eval()
    text = finished("the ship", Settings(tiny, length=10, temperature=0))
    for position in range(text.prompt_tokens, len(text.tokens)):
        with torch.inference_mode():
            logits = theirs(torch.tensor([[0, *text.tokens[:position]]])).logits[0, -1]
        assert text.tokens[position] == logits.argmax()
        expected = -float(logits.log_softmax(0)[text.tokens[position]]) / math.log(2)
        assert text.bits[position - text.prompt_tokens] == pytest.approx(expected, abs=1e-3)


def test_alternatives_agree_beyond_the_context(tiny: str) -> None:
    text = finished("the sea and the ship " * 20, Settings(tiny, length=40))
    assert text.ended or len(text.tokens) - text.prompt_tokens == 40
    assert len(text.tokens) > 3 * 24  # the context
    for number, bits in enumerate(text.bits, 1):
        assert -math.log2(explore.alternatives(text, number).chosen.probability) == pytest.approx(bits, abs=1e-3)


def test_alternatives_agree_with_sampled_tokens(tiny: str) -> None:
    text = finished("the captain and the", Settings(tiny, length=30))
    for number in (1, 8, len(text.bits)):
        found = explore.alternatives(text, number)
        probabilities = [item.probability for item in found.likeliest]
        assert len(probabilities) == 10
        assert probabilities == sorted(probabilities, reverse=True)
        assert found.chosen.token == text.tokens[text.prompt_tokens + number - 1]
        assert -math.log2(found.chosen.probability) == pytest.approx(text.bits[number - 1], abs=1e-3)
        if found.rank <= 10:
            assert found.likeliest[found.rank - 1].probability == pytest.approx(found.chosen.probability)


def test_branches_keep_the_tokens_before(tiny: str) -> None:
    text = finished("the sea", Settings(tiny, length=16))
    position, other = text.prompt_tokens + 5, explore.alternatives(text, 6).likeliest[3].token
    branched = list(explore.branch(text, 6, other))[-1]
    assert branched.tokens[:position] == text.tokens[:position]
    assert branched.tokens[position] == other
    assert len(branched.tokens) - branched.prompt_tokens == 16
    assert branched.bits[:5] == text.bits[:5]
    assert len(branched.bits) == 16


def test_branching_to_itself_changes_nothing(tiny: str) -> None:
    text = finished("the sea", Settings(tiny, length=16))
    again = list(explore.branch(text, 5, text.tokens[text.prompt_tokens + 4]))[-1]
    assert again.tokens == text.tokens
    assert again.bits == pytest.approx(text.bits, abs=1e-3)


def unhurried(text: Continuation, first: int) -> tuple[list[int], list[float]]:
    """Tokens from index `first` on, and bits of all added ones, from whole reads: no cache, scores of all positions."""
    loaded, settings = models.open_model(text.settings.name), text.settings
    context, tokens, bits = loaded.model.config.context, list(text.tokens[:first]), []
    for position in range(text.prompt_tokens, text.prompt_tokens + settings.length):
        read = [loaded.model.config.start, *tokens[:position]]
        with torch.inference_mode():
            logits = loaded.model(torch.tensor([read[sampling.window_start(len(read), context) :]])).logits[0, -1]
        if position == len(tokens):
            shaped = sampling.shape(
                logits, temperature=settings.temperature, top_k=settings.top_k, top_p=settings.top_p
            )
            tokens.append(sampling.draw(shaped, generator(settings.seed, position)))
        bits.append(-float(logits.log_softmax(0)[tokens[position]]) / math.log(2))
    return tokens, bits


@pytest.mark.parametrize(("name", "prompt"), [(explore.NOVELS, "novel"), (explore.TANG, "poem")])
def test_texts_equal_those_of_whole_reads(name: str, prompt: str) -> None:
    text = finished(explore.PROMPTS[prompt], Settings(name, length=24))
    other = next(each.token for each in explore.alternatives(text, 9).likeliest if each.token != text.tokens[9])
    branched = list(explore.branch(text, 9, other))[-1]
    assert branched.tokens != text.tokens
    for each, first in ((text, text.prompt_tokens), (branched, text.prompt_tokens + 9)):
        tokens, bits = unhurried(each, first)
        assert list(each.tokens) == tokens
        assert each.bits == pytest.approx(bits, abs=1e-5)
        kept = explore.alternatives(each, each.begun)
        read = explore.alternatives(replace(each, begun_logits=None), each.begun)
        assert [item.token for item in kept.likeliest] == [item.token for item in read.likeliest]
        assert [item.probability for item in kept.likeliest] == pytest.approx(
            [item.probability for item in read.likeliest], abs=1e-5
        )


def test_branches_read_the_prefix_once(tiny: str) -> None:
    text, read = finished("the sea", Settings(tiny, length=9)), []
    model = models.open_model(tiny).model
    hook = model.register_forward_pre_hook(lambda _, given: read.append(given[0].shape[1]))
    try:
        branched = list(explore.branch(text, 4, explore.alternatives(text, 1).likeliest[2].token))[-1]
        explore.alternatives(branched, 4)
    finally:
        hook.remove()
    assert read == [1 + text.prompt_tokens + 3, *[1] * (len(branched.bits) - 4)]


def test_tokens_are_grouped_when_shown(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    grouped: list[int] = []

    def spans(tokens: Sequence[int], *given: Any, **named: Any) -> list[models.Span]:
        grouped.append(len(tokens))
        return models.spans(tokens, *given, **named)

    monkeypatch.setattr(continuation, "spans", spans)
    steps = list(explore.continue_text("the sea", Settings(tiny, length=9)))
    assert not grouped
    assert steps[5].text.startswith("the sea")
    assert steps[5].pieces is steps[5].pieces
    assert grouped == [5]


def test_the_end_mark_ends_the_text(tiny: str) -> None:
    text = finished("the sea", Settings(tiny, length=16))
    ended = list(explore.branch(text, 3, models.open_model(tiny).vocabulary.end))[-1]
    assert len(ended.tokens) == text.prompt_tokens + 3
    assert ended.ended


def test_concurrent_visitors_get_separate_texts(tiny: str) -> None:
    asked = [Settings(tiny, length=25, seed=seed, temperature=1.2, top_k=0) for seed in range(6)]
    alone = [finished("the ship", settings).text for settings in asked]
    assert len(set(alone)) == 6
    last = [""] * 6
    for steps in zip_longest(*(explore.continue_text("the ship", settings) for settings in asked)):
        last = [step.text if step else kept for step, kept in zip(steps, last, strict=True)]
    assert last == alone
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda settings: finished("the ship", settings).text, asked)) == alone


def test_bits_of_pieces_add_up(tiny: str) -> None:
    text = "the sea 😀 مرحبا"
    found = explore.surprise(text, tiny)
    assert "".join(piece.text for piece in found.pieces) == text
    assert sum(p.bits for p in found.pieces) == pytest.approx(found.bits_per_character * len(text), rel=1e-4)
    assert found.perplexity == pytest.approx(2 ** (sum(p.bits for p in found.pieces) / found.tokens), rel=1e-4)
    assert found.chance_level == pytest.approx(found.tokens * math.log2(found.vocabulary) / len(text))
    assert found.unigram is None
    assert found.labels[0][0] == ""
    assert [pair[1] for pair in found.labels[:-1]] == [pair[0] for pair in found.labels[1:]]


@pytest.mark.parametrize("text", ["", "   \n", None, "\x00\x07\ud800", "x" * 100_000, "x" * 2001])
def test_bad_texts_are_refused(text: str | None, tiny: str) -> None:
    for ask in (
        lambda: finished(text, Settings(tiny)),  # type: ignore[arg-type]
        lambda: explore.surprise(text, tiny),
        lambda: explore.similar(text, tiny),
        lambda: explore.nearest_tokens(text, tiny),
    ):
        with pytest.raises(InputError, match=r"Write the beginning|at most 2,000 characters"):
            ask()


def test_cleaning_keeps_all_scripts() -> None:
    assert explore.clean("a\x00b\x1b[0m\r\nc\td  ") == "ab[0m\nc d"
    family = "👩‍👩‍👧 שלום 春"
    assert explore.clean(family) == family


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": 0},
        {"length": 301},
        {"length": 1.5},
        {"temperature": -0.1},
        {"temperature": math.nan},
        {"top_k": -1},
        {"top_p": 1.1},
        {"top_p": math.inf},
        {"seed": -1},
        {"seed": math.nan},
        {"length": None},
        {"temperature": "hot"},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float], tiny: str) -> None:
    with pytest.raises(InputError):
        finished("the sea", replace(Settings(tiny), **wrong))  # type: ignore[arg-type]


def test_unknown_positions_and_tokens_are_refused(tiny: str) -> None:
    text = finished("the sea", Settings(tiny, length=4))
    for number in (-1, 0, 5, math.nan, 2.5, None):
        with pytest.raises(InputError):
            explore.alternatives(text, number)  # type: ignore[arg-type]
    for token in (-1, 10**6, math.nan, None):
        with pytest.raises(InputError):
            list(explore.branch(text, 1, token))
    for ask in (lambda: explore.alternatives(None, 1), lambda: list(explore.branch(None, 1, 1))):
        with pytest.raises(InputError, match="Let the model continue"):
            ask()


@pytest.mark.parametrize("name", ["", "/etc", "rotation/photos", "gpt3", "../gpt2/novels"])
def test_only_offered_models_can_be_named(name: str) -> None:
    with pytest.raises(InputError, match="models offered"):
        explore.surprise("the sea", name)


def test_clicks_never_fetch_hub_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(checkpoints.HUB_MODELS, "gpt2", HubModel("nobody/nothing", 551))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(checkpoints, "fetch", lambda name: pytest.fail("went to the network"))
    with pytest.raises(InputError, match="Fetch nobody/nothing first"):
        explore.surprise("the sea", "nobody/nothing")


def test_fetching_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(HubUnavailable, match="the bundled model stays"):
        explore.fetch("nobody/nothing")


def test_similar_lines_and_their_measure(tiny: str) -> None:
    line = explore.LINES["en"][7]
    found = explore.similar(line.text, tiny)
    assert found[0].line == line
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert found[0].overlap == 1
    measured = explore.retrieval(tiny)
    assert measured.n == 40
    assert measured.chance_level == pytest.approx(4 / 39)
    assert 0 <= measured.model <= 1


def test_kinds_use_single_token_words(tiny: str) -> None:
    assert explore.kinds(tiny) is None, "the words of eight kinds are several tokens each here"
    measured = explore.kinds(explore.NOVELS)
    assert measured is not None
    assert 16 <= measured.n <= 64
    assert 0 <= measured.chance_level <= 1


def test_words_and_lines_fit_the_model(tiny: str) -> None:
    assert explore.fitting_word("father", explore.NOVELS) == "father"
    assert explore.fitting_word("father", explore.TANG) == explore.FIRST_WORD["zh"]
    assert explore.fitting_word(" ", explore.NOVELS) == explore.FIRST_WORD["en"]
    assert explore.fitting_line("A ship at sea.", explore.NOVELS) == "A ship at sea."
    assert explore.fitting_line("A ship at sea.", explore.TANG) == explore.QUERIES["zh"]
    assert explore.fitting_line("春江潮水", tiny) == explore.QUERIES["en"]


def test_overlap_is_the_jaccard_index() -> None:
    assert explore.overlap("春江", "春水") == pytest.approx(1 / 3)
    assert explore.overlap("abcd", "abce") == pytest.approx(1 / 3)
    assert explore.overlap("", "abc") == 0


def test_bundled_lines_have_eight_themes() -> None:
    for lines in explore.LINES.values():
        themes = [line.theme for line in lines]
        assert len(set(themes)) == 8
        assert all(themes.count(theme) == 5 for theme in themes)
        assert len({line.text for line in lines}) == 40
