"""The recipe: it runs from flags to a checkpoint that loads, and measures what it says."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints, training
from core.device import generator
from core.rotation import train


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four pictures with a bright top, a third of them for testing."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(24):
        half = "test" if number % 3 == 0 else "train"
        picture = rng.integers(0, 100, (40, 40, 3), dtype=np.uint8)
        picture[:14] += 150
        (root / half / "any").mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(root / half / "any" / f"{number}.png")
    return root


def test_smoke_run_ends_in_a_checkpoint_that_loads(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = [
        "--smoke",
        "--data",
        f"folder:{folder}",
        "--width",
        "4",
        "--batch",
        "16",
        "--size",
        "32",
        "--device",
        "cpu",
    ]
    written = train.main(flags)
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    assert card["metrics"][f"folder:{folder}"]["n"] == 8
    assert written.is_relative_to(tmp_path / "runs") or not written.is_absolute()
    loaded = checkpoints.load(str(written.resolve()))
    again = train.evaluate(loaded, f"folder:{folder}")
    assert again["accuracy"] == pytest.approx(card["metrics"][f"folder:{folder}"]["accuracy"])


def test_a_batch_is_a_function_of_its_seed() -> None:
    recipe = train.RotationRecipe(data="none")
    images = torch.randint(0, 256, (8, 3, 64, 64), dtype=torch.uint8, generator=generator(1))
    first, turns = train.make_batch(images, generator(7), recipe)
    again, same = train.make_batch(images, generator(7), recipe)
    other, _ = train.make_batch(images, generator(8), recipe)
    assert torch.equal(first, again)
    assert torch.equal(turns, same)
    assert not torch.equal(first, other)
    assert first.shape == (8, 3, 64, 64)
    assert 0 <= first.min() <= first.max() <= 1


def test_disturbing_changes_pixels_but_little() -> None:
    smooth = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    disturbed = train.disturb(smooth)
    assert 0 < (disturbed - smooth).abs().mean() < 0.02


def test_every_field_of_the_recipe_is_a_flag() -> None:
    recipe = training.parse(train.RotationRecipe, ["--data", "x", "--min-crop", "0.5", "--no-bf16", "--steps", "7"])
    assert (recipe.min_crop, recipe.bf16, recipe.steps) == (0.5, False, 7)
