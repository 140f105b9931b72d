"""What a visitor can ask of contrastive encoders: plain values in, frozen results out."""

import functools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device, snapshots
from core.contrastive import models, pretext
from core.contrastive.dictionary import MOMENTA as MOMENTA
from core.contrastive.dictionary import QUEUE_STEPS as QUEUE_STEPS
from core.contrastive.dictionary import DictionaryLookup as DictionaryLookup
from core.contrastive.dictionary import MomentumStudy as MomentumStudy
from core.contrastive.dictionary import look_up as look_up
from core.contrastive.dictionary import momentum_at as momentum_at
from core.contrastive.dictionary import momentum_study as momentum_study
from core.contrastive.gallery import gallery_features
from core.contrastive.models import SPACES as SPACES
from core.contrastive.models import Space
from core.contrastive.models import names as names
from core.contrastive.pretext import ViewSettings as ViewSettings
from core.data import bundled, pictures
from core.downstream.neighbours import leave_one_out_accuracy
from core.downstream.retrieval import Neighbour as Neighbour
from core.downstream.retrieval import most_alike
from core.errors import InputError, whole, within
from core.nn.losses import pair_cosines, pair_losses

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

MIN_PICTURES, MAX_PICTURES = 2, 16
SOURCE_PX, VIEW_PX = 128, 96  # sides of the square that views are cut from, and of a view
TEMPERATURES = (0.05, 1.0)
SEEDS = 9999
FALSE_NEGATIVES = 3  # shown
GROUP_NEIGHBOURS = 20
METRICS = ("knn", "linear")  # of a card
CHANCE_LEVEL = 0.1  # CIFAR-10 has ten classes of equal size


@dataclass(frozen=True)
class Losses:
    """NT-Xent of a matrix of cosines at one temperature.

    Attributes:
        temperature: t.
        rows: (2N,), nats, one per view.
        mean: over the rows.
        chance_level: log(2N - 1), the loss if all views are equally similar.
    """

    temperature: float
    rows: Floats
    mean: float
    chance_level: float


@dataclass(frozen=True)
class Comparison:
    """Two views of each picture, and the cosines of all views with all by one encoder.

    Attributes:
        pictures: (N, P, P, 3) uint8, the squares that the views were cut from.
        first, second: (N, P, P, 3) uint8, two views of each.
        space: in which they were compared.
        cosine: (2N, 2N); rows 2k and 2k + 1 are the views of picture k.
        losses: of that matrix.
        positive_cosine: mean over the two views of a picture.
        negative_cosine: mean over views of different pictures.
        accuracy: share of the views whose most similar other view is their partner.
        pixel_accuracy: the same by plain pixels: cosine of the views' colours after subtracting their mean.
        chance_level: 1 / (2N - 1), the accuracy of guessing.
        false_negatives: (picture, other picture, cosine) of the most similar different pictures, most similar first:
            the most likely false negatives.
    """

    pictures: Bytes
    first: Bytes
    second: Bytes
    space: Space
    cosine: Floats
    losses: Losses
    positive_cosine: float
    negative_cosine: float
    accuracy: float
    pixel_accuracy: float
    chance_level: float
    false_negatives: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True)
class GroupProbe:
    """Leave-one-out k-NN of the nine groups of emoji.

    Attributes:
        accuracy: encoder, or "pixels", to the share of emoji whose group is predicted correctly.
        majority_share: share of the largest group, the accuracy of always predicting it.
        n: number of emoji.
    """

    accuracy: dict[str, float]
    majority_share: float
    n: int


