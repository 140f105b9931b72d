"""The digits that the installed scikit-learn carries: as it reads them itself, in MNIST's form."""

from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.data import digits, optdigits, pictures


def test_all_of_them_are_there() -> None:
    found = optdigits.load()
    assert found.images.shape == (1797, digits.SIDE, digits.SIDE)
    assert str(found.images.dtype) == "uint8"
    assert str(found.labels.dtype) == "int64"
    assert np.array_equal(found.labels, load_digits().target)
    assert Counter(found.labels.tolist())[3] == 183, "of the UCI repository's description"


def test_margin_is_black_as_in_mnist() -> None:
    inside = np.zeros((digits.SIDE, digits.SIDE), bool)
    inside[optdigits.MARGIN : -optdigits.MARGIN, optdigits.MARGIN : -optdigits.MARGIN] = True
    images = optdigits.load().images
    assert not images[:, ~inside].any()
    assert images.max() == 255
    assert inside.sum() == digits.INK_PX**2


def test_enlarged_pictures_keep_their_ink() -> None:
    """The mean shade is the original's, and the cells of both rank alike."""
    small = load_digits().images / optdigits.SHADES
    large = optdigits.load().images[:, 4:-4, 4:-4] / 255
    assert large.mean((1, 2)) == pytest.approx(small.mean((1, 2)), abs=0.02)
    middles = large[:, 1::5, 1::5][:, :4, :4]  # inside every other cell of 2.5 pixels
    agreement = np.corrcoef(middles.ravel(), small[:, ::2, ::2].ravel())[0, 1]
    assert agreement > 0.95


def test_visitors_cannot_change_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        optdigits.load().images[0] = 0


def test_they_are_a_named_set() -> None:
    train, val = (digits.load("digits", split) for split in ("train", "val"))
    every = optdigits.load()
    assert len(train.images) + len(val.images) == 1797
    assert np.array_equal(val.images.numpy(), every.images[::20])
    assert np.array_equal(val.labels.numpy(), every.labels[::20])
    assert pictures.load("digits", "train", size=28).classes == tuple("0123456789")
