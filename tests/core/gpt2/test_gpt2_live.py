"""A GPT-2 trained in the page on a visitor's text: what it reports, against slow counts, and what it writes."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from core import checkpoints
from core.data.texts import Vocabulary
from core.device import generator
from core.gpt2 import live, train
from core.gpt2.choices import CHOICES
from core.gpt2.model import GPT2, Config, initialise
from core.training.live import usual
from tests.core.live_runs import ALWAYS, Watched, watch

TINY = {"batch": 4, "width": 16, "layers": 1, "context": 16}
TALE = "The captain stood on deck. A ship sailed out to sea, and nobody knew why.\n" * 140  # 10,000 characters
POEM = "春江潮水连海平，海上明月共潮生。\n" * 600


def write(folder: Path, text: str) -> str:
    folder.mkdir()
    (folder / "mine.txt").write_text(text, encoding="utf-8")
    return f"folder:{folder}"


@pytest.fixture(scope="module", params=[TALE, POEM], ids=["english", "chinese"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Watched]:
    root = tmp_path_factory.mktemp("gpt2")
    return request.param, watch("gpt2", write(root / "texts", request.param), root / "run", **TINY)


def test_rows_hold_the_columns(run: tuple[str, Watched]) -> None:
    _, found = run
    assert {*ALWAYS, "bits", "unigram_bits"} == found.rows[-1].keys()
    assert all(map(math.isfinite, found.rows[-1].values()))


def test_untrained_network_is_at_chance_level(run: tuple[str, Watched]) -> None:
    text, found = run
    entries = len(set(text)) + 257  # the bytes, and the end of a text
    assert found.rows[0]["seen_loss"] == pytest.approx(math.log(entries), rel=0.02)
    assert found.rows[0]["bits"] == pytest.approx(math.log2(entries), rel=0.02), "one token per character"


def test_unigram_level_equals_a_slow_count(run: tuple[str, Watched]) -> None:
    text, found = run
    whole = "\n" + text  # the token in front of a text
    cut = len(whole) - len(whole) // live.PARTS
    counts, entries = Counter(whole[:cut]), len(set(text)) + 257
    held_out = whole[cut:][: live.SCORED]
    bits = [-math.log2((counts[character] + 1) / (cut + entries)) for character in held_out]
    assert found.rows[-1]["unigram_bits"] == pytest.approx(sum(bits) / len(bits), rel=1e-5)


def test_text_begins_with_held_out_words(run: tuple[str, Watched]) -> None:
    text, found = run
    (example,) = found.updates[-1].examples
    prompt = example.text[: live.PROMPT]
    assert prompt in text[-len(text) // live.PARTS - 1 :]
    assert text[text.index(prompt) - 1].isspace(), "it begins a word or a line"
    assert len(example.text) > live.PROMPT


def test_checkpoint_has_its_vocabulary(run: tuple[str, Watched]) -> None:
    text, found = run
    model = cast(GPT2, checkpoints.load(str(found.checkpoint)).model)
    vocabulary = Vocabulary.read(found.checkpoint)
    assert len(vocabulary) == model.config.vocabulary
    assert len(vocabulary.encode(text[:100])) == 100
    counts = json.loads((found.checkpoint / "counts.json").read_text())
    assert counts[vocabulary.encode("\n")[0]] == ("\n" + text)[: -len(text) // live.PARTS].count("\n")


def test_bits_equal_one_window_by_hand() -> None:
    vocabulary = Vocabulary(train.learn_vocabulary(["abcab\n"], cast(train.GPT2Recipe, usual("gpt2"))))
    model = GPT2(Config(len(vocabulary), 8, 16, 1, 2, vocabulary.encode("\n")[0]))
    initialise(model, generator(1))
    tokens = vocabulary.encode("abcab")
    read = torch.tensor([[model.config.start, *tokens[:-1]]])
    with torch.inference_mode():
        log_p = model(read).logits.log_softmax(-1)[0]
        found = live.bits_per_character(model, np.array(tokens, np.uint16), vocabulary)
    expected = -sum(float(log_p[place, token]) for place, token in enumerate(tokens)) / (5 * math.log(2))
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("count", "context", "firsts"), [(9, 4, [0, 4]), (8, 4, [0]), (4, 4, []), (0, 4, [])])
def test_stretches_share_the_token_between(count: int, context: int, firsts: list[int]) -> None:
    found = live.stretches(np.arange(count, dtype=np.uint16), context)
    assert found.tolist() == [list(range(first, first + context + 1)) for first in firsts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tain stood on deck and looked", "stood on deck and lo"),
        ("明月共潮生。海上明月共潮生，春江潮水连海平", "明月共潮生。海上明月共潮生，春江潮水连海"),
        ("end\n", "end\n"),
    ],
)
def test_a_prompt_begins_a_word(text: str, expected: str) -> None:
    assert live.beginning(text) == expected


def test_repeated_line_is_learned_by_heart(tmp_path: Path) -> None:
    changes = CHOICES.failures["repeated"]
    assert changes == {"data": "repeated"}
    found = watch("gpt2", "repeated", tmp_path, steps=150, **TINY | {"lr": 2e-2, "width": 32})
    assert found.rows[-1]["bits"] < 0.5
    assert found.rows[-1]["unigram_bits"] > 4
