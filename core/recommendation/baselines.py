"""Recommenders without a network: popularity, and item-to-item neighbours.

Sarwar et al. 2001, "Item-Based Collaborative Filtering Recommendation Algorithms", with the cosine of who rated a film.
Recent films of a history may count more, as in V-SKNN of Ludewig & Jannach 2018, "Evaluation of Session-based
Recommendation Algorithms". Ferrari Dacrema et al. 2019, "Are We Really Making Much Progress?", show
that networks are often compared with neighbours whose settings were not tuned; here both are tuned on validation films.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.recommendation import pretext
from core.recommendation.pretext import Films, Floats

Counts = NDArray[np.unsignedinteger[Any]]
ALL = 0
NEIGHBOUR_COUNTS = (10, 20, 50, 100, 200, 500, ALL)  # neighbours per film, to choose from
LAST_FILMS = (1, 2, 3, 5, 10, 20, ALL)  # films at the end of a history that are used, to choose from
DECAYS = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)  # weight of a film over that of the next one, to choose from

SMALLEST = 1e-30  # smaller weights become 0: products with subnormal numbers take a hundred times as long

Question = tuple[Films, int]  # the films given, the right one


class Recency(NamedTuple):
    """How much each film of a history counts.

    Attributes:
        last: only so many films at its end count; ALL for all.
        decay: the film rated `age` films before the last one counts decay^age.
    """

    last: int
    decay: float

    def weights(self, count: int) -> Floats:
        """The weights of a history of `count` films, in its order: (count,)."""
        age = np.arange(count - 1, -1, -1)
        weights = self.decay**age
        used = (weights > SMALLEST) & ((self.last == ALL) | (age < self.last))
        return np.where(used, weights, 0).astype(np.float32)


RECENCIES = (*(Recency(last, 1.0) for last in LAST_FILMS), *(Recency(ALL, decay) for decay in DECAYS))


@dataclass(frozen=True)
class ItemNeighbours:
    """The films rated by the same users, for each of V films.

    Attributes:
        co_ratings: (V, V), users who rated both films; on the diagonal, users who rated the film.
        keep: neighbours per film; ALL keeps every film that one user rated too.
        recency: how much each film of a history counts.
    """

    co_ratings: Counts
    keep: int
    recency: Recency

    @functools.cached_property
    def similarity(self) -> Floats:
        """Cosines (V, V) of each film (row) with its `keep` nearest, 0 elsewhere."""
        similarity = cosines(self.co_ratings)
        return keep_nearest(similarity, nearest(similarity), self.keep)

    def scores(self, given: Films) -> Floats:
        """Score every film (V,) as the next one after a history (N,); UNKNOWN films in it count for nothing."""
        return self._weighted(given, self.recency.weights(len(given)))

    def scores_between(self, before: Films, after: Films) -> Floats:
        """Score every film (V,) for the place between two runs of films, all of which count.

        The film at distance d from the place counts decay^(d - 1), so without films behind it this is `scores` over all
        films.
        """
        both = Recency(ALL, self.recency.decay)
        weights = np.concatenate([both.weights(len(before)), both.weights(len(after))[::-1]])
        return self._weighted(np.concatenate([before, after]), weights)

    def _weighted(self, films: Films, weights: Floats) -> Floats:
        known = films != pretext.UNKNOWN
        found: Floats = weights[known] @ self.similarity[films[known]]
        return found


def popularity(histories: Sequence[Films], films: int) -> NDArray[np.int64]:
    """How often each of `films` films stands in the histories: (V,)."""
    known = np.concatenate([history[history != pretext.UNKNOWN] for history in histories])
    counts: NDArray[np.int64] = np.bincount(known, minlength=films)
    return counts


def count_co_ratings(histories: Sequence[Films], films: int) -> Counts:
    """How many users rated both of two films; on the diagonal how many rated the one: (V, V)."""
    rated = np.zeros((len(histories), films), np.float32)  # (users, V)
    for row, history in enumerate(histories):
        rated[row, history[history != pretext.UNKNOWN]] = 1
    together = rated.T @ rated
    counts: Counts = together.astype(np.min_scalar_type(int(together.max())))
    return counts


def cosines(co_ratings: Counts) -> Floats:
    """Cosine of who rated two films: users of both over the root of the product of the users of each.

    Returns:
        (V, V) in 0..1; 0 on the diagonal, so that no film recommends itself.
    """
    together: Floats = co_ratings.astype(np.float32)
    norms = np.sqrt(np.maximum(together.diagonal(), 1))
    np.fill_diagonal(together, 0)
    together /= norms[:, None]
    together /= norms
    return together


def nearest(similarity: Floats) -> NDArray[np.int64]:
    """The films (V, V) most similar to each, best first; of equals the one with the lower number first."""
    order: NDArray[np.int64] = np.argsort(-similarity, axis=1, kind="stable")
    return order


def keep_nearest(similarity: Floats, order: NDArray[np.int64], keep: int) -> Floats:
    """The similarities (V, V) of each film's first `keep` films by `order`, 0 elsewhere; ALL keeps them as they are."""
    if keep == ALL or keep >= len(similarity):
        return similarity
    kept = np.zeros_like(similarity)
    first = order[:, :keep]
    np.put_along_axis(kept, first, np.take_along_axis(similarity, first, 1), 1)
    return kept


def choose(co_ratings: Counts, questions: Sequence[Question]) -> ItemNeighbours:
    """The neighbours whose NDCG@10 on validation questions is highest; of equals the first in the lists above."""
    similarity = cosines(co_ratings)
    order = nearest(similarity)
    best, chosen = -1.0, (NEIGHBOUR_COUNTS[0], RECENCIES[0])
    for keep in NEIGHBOUR_COUNTS:
        kept = keep_nearest(similarity, order, keep)
        for recency, placed in zip(RECENCIES, _ranks_by_recency(kept, questions), strict=True):
            quality = pretext.ndcg(placed)
            if quality > best:
                best, chosen = quality, (keep, recency)
    return ItemNeighbours(co_ratings, *chosen)


def _ranks_by_recency(similarity: Floats, questions: Sequence[Question]) -> list[list[float]]:
    """The rank of the right film of each question, for each of RECENCIES; what `ranks` finds, in one product."""
    found: list[list[float]] = [[] for _ in RECENCIES]
    for given, answer in questions:
        known = given != pretext.UNKNOWN
        weights = np.stack([recency.weights(len(given))[known] for recency in RECENCIES])
        for placed, scores in zip(found, weights @ similarity[given[known]], strict=True):
            placed.append(pretext.rank(scores, given, answer))
    return found


def ranks(score: Callable[[Films], Floats], questions: Sequence[Question]) -> list[float]:
    """The rank of the right film of each question by a function that scores all films from those given."""
    return [pretext.rank(score(given), given, answer) for given, answer in questions]
