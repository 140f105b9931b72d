"""Surprisal in bits against slow transcriptions and closed forms."""

import math
from itertools import pairwise

import pytest
import torch

from core.device import generator
from core.downstream import perplexity


def test_bits_become_perplexity() -> None:
    assert perplexity.perplexity(4 * 5.0, 4) == 32
    assert perplexity.bits_per_character(10.0, 4) == 2.5


@pytest.mark.parametrize(("tokens", "context"), [(2, 8), (9, 8), (10, 8), (57, 8), (100, 1), (33, 7)])
def test_windows_score_every_token_once(tokens: int, context: int) -> None:
    scored = []
    for first, last, since in perplexity.windows(tokens, context):
        assert last - first <= context + 1
        for position in range(since, last):
            scored.append(position)
            assert position - first >= min(position, max(1, context // 2))
    assert scored == list(range(1, tokens))


def test_text_bits_equal_token_bits() -> None:
    table = torch.randn(11, 11, generator=generator(2))  # a bigram model: the logits depend on the last token alone
    tokens = torch.randint(0, 11, (90,), generator=generator(3))
    bits = perplexity.text_bits(lambda read: table[read], tokens, 8)
    slow = [-float(table[a].log_softmax(0)[b]) / math.log(2) for a, b in pairwise(tokens)]
    assert torch.allclose(bits, torch.tensor(slow), atol=1e-5)


def test_unigram_bits_equal_log_frequencies() -> None:
    counts = torch.tensor([0, 6, 0, 0])  # with one added to each: 1, 7, 1, 1 of 10
    bits = perplexity.unigram_bits(counts, torch.tensor([1, 0]))
    assert bits.tolist() == pytest.approx([-math.log2(0.7), -math.log2(0.1)], abs=1e-6)
