"""The recipe: it runs from flags to a checkpoint that loads, counts every character, and repeats."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints
from core.checkpoints import Checkpoint
from core.data.batches import indices
from core.data.texts import Vocabulary
from core.device import generator
from core.errors import InputError
from core.gpt2 import train
from core.gpt2.model import GPT2, Config
from core.snapshots import SNAPSHOTS
from core.training.recipe import parse

WORDS = ("sea", "ship", "wind", "captain", "sailed", "grey", "over", "under", "the", "a", "and", "storm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up language of twelve words, and a test text with an emoji that the training text never had."""
    root = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(0)
    for half, words in (("train", 6000), ("test", 300)):
        (root / half).mkdir()
        (root / half / "a.txt").write_text(" ".join(rng.choice(WORDS, words)) + "\n" + ("😀" if half == "test" else ""))
    return root


@pytest.mark.parametrize("kind", ["bytes", "characters"])
def test_smoke_runs_write_loadable_checkpoints(
    kind: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = f"folder:{folder}"
    flags = ["--smoke", "--data", data, "--tokens", kind, "--vocabulary", "300", "--context", "32", "--width", "16"]
    written = train.main([*flags, "--layers", "1", "--heads", "2", "--device", "cpu", "--no-bf16", "--lr", "0.02"])
    card = json.loads((written / "card.json").read_text())
    assert sorted(card["sha256"]) == ["counts.json", "model.safetensors", "tokenizer.json"]
    assert list(card["metrics"]) == [f"{data}, end of the training split, held out", data]
    assert card["snapshots"] == {}
    measured = card["metrics"][data]
    assert measured["n"] == len((folder / "test" / "a.txt").read_text())
    again = train.evaluate(checkpoints.load(str(written.resolve())), data)
    assert again == pytest.approx(measured)
    assert measured["perplexity"] < 60  # it began at the size of the vocabulary, about 300


@pytest.mark.parametrize("kind", ["bytes", "characters"])
def test_snapshots_load_with_their_metrics(
    kind: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = f"folder:{folder}"
    flags = ["--smoke", "--snapshots", "--data", data, "--tokens", kind, "--vocabulary", "300", "--context", "32"]
    written = train.main([*flags, "--width", "16", "--layers", "1", "--heads", "2", "--device", "cpu", "--lr", "0.02"])
    card = checkpoints.read_card(written.name, written.parent)
    assert list(card.snapshots) == [*map(str, SNAPSHOTS), "100"]
    assert card.snapshots["100"] == card.metrics[data]
    found = []
    for percent in (*SNAPSHOTS, 100):
        checkpoint = checkpoints.load(f"{written.name}@{percent}", root=written.parent.resolve())
        found.append(train.evaluate(checkpoint, data)["bits_per_character"])
        assert found[-1] == pytest.approx(card.snapshots[str(percent)]["bits_per_character"], rel=1e-4)
    assert found[-1] < found[0] - 0.5


def test_measuring_again_repeats_the_card(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = ["--smoke", "--data", f"folder:{folder}", "--vocabulary", "300", "--context", "32", "--width", "16"]
    written = train.main([*flags, "--layers", "1", "--heads", "2", "--device", "cpu"]).absolute()
    checkpoint = checkpoints.load(str(written))
    assert checkpoint.card is not None
    found = train.measure(checkpoint, train.RECIPE(**checkpoint.card.recipe))
    assert found.keys() == checkpoint.card.metrics.keys()
    for name, figures in found.items():
        assert figures == pytest.approx(checkpoint.card.metrics[name], rel=1e-4), name


def test_the_end_is_held_out(folder: Path) -> None:
    recipe = train.GPT2Recipe(data="none", tokens="characters", context=16)
    text = [(folder / "train" / "a.txt").read_text()]
    vocabulary = Vocabulary(train.learn_vocabulary(text, recipe))
    seen, kept = train.split(text, vocabulary, recipe)
    assert len(kept) == (len(seen) + len(kept)) // 100
    start = train.start_token(vocabulary, recipe)
    assert [*seen.tolist(), *kept.tolist()] == [start, *vocabulary.encode(text[0])]
    seen, kept = train.split(["the sea and the ship"], vocabulary, recipe)
    assert (len(seen), len(kept)) == (20, 1), "also of a text that is shorter than a hundred tokens"


def test_too_short_texts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("Call me.")
    with pytest.raises(InputError, match="Add texts, or lower --context"):
        train.main(["--smoke", "--data", f"folder:{tmp_path}", "--device", "cpu"])


def test_bits_count_every_character(folder: Path) -> None:
    """A uniform model needs log2 V bits per token, and an unknown character is three or four tokens."""
    recipe = train.GPT2Recipe(data="none", tokens="characters", context=16, width=16, layers=1, heads=2)
    vocabulary = Vocabulary(train.learn_vocabulary([(folder / "train" / "a.txt").read_text()], recipe))
    model = GPT2(Config(len(vocabulary), 16, 16, 1, 2))
    model.wte.weight.data.zero_()
    checkpoint = Checkpoint("x", model.eval(), None, folder, torch.device("cpu"))
    found = train.measure_texts(checkpoint, ["sea龘", "😀"], vocabulary)
    bits = 10 * math.log2(len(vocabulary))  # 3 + 3 + 4 tokens
    assert found == pytest.approx({"bits_per_character": bits / 5, "perplexity": len(vocabulary), "n": 5}, rel=1e-4)


def test_unknown_vocabulary_kinds_are_refused() -> None:
    with pytest.raises(InputError, match="no kind of vocabulary"):
        train.learn_vocabulary(["x"], train.GPT2Recipe(data="none", tokens="words"))


def test_batches_follow_rows_and_seed() -> None:
    recipe = train.GPT2Recipe(data="none", context=10, batch=4)
    tokens, rows = np.arange(500, dtype=np.uint16), torch.tensor([0, 7, 30, 48])
    batch = train.make_batch(tokens, rows, generator(0, 3), recipe)
    assert batch.shape == (4, 11)
    assert torch.equal(batch, batch[:, :1] + torch.arange(11))
    assert bool(((batch[:, 0] >= 10 * rows) & (batch[:, 0] < 10 * rows + 10)).all())
    assert torch.equal(batch, train.make_batch(tokens, rows, generator(0, 3), recipe))
    assert not torch.equal(batch, train.make_batch(tokens, rows, generator(0, 4), recipe))


def test_last_stretches_stay_inside_the_text() -> None:
    recipe = train.GPT2Recipe(data="none", context=10)
    tokens = np.arange(25, dtype=np.uint16)
    batch = torch.cat([train.make_batch(tokens, torch.tensor([0, 1]), generator(s), recipe) for s in range(50)])
    assert int(batch.max()) == 24
    assert len(batch[:, 0].unique()) > 5


def test_an_epoch_covers_the_text() -> None:
    recipe = train.GPT2Recipe(data="none", context=10, batch=7)
    tokens = np.arange(491, dtype=np.uint16)
    dealt = [indices((len(tokens) - 1) // 10, 7, step, 0) for step in range(7)]
    batches = [train.make_batch(tokens, rows, generator(0, step), recipe) for step, rows in enumerate(dealt)]
    first = torch.cat([batch[:, 0] for batch in batches])
    stretches = sorted((first // 10).tolist())
    assert all(abs(stretch - position) <= 1 for position, stretch in enumerate(stretches))


def test_recipe_fields_are_flags() -> None:
    recipe = parse(train.GPT2Recipe, ["--data", "x", "--tokens", "characters", "--limit", "5", "--no-bf16"])
    assert (recipe.tokens, recipe.limit, recipe.bf16) == ("characters", 5, False)


@pytest.mark.parametrize("preset", train.RECIPE.PRESETS)
def test_presets_are_fields_and_flags_win(preset: str) -> None:
    recipe = parse(train.RECIPE, ["--data", "x", "--preset", preset, "--batch", "3"])
    assert recipe.batch == 3
    assert recipe.minutes == train.RECIPE.PRESETS[preset]["minutes"]
    assert recipe.width % recipe.heads == 0
