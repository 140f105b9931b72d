"""The recipe: from flags to a checkpoint that loads, and its metrics."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints, snapshots
from core.data import pictures
from core.device import generator
from core.masked import pretext, train
from core.masked.model import MaskedAutoencoder
from core.training.recipe import parse

TINY = {"width": 16, "depth": 1, "decoder-width": 16, "decoder-depth": 1, "size": 32, "batch": 8}


@pytest.fixture(scope="module")
def written(bright_tops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a smoke run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        flags = ["--smoke", "--data", f"folder:{bright_tops}", "--device", "cpu", "--no-bf16", "--snapshots"]
        return train.main([*flags, *(f"--{name}={value}" for name, value in TINY.items())]).resolve()


def test_smoke_run_writes_a_checkpoint(bright_tops: Path, written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    measured = card["metrics"][f"folder:{bright_tops}"]
    assert card["steps"] == 20
    assert set(measured) == {"mse", "mean_fill_mse", "relative_mse", "psnr_db", "n"}
    assert measured["relative_mse"] == pytest.approx(measured["mse"] / measured["mean_fill_mse"])
    assert measured["n"] == card["metrics"][f"folder:{bright_tops}, linear in-painting"]["n"] == 8
    again = train.evaluate(checkpoints.load(str(written)), f"folder:{bright_tops}")
    assert again == pytest.approx(measured, rel=1e-5)


def test_snapshots_match_the_card(bright_tops: Path, written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    assert card["snapshots"]["100"] == card["metrics"][f"folder:{bright_tops}"]
    for percent in snapshots.PERCENTS:
        again = train.evaluate(checkpoints.load(f"{written}@{percent}"), f"folder:{bright_tops}")
        assert again == pytest.approx(card["snapshots"][str(percent)], rel=1e-5)
    finished = card["snapshots"]["100"]["relative_mse"]
    assert card["snapshots"]["0"]["relative_mse"] > finished, "twenty steps learn the bright top"


def test_every_set_has_its_baseline(bright_tops: Path, written: Path) -> None:
    recipe = train.MaskedRecipe(data=f"folder:{bright_tops}+folder:{bright_tops}/test")
    found = train.measure(checkpoints.load(str(written)), recipe)
    assert list(found) == [
        f"folder:{bright_tops}",
        f"folder:{bright_tops}, linear in-painting",
        f"folder:{bright_tops}/test",
        f"folder:{bright_tops}/test, linear in-painting",
    ]
    assert all(
        0 < each["relative_mse"] == pytest.approx(each["mse"] / each["mean_fill_mse"]) for each in found.values()
    )


def test_metrics_are_independent_of_chunk(bright_tops: Path, written: Path) -> None:
    checkpoint = checkpoints.load(str(written))
    whole, cut = (train.evaluate(checkpoint, f"folder:{bright_tops}", chunk=chunk) for chunk in (200, 3))
    assert whole == pytest.approx(cut, rel=1e-5)
    assert whole["psnr_db"] == pytest.approx(-10 * np.log10(whole["mse"]))
    assert (
        train.evaluate(checkpoint, f"folder:{bright_tops}", mask_ratio=0.3)["mean_fill_mse"] != whole["mean_fill_mse"]
    )


def test_metrics_equal_slow_loop(bright_tops: Path, written: Path) -> None:
    checkpoint = checkpoints.load(str(written))
    model = checkpoint.model
    assert isinstance(model, MaskedAutoencoder)
    images = pictures.load(f"folder:{bright_tops}", "test", size=32).images.float() / 255
    errors, baseline = [], []
    for number, image in enumerate(images):
        keep = pretext.random_keep(1, 16, 0.75, generator(train.TEST_SEED, number))
        restored = pretext.unpatchify(model(image[None], keep).patches, 8, 4)[0].clamp(0, 1)
        hidden = ~torch.from_numpy(pretext.pixel_mask(keep[0].numpy(), 8, 4))
        colour = image[:, ~hidden].mean(1, keepdim=True)
        errors.append(float(((restored - image)[:, hidden] ** 2).mean()))
        baseline.append(float(((image[:, hidden] - colour) ** 2).mean()))
    measured = train.evaluate(checkpoint, f"folder:{bright_tops}")
    assert measured["mse"] == pytest.approx(np.mean(errors), rel=1e-4)
    assert measured["mean_fill_mse"] == pytest.approx(np.mean(baseline), rel=1e-4)


def test_both_methods_get_the_same_pictures(bright_tops: Path, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every test picture in both measurements, the model has one error; the gain is the difference."""
    checkpoint = checkpoints.load(str(written))
    spec = f"folder:{bright_tops}"
    whole, paired = train.evaluate(checkpoint, spec), train.evaluate_linear(checkpoint, spec)
    assert paired["n"] == whole["n"]
    assert paired["model_relative_mse"] == pytest.approx(whole["relative_mse"], rel=1e-4)
    assert paired["gain_low"] < paired["relative_mse"] - paired["model_relative_mse"] < paired["gain_high"]
    monkeypatch.setattr(pretext, "linear_fill", lambda picture, visible: picture)
    perfect = train.evaluate_linear(checkpoint, spec)
    assert perfect["relative_mse"] == 0 > perfect["gain_high"]


@pytest.mark.parametrize("preset", sorted(train.MaskedRecipe.PRESETS))
def test_presets_fit_their_size(preset: str) -> None:
    recipe = parse(train.MaskedRecipe, ["--data", "x", "--preset", preset])
    model = MaskedAutoencoder(train.configure(recipe))
    megabytes = 2 * sum(tensor.numel() for tensor in model.state_dict().values()) / 1e6
    assert (preset == "small") == recipe.snapshots
    assert megabytes < {"small": 2.0, "cpu": 8.0, "gpu": 30.0}[preset]


def test_masks_of_a_step() -> None:
    recipe = train.MaskedRecipe(data="none", min_ratio=0.5, max_ratio=0.9)
    counts = [train.make_mask(4, generator(seed), recipe).sum(1) for seed in range(30)]
    assert all(count.unique().numel() == 1 for count in counts)
    shown = torch.stack(counts)[:, 0]
    assert 14 <= shown.min() < 30 < 60 < shown.max() <= 72


def test_recipe_fields_are_flags() -> None:
    recipe = parse(train.MaskedRecipe, ["--data", "x", "--max-ratio", "0.8", "--no-bf16", "--steps", "7"])
    assert (recipe.max_ratio, recipe.bf16, recipe.steps) == (0.8, False, 7)
