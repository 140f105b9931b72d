"""What a visitor can ask of a trained variational autoencoder: plain values in, frozen results out."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data import bundled, digits, pictures
from core.downstream.neighbours import nearest
from core.errors import InputError, whole, within
from core.nn import interpolation
from core.vae import pretext
from core.vae.model import VAE
from core.vae.models import NAME as NAME
from core.vae.models import codes, flat, leave_one_out, mean_digit, open_model, to_input
from core.vae.models import mean_digit_nats as mean_digit_nats
from core.vae.models import names as names
from core.vae.pretext import UNIFORM_NATS as UNIFORM_NATS

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Path = Literal["straight", "spherical"]
Picture = Bytes | str | None

PATHS: tuple[Path, ...] = get_args(Path)
MIN_STEPS, MAX_STEPS = 3, 16
REACH = 4.0  # standard deviations of the prior that sliders and the plane span
LIVELY = 8  # axes that get a slider
MAX_SEED = 2**31 - 1
MAX_DRAWS = 64


@dataclass(frozen=True)
class Encoding:
    """One picture on its way through the model, and what that costs.

    Attributes:
        seen: (28, 28) uint8, white ink on black, as the model gets it.
        mu: (Z,), mean of q(z | x).
        sigma: (Z,), its standard deviation.
        z: (Z,), the draw that was decoded.
        drawn: (28, 28) uint8, decoded from `z`.
        reconstruction_nats: -log p(x | z).
        kl_nats: (Z,), of each axis; their sum is the second part of the loss.
        mean_digit_nats: naive baseline: each pixel as light as in the mean bundled digit.
        uniform_nats: chance: each pixel a fair coin.
        perfect_nats: what even a perfect copy costs, because grey pixels are no certainties.
    """

    seen: Bytes
    mu: Floats
    sigma: Floats
    z: Floats
    drawn: Bytes
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
class Growth:
    """What the shipped network makes of a picture and of the prior, part of its training behind it.

    Attributes:
        reconstruction: (28, 28) uint8, decoded from the mean of the picture's code.
        samples: (N, 28, 28) uint8, decoded from draws of the prior, the same draws at every stage.
        nats: what the picture costs, the draw of seed 0 decoded.
        mean_digit_nats: naive baseline, as in `Encoding`.
    """

    reconstruction: Bytes
    samples: Bytes
    nats: float
    mean_digit_nats: float


@dataclass(frozen=True)
class Interpolation:
    """The way from one picture to another.

    Attributes:
        images: (steps, 28, 28) uint8, decoded along the path; the ends are the reconstructions of both pictures.
        blends: (steps, 28, 28) uint8, the naive baseline: the two reconstructions laid over one another.
        z: (steps, Z), the path.
        image_nats: (steps,), how far each image is from what the model expects: its bound less its own entropy.
        blend_nats: (steps,), the same of the blends.
    """

    images: Bytes
    blends: Bytes
    z: Floats
    image_nats: Floats
    blend_nats: Floats


@dataclass(frozen=True)
class Plane:
    """The bundled digits on the two liveliest axes.

    Attributes:
        axes: their two numbers, 0-based.
        xy: (N, 2), mean of q(z | x) of each digit.
        labels: (N,) int64 in 0..9; the model has never seen them.
    """

    axes: tuple[int, int]
    xy: Floats
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Neighbour:
    """A bundled digit: (28, 28) uint8, its label, and its cosine to the query."""

    image: Bytes
    label: int
    similarity: float


@dataclass(frozen=True)
class Readout:
    """Share of the bundled digits named rightly by their neighbours, each left out in turn, in [0, 1]."""

    latent: float
    pixels: float
    chance: float
    n: int


def view(picture: Picture) -> Bytes:
    """A visitor's picture as the model gets it: (28, 28) uint8, white ink on black; see `digits.from_visitor`."""
    return digits.from_visitor(pictures.open_picture(picture))


def encode(picture: Picture, seed: float = 0, *, name: str = NAME) -> Encoding:
    """Encode a picture, draw once from what comes out, and decode the draw.

    Args:
        picture: a path, or (H, W, 3) or (H, W) uint8.
        seed: of the draw, a whole number from 0 on.
        name: of the checkpoint.

    Raises:
        InputError: no picture that can be read, nothing drawn on it, no such seed, or a model that is not offered.
    """
    rng = device.generator(whole(seed, 0, MAX_SEED))
    model, where = open_model(name)
    seen = view(picture)
    image = to_input(seen[None], where)
    noise = torch.randn(1, model.config.latent, generator=rng)
    with torch.inference_mode():
        way = model(image, noise.to(where))
        cost = pretext.negative_elbo(way.logits, image, way.mu, way.logvar)
        baseline = pretext.bernoulli_nats(mean_digit().logit().to(where), image)
    return Encoding(
        seen=seen,
        mu=_numbers(way.mu[0]),
        sigma=_numbers((0.5 * way.logvar[0]).exp()),
        z=_numbers(way.z[0]),
        drawn=_to_bytes(way.logits)[0],
        reconstruction_nats=float(cost.reconstruction),
        kl_nats=_numbers(cost.kl[0]),
        mean_digit_nats=float(baseline),
        uniform_nats=pretext.UNIFORM_NATS,
        perfect_nats=float(pretext.entropy_nats(image)),
    )


