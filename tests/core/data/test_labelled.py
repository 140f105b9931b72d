"""Gallery and queries: no picture on both sides, all of the training split in the gallery, labels by name."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data.labelled import gallery_and_queries, relabel
from core.data.pictures import Pictures


def paint(folder: Path, names: str, count: int, seed: int) -> None:
    """`count` different pictures of each class."""
    rng = np.random.default_rng(seed)
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / name / f"{number}.png")


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> str:
    """30 pictures of a, b and c under train/, 6 of b and d under test/."""
    root = tmp_path_factory.mktemp("halves")
    paint(root / "train", "abc", 10, 0)
    paint(root / "test", "bd", 3, 1)
    return f"folder:{root}"


def apart(one: Pictures, other: Pictures) -> bool:
    """Whether no picture lies in both."""
    return not {image.numpy().tobytes() for image in one.images} & {image.numpy().tobytes() for image in other.images}


def test_gallery_is_all_training_pictures(halves: str) -> None:
    known, asked = gallery_and_queries(halves, 16, "data")
    assert (len(known.images), len(asked.images)) == (30, 6), "also those kept aside to choose by"
    assert apart(known, asked)
    assert known.labels.bincount().tolist() == [10, 10, 10]
    assert relabel(asked, known.classes).tolist() == [1, 1, 1, -1, -1, -1], "class d is not in the gallery"


def test_val_queries_are_training_pictures(halves: str) -> None:
    known, asked = gallery_and_queries(halves, 16, "data", "val")
    assert (len(known.images), len(asked.images)) == (28, 2)
    tested = gallery_and_queries(halves, 16, "data")[1]
    assert apart(known, asked)
    assert apart(known, tested)
    assert apart(asked, tested)


def test_joining_the_splits_keeps_every_label(halves: str) -> None:
    known, _ = gallery_and_queries(halves, 16, "data")
    train, val = gallery_and_queries(halves, 16, "data", "val")
    truth = {
        image.numpy().tobytes(): part.classes[label]
        for part in (train, val)
        for image, label in zip(part.images, part.labels.tolist(), strict=True)
    }
    for image, label in zip(known.images, known.labels.tolist(), strict=True):
        assert known.classes[label] == truth[image.numpy().tobytes()]


def test_plain_folder_is_cut_disjointly(tmp_path: Path) -> None:
    paint(tmp_path, "ab", 20, 2)
    known, asked = gallery_and_queries(f"folder:{tmp_path}", 16, "data")
    assert (len(known.images), len(asked.images)) == (38, 2), "every twentieth of 40"
    assert apart(known, asked)


def test_the_limit_holds_for_each_split(halves: str) -> None:
    known, asked = gallery_and_queries(halves, 16, "data", limit=4)
    assert len(known.images) <= 8, "training pictures and those kept aside"
    assert len(asked.images) <= 4


def test_labels_follow_class_names() -> None:
    data = Pictures(torch.zeros(3, 3, 1, 1, dtype=torch.uint8), torch.tensor([0, 1, 2]), ("a", "b", "c"))
    assert relabel(data, ("c", "x", "a")).tolist() == [2, -1, 0]
