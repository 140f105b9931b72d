"""How text labels itself: some tokens are hidden, and the hidden tokens are the labels.

Devlin et al. 2019, sec. 3.1 and appendix A.1. Positions and replacements are drawn from a generator that the caller
passes in. This module also fills several gaps, at once or one by one, and computes the pseudo-log-likelihood of a text
(Salazar et al. 2020).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

SHARE = 0.15  # of the tokens that are predicted
MASKED, REPLACED = 0.8, 0.1  # shares of these that become [MASK] or a random token; the rest is unchanged
ROWS = 16  # texts per forward pass

Score = Callable[[Tensor, Tensor], Tensor]  # tokens (B, T) and positions (B, T) bool to logits (n, V)


def choose(tokens: Tensor, marks: Tensor, rng: torch.Generator, share: float = SHARE) -> Tensor:
    """Choose the positions to predict: each token with the same probability, marks never.

    Args:
        tokens: (B, T) int64.
        marks: (M,) int64, indices of the special tokens, such as [CLS].
        rng: on the device of `tokens`.
        share: probability of each token.

    Returns:
        (B, T) bool.
    """
    drawn = torch.rand(tokens.shape, generator=rng, device=tokens.device) < share
    return drawn & ~torch.isin(tokens, marks)


def corrupt(tokens: Tensor, chosen: Tensor, mask: int, marks: Tensor, size: int, rng: torch.Generator) -> Tensor:
    """Replace 80 % of the chosen tokens by the mask and 10 % by a random token; leave 10 % unchanged.

    Devlin et al. 2019, appendix A.1. The network does not know which visible tokens are right, so it has to represent
    each one; texts without any mask, which it reads later, are then no surprise.

    Args:
        tokens: (B, T) int64.
        chosen: (B, T) bool, from `choose`.
        mask: index of [MASK].
        marks: (M,) int64, indices that never replace another token; they are the first M of the vocabulary.
        size: of the vocabulary.
        rng: on the device of `tokens`.

    Returns:
        (B, T) int64, what the network reads.
    """
    u = torch.rand(tokens.shape, generator=rng, device=tokens.device)
    other = torch.randint(0, size, tokens.shape, generator=rng, device=tokens.device)
    other = torch.where(torch.isin(other, marks), tokens, other)
    read = torch.where(chosen & (u < MASKED), torch.full_like(tokens, mask), tokens)
    return torch.where(chosen & (u >= MASKED) & (u < MASKED + REPLACED), other, read)


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of predicting the chosen tokens; the others have no label.

    Args:
        logits: (n, V), unnormalised, at the chosen positions.
        labels: (n,) int64, the original tokens.

    Returns:
        Scalar, nats per chosen token, 0 if none was chosen; log V is the chance level.
    """
    return F.cross_entropy(logits, labels, reduction="sum") / max(1, len(labels))


# --- scoring a text, a few tokens hidden at a time ---


@torch.inference_mode()
def pseudo_bits(score: Score, tokens: Tensor, groups: Sequence[Sequence[int]], mask: int) -> Tensor:
    """Surprisal at each position while it and the rest of its group are hidden, in bits.

    Salazar et al. 2020, "Masked Language Model Scoring", eq. 2: the pseudo-log-likelihood of a text is minus the sum.
    It is not the text's log-probability, since each token is predicted from the text on both sides. The paper hides one
    token at a time, so the pieces of a split word see each other and rare words get too few bits (Kauf and Ivanova
    2023, "A Better Way to Do Masked Language Model Scoring"). With the pieces of a word as a group they do not. Hiding
    only the pieces to the right of the scored one, which that paper prefers, is left out on purpose.

    Args:
        score: see `Score`; all other tensors are on the CPU.
        tokens: (T,) int64, [CLS] first and [SEP] last.
        groups: positions that are hidden together, ascending in each group; P positions in all.
        mask: index of [MASK].

    Returns:
        (P,) float32 on the CPU, in the order of the groups.
    """
    found = [torch.zeros(0)]
    for first in range(0, len(groups), ROWS):
        batch = groups[first : first + ROWS]
        at = torch.zeros(len(batch), len(tokens), dtype=torch.bool)  # (R, T)
        for row, group in enumerate(batch):
            at[row, list(group)] = True
        original = tokens.expand(len(batch), -1)
        log_p = score(torch.where(at, mask, original), at).float().log_softmax(-1).cpu()  # (positions hidden, V)
        found.append(-log_p.gather(1, original[at][:, None])[:, 0] / math.log(2))
    return torch.cat(found)


