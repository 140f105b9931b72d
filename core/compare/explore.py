"""What a visitor can ask of all encoders at once: plain values in, frozen results out."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device
from core.compare import encoders, sets
from core.compare.encoders import HUB as HUB
from core.compare.encoders import NOTHING as NOTHING
from core.compare.encoders import QUERYABLE as QUERYABLE
from core.compare.encoders import Mine as Mine
from core.compare.encoders import OwnRun as OwnRun
from core.compare.encoders import Step as Step
from core.compare.encoders import known as known
from core.compare.from_hub import MOST_HUB_MB as MOST_HUB_MB
from core.compare.from_hub import Found as Found
from core.compare.from_hub import HubModel as HubModel
from core.compare.from_hub import fetch as fetch
from core.compare.from_hub import look_up as look_up
from core.compare.from_hub import offered as offered
from core.compare.maps import MAPS as MAPS
from core.compare.maps import Layout as Layout
from core.compare.maps import Mark as Mark
from core.compare.maps import Placed as Placed
from core.compare.maps import layout as layout
from core.compare.maps import layouts as layouts
from core.compare.maps import marked as marked
from core.compare.maps import named_on_map as named_on_map
from core.compare.maps import nearest_on_map as nearest_on_map
from core.compare.own import MAX_MB as MAX_MB
from core.compare.own import adopt as adopt
from core.compare.own_set import LIMITS as LIMITS
from core.compare.own_set import Read as Read
from core.compare.own_set import read_set as read_set
from core.compare.sets import OWN as OWN
from core.compare.sets import SETS as SETS
from core.compare.sets import Chosen, kept
from core.compare.sets import OwnSet as OwnSet
from core.compare.sets import labelled as labelled
from core.data import augment, pictures
from core.downstream.neighbours import knn_classify, nearest
from core.downstream.probe import linear_probe
from core.downstream.retrieval import Neighbour as Neighbour
from core.downstream.spread import alignment, effective_rank, relative_std, uniformity
from core.errors import InputError, whole

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

PER_CLASS = (1, 5, 20, 100, 0)  # labels per class; 0 stands for all that may be drawn
DRAWS = 5
TEST_SHARE = 5  # at least a fifth of each class is tested on
KNN = 20
STRENGTH, PROBE_STEPS = 0.1, 1000  # of the logistic regression, the same for every encoder
VIEWS = 200  # pictures of which two views are compared
VIEW_PX, VIEW_SCALE, VIEW_SEED = 64, (0.5, 1.0), 0


@dataclass(frozen=True)
class Alike:
    """The pictures most like a visitor's by one encoder, best first.

    Attributes:
        key: the encoder; "own" for the visitor's model.
        found: pictures of the gallery, or of the visitor's set.
        places: their places in it.
    """

    key: str
    found: tuple[Neighbour, ...]
    places: tuple[int, ...]


@dataclass(frozen=True)
class FewLabels:
    """How many test items two classifiers on the features of one encoder get right after seeing a few labels.

    Attributes:
        key: the encoder.
        knn: (DRAWS,) accuracy of k nearest neighbours, in [0, 1].
        linear: (DRAWS,) accuracy of a logistic regression.
        labels: how many labels each draw saw.
        chance_level: one over the number of classes, the mean accuracy of guessing.
    """

    key: str
    knn: Floats
    linear: Floats
    labels: int
    chance_level: float


@dataclass(frozen=True)
class Confusion:
    """Where k nearest neighbours with four fifths of the labels go wrong.

    Attributes:
        shares: (C, C), row "true class", column "predicted"; each row sums to 1.
        classes: C names.
        accuracy: share of right answers.
    """

    shares: Floats
    classes: tuple[sets.Name, ...]
    accuracy: float


@dataclass(frozen=True)
class Geometry:
    """How the features of one encoder lie in their space; see `core.downstream.spread` for the measures."""

    key: str
    alignment: float
    uniformity: float
    relative_std: float
    effective_rank: float
    width: int


@dataclass(frozen=True)
class Reported:
    """Figures on the card of a checkpoint, on CIFAR-10's test pictures; None where none was measured."""

    name: str
    knn: float | None
    linear: float | None
    n: int


