"""The recipe: it runs from flags to a checkpoint that loads, and measures what it says."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints, snapshots
from core.device import generator
from core.masked import pretext, train
from core.masked.model import MaskedAutoencoder
from core.training.recipe import parse

TINY = {"width": 16, "depth": 1, "decoder-width": 16, "decoder-depth": 1, "size": 32, "batch": 8}


@pytest.fixture(scope="module")
def written(bright_tops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint that a smoke run leaves behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        flags = ["--smoke", "--data", f"folder:{bright_tops}", "--device", "cpu", "--no-bf16", "--snapshots"]
        return train.main([*flags, *(f"--{name}={value}" for name, value in TINY.items())]).resolve()


def test_smoke_run_ends_in_a_checkpoint_that_loads(bright_tops: Path, written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    measured = card["metrics"][f"folder:{bright_tops}"]
    assert card["steps"] == 20
    assert set(measured) == {"mse", "mean_fill_mse", "share", "psnr_db", "n"}
    assert measured["share"] == pytest.approx(measured["mse"] / measured["mean_fill_mse"])
    assert measured["n"] == card["metrics"][f"folder:{bright_tops}, linear in-painting"]["n"] == 8
    again = train.evaluate(checkpoints.load(str(written)), f"folder:{bright_tops}")
    assert again == pytest.approx(measured, rel=1e-5)


def test_snapshots_load_and_measure_what_the_card_says(bright_tops: Path, written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    assert card["snapshots"]["100"] == card["metrics"][f"folder:{bright_tops}"]
    for percent in snapshots.PERCENTS:
        again = train.evaluate(checkpoints.load(f"{written}@{percent}"), f"folder:{bright_tops}")
        assert again == pytest.approx(card["snapshots"][str(percent)], rel=1e-5)
    finished = card["snapshots"]["100"]["share"]
    assert card["snapshots"]["0"]["share"] > finished, "twenty steps at least find the bright top"


def test_every_set_is_measured_and_has_its_yardstick(bright_tops: Path, written: Path) -> None:
    recipe = train.MaskedRecipe(data=f"folder:{bright_tops}+folder:{bright_tops}/test")
    found = train.measure(checkpoints.load(str(written)), recipe)
    assert list(found) == [
        f"folder:{bright_tops}",
        f"folder:{bright_tops}, linear in-painting",
        f"folder:{bright_tops}/test",
        f"folder:{bright_tops}/test, linear in-painting",
    ]
    assert all(0 < each["share"] == pytest.approx(each["mse"] / each["mean_fill_mse"]) for each in found.values())


def test_metrics_do_not_depend_on_the_chunk_but_on_the_ratio(bright_tops: Path, written: Path) -> None:
    checkpoint = checkpoints.load(str(written))
    whole, cut = (train.evaluate(checkpoint, f"folder:{bright_tops}", chunk=chunk) for chunk in (200, 3))
    assert whole == pytest.approx(cut, rel=1e-5)
    assert whole["psnr_db"] == pytest.approx(-10 * np.log10(whole["mse"]))
    assert (
        train.evaluate(checkpoint, f"folder:{bright_tops}", mask_ratio=0.3)["mean_fill_mse"] != whole["mean_fill_mse"]
    )


def test_mean_fill_and_model_are_measured_on_the_same_hidden_pixels(bright_tops: Path, written: Path) -> None:
    checkpoint = checkpoints.load(str(written))
    model = checkpoint.model
    assert isinstance(model, MaskedAutoencoder)
    images = train.pictures.load(f"folder:{bright_tops}", "test", size=32).images.float() / 255
    wrong, naive = [], []
    for number, image in enumerate(images):
        keep = pretext.random_keep(1, 16, 0.75, generator(train.TEST_SEED, number))
        painted = pretext.unpatchify(model(image[None], keep).patches, 8, 4)[0].clamp(0, 1)
        hidden = ~torch.from_numpy(pretext.pixel_mask(keep[0].numpy(), 8, 4))
        colour = image[:, ~hidden].mean(1, keepdim=True)
        wrong.append(float(((painted - image)[:, hidden] ** 2).mean()))
        naive.append(float(((image[:, hidden] - colour) ** 2).mean()))
    measured = train.evaluate(checkpoint, f"folder:{bright_tops}")
    assert measured["mse"] == pytest.approx(np.mean(wrong), rel=1e-4)
    assert measured["mean_fill_mse"] == pytest.approx(np.mean(naive), rel=1e-4)


@pytest.mark.parametrize("preset", sorted(train.MaskedRecipe.PRESETS))
def test_presets_can_be_built_and_the_small_one_fits_its_place(preset: str) -> None:
    recipe = parse(train.MaskedRecipe, ["--data", "x", "--preset", preset])
    model = MaskedAutoencoder(train.configure(recipe))
    megabytes = 2 * sum(tensor.numel() for tensor in model.state_dict().values()) / 1e6
    assert (preset == "small") == recipe.snapshots
    assert megabytes < {"small": 2.0, "cpu": 8.0, "gpu": 30.0}[preset]


def test_masks_of_a_step_show_equally_many_patches_within_the_range() -> None:
    recipe = train.MaskedRecipe(data="none", min_ratio=0.5, max_ratio=0.9)
    counts = [train.make_mask(4, generator(seed), recipe).sum(1) for seed in range(30)]
    assert all(count.unique().numel() == 1 for count in counts)
    shown = torch.stack(counts)[:, 0]
    assert 14 <= shown.min() < 30 < 60 < shown.max() <= 72


def test_every_field_of_the_recipe_is_a_flag() -> None:
    recipe = parse(train.MaskedRecipe, ["--data", "x", "--max-ratio", "0.8", "--no-bf16", "--steps", "7"])
    assert (recipe.max_ratio, recipe.bf16, recipe.steps) == (0.8, False, 7)
