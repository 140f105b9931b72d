"""What a visitor can ask of the six arms: plain values in, frozen results out."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from core import checkpoints, device, models, snapshots
from core.data import pictures
from core.data.rotations import all_turns
from core.downstream import simclr_features
from core.downstream.frechet import Gaussian, frechet_distance, gaussian
from core.errors import InputError, whole
from core.generation import references
from core.generation.comparison import Findings as Findings
from core.generation.comparison import Sides as Sides
from core.generation.comparison import findings as findings
from core.generation.comparison import joined as joined
from core.generation.comparison import recorded as recorded
from core.generation.comparison import study as study
from core.generation.evaluation import EFFICIENTNET as EFFICIENTNET
from core.generation.evaluation import FID as FID
from core.generation.evaluation import MOMENTS as MOMENTS
from core.generation.evaluation import PICTURES as PICTURES
from core.generation.evaluation import REAL_FILE, RESULTS
from core.generation.evaluation import SAMPLES as SAMPLES
from core.generation.evaluation import SETS as SETS
from core.generation.model import Generator
from core.generation.pretext import ARMS as ARMS
from core.generation.pretext import second_view
from core.generation.references import Library
from core.generation.report import PUBLISHED as PUBLISHED
from core.generation.report import SHARES as SHARES
from core.generation.report import Spread as Spread
from core.generation.report import Study as Study
from core.generation.sampling import generate, noise, sample

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Picture = Bytes | str | None

CONDITIONED = ("references", "untrained", "mean")  # arms with references
LAST = len(MOMENTS) - 1  # the stage of the finished generators
COUNT = 8  # pictures per arm
MAX_REFERENCES = 8
MAX_SEED = 2**31 - 1
COUNTS = (64, 128, 256, 512, 1024)  # of a live measurement
GROUPS = 8  # of the jackknife, left out one by one


@dataclass(frozen=True)
class ArmSamples:
    """Pictures of the same noise by every arm.

    Attributes:
        arms: A names, in the order of ARMS, then a visitor's own checkpoints.
        images: (A, COUNT, 32, 32, 3) uint8.
        distances: Frechet distance of each on SimCLR features at this moment of the training, from the cards.
    """

    arms: tuple[str, ...]
    images: Bytes
    distances: tuple[float, ...]


@dataclass(frozen=True)
class Labels:
    """A picture's labels in the arms with a further task.

    Attributes:
        seen: (32, 32, 3) uint8, the input of the networks.
        turns: (4, 32, 32, 3), rotated by 0 to 3 quarters anticlockwise.
        views: (2, 32, 32, 3).
    """

    seen: Bytes
    turns: Bytes
    views: Bytes


@dataclass(frozen=True)
class ReferenceSamples:
    """Pictures conditioned on a visitor's references.

    Attributes:
        references: (K, 32, 32, 3) uint8, the input of the encoder.
        images: arm -> (COUNT, 32, 32, 3), of the same noise.
        attention: (COUNT, heads, K), weights of the references in the arm "references"; they sum to 1 per head.
        moved: mean total variation distance of the weights of two noises, 0 (the noise has no effect) to 1.
    """

    references: Bytes
    images: dict[str, Bytes]
    attention: Floats
    moved: float


@dataclass(frozen=True)
class Measurement:
    """A distance measured with a growing number of pictures.

    Attributes:
        arm: its name.
        counts: numbers of pictures so far.
        distances: Frechet distance on SimCLR features at each.
        errors: standard error of each, by the jackknife.
        recorded: (count, distance) of the same generator in the recorded study.
        done: whether this is the last answer.
    """

    arm: str
    counts: tuple[int, ...]
    distances: tuple[float, ...]
    errors: tuple[float, ...]
    recorded: tuple[tuple[int, float], ...]
    done: bool


def name_of(arm: str, data: str = SETS[0]) -> str:
    """The checkpoint of an arm on a set.

    Raises:
        InputError: no such arm or set, or its checkpoint is not here.
    """
    name = f"generation/{arm}" if data == SETS[0] else f"generation/{data}-{arm}"
    if arm not in ARMS or data not in SETS or name not in checkpoints.bundled("generation"):
        raise InputError("Choose one of the models offered.")
    return name


def own() -> tuple[str, ...]:
    """A visitor's own checkpoints, which are shown beside the finished ones of the study."""
    ours = {f"generation/{name}" for arm in ARMS for name in (arm, f"{SETS[1]}-{arm}")}
    return tuple(name for name in checkpoints.bundled("generation") if name not in ours)


