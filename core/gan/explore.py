"""What a visitor can ask of a generator and its discriminator: plain values in, frozen results out."""

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
from core.gan.models import critic, known, open_model, training_picture
from core.gan.models import names as names
from core.gan.pretext import CHANCE as CHANCE
from core.gan.pretext import NO_LIMIT
from core.gan.sampling import noise, paint
from core.nn import interpolation

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Picture = Bytes | str | None

COUNT = 24
MAX_COUNT = 64
MAX_SEED = 2**31 - 1
MIN_STEPS, MAX_STEPS = 3, 12
TRUNCATION = (0.1, 3.0)  # standard deviations; at the upper end one number in 370 is touched
GROWN = 12  # samples shown at each stage
# Share of unseen real pictures that come nearer to a training picture than what is called near here. It is not 0, since
# CIFAR-10's test split holds near-duplicates of its training pictures (Barz & Denzler 2020, arXiv 1902.00423).
NEAR_SHARE = 0.01


@dataclass(frozen=True)
class Opinion:
    """What the discriminator makes of one picture, beside pictures it was made for.

    Attributes:
        seen: (32, 32, 3) uint8, as the network gets it.
        score: above 0 it says real.
        seen_scores: (C,), of training pictures.
        unseen_scores: (C,), of test pictures.
        sample_scores: (C,), of generated ones.
        above_real: share of test pictures with a lower score, in [0, 1].
        above_samples: share of generated ones with a lower score.
        told: share of test pictures and samples on the right side of 0; CHANCE is guessing.
    """

    seen: Bytes
    score: float
    seen_scores: Floats
    unseen_scores: Floats
    sample_scores: Floats
    above_real: float
    above_samples: float
    told: float


@dataclass(frozen=True)
class Samples:
    """Pictures nobody took.

    Attributes:
        images: (N, 32, 32, 3) uint8.
        scores: (N,), the discriminator's.
        variety: mean distance of two of them, in units of that of two unseen real pictures: 1 is as varied as these.
        untruncated_variety: the same without a limit, of the same seed.
    """

    images: Bytes
    scores: Floats
    variety: float
    untruncated_variety: float


@dataclass(frozen=True)
class Interpolation:
    """The way from one seed's picture to another's.

    Attributes:
        images: (steps, 32, 32, 3) uint8, generated along the path.
        blends: (steps, 32, 32, 3) uint8, naive baseline: the two ends laid over one another.
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
        picture: the training picture, or None where the data do not lie.
        kind: its class, which neither network was told.
        distance: between their features, each of length 1, in the 32 directions that are stored.
    """

    sample: Bytes
    picture: Bytes | None
    kind: str
    distance: float


@dataclass(frozen=True)
class CopyCheck:
    """Are samples copies of training pictures?

    Attributes:
        nearest: one a sample.
        distances: (C,), from unseen real pictures to their nearest training picture.
        copies: (C,), from mirrored training pictures to theirs: what copies with a slight change look like.
        near: the distance below which one in a hundred unseen pictures lies.
        suspects: how many samples lie below it.
        gallery: number of training pictures.
    """

    nearest: tuple[Nearest, ...]
    distances: Floats
    copies: Floats
    near: float
    suspects: int
    gallery: int


def judge(picture: Picture, *, name: str = NAME) -> Opinion:
    """What the discriminator makes of a picture, cut square and shrunk to 32 pixels.

    Raises:
        InputError: no picture that can be read, or a model that is not offered.
    """
    model, where = open_model(name)
    seen = pictures.square(pictures.open_picture(picture), model.config.size)
    score = float(_scores(pictures.to_tensor(seen), name, where)[0])
    at = known(name)
    right = torch.cat([at.unseen_scores > 0, at.sample_scores < 0]).float().mean()
    return Opinion(
        seen=seen,
        score=score,
        seen_scores=_numbers(at.seen_scores),
        unseen_scores=_numbers(at.unseen_scores),
        sample_scores=_numbers(at.sample_scores),
        above_real=float((at.unseen_scores < score).float().mean()),
        above_samples=float((at.sample_scores < score).float().mean()),
        told=float(right),
    )


def sample(seed: float = 0, limit: float = TRUNCATION[1], count: float = COUNT, *, name: str = NAME) -> Samples:
    """Draw pictures.

    Args:
        seed: of the noise, a whole number from 0 on.
        limit: no number of the noise is farther from 0, 0.1 to 3 standard deviations.
        count: 2 to 64.
        name: of the checkpoint.

    Raises:
        InputError: a number outside its range, or a model that is not offered.
    """
    asked, at, number = whole(seed, 0, MAX_SEED), within(limit, *TRUNCATION), whole(count, 2, MAX_COUNT)
    model, where = open_model(name)
    images = paint(model, noise(asked, number, model.config.latent, at), where)
    free = images if at == TRUNCATION[1] else paint(model, noise(asked, number, model.config.latent), where)
    real = float(known(name).spread)
    varieties = [reference_stats.variety(reference_stats.unit(part, where)) / real for part in (images, free)]
    return Samples(pictures.to_bytes(images), _numbers(_scores(images, name, where)), varieties[0], varieties[1])


