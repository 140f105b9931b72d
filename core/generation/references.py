"""The references of a picture: the features of the pictures most like it, by a frozen encoder.

The encoder is this project's SimCLR network or, as the control, the same network without training. Features and
neighbours come from the same encoder.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core import device
from core.downstream import simclr_features
from core.errors import InputError
from core.generation import datasets
from core.generation.model import Config
from core.generation.pretext import nearest_others

FILE = "references.safetensors"  # of a checkpoint: the tensors of `Library.packed`


@dataclass(frozen=True)
class Library:
    """Features of pictures, and the references of each.

    Attributes:
        features: (N, F).
        neighbours: (M, K) int64, rows of `features` that are the references of each of M pictures, nearest first.
    """

    features: Tensor
    neighbours: Tensor

    def __len__(self) -> int:
        return len(self.neighbours)

    def take(self, rows: Tensor) -> Tensor:
        """References (B, K, F) of the pictures with the indices `rows` (B,)."""
        return self.features[self.neighbours[rows]]

    def draw(self, count: int, seed: int) -> Tensor:
        """References (count, K, F) of pictures drawn uniformly, always the same for a seed."""
        return self.take(torch.randint(len(self), (count,), generator=device.generator(seed, 1)))

    def thinned(self, count: int) -> "Library":
        """Keep `count` pictures, evenly spread, and only the features that they need."""
        rows = torch.linspace(0, len(self) - 1, min(count, len(self))).round().long()
        needed, indices = self.neighbours[rows].unique(return_inverse=True)
        return Library(self.features[needed], indices)

    def packed(self) -> dict[str, Tensor]:
        """As tensors to store: the features in 8 bits, with one scale per dimension."""
        scale = self.features.abs().amax(0).clamp(min=1e-6) / 127
        codes = (self.features / scale).round().to(torch.int8)
        return {"codes": codes, "scale": scale, "neighbours": self.neighbours.to(torch.int32)}

    @classmethod
    def unpacked(cls, tensors: Mapping[str, Tensor]) -> "Library":
        """Restore a library from the tensors of `packed`."""
        return cls(tensors["codes"].float() * tensors["scale"], tensors["neighbours"].long())


def describe(images: Tensor, encoder: str, where: torch.device) -> Tensor:
    """Features (N, 256) of pictures (N, 3, 32, 32), uint8 or in [0, 1], by the "trained" or "untrained" encoder."""
    return simclr_features.describe(images, where, trained=encoder == "trained")


def library(config: Config, spec: str, root: str, limit: int, where: torch.device) -> Library | None:
    """The references of a set's training pictures for a generator with this Config; None for one without references.

    Raises:
        InputError: no such set, or too few pictures.
    """
    return _library(spec, config.encoder, config.references, root, limit, str(where)) if config.encoder else None


@functools.lru_cache(maxsize=2)
def _library(spec: str, encoder: str, k: int, root: str, limit: int, where: str) -> Library:
    images = datasets.load(spec, "train", root=root, limit=limit)
    if len(images) <= k:
        raise InputError("A picture needs {k} others as references; here are {count}.", k=k, count=len(images))
    features = describe(images, encoder, torch.device(where))
    return Library(features, nearest_others(features, k))
