"""The linear probe reads off what is linearly there, and nothing else."""

import numpy as np
import pytest

from core.downstream.probe import (
    STRENGTHS,
    Floats,
    Labels,
    choose_strength,
    leave_group_out,
    linear_accuracy,
    linear_probe,
)


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


def test_nonlinear_labels_are_not_read() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (1000, 2)).astype(np.float32)
    crossed = (points[:, 0] * points[:, 1] > 0).astype(np.int64)
    assert linear_accuracy(points[:500], crossed[:500], points[500:], crossed[500:]) < 0.65
    product = np.concatenate([points, points[:, :1] * points[:, 1:]], 1)
    assert linear_accuracy(product[:500], crossed[:500], product[500:], crossed[500:]) > 0.9


def test_feature_scale_does_not_matter() -> None:
    (train, labels), (test, test_labels) = clouds(300, 3, 0), clouds(300, 3, 1)
    scale = np.array([1e-3, 1e3, 1, 50, 0.1], np.float32)
    plain, scaled = linear_probe(train, labels), linear_probe(train * scale, labels)
    assert np.allclose(plain.predict_proba(test), scaled.predict_proba(test * scale), atol=1e-3)
    assert 0.8 < linear_accuracy(train, labels, test, test_labels) < 1.0


def test_probabilities_follow_class_order() -> None:
    train, labels = clouds(300, 20, 0)
    probe = linear_probe(train, labels)
    found = probe.predict_proba(np.eye(3, 5, dtype=np.float32) * 20)
    assert np.allclose(found.sum(1), 1)
    assert found.argmax(1).tolist() == [0, 1, 2]


# --- a group left out ---


def grouped(items: int, seed: int) -> tuple[Floats, Labels, Labels]:
    """Features of which the label moves two and the group two, with noise: (N, 4), labels (N,), groups (N,)."""
    rng = np.random.default_rng(seed)
    labels, groups = rng.integers(0, 3, items), rng.integers(0, 4, items)
    pushed = np.eye(3)[labels][:, :2] + 0.2 * groups[:, None]
    return np.concatenate([pushed, rng.normal(size=(items, 2))], 1).astype(np.float32), labels, groups


def test_leave_group_out_equals_slow_loop() -> None:
    (train, labels, groups), (test, _, test_groups) = grouped(160, 0), grouped(50, 1)
    strengths, expected = (0.01, 1.0), []
    for row, group in zip(test, test_groups, strict=True):  # a new choice and a new fit for each item
        known = [i for i in range(160) if groups[i] != group]
        scores = []
        for strength in strengths:
            right = 0
            for inner in set(groups[known].tolist()):
                fit, out = [i for i in known if groups[i] != inner], [i for i in known if groups[i] == inner]
                probe = linear_probe(train[fit], labels[fit], strength=strength)
                right += sum(int(a == b) for a, b in zip(probe.predict(train[out]), labels[out], strict=True))
            scores.append(right)
        strength = strengths[scores.index(max(scores))]
        expected.append(int(linear_probe(train[known], labels[known], strength=strength).predict(row[None])[0]))
    found = leave_group_out(train, labels, groups, test, test_groups, strengths=strengths, steps=200)
    assert found.tolist() == expected


def test_tested_group_has_no_influence() -> None:
    """Spoiling a group's own labels leaves the guesses about it alone."""
    features, labels, groups = grouped(120, 2)
    plain = leave_group_out(features, labels, groups, features, groups, strengths=(0.01, 1.0))
    for group in range(4):
        mine = groups == group
        spoiled = np.where(mine, (labels + 1) % 3, labels)
        again = leave_group_out(features, spoiled, groups, features, groups, strengths=(0.01, 1.0))
        assert np.array_equal(again[mine], plain[mine])
        assert not np.array_equal(again[~mine], plain[~mine]), "the others were fitted on it"


def test_items_are_guessed_by_other_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels, groups = grouped(80, 3)
    features[:, 0] = np.arange(80)  # tells the items apart
    asked: list[int] = []

    class Watched:
        def __init__(self, met: Floats) -> None:
            self.met = set(met[:, 0].tolist())

        def predict(self, rows: Floats) -> Labels:
            assert not self.met & set(rows[:, 0].tolist())
            if len(self.met) + len(rows) == 80:  # an outer fold; in an inner one a whole group is missing
                asked.extend(int(item) for item in rows[:, 0])
            return np.zeros(len(rows), np.int64)

    monkeypatch.setattr("core.downstream.probe.linear_probe", lambda met, *_, **__: Watched(met))
    leave_group_out(features, labels, groups, features, groups)
    assert sorted(asked) == list(range(80))


def test_group_bound_labels_do_not_transfer() -> None:
    rng = np.random.default_rng(4)
    labels, groups = rng.integers(0, 3, 400), rng.integers(0, 5, 400)
    cells = np.eye(15, dtype=np.float32)[3 * groups + labels]
    assert linear_accuracy(cells[:200], labels[:200], cells[200:], labels[200:]) == 1
    across = leave_group_out(cells, labels, groups, cells, groups)
    assert (across == labels).mean() == pytest.approx(1 / 3, abs=0.1)


def test_tie_goes_to_strictest_penalty() -> None:
    labels, groups = np.arange(63) % 3, np.arange(63) // 21
    assert choose_strength(20 * np.eye(3, dtype=np.float32)[labels], labels, groups) == STRENGTHS[0]


def test_two_groups_are_too_few() -> None:
    features, labels, _ = grouped(40, 5)
    halves = np.arange(40) % 2
    with pytest.raises(ValueError, match="two or more"):
        leave_group_out(features, labels, halves, features, halves)
