"""The recipe: it runs from flags to a checkpoint that loads, and its metrics can be repeated."""

import json
from pathlib import Path

import pytest
import torch

from core import checkpoints
from core.device import generator
from core.rotation import train
from core.training.recipe import parse


@pytest.mark.parametrize("flags", [[], ["--snapshots", "--no-augment"]])
def test_smoke_run_writes_a_checkpoint(
    bright_tops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = f"folder:{bright_tops}"
    small = ["--width", "4", "--batch", "16", "--size", "32", "--device", "cpu", *flags]
    written = train.main(["--smoke", "--data", spec, "--also", "emoji", *small])
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    assert list(card["metrics"])[:3] == [spec, f"{spec}, re-encoded", f"{spec}, cropped"]
    assert "emoji" in card["metrics"], "tested on, not trained on"
    assert card["metrics"][spec]["n"] == 8
    assert written.is_relative_to(tmp_path / "runs") or not written.is_absolute()
    loaded = checkpoints.load(str(written.resolve()))
    again = train.evaluate(loaded, spec)
    assert again["accuracy"] == pytest.approx(card["metrics"][spec]["accuracy"])
    if "--snapshots" in flags:
        assert list(card["snapshots"]) == ["0", "1", "5", "25", "100"]
        untrained = checkpoints.load(f"{written.resolve()}@0")
        assert train.evaluate(untrained, spec)["accuracy"] == pytest.approx(card["snapshots"]["0"]["accuracy"])


def test_no_augment_only_turns() -> None:
    recipe = train.RotationRecipe(data="none", augment=False)
    images = torch.randint(0, 256, (8, 3, 64, 64), dtype=torch.uint8, generator=generator(1))
    turned, turns = train.make_batch(images, generator(7), recipe)
    for picture, turn, image in zip(turned, turns.tolist(), images, strict=True):
        assert torch.equal(picture, torch.rot90(image / 255, turn, (-2, -1)))


def test_batch_depends_on_seed_alone() -> None:
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


def test_small_steps_see_three_quarters_of_the_side(
    bright_tops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides, make = [], train.make_batch

    def noted(images: torch.Tensor, rng: torch.Generator, recipe: train.RotationRecipe) -> tuple[torch.Tensor, ...]:
        made = make(images, rng, recipe)
        sides.append(tuple(made[0].shape[2:]))
        return made

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "make_batch", noted)
    flags = ["--width", "4", "--size", "32", "--small-steps", "5", "--device", "cpu"]
    train.main(["--smoke", "--data", f"folder:{bright_tops}", *flags])
    assert sides == [(24, 24)] * 5 + [(32, 32)] * 15


def test_flags_set_recipe_fields() -> None:
    recipe = parse(train.RotationRecipe, ["--data", "x", "--min-crop", "0.5", "--no-bf16", "--steps", "7"])
    assert (recipe.min_crop, recipe.bf16, recipe.steps) == (0.5, False, 7)
