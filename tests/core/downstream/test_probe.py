"""The linear probe reads off what is linearly there, and nothing else."""

import numpy as np
import pytest

from core.downstream.probe import Floats, Labels, linear_accuracy, linear_probe


def clouds(count: int, apart: float, seed: int) -> tuple[Floats, Labels]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    centres = apart * np.eye(3, 5)
    return (centres[labels] + rng.normal(size=(count, 5))).astype(np.float32), labels


def test_separable_classes_are_separated() -> None:
    (train, labels), (test, test_labels) = clouds(300, 20, 0), clouds(100, 20, 1)
    assert linear_accuracy(train, labels, test, test_labels) == 1.0


def test_noise_stays_at_chance() -> None:
    (train, labels), (test, test_labels) = clouds(600, 0, 0), clouds(600, 0, 1)
    assert linear_accuracy(train, labels, test, test_labels) == pytest.approx(1 / 3, abs=0.07)


def test_what_is_no_line_cannot_be_read_off() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (1000, 2)).astype(np.float32)
    crossed = (points[:, 0] * points[:, 1] > 0).astype(np.int64)
    assert linear_accuracy(points[:500], crossed[:500], points[500:], crossed[500:]) < 0.65
    product = np.concatenate([points, points[:, :1] * points[:, 1:]], 1)
    assert linear_accuracy(product[:500], crossed[:500], product[500:], crossed[500:]) > 0.9


def test_scale_of_a_feature_does_not_matter() -> None:
    (train, labels), (test, test_labels) = clouds(300, 3, 0), clouds(300, 3, 1)
    scale = np.array([1e-3, 1e3, 1, 50, 0.1], np.float32)
    plain, scaled = linear_probe(train, labels), linear_probe(train * scale, labels)
    assert np.allclose(
        plain.predict_proba(test), scaled.predict_proba(test * scale), atol=1e-3  # type: ignore[attr-defined]
    )  # fmt: skip
    assert 0.8 < linear_accuracy(train, labels, test, test_labels) < 1.0


def test_probabilities_are_of_the_classes_in_order() -> None:
    train, labels = clouds(300, 20, 0)
    probe = linear_probe(train, labels)
    found = probe.predict_proba(np.eye(3, 5, dtype=np.float32) * 20)  # type: ignore[attr-defined]
    assert np.allclose(found.sum(1), 1)
    assert found.argmax(1).tolist() == [0, 1, 2]
