"""What recommends without a network: popularity, and item-to-item neighbours.

Sarwar et al. 2001, "Item-Based Collaborative Filtering Recommendation Algorithms", with the cosine of who rated a film.
Ferrari Dacrema et al. 2019, "Are We Really Making Much Progress?", is why such neighbours stand beside the network, and
why their settings are chosen as carefully as its own.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.recommendation import pretext
from core.recommendation.pretext import Films, Floats

KEEPS = (10, 20, 50)  # neighbours a film, to choose from
LASTS = (1, 2, 3, 5, 10, 20, 0)  # films of a history that are asked, to choose from; 0 asks all

Question = tuple[Films, int]  # the films given, the right one


@dataclass(frozen=True)
class ItemNeighbours:
    """The films rated by the same people, for each film.

    Attributes:
        films: (V, K) int64, best first.
        similarity: (V, K) float32, cosine of the two films' columns of the table of users and films, 0..1.
        last: how many films of a history, counted from its end, recommend; 0 for all.
    """

    films: Films
    similarity: Floats
    last: int

    def scores(self, given: Films) -> Floats:
        """Score all films (V,): the sum of their similarities to the last films given (N,), UNKNOWN ones left out."""
        asked = given[-self.last :] if self.last else given
        asked = asked[asked != pretext.UNKNOWN]
        total = np.zeros(len(self.films), np.float32)
        np.add.at(total, self.films[asked].ravel(), self.similarity[asked].ravel())
        return total


def popularity(histories: Sequence[Films], films: int) -> NDArray[np.int64]:
    """How often each of `films` films stands in the histories: (V,)."""
    told = np.concatenate([history[history != pretext.UNKNOWN] for history in histories])
    counts: NDArray[np.int64] = np.bincount(told, minlength=films)
    return counts


def cosines(histories: Sequence[Films], films: int) -> Floats:
    """Cosine of who rated two films: users of both over the root of the product of the users of each.

    Returns:
        (V, V) in 0..1; 0 on the diagonal, so that no film recommends itself.
    """
    rated = np.zeros((len(histories), films), np.float32)  # (users, V)
    for row, history in enumerate(histories):
        rated[row, history[history != pretext.UNKNOWN]] = 1
    together = rated.T @ rated  # (V, V)
    norms = np.sqrt(np.maximum(together.diagonal(), 1))
    np.fill_diagonal(together, 0)
    found: Floats = together / norms[:, None] / norms
    return found


def nearest(similarity: Floats, keep: int, last: int) -> ItemNeighbours:
    """Keep the `keep` most similar films of each (V, V); of equals the one with the lower number."""
    best = np.argsort(-similarity, axis=1, kind="stable")[:, :keep]
    return ItemNeighbours(best, np.take_along_axis(similarity, best, 1), last)


def choose(similarity: Floats, questions: Sequence[Question]) -> ItemNeighbours:
    """The neighbours whose NDCG@10 on validation questions is highest; of equals the first in KEEPS and LASTS."""
    widest = nearest(similarity, max(KEEPS), 0)

    def quality(keep: int, last: int) -> float:
        tried = ItemNeighbours(widest.films[:, :keep], widest.similarity[:, :keep], last)
        return pretext.ndcg(ranks(tried.scores, questions))

    keep, last = max(itertools.product(KEEPS, LASTS), key=lambda pair: quality(*pair))
    return ItemNeighbours(widest.films[:, :keep], widest.similarity[:, :keep], last)


def ranks(score: Callable[[Films], Floats], questions: Sequence[Question]) -> list[float]:
    """Where the right film of each question stands by a way to score all films from those given."""
    return [pretext.rank(score(given), given, answer) for given, answer in questions]
