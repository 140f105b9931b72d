"""What a visitor can ask of a VQ-VAE: plain values in, frozen results out.

Appearance and usage of the codebook's entries, and retrieval by codes, are in `models.py`.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device, models
from core.data import pictures
from core.downstream.retrieval import Neighbour, Neighbours, Retrieval
from core.errors import InputError, whole
from core.nn.losses import psnr_db
from core.vqvae import edits, evaluation, pretext
from core.vqvae.edits import MAX_BRUSH, MAX_EDITS, Edit
from core.vqvae.jpeg_baseline import compress_within
from core.vqvae.model import GaussianAutoencoder
from core.vqvae.models import (
    GAUSSIAN,
    NAME,
    CodebookSummary,
    Picture,
    codebook,
    names,
    neighbours,
    open_model,
    retrieval,
)

__all__ = [
    "MAX_BRUSH",
    "MAX_EDITS",
    "METHODS",
    "NAME",
    "SIZES",
    "About",
    "CodebookSummary",
    "Edit",
    "Encoding",
    "Entry",
    "Neighbour",
    "Neighbours",
    "Painting",
    "Picture",
    "Reconstruction",
    "Retrieval",
    "about",
    "codebook",
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
COLOUR_BITS = 24  # one colour, three bytes
VISIBLE = 8  # of 255 levels


@dataclass(frozen=True)
class Reconstruction:
    """A picture after compression by one method.

    Attributes:
        method: one of METHODS.
        picture: (S, S, 3) uint8.
        mse: mean squared error of pixels in [0, 1].
        psnr_db: of that error; infinite if it is zero.
        bits: of the compressed picture, without the model (or JPEG's tables).
        extra_bytes: of JPEG's header, not in `bits`; 0 for the others.
    """

    method: str
    picture: Bytes
    mse: float
    psnr_db: float
    bits: float
    extra_bytes: int = 0


@dataclass(frozen=True)
class Encoding:
    """One picture as a map of codes.

    Attributes:
        original: (S, S, 3) uint8, the model's input.
        codes: (G, G) int64, the entry at each position; a code covers S / G pixels per side.
        reconstructions: one for each of METHODS.
        counts: (K,), positions with each code.
        perplexity: of the codes, 1 to the number of positions or of entries, whichever is less.
        uniform_bits: of the map with codewords of equal length.
        fitted_bits: with codewords fitted to the shares in training.
        raw_bits: of the picture's bytes.
    """

    original: Bytes
    codes: Codes
    reconstructions: tuple[Reconstruction, ...]
    counts: Codes
    perplexity: float
    uniform_bits: float
    fitted_bits: float
    raw_bits: int

    @property
    def dims(self) -> int:
        """Dimensions of the picture: three colours per pixel."""
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
        changed: share of the pixels with a colour that changed by more than VISIBLE, in [0, 1]; it may exceed the share
            of edited positions, since the decoder also reads a code's neighbours.
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
        code: its index, from 0.
        decoded: (8, 8, 3) uint8, from a map of this code alone.
        context: (12, 12, 3) uint8, mean region around the positions of the bundled photographs with this code; grey
            for an unused one.
        count: positions of the bundled photographs with this code.
        positions: of all bundled photographs.
        share: of the positions in training with this code.
        entries: K; uniform usage is a share of 1 / K.
    """

    code: int
    decoded: Bytes
    context: Bytes
    count: int
    positions: int
    share: float
    entries: int


@dataclass(frozen=True)
class About:
    """Figures of a bundled model's card; metrics are those on one set at the size of the training.

    Attributes:
        parameters: number of trainable parameters.
        entries: of the codebook.
        n: test pictures.
        psnr_db, mean_colour_psnr_db, jpeg_psnr_db, gaussian_psnr_db: of reconstructions.
        perplexity: of all codes of the set.
        used_share: share of the entries in use, in [0, 1].
        bits_per_dim, entropy_bits_per_dim, gaussian_bits_per_dim: rates.
        steps, gaussian_steps: training steps of the model and of the Gaussian baseline.
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


def encode(picture: Picture, size: float = SIZES[0], *, name: str = NAME) -> Encoding:
    """Encode a picture to codes and decode them, beside three baselines at about as many bits.

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
    model_result = _reconstruction("model", original, found.reconstruction, bits)
    return Encoding(
        original=original,
        codes=codes.numpy(),
        reconstructions=(model_result, *_baselines(original, images, bits)),
        counts=counts.numpy(),
        perplexity=float(pretext.perplexity(counts)),
        uniform_bits=bits,
        fitted_bits=float(pretext.code_bits(codes, model.codebook.shares.cpu())),
        raw_bits=8 * original.size,
    )


def paint(picture: Picture, written: str, size: float = SIZES[0], *, name: str = NAME) -> Painting:
    """Edit a picture's code map and decode it.

    Args:
        picture: as in `encode`.
        written: edits, one per line: row, column, brush and code; see `edits.read`. Empty for no edits.
        size: as in `encode`.
        name: of the model.

    Raises:
        InputError: as `encode`, or edits that cannot be read or are outside the map.
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
    """Append an edit to a text of edits; raises InputError if they cannot be read."""
    last = Edit(int(row), int(column), whole(brush, 1, MAX_BRUSH), whole(code, 0, 10**6 - 1))
    return "\n".join(map(str, (*edits.read(written), last)))


def undo(written: str) -> str:
    """Remove the last edit from a text of edits; raises InputError if they cannot be read."""
    return "\n".join(map(str, edits.read(written)[:-1]))


def entry(code: float, *, name: str = NAME) -> Entry:
    """Appearance and usage of one entry of the codebook; raises InputError if there is no such entry."""
    summary = codebook(name)
    number = whole(code, 0, summary.entries - 1)
    return Entry(
        code=number,
        decoded=summary.decoded[number],
        context=summary.contexts[number],
        count=int(summary.counts[number]),
        positions=int(summary.counts.sum()),
        share=float(summary.shares[number]),
        entries=summary.entries,
    )


def about(spec: str = "scenes96", *, name: str = NAME) -> About:
    """Read the cards of a bundled model and of the Gaussian baseline."""
    card, baseline = checkpoints.read_card(name), checkpoints.read_card(GAUSSIAN)
    found, gaussian = card.metrics[spec], baseline.metrics[spec]
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
        gaussian_steps=baseline.steps,
    )


def _prepare(picture: Picture, size: float) -> Tensor:
    if size not in SIZES:
        raise InputError("Choose one of the sizes offered.")
    return pictures.to_tensor(pictures.square(pictures.open_picture(picture), int(size)))  # (1, 3, S, S)


@torch.inference_mode()
def _baselines(original: Bytes, images: Tensor, bits: float) -> tuple[Reconstruction, ...]:
    """The Gaussian bottleneck, JPEG and the mean colour."""
    gaussian, checkpoint = models.fetch(GAUSSIAN, GaussianAutoencoder)
    sampled, spent = evaluation.draw(gaussian, images.to(checkpoint.device), device.generator(0))
    jpeg = compress_within(original, math.ceil(bits / 8))
    return (
        _reconstruction("gaussian", original, sampled, float(spent)),
        _reconstruction("jpeg", original, pictures.to_tensor(jpeg.picture), 8 * jpeg.data_bytes, jpeg.header_bytes),
        _reconstruction("mean", original, evaluation.mean_colour(images), COLOUR_BITS),
    )


def _reconstruction(method: str, original: Bytes, decoded: Tensor, bits: float, extra_bytes: int = 0) -> Reconstruction:
    mse = float((decoded.cpu().clamp(0, 1) - pictures.to_tensor(original)).square().mean())
    return Reconstruction(method, pictures.to_bytes(decoded)[0], mse, psnr_db(mse), bits, extra_bytes)