def compare(
    sources: Sequence[Bytes | str],
    views: ViewSettings,
    *,
    encoder: str = "simclr",
    space: str = "projections",
    temperature: float = 0.2,
    seed: float = 0,
) -> Comparison:
    """Draw two views of each picture and compare all of them.

    Args:
        sources: 2 to 16 pictures, paths or (H, W, 3) uint8; the middle squares are used.
        views: see `view_settings`.
        encoder: one of `names`.
        space: one of SPACES; the rotation network has features only.
        temperature: of the loss, 0.05 to 1.
        seed: of the views, 0 to 9999; the same seed draws the same views for every encoder.

    Raises:
        InputError: too few or too many pictures, one that cannot be read, or a setting out of its range.
    """
    within(temperature, *TEMPERATURES)
    squares = open_squares(sources)  # (N, 128, 128, 3)
    rng = device.generator(whole(seed, 0, SEEDS))
    pair = pretext.two_views(pictures.to_tensor(squares), rng, views, VIEW_PX)
    embedded = [models.embed(encoder, space, view) for view in pair]
    cosine = pair_cosines(embedded[0], embedded[1])
    plain = [(view - view.mean((2, 3), keepdim=True)).flatten(1) for view in pair]
    block = torch.arange(len(cosine)) // 2
    negative = block[:, None] != block  # (2N, 2N)
    return Comparison(
        pictures=squares,
        first=pictures.to_bytes(pair[0]),
        second=pictures.to_bytes(pair[1]),
        space=models.space_of(encoder, space),
        cosine=cosine.numpy(),
        losses=losses(cosine.tolist(), temperature),
        positive_cosine=float(cosine[0::2, 1::2].diagonal().mean()),
        negative_cosine=float(cosine[negative].mean()),
        accuracy=_share(pretext.partner_is_nearest(cosine)),
        pixel_accuracy=_share(pretext.partner_is_nearest(pair_cosines(plain[0], plain[1]))),
        chance_level=1 / (2 * len(squares) - 1),
        false_negatives=tuple(pretext.false_negatives(cosine, FALSE_NEGATIVES)),
    )


def grow(
    sources: Sequence[Bytes | str],
    views: ViewSettings,
    stage: float,
    *,
    space: str = "projections",
    temperature: float = 0.2,
    seed: float = 0,
) -> Comparison:
    """The comparison that a small SimCLR network makes after part of its training; see `compare`.

    Args:
        sources: 2 to 16 pictures.
        views: see `view_settings`; the same seed draws the same views at every stage.
        stage: 0 (before the first step) to 4 (finished), see `snapshots.PERCENTS`.
        space: one of SPACES.
        temperature: of the loss.
        seed: of the views.

    Raises:
        InputError: what `compare` refuses, or another stage.
    """
    encoder = snapshots.at(models.SMALL, stage)
    return compare(sources, views, encoder=encoder, space=space, temperature=temperature, seed=seed)


def reached(metric: str = "knn") -> tuple[float, ...]:
    """Accuracy of the small network on CIFAR-10 at each stage, by "knn" or "linear"."""
    return snapshots.reached(models.SMALL, metric)


def view_settings(min_crop: float, jitter: float, greyscale: float, blur: float, flip: float) -> ViewSettings:
    """Check the settings of the views: `min_crop` 0.05 to 1, the others 0 to 1.

    Raises:
        InputError: a value that is not a number or is outside its range.
    """
    within(min_crop, 0.05, 1.0)
    return ViewSettings(min_crop, *(within(value, 0.0, 1.0) for value in (jitter, greyscale, blur, flip)))


def losses(cosine: Any, temperature: float) -> Losses:
    """NT-Xent of every row of a matrix that `compare` gave, at any temperature, without encoding anything again.

    Args:
        cosine: (2N, 2N) numbers in [-1, 1] as nested lists, of 2 to 16 pictures, the two views of each side by side.
        temperature: 0.05 to 1.

    Raises:
        InputError: not such a matrix, or the temperature is out of its range.
    """
    within(temperature, *TEMPERATURES)
    matrix = torch.from_numpy(_matrix(cosine))
    rows = pair_losses(matrix, temperature)
    return Losses(float(temperature), rows.numpy(), float(rows.mean()), math.log(len(matrix) - 1))


