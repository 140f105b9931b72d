"""The models to choose from, appearance and usage of each codebook entry, and retrieval by codes.

Usage is counted on the bundled photographs, each cut into sixteen tiles; emoji are mostly white. Retrieval compares
histograms of codes (bag of visual words, Sivic & Zisserman 2003, "Video Google") by the square roots of their shares
(Hellinger).
"""

import functools
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, models
from core.checkpoints import Checkpoint
from core.data import bundled, pictures
from core.downstream.gallery import Described, described
from core.downstream.retrieval import Neighbours, Retrieval, compare, most_alike
from core.errors import whole
from core.vqvae import pretext
from core.vqvae.gallery import BAG_PX, bag_of_codes, describe, usage_pictures
from core.vqvae.model import VQVAE

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]
Picture = Bytes | str | None

NAME = "vqvae/photos"
GAUSSIAN = "vqvae/gaussian"  # the baseline, not offered as a model
CONTEXT_PX = 12  # side of the region around a position that is averaged


@dataclass(frozen=True)
class CodebookSummary:
    """Appearance and usage of a codebook's entries.

    Attributes:
        decoded: (K, 8, 8, 3) uint8, the middle of the picture decoded from a map of this code alone.
        contexts: (K, 12, 12, 3) uint8, mean region around the positions of the bundled photographs with this code.
        counts: (K,), positions of the bundled photographs with this code.
        shares: (K,), share of the vectors assigned to it at the end of the training; they sum to 1.
        perplexity: of `counts`, 1 to K.
        order: (K,), the codes from dark to bright, within a row of the page's sheet from warm to cold.
    """

    decoded: Bytes
    contexts: Bytes
    counts: Counts
    shares: NDArray[np.float64]
    perplexity: float
    order: Counts

    @property
    def entries(self) -> int:
        """K."""
        return len(self.counts)


def names() -> tuple[str, ...]:
    """The checkpoints with a codebook to choose from: the shipped one, then a visitor's own."""
    return tuple(name for name in models.names(NAME) if "num_embeddings" in checkpoints.read_card(name).config)


def open_model(name: str) -> tuple[VQVAE, torch.device]:
    """Open a model that the tab offers: the model and its device; raises InputError for any other."""
    checkpoint = _checkpoint(name)
    return cast(VQVAE, checkpoint.model), checkpoint.device


def _checkpoint(name: str) -> Checkpoint:
    return models.open_offered(name, names(), VQVAE)[1]


@functools.lru_cache(maxsize=16)
def _described(name: str) -> Described:
    return described(_checkpoint(name), describe)


@functools.lru_cache(maxsize=16)
def codebook(name: str = NAME) -> CodebookSummary:
    """Appearance and usage of every entry of a codebook, once per process."""
    model, _ = open_model(name)
    entries, cell = model.config.num_embeddings, 2**model.config.halvings
    images = pictures.to_tensor(usage_pictures(model.config.size))
    codes, decoded = _described(name)["codes"].long(), _described(name)["decoded"]  # (T, G, G), (K, 3, 8, 8)
    shares = model.codebook.shares.double().cpu()
    counts = pretext.usage(codes, entries)
    return CodebookSummary(
        decoded=pictures.to_bytes(decoded),
        contexts=pictures.to_bytes(_contexts(images, codes, entries, cell)),
        counts=counts.numpy(),
        shares=(shares / shares.sum()).numpy(),
        perplexity=float(pretext.perplexity(counts)),
        order=_by_brightness(decoded).numpy(),
    )


def _contexts(images: Tensor, codes: Tensor, entries: int, cell: int) -> Tensor:
    """Mean region (K, 3, 12, 12) around the positions with each code; middle grey for unused codes."""
    edge = (CONTEXT_PX - cell) // 2
    around = F.unfold(F.pad(images, (edge,) * 4, mode="reflect"), CONTEXT_PX, stride=cell)  # (N, 3 * 12 * 12, G * G)
    rows = rearrange(around, "n d p -> (n p) d")
    sums = torch.zeros(entries, rows.shape[1]).index_add_(0, codes.flatten(), rows)
    counts = pretext.usage(codes, entries)[:, None]
    means = torch.where(counts > 0, sums / counts.clamp(min=1), torch.tensor(0.5))
    return rearrange(means, "k (c h w) -> k c h w", c=3, h=CONTEXT_PX)


def _by_brightness(decoded: Tensor, columns: int = 24) -> Tensor:
    """(K,) codes from dark to bright, every `columns` of them from warm to cold."""
    colours = decoded.mean((2, 3))  # (K, 3)
    bright = (colours @ torch.tensor([0.299, 0.587, 0.114])).argsort(stable=True)
    warm = colours[:, 0] - colours[:, 2]
    return torch.cat([row[warm[row].argsort(descending=True, stable=True)] for row in bright.split(columns)])


def pixels(images: Bytes) -> Tensor:
    """Raw pixels: pictures (B, H, W, 3) to (B, 32 * 32 * 3)."""
    return pictures.to_tensor(np.stack([pictures.square(image, BAG_PX) for image in images])).flatten(1)


@functools.lru_cache(maxsize=16)
def _emoji(name: str) -> tuple[Tensor, Tensor, Tensor]:
    """The emoji as bags of codes, as pixels minus their mean, and that mean."""
    plain = pixels(bundled.emoji_gallery().images)
    return _described(name)["bags"], plain - plain.mean(0), plain.mean(0)


def neighbours(picture: Picture, *, count: int = 8, name: str = NAME) -> Neighbours:
    """The emoji with the largest cosine to a picture."""
    count = whole(count, 1, 64)
    image = pictures.open_picture(picture)[None]
    bags, plain, mean = _emoji(name)
    known = bundled.emoji_gallery()
    by_codes, by_pixels = (
        most_alike(query, rows, known.names, known.images, count)
        for query, rows in ((bag_of_codes(*open_model(name), image), bags), (pixels(image) - mean, plain))
    )
    return Neighbours(by_codes, by_pixels)


@functools.lru_cache(maxsize=16)
def retrieval(name: str = NAME) -> Retrieval:
    """Compare every emoji with all others; the model was trained without the groups."""
    bags, plain, _ = _emoji(name)
    return compare(bags, plain, bundled.emoji_gallery().groups)
