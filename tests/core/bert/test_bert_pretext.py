"""Choosing, corrupting, scoring and filling tokens: statistical bounds, slow loops, closed forms."""

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
    """Whether a count is within five standard deviations of a binomial, as all but one in two million are."""
    return abs(found - trials * share) <= 5 * math.sqrt(trials * share * (1 - share))


def texts(rows: int = 64, length: int = 64) -> Tensor:
    tokens = torch.randint(3, SIZE, (rows, length), generator=generator(1))
    tokens[:, 0], tokens[:, -1] = 0, 1
    tokens[::3, 7] = 1  # a mark inside
    return tokens


def test_fifteen_percent_without_marks_are_chosen() -> None:
    tokens, chosen = texts(), pretext.choose(texts(), MARKS, generator(2))
    plain = ~torch.isin(tokens, MARKS)
    assert not (chosen & ~plain).any()
    assert within_five_sigma(int(chosen.sum()), int(plain.sum()), 0.15)
    for position in range(1, 63):  # no position is spared
        assert chosen[:, position].any()


def test_corruption_follows_80_10_10() -> None:
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


def test_loss_equals_the_slow_formula() -> None:
    logits = torch.randn(5, 7, generator=generator(0), dtype=torch.float64)
    labels = torch.tensor([3, 0, 6, 2, 2])
    slow = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        slow -= math.log(math.exp(row[label]) / sum(map(math.exp, row)))
    assert pretext.masked_loss(logits, labels).item() == pytest.approx(slow / 5, abs=1e-9)


def test_equal_logits_cost_log_vocabulary() -> None:
    assert pretext.masked_loss(torch.zeros(4, 32), torch.arange(4)).item() == pytest.approx(math.log(32), abs=1e-6)
    assert pretext.masked_loss(torch.zeros(0, 32), torch.zeros(0, dtype=torch.long)).item() == 0


def scores(tokens: Tensor, at: Tensor) -> Tensor:
    return toy(tokens)[at]


def toy(tokens: Tensor) -> Tensor:
    """Logits that depend on both neighbours of a position and on the number of masks: (B, T) to (B, T, V)."""
    table = torch.randn(SIZE, SIZE, generator=generator(8))
    left, right = tokens.roll(1, 1), tokens.roll(-1, 1)
    return 2 * (table[left] + table.T[right] + 0.3 * (tokens == MASK).sum(1)[:, None, None] * table[5])


GROUPS = [[1], [2, 3], [4], [5, 6, 7], *([position] for position in range(8, 36)), [36, 37, 38]]


@pytest.mark.parametrize("groups", [[[position] for position in range(1, 39)], GROUPS])
def test_pseudo_bits_equal_a_slow_loop(groups: list[list[int]]) -> None:
    tokens = texts(1, 40)[0]
    slow = []
    for group in groups:
        read = tokens.clone()
        for position in group:
            read[position] = MASK
        for position in group:
            slow.append(-float(F.log_softmax(toy(read[None])[0, position], -1)[tokens[position]]) / math.log(2))
    found = pretext.pseudo_bits(scores, tokens, groups, MASK)
    assert found.tolist() == pytest.approx(slow, abs=1e-4)
    assert pretext.pseudo_bits(scores, tokens, [], MASK).tolist() == []


def test_pieces_of_a_word_hide_together() -> None:
    """A model that knows a token as soon as it sees a piece of the same word gains nothing from it."""
    tokens, word = texts(1, 12)[0], [4, 5, 6]

    def peeking(read: Tensor, at: Tensor) -> Tensor:
        seen = (read[:, word] != MASK).any(1)[:, None, None]  # (B, 1, 1), a piece of the word is visible
        answer = 20.0 * F.one_hot(tokens, SIZE) * torch.isin(torch.arange(12), torch.tensor(word))[:, None]
        return (toy(read) + seen * answer)[at]

    together, alone = ([[3], word, [7]], [[3], [4], [5], [6], [7]])
    blind = pretext.pseudo_bits(scores, tokens, together, MASK)
    assert torch.equal(pretext.pseudo_bits(peeking, tokens, together, MASK)[1:4], blind[1:4])
    assert pretext.pseudo_bits(peeking, tokens, alone, MASK)[1:4].sum() < 0.5 < blind[1:4].sum()


def test_filled_gaps_equal_slow_loops() -> None:
    tokens, positions = texts(1, 30)[0], [4, 5, 6, 17, 18]
    read = tokens.clone()
    read[positions] = MASK
    once = [int(toy(read[None])[0, position].argmax()) for position in positions]
    order, later, open_ = [], {}, list(positions)
    while open_:
        chances = toy(read[None])[0].softmax(-1)
        position = max(open_, key=lambda p: float(chances[p].max()))
        later[position] = int(chances[position].argmax())
        read[position] = later[position]
        open_.remove(position)
        order.append(position)
    gaps = torch.tensor(positions)
    at_once = pretext.fill_at_once(scores, tokens, gaps, MASK)
    one_by_one = pretext.fill_one_by_one(scores, tokens, gaps, MASK)
    assert at_once.tokens.tolist() == once
    assert one_by_one.tokens.tolist() == [later[position] for position in positions]
    assert [positions[gap] for gap in one_by_one.order.argsort().tolist()] == order
    assert at_once.tokens.tolist() != one_by_one.tokens.tolist(), "or this proves little"


def test_one_gap_fills_equally_both_ways() -> None:
    tokens, gap = texts(1, 30)[0], torch.tensor([9])
    once, later = (fill(scores, tokens, gap, MASK) for fill in (pretext.fill_at_once, pretext.fill_one_by_one))
    assert once.tokens.tolist() == later.tokens.tolist()
    assert once.confidence.item() == pytest.approx(later.confidence.item(), abs=1e-6)


def test_followers_equal_a_slow_count() -> None:
    tokens = torch.randint(0, 9, (400,), generator=generator(3)) * torch.randint(0, 2, (400,), generator=generator(4))
    pairs = Counter(pairwise(tokens.tolist()))
    common = [token for token, _ in sorted(Counter(tokens.tolist()).items(), key=lambda item: (-item[1], item[0]))]
    found = pretext.followers(tokens, 12, 3)
    assert found.shape == (12, 3)
    for before in range(12):
        counts = sorted(((n, -b) for (a, b), n in pairs.items() if a == before), reverse=True)
        own = [-b for _, b in counts][:3]
        assert found[before].tolist() == own + common[len(own) : 3]
