"""The recipe: from flags to a checkpoint that loads, and k-NN tested on pictures outside the gallery."""

import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints
from core.checkpoints import Checkpoint
from core.contrastive import train
from core.contrastive.model import Config, untrained
from core.training.recipe import parse

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}
TINY = Config(size=16, widths=(8, 16), depths=(1, 1), hidden=16, projection=8)


def paint(folder: Path, count: int, colours: Collection[str] = COLOURS) -> Path:
    """Pictures whose class is their colour, `count` per class."""
    rng = np.random.default_rng(0)
    for name in colours:
        colour = COLOURS[name]
        (folder / name).mkdir(parents=True)
        for number in range(count):
            noise = rng.integers(-30, 31, (24, 24, 3))
            picture = (np.array(colour) + noise).clip(0, 255).astype(np.uint8)
            Image.fromarray(picture).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """train/ with 14 pictures per class and test/ with 4, the latter one folder deeper."""
    root = tmp_path_factory.mktemp("colours")
    paint(root / "train", 14)
    paint(root / "test" / "deeper", 4)
    return root


def tiny() -> Checkpoint:
    return Checkpoint("contrastive/tiny", untrained(TINY, 3).eval(), None, Path(), torch.device("cpu"))


def test_smoke_run_writes_a_checkpoint(halves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = "--smoke --width 8 --stages 2 --batch 16 --size 16 --hidden 16 --projection 8 --device cpu"
    written = train.main([*flags.split(), "--data", f"folder:{halves}"])
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    assert card["metrics"][f"folder:{halves}"]["n"] == 12
    loaded = checkpoints.load(str(written.resolve()))
    again = train.evaluate(loaded, f"folder:{halves}")
    assert again == card["metrics"][f"folder:{halves}"]


def test_probes_classify_colours(halves: Path) -> None:
    found = train.evaluate(tiny(), f"folder:{halves}")
    assert found.keys() == {"knn", "untrained_knn", "linear", "untrained_linear", "n"}
    assert found["n"] == 12
    assert found["knn"] > 0.9, "chance level 0.33"
    assert found["linear"] > 0.9


def test_untrained_has_seed_zero(halves: Path) -> None:
    fresh = Checkpoint("contrastive/fresh", untrained(TINY, 0).eval(), None, Path(), torch.device("cpu"))
    found = train.evaluate(fresh, f"folder:{halves}")
    assert (found["knn"], found["linear"]) == (found["untrained_knn"], found["untrained_linear"])


def test_one_class_is_always_right(tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    paint(tmp_path, 30, colours=("red",))
    (tmp_path / "red").rename(flat)
    found = train.evaluate(tiny(), f"folder:{flat}")
    assert (found["knn"], found["linear"], found["n"]) == (1.0, 1.0, 2)


@pytest.mark.parametrize("preset", sorted(train.ContrastiveRecipe.PRESETS))
def test_presets_fit_their_size(preset: str) -> None:
    recipe = parse(train.ContrastiveRecipe, ["--data", "x", "--preset", preset])
    model = untrained(train.config_of(recipe))
    megabytes = 2 * sum(tensor.numel() for tensor in model.state_dict().values()) / 1e6
    assert (preset == "small") == recipe.snapshots
    assert megabytes < {"small": 1.0, "dictionary": 0.25, "cpu": 4.0, "gpu": 24.0}[preset]


def test_flat_folder_is_split(tmp_path: Path) -> None:
    found = train.evaluate(tiny(), f"folder:{paint(tmp_path / 'flat', 14)}")
    assert found["n"] == 3, "every twentieth of 42"
