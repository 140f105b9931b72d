"""What a visitor can ask of a trained variational autoencoder: plain values in, frozen results out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data import bundled
from core.errors import InputError, whole, within
from core.nn import interpolation
from core.vae import pretext
from core.vae.model import VAE
from core.vae.models import NAME as NAME
from core.vae.models import Picture, mean_digit, open_model, seen_on, to_input
from core.vae.models import mean_digit_nats as mean_digit_nats
from core.vae.models import names as names
from core.vae.models import view as view
from core.vae.neighbours import KNNAccuracy as KNNAccuracy
from core.vae.neighbours import Neighbour as Neighbour
from core.vae.neighbours import Neighbours as Neighbours
from core.vae.neighbours import codes
from core.vae.neighbours import knn_accuracy as knn_accuracy
from core.vae.neighbours import neighbours as neighbours
from core.vae.pretext import UNIFORM_NATS as UNIFORM_NATS

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Path = Literal["straight", "spherical"]

PATHS: tuple[Path, ...] = get_args(Path)
MIN_STEPS, MAX_STEPS = 3, 16
REACH = 4.0  # range of sliders and plane, in standard deviations of the prior
ACTIVE_AXES = 8  # axes with a slider
MAX_SEED = 2**31 - 1
MAX_DRAWS = 64
PHOTO_PX = 480


@dataclass(frozen=True)
class Encoding:
    """The encoding of one picture, one decoded sample, and their cost.

    Attributes:
        model_input: (28, 28) uint8, white ink on black.
        mu: (Z,), mean of q(z | x).
        sigma: (Z,), its standard deviation.
        z: (Z,), the sample that was decoded.
        decoded: (28, 28) uint8, from `z`.
        reconstruction_nats: -log p(x | z).
        kl_nats: (Z,), of each axis; their sum is the second part of the loss.
        mean_digit_nats: naive baseline: the mean of the bundled digits as probabilities.
        uniform_nats: chance level: probability 1/2 for each pixel.
        perfect_nats: of a perfect copy; above 0 because grey pixels are probabilities.
    """

    model_input: Bytes
    mu: Floats
    sigma: Floats
    z: Floats
    decoded: Bytes
    reconstruction_nats: float
    kl_nats: Floats
    mean_digit_nats: float
    uniform_nats: float
    perfect_nats: float

    @property
    def nats(self) -> float:
        """The negative evidence lower bound."""
        return self.reconstruction_nats + float(self.kl_nats.sum())


@dataclass(frozen=True)
class Place:
    """Where on a photo a digit was found.

    Attributes:
        photo: (H, W, 3) uint8, the longer side at most 480.
        box: left, top, right, bottom of the digit in its pixels.
    """

    photo: Bytes
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Growth:
    """Reconstruction and samples of the shipped network after part of its training.

    Attributes:
        reconstruction: (28, 28) uint8, decoded from the mean of the picture's code.
        samples: (N, 28, 28) uint8, decoded from samples of the prior, the same at every stage.
        nats: cost of the picture, with the sample of seed 0.
        mean_digit_nats: naive baseline, as in `Encoding`.
    """

    reconstruction: Bytes
    samples: Bytes
    nats: float
    mean_digit_nats: float


@dataclass(frozen=True)
class Interpolation:
    """A path from one picture's code to another's.

    Attributes:
        images: (steps, 28, 28) uint8, decoded along the path; the ends are the reconstructions of both pictures.
        blends: (steps, 28, 28) uint8, the naive baseline: the two reconstructions blended in pixel space.
        z: (steps, Z), the path.
        image_nats: (steps,), negative bound of each image minus its entropy.
        blend_nats: (steps,), the same for the blends.
    """

    images: Bytes
    blends: Bytes
    z: Floats
    image_nats: Floats
    blend_nats: Floats


@dataclass(frozen=True)
class Plane:
    """The bundled digits on the two most active axes.

    Attributes:
        axes: their indices, 0-based.
        xy: (N, 2), mean of q(z | x) of each digit.
        labels: (N,) int64 in 0..9, not used in training.
    """

    axes: tuple[int, int]
    xy: Floats
    labels: NDArray[np.int64]


def encode(picture: Picture, seed: float = 0, *, name: str = NAME) -> Encoding:
    """Encode a picture, sample its code once, and decode the sample.

    Args:
        picture: a path, or (H, W, 3) or (H, W) uint8.
        seed: of the sample, a whole number from 0.
        name: of the checkpoint.

    Raises:
        InputError: no picture that can be read, an empty picture, no such seed, or a model that is not offered.
    """
    rng = device.generator(whole(seed, 0, MAX_SEED))
    model, where = open_model(name)
    model_input = view(picture)
    image = to_input(model_input[None], where)
    noise = torch.randn(1, model.config.latent, generator=rng)
    with torch.inference_mode():
        output = model(image, noise.to(where))
        cost = pretext.negative_elbo(output.logits, image, output.mu, output.logvar)
        baseline = pretext.bernoulli_nats(mean_digit().logit().to(where), image)
    return Encoding(
        model_input=model_input,
        mu=_numbers(output.mu[0]),
        sigma=_numbers((0.5 * output.logvar[0]).exp()),
        z=_numbers(output.z[0]),
        decoded=_to_bytes(output.logits)[0],
        reconstruction_nats=float(cost.reconstruction),
        kl_nats=_numbers(cost.kl[0]),
        mean_digit_nats=float(baseline),
        uniform_nats=pretext.UNIFORM_NATS,
        perfect_nats=float(pretext.entropy_nats(image)),
    )


def place(picture: Picture) -> Place | None:
    """Where the digit stands on a photo; None for a drawing, of which all is seen.

    Raises:
        InputError: no picture that can be read, or no digit on it.
    """
    opened, seen = seen_on(picture)
    if seen.box is None:
        return None
    photo = Image.fromarray(opened)
    photo.thumbnail((PHOTO_PX, PHOTO_PX))
    scale = photo.width / opened.shape[1]
    left, top, right, bottom = (round(scale * edge) for edge in seen.box)
    return Place(np.asarray(photo), (left, top, right, bottom))


def reconstruct(picture: Picture, *, name: str = NAME) -> Bytes:
    """Decode the mean of a picture's code, without noise: (28, 28) uint8."""
    model, where = open_model(name)
    with torch.inference_mode():
        decoded = _to_bytes(model.decode(_mean(model, where, picture)[None]))  # (1, 28, 28)
    return cast(Bytes, decoded[0])


