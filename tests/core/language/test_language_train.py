"""The recipe: it runs from flags to a checkpoint that loads, counts every character, and repeats."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints, training
from core.checkpoints import Checkpoint
from core.data.texts import Vocabulary
from core.device import generator
from core.errors import InputError
from core.language import train
from core.language.model import GPT2, Config

WORDS = ("sea", "ship", "wind", "captain", "sailed", "grey", "over", "under", "the", "a", "and", "storm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up tongue of twelve words, and a test text with an emoji that the training text never had."""
    root = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(0)
    for half, words in (("train", 6000), ("test", 300)):
        (root / half).mkdir()
        (root / half / "a.txt").write_text(" ".join(rng.choice(WORDS, words)) + "\n" + ("😀" if half == "test" else ""))
    return root


@pytest.mark.parametrize("kind", ["bytes", "characters"])
def test_smoke_run_ends_in_a_checkpoint_that_loads(
    kind: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = f"folder:{folder}"
    flags = ["--smoke", "--data", data, "--tokens", kind, "--vocabulary", "300", "--context", "32", "--width", "16"]
    written = train.main([*flags, "--layers", "1", "--heads", "2", "--device", "cpu", "--no-bf16", "--lr", "0.02"])
    card = json.loads((written / "card.json").read_text())
    assert sorted(card["sha256"]) == ["counts.json", "model.safetensors", "tokenizer.json"]
    measured = card["metrics"][data]
    assert measured["n"] == len((folder / "test" / "a.txt").read_text())
    again = train.evaluate(checkpoints.load(str(written.resolve())), data)
    assert again == pytest.approx(measured)
    assert measured["perplexity"] < 60  # it began at the size of the vocabulary, about 300


def test_bits_count_every_character(folder: Path) -> None:
    """A model that knows nothing pays log2 V a token, and an unknown character is three or four tokens."""
    recipe = train.LanguageRecipe(data="none", tokens="characters", context=16, width=16, layers=1, heads=2)
    vocabulary = Vocabulary(train.learn_vocabulary([(folder / "train" / "a.txt").read_text()], recipe))
    model = GPT2(Config(len(vocabulary), 16, 16, 1, 2))
    model.wte.weight.data.zero_()
    checkpoint = Checkpoint("x", model.eval(), None, folder, torch.device("cpu"))
    found = train.measure_texts(checkpoint, ["sea龘", "😀"], vocabulary)
    bits = 10 * math.log2(len(vocabulary))  # 3 + 3 + 4 tokens
    assert found == pytest.approx({"bits_per_character": bits / 5, "perplexity": len(vocabulary), "n": 5}, rel=1e-4)


def test_another_kind_of_vocabulary_is_refused() -> None:
    with pytest.raises(InputError, match="no kind of vocabulary"):
        train.learn_vocabulary(["x"], train.LanguageRecipe(data="none", tokens="words"))


def test_a_batch_is_stretches_of_the_text_and_a_function_of_its_seed() -> None:
    recipe = train.LanguageRecipe(data="none", context=10, batch=4)
    tokens = np.arange(500, dtype=np.uint16)
    batch = train.make_batch(tokens, 3, generator(0, 3), recipe)
    assert batch.shape == (4, 11)
    assert torch.equal(batch, batch[:, :1] + torch.arange(11))
    assert torch.equal(batch, train.make_batch(tokens, 3, generator(0, 3), recipe))
    assert not torch.equal(batch, train.make_batch(tokens, 4, generator(0, 4), recipe))


def test_an_epoch_goes_through_the_whole_text() -> None:
    recipe = train.LanguageRecipe(data="none", context=10, batch=7)
    tokens = np.arange(491, dtype=np.uint16)
    first = torch.cat([train.make_batch(tokens, step, generator(0, step), recipe)[:, 0] for step in range(7)])
    stretches = sorted((first // 10).tolist())
    assert all(abs(stretch - place) <= 1 for place, stretch in enumerate(stretches))


def test_every_field_of_the_recipe_is_a_flag() -> None:
    recipe = training.parse(
        train.LanguageRecipe, ["--data", "x", "--tokens", "characters", "--limit", "5", "--no-bf16"]
    )
    assert (recipe.tokens, recipe.limit, recipe.bf16) == ("characters", 5, False)
