"""The films that a model knows: their titles and genres, how often each was rated, and each film's neighbours.

This is what a checkpoint needs to speak, as a language model needs its vocabulary: `films.json` and
`neighbours.safetensors` beside the weights, with the data set's own README.txt, under whose terms all of them stand.
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
from core.recommendation.baselines import ItemNeighbours
from core.recommendation.pretext import Films

FILMS, NEIGHBOURS = "films.json", "neighbours.safetensors"


@dataclass(frozen=True)
class Catalogue:
    """Films by their place in the model's vocabulary.

    Attributes:
        films: V of them.
        times: (V,), how often each was rated in the training part of the histories.
    """

    films: tuple[Film, ...]
    times: NDArray[np.int64]

    def translate(self, ratings: Ratings) -> list[Films]:
        """Histories in places of this catalogue; UNKNOWN stands for films it does not have."""
        place = {film.number: at for at, film in enumerate(self.films)}
        table = np.array([place.get(film.number, pretext.UNKNOWN) for film in ratings.films], np.int64)
        return [table[history] for history in ratings.histories]


def gather(ratings: Ratings, least: int) -> Catalogue:
    """The films that were rated at least `least` times before anyone's last two."""
    kept = [pretext.seen_in_training(history) for history in ratings.histories]
    times = baselines.popularity(kept, len(ratings.films))
    known = np.flatnonzero(times >= least)
    return Catalogue(tuple(ratings.films[at] for at in known), times[known])


def pack(catalogue: Catalogue, neighbours: ItemNeighbours) -> dict[str, bytes]:
    """A checkpoint's extra files: name -> content."""
    table = {
        "number": [film.number for film in catalogue.films],
        "title": [film.title for film in catalogue.films],
        "genres": ["|".join(film.genres) for film in catalogue.films],
        "times": catalogue.times.tolist(),
    }
    arrays: dict[str, NDArray[Any]] = {
        "films": neighbours.films.astype(np.int32),
        "similarity": neighbours.similarity.astype(np.float16),
        "last": np.array([neighbours.last], np.int32),
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    return {FILMS: text.encode(), NEIGHBOURS: save(arrays)}


def unpack(folder: Path) -> tuple[Catalogue, ItemNeighbours]:
    """Read the files that `pack` made.

    Raises:
        CheckpointError: they are missing.
    """
    if not all((folder / name).is_file() for name in (FILMS, NEIGHBOURS)):
        raise CheckpointError("{name} has no films.json, so its numbers mean no films.", name=folder.name)
    return read_films(folder), _neighbours(load((folder / NEIGHBOURS).read_bytes()))


def read_films(folder: Path) -> Catalogue:
    """The catalogue alone."""
    table = json.loads((folder / FILMS).read_text(encoding="utf-8"))
    rows = zip(table["number"], table["title"], table["genres"], strict=True)
    films = tuple(Film(number, title, tuple(genres.split("|")) if genres else ()) for number, title, genres in rows)
    return Catalogue(films, np.array(table["times"], np.int64))


def _neighbours(arrays: dict[str, NDArray[Any]]) -> ItemNeighbours:
    similarity = arrays["similarity"].astype(np.float32)
    return ItemNeighbours(arrays["films"].astype(np.int64), similarity, int(arrays["last"][0]))


def genre_table(films: Sequence[Film]) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """All genres there are, by name, and which film has which: (N, G)."""
    genres = tuple(sorted({genre for film in films for genre in film.genres}))
    return genres, np.array([[genre in film.genres for genre in genres] for film in films], np.bool_)
