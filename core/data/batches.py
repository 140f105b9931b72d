"""Which items each step sees, and items that lie on the training device."""

import torch
from torch import Tensor

from core import device


def indices(items: int, batch: int, step: int, seed: int) -> Tensor:
    """Which items a step sees: (batch,), each epoch a fresh permutation, the rest of an epoch carried over.

    Args:
        items: size of the data set.
        batch: items per step; may be larger than the set.
        step: 0, 1, ...
        seed: of the recipe.
    """
    first, last = step * batch, (step + 1) * batch
    epochs = range(first // items, (last - 1) // items + 1)
    order = torch.cat([torch.randperm(items, generator=device.generator(seed, e)) for e in epochs])
    start = first - epochs[0] * items
    return order[start : start + batch]


class OnDevice:
    """Items (N, ...) that move to the training device once, so that a GPU does not wait for batches."""

    def __init__(self, items: Tensor) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def take(self, rows: Tensor, where: torch.device) -> Tensor:
        """The items with these numbers (B,), as (B, ...) on the device `where`."""
        self.items = self.items.to(where)
        return self.items[rows.to(where)]
