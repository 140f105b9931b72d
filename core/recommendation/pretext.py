"""How histories label themselves: hide films in the order they were rated in; what was hidden is the right answer.

Sun et al. 2019, "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer",
sec. 3.6: a share of the films is replaced by one mark and guessed from both sides; now and then only the last film is,
which is the question a recommender is asked. Measured as there with the last film of each history left out, but ranked
among all films: ranking among a hundred drawn ones can turn the order of methods around (Krichene & Rendle 2020, "On
Sampled Metrics for Item Recommendation").
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Films = NDArray[np.int64]
Floats = NDArray[np.float32]
Split = Literal["validation", "test"]
UNKNOWN = -1  # a film that the model has no vector for


def seen_in_training(history: Films) -> Films:
    """All films of a history but the last two, which are for validation and test."""
    return history[:-2]


def leave_one_out(history: Films, split: Split) -> tuple[Films, int]:
    """What is given and what is asked: the last film ("test"), or the one before it ("validation").

    Args:
        history: (N,), N >= 3, in the order of rating.
        split: which question.

    Returns:
        The films before the one in question (N - 1,) or (N - 2,), and that film.
    """
    place = len(history) - (1 if split == "test" else 2)
    return history[:place], int(history[place])


def stretch(history: Films, context: int, rng: torch.Generator) -> Films:
    """A run of at most `context` films of a history, wherever chance puts it."""
    free = max(0, len(history) - context)
    first = int(torch.randint(free + 1, (), generator=rng))
    return history[first : first + context]


def pad(histories: Sequence[Films], context: int, padding: int) -> Tensor:
    """Histories of at most `context` films as one table (B, context) int64, each at the right edge of its row."""
    table = torch.full((len(histories), context), padding)
    for row, history in enumerate(histories):
        if len(history):
            table[row, context - len(history) :] = torch.from_numpy(history)
    return table


def draw_mask(present: Tensor, ratio: float, last: float, rng: torch.Generator) -> Tensor:
    """Choose what is hidden: in a share of the rows only the last film, else each film with probability `ratio`.

    Sun et al. 2019, sec. 3.6. A row in which chance hides nothing hides its last film, so each row asks something.

    Args:
        present: (B, T) bool, False for padding; the last place of every row is a film.
        ratio: in 0..1.
        last: share of the rows that hide the last film alone, in 0..1.
        rng: on the CPU.

    Returns:
        (B, T) bool, never True where nothing is.
    """
    ends = torch.zeros_like(present)
    ends[:, -1] = True
    hidden = (torch.rand(present.shape, generator=rng) < ratio) & present
    alone = (torch.rand(len(present), generator=rng) < last) | ~hidden.any(1)
    return torch.where(alone[:, None], ends, hidden)


def masked_film_loss(logits: Tensor, films: Tensor) -> Tensor:
    """Cross-entropy of guessing the hidden films.

    Sun et al. 2019, eq. 8, as the mean of -log p over all hidden places of the batch.

    Args:
        logits: (M, V), unnormalised, one row a hidden place.
        films: (M,) int64, what was there.

    Returns:
        Scalar, nats a film; log V means chance.
    """
    return F.cross_entropy(logits, films)


def rank(scores: Floats, given: Films, answer: int) -> float:
    """Place of the right film when all films but those given are ordered by score; 1 is best.

    Films that score the same stand before it: who gives all films one score wins nothing.

    Args:
        scores: (V,).
        given: films that are left out of the ranking; UNKNOWN ones count for nothing.
        answer: the right film, not among those given; infinitely far down if UNKNOWN.
    """
    if answer == UNKNOWN:
        return math.inf
    rivals = scores >= scores[answer]
    rivals[given[given != UNKNOWN]] = False
    return float(rivals.sum())


def hit_rate(ranks: Sequence[float], k: int = 10) -> float:
    """Share of questions whose right film is among the first k, 0..1 (HR@k)."""
    return sum(place <= k for place in ranks) / len(ranks)


def ndcg(ranks: Sequence[float], k: int = 10) -> float:
    """Normalised discounted cumulative gain at k with one right film a question: mean of 1 / log2(1 + rank), 0..1."""
    return sum(1 / math.log2(1 + place) for place in ranks if place <= k) / len(ranks)
