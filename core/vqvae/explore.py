"""What a visitor can ask of a VQ-VAE: plain values in, frozen results out.

What each code looks like and what codes are good for stands in `gallery.py`.
"""

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device
from core.data import pictures
from core.downstream.retrieval import Neighbour, Neighbours, Retrieval
from core.errors import InputError, whole
from core.nn.losses import psnr_db
from core.vqvae import edits, evaluation, pretext
from core.vqvae.edits import MAX_BRUSH, MAX_EDITS, Edit
from core.vqvae.jpeg_baseline import jpeg_within
from core.vqvae.model import GaussianAutoencoder
from core.vqvae.models import NAME, RIVAL, Book, Picture, book, names, neighbours, open_model, retrieval

__all__ = [
    "MAX_BRUSH",
    "MAX_EDITS",
    "METHODS",
    "NAME",
    "SIZES",
    "About",
    "Book",
    "Coding",
    "Edit",
    "Entry",
    "Method",
    "Neighbour",
    "Neighbours",
    "Painting",
    "Picture",
    "Retrieval",
    "about",
    "book",
    "encode",
    "entry",
    "names",
    "neighbours",
    "paint",
    "retrieval",
    "stroke",
    "undo",
]

Bytes = NDArray[np.uint8]
Codes = NDArray[np.int64]

METHODS = ("model", "gaussian", "jpeg", "mean")
SIZES = (64, 32)
COLOUR_BITS = 24  # of one colour, three bytes
VISIBLE = 8  # levels of 255


@dataclass(frozen=True)
class Method:
    """What one way of packing a picture makes of it.

    Attributes:
        method: one of METHODS.
        picture: (S, S, 3) uint8.
        mse: mean squared error of pixels in [0, 1].
        psnr_db: of that error; infinite if there is none.
        bits: what it takes to tell the picture, once both sides have the model (or JPEG's tables).
        extra_bytes: of JPEG's header, which `bits` leave out; 0 for the others.
    """

    method: str
    picture: Bytes
    mse: float
    psnr_db: float
    bits: float
    extra_bytes: int = 0


@dataclass(frozen=True)
class Coding:
    """One picture as a map of codes.

    Attributes:
        original: (S, S, 3) uint8, as the model sees it.
        codes: (G, G) int64, the entry at each place; a code covers S / G pixels a side.
        methods: reconstructions, one for each of METHODS.
        counts: (K,), how often each code was chosen here.
        perplexity: of the codes, 1 to the number of places or of entries, whichever is less.
        uniform_bits: of the map with codewords of equal length.
        fitted_bits: with codewords as long as the shares of the training ask for.
        raw_bits: of the picture's bytes.
    """

    original: Bytes
    codes: Codes
    methods: tuple[Method, ...]
    counts: Codes
    perplexity: float
    uniform_bits: float
    fitted_bits: float
    raw_bits: int

    @property
    def dims(self) -> int:
        """Numbers in the picture: three colours a pixel."""
        return self.original.size

    @property
    def distinct(self) -> int:
        """Different codes in the map."""
        return int((self.counts > 0).sum())


@dataclass(frozen=True)
class Painting:
    """A picture decoded before and after its codes were edited.

    Attributes:
        before, after: (S, S, 3) uint8.
        codes: (G, G) int64, after the edits.
        edited: (G, G) bool, where an edit changed the code.
        changed: share of the pixels of which a colour moved by more than VISIBLE, in [0, 1]; it may be more than the
            share of edited places, since the decoder looks at a code's neighbours.
        edits: all of them.
    """

    before: Bytes
    after: Bytes
    codes: Codes
    edited: NDArray[np.bool_]
    changed: float
    edits: tuple[Edit, ...]

    @property
    def text(self) -> str:
        """The edits as `edits.read` takes them."""
        return "\n".join(map(str, self.edits))


@dataclass(frozen=True)
class Entry:
    """One entry of the codebook.

    Attributes:
        code: its number, from 0.
        look: (8, 8, 3) uint8, decoded from a map of nothing else.
        mean: (12, 12, 3) uint8, mean around those places of the bundled photographs that chose it; else grey.
        count: places of the bundled photographs that chose it.
        places: of all bundled photographs.
        share: of the places in training that chose it.
        entries: K; even use would be a share of 1 / K.
    """

    code: int
    look: Bytes
    mean: Bytes
    count: int
    places: int
    share: float
    entries: int


@dataclass(frozen=True)
class About:
    """What stands in the card of a bundled model; metrics are those on one set at the size of the training.

    Attributes:
        parameters: trainable numbers.
        entries: of the codebook.
        n: test pictures.
        psnr_db, mean_colour_psnr_db, jpeg_psnr_db, gaussian_psnr_db: of reconstructions.
        perplexity: of all codes of the set.
        used_share: of the entries that were chosen at all, in [0, 1].
        bits_per_dim, entropy_bits_per_dim, gaussian_bits_per_dim: rates.
        steps, gaussian_steps: how long the model and the yardstick were trained.
    """

    parameters: int
    entries: int
    n: int
    psnr_db: float
    mean_colour_psnr_db: float
    jpeg_psnr_db: float
    gaussian_psnr_db: float
    perplexity: float
    used_share: float
    bits_per_dim: float
    entropy_bits_per_dim: float
    gaussian_bits_per_dim: float
    steps: int
    gaussian_steps: int


