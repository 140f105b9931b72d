"""MoCo's dictionary for the page: a queue of keys, each made by the key network of its own step.

Everything is computed from the weights that one small MoCo network had along its training (see `weight_history`): the
query network at the last recorded step, and the key networks that any momentum gives for the steps before. Batch norms
use running statistics, averaged like the weights; a training would normalise each batch by its own.
"""

import copy
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device
from core.checkpoints import TREE
from core.contrastive import models, pretext, weight_history
from core.contrastive.model import ContrastiveNet
from core.contrastive.pretext import ViewSettings
from core.data import bundled, pictures
from core.errors import InputError, whole, within

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOMENTUM_RESULTS = TREE / "assets" / "results" / "contrastive" / "momentum.json"
QUEUE_STEPS = weight_history.QUEUE_STEPS  # ages of the keys in the queue: 1 to QUEUE_STEPS steps
KEYS_PER_STEP = 16  # shown of the 256
MOMENTA = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)  # momenta of the page's slider
SEED = 0  # of the views of the pictures in the queue


@dataclass(frozen=True)
class DictionaryLookup:
    """One query compared with the keys in the dictionary.

    Attributes:
        momentum: m of the key network.
        step: of the training, at which the query is made.
        query_view, key_view: (V, V, 3) uint8, two views of the visitor's picture.
        positive: (QUEUE_STEPS + 1,), cosine of the query and its own key, if made 0, 1, ... steps ago.
        queue: (QUEUE_STEPS, KEYS_PER_STEP), cosine of the query and keys of other pictures; row 0 is one step old.
        names: QUEUE_STEPS x KEYS_PER_STEP (English, Chinese) names of those pictures.
        beaten: share of the queue that is less similar to the query than its own newest key; chance level 0.5.
        agreement: momentum -> (QUEUE_STEPS + 1,), see `key_agreement`.
        lag: mean age in steps of the weights in the key network.
    """

    momentum: float
    step: int
    query_view: Bytes
    key_view: Bytes
    positive: Floats
    queue: Floats
    names: tuple[tuple[tuple[str, str], ...], ...]
    beaten: float
    agreement: dict[float, Floats]
    lag: float


@dataclass(frozen=True)
class MomentumRun:
    """One training at one momentum: see `momentum.py`.

    Attributes:
        momentum: m.
        knn: accuracy of k-NN on CIFAR-10's test pictures.
        steps: (L,), at which the curves were logged.
        positive: (L,), mean cosine of queries and their keys.
        negative: (L,), mean cosine of queries and the queue.
    """

    momentum: float
    knn: float
    steps: tuple[int, ...]
    positive: tuple[float, ...]
    negative: tuple[float, ...]


@dataclass(frozen=True)
class MomentumStudy:
    """Trainings that differ only in their momentum.

    Attributes:
        runs: one per momentum of MOMENTA.
        untrained: accuracy of k-NN with the untrained network.
        n: number of test pictures.
        steps: of each training.
    """

    runs: tuple[MomentumRun, ...]
    untrained: float
    n: int
    steps: int


def momentum_at(stop: float) -> float:
    """The momentum at a stop of the page's slider, 0 to len(MOMENTA) - 1.

    Raises:
        InputError: no such stop.
    """
    return MOMENTA[whole(stop, 0, len(MOMENTA) - 1)]


@torch.inference_mode()
def look_up(
    sources: Sequence[Bytes | str], which: float, views: ViewSettings, momentum: float, *, seed: float = 0
) -> DictionaryLookup:
    """Compare a view of one picture with the dictionary that a momentum gives.

    Args:
        sources: pictures, paths or (H, W, 3) uint8.
        which: number of the query picture, counted from 1.
        views: see `explore.view_settings`.
        momentum: 0 to 0.9999.
        seed: of the two views, 0 to 9999.

    Raises:
        InputError: no such picture, one that cannot be read, or a setting out of its range.
    """
    if not sources:
        raise InputError("Choose or upload a picture first.")
    within(momentum, MOMENTA[0], MOMENTA[-1])
    chosen = sources[whole(which, 1, len(sources)) - 1]
    square = pictures.to_tensor(pictures.square(pictures.open_picture(chosen), 128))
    pair = pretext.two_views(square, device.generator(whole(seed, 0, 9999)), views, 96)
    recorded, now = _recorded(), _last_step()
    network = _network()
    query = _project(network, weight_history.key_weights(recorded, 0.0, now), pair[0])[0]  # (P,)
    own = torch.cat([_project(network, _key_weights(momentum, age), pair[1]) for age in range(QUEUE_STEPS + 1)])
    positive, queue = own @ query, _queue(momentum) @ query  # (QUEUE_STEPS + 1,), (QUEUE_STEPS, KEYS_PER_STEP)
    coefficients = weight_history.average_coefficients(recorded.steps, momentum, now)
    return DictionaryLookup(
        momentum=float(momentum),
        step=now,
        query_view=pictures.to_bytes(pair[0])[0],
        key_view=pictures.to_bytes(pair[1])[0],
        positive=positive.numpy(),
        queue=queue.numpy(),
        names=_queue_pictures().names,
        beaten=float((queue < positive[0]).float().mean()),
        agreement={each: key_agreement(each) for each in MOMENTA},
        lag=float(coefficients @ (now - recorded.steps)),
    )


