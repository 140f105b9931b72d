"""Films and who rated them in which order: MovieLens, fetched on first use, or a folder in the same format.

Harper & Konstan 2015, "The MovieLens Datasets: History and Context". A set is a folder with `ratings.csv` (userId,
movieId, rating, timestamp) and `movies.csv` (movieId, title, genres). Stars are left out on purpose: only which
films a user rated, and in which order, is read.
"""

import csv
import io
import os
import re
import shutil
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

ADDRESS = "https://files.grouplens.org/datasets/movielens/ml-latest-small.zip"
SETS = {"movielens": "ml-latest-small"}
FILES = ("ratings.csv", "movies.csv")
KEPT = (*FILES, "README.txt")  # the last one is the licence
MAX_BYTES = 20_000_000  # of the archive, and of each file in it; the real ones have 1 and 2.5 million
WAIT_S = 30
ARTICLE = re.compile(r"(.+?), (The|A|An|Le|La|Les|Il|Das|Der|Die|El|Los)((?: \([^()]*\))*)")
NO_GENRE = "(no genres listed)"

Films = NDArray[np.int64]


@dataclass(frozen=True)
class Film:
    """One film: its number in MovieLens, its title with the year behind it, its genres."""

    number: int
    title: str
    genres: tuple[str, ...]


@dataclass(frozen=True)
class Ratings:
    """A catalogue and the histories of its users.

    Attributes:
        films: the catalogue, by number.
        histories: one array per user of indices into `films`, in the order of rating.
        times_s: when, one array per user, seconds since 1970.
    """

    films: tuple[Film, ...]
    histories: tuple[Films, ...]
    times_s: tuple[NDArray[np.int64], ...]


def read(spec: str, *, root: str = "data") -> Ratings:
    """Read "movielens" (fetched into `root` if it is not there) or "folder:PATH".

    Films rated by one user in the same second are put into a random order that is the same every time: MovieLens
    lists them by number, and a model would learn that order.

    Raises:
        InputError: nothing there, no network, or files that are not written like MovieLens.
    """
    folder = find(spec, root)
    try:
        with (folder / "movies.csv").open(encoding="utf-8", newline="") as file:
            films = sorted((_film(row) for row in csv.DictReader(file)), key=lambda film: film.number)
        with (folder / "ratings.csv").open(encoding="utf-8", newline="") as file:
            rows = [(int(row["userId"]), int(row["timestamp"]), int(row["movieId"])) for row in csv.DictReader(file)]
        index_of = {film.number: index for index, film in enumerate(films)}
        events = np.array([(user, second, index_of[number]) for user, second, number in rows], np.int64).reshape(-1, 3)
    except (KeyError, ValueError, AttributeError) as error:
        raise InputError(
            "The files in {folder} are not written like MovieLens: {reason}", folder=folder, reason=error
        ) from error
    ties = np.random.default_rng(0).permutation(len(events))
    order = np.lexsort((ties, events[:, 1], events[:, 0]))
    users, times_s, chosen = events[order].T
    ends = np.flatnonzero(np.diff(users)) + 1
    return Ratings(tuple(films), tuple(np.split(chosen, ends)), tuple(np.split(times_s, ends)))


def find(spec: str, root: str) -> Path:
    """The folder of a set, with both files in it; fetches MovieLens if its folder is not there; see `read`."""
    if spec in SETS:
        folder = Path(root) / SETS[spec]
        if not folder.is_dir():
            fetch(folder)
    else:
        folder = Path(spec.removeprefix("folder:"))
    if not all((folder / name).is_file() for name in FILES):
        raise InputError(
            "There are no ratings.csv and movies.csv in {folder}. Unpack the set there, or name its place.",
            folder=folder,
        )
    return folder


def fetch(folder: Path) -> None:
    """Fetch MovieLens from GroupLens and unpack the files in KEPT into `folder`, all of them or none.

    Raises:
        InputError: the address cannot be reached, or sends something else.
    """
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    try:
        with urllib.request.urlopen(ADDRESS, timeout=WAIT_S) as answer:  # nosec B310  # https, a constant
            sent = answer.read(MAX_BYTES)
        with zipfile.ZipFile(io.BytesIO(sent)) as archive:
            part.mkdir(parents=True, exist_ok=True)
            for name in KEPT:
                member = archive.getinfo(f"ml-latest-small/{name}")
                if member.file_size > MAX_BYTES:
                    raise zipfile.BadZipFile(name)
                (part / name).write_bytes(archive.read(member))
        part.replace(folder)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            "MovieLens is not in {folder} and {address} did not send it. Unpack ml-latest-small.zip there.",
            folder=folder,
            address=ADDRESS,
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _film(row: dict[str, str]) -> Film:
    genres = tuple(genre for genre in row["genres"].split("|") if genre != NO_GENRE)
    return Film(int(row["movieId"]), natural_title(row["title"]), genres)


def natural_title(title: str) -> str:
    """A title with its article in front: "Matrix, The (1999)" becomes "The Matrix (1999)"."""
    found = ARTICLE.fullmatch(title.strip())
    return f"{found[2]} {found[1]}{found[3]}" if found else title.strip()
