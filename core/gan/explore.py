"""What a visitor can ask of a generator and its discriminator: plain values in, frozen results out."""

import functools
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, snapshots
from core.data import pictures
from core.downstream.features import embed
from core.downstream.frechet import nearest_distances
from core.errors import whole, within
from core.gan import reference_stats
from core.gan.models import NAME as NAME
from core.gan.models import names as names
from core.gan.models import open_discriminator, open_model, open_reference_stats, training_picture
from core.gan.pretext import CHANCE_LEVEL as CHANCE_LEVEL
from core.gan.pretext import NO_LIMIT
from core.gan.reference_stats import CopyThreshold
from core.gan.sampling import generate, noise
from core.nn import interpolation

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Picture = Bytes | str | None

COUNT = 24
MAX_COUNT = 64
MAX_SEED = 2**31 - 1
MIN_STEPS, MAX_STEPS = 3, 12
TRUNCATION = (0.1, 3.0)  # standard deviations; the upper limit affects one number in 370
GROWN = 12  # samples shown at each stage


@dataclass(frozen=True)
class PictureScore:
    """The discriminator's score of one picture, beside its scores of real and generated pictures.

    Attributes:
        seen: (32, 32, 3) uint8, the input of the network.
        score: above 0 for real.
        seen_scores: (C,), of training pictures.
        unseen_scores: (C,), of test pictures.
        sample_scores: (C,), of generated ones.
        above_real: share of test pictures with a lower score, in [0, 1].
        above_samples: share of generated ones with a lower score.
        accuracy: share of test pictures and samples whose score has the right sign; see CHANCE_LEVEL.
    """

    seen: Bytes
    score: float
    seen_scores: Floats
    unseen_scores: Floats
    sample_scores: Floats
    above_real: float
    above_samples: float
    accuracy: float


@dataclass(frozen=True)
class Samples:
    """Generated pictures.

    Attributes:
        images: (N, 32, 32, 3) uint8.
        scores: (N,), the discriminator's.
        variety: mean distance of two samples over that of two unseen real pictures, on SimCLR features.
        untruncated_variety: the same for the same seed without a limit.
    """

    images: Bytes
    scores: Floats
    variety: float
    untruncated_variety: float


@dataclass(frozen=True)
class Interpolation:
    """The path from one seed's picture to another's.

    Attributes:
        images: (steps, 32, 32, 3) uint8, generated along the path.
        blends: (steps, 32, 32, 3) uint8, naive baseline: the two end pictures, blended.
        image_scores: (steps,), the discriminator's.
        blend_scores: (steps,), of the blends.
    """

    images: Bytes
    blends: Bytes
    image_scores: Floats
    blend_scores: Floats


@dataclass(frozen=True)
class Nearest:
    """The training picture nearest to a sample.

    Attributes:
        sample: (32, 32, 3) uint8.
        picture: the training picture, or None if the data are not here.
        class_name: its class, which neither network was given.
        distance: between their features, each of length 1, in the 32 directions that are stored.
    """

    sample: Bytes
    picture: Bytes | None
    class_name: str
    distance: float


@dataclass(frozen=True)
class CopyCheck:
    """Whether samples are copies of training pictures.

    Attributes:
        nearest: one per sample.
        distances: (C,), from unseen real pictures to their nearest training picture.
        copies: (C,), from mirrored training pictures to theirs: distances of slightly changed copies.
        threshold: distance below which a sample counts as a copy, with the rates of its errors.
        suspects: number of samples below it.
        gallery: number of training pictures.
    """

    nearest: tuple[Nearest, ...]
    distances: Floats
    copies: Floats
    threshold: CopyThreshold
    suspects: int
    gallery: int


def judge(picture: Picture, *, name: str = NAME) -> PictureScore:
    """Score a picture, cropped square and resized to 32 pixels.

    Raises:
        InputError: the picture cannot be read, or a model that is not offered.
    """
    model, where = open_model(name)
    seen = pictures.square(pictures.open_picture(picture), model.config.size)
    score = float(_scores(pictures.to_tensor(seen), name, where)[0])
    stats = open_reference_stats(name)
    right = torch.cat([stats.unseen_scores > 0, stats.sample_scores < 0]).float().mean()
    return PictureScore(
        seen=seen,
        score=score,
        seen_scores=_numbers(stats.seen_scores),
        unseen_scores=_numbers(stats.unseen_scores),
        sample_scores=_numbers(stats.sample_scores),
        above_real=float((stats.unseen_scores < score).float().mean()),
        above_samples=float((stats.sample_scores < score).float().mean()),
        accuracy=float(right),
    )


def sample(seed: float = 0, limit: float = TRUNCATION[1], count: float = COUNT, *, name: str = NAME) -> Samples:
    """Generate pictures.

    Args:
        seed: of the noise, a whole number from 0 on.
        limit: largest distance of the noise from 0, 0.1 to 3 standard deviations.
        count: 2 to 64.
        name: of the checkpoint.

    Raises:
        InputError: a number outside its range, or a model that is not offered.
    """
    start, number = whole(seed, 0, MAX_SEED), whole(count, 2, MAX_COUNT)
    at_most = within(limit, *TRUNCATION)
    model, where = open_model(name)
    images = generate(model, noise(start, number, model.config.latent, at_most), where)
    variety = _variety(images, name, where)
    free = variety if at_most == TRUNCATION[1] else _untruncated_variety(start, number, name)
    return Samples(pictures.to_bytes(images), _numbers(_scores(images, name, where)), variety, free)