def draw(seed: float = 0, stage: float = LAST, data: str = SETS[0]) -> ArmSamples:
    """Generate pictures from the same noise by every arm, and from the same references by the arms with references.

    Args:
        seed: of the noise, a whole number from 0 on.
        stage: 0 (before the first step), 1 (a quarter) or 2 (finished); only 2 for another set than the first.
        data: "cifar10" or "mnist".

    Raises:
        InputError: a number outside its range, or no such set.
    """
    start, at = whole(seed, 0, MAX_SEED), whole(stage, 0, LAST)
    names = {arm: name_of(arm, data) for arm in ARMS}
    if data == SETS[0] and at == LAST:
        names |= {name: name for name in own()}
    return _draw(start, at, tuple(names.items()))


@functools.lru_cache(maxsize=8)
def _draw(start: int, at: int, names: tuple[tuple[str, str], ...]) -> ArmSamples:
    """The last few draws are kept; `names` are arms with their checkpoints."""
    rows, reached = [], []
    for _, name in names:
        model, where = _open(name if at == LAST else snapshots.at(name, at, MOMENTS))
        rows.append(pictures.to_bytes(sample(model, start, COUNT, _library(name), where)))
        card = checkpoints.read_card(name)
        finished = next(iter(card.metrics.values()))["frechet"]
        reached.append(finished if at == LAST else snapshots.reached(name, "frechet", percents=MOMENTS)[at])
    return ArmSamples(tuple(arm for arm, _ in names), np.stack(rows), tuple(reached))


def label(picture: Picture, seed: float = 0) -> Labels:
    """Make a picture's labels: four rotations and two views.

    Raises:
        InputError: the picture cannot be read, or a seed outside its range.
    """
    rng = device.generator(whole(seed, 0, MAX_SEED))
    seen = pictures.square(pictures.open_picture(picture), simclr_features.SIZE)
    image = pictures.to_tensor(seen)  # (1, 3, 32, 32)
    views = second_view(rng)(image.repeat(2, 1, 1, 1))
    return Labels(seen, pictures.to_bytes(all_turns(image)[0]), pictures.to_bytes(views))


def noise_number(which: float) -> int:
    """Check the number of a noise, 1 to COUNT; raises InputError otherwise."""
    return whole(which, 1, COUNT)


def attend(chosen: Sequence[Picture], seed: float = 0) -> ReferenceSamples:
    """Generate pictures conditioned on references; returns the attention weights of each head too.

    Args:
        chosen: 1 to 8 pictures.
        seed: of the noise, a whole number from 0 on.

    Raises:
        InputError: no or too many pictures, one that cannot be read, or a seed outside its range.
    """
    start = whole(seed, 0, MAX_SEED)
    if not 1 <= len(chosen) <= MAX_REFERENCES:
        raise InputError("Choose 1 to {high} references.", high=MAX_REFERENCES)
    seen = np.stack([pictures.square(pictures.open_picture(one), simclr_features.SIZE) for one in chosen])
    tensors = pictures.to_tensor(seen)  # (K, 3, 32, 32)
    images: dict[str, Bytes] = {}
    for arm in CONDITIONED:
        model, where = _open(name_of(arm))
        known = references.describe(tensors, model.config.encoder, where).expand(COUNT, -1, -1)  # (COUNT, K, F)
        images[arm] = pictures.to_bytes(generate(model, noise(start, COUNT, model.config.latent), known, where))
        if arm == CONDITIONED[0]:
            weights = _attention(model, start, known, where)
    apart = 0.5 * (weights[:, None] - weights[None]).abs().sum(-1)  # (COUNT, COUNT, heads), total variation
    moved = float(apart.sum() / (COUNT * (COUNT - 1) * weights.shape[1]))
    return ReferenceSamples(seen, images, cast(Floats, weights.numpy()), moved)


