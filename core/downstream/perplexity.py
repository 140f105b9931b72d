"""Surprisal in bits: how well a language model predicts a text from left to right.

Radford et al. 2019, sec. 2, eq. 1: the probability of a text is the product of the probabilities of its tokens, each
given those before it. Minus its logarithm is measured here in bits per character, which, unlike perplexity per token,
can be compared between models with different vocabularies. The methods `gpt2` and `bert` use it.
"""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor

WINDOWS = 4  # read at once; the scores of one take 8 MB with 8,000 tokens and a context of 256


def surprise_bits(logits: Tensor, following: Tensor) -> Tensor:
    """Surprisal -log2 p of each token in bits: logits (B, T, V) and tokens (B, T) to (B, T)."""
    log_p = logits.float().log_softmax(-1).gather(-1, following[..., None])[..., 0]  # (B, T)
    return -log_p / math.log(2)


def windows(tokens: int, context: int) -> list[tuple[int, int, int]]:
    """Windows of a long text that overlap by half, as (first, last, scored from); each token is scored once.

    Every token is predicted from at least half a context, except those near the start of the text. A window holds at
    most `context` inputs, so `context + 1` tokens with the last label.

    Args:
        tokens: length of the text, start token included.
        context: of the model.

    Returns:
        Windows [first, last) of the text; labels at positions [scored from, last) are scored. All positions from 1 on
        are covered exactly once.
    """
    found = []
    scored = 1
    while scored < tokens:
        first = max(0, scored - max(1, context // 2)) if scored > 1 else 0
        last = min(tokens, first + context + 1)
        found.append((first, last, scored))
        scored = last
    return found


@torch.inference_mode()
def text_bits(score: Callable[[Tensor], Tensor], tokens: Tensor, context: int) -> Tensor:
    """Surprisal of every token of a text of any length, window by window.

    Args:
        score: (B, T) int64 to logits (B, T, V), each position attending to itself and those before.
        tokens: (N + 1,) int64, start token first.
        context: of the model.

    Returns:
        (N,) float32 on the CPU, bits of each token after the start.
    """
    bits = torch.zeros(len(tokens) - 1)
    # All windows but the first and the last have one length, so they go through the model in batches.
    for _, group in itertools.groupby(windows(len(tokens), context), key=lambda w: (w[1] - w[0], w[1] - w[2])):
        equal = list(group)
        for batch in (equal[i : i + WINDOWS] for i in range(0, len(equal), WINDOWS)):
            read = torch.stack([tokens[first:last] for first, last, _ in batch])  # (W, T + 1)
            found = surprise_bits(score(read[:, :-1]), read[:, 1:]).cpu()  # (W, T)
            for row, (first, last, scored) in zip(found, batch, strict=True):
                bits[scored - 1 : last - 1] = row[scored - first - 1 :]
    return bits


def bits_per_character(bits: float, characters: int) -> float:
    """Total surprisal in bits divided by the number of characters, whatever the vocabulary."""
    return bits / max(1, characters)


def perplexity(bits: float, tokens: int) -> float:
    """2 to the mean bits per token: the number of equally likely tokens with the same surprisal."""
    return float(2 ** (bits / max(1, tokens)))


def unigram_bits(counts: Tensor, following: Tensor) -> Tensor:
    """Surprisal of each token by token frequencies alone, in bits; the naive baseline.

    Args:
        counts: (V,), occurrences of each token in the training text; one is added to each, so none is impossible.
        following: any shape, int64.

    Returns:
        The same shape, bits.
    """
    share = (counts.double() + 1) / (counts.double() + 1).sum()
    return -torch.log2(share)[following].float()
