"""The recipe: it runs from flags to a checkpoint that loads, and k-NN asks pictures the gallery does not hold."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints
from core.checkpoints import Checkpoint
from core.contrastive import train
from core.contrastive.model import Config, untrained
from core.data.pictures import Pictures

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}
TINY = Config(size=16, widths=(8, 16), depths=(1, 1), hidden=16, projection=8)


def paint(folder: Path, count: int) -> Path:
    """Pictures whose class is their colour, `count` a class."""
    rng = np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            noise = rng.integers(-30, 31, (24, 24, 3))
            picture = (np.array(colour) + noise).clip(0, 255).astype(np.uint8)
            Image.fromarray(picture).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """train/ with 14 pictures a class and test/ with 4, the latter one folder deeper."""
    root = tmp_path_factory.mktemp("colours")
    paint(root / "train", 14)
    paint(root / "test" / "deeper", 4)
    return root


def tiny() -> Checkpoint:
    return Checkpoint("contrastive/tiny", untrained(TINY, 3).eval(), None, Path(), torch.device("cpu"))


def test_smoke_run_ends_in_a_checkpoint_that_loads(
    halves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = "--smoke --width 8 --stages 2 --batch 16 --size 16 --hidden 16 --projection 8 --device cpu"
    written = train.main([*flags.split(), "--data", f"folder:{halves}"])
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    assert card["metrics"][f"folder:{halves}"]["n"] == 12
    loaded = checkpoints.load(str(written.resolve()))
    again = train.evaluate(loaded, f"folder:{halves}")
    assert again == card["metrics"][f"folder:{halves}"]


def test_colours_are_told_by_neighbours_alone(halves: Path) -> None:
    found = train.evaluate(tiny(), f"folder:{halves}")
    assert found.keys() == {"knn", "untrained_knn", "n"}
    assert found["n"] == 12
    assert found["knn"] > 0.9, "chance is 0.33"


def test_a_folder_without_halves_is_cut_so_that_no_picture_finds_itself(tmp_path: Path) -> None:
    found = train.evaluate(tiny(), f"folder:{paint(tmp_path / 'flat', 14)}")
    assert found["n"] == 3, "every twentieth of 42"


def test_labels_follow_the_names_of_the_classes() -> None:
    data = Pictures(torch.zeros(3, 3, 1, 1, dtype=torch.uint8), torch.tensor([0, 1, 2]), ("a", "b", "c"))
    assert train.relabel(data, ("c", "x", "a")).tolist() == [2, -1, 0]