@functools.lru_cache(maxsize=64)
@torch.inference_mode()
def key_agreement(momentum: float) -> Floats:
    """(QUEUE_STEPS + 1,): mean cosine of a picture's key made now and its key made 0, 1, ... steps ago.

    One minus this is how far keys drift.
    """
    sample, network = _queue_pictures().views.flatten(0, 1)[::4], _network()
    keys = [_project(network, _key_weights(momentum, age), sample) for age in range(QUEUE_STEPS + 1)]
    return torch.stack([(keys[0] * old).sum(1).mean() for old in keys]).numpy()


@functools.cache
def momentum_study() -> MomentumStudy:
    """The recorded trainings at several momenta."""
    found = json.loads(MOMENTUM_RESULTS.read_text(encoding="utf-8"))
    runs = tuple(_momentum_run(arm) for arm in found["arms"])
    return MomentumStudy(runs, found["untrained"]["knn"], found["untrained"]["n"], found["arms"][0]["steps"])


def _momentum_run(arm: Mapping[str, Any]) -> MomentumRun:
    curves = arm["curves"]
    return MomentumRun(
        momentum=arm["momentum"],
        knn=arm["knn"],
        steps=tuple(curves["step"]),
        positive=tuple(curves["positive"]),
        negative=tuple(curves["negative"]),
    )


@functools.lru_cache(maxsize=64)
@torch.inference_mode()
def _queue(momentum: float) -> Tensor:
    """(QUEUE_STEPS, KEYS_PER_STEP, P): the queued keys, made 1, 2, ... steps ago by the key network of that step."""
    views, network = _queue_pictures().views, _network()
    ages = range(1, QUEUE_STEPS + 1)
    return torch.stack([_project(network, _key_weights(momentum, age), views[age - 1]) for age in ages])


class QueuePictures(NamedTuple):
    """The pictures whose keys are in the queue, one view of each.

    Attributes:
        names: QUEUE_STEPS x KEYS_PER_STEP pairs (English, Chinese).
        views: (QUEUE_STEPS, KEYS_PER_STEP, 3, S, S) in [0, 1].
    """

    names: tuple[tuple[tuple[str, str], ...], ...]
    views: Tensor


@functools.cache
def _queue_pictures() -> QueuePictures:
    gallery = bundled.picture_gallery()
    spread = np.linspace(0, len(gallery.images) - 1, QUEUE_STEPS * KEYS_PER_STEP).astype(int)
    chosen = np.random.default_rng(SEED).permutation(spread)
    drawn = pretext.two_views(pictures.to_tensor(gallery.images[chosen]), device.generator(SEED), ViewSettings())[0]
    small = models.resize(drawn, _shared_model().config.size)
    rows = chosen.reshape(QUEUE_STEPS, KEYS_PER_STEP)
    names = tuple(tuple(gallery.names[i] for i in row) for row in rows)
    return QueuePictures(names, small.unflatten(0, (QUEUE_STEPS, KEYS_PER_STEP)))


@functools.cache
def _recorded() -> weight_history.RecordedWeights:
    folder = checkpoints.load(models.DICTIONARY).folder
    return weight_history.read(folder / weight_history.FILE)


def _last_step() -> int:
    return int(_recorded().steps[-1])


def _key_weights(momentum: float, age: int) -> dict[str, Tensor]:
    """The key network's weights `age` steps before the last recorded step."""
    return weight_history.key_weights(_recorded(), momentum, _last_step() - age)


def _shared_model() -> ContrastiveNet:
    return cast(ContrastiveNet, checkpoints.load(models.DICTIONARY).model)


def _network() -> ContrastiveNet:
    """A copy to load weights into: concurrent visitors share the cached model and would overwrite its weights."""
    return copy.deepcopy(_shared_model())


def _project(network: ContrastiveNet, weights: dict[str, Tensor], images: Tensor) -> Tensor:
    """Projections (B, P) of pictures (B, 3, H, W); loads the weights into the network."""
    network.load_state_dict(weights, strict=False)  # the batch norms' counters are not recorded
    found: Tensor = network(models.resize(images, network.config.size)).projections
    return found
