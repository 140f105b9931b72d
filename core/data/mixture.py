"""A training mixture of two parts: the first set that a recipe names, and all others together, in a fixed share.

Without it a large set would dominate a small one: the share in a batch is set, not the size of a set.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.data import augment, pictures
from core.data.batches import OnDevice, indices


def load(spec: str, *, size: int, root: str, limit: int = 0) -> list[OnDevice]:
    """Bytes (N, 3, size, size) of the first set's training split and, if more are named, of all others together.

    Args:
        spec: named sets or folders, joined by "+"; see `pictures.load`.
        size: side of the pictures in pixels.
        root: folder that holds the named sets.
        limit: at most so many pictures of each set; 0 takes all.
    """
    first, _, others = spec.partition("+")
    parts = [first, others] if others else [first]
    return [OnDevice(pictures.load(part, "train", size=size, root=root, limit=limit).images) for part in parts]


def choose(sizes: Sequence[int], batch: int, first_share: float, number: int, seed: int) -> list[Tensor]:
    """Which pictures of each part a forward pass sees: (B_1,), (B_2,), together `batch`.

    Args:
        sizes: of the one or two parts.
        batch: pictures of the forward pass.
        first_share: share of them from the first part, where there are two.
        number: of the forward pass.
        seed: of the recipe.
    """
    first = batch if len(sizes) == 1 else round(batch * first_share)
    counts = [first, batch - first][: len(sizes)]
    return [indices(n, count, number, seed) for n, count in zip(sizes, counts, strict=True) if count]


def take(
    parts: Sequence[OnDevice], rows: Sequence[Tensor], rng: torch.Generator, *, size: int, min_crop: float
) -> Tensor:
    """The chosen pictures, cropped and mirrored at random: (B, 3, size, size) in [0, 1].

    Args:
        parts: from `load`.
        rows: from `choose`.
        rng: draws crops and mirrors, on the device where the pictures go.
        size: side in pixels.
        min_crop: smallest share of the area that a crop keeps.
    """
    taken = [part.take(row, rng.device) for part, row in zip(parts, rows, strict=False)]
    images = augment.random_resized_crop(torch.cat(taken).float() / 255, size, rng, scale=(min_crop, 1.0))
    return augment.horizontal_flip(images, rng)
