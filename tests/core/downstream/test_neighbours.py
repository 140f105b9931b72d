"""Neighbours and their votes against a slow loop, and cases that can be solved by hand."""

import math

import pytest
import torch
from torch import Tensor

from core.device import generator
from core.downstream.neighbours import knn_accuracy, knn_classify, nearest


def cosine(a: Tensor, b: Tensor) -> float:
    return float(a @ b / (a.norm() * b.norm()))


def slow_guess(train: Tensor, labels: list[int], query: Tensor, k: int, temperature: float) -> int:
    """One query: sort all cosines, let the first k vote."""
    order = sorted(range(len(train)), key=lambda i: -cosine(query, train[i]))[:k]
    votes = [0.0] * (max(labels) + 1)
    for i in order:
        votes[labels[i]] += math.exp(cosine(query, train[i]) / temperature)
    return votes.index(max(votes))


def features(count: int, seed: int) -> Tensor:
    return torch.randn(count, 6, generator=generator(seed)) * 3 + 1


@pytest.mark.parametrize("k", [1, 5, 20, 60])
@pytest.mark.parametrize("chunk", [1, 7, 2000])
@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_votes_equal_a_slow_loop(k: int, chunk: int, temperature: float) -> None:
    train, test = features(60, 0), features(25, 1)
    labels = torch.randint(0, 4, (60,), generator=generator(2))
    found = knn_classify(train, labels, test, k=k, temperature=temperature, chunk=chunk)
    assert found.dtype == torch.int64
    assert found.tolist() == [slow_guess(train, labels.tolist(), query, k, temperature) for query in test]


def test_nearest_is_the_sorted_cosine() -> None:
    queries, gallery = features(4, 0), features(30, 1)
    values, indices = nearest(queries, gallery, 30)
    for row, query in enumerate(queries):
        slow = sorted(((cosine(query, item), i) for i, item in enumerate(gallery)), reverse=True)
        assert indices[row].tolist() == [i for _, i in slow]
        assert values[row].tolist() == pytest.approx([value for value, _ in slow], abs=1e-5)


def test_length_of_features_is_ignored() -> None:
    gallery = features(20, 0)
    values, indices = nearest(gallery * 7, gallery, 1)
    assert indices.flatten().tolist() == list(range(20))
    assert torch.allclose(values, torch.ones(20, 1), atol=1e-5)


def test_low_temperature_favours_the_nearest() -> None:
    train = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8]])  # cosines 1, 0.6, 0.6 to the query
    labels, query = torch.tensor([0, 1, 1]), torch.tensor([[1.0, 0.0]])
    assert knn_classify(train, labels, query, k=3, temperature=0.1).tolist() == [0]
    assert knn_classify(train, labels, query, k=3, temperature=10.0).tolist() == [1]
    turning = 0.4 / math.log(2)  # exp(1 / t) = 2 exp(0.6 / t)
    assert knn_classify(train, labels, query, k=3, temperature=turning - 0.01).tolist() == [0]
    assert knn_classify(train, labels, query, k=3, temperature=turning + 0.01).tolist() == [1]


def test_k_is_limited_by_items() -> None:
    train, labels = features(5, 0), torch.tensor([0, 1, 0, 1, 2])
    assert nearest(features(3, 1), train, 9)[0].shape == (3, 5)
    more, every = (knn_classify(train, labels, features(9, 1), k=k) for k in (200, 5))
    assert torch.equal(more, every)


def test_labels_need_not_be_dense() -> None:
    train = torch.eye(3)
    assert knn_classify(train, torch.tensor([7, 0, 41]), train, k=1).tolist() == [7, 0, 41]


def test_accuracy_is_share_of_right_guesses() -> None:
    train, labels = torch.eye(4), torch.arange(4)
    assert knn_accuracy(train, labels, train, torch.tensor([0, 1, 2, 0]), k=1) == 0.75
    assert knn_accuracy(train, labels, train, labels, k=1) == 1.0


def test_clouds_are_separated_noise_is_not() -> None:
    labels = torch.arange(400) % 2
    clouds = torch.randn(400, 8, generator=generator(0)) + 3 * (labels * 2 - 1)[:, None]
    noise = torch.randn(400, 8, generator=generator(1))
    assert knn_accuracy(clouds[:200], labels[:200], clouds[200:], labels[200:], k=20) > 0.99
    assert knn_accuracy(noise[:200], labels[:200], noise[200:], labels[200:], k=20) == pytest.approx(0.5, abs=0.15)


def test_zero_features_do_not_crash() -> None:
    found = knn_classify(torch.eye(3), torch.arange(3), torch.zeros(1, 3), k=3)
    assert found.shape == (1,)