# --- several gaps ---


class Filled(NamedTuple):
    """Gaps filled with the most likely tokens.

    Attributes:
        tokens: (P,) int64, one per gap, in the order of the gaps.
        order: (P,) int64, the step in which each gap was filled, from 0; all 0 if they were filled at once.
        confidence: (P,), probability of each token when its gap was filled.
    """

    tokens: Tensor
    order: Tensor
    confidence: Tensor


@torch.inference_mode()
def fill_at_once(score: Score, tokens: Tensor, positions: Tensor, mask: int) -> Filled:
    """Fill every gap with its own most likely token, independently of the other gaps.

    Args:
        score: see `Score`.
        tokens: (T,) int64.
        positions: (P,) int64, the gaps, from left to right; the tokens there are hidden first.
        mask: index of [MASK].
    """
    read, at = tokens.clone(), torch.zeros(len(tokens), dtype=torch.bool)
    read[positions], at[positions] = mask, True
    confidence, best = score(read[None], at[None]).float().softmax(-1).max(-1)  # (P,) each
    return Filled(best.cpu(), torch.zeros(len(positions), dtype=torch.long), confidence.cpu())


@torch.inference_mode()
def fill_one_by_one(score: Score, tokens: Tensor, positions: Tensor, mask: int) -> Filled:
    """Fill the gap with the most confident prediction, predict the others again, and so on; see `fill_at_once`."""
    read, at, left = tokens.clone(), torch.zeros(len(tokens), dtype=torch.bool), list(range(len(positions)))
    read[positions], at[positions] = mask, True
    found, order, confidence = (
        torch.zeros(len(positions), dtype=kind) for kind in (torch.long, torch.long, torch.float)
    )
    for step in range(len(positions)):
        highest, best = score(read[None], at[None]).float().softmax(-1).max(-1)  # (gaps left,) each
        row = int(highest.argmax())
        gap = left.pop(row)
        found[gap], order[gap], confidence[gap] = best[row].cpu(), step, highest[row].cpu()
        read[positions[gap]], at[positions[gap]] = best[row], False
    return Filled(found, order, confidence)


# --- a baseline without a network ---


def followers(tokens: Tensor, size: int, keep: int) -> Tensor:
    """The most frequent followers of each token: the naive prediction of a gap from its left neighbour.

    Args:
        tokens: (N,) int64, a long text.
        size: of the vocabulary, V.
        keep: followers to keep per token.

    Returns:
        (V, keep) int64, most frequent first; the most frequent tokens of all fill the rows of tokens with fewer.
    """
    pairs, counts = (tokens[:-1] * size + tokens[1:]).unique(return_counts=True)
    order = counts.argsort(descending=True, stable=True)
    order = order[(pairs[order] // size).argsort(stable=True)]  # by the token before, most frequent follower first
    before, after = pairs[order] // size, pairs[order] % size
    rank = torch.arange(len(before)) - torch.searchsorted(before, before)  # of a follower among those of its token
    kept = rank < keep
    common = tokens.bincount(minlength=size).argsort(descending=True, stable=True)[:keep]
    table = common.repeat(size, 1)  # (V, keep)
    table[before[kept], rank[kept]] = after[kept]
    return table
