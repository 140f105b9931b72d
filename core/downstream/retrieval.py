"""Which of known pictures are most like one, and how often the picture most like another is of the same group."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.downstream.neighbours import nearest

Bytes = NDArray[np.uint8]
Name = tuple[str, str]  # English, Chinese


@dataclass(frozen=True)
class Neighbour:
    """A known picture: its (English, Chinese) name, (64, 64, 3) uint8, and its cosine to the query."""

    name: Name
    image: Bytes
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """The pictures most like one, best first: by features, and by nothing but pixels."""

    by_features: tuple[Neighbour, ...]
    by_pixels: tuple[Neighbour, ...]


@dataclass(frozen=True)
class Retrieval:
    """How often the picture most like another is of the same group, such as animals or food; shares in [0, 1].

    Attributes:
        features: by features.
        pixels: by raw pixels.
        chance_level: by picking any other picture.
        n: number of pictures.
    """

    features: float
    pixels: float
    chance_level: float
    n: int


def most_alike(query: Tensor, rows: Tensor, names: Sequence[Name], images: Bytes, count: int) -> tuple[Neighbour, ...]:
    """The known pictures with the largest cosine to a query, best first.

    Args:
        query: (1, D).
        rows: (G, D), of the known pictures.
        names: G of them.
        images: (G, 64, 64, 3) uint8.
        count: at most G.
    """
    similarity, index = nearest(query, rows, count)
    found = zip(similarity[0].tolist(), index[0].tolist(), strict=True)
    return tuple(Neighbour(names[i], images[i], value) for value, i in found)


def compare(features: Tensor, pixels: Tensor, groups: Sequence[Hashable]) -> Retrieval:
    """Compare every picture with all others, by features (N, D) and by pixels (N, P); `groups` names those of all N."""
    order = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    numbers = torch.tensor([order[group] for group in groups])
    sizes = numbers.bincount().double()
    chance_level = float((sizes * (sizes - 1)).sum() / (len(numbers) * (len(numbers) - 1)))
    return Retrieval(_same_group(features, numbers), _same_group(pixels, numbers), chance_level, len(numbers))


def _same_group(rows: Tensor, groups: Tensor) -> float:
    """Share of the pictures whose nearest other picture is of their group."""
    _, index = nearest(rows, rows, 2)  # itself and the next; the order is arbitrary where two are the same
    others = torch.where(index[:, 0] == torch.arange(len(rows)), index[:, 1], index[:, 0])
    return float((groups[others] == groups).float().mean())
