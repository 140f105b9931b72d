"""How text labels itself a second time: hide some tokens, and what stood there is the right answer.

Devlin et al. 2019, sec. 3.1 and appendix A.1. Every choice of places and of what is put there comes from a generator
that the caller hands in. Beside it, what a network that fills gaps can be asked: to fill several at once or one after
the other, and how well it foresaw a whole text (Salazar et al. 2020).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

SHARE = 0.15  # of the tokens is chosen to be guessed
MASKED, REPLACED = 0.8, 0.1  # of the chosen ones is hidden, is another token; the rest stays as it is
ROWS = 16  # texts that go through a network at once

Score = Callable[[Tensor, Tensor], Tensor]  # tokens (B, T) and which places, (B, T) bool, to their scores (n, V)


def choose(tokens: Tensor, marks: Tensor, rng: torch.Generator, share: float = SHARE) -> Tensor:
    """Choose the places to guess: each token with the same probability, marks never.

    Args:
        tokens: (B, T) int64.
        marks: (M,) int64, the numbers of the marks, such as the beginning of a text.
        rng: where the draw comes from, on the device of `tokens`.
        share: probability of each token.

    Returns:
        (B, T) bool.
    """
    drawn = torch.rand(tokens.shape, generator=rng, device=tokens.device) < share
    return drawn & ~torch.isin(tokens, marks)


def corrupt(tokens: Tensor, chosen: Tensor, mask: int, marks: Tensor, size: int, rng: torch.Generator) -> Tensor:
    """Hide eight in ten of the chosen tokens, put any other in place of one in ten, leave one in ten.

    Devlin et al. 2019, appendix A.1. The network never knows which of the tokens it sees is right, so it has to have an
    opinion on each; and it meets texts without a single mask later.

    Args:
        tokens: (B, T) int64.
        chosen: (B, T) bool, from `choose`.
        mask: the number of the mask.
        marks: (M,) int64, numbers that are never put in place of another; they are the first M of the vocabulary.
        size: of the vocabulary.
        rng: on the device of `tokens`.

    Returns:
        (B, T) int64, what the network reads.
    """
    fate = torch.rand(tokens.shape, generator=rng, device=tokens.device)
    other = torch.randint(0, size, tokens.shape, generator=rng, device=tokens.device)
    other = torch.where(torch.isin(other, marks), tokens, other)
    read = torch.where(chosen & (fate < MASKED), torch.full_like(tokens, mask), tokens)
    return torch.where(chosen & (fate >= MASKED) & (fate < MASKED + REPLACED), other, read)


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of guessing the tokens that were chosen; the others have no label.

    Args:
        logits: (n, V), unnormalised, at the chosen places.
        labels: (n,) int64, what stood there.

    Returns:
        Scalar, nats a chosen token, 0 where none was chosen; log V means chance.
    """
    return F.cross_entropy(logits, labels, reduction="sum") / max(1, len(labels))


# --- a whole text, each token hidden alone ---


@torch.inference_mode()
def pseudo_bits(score: Score, tokens: Tensor, places: Tensor, mask: int) -> Tensor:
    """Bits of surprise at each place while it alone is hidden and all else can be read.

    Salazar et al. 2020, "Masked Language Model Scoring", eq. 2: the pseudo-log-likelihood of a text is minus the sum of
    these. It is no probability of the text: every token may help to guess every other.

    Args:
        score: see `Score`; all else lies on the CPU.
        tokens: (T,) int64, marks at both ends.
        places: (P,) int64, which of them to hide, one at a time.
        mask: the number of the mask.

    Returns:
        (P,) float32 on the CPU.
    """
    found = []
    for some in places.split(ROWS):
        rows = torch.arange(len(some), device=tokens.device)
        read, at = tokens.repeat(len(some), 1), torch.zeros(len(some), len(tokens), dtype=torch.bool)  # (P, T) each
        read[rows, some] = mask
        at[rows, some] = True
        log_p = score(read, at).float().log_softmax(-1)  # (P, V)
        found.append(-log_p.gather(1, tokens[some][:, None])[:, 0].cpu() / math.log(2))
    return torch.cat(found) if found else torch.zeros(0)


# --- several gaps ---


class Filled(NamedTuple):
    """Gaps filled with the likeliest tokens.

    Attributes:
        tokens: (P,) int64, one for each gap, in the order of the gaps.
        order: (P,) int64, in which turn each was filled, from 0; all 0 if they were filled at once.
        certainty: (P,), probability of each token when it was put in.
    """

    tokens: Tensor
    order: Tensor
    certainty: Tensor


@torch.inference_mode()
def fill_at_once(score: Score, tokens: Tensor, places: Tensor, mask: int) -> Filled:
    """Fill every gap with its own likeliest token; no gap knows what is put into another.

    Args:
        score: see `Score`.
        tokens: (T,) int64.
        places: (P,) int64, the gaps, from left to right; whatever stands there is hidden first.
        mask: the number of the mask.
    """
    read, at = tokens.clone(), torch.zeros(len(tokens), dtype=torch.bool)
    read[places], at[places] = mask, True
    certainty, best = score(read[None], at[None]).float().softmax(-1).max(-1)  # (P,) each
    return Filled(best.cpu(), torch.zeros(len(places), dtype=torch.long), certainty.cpu())


@torch.inference_mode()
def fill_one_by_one(score: Score, tokens: Tensor, places: Tensor, mask: int) -> Filled:
    """Fill the gap that the network is surest of, look again at the others, and so on; arguments of `fill_at_once`."""
    read, at, left = tokens.clone(), torch.zeros(len(tokens), dtype=torch.bool), list(range(len(places)))
    read[places], at[places] = mask, True
    found, order, certainty = (torch.zeros(len(places), dtype=kind) for kind in (torch.long, torch.long, torch.float))
    for turn in range(len(places)):
        sure, best = score(read[None], at[None]).float().softmax(-1).max(-1)  # (gaps left,) each
        surest = int(sure.argmax())
        gap = left.pop(surest)
        found[gap], order[gap], certainty[gap] = best[surest].cpu(), turn, sure[surest].cpu()
        read[places[gap]], at[places[gap]] = best[surest], False
    return Filled(found, order, certainty)


# --- what needs no network ---


def followers(tokens: Tensor, size: int, keep: int) -> Tensor:
    """The tokens that came most often after each token: the naive guess at a gap, from its left neighbour alone.

    Args:
        tokens: (N,) int64, a long text.
        size: of the vocabulary, V.
        keep: how many to keep of each.

    Returns:
        (V, keep) int64, best first; where fewer than `keep` ever followed, the most frequent tokens of all fill up.
    """
    pairs, counts = (tokens[:-1] * size + tokens[1:]).unique(return_counts=True)
    order = counts.argsort(descending=True, stable=True)
    order = order[(pairs[order] // size).argsort(stable=True)]  # by the token before, the commonest follower first
    before, after = pairs[order] // size, pairs[order] % size
    rank = torch.arange(len(before)) - torch.searchsorted(before, before)  # of a follower among those of its token
    kept = rank < keep
    common = tokens.bincount(minlength=size).argsort(descending=True, stable=True)[:keep]
    table = common.repeat(size, 1)  # (V, keep)
    table[before[kept], rank[kept]] = after[kept]
    return table