def measure(arm: str = ARMS[0], seed: float = 0, data: str = SETS[0]) -> Iterator[Measurement]:
    """Measure an arm's distance to real pictures with 64 to 1,024 of its pictures, one answer per number.

    A distance from few pictures is biased upwards (Chong & Forsyth 2020, "Effectively Unbiased FID and Inception
    Score", arXiv 1911.07023), by less with more: it usually falls, though a single run may rise. Its standard error is
    the jackknife's over eight groups (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", sec. 11.5 and 11.7).

    Args:
        arm: one of ARMS.
        seed: of the noise.
        data: "cifar10" or "mnist".

    Raises:
        InputError: no such arm or set, or a seed outside its range.
    """
    start, name = whole(seed, 0, MAX_SEED), name_of(arm, data)
    model, where = _open(name)
    real, library = real_gaussian(data), _library(name)
    z = noise(start, COUNTS[-1], model.config.latent)
    known = None if library is None else library.draw(COUNTS[-1], start)
    features = torch.zeros(0, len(real.mean))
    distances: list[float] = []
    errors: list[float] = []
    for count in COUNTS:
        some = slice(len(features), count)
        images = generate(model, z[some], None if known is None else known[some], where)
        features = torch.cat([features, simclr_features.describe(images, where)])
        distances.append(frechet_distance(gaussian(features), real))
        errors.append(jackknife_error(features, real))
        shown = COUNTS[: len(distances)]
        yield Measurement(arm, shown, tuple(distances), tuple(errors), recorded(arm, data), count == COUNTS[-1])


def jackknife_error(features: Tensor, real: Gaussian, groups: int = GROUPS) -> float:
    """Jackknife standard error of the Frechet distance of features (N, D), leaving out one of `groups` at a time."""
    parts = features.chunk(groups)
    without = [frechet_distance(gaussian(torch.cat([*parts[:i], *parts[i + 1 :]])), real) for i in range(len(parts))]
    mean = sum(without) / len(without)
    return float(((len(without) - 1) / len(without) * sum((value - mean) ** 2 for value in without)) ** 0.5)


@functools.cache
def real_gaussian(data: str) -> Gaussian:
    """Mean and covariance of the SimCLR features of all test pictures of a set."""
    found = load_file(RESULTS / data / REAL_FILE)
    return Gaussian(found["mean"].double(), found["covariance"].double())


def reached(arm: str) -> tuple[float, ...]:
    """Distance of an arm on the first set at each of MOMENTS, on SimCLR features."""
    return snapshots.reached(name_of(arm), "frechet", percents=MOMENTS)


def _open(name: str) -> tuple[Generator, torch.device]:
    model, checkpoint = models.fetch(name, Generator)
    return model, checkpoint.device


@functools.cache
def _library(name: str) -> Library | None:
    """The references that ship with an arm; None for an arm without references."""
    path = checkpoints.ROOT / name / references.FILE
    return Library.unpacked(load_file(path)) if path.is_file() else None


@torch.inference_mode()
def _attention(model: Generator, seed: int, known: Tensor, where: torch.device) -> Tensor:
    """Attention weights (B, heads, K) on the CPU of a seed's noise and references (B, K, F)."""
    weights = model(noise(seed, len(known), model.config.latent).to(where), known.to(where)).attention
    assert weights is not None
    return cast(Tensor, weights.float().cpu())