def interpolate(first: float = 0, second: float = 1, steps: float = 8, *, name: str = NAME) -> Interpolation:
    """Generate pictures along the arc between the noise of two seeds.

    Raises:
        InputError: a seed that is no whole number from 0 on, steps outside 3 to 12, or a model that is not offered.
    """
    seeds, number = [whole(seed, 0, MAX_SEED) for seed in (first, second)], whole(steps, MIN_STEPS, MAX_STEPS)
    model, where = open_model(name)
    ends = [noise(seed, 1, model.config.latent)[0] for seed in seeds]
    images = paint(model, interpolation.spherical(ends[0], ends[1], number), where)  # (steps, 3, S, S)
    blends = torch.lerp(images[:1], images[-1:], torch.linspace(0, 1, number).view(-1, 1, 1, 1))
    scores = [_numbers(_scores(part, name, where)) for part in (images, blends)]
    return Interpolation(pictures.to_bytes(images), pictures.to_bytes(blends), scores[0], scores[1])


def grow(stage: float, seed: float = 0, *, count: float = GROWN) -> Bytes:
    """Samples of the shipped generator after part of its training, of the same noise at every stage.

    Args:
        stage: 0 (before the first step) to 4 (finished).
        seed: of the noise.
        count: 1 to 64.

    Returns:
        (count, 32, 32, 3) uint8.

    Raises:
        InputError: another stage, or a number outside its range.
    """
    asked, number = whole(seed, 0, MAX_SEED), whole(count, 1, MAX_COUNT)
    model, where = open_model(snapshots.at(NAME, stage))
    return pictures.to_bytes(paint(model, noise(asked, number, model.config.latent), where))


def reached() -> tuple[float, ...]:
    """Frechet distance to the test pictures at the five stages."""
    return snapshots.reached(NAME, "frechet")


def copies(seed: float = 0, count: float = 8, *, name: str = NAME) -> CopyCheck:
    """Look for the training picture nearest to each of the first samples of a seed.

    Raises:
        InputError: a number outside its range, or a model that is not offered.
    """
    asked, number = whole(seed, 0, MAX_SEED), whole(count, 1, MAX_COUNT)
    model, where = open_model(name)
    images = paint(model, noise(asked, number, model.config.latent), where)
    at = known(name)
    distances, places = nearest_distances(at.code(images, where), at.codes)
    near = float(at.unseen_distances.quantile(NEAR_SHARE))
    found = tuple(
        Nearest(drawn, training_picture(name, place), at.classes[int(at.labels[place])], distance)
        for drawn, place, distance in zip(pictures.to_bytes(images), places.tolist(), distances.tolist(), strict=True)
    )
    return CopyCheck(
        nearest=found,
        distances=_numbers(at.unseen_distances),
        copies=_numbers(at.copy_distances),
        near=near,
        suspects=int((distances < near).sum()),
        gallery=len(at.codes),
    )


def metrics(name: str = NAME) -> dict[str, dict[str, float]]:
    """Every figure of a card, the name of the first set taken off: "" for the samples, "noise", "blurred", ..."""
    card = checkpoints.read_card(name)
    first = str(card.recipe["data"]).split("+")[0]
    return {
        spec.removeprefix(first).removeprefix(", "): values
        for spec, values in card.metrics.items()
        if spec.split(", ")[0] == first
    }


def tradeoff(name: str = NAME) -> tuple[tuple[float, float, float], ...]:
    """(limit, precision, recall) of the truncation trick by the card, the tightest first and none (`NO_LIMIT`) last."""
    card = metrics(name)
    limits = {float(spec.split()[1]): row for spec, row in card.items() if spec.startswith("truncation ")}
    rows = [*sorted(limits.items()), (NO_LIMIT, card[""])]
    return tuple((limit, row["precision"], row["recall"]) for limit, row in rows)


def _scores(images: Tensor, name: str, where: torch.device) -> Tensor:
    """(N,): the discriminator's scores of pictures (N, 3, S, S) in [0, 1]."""
    judging = critic(name)
    return embed(lambda x: judging(x).scores, images, device=where)


def _numbers(values: Tensor) -> Floats:
    return cast(Floats, values.float().cpu().numpy())