def encoding(keys: Sequence[str] | None, chosen: str, mine: Mine = NOTHING) -> Iterator[Step]:
    """Encode a set by encoders as far as that has not been done, and say how far it is where it takes long.

    Raises:
        InputError: no such set or encoder, or a visitor's set takes too long.
    """
    chosen_set = encoders.set_of(chosen, mine)
    sets.searched(chosen_set)
    for key in encoders.resolve(keys, mine, chosen_set):
        yield from encoders.encoding(key, chosen_set)


def neighbours(
    picture: Bytes | str | None, chosen: Sequence[str] | None, *, count: int = 6, mine: Mine = NOTHING
) -> tuple[Alike, ...]:
    """The pictures most like a visitor's by each encoder: of the bundled gallery, or of the set that he brought.

    Args:
        picture: a path, or (H, W, 3) uint8; the middle square is used.
        chosen: encoders of `known`.
        count: pictures per encoder.
        mine: what the visitor has brought.

    Raises:
        InputError: no picture that can be read, no encoder, or one that is not offered.
    """
    whole(count, 1, 64)
    keys, searched = encoders.resolve(chosen, mine), mine.pictures or "gallery"
    image, (images, names) = encoders.query(picture), sets.searched(searched)

    def alike(key: str) -> Alike:
        cosines, places = nearest(encoders.encode(key, image), encoders.features(key, searched), count)
        found = zip(cosines[0].tolist(), places[0].tolist(), strict=True)
        alike = tuple(Neighbour(names[place], images[place], value) for value, place in found)
        return Alike(encoders.label(key), alike, tuple(places[0].tolist()))

    return tuple(map(alike, keys))


def few_labels(
    chosen: str, keys: Sequence[str] | None, per_class: float, *, mine: Mine = NOTHING
) -> Iterator[Step | FewLabels]:
    """Train two classifiers on a few labels per class and test them on all other items, encoder by encoder.

    At most four fifths of a class are drawn; 0 draws that many. Says how far it is where encoding takes long.

    Raises:
        InputError: no such set, number of labels or encoder.
    """
    if per_class not in PER_CLASS:
        raise InputError("Choose 1, 5, 20, 100 or all labels per class.")
    chosen_set = encoders.set_of(chosen, mine)
    labelled(chosen_set)
    for key in encoders.resolve(keys, mine, chosen_set):
        yield from encoders.encoding(key, chosen_set)
        name = ("few labels", sets.name_of(chosen_set), key, per_class)
        compute = partial(_few_labels, chosen_set, key, int(per_class))
        yield (yield from sets.keeping(sets.held(chosen_set).answers, name, compute))


def _few_labels(chosen: Chosen, key: str, per_class: int) -> Generator[Step, None, FewLabels]:
    features, labels, scores = encoders.features(key, chosen), labelled(chosen).labels, []
    told = time.monotonic()
    for number in range(DRAWS):
        scores.append(score(features, labels, draw(labels, per_class, number)))
        if time.monotonic() - told > encoders.TELL_S:
            told = time.monotonic()
            yield Step(encoders.label(key), number + 1, DRAWS, "classifying")
    knn, linear = np.array(scores, np.float32).T
    seen = int(draw(labels, per_class, 0).sum())
    return FewLabels(encoders.label(key), knn, linear, seen, 1 / len(labelled(chosen).classes))


def labels_at(stop: float) -> int:
    """The labels per class at a stop of the slider, 0 to 4.

    Raises:
        InputError: another stop.
    """
    return PER_CLASS[whole(stop, 0, len(PER_CLASS) - 1)]


