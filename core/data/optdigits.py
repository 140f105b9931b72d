"""1,797 small handwritten digits that the installed scikit-learn carries, for trainings in the page.

Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, CC BY 4.0: the
test part, 8 x 8 pixels of 17 shades, by writers of whom none is in the training part. Enlarged here to MNIST's size.
"""

import functools
import gzip
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data import bundled

PLACE = "sklearn:datasets/data/digits.csv.gz"
SIDE, SHADES, ENLARGED = 8, 16, 20  # 20 pixels of ink and a margin of 4 around, as in MNIST
MARGIN = 4


@dataclass(frozen=True)
class SmallDigits:
    """All of them.

    Attributes:
        images: (1797, 28, 28) uint8, white ink on black.
        labels: (1797,) int64 in 0..9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


@functools.cache
def load() -> SmallDigits:
    """Read them; read-only, since all visitors share them."""
    with gzip.open(bundled.installed(PLACE), "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)  # (1797, 65), the label last
    cells = (255 * table[:, :-1].reshape(-1, SIDE, SIDE) / SHADES).round().astype(np.uint8)
    large = [Image.fromarray(cell).resize((ENLARGED, ENLARGED), Image.Resampling.BICUBIC) for cell in cells]
    images = np.pad(np.stack([np.asarray(image) for image in large]), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    labels = np.ascontiguousarray(table[:, -1])
    for array in (images, labels):
        array.setflags(write=False)
    return SmallDigits(images, labels)