def encode(picture: Picture, size: float = SIZES[0], *, name: str = NAME) -> Coding:
    """Round a picture to codes and decode them, beside three other ways to spend as many bits.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        size: side of the square in pixels, one of SIZES.
        name: of the model.

    Raises:
        InputError: no picture that can be read, another size, or no such model.
    """
    model, where = open_model(name)
    images = _prepare(picture, size)
    with torch.inference_mode():
        found = model(images.to(where))
    codes = found.codes[0].cpu()
    counts = pretext.usage(codes, model.config.num_embeddings)
    bits = evaluation.uniform_bits(len(codes), model.config.num_embeddings)
    original = pictures.to_bytes(images)[0]
    return Coding(
        original=original,
        codes=codes.numpy(),
        methods=(_method("model", original, found.reconstruction, bits), *_rivals(original, images, bits)),
        counts=counts.numpy(),
        perplexity=float(pretext.perplexity(counts)),
        uniform_bits=bits,
        fitted_bits=float(pretext.code_bits(codes, model.codebook.shares.cpu())),
        raw_bits=8 * original.size,
    )


def paint(picture: Picture, written: str, size: float = SIZES[0], *, name: str = NAME) -> Painting:
    """Change codes of a picture's map and decode it again.

    Args:
        picture: as in `encode`.
        written: edits, one a line: row, column, brush and code; see `edits.read`. Nothing leaves the map as it is.
        size: as in `encode`.
        name: of the model.

    Raises:
        InputError: as `encode`, or edits that cannot be read or lie outside.
    """
    model, where = open_model(name)
    steps = edits.read(written)
    images = _prepare(picture, size).to(where)
    with torch.inference_mode():
        codes = model.encode(images)[1]
        painted = edits.apply(codes[0].cpu().numpy(), steps, model.config.num_embeddings)
        both = torch.stack([codes[0], torch.from_numpy(painted).to(where)])
        before, after = pictures.to_bytes(model.decode_codes(both))
    changed = float((np.abs(before.astype(int) - after) > VISIBLE).any(-1).mean())
    return Painting(before, after, painted, painted != codes[0].cpu().numpy(), changed, steps)


def stroke(written: str, row: float, column: float, brush: float, code: float) -> str:
    """Edits with one more at their end, as text; raises InputError if they cannot be read."""
    last = Edit(int(row), int(column), whole(brush, 1, MAX_BRUSH), whole(code, 0, 10**6 - 1))
    return "\n".join(map(str, (*edits.read(written), last)))


def undo(written: str) -> str:
    """Edits without the last one, as text; raises InputError if they cannot be read."""
    return "\n".join(map(str, edits.read(written)[:-1]))


def entry(code: float, *, name: str = NAME) -> Entry:
    """What is known of one entry of the codebook; raises InputError if there is none of that number."""
    opened = book(name)
    number = whole(code, 0, opened.entries - 1)
    return Entry(
        code=number,
        look=opened.looks[number],
        mean=opened.means[number],
        count=int(opened.counts[number]),
        places=int(opened.counts.sum()),
        share=float(opened.shares[number]),
        entries=opened.entries,
    )


def about(spec: str = "scenes96", *, name: str = NAME) -> About:
    """Read the cards of a bundled model and of the yardstick."""
    card, rival = checkpoints.read_card(name), checkpoints.read_card(RIVAL)
    found, gaussian = card.metrics[spec], rival.metrics[spec]
    return About(
        parameters=card.parameters,
        entries=card.config["num_embeddings"],
        n=int(found["n"]),
        psnr_db=found["psnr_db"],
        mean_colour_psnr_db=found["mean_colour_psnr_db"],
        jpeg_psnr_db=card.metrics[f"{spec}, JPEG"]["psnr_db"],
        gaussian_psnr_db=gaussian["psnr_db"],
        perplexity=found["perplexity"],
        used_share=found["used_share"],
        bits_per_dim=found["bits_per_dim"],
        entropy_bits_per_dim=found["entropy_bits_per_dim"],
        gaussian_bits_per_dim=gaussian["kl_bits_per_dim"],
        steps=card.steps,
        gaussian_steps=rival.steps,
    )


def _prepare(picture: Picture, size: float) -> Tensor:
    if size not in SIZES:
        raise InputError("Choose one of the sizes offered.")
    return pictures.to_tensor(pictures.square(pictures.open_picture(picture), int(size)))  # (1, 3, S, S)


@torch.inference_mode()
def _rivals(original: Bytes, images: Tensor, bits: float) -> tuple[Method, ...]:
    """A Gaussian bottleneck, JPEG and one colour."""
    where = device.pick()
    gaussian = cast(GaussianAutoencoder, checkpoints.load(RIVAL, device=where).model)
    drawn, spent = evaluation.draw(gaussian, images.to(where), device.generator(0))
    packed = jpeg_within(original, math.ceil(bits / 8))
    squeezed = pictures.to_tensor(packed.picture)
    return (
        _method("gaussian", original, drawn, float(spent)),
        _method("jpeg", original, squeezed, 8 * packed.data_bytes, packed.header_bytes),
        _method("mean", original, evaluation.mean_colour(images), COLOUR_BITS),
    )


def _method(method: str, original: Bytes, painted: Tensor, bits: float, extra_bytes: int = 0) -> Method:
    mse = float((painted.cpu().clamp(0, 1) - pictures.to_tensor(original)).square().mean())
    return Method(method, pictures.to_bytes(painted)[0], mse, psnr_db(mse), bits, extra_bytes)
