"""MoCo's dictionary: what follows from eq. 2 holds, and the shipped network's keys drift as they should."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core import checkpoints
from core.contrastive import dictionary, explore, weight_history
from core.contrastive.moco import MoCo
from core.contrastive.model import untrained
from core.contrastive.pretext import ViewSettings
from core.data import bundled
from core.errors import InputError

PLAIN = ViewSettings(min_crop=1.0, jitter=0.0, greyscale=0.0, blur=0.0, flip=0.0)  # both views are the picture
PHOTOS = [photo.image for photo in bundled.photographs()]


def test_without_momentum_the_key_network_is_the_query_network() -> None:
    found = dictionary.look(PHOTOS, 1, PLAIN, 0.0)
    assert np.array_equal(found.query_view, found.key_view)
    assert found.positive[0] == pytest.approx(1, abs=1e-5)
    assert found.lag == 0
    assert found.positive.shape == (dictionary.AGES + 1,)
    assert found.queue.shape == (dictionary.AGES, dictionary.EACH) == np.array(found.names)[..., 0].shape


@pytest.mark.parametrize(("momentum", "lag"), [(0.5, 1.0), (0.9, 9.0), (0.99, 98.4)])
def test_lag_is_that_of_a_geometric_series(momentum: float, lag: float) -> None:
    """m / (1 - m) steps in the long run; a little less while the first weights still count."""
    found = dictionary.look(PHOTOS, 1, PLAIN, momentum)
    now = found.step
    exact = sum((1 - momentum) * momentum**age * age for age in range(now)) + momentum**now * now
    assert found.lag == pytest.approx(exact, rel=0.02)  # straight lines between kept steps
    assert found.lag == pytest.approx(lag, rel=0.05)


def test_keys_are_those_of_a_moco_that_followed_the_kept_weights() -> None:
    """Follow with the training's own code over the last steps, where every step was kept."""
    loaded = checkpoints.load(explore.encoders.DICTIONARY, root=checkpoints.ROOT)
    past = weight_history.read(loaded.folder / weight_history.FILE)
    now, momentum = int(past.steps[-1]), 0.9
    query = untrained(loaded.model.config)
    moco = MoCo(query, momentum=momentum)
    moco.key.load_state_dict(weight_history.key_weights(past, momentum, now - weight_history.QUEUED), strict=False)
    for ago in reversed(range(weight_history.QUEUED)):
        query.load_state_dict(weight_history.key_weights(past, 0.0, now - ago), strict=False)
        moco.follow()
    worked_out = weight_history.key_weights(past, momentum, now)
    for name, weight in moco.key.named_parameters():
        assert torch.allclose(weight, worked_out[name], atol=1e-5), name


def test_golden_momentum_keeps_keys_alike() -> None:
    drift = dictionary.look(PHOTOS, 1, PLAIN, 0.99).drift
    assert tuple(drift) == dictionary.STOPS
    for values in drift.values():
        assert values[0] == pytest.approx(1, abs=1e-5)
    oldest = [drift[stop][-1] for stop in dictionary.STOPS]
    assert oldest == sorted(oldest), "the larger the momentum, the more alike"
    assert oldest[0] < 0.97
    assert oldest[-1] > 0.99


def test_golden_a_query_finds_its_key_in_the_queue() -> None:
    above = [dictionary.look(PHOTOS, n + 1, ViewSettings(), 0.99).above for n in range(len(PHOTOS))]
    assert np.mean(above) > 0.75, "chance is 0.5"


def test_golden_the_record_has_an_arm_for_every_stop_and_training_beats_none() -> None:
    told = dictionary.record()
    assert tuple(arm.momentum for arm in told.arms) == dictionary.STOPS
    assert max(arm.knn for arm in told.arms) > told.untrained + 0.03
    assert told.untrained > 0.15, "chance is 0.1"
    for arm in told.arms:
        assert len(arm.steps) == len(arm.positive) == len(arm.negative)
        assert max(map(abs, arm.positive + arm.negative)) <= 1


def test_two_visitors_at_once_get_their_own_answers() -> None:
    def ask(job: tuple[int, float]) -> np.ndarray:
        return dictionary.look(PHOTOS, job[0], ViewSettings(), job[1], seed=job[0]).positive

    jobs = [(1, 0.0), (2, 0.9), (1, 0.9999), (3, 0.99)] * 3
    alone = [ask(job) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, jobs))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("which", "momentum", "seed"), [(0, 0.9, 0), (99, 0.9, 0), (1, 1.0, 0), (1, float("nan"), 0), (1, 0.9, -1)]
)
def test_what_cannot_be_asked_is_a_sentence(which: float, momentum: float, seed: float) -> None:
    with pytest.raises(InputError):
        dictionary.look(PHOTOS, which, ViewSettings(), momentum, seed=seed)


def test_no_picture_and_no_such_stop_are_sentences() -> None:
    with pytest.raises(InputError):
        dictionary.look([], 1, ViewSettings(), 0.9)
    with pytest.raises(InputError):
        dictionary.momentum_at(len(dictionary.STOPS))
