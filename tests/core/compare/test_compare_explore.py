"""What a visitor can ask of all encoders: known answers on made-up features, and golden ones on the bundled sets."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pytest
import torch

from core.compare import explore
from core.data import bundled
from core.errors import InputError

CAT = next(item for item in bundled.photographs() if item.key == "cat")
Result = TypeVar("Result")
LABELS = np.repeat(np.arange(4), 30)


def results(items: Iterable[Result | explore.Step]) -> list[Result]:
    """What is measured, without how far the encoders are."""
    return [item for item in items if not isinstance(item, explore.Step)]


def separated() -> torch.Tensor:
    """Features (120, 8) of four classes on axes of their own, with little noise."""
    rng = np.random.default_rng(0)
    return torch.tensor(5 * np.eye(8)[LABELS] + 0.1 * rng.normal(size=(120, 8)), dtype=torch.float32)


def test_separated_classes_are_read_off() -> None:
    scores = [explore.score(separated(), LABELS, explore.draw(LABELS, 5, seed)) for seed in range(3)]
    assert scores == [(1.0, 1.0)] * 3


def test_shuffled_labels_give_chance() -> None:
    shuffled = np.random.default_rng(1).permutation(LABELS)
    scores = [explore.score(separated(), shuffled, explore.draw(shuffled, 20, seed)) for seed in range(10)]
    assert np.mean(scores, 0) == pytest.approx([0.25, 0.25], abs=0.1)


@pytest.mark.parametrize(("per_class", "expected"), [(1, 1), (5, 5), (20, 20), (100, 24), (0, 24)])
def test_each_class_gives_exactly_its_labels(per_class: int, expected: int) -> None:
    drawn = explore.draw(LABELS, per_class, 0)
    assert np.bincount(LABELS[drawn]).tolist() == [expected] * 4
    assert not np.array_equal(drawn, explore.draw(LABELS, per_class, 1))
    assert np.array_equal(drawn, explore.draw(LABELS, per_class, 0))


def test_one_item_stays_for_the_test() -> None:
    assert np.bincount(np.array([0, 0, 1, 1, 1])[~explore.draw(np.array([0, 0, 1, 1, 1]), 0, 0)]).tolist() == [1, 1]


def test_picture_of_the_gallery_finds_itself() -> None:
    found = explore.neighbours(CAT.image, explore.QUERYABLE, count=3)
    gallery = bundled.picture_gallery()
    assert [item.key for item in found] == list(explore.QUERYABLE)
    for alike in found:
        assert alike.found[0].name == CAT.name, alike.key
        assert [gallery.names[place] for place in alike.places] == [item.name for item in alike.found]
        assert alike.found[0].similarity == pytest.approx(1, abs=2e-3)
        cosines = [item.similarity for item in alike.found]
        assert cosines == sorted(cosines, reverse=True)
        assert len(cosines) == 3


def test_few_labels_beat_chance_on_digits() -> None:
    (pixels,) = results(explore.few_labels("digits", ["pixels"], 20))
    assert pixels.labels == 200
    assert pixels.chance_level == pytest.approx(0.1)
    assert pixels.knn.shape == pixels.linear.shape == (explore.DRAWS,)
    assert pixels.knn.mean() > 0.85
    assert pixels.linear.mean() > 0.85


def test_contrastive_features_beat_an_untrained_network() -> None:
    simclr, untrained = results(explore.few_labels("emoji", ["simclr", "untrained"], 20))
    assert simclr.knn.mean() > untrained.knn.mean() + 0.05
    assert untrained.knn.mean() > untrained.chance_level + 0.05


def test_confusion_rows_are_shares() -> None:
    found = explore.confusion("digits", "pixels")
    assert found.shares.sum(1) == pytest.approx(np.ones(10), abs=1e-5)
    assert found.shares.diagonal().min() > 0.8
    assert found.accuracy > 0.9


def test_geometry_tells_a_collapse_from_a_spread() -> None:
    measured = {item.key: item for item in results(explore.geometry("digits"))}
    assert list(measured) == list(explore.QUERYABLE)
    assert measured["vae"].relative_std > 5 * measured["vqvae"].relative_std
    for item in measured.values():
        assert 0 <= item.alignment <= 4
        assert item.uniformity <= 0
        assert 1 <= item.effective_rank <= item.width


def test_cards_are_reported() -> None:
    found = {item.name: item for item in explore.reported()}
    assert {item.n for item in found.values()} == {10_000}
    untrained, simclr = found["untrained"], found["simclr"]
    assert untrained.knn is not None
    assert simclr.knn is not None
    assert simclr.knn > untrained.knn + 0.2
    assert found["rotation"].knn is None


@pytest.mark.parametrize(
    ("chosen_set", "keys", "per_class"),
    [("cats", ["pixels"], 1), ("emoji", [], 1), ("digits", ["untrained"], 1), ("emoji", ["pixels"], 3)],
)
def test_wrong_questions_are_refused(chosen_set: str, keys: list[str], per_class: int) -> None:
    with pytest.raises(InputError):
        list(explore.few_labels(chosen_set, keys, per_class))


def test_stops_are_numbers_of_labels() -> None:
    assert [explore.labels_at(stop) for stop in range(5)] == [1, 5, 20, 100, 0]
    with pytest.raises(InputError):
        explore.labels_at(5)
