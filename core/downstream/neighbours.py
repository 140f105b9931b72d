"""k-nearest neighbours on features: retrieval, and the classifier that self-supervised papers report.

Wu et al. 2018, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", sec. 3.4.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def nearest(queries: Tensor, gallery: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Find the k most similar gallery items by cosine.

    Args:
        queries: (Q, D).
        gallery: (G, D).
        k: at most G.

    Returns:
        Similarities (Q, k), descending, and gallery indices (Q, k).
    """
    similarity = F.normalize(queries, dim=1) @ F.normalize(gallery, dim=1).T  # (Q, G)
    values, indices = similarity.topk(min(k, len(gallery)), dim=1)
    return values, indices


def knn_classify(
    train: Tensor, labels: Tensor, test: Tensor, *, k: int = 200, temperature: float = 0.1, chunk: int = 2000
) -> Tensor:
    """Guess a class for each test item: neighbours vote with weight exp(cosine / temperature).

    Args:
        train: (N, D) features.
        labels: (N,) int64.
        test: (M, D) features.
        k: neighbours, at most N.
        temperature: Wu et al. and solo-learn use 0.07, lightly 0.1.
        chunk: test items per chunk, to bound memory.

    Returns:
        (M,) int64, the class with the most votes.
    """
    classes = int(labels.max()) + 1
    guesses = []
    for part in test.split(chunk):
        similarity, index = nearest(part, train, k)
        votes = similarity.new_zeros(len(part), classes)
        votes.scatter_add_(1, labels[index], (similarity / temperature).exp())  # (m, classes) from (m, k)
        guesses.append(votes.argmax(1))
    return torch.cat(guesses)


def knn_accuracy(train: Tensor, labels: Tensor, test: Tensor, test_labels: Tensor, *, k: int = 200) -> float:
    """Share of test items that `knn_classify` gets right, in [0, 1]."""
    return float((knn_classify(train, labels, test, k=k) == test_labels).float().mean())


def leave_one_out_accuracy(features: Tensor, labels: Tensor, *, k: int = 20, temperature: float = 0.1) -> float:
    """Share of items (N, D) whose label (N,) their k nearest other items vote for, as in `knn_classify`."""
    z = F.normalize(features, dim=1)
    similarity, index = (z @ z.T).fill_diagonal_(-torch.inf).topk(k, dim=1)  # (N, k), no item is its own neighbour
    votes = F.one_hot(labels[index], int(labels.max()) + 1) * (similarity / temperature).exp()[..., None]
    return float((votes.sum(1).argmax(1) == labels).float().mean())
