"""MoCo's dictionary: consequences of eq. 2, and the drift of the shipped network's keys."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core import checkpoints
from core.contrastive import dictionary, models, weight_history
from core.contrastive.moco import MoCo
from core.contrastive.model import ContrastiveNet, untrained
from core.contrastive.pretext import ViewSettings
from core.data import bundled
from core.errors import InputError

PLAIN = ViewSettings(min_crop=1.0, jitter=0.0, greyscale=0.0, blur=0.0, flip=0.0)  # both views are the picture
PHOTOS = [photo.image for photo in bundled.photographs()]


def test_zero_momentum_copies_the_query() -> None:
    found = dictionary.look_up(PHOTOS, 1, PLAIN, 0.0)
    assert np.array_equal(found.query_view, found.key_view)
    assert found.positive[0] == pytest.approx(1, abs=1e-5)
    assert found.lag == 0
    assert found.positive.shape == (dictionary.QUEUE_STEPS + 1,)
    assert (
        found.queue.shape == (dictionary.QUEUE_STEPS, dictionary.KEYS_PER_STEP) == np.array(found.names)[..., 0].shape
    )


@pytest.mark.parametrize(("momentum", "lag"), [(0.5, 1.0), (0.9, 9.0), (0.99, 98.4)])
def test_lag_is_a_geometric_series(momentum: float, lag: float) -> None:
    """m / (1 - m) steps in the long run; a little less while the first weights still have a coefficient."""
    found = dictionary.look_up(PHOTOS, 1, PLAIN, momentum)
    now = found.step
    exact = sum((1 - momentum) * momentum**age * age for age in range(now)) + momentum**now * now
    assert found.lag == pytest.approx(exact, rel=0.02)  # straight lines between kept steps
    assert found.lag == pytest.approx(lag, rel=0.05)


def test_key_weights_equal_moco_updates() -> None:
    """Update with the training's own code over the last steps, where every step is recorded."""
    loaded = checkpoints.load(models.DICTIONARY)
    recorded = weight_history.read(loaded.folder / weight_history.FILE)
    now, momentum = int(recorded.steps[-1]), 0.9
    assert isinstance(loaded.model, ContrastiveNet)
    query = untrained(loaded.model.config)
    moco = MoCo(query, momentum=momentum)
    moco.key.load_state_dict(
        weight_history.key_weights(recorded, momentum, now - weight_history.QUEUE_STEPS), strict=False
    )
    for ago in reversed(range(weight_history.QUEUE_STEPS)):
        query.load_state_dict(weight_history.key_weights(recorded, 0.0, now - ago), strict=False)
        moco.update_key_network()
    computed = weight_history.key_weights(recorded, momentum, now)
    for name, weight in moco.key.named_parameters():
        assert torch.allclose(weight, computed[name], atol=1e-5), name


def test_golden_momentum_reduces_drift() -> None:
    agreement = dictionary.look_up(PHOTOS, 1, PLAIN, 0.99).agreement
    assert tuple(agreement) == dictionary.MOMENTA
    for values in agreement.values():
        assert values[0] == pytest.approx(1, abs=1e-5)
    oldest = [agreement[momentum][-1] for momentum in dictionary.MOMENTA]
    assert oldest == sorted(oldest), "the larger the momentum, the smaller the drift"
    assert oldest[0] < 0.97
    assert oldest[-1] > 0.99


def test_golden_query_finds_its_key() -> None:
    beaten = [dictionary.look_up(PHOTOS, n + 1, ViewSettings(), 0.99).beaten for n in range(len(PHOTOS))]
    assert np.mean(beaten) > 0.75, "chance level 0.5"


def test_golden_study_beats_no_training() -> None:
    study = dictionary.momentum_study()
    assert tuple(run.momentum for run in study.runs) == dictionary.MOMENTA
    assert max(run.knn for run in study.runs) > study.untrained + 0.03
    assert study.untrained > 0.15, "chance level 0.1"
    for run in study.runs:
        assert len(run.steps) == len(run.positive) == len(run.negative)
        assert max(map(abs, run.positive + run.negative)) <= 1


def test_concurrent_visitors_get_own_answers() -> None:
    def ask(job: tuple[int, float]) -> dictionary.Floats:
        return dictionary.look_up(PHOTOS, job[0], ViewSettings(), job[1], seed=job[0]).positive

    jobs = [(1, 0.0), (2, 0.9), (1, 0.9999), (3, 0.99)] * 3
    alone = [ask(job) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, jobs))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("which", "momentum", "seed"), [(0, 0.9, 0), (99, 0.9, 0), (1, 1.0, 0), (1, float("nan"), 0), (1, 0.9, -1)]
)
def test_bad_queries_are_refused(which: float, momentum: float, seed: float) -> None:
    with pytest.raises(InputError):
        dictionary.look_up(PHOTOS, which, ViewSettings(), momentum, seed=seed)


def test_missing_picture_and_stop_are_refused() -> None:
    with pytest.raises(InputError):
        dictionary.look_up([], 1, ViewSettings(), 0.9)
    with pytest.raises(InputError):
        dictionary.momentum_at(len(dictionary.MOMENTA))
