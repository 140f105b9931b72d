"""A linear probe: how much of a label can be read off frozen features with one linear layer.

Alain & Bengio 2016, "Understanding intermediate layers using linear classifier probes". The classifier is
scikit-learn's logistic regression on standardised features. `leave_group_out` tests more: whether what was learned on
some speakers, or recordings, holds for one that was left out.
"""

from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)  # inverse weights of the penalty to choose from, the strictest first


class Fitted(Protocol):
    """A fitted probe: label (M,) and probabilities (M, C) of features (M, D)."""

    def predict(self, features: Floats) -> Labels: ...

    def predict_proba(self, features: Floats) -> Floats: ...


def linear_probe(train: Floats, labels: Labels, *, strength: float = 1.0, steps: int = 200) -> Fitted:
    """Fit standardise -> logistic regression on features (N, D) and labels (N,).

    In one thread: on matrices as small as these, two threads wait for each other longer than they compute.
    """
    from sklearn.linear_model import LogisticRegression  # a second, which the start of the page does not need
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    with threadpool_limits(limits=1):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=steps)).fit(train, labels)
    return cast(Fitted, probe)


def linear_accuracy(train: Floats, labels: Labels, test: Floats, test_labels: Labels) -> float:
    """Share of test items (M, D) whose label (M,) a probe fitted on the training items gets right, in [0, 1]."""
    return float((linear_probe(train, labels).predict(test) == test_labels).mean())


def leave_group_out(
    train: Floats,
    labels: Labels,
    groups: Labels,
    test: Floats,
    test_groups: Labels,
    *,
    strengths: Sequence[float] = STRENGTHS,
    steps: int = 500,
) -> Labels:
    """Predict the label of each test item with a probe fitted without the item's group.

    With speakers as groups this is leave-one-speaker-out; with folds as groups and the same items on both sides it is
    cross-validation. The penalty of a probe is chosen by leaving out each of its own groups in turn, so the
    tested group has no influence on it.

    Args:
        train: (N, D) features.
        labels: (N,).
        groups: (N,) at least three different ones.
        test: (M, D) features.
        test_groups: (M,).
        strengths: what may be chosen, see `STRENGTHS`.
        steps: most iterations of one fit.

    Returns:
        (M,) guesses.
    """
    guesses = np.empty(len(test), np.int64)
    for group in np.unique(test_groups):
        others, asked = groups != group, test_groups == group
        known = (train[others], labels[others])
        strength = choose_strength(*known, groups[others], strengths=strengths, steps=steps)
        guesses[asked] = linear_probe(*known, strength=strength, steps=steps).predict(test[asked])
    return guesses


def choose_by_validation(
    train: Floats,
    labels: Labels,
    validation: Floats,
    validation_labels: Labels,
    *,
    strengths: Sequence[float] = STRENGTHS,
    steps: int = 500,
) -> float:
    """The strength whose probe, fitted on (N, D), predicts most of the validation items (M, D); ties: the first."""
    probes = [linear_probe(train, labels, strength=strength, steps=steps) for strength in strengths]
    return strengths[int(np.argmax([(probe.predict(validation) == validation_labels).sum() for probe in probes]))]


def choose_strength(
    features: Floats, labels: Labels, groups: Labels, *, strengths: Sequence[float] = STRENGTHS, steps: int = 500
) -> float:
    """The strength whose probes, each fitted without one group, predict most of (N, D) correctly; ties: the first.

    Raises:
        ValueError: fewer than two groups (N,), so nothing can be left out.
    """
    kinds = np.unique(groups)
    if len(kinds) < 2:
        raise ValueError("a strength is chosen by leaving out a group: two or more are needed")
    right = np.zeros(len(strengths), np.int64)
    for kind in kinds:
        kept, out = groups != kind, groups == kind
        for place, strength in enumerate(strengths):
            probe = linear_probe(features[kept], labels[kept], strength=strength, steps=steps)
            right[place] += (probe.predict(features[out]) == labels[out]).sum()
    return strengths[int(right.argmax())]