def grow(picture: Picture, stage: float, *, count: float = 9) -> Growth:
    """Reconstruction and samples of a snapshot of the shipped network; stage 0 (untrained) to 4 (finished).

    Raises:
        InputError: no picture that can be read, or another stage.
    """
    name = snapshots.at(NAME, stage)
    found = encode(picture, name=name)
    samples = sample(count=count, name=name)
    return Growth(reconstruct(picture, name=name), samples, found.nats, found.mean_digit_nats)


def reached() -> tuple[float, ...]:
    """Nats per picture of MNIST's test split at the five stages."""
    return snapshots.reached(NAME, "nats")


def interpolate(
    first: Picture, second: Picture, steps: float = 8, path: str = "straight", *, name: str = NAME
) -> Interpolation:
    """Decode points on a path between the codes of two pictures.

    Args:
        first: a path, or (H, W, 3) or (H, W) uint8.
        second: as `first`.
        steps: 3 to 16, including both ends.
        path: "straight" or "spherical".
        name: of the checkpoint.

    Raises:
        InputError: no picture that can be read, or no such number or path.
    """
    count = whole(steps, MIN_STEPS, MAX_STEPS)
    if path not in PATHS:
        raise InputError("The path is either straight or spherical.")
    model, where = open_model(name)
    with torch.inference_mode():
        ends = [_mean(model, where, picture) for picture in (first, second)]
        follow = interpolation.straight if path == "straight" else interpolation.spherical
        z = follow(ends[0], ends[1], count)  # (steps, Z)
        images = model.decode(z).sigmoid()  # (steps, 1, 28, 28)
        t = torch.linspace(0, 1, count, device=where).view(-1, 1, 1, 1)
        blends = torch.lerp(images[:1], images[-1:], t)
        excess = [_excess_nats(model, part) for part in (images, blends)]
    return Interpolation(_levels(images), _levels(blends), _numbers(z), _numbers(excess[0]), _numbers(excess[1]))


