"""Bits of surprise: how well a language model foresaw a text, read from left to right.

Radford et al. 2019, sec. 2, eq. 1: the probability of a text is the product of the probabilities of its tokens, each
given those before it. What the product leaves is counted here in bits a character, which unlike perplexity a token
can be compared between models that cut a text differently. Two methods ask for it: the one whose models read this way,
and the one that compares them with reading both sides.
"""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor


def surprise_bits(logits: Tensor, following: Tensor) -> Tensor:
    """Bits of surprise, -log2 p, at each token that came: (B, T, V) and (B, T) to (B, T)."""
    log_p = logits.float().log_softmax(-1).gather(-1, following[..., None])[..., 0]  # (B, T)
    return -log_p / math.log(2)


def windows(tokens: int, context: int) -> list[tuple[int, int, int]]:
    """How a long text is scored with windows that overlap by half: (first, last, scored from), each token once.

    Every token is predicted from at least half a context, but for those that have less before them. A window holds at
    most `context` inputs, so `context + 1` tokens with the last label.

    Args:
        tokens: length of the text, with the start token in front.
        context: of the model.

    Returns:
        Windows [first, last) of the text; labels at places [scored from, last) count. All places from 1 on are covered
        exactly once.
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
    """Surprise at every token of a text of any length, window by window.

    Args:
        score: (B, T) int64 to logits (B, T, V), each place seeing itself and those before.
        tokens: (N + 1,) int64, the start token in front.
        context: of the model.

    Returns:
        (N,) float32 on the CPU, bits of each token after the start.
    """
    bits = torch.zeros(len(tokens) - 1)
    # All windows but the first and the last are of one length, so they go through the model some at a time.
    for _, alike in itertools.groupby(windows(len(tokens), context), key=lambda w: (w[1] - w[0], w[1] - w[2])):
        equal = list(alike)
        for some in (equal[i : i + 16] for i in range(0, len(equal), 16)):
            read = torch.stack([tokens[first:last] for first, last, _ in some])  # (W, T + 1)
            found = surprise_bits(score(read[:, :-1]), read[:, 1:]).cpu()  # (W, T)
            for row, (first, last, scored) in zip(found, some, strict=True):
                bits[scored - 1 : last - 1] = row[scored - first - 1 :]
    return bits


def bits_per_character(bits: float, characters: int) -> float:
    """Total bits of surprise shared out over the characters of the text, whatever the tokens were."""
    return bits / max(1, characters)


def perplexity(bits: float, tokens: int) -> float:
    """2 to the mean bits a token: among how many equally likely tokens the model was, on average, choosing."""
    return float(2 ** (bits / max(1, tokens)))


def unigram_bits(counts: Tensor, following: Tensor) -> Tensor:
    """Bits of each token for someone who knows only how often each is used; the naive baseline.

    Args:
        counts: (V,), how often each token came in the training text; one is added to each, so none is impossible.
        following: any shape, int64.

    Returns:
        The same shape, bits.
    """
    share = (counts.double() + 1) / (counts.double() + 1).sum()
    return -torch.log2(share)[following].float()
