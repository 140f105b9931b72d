"""The most similar pictures and how often they are of one group, against loops."""

import numpy as np
import pytest
import torch

from core.device import generator
from core.downstream import retrieval

GROUPS = ["a"] * 5 + ["b"] * 3 + ["c"]


def cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(one @ other / (one.norm() * other.norm()))


def test_most_alike_equals_brute_force() -> None:
    rows = torch.randn(9, 4, generator=generator(0))
    query = torch.randn(1, 4, generator=generator(1))
    names = [(str(i), f"第{i}") for i in range(9)]
    images = np.arange(9, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    found = retrieval.most_alike(query, rows, names, images, 3)
    order = sorted(range(9), key=lambda i: -cosine(query[0], rows[i]))[:3]
    assert [item.name for item in found] == [names[i] for i in order]
    assert [int(item.image[0, 0, 0]) for item in found] == order
    assert [item.similarity for item in found] == pytest.approx([cosine(query[0], rows[i]) for i in order], abs=1e-5)


def test_compare_equals_a_loop_over_pairs() -> None:
    features, pixels = (torch.randn(9, 6, generator=generator(seed)) for seed in (2, 3))
    found = retrieval.compare(features, pixels, GROUPS)
    for share, rows in ((found.features, features), (found.pixels, pixels)):
        nearest = [max((cosine(rows[i], rows[j]), j) for j in range(9) if j != i)[1] for i in range(9)]
        assert share == pytest.approx(np.mean([GROUPS[i] == GROUPS[j] for i, j in enumerate(nearest)]))
    pairs = [(i, j) for i in range(9) for j in range(9) if i != j]
    assert found.chance_level == pytest.approx(np.mean([GROUPS[i] == GROUPS[j] for i, j in pairs]))
    assert found.n == 9


def test_picture_is_never_its_own_neighbour() -> None:
    rows = torch.eye(3).repeat_interleave(2, 0)  # three pairs of twins
    assert retrieval.compare(rows, rows, ["a", "a", "b", "b", "c", "c"]).features == 1
    assert retrieval.compare(rows, rows, ["a", "b", "c", "d", "e", "f"]).features == 0