@functools.lru_cache(maxsize=64)
def _untruncated_variety(seed: int, count: int, name: str) -> float:
    """Kept, because a visitor tries one limit after another with the same seed."""
    model, where = open_model(name)
    return _variety(generate(model, noise(seed, count, model.config.latent), where), name, where)


def _variety(images: Tensor, name: str, where: torch.device) -> float:
    """Mean distance of two pictures over that of two unseen real ones."""
    return reference_stats.variety(reference_stats.unit(images, where)) / float(open_reference_stats(name).spread)


def interpolate(first: float = 0, second: float = 1, steps: float = 8, *, name: str = NAME) -> Interpolation:
    """Generate pictures along the arc between the noise of two seeds.

    Raises:
        InputError: a seed that is not a whole number from 0 on, steps outside 3 to 12, or a model that is not offered.
    """
    seeds, number = [whole(seed, 0, MAX_SEED) for seed in (first, second)], whole(steps, MIN_STEPS, MAX_STEPS)
    model, where = open_model(name)
    ends = [noise(seed, 1, model.config.latent)[0] for seed in seeds]
    images = generate(model, interpolation.spherical(ends[0], ends[1], number), where)  # (steps, 3, S, S)
    blends = torch.lerp(images[:1], images[-1:], torch.linspace(0, 1, number).view(-1, 1, 1, 1))
    scores = [_numbers(_scores(part, name, where)) for part in (images, blends)]
    return Interpolation(pictures.to_bytes(images), pictures.to_bytes(blends), scores[0], scores[1])


def grow(stage: float, seed: float = 0, *, count: float = GROWN) -> Bytes:
    """Samples of the shipped generator at one stage of its training, of the same noise at every stage.

    Args:
        stage: 0 (before the first step) to 4 (finished).
        seed: of the noise.
        count: 1 to 64.

    Returns:
        (count, 32, 32, 3) uint8.

    Raises:
        InputError: no such stage, or a number outside its range.
    """
    asked, number = whole(seed, 0, MAX_SEED), whole(count, 1, MAX_COUNT)
    model, where = open_model(snapshots.at(NAME, stage))
    return pictures.to_bytes(generate(model, noise(asked, number, model.config.latent), where))


def reached() -> tuple[float, ...]:
    """Frechet distance to the test pictures at the five stages."""
    return snapshots.reached(NAME, "frechet")


def copies(seed: float = 0, count: float = 8, *, name: str = NAME) -> CopyCheck:
    """Find the training picture nearest to each of the first samples of a seed.

    Raises:
        InputError: a number outside its range, or a model that is not offered.
    """
    asked, number = whole(seed, 0, MAX_SEED), whole(count, 1, MAX_COUNT)
    model, where = open_model(name)
    images = generate(model, noise(asked, number, model.config.latent), where)
    stats = open_reference_stats(name)
    distances, indices = nearest_distances(stats.code(images, where), stats.codes)
    threshold = stats.copy_threshold()
    found = tuple(
        Nearest(drawn, training_picture(name, index), stats.classes[int(stats.labels[index])], distance)
        for drawn, index, distance in zip(pictures.to_bytes(images), indices.tolist(), distances.tolist(), strict=True)
    )
    return CopyCheck(
        nearest=found,
        distances=_numbers(stats.unseen_distances),
        copies=_numbers(stats.copy_distances),
        threshold=threshold,
        suspects=int((distances < threshold.distance).sum()),
        gallery=len(stats.codes),
    )


def metrics(name: str = NAME) -> dict[str, dict[str, float]]:
    """Every metric of a card by row, without the name of the first set: "" for the samples, "noise", "blurred", ..."""
    card = checkpoints.read_card(name)
    first = str(card.recipe["data"]).split("+")[0]
    return {
        spec.removeprefix(first).removeprefix(", "): values
        for spec, values in card.metrics.items()
        if spec.split(", ")[0] == first
    }


def tradeoff(name: str = NAME) -> tuple[tuple[float, float, float], ...]:
    """(limit, precision, recall) of the truncation trick from the card, tightest limit first, `NO_LIMIT` last."""
    card = metrics(name)
    limits = {float(spec.split()[1]): row for spec, row in card.items() if spec.startswith("truncation ")}
    rows = [*sorted(limits.items()), (NO_LIMIT, card[""])]
    return tuple((limit, row["precision"], row["recall"]) for limit, row in rows)


def _scores(images: Tensor, name: str, where: torch.device) -> Tensor:
    """The discriminator's scores (N,) of pictures (N, 3, S, S) in [0, 1]."""
    discriminator = open_discriminator(name)
    return embed(lambda x: discriminator(x).scores, images, device=where)


def _numbers(values: Tensor) -> Floats:
    return cast(Floats, values.float().cpu().numpy())