def _excess_nats(model: VAE, images: Tensor) -> Tensor:
    """Negative bound at the mean code minus the entropy of pictures (B, 1, 28, 28): (B,), nats."""
    mu, logvar = model.encode(images)
    cost = pretext.negative_elbo(model.decode(mu), images, mu, logvar)
    return cost.reconstruction + cost.kl.sum(1) - pretext.entropy_nats(images)


def most_active(count: int | None = None, *, name: str = NAME) -> tuple[int, ...]:
    """Latent axes, 0-based, with the largest mean KL over the bundled digits, largest first.

    Without `count` those with a slider: ACTIVE_AXES, or all axes of a model that has fewer.
    """
    order = codes(name).order
    return order[:ACTIVE_AXES] if count is None else order[: whole(count, 1, len(order))]


def latent(name: str = NAME) -> int:
    """Number of latent axes."""
    return len(codes(name).order)


def plane(*, name: str = NAME) -> Plane:
    """Positions of the bundled digits on the two most active axes."""
    gallery = codes(name)
    axes = (gallery.order[0], gallery.order[min(1, len(gallery.order) - 1)])  # a model may have a single axis
    return Plane(axes, _numbers(gallery.mu[:, axes]), bundled.digits().labels)


def decode(picture: Picture, values: Sequence[float], *, name: str = NAME) -> Bytes:
    """Set the most active axes of a picture's code to other values and decode it: (28, 28) uint8.

    Args:
        picture: its mean code is kept on all other axes.
        values: at most one per latent axis, each in [-4, 4], for the most active axes in order.
        name: of the checkpoint.

    Raises:
        InputError: no picture that can be read, or a value outside.
    """
    model, where = open_model(name)
    with torch.inference_mode():
        z = _mean(model, where, picture).clone()
        for axis, value in zip(most_active(len(values), name=name), values, strict=True):
            z[axis] = within(value, -REACH, REACH)
        decoded = _to_bytes(model.decode(z[None]))  # (1, 28, 28)
    return cast(Bytes, decoded[0])


def sample(seed: float = 0, count: float = 24, *, name: str = NAME) -> Bytes:
    """Decode `count` (1 to 64) samples of the prior N(0, 1): (count, 28, 28) uint8."""
    rng = device.generator(whole(seed, 0, MAX_SEED))
    draws = whole(count, 1, MAX_DRAWS)
    model, where = open_model(name)
    z = torch.randn(draws, model.config.latent, generator=rng).to(where)
    with torch.inference_mode():
        return _to_bytes(model.decode(z))


def metrics(name: str = NAME) -> dict[str, float]:
    """Metrics of the checkpoint's card on MNIST's test split."""
    return checkpoints.read_card(name).metrics["mnist"]


def _mean(model: VAE, where: torch.device, picture: Picture) -> Tensor:
    """(Z,): the mean of a picture's code."""
    return model.encode(to_input(view(picture)[None], where))[0][0]


def _to_bytes(logits: Tensor) -> Bytes:
    return _levels(logits.sigmoid())


def _levels(images: Tensor) -> Bytes:
    """(B, 1, 28, 28) in [0, 1] to bytes (B, 28, 28)."""
    whole_levels: Bytes = (images[:, 0] * 255).round().to(torch.uint8).cpu().numpy()
    return whole_levels


def _numbers(values: Tensor) -> Floats:
    return cast(Floats, values.float().cpu().numpy())
