"""Pictures of the study's sets: 32 pixels, three colours, digits with a black border."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.data import bundled, digits, pictures
from core.errors import InputError
from core.generation import datasets
from tests.core.data.test_digits import write_mnist


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A hundred training digits and a hundred test digits, in MNIST's files."""
    known = bundled.digits()
    labels = known.labels.astype(np.uint8)
    write_mnist(tmp_path, "train", known.images[:100], labels[:100])
    write_mnist(tmp_path, "t10k", known.images[100:], labels[100:])
    return str(tmp_path)


def test_digits_have_a_black_border(root: str) -> None:
    found = datasets.load("mnist", "test", root=root)
    assert found.shape == (100, 3, 32, 32)
    assert found.dtype == torch.uint8
    assert found.is_contiguous()
    for colour in range(3):
        np.testing.assert_array_equal(found[:, colour, 2:30, 2:30].numpy(), bundled.digits().images[100:])
    inside = torch.zeros(32, 32, dtype=torch.bool)
    inside[2:30, 2:30] = True
    assert found[..., ~inside].max() == 0
    assert found[..., inside].max() == 255


def test_splits_and_limits_are_kept(root: str) -> None:
    for split in ("train", "val", "test"):
        expected = digits.load("mnist", split, root=root, limit=10).images
        found = datasets.load("mnist", split, root=root, limit=10)
        np.testing.assert_array_equal(found[:, 0, 2:30, 2:30].numpy(), expected.numpy())


def test_other_sets_are_unchanged() -> None:
    found = datasets.load("emoji", "test")
    assert found.shape[1:] == (3, 32, 32)
    assert found.dtype == torch.uint8
    assert torch.equal(found, pictures.load("emoji", "test", size=32).images)
    assert (found[:, 0] != found[:, 1]).any(), "in colour"


def test_joined_sets_add_up(root: str) -> None:
    together = datasets.load("emoji+mnist", "test", root=root)
    alone = [datasets.load(spec, "test", root=root) for spec in ("emoji", "mnist")]
    assert torch.equal(together, torch.cat(alone))


@pytest.mark.parametrize("spec", ["mnist", "cifar10", "folder:nowhere"])
def test_missing_set_is_an_input_error(spec: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no pictures in"):
        datasets.load(spec, "test", root=str(tmp_path))
