"""The films that a model knows: their titles and genres, how often each was rated, and each film's neighbours.

A checkpoint needs them as a language model needs its vocabulary: `films.json` and `neighbours.safetensors` lie beside
the weights, with the data set's own README.txt, under whose terms all of them are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from core.data.films import Film, Ratings
from core.errors import CheckpointError
from core.recommendation import baselines, pretext
from core.recommendation.baselines import ItemNeighbours, Recency
from core.recommendation.pretext import Films

FILMS, NEIGHBOURS = "films.json", "neighbours.safetensors"


@dataclass(frozen=True)
class Catalogue:
    """Films by their index in the model's vocabulary.

    Attributes:
        films: V of them.
        rating_counts: (V,), how often each was rated in the training part of the histories.
    """

    films: tuple[Film, ...]
    rating_counts: NDArray[np.int64]

    def translate(self, ratings: Ratings) -> list[Films]:
        """Histories as indices into this catalogue; UNKNOWN stands for films it does not have."""
        index_of = {film.number: index for index, film in enumerate(self.films)}
        table = np.array([index_of.get(film.number, pretext.UNKNOWN) for film in ratings.films], np.int64)
        return [table[history] for history in ratings.histories]


def gather(ratings: Ratings, least: int) -> Catalogue:
    """The films that were rated at least `least` times, the last two films of each user left out."""
    kept = [pretext.seen_in_training(history) for history in ratings.histories]
    counts = baselines.popularity(kept, len(ratings.films))
    known = np.flatnonzero(counts >= least)
    return Catalogue(tuple(ratings.films[index] for index in known), counts[known])


def pack(catalogue: Catalogue, neighbours: ItemNeighbours) -> dict[str, bytes]:
    """A checkpoint's extra files: name -> content."""
    table = {
        "number": [film.number for film in catalogue.films],
        "title": [film.title for film in catalogue.films],
        "genres": ["|".join(film.genres) for film in catalogue.films],
        "times": catalogue.rating_counts.tolist(),
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    return {FILMS: text.encode(), NEIGHBOURS: pack_neighbours(neighbours)}


def pack_neighbours(neighbours: ItemNeighbours) -> bytes:
    """The content of the file `neighbours.safetensors`: the counts of each pair of films once, and the settings."""
    pairs, films = _upper(neighbours.co_ratings), neighbours.co_ratings.diagonal()
    arrays: dict[str, NDArray[Any]] = {
        "pairs": pairs.astype(np.min_scalar_type(int(pairs.max(initial=0)))),
        "films": np.ascontiguousarray(films),
        "keep": np.array([neighbours.keep], np.int32),
        "last": np.array([neighbours.recency.last], np.int32),
        "decay": np.array([neighbours.recency.decay], np.float64),
    }
    return save(arrays)


def read_films(folder: Path) -> Catalogue:
    """Read the catalogue that `pack` wrote.

    Raises:
        CheckpointError: it is missing.
    """
    table = json.loads(_content(folder, FILMS))
    rows = zip(table["number"], table["title"], table["genres"], strict=True)
    films = tuple(Film(number, title, tuple(genres.split("|")) if genres else ()) for number, title, genres in rows)
    return Catalogue(films, np.array(table["times"], np.int64))


def read_neighbours(folder: Path) -> ItemNeighbours:
    """Read the neighbours that `pack` wrote; errors as in `read_films`."""
    arrays = load(_content(folder, NEIGHBOURS))
    films, pairs = arrays["films"], arrays["pairs"]
    counts = np.zeros((len(films), len(films)), films.dtype)
    counts[np.triu(np.ones(counts.shape, np.bool_), 1)] = pairs
    counts += counts.T
    np.fill_diagonal(counts, films)
    recency = Recency(int(arrays["last"][0]), float(arrays["decay"][0]))
    return ItemNeighbours(counts, int(arrays["keep"][0]), recency)


def _content(folder: Path, name: str) -> bytes:
    if not (folder / name).is_file():
        raise CheckpointError("{name} has no films.json, so its numbers mean no films.", name=folder.name)
    return (folder / name).read_bytes()


def _upper(square: NDArray[Any]) -> NDArray[Any]:
    """What stands above the diagonal, row by row: (V, V) to (V (V - 1) / 2,)."""
    found: NDArray[Any] = square[np.triu(np.ones(square.shape, np.bool_), 1)]
    return found


def genre_table(films: Sequence[Film]) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """All genres there are, by name, and which film has which: (N, G)."""
    genres = tuple(sorted({genre for film in films for genre in film.genres}))
    return genres, np.array([[genre in film.genres for genre in genres] for film in films], np.bool_)
