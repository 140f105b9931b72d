"""What a visitor can ask of a VQ-VAE: plain values in, frozen results out.

Appearance and usage of the codebook's entries, and retrieval by codes, are in `models.py`.
"""

import functools
import math

import numpy as np
import torch
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
from core.vqvae.results import About, Bytes, Encoding, Entry, Painting, Reconstruction

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
    "grid",
    "names",
    "neighbours",
    "paint",
    "retrieval",
    "stroke",
    "undo",
]

METHODS = ("model", "gaussian", "jpeg", "mean")
SIZES = (64, 32)
COLOUR_BITS = 24  # one colour, three bytes
VISIBLE = 8  # of 255 levels


def encode(picture: Picture, size: float = SIZES[0], *, name: str = NAME) -> Encoding:
    """Encode a picture to codes and decode them, beside three baselines at about as many bits.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        size: side of the square in pixels, one of SIZES.
        name: of the model.

    Raises:
        InputError: no picture that can be read, another size, or no such model.
    """
    open_model(name)
    return _encode(_prepare(picture, size).tobytes(), int(size), name)


@functools.lru_cache(maxsize=16)
def _encode(content: bytes, size: int, name: str) -> Encoding:
    """The last few encodings are kept: several questions on the page are about one picture."""
    model, where = open_model(name)
    original = np.frombuffer(content, np.uint8).reshape(size, size, 3)
    images = pictures.to_tensor(original)  # (1, 3, S, S)
    with torch.inference_mode():
        found = model(images.to(where))
    codes = found.codes[0].cpu()
    counts = pretext.usage(codes, model.config.num_embeddings)
    bits = evaluation.uniform_bits(len(codes), model.config.num_embeddings)
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


def grid(size: float = SIZES[0], *, name: str = NAME) -> int:
    """Positions along each side of the code map of a picture of one of SIZES."""
    model, _ = open_model(name)
    return _whole_size(size) >> model.config.halvings


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
    images = pictures.to_tensor(_prepare(picture, size)).to(where)  # (1, 3, S, S)
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


def _prepare(picture: Picture, size: float) -> Bytes:
    """The middle square of a picture: (S, S, 3) uint8."""
    return pictures.square(pictures.open_picture(picture), _whole_size(size))


def _whole_size(size: float) -> int:
    if size not in SIZES:
        raise InputError("Choose one of the sizes offered.")
    return int(size)


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
