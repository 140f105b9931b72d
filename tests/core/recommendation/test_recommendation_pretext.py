"""Splits, masks, loss and metrics against hand-worked lists, slow transcriptions and closed forms."""

import math

import numpy as np
import pytest
import torch

from core.device import generator
from core.recommendation import pretext
from core.recommendation.pretext import UNKNOWN

HISTORY = np.array([7, 3, 9, 1, 4])
SPLITS: tuple[pretext.Split, ...] = ("validation", "test")


def test_last_films_are_validation_and_test() -> None:
    given, answer = pretext.leave_one_out(HISTORY, "test")
    assert (given.tolist(), answer) == ([7, 3, 9, 1], 4)
    given, answer = pretext.leave_one_out(HISTORY, "validation")
    assert (given.tolist(), answer) == ([7, 3, 9], 1)
    assert pretext.seen_in_training(HISTORY).tolist() == [7, 3, 9]


def test_answer_is_never_given() -> None:
    for seed in range(20):
        history = np.random.default_rng(seed).permutation(50)[: 3 + seed]
        for split in SPLITS:
            given, answer = pretext.leave_one_out(history, split)
            assert answer not in given
            assert answer not in pretext.seen_in_training(history)


@pytest.mark.parametrize(("length", "context"), [(1, 4), (4, 4), (9, 4), (30, 1)])
def test_stretches_are_runs_of_the_history(length: int, context: int) -> None:
    history = np.arange(100, 100 + length)
    starts = set()
    for seed in range(400):
        found = pretext.stretch(history, context, generator(seed))
        assert found.tolist() == list(range(found[0], found[0] + min(length, context)))
        starts.add(int(found[0]) - 100)
    assert starts == set(range(max(1, length - context + 1)))


def test_histories_are_padded_on_the_left() -> None:
    table = pretext.pad([np.array([5]), np.array([1, 2, 3]), np.array([], np.int64)], 3, 99)
    assert table.tolist() == [[99, 99, 5], [1, 2, 3], [99, 99, 99]]


def test_masks_hide_the_share_asked_for() -> None:
    present = torch.ones(4000, 12, dtype=torch.bool)
    present[::2, :5] = False
    hidden = pretext.draw_mask(present, 0.3, 0.0, generator(0))
    assert not bool((hidden & ~present).any())
    assert bool(hidden.any(1).all()), "every row asks something"
    full = hidden[1::2]
    expected = 0.3 + 0.7**12 / 12  # a row without any hides its last
    assert full.float().mean().item() == pytest.approx(expected, abs=0.01)


def test_some_rows_hide_the_last_film_alone() -> None:
    present = torch.ones(4000, 6, dtype=torch.bool)
    hidden = pretext.draw_mask(present, 0.5, 1.0, generator(1))
    assert hidden.sum(1).tolist() == [1] * 4000
    assert bool(hidden[:, -1].all())
    alone = pretext.draw_mask(present, 1.0, 0.25, generator(1)).sum(1) == 1
    assert alone.float().mean().item() == pytest.approx(0.25, abs=0.03)


def test_masks_depend_on_the_generator_alone() -> None:
    present = torch.ones(8, 9, dtype=torch.bool)
    first, again, other = (pretext.draw_mask(present, 0.4, 0.2, generator(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_loss_equals_the_formula() -> None:
    logits = torch.randn(5, 7, generator=generator(0), dtype=torch.float64)
    films = torch.tensor([0, 6, 3, 3, 1])
    slow = 0.0
    for row, film in zip(logits.tolist(), films.tolist(), strict=True):
        slow -= math.log(math.exp(row[film]) / sum(map(math.exp, row)))
    assert pretext.masked_film_loss(logits, films).item() == pytest.approx(slow / 5, abs=1e-9)
    chance = pretext.masked_film_loss(torch.zeros(2, 64), torch.tensor([0, 9]))
    assert chance.item() == pytest.approx(math.log(64), abs=1e-6)


def test_rank_by_hand() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.7, 0.5], np.float32)
    assert pretext.rank(scores, np.array([], np.int64), 1) == 1
    assert pretext.rank(scores, np.array([1]), 3) == 1, "a film that was given is out of the ranking"
    assert pretext.rank(scores, np.array([], np.int64), 2) == 4, "an equal score stands before it"
    assert pretext.rank(scores, np.array([1, UNKNOWN]), 0) == 4
    assert pretext.rank(scores, np.array([1]), UNKNOWN) == math.inf
    assert pretext.rank(np.zeros(9, np.float32), np.array([0]), 5) == 8, "a constant score gets the last rank"


def test_hit_rate_and_ndcg_by_hand() -> None:
    ranks = [1, 2, 3, 11, math.inf]
    assert pretext.hit_rate(ranks) == 3 / 5
    assert pretext.hit_rate(ranks, 2) == 2 / 5
    assert pretext.ndcg(ranks) == pytest.approx((1 + 1 / math.log2(3) + 0.5) / 5)
    assert pretext.ndcg([10]) == pytest.approx(1 / math.log2(11))
    assert pretext.ndcg([1, 1]) == 1
    assert pretext.ndcg([11]) == 0


def test_ndcg_equals_scikit_learns() -> None:
    from sklearn.metrics import ndcg_score

    rng = np.random.default_rng(0)
    scores, answers = rng.random((40, 30)).astype(np.float32), rng.integers(0, 30, 40)
    ranks = [
        pretext.rank(row, np.array([], np.int64), int(answer)) for row, answer in zip(scores, answers, strict=True)
    ]
    truth = np.eye(30)[answers]
    assert pretext.ndcg(ranks) == pytest.approx(ndcg_score(truth, scores, k=10), abs=1e-9)
