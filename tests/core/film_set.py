"""A made-up MovieLens of three dozen films and four dozen users, for tests without data and network."""

from pathlib import Path

import numpy as np

GENRES = ("Horror", "Comedy", "Western")
FILMS, USERS = 36, 48
FIRST = 100  # number of the first film


def write(folder: Path, seed: int = 0) -> Path:
    """Write ratings.csv and movies.csv: each user rates films of one genre, in a cycle of twelve."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["movieId,title,genres"]
    for film in range(FILMS):
        rows.append(f'{FIRST + film},"Reel {film}, The ({1950 + film})",{GENRES[film % 3]}')
    (folder / "movies.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = ["userId,movieId,rating,timestamp"]
    for user in range(USERS):
        circle = np.arange(user % 3, FILMS, 3)
        own = circle[(int(rng.integers(len(circle))) + np.arange(9)) % len(circle)]
        rows += [f"{user + 1},{FIRST + film},4.0,{1000 * user + 60 * at}" for at, film in enumerate(own)]
    (folder / "ratings.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "README.txt").write_text("Made up for a test.\n", encoding="utf-8")
    return folder
