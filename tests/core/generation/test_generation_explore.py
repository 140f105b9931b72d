"""The calls of the page, and properties of the shipped arms."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data import bundled
from core.device import generator
from core.downstream.frechet import frechet_distance, gaussian
from core.errors import InputError
from core.generation import explore

CAT = next(photo.image for photo in bundled.photographs() if photo.key == "cat")
FOUR = [photo.image for photo in bundled.photographs()[:4]]
NAN = float("nan")


def test_every_arm_draws_on_both_sets() -> None:
    for data in explore.SETS:
        found = explore.draw(3, data=data)
        assert found.arms == explore.ARMS
        assert found.images.shape == (len(explore.ARMS), explore.COUNT, 32, 32, 3)
        for first, second in itertools.combinations(found.images, 2):
            assert not np.array_equal(first, second)


def test_pictures_repeat_for_a_seed() -> None:
    first, again, other = (explore.draw(seed).images for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_training_halves_every_distance() -> None:
    before, after = explore.draw(0, 0), explore.draw(0, explore.LAST)
    assert np.array_equal(after.images, explore.draw(0).images)
    assert np.abs(before.images.astype(int) - after.images).mean() > 40
    for start, end in zip(before.distances, after.distances, strict=True):
        assert end < start / 2


def test_arms_share_their_training_references() -> None:
    known = [explore._library(explore.name_of(arm)) for arm in ("references", "mean")]
    assert known[0] is not None
    assert known[1] is not None
    assert torch.equal(known[0].neighbours, known[1].neighbours)
    assert explore._library(explore.name_of("plain")) is None


def test_labels_are_rotations_and_views() -> None:
    found = explore.label(CAT)
    for quarter, turned in enumerate(found.turns):
        assert np.array_equal(turned, np.rot90(found.seen, quarter))
    assert not np.array_equal(found.views[0], found.views[1])
    assert np.array_equal(found.views, explore.label(CAT).views)


@pytest.mark.parametrize("count", [1, 3, explore.MAX_REFERENCES])
def test_attention_weights_sum_to_one(count: int) -> None:
    chosen = (FOUR * 2)[:count]
    found = explore.attend(chosen, 1)
    assert found.references.shape == (count, 32, 32, 3)
    assert found.attention.shape == (explore.COUNT, 8, count)
    np.testing.assert_allclose(found.attention.sum(-1), 1, rtol=1e-4)
    assert tuple(found.images) == explore.CONDITIONED
    assert 0 <= found.moved < 1


def test_order_of_references_is_ignored() -> None:
    """The same pictures up to rounding, and each reference keeps its weight."""
    forth, back = explore.attend(FOUR, 1), explore.attend(FOUR[::-1], 1)
    for arm in explore.CONDITIONED:
        assert np.abs(forth.images[arm].astype(int) - back.images[arm]).max() <= 1
    np.testing.assert_allclose(forth.attention, back.attention[..., ::-1], atol=1e-4)


def test_references_change_the_pictures() -> None:
    first, second = explore.attend(FOUR[:1], 1), explore.attend(FOUR[1:2], 1)
    for arm in explore.CONDITIONED:
        assert np.abs(first.images[arm].astype(int) - second.images[arm]).mean() > 2


def test_measured_distance_falls_with_count() -> None:
    """The first two answers repeat for the same seed."""
    answers = list(explore.measure("plain", 5))
    assert [answer.counts for answer in answers] == [explore.COUNTS[: n + 1] for n in range(len(explore.COUNTS))]
    assert [answer.done for answer in answers] == [False] * (len(answers) - 1) + [True]
    last = answers[-1]
    assert list(last.distances) == sorted(last.distances, reverse=True)
    assert all(error > 0 for error in last.errors)
    assert list(last.errors) == sorted(last.errors, reverse=True)
    again = list(itertools.islice(explore.measure("plain", 5), 2))
    assert again == answers[:2]
    many = dict(last.recorded)
    assert many[10_000] < last.distances[-1]
    assert last.distances[-1] < 1.6 * many[10_000]


def test_jackknife_estimates_a_known_error() -> None:
    """For a cloud far away along one axis the distance is its squared shift, and that error is known."""
    rng, spread, shift = generator(3), torch.tensor([1.0, 0.01]), torch.tensor([10.0, 0.0])
    real = gaussian(spread * torch.randn(20_000, 2, generator=rng))
    clouds = [shift + spread * torch.randn(400, 2, generator=rng) for _ in range(60)]
    seen = torch.tensor([frechet_distance(gaussian(cloud), real) for cloud in clouds]).std()
    estimated = sum(explore.jackknife_error(cloud, real) for cloud in clouds) / len(clouds)
    assert estimated == pytest.approx(float(seen), rel=0.25)
    assert float(seen) == pytest.approx(2 * 10 / 400**0.5, rel=0.3)


def test_findings_sort_every_arm_once() -> None:
    for data in explore.SETS:
        found = explore.findings(data)
        assert sorted(found.order) == sorted(explore.ARMS)
        for sides in (found.distance, found.precision, found.recall):
            assert sorted((*sides.lower, *sides.higher, *sides.undecided)) == sorted(set(explore.ARMS) - {"plain"})
            if found.seeds < 2:
                assert not sides.lower
                assert not sides.higher


def test_real_pictures_beat_every_arm() -> None:
    for data in explore.SETS:
        study = explore.study(data)
        for row, metrics in study.floor.items():
            for arm in study.arms:
                assert metrics["frechet"] < arm.rows[row]["frechet"].low, (data, row, arm.name)


def test_fewer_pictures_increase_the_distance() -> None:
    """The bias that the page reports: in every arm on photographs, and between real pictures."""
    for row in ("", explore.EFFICIENTNET):
        many = f"{row}, 10,000 samples" if row else "10,000 samples"
        for arm in explore.study().arms:
            assert arm.rows[many]["frechet"].mean < arm.rows[row]["frechet"].mean, (arm.name, row)
        for data in explore.SETS:
            assert explore.study(data).floor[many]["frechet"] < explore.study(data).floor[row]["frechet"]


def test_finished_arms_match_the_report() -> None:
    for arm in explore.ARMS:
        first = explore.study().arm(arm).rows[""]["frechet"].values[0]
        assert explore.reached(arm)[-1] == pytest.approx(first, abs=1e-3)


def test_two_visitors_get_their_own_pictures() -> None:
    alone = {seed: explore.attend(FOUR, seed).images["references"] for seed in (1, 2)}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: (seed, explore.attend(FOUR, seed).images["references"]), [1, 2] * 4))
    assert all(np.array_equal(found, alone[seed]) for seed, found in together)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: explore.draw(-1),
        lambda: explore.draw(NAN),
        lambda: explore.draw(0, 3),
        lambda: explore.draw(0, 0.5),
        lambda: explore.draw(0, 2, "imagenet"),
        lambda: explore.label(None),
        lambda: explore.label(CAT, 0.5),
        lambda: explore.attend([]),
        lambda: explore.attend([CAT] * 9),
        lambda: explore.attend([None]),
        lambda: explore.attend([CAT], -1),
        lambda: next(explore.measure("../plain")),
        lambda: next(explore.measure("plain", 0, "../cifar10")),
        lambda: next(explore.measure("plain", -1)),
        lambda: explore.study("imagenet"),
        lambda: explore.noise_number(0),
        lambda: explore.noise_number(9),
    ],
)
def test_bad_input_is_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(InputError):
        ask()


def test_files_without_pictures_are_refused(text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(InputError):
            explore.attend([str(file)])


def test_own_checkpoint_follows_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """An arm of digits stands for a visitor's own: it comes last, under its name, at the last stage only."""
    assert explore.own() == ()
    monkeypatch.setattr(explore, "own", lambda: ("generation/mnist-plain",))
    found = explore.draw(2)
    assert found.arms == (*explore.ARMS, "generation/mnist-plain")
    assert np.array_equal(found.images[-1], explore.draw(2, data="mnist").images[0])
    assert explore.draw(2, 1).arms == explore.ARMS
