"""The models a visitor may name, what each entry of their codebook looks like, and how often it is chosen.

Usage is counted on the bundled photographs, each cut into sixteen tiles; emoji are mostly white. Codes are also used
like the words of a text: two pictures are alike if they use the same ones equally often (a bag of visual words, Sivic &
Zisserman 2003, "Video Google"), compared by the square roots of their shares (Hellinger).
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

from core import checkpoints, device
from core.data import bundled, pictures
from core.downstream.retrieval import Neighbours, Retrieval, compare, most_alike
from core.errors import InputError, whole
from core.vqvae import pretext
from core.vqvae.model import VQVAE

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]
Picture = Bytes | str | None

NAME = "vqvae/photos"
RIVAL = "vqvae/gaussian"  # the yardstick, not to be chosen
TILES = 4  # along each side of a photograph
WORD_PX = 32  # emoji are compared at this size, by codes and by pixels
LOOK_CODES = 6  # side of the constant map that shows a code; its middle is far from the edges
LOOK_PX = 8
CONTEXT_PX = 12  # side of what is shown of a place that chose a code


@dataclass(frozen=True)
class Book:
    """A codebook laid open.

    Attributes:
        looks: (K, 8, 8, 3) uint8, the middle of what is decoded when a whole map holds nothing but this code.
        means: (K, 12, 12, 3) uint8, mean of what surrounds the places of the bundled photographs that chose it.
        counts: (K,), how many places of the bundled photographs chose it.
        shares: (K,), share of the vectors that chose it at the end of the training; they sum to 1.
        perplexity: of `counts`, 1 to K.
        order: (K,), the codes from dark to bright, and within a row of the page's sheet from warm to cold.
    """

    looks: Bytes
    means: Bytes
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
    others = (name for name in checkpoints.bundled("vqvae") if name != NAME)
    return (NAME, *(name for name in others if "num_embeddings" in checkpoints.read_card(name).config))


def open_model(name: str) -> tuple[VQVAE, torch.device]:
    """The model of a checkpoint and the device it is on; raises InputError if it is not offered."""
    if name not in names():
        raise InputError("Choose one of the models offered.")  # what a visitor sends opens no other file
    where = device.pick()
    return cast(VQVAE, checkpoints.load(name, device=where).model), where


@functools.cache
def book(name: str = NAME) -> Book:
    """Lay a codebook open, once a process."""
    model, where = open_model(name)
    entries, cell = model.config.num_embeddings, 2**model.config.halvings
    images = pictures.to_tensor(usage_pictures(model.config.size))
    with torch.inference_mode():
        codes = torch.cat([model.encode(part.to(where))[1].cpu() for part in images.split(64)])  # (N, G, G)
        looks = torch.cat([_look(model, part.to(where)) for part in torch.arange(entries).split(64)])
    shares = model.codebook.shares.double().cpu()
    counts = pretext.usage(codes, entries)
    return Book(
        looks=pictures.to_bytes(looks),
        means=pictures.to_bytes(_means(images, codes, entries, cell)),
        counts=counts.numpy(),
        shares=(shares / shares.sum()).numpy(),
        perplexity=float(pretext.perplexity(counts)),
        order=_by_brightness(looks).numpy(),
    )


def usage_pictures(size: int) -> Bytes:
    """What usage is counted on: (N, size, size, 3), the bundled photographs in tiles."""
    return np.concatenate([_tiles(pictures.square(photo.image, TILES * size)) for photo in bundled.photographs()])


def _tiles(picture: Bytes) -> Bytes:
    cut: Bytes = rearrange(picture, "(r h) (c w) k -> (r c) h w k", r=TILES, c=TILES)
    return cut


def _look(model: VQVAE, codes: Tensor) -> Tensor:
    """The middle (B, 3, 8, 8) of what maps of one code each decode to."""
    picture = model.decode_codes(codes.view(-1, 1, 1).expand(-1, LOOK_CODES, LOOK_CODES)).clamp(0, 1).cpu()
    edge = (picture.shape[-1] - LOOK_PX) // 2
    return picture[..., edge : edge + LOOK_PX, edge : edge + LOOK_PX]


def _means(images: Tensor, codes: Tensor, entries: int, cell: int) -> Tensor:
    """Mean surroundings (K, 3, 12, 12) of the places that chose each code; middle grey where none did."""
    edge = (CONTEXT_PX - cell) // 2
    around = F.unfold(F.pad(images, (edge,) * 4, mode="reflect"), CONTEXT_PX, stride=cell)  # (N, 3 * 12 * 12, G * G)
    rows = rearrange(around, "n d p -> (n p) d")
    sums = torch.zeros(entries, rows.shape[1]).index_add_(0, codes.flatten(), rows)
    counts = pretext.usage(codes, entries)[:, None]
    means = torch.where(counts > 0, sums / counts.clamp(min=1), torch.tensor(0.5))
    return rearrange(means, "k (c h w) -> k c h w", c=3, h=CONTEXT_PX)


def _by_brightness(looks: Tensor, columns: int = 24) -> Tensor:
    """(K,) codes from dark to bright, every `columns` of them from warm to cold."""
    colours = looks.mean((2, 3))  # (K, 3)
    bright = (colours @ torch.tensor([0.299, 0.587, 0.114])).argsort(stable=True)
    warm = colours[:, 0] - colours[:, 2]
    return torch.cat([row[warm[row].argsort(descending=True, stable=True)] for row in bright.split(columns)])


@torch.inference_mode()
def bag(images: Bytes, name: str = NAME) -> Tensor:
    """Square roots of the shares (B, K) in which pictures (B, H, W, 3) use the codes; rows have length 1."""
    model, where = open_model(name)
    squares = pictures.to_tensor(np.stack([pictures.square(image, WORD_PX) for image in images]))
    codes = model.encode(squares.to(where))[1].flatten(1).cpu()  # (B, G * G)
    counts = F.one_hot(codes, model.config.num_embeddings).sum(1).float()
    return (counts / counts.sum(1, keepdim=True)).sqrt()


def pixels(images: Bytes) -> Tensor:
    """Nothing but the pixels: (B, H, W, 3) to (B, 32 * 32 * 3), each less the mean of the emoji."""
    return pictures.to_tensor(np.stack([pictures.square(image, WORD_PX) for image in images])).flatten(1)


@functools.cache
def _emoji(name: str) -> tuple[Tensor, Tensor, Tensor]:
    """The emoji as bags of codes, as pixels less their mean, and that mean."""
    images = bundled.emoji_gallery().images
    plain = pixels(images)
    bags = torch.cat([bag(part, name) for part in np.array_split(images, 24)])
    return bags, plain - plain.mean(0), plain.mean(0)


def neighbours(picture: Picture, *, count: int = 8, name: str = NAME) -> Neighbours:
    """The emoji with the largest cosine to a picture."""
    wanted = whole(count, 1, 64)
    image = pictures.open_picture(picture)[None]
    bags, plain, mean = _emoji(name)
    known = bundled.emoji_gallery()
    by_codes, by_pixels = (
        most_alike(query, rows, known.names, known.images, wanted)
        for query, rows in ((bag(image, name), bags), (pixels(image) - mean, plain))
    )
    return Neighbours(by_codes, by_pixels)


@functools.cache
def retrieval(name: str = NAME) -> Retrieval:
    """Compare every emoji with all others; nobody told the model of groups."""
    bags, plain, _ = _emoji(name)
    return compare(bags, plain, bundled.emoji_gallery().groups)
