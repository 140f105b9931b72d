"""Which tokens are hidden, what is put there, and what is asked of a network: bounds, slow loops, closed forms."""

import math
from collections import Counter
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.bert import pretext
from core.device import generator

SIZE, MASK = 50, 2
MARKS = torch.tensor([0, 1, 2])


def within_five_sigma(found: int, trials: int, share: float) -> bool:
    """Whether a count is one that a binomial of this share gives but once in two million times."""
    return abs(found - trials * share) <= 5 * math.sqrt(trials * share * (1 - share))


def texts(rows: int = 64, length: int = 64) -> Tensor:
    tokens = torch.randint(3, SIZE, (rows, length), generator=generator(1))
    tokens[:, 0], tokens[:, -1] = 0, 1
    tokens[::3, 7] = 1  # a mark inside
    return tokens


def test_fifteen_in_a_hundred_tokens_are_chosen_and_marks_never() -> None:
    tokens, chosen = texts(), pretext.choose(texts(), MARKS, generator(2))
    plain = ~torch.isin(tokens, MARKS)
    assert not (chosen & ~plain).any()
    assert within_five_sigma(int(chosen.sum()), int(plain.sum()), 0.15)
    for place in range(1, 63):  # no place is spared
        assert chosen[:, place].any()


def test_of_the_chosen_eight_in_ten_are_hidden_one_replaced_one_kept() -> None:
    tokens = texts(400)
    chosen = pretext.choose(tokens, MARKS, generator(3))
    read = pretext.corrupt(tokens, chosen, MASK, MARKS, SIZE, generator(4))
    assert (read[~chosen] == tokens[~chosen]).all(), "the others stay"
    asked = int(chosen.sum())
    hidden, same = int((read[chosen] == MASK).sum()), int((read[chosen] == tokens[chosen]).sum())
    assert within_five_sigma(hidden, asked, 0.8)
    by_luck = 0.1 * 4 / SIZE  # the random token may be the old one, or a mark, which is not put in
    assert within_five_sigma(same, asked, 0.1 + by_luck)
    put = read[chosen & (read != tokens) & (read != MASK)]
    assert not torch.isin(put, MARKS).any()
    assert len(put.unique()) == SIZE - len(MARKS), "any token can be put in"


def test_the_same_generator_hides_the_same() -> None:
    first, again, other = (pretext.choose(texts(), MARKS, generator(seed)) for seed in (5, 5, 6))
    assert (first == again).all()
    assert (first != other).any()


def test_the_loss_equals_the_formula_written_slowly() -> None:
    logits = torch.randn(5, 7, generator=generator(0), dtype=torch.float64)
    labels = torch.tensor([3, 0, 6, 2, 2])
    slow = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        slow -= math.log(math.exp(row[label]) / sum(map(math.exp, row)))
    assert pretext.masked_loss(logits, labels).item() == pytest.approx(slow / 5, abs=1e-9)


def test_equal_scores_cost_the_logarithm_of_the_vocabulary_and_nothing_asked_costs_nothing() -> None:
    assert pretext.masked_loss(torch.zeros(4, 32), torch.arange(4)).item() == pytest.approx(math.log(32), abs=1e-6)
    assert pretext.masked_loss(torch.zeros(0, 32), torch.zeros(0, dtype=torch.long)).item() == 0


def scores(tokens: Tensor, at: Tensor) -> Tensor:
    return toy(tokens)[at]


def toy(tokens: Tensor) -> Tensor:
    """Scores that hang on both neighbours of a place and on how many masks there are: (B, T) to (B, T, V)."""
    table = torch.randn(SIZE, SIZE, generator=generator(8))
    left, right = tokens.roll(1, 1), tokens.roll(-1, 1)
    return 2 * (table[left] + table.T[right] + 0.3 * (tokens == MASK).sum(1)[:, None, None] * table[5])


def test_pseudo_bits_equal_one_place_after_the_other() -> None:
    tokens = texts(1, 40)[0]
    places = torch.arange(1, 39)
    slow = []
    for place in places.tolist():
        read = tokens.clone()
        read[place] = MASK
        slow.append(-float(F.log_softmax(toy(read[None])[0, place], -1)[tokens[place]]) / math.log(2))
    found = pretext.pseudo_bits(scores, tokens, places, MASK)
    assert found.tolist() == pytest.approx(slow, abs=1e-4)
    assert pretext.pseudo_bits(scores, tokens, places[:0], MASK).tolist() == []


def test_gaps_filled_at_once_and_one_by_one_equal_slow_loops() -> None:
    tokens, places = texts(1, 30)[0], [4, 5, 6, 17, 18]
    read = tokens.clone()
    read[places] = MASK
    once = [int(toy(read[None])[0, place].argmax()) for place in places]
    order, later, open_ = [], {}, list(places)
    while open_:
        chances = toy(read[None])[0].softmax(-1)
        place = max(open_, key=lambda p: float(chances[p].max()))
        later[place] = int(chances[place].argmax())
        read[place] = later[place]
        open_.remove(place)
        order.append(place)
    gaps = torch.tensor(places)
    at_once = pretext.fill_at_once(scores, tokens, gaps, MASK)
    one_by_one = pretext.fill_one_by_one(scores, tokens, gaps, MASK)
    assert at_once.tokens.tolist() == once
    assert one_by_one.tokens.tolist() == [later[place] for place in places]
    assert [places[gap] for gap in one_by_one.order.argsort().tolist()] == order
    assert at_once.tokens.tolist() != one_by_one.tokens.tolist(), "or this proves little"


def test_one_gap_is_filled_alike_both_ways() -> None:
    tokens, gap = texts(1, 30)[0], torch.tensor([9])
    once, later = (fill(scores, tokens, gap, MASK) for fill in (pretext.fill_at_once, pretext.fill_one_by_one))
    assert once.tokens.tolist() == later.tokens.tolist()
    assert once.certainty.item() == pytest.approx(later.certainty.item(), abs=1e-6)


def test_followers_are_what_a_slow_count_finds() -> None:
    tokens = torch.randint(0, 9, (400,), generator=generator(3)) * torch.randint(0, 2, (400,), generator=generator(4))
    pairs = Counter(pairwise(tokens.tolist()))
    common = [token for token, _ in sorted(Counter(tokens.tolist()).items(), key=lambda item: (-item[1], item[0]))]
    found = pretext.followers(tokens, 12, 3)
    assert found.shape == (12, 3)
    for before in range(12):
        counts = sorted(((n, -b) for (a, b), n in pairs.items() if a == before), reverse=True)
        own = [-b for _, b in counts][:3]
        assert found[before].tolist() == own + common[len(own) : 3]
