"""MoCo's dictionary as a visitor can look into it: a queue of keys, each as old as the step that made it.

Everything is worked out from the weights that one small MoCo network had along its training (see `weight_history`): the
query network as it was at that moment, and the key networks that any momentum would have made of its past. Norms use
their running means, averaged like the weights, where a training normalises each batch by itself.
"""

import copy
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device
from core.checkpoints import TREE
from core.contrastive import encoders, pretext, weight_history
from core.contrastive.model import ContrastiveNet
from core.contrastive.pretext import ViewSettings
from core.data import pictures
from core.errors import InputError, whole, within

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOMENTUM_RESULTS = TREE / "assets" / "results" / "contrastive" / "momentum.json"
AGES = weight_history.QUEUED  # steps that keys wait
EACH = 16  # keys of every step that are shown
STOPS = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)  # momenta of the page's slider
SEED = 0  # of the views of the pictures in the queue


@dataclass(frozen=True)
class Look:
    """One query before the dictionary.

    Attributes:
        momentum: m of the key network.
        step: of the training, at which all this happens.
        query_view, key_view: (V, V, 3) uint8, two views of the visitor's picture.
        positive: (AGES + 1,), cosine of the query and its own key, had it been made 0, 1, ... steps ago.
        queue: (AGES, EACH), cosine of the query and the keys of other pictures; row 0 was made one step ago.
        names: AGES x EACH (English, Chinese) names of those pictures.
        above: share of the queue that is less similar to the query than its own fresh key; 0.5 would be chance.
        drift: momentum -> (AGES + 1,), mean cosine of a picture's key made now and its key made 0, 1, ... steps ago.
        lag: mean age in steps of the weights in the key network.
    """

    momentum: float
    step: int
    query_view: Bytes
    key_view: Bytes
    positive: Floats
    queue: Floats
    names: tuple[tuple[tuple[str, str], ...], ...]
    above: float
    drift: dict[float, Floats]
    lag: float


@dataclass(frozen=True)
class Arm:
    """One training of the record: see `momentum.py`.

    Attributes:
        momentum: m.
        knn: share of CIFAR-10's test pictures whose neighbours tell the class.
        steps: (L,), at which the curves were written.
        positive: (L,), mean cosine of queries and their keys.
        negative: (L,), mean cosine of queries and the queue.
    """

    momentum: float
    knn: float
    steps: tuple[int, ...]
    positive: tuple[float, ...]
    negative: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """Trainings that differ in their momentum alone: (arms, k-NN of the untrained network, test pictures, steps)."""

    arms: tuple[Arm, ...]
    untrained: float
    n: int
    steps: int


def momentum_at(stop: float) -> float:
    """The momentum at a stop of the page's slider, 0 to len(STOPS) - 1.

    Raises:
        InputError: no such stop.
    """
    return STOPS[whole(stop, 0, len(STOPS) - 1)]


@torch.inference_mode()
def look(
    sources: Sequence[Bytes | str], which: float, views: ViewSettings, momentum: float, *, seed: float = 0
) -> Look:
    """Put a view of one picture before the dictionary that a momentum would have made.

    Args:
        sources: pictures, paths or (H, W, 3) uint8.
        which: number of the one to ask with, counted from 1.
        views: see `explore.view_settings`.
        momentum: 0 to 0.9999.
        seed: of the two views, 0 to 9999.

    Raises:
        InputError: no such picture, one that cannot be read, or a setting out of its range.
    """
    if not sources:
        raise InputError("Choose or upload a picture first.")
    within(momentum, STOPS[0], STOPS[-1])
    chosen = sources[whole(which, 1, len(sources)) - 1]
    square = pictures.to_tensor(pictures.square(pictures.open_picture(chosen), 128))
    pair = pretext.two_views(square, device.generator(whole(seed, 0, 9999)), views, 96)
    past, now = _past(), int(_past().steps[-1])
    network = _network()
    query = _project(network, weight_history.key_weights(past, 0.0, now), pair[0])[0]  # (P,)
    ages = range(AGES + 1)
    own = torch.cat([_project(network, weight_history.key_weights(past, momentum, now - age), pair[1]) for age in ages])
    positive, queue = own @ query, _queue(momentum) @ query  # (AGES + 1,), (AGES, EACH)
    share = weight_history.shares(past.steps, momentum, now)
    names, _ = _others()
    return Look(
        momentum=float(momentum),
        step=now,
        query_view=pictures.to_bytes(pair[0])[0],
        key_view=pictures.to_bytes(pair[1])[0],
        positive=positive.numpy(),
        queue=queue.numpy(),
        names=names,
        above=float((queue < positive[0]).float().mean()),
        drift={stop: drift(stop) for stop in STOPS},
        lag=float(share @ (now - past.steps)),
    )


