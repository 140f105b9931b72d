"""What the recommender answers: frozen results that `explore.py` makes and the page draws."""

from dataclasses import dataclass

from core.data.films import Film


@dataclass(frozen=True)
class Guess:
    """A film and the probability a model gave it, or by a baseline its score."""

    film: Film
    score: float


@dataclass(frozen=True)
class Hidden:
    """One film of a list hidden and guessed from those on both sides of it.

    Attributes:
        films: the list.
        place: of the hidden film in it, from 0.
        probability: of the right film among all that are not in the list.
        rank: its place among them, 1 is best; `knn_rank` and `popularity_rank` by the baselines.
        candidates: how many films are ranked; a blind pick is right once in so many.
        best: the model's first guesses.
        looked_at: share of the attention of the hidden place that falls on each place of the list, sums to 1.
    """

    films: tuple[Film, ...]
    place: int
    probability: float
    rank: int
    knn_rank: int
    popularity_rank: int
    candidates: int
    best: tuple[Guess, ...]
    looked_at: tuple[float, ...]


@dataclass(frozen=True)
class Recommendation:
    """What comes next after a list, by the network and by two baselines, ten films each.

    Attributes:
        model: with probabilities among all films that are not in the list.
        knn: item neighbours, with summed cosines; popularity: with how often each was rated.
        reversed_kept: how many of the network's ten stay when it reads the list backwards.
        candidates: how many films there were to choose from.
    """

    model: tuple[Guess, ...]
    knn: tuple[Guess, ...]
    popularity: tuple[Guess, ...]
    reversed_kept: int
    candidates: int


@dataclass(frozen=True)
class Likeness:
    """A film and those most like it, as (film, cosine): by the model's vectors, and by who rated them."""

    film: Film
    vectors: tuple[Guess, ...]
    rated_by: tuple[Guess, ...]


@dataclass(frozen=True)
class GenreTold:
    """Of the ten films most similar to one of a genre, the share that is of it too, 0..1.

    Attributes:
        genre: its English name, as in MovieLens.
        model: by the trained vectors; `untrained` by those before training; `chance` by a blind pick.
        n: films of the genre.
    """

    genre: str
    model: float
    untrained: float
    chance: float
    n: int


@dataclass(frozen=True)
class Trained:
    """The training in figures: ratings, users, share of films hidden, share of stretches that hide the last alone.

    `read` is how many films, the last ones, the model looks at to tell the next.
    """

    ratings: int
    users: int
    ratio: float
    last: float
    read: int
