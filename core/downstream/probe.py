"""A linear probe: how much of a label can be read off frozen features with one linear layer.

Alain & Bengio 2016, "Understanding intermediate layers using linear classifier probes". The classifier is
scikit-learn's logistic regression on standardised features.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def linear_probe(train: Floats, labels: Labels, *, strength: float = 1.0, steps: int = 200) -> object:
    """Fit standardise -> logistic regression on features (N, D) and labels (N,); has predict and predict_proba."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=steps)).fit(train, labels)


def linear_accuracy(train: Floats, labels: Labels, test: Floats, test_labels: Labels) -> float:
    """Share of test items (M, D) whose label (M,) a probe fitted on the training items gets right, in [0, 1]."""
    guesses = linear_probe(train, labels).predict(test)  # type: ignore[attr-defined]
    return float((guesses == test_labels).mean())