def _matrix(cosine: Any) -> Floats:
    if not isinstance(cosine, list) or not cosine:
        raise InputError("Draw and compare some views first.")
    try:
        matrix = np.array(cosine, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:  # an int may be too long for a float
        raise InputError("This is not a square matrix of cosines.") from error
    rows = len(matrix)
    if matrix.shape != (rows, rows) or rows % 2 or not 2 * MIN_PICTURES <= rows <= 2 * MAX_PICTURES:
        raise InputError("This is not a square matrix of cosines.")
    if not (np.abs(matrix) <= 1.001).all():  # also false for NaN
        raise InputError("This is not a square matrix of cosines.")
    return matrix


def open_squares(sources: Sequence[Bytes | str]) -> Bytes:
    """Open 2 to 16 pictures and cut the middle squares out: (N, 128, 128, 3).

    Raises:
        InputError: too few, too many, or one that cannot be read; the sentence says which.
    """
    if not MIN_PICTURES <= len(sources) <= MAX_PICTURES:
        raise InputError(
            "Bring {low} to {high} pictures; here are {count}.", low=MIN_PICTURES, high=MAX_PICTURES, count=len(sources)
        )

    def read(number: int) -> Bytes:
        try:
            return _square(sources[number])
        except InputError as error:
            raise InputError("Picture {number}: {reason}", number=number + 1, reason=error) from error

    with ThreadPoolExecutor(4) as pool:
        return np.stack(list(pool.map(read, range(len(sources)))))


def _square(source: Bytes | str) -> Bytes:
    """The middle square of a picture; several questions ask for that of a file, which is decoded once."""
    if isinstance(source, str) and os.path.isfile(source):
        return _square_of_file(source, os.stat(source).st_mtime_ns)
    return pictures.square(pictures.open_picture(source), SOURCE_PX)


@functools.lru_cache(maxsize=8 * MAX_PICTURES)
def _square_of_file(path: str, changed_ns: int) -> Bytes:
    return pictures.square(pictures.open_picture(path), SOURCE_PX)


def neighbours(
    sources: Sequence[Bytes | str], which: float = 1, *, encoder: str = "simclr", count: int = 8
) -> tuple[Neighbour, ...]:
    """The pictures of the bundled gallery whose features are most similar to those of one picture, best first.

    Args:
        sources: pictures, paths or (H, W, 3) uint8.
        which: number of the query picture, counted from 1.
        encoder: one of `names`.
        count: 1 to 64.

    Raises:
        InputError: no such picture, one that cannot be read, or no such encoder.
    """
    if not sources:
        raise InputError("Choose or upload a picture first.")
    whole(count, 1, 64)
    chosen = sources[whole(which, 1, len(sources)) - 1]
    square = pictures.square(pictures.open_picture(chosen), bundled.GALLERY_PX)
    query = models.embed(encoder, "features", pictures.to_tensor(square))
    gallery = bundled.picture_gallery()
    return most_alike(query, gallery_features(encoder), gallery.names, gallery.images, count)


@functools.cache
def group_probe() -> GroupProbe:
    """Accuracy of predicting an emoji's group from its nearest neighbours, by each encoder and by plain pixels."""
    gallery = bundled.picture_gallery()
    groups = sorted(set(gallery.emoji_groups))
    labels = torch.tensor([groups.index(group) for group in gallery.emoji_groups])
    count = gallery.emoji_count
    plain = models.resize(pictures.to_tensor(gallery.images[:count]), 32).flatten(1)
    features = {"pixels": plain - plain.mean(1, keepdim=True)}
    features |= {encoder: gallery_features(encoder)[:count] for encoder in names()}
    accuracy = {name: leave_one_out_accuracy(z, labels, k=GROUP_NEIGHBOURS) for name, z in features.items()}
    return GroupProbe(accuracy, float(labels.bincount().max()) / count, count)


def gallery_size() -> int:
    """How many pictures `neighbours` chooses from."""
    return len(bundled.picture_gallery().names)


def sizes() -> dict[str, int]:
    """Encoder -> side in pixels of the pictures that it takes."""
    return {encoder: models.size(encoder) for encoder in names()}


def metrics() -> dict[str, dict[str, Any]]:
    """The metrics on the card of the SimCLR checkpoint, by test set."""
    return checkpoints.read_card(models.NAME).metrics


def card_accuracy(metric: str) -> dict[str, float]:
    """Accuracy on CIFAR-10's test pictures, by encoder: the shipped ones, and SimCLR's network untrained.

    Args:
        metric: "knn" (200 neighbours vote) or "linear" (a linear probe); an encoder whose card lacks it is left out.
    """
    shipped = [name for name in ("simclr", "moco") if name in names()]
    cards = {name: checkpoints.read_card(models.CHECKPOINTS[name]).metrics["cifar10"] for name in shipped}
    shares: dict[str, float] = {name: card[metric] for name, card in cards.items() if metric in card}
    if f"untrained_{metric}" in cards["simclr"]:
        shares["untrained"] = cards["simclr"][f"untrained_{metric}"]
    return shares


def _share(correct: Tensor) -> float:
    return float(correct.float().mean())
