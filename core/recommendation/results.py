"""Frozen results of the recommender, which `explore.py` makes and the page draws."""

from dataclasses import dataclass

from core.data.films import Film


@dataclass(frozen=True)
class Prediction:
    """A film and its probability by a model, or its score by a baseline."""

    film: Film
    score: float


@dataclass(frozen=True)
class HiddenFilm:
    """One film of a list hidden and predicted from those on both sides of it.

    Attributes:
        films: the list.
        position: of the hidden film in it, from 0.
        probability: of the right film among all that are not in the list.
        rank: of the right film among them, 1 is best; `knn_rank` and `popularity_rank` by the baselines.
        candidates: how many films are ranked; a random guess is right once in so many.
        best: the model's first predictions.
        attention: share of the attention of the hidden position on each position of the list, sums to 1.
    """

    films: tuple[Film, ...]
    position: int
    probability: float
    rank: int
    knn_rank: int
    popularity_rank: int
    candidates: int
    best: tuple[Prediction, ...]
    attention: tuple[float, ...]


@dataclass(frozen=True)
class Recommendation:
    """What comes next after a list, by the network and by two baselines, ten films each.

    Attributes:
        model: with probabilities among all films that are not in the list.
        knn: item neighbours, with weighted sums of cosines; popularity: with how often each was rated.
        reversed_kept: how many of the network's ten stay when it reads the list backwards.
        candidates: how many films there were to choose from.
    """

    model: tuple[Prediction, ...]
    knn: tuple[Prediction, ...]
    popularity: tuple[Prediction, ...]
    reversed_kept: int
    candidates: int


@dataclass(frozen=True)
class SimilarFilms:
    """A film and those most similar to it, with cosines: by the model's vectors, and by who rated them."""

    film: Film
    by_vectors: tuple[Prediction, ...]
    by_ratings: tuple[Prediction, ...]


@dataclass(frozen=True)
class GenrePrecision:
    """Of the ten films most similar to one of a genre, the share that is of it too, 0..1.

    Attributes:
        genre: its English name, as in MovieLens.
        model: by the trained vectors.
        untrained: by the vectors before training.
        chance_level: by a random pick.
        n: films of the genre.
    """

    genre: str
    model: float
    untrained: float
    chance_level: float
    n: int


@dataclass(frozen=True)
class PairedTest:
    """The network and item neighbours on the same users.

    Attributes:
        network_only: users whose last film is among the first ten by the network alone.
        knn_only: the same by item neighbours alone.
        p_value: of the exact McNemar test: how probable it is that chance alone splits these users so unevenly.
    """

    network_only: int
    knn_only: int
    p_value: float


@dataclass(frozen=True)
class TrainingSummary:
    """The data and settings of a training.

    Attributes:
        ratings: how many.
        users: how many.
        ratio: share of the films that is hidden.
        last: share of the stretches in which the last film alone is hidden.
        read: how many films, the last ones, the model reads to predict the next.
    """

    ratings: int
    users: int
    ratio: float
    last: float
    read: int