@functools.lru_cache(maxsize=64)
@torch.inference_mode()
def drift(momentum: float) -> Floats:
    """(AGES + 1,): mean cosine of a picture's key made now and its key made 0, 1, ... steps ago."""
    past, now = _past(), int(_past().steps[-1])
    _, images = _others()
    sample, network = images.flatten(0, 1)[::4], _network()
    keys = [_project(network, weight_history.key_weights(past, momentum, now - age), sample) for age in range(AGES + 1)]
    return torch.stack([(keys[0] * old).sum(1).mean() for old in keys]).numpy()


@functools.cache
def record() -> Record:
    """What was recorded of trainings at several momenta."""
    found = json.loads(MOMENTUM_RESULTS.read_text(encoding="utf-8"))
    arms = tuple(_arm(arm) for arm in found["arms"])
    return Record(arms, found["untrained"]["knn"], found["untrained"]["n"], found["arms"][0]["steps"])


def _arm(arm: Mapping[str, Any]) -> Arm:
    curves = arm["curves"]
    return Arm(arm["momentum"], arm["knn"], tuple(curves["step"]), tuple(curves["positive"]), tuple(curves["negative"]))


@functools.lru_cache(maxsize=64)
@torch.inference_mode()
def _queue(momentum: float) -> Tensor:
    """(AGES, EACH, P): the keys that wait, made 1, 2, ... steps ago by the key network of that step."""
    past, now = _past(), int(_past().steps[-1])
    (_, images), network = _others(), _network()
    ages = range(1, AGES + 1)
    made = [_project(network, weight_history.key_weights(past, momentum, now - age), images[age - 1]) for age in ages]
    return torch.stack(made)


@functools.cache
def _others() -> tuple[tuple[tuple[tuple[str, str], ...], ...], Tensor]:
    """The pictures in the queue, one view of each: names AGES x EACH, and (AGES, EACH, 3, S, S) in [0, 1]."""
    names, images = encoders.gallery()
    places = np.linspace(0, len(images) - 1, AGES * EACH).astype(int)
    places = np.random.default_rng(SEED).permutation(places)
    seen = pretext.two_views(pictures.to_tensor(images[places]), device.generator(SEED), ViewSettings(), None)[0]
    small = encoders.shrink(seen, _model().config.size)
    rows = places.reshape(AGES, EACH)
    return tuple(tuple(names[i] for i in row) for row in rows), small.unflatten(0, (AGES, EACH))


@functools.cache
def _past() -> weight_history.Past:
    return weight_history.read(
        checkpoints.load(encoders.DICTIONARY, root=checkpoints.ROOT).folder / weight_history.FILE
    )


def _model() -> ContrastiveNet:
    return cast(ContrastiveNet, checkpoints.load(encoders.DICTIONARY, root=checkpoints.ROOT).model)


def _network() -> ContrastiveNet:
    """A network of one's own to put weights into: visitors share the cached one, and threads would mix them up."""
    return copy.deepcopy(_model())


def _project(network: ContrastiveNet, weights: dict[str, Tensor], images: Tensor) -> Tensor:
    """Projections (B, P) of pictures (B, 3, H, W); the network has these weights afterwards."""
    network.load_state_dict(weights, strict=False)  # without the norms' counters of batches
    found: Tensor = network(encoders.shrink(images, network.config.size)).projections
    return found