def reconstruct(picture: Picture, *, name: str = NAME) -> Bytes:
    """Decode the mean of what a picture is encoded to, without noise: (28, 28) uint8."""
    model, where = open_model(name)
    with torch.inference_mode():
        decoded = _to_bytes(model.decode(_mean(model, where, picture)[None]))  # (1, 28, 28)
    return cast(Bytes, decoded[0])


def grow(picture: Picture, stage: float, *, count: float = 9) -> Growth:
    """What the shipped network does after part of its training; stage 0 (untrained) to 4 (finished).

    Raises:
        InputError: no picture that can be read, or another stage.
    """
    name = snapshots.at(NAME, stage)
    found = encode(picture, name=name)
    samples = sample(count=count, name=name)
    return Growth(reconstruct(picture, name=name), samples, found.nats, found.mean_digit_nats)


def reached() -> tuple[float, ...]:
    """Nats a picture of MNIST's test split at the five stages."""
    return snapshots.reached(NAME, "nats")


def interpolate(
    first: Picture, second: Picture, steps: float = 8, path: str = "straight", *, name: str = NAME
) -> Interpolation:
    """Decode points on the way between two pictures.

    Args:
        first: a path, or (H, W, 3) or (H, W) uint8.
        second: as `first`.
        steps: 3 to 16, both ends counted.
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
        surprise = [_surprise(model, part) for part in (images, blends)]
    return Interpolation(_levels(images), _levels(blends), _numbers(z), _numbers(surprise[0]), _numbers(surprise[1]))


def _surprise(model: VAE, images: Tensor) -> Tensor:
    """(B,): bound at the mean code less the entropy of the pictures, so that grey ones do not count as wrong."""
    mu, logvar = model.encode(images)
    cost = pretext.negative_elbo(model.decode(mu), images, mu, logvar)
    return cost.reconstruction + cost.kl.sum(1) - pretext.entropy_nats(images)


def liveliest(count: int | None = None, *, name: str = NAME) -> tuple[int, ...]:
    """Numbers (0-based) of the latent axes that tell most of the bundled digits, by mean KL, best first.

    Without `count` those that get a slider: LIVELY, or all of a model that has fewer.
    """
    order = codes(name).order
    return order[:LIVELY] if count is None else order[: whole(count, 1, len(order))]


def latent(name: str = NAME) -> int:
    """Number of latent axes."""
    return len(codes(name).order)


def plane(*, name: str = NAME) -> Plane:
    """Where the bundled digits lie on the two liveliest axes."""
    gallery = codes(name)
    axes = (gallery.order[0], gallery.order[min(1, len(gallery.order) - 1)])  # a model may have a single axis
    return Plane(axes, _numbers(gallery.mu[:, axes]), bundled.digits().labels)


def decode(picture: Picture, values: Sequence[float], *, name: str = NAME) -> Bytes:
    """Put a picture's code to other values on the liveliest axes and decode it: (28, 28) uint8.

    Args:
        picture: gives the mean code that all other axes keep.
        values: at most as many as the latent has axes, each in [-4, 4], for the liveliest axes in their order.
        name: of the checkpoint.

    Raises:
        InputError: no picture that can be read, or a value outside.
    """
    model, where = open_model(name)
    with torch.inference_mode():
        z = _mean(model, where, picture).clone()
        for axis, value in zip(liveliest(len(values), name=name), values, strict=True):
            z[axis] = within(value, -REACH, REACH)
        decoded = _to_bytes(model.decode(z[None]))  # (1, 28, 28)
    return cast(Bytes, decoded[0])


def sample(seed: float = 0, count: float = 24, *, name: str = NAME) -> Bytes:
    """Digits nobody wrote: decode `count` (1 to 64) draws from the prior N(0, 1); (count, 28, 28) uint8."""
    rng = device.generator(whole(seed, 0, MAX_SEED))
    draws = whole(count, 1, MAX_DRAWS)
    model, where = open_model(name)
    z = torch.randn(draws, model.config.latent, generator=rng).to(where)
    with torch.inference_mode():
        return _to_bytes(model.decode(z))


def neighbours(
    picture: Picture, *, count: float = 8, name: str = NAME
) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    """The bundled digits most like a picture but not itself, best first: by the mean of its code, and by its pixels."""
    wanted = whole(count, 1, 64)
    model, where = open_model(name)
    seen = view(picture)
    with torch.inference_mode():
        code = model.encode(to_input(seen[None], where))[0].cpu()
    gallery, pixels = codes(name), flat(seen[None])
    others = (gallery.pixels != pixels).any(1).nonzero().flatten()
    return _closest(code, gallery.mu, others, wanted), _closest(pixels, gallery.pixels, others, wanted)


def _closest(query: Tensor, features: Tensor, others: Tensor, count: int) -> tuple[Neighbour, ...]:
    similarity, index = nearest(query, features[others], count)
    known = bundled.digits()
    return tuple(
        Neighbour(known.images[i], int(known.labels[i]), s)
        for s, i in zip(similarity[0].tolist(), others[index[0]].tolist(), strict=True)
    )


@functools.cache
def readout(name: str = NAME) -> Readout:
    """Name each bundled digit by its 5 nearest others, by code and by pixels; chance is one in ten."""
    gallery = codes(name)
    return Readout(leave_one_out(gallery.mu), leave_one_out(gallery.pixels), 0.1, len(gallery.mu))


def metrics(name: str = NAME) -> dict[str, float]:
    """What the checkpoint's card says of MNIST's test split."""
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