def draw(labels: Labels, per_class: int, seed: int) -> NDArray[np.bool_]:
    """Which items of (N,) labels are trained on: `per_class` of each, but at most four fifths of it; 0 for these."""
    rng = np.random.default_rng(seed)
    drawn = np.zeros(len(labels), np.bool_)
    for kind in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == kind))
        most = len(members) - max(1, len(members) // TEST_SHARE)
        drawn[members[: min(per_class or most, most)]] = True
    return drawn


def score(features: Tensor, labels: Labels, drawn: NDArray[np.bool_]) -> tuple[float, float]:
    """Accuracy of k-NN and of a linear probe, trained on the drawn items (N,) and tested on the others."""
    guessed = guesses(features, labels, drawn)
    rows = features.numpy()
    probe = linear_probe(rows[drawn], labels[drawn], strength=STRENGTH, steps=PROBE_STEPS)
    right = [(found == labels[~drawn]).mean() for found in (guessed, probe.predict(rows[~drawn]))]
    return float(right[0]), float(right[1])


def guesses(features: Tensor, labels: Labels, drawn: NDArray[np.bool_]) -> Labels:
    """(M,) classes that k nearest drawn items give to the others."""
    train, test = features[torch.from_numpy(drawn)], features[torch.from_numpy(~drawn)]
    guessed = knn_classify(train, torch.from_numpy(labels[drawn]), test, k=min(KNN, len(train)))
    return cast(Labels, guessed.numpy())


def confusion(chosen: str, encoder: str, *, mine: Mine = NOTHING) -> Confusion:
    """Which classes k nearest neighbours confuse, summed over the draws with four fifths of the labels.

    Raises:
        InputError: no such set or encoder.
    """
    chosen_set = encoders.set_of(chosen, mine)
    data = labelled(chosen_set)
    (key,) = encoders.resolve([encoder], mine, chosen_set)
    features, counts = encoders.features(key, chosen_set), np.zeros((len(data.classes),) * 2)
    for number in range(DRAWS):
        drawn = draw(data.labels, 0, number)
        np.add.at(counts, (data.labels[~drawn], guesses(features, data.labels, drawn)), 1)
    shares = (counts / counts.sum(1, keepdims=True)).astype(np.float32)
    return Confusion(shares, data.classes, float(counts.trace() / counts.sum()))


def geometry(chosen: str, keys: Sequence[str] = QUERYABLE, *, mine: Mine = NOTHING) -> Iterator[Step | Geometry]:
    """Measure how the features of encoders lie, encoder by encoder; says how far it is where one takes long.

    Raises:
        InputError: no such set or encoder.
    """
    chosen_set = encoders.set_of(chosen, mine)
    labelled(chosen_set)
    for key in encoders.resolve(keys, mine):
        yield from encoders.encoding(key, chosen_set)
        name = ("geometry", sets.name_of(chosen_set), key)
        yield (yield from sets.keeping(sets.held(chosen_set).answers, name, partial(_geometry, chosen_set, key)))


def _geometry(chosen: Chosen, key: str) -> Generator[Step, None, Geometry]:
    views, features = _views(chosen), encoders.features(key, chosen)
    first, second = (yield from encoders.encode_in_steps(key, torch.cat(views))).chunk(2)
    return Geometry(
        key=encoders.label(key),
        alignment=alignment(first, second),
        uniformity=uniformity(first),
        relative_std=relative_std(features),
        effective_rank=effective_rank(features),
        width=features.shape[1],
    )


@kept
def _views(chosen: Chosen) -> tuple[Tensor, Tensor]:
    """Two crops, at random mirrored, of evenly spaced pictures: (VIEWS, 3, S, S) each, the same for every encoder."""
    images = pictures.to_tensor(labelled(chosen).images)
    images = images[torch.from_numpy(sets.spaced(len(images), VIEWS))]
    generator = device.generator(VIEW_SEED)

    def view() -> Tensor:
        cut = augment.random_resized_crop(images, VIEW_PX, generator, scale=VIEW_SCALE)
        return augment.horizontal_flip(cut, generator)

    return view(), view()


def reported() -> tuple[Reported, ...]:
    """What the cards report on CIFAR-10: the network before training, the two contrastive ones and rotation."""
    simclr, moco = (checkpoints.read_card(encoders.CHECKPOINTS[key]).metrics["cifar10"] for key in ("simclr", "moco"))
    turned = checkpoints.read_card("rotation/cifar10").metrics["cifar10, linear probe"]
    return (
        Reported("untrained", simclr["untrained_knn"], simclr["untrained_linear"], int(simclr["n"])),
        Reported("rotation", None, turned["accuracy"], int(turned["n"])),
        Reported("simclr", simclr["knn"], simclr["linear"], int(simclr["n"])),
        Reported("moco", moco["knn"], moco["linear"], int(moco["n"])),
    )
