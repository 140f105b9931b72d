"""Popularity and item neighbours against brute force; the choice of their settings; the catalogue's files."""

import math
from pathlib import Path

import numpy as np
import pytest

from core.data import films
from core.errors import CheckpointError
from core.recommendation import baselines, catalogue, pretext
from core.recommendation.pretext import UNKNOWN
from tests.core import film_set

COUNT = 12


@pytest.fixture
def histories() -> list[pretext.Films]:
    rng = np.random.default_rng(0)
    return [rng.permutation(COUNT)[: rng.integers(2, 9)] for _ in range(30)]


def brute(histories: list[pretext.Films], a: int, b: int) -> float:
    """Cosine of two columns of the table of users and films, user by user."""
    with_a, with_b = ({user for user, films in enumerate(histories) if film in films} for film in (a, b))
    return len(with_a & with_b) / math.sqrt(len(with_a) * len(with_b)) if with_a and with_b and a != b else 0.0


def test_popularity_counts(histories: list[pretext.Films]) -> None:
    found = baselines.popularity([*histories, np.array([UNKNOWN])], COUNT)
    assert found.tolist() == [sum(film in history for history in histories) for film in range(COUNT)]


def test_cosines_equal_brute_force(histories: list[pretext.Films]) -> None:
    found = baselines.cosines(histories, COUNT)
    slow = [[brute(histories, a, b) for b in range(COUNT)] for a in range(COUNT)]
    assert found == pytest.approx(np.array(slow), abs=1e-6)


@pytest.mark.parametrize(("keep", "last"), [(3, 0), (3, 2), (11, 1)])
def test_scores_equal_brute_force(histories: list[pretext.Films], keep: int, last: int) -> None:
    neighbours = baselines.nearest(baselines.cosines(histories, COUNT), keep, last)
    given = np.array([4, UNKNOWN, 7, 2])
    expected = np.zeros(COUNT)
    for film in given[-last:] if last else given:
        if film != UNKNOWN:
            best = sorted(range(COUNT), key=lambda other: (-round(brute(histories, film, other), 6), other))[:keep]
            for other in best:
                expected[other] += brute(histories, int(film), other)
    assert neighbours.scores(given) == pytest.approx(expected, abs=1e-6)


def test_settings_are_chosen_by_the_questions_given(histories: list[pretext.Films]) -> None:
    asked = [pretext.leave_one_out(history, "validation") for history in histories if len(history) > 2]
    similarity = baselines.cosines([history[:-2] for history in histories], COUNT)
    chosen = baselines.choose(similarity, asked)
    best = pretext.ndcg(baselines.ranks(chosen.scores, asked))
    for keep in baselines.KEEPS:
        for last in baselines.LASTS:
            tried = baselines.nearest(similarity, keep, last)
            assert pretext.ndcg(baselines.ranks(tried.scores, asked)) <= best + 1e-9


@pytest.fixture
def ratings(tmp_path: Path) -> films.Ratings:
    return films.read(f"folder:{film_set.write(tmp_path / 'set')}")


def test_the_catalogue_counts_no_film_that_is_asked_later(ratings: films.Ratings) -> None:
    known = catalogue.gather(ratings, 1)
    counts = {film.number: 0 for film in ratings.films}
    for history in ratings.histories:
        for place in history[:-2]:
            counts[ratings.films[place].number] += 1
    assert {film.number: int(times) for film, times in zip(known.films, known.times, strict=True)} == {
        number: count for number, count in counts.items() if count
    }
    assert all(times >= 9 for times in catalogue.gather(ratings, 9).times)


def test_histories_are_translated_and_strangers_marked(ratings: films.Ratings) -> None:
    known = catalogue.gather(ratings, 9)
    for own, translated in zip(ratings.histories, known.translate(ratings), strict=True):
        for place, film in zip(own, translated, strict=True):
            stranger = ratings.films[place] not in known.films
            assert (film == UNKNOWN) if stranger else (known.films[film] == ratings.films[place])


def test_what_is_packed_is_unpacked(ratings: films.Ratings, tmp_path: Path) -> None:
    known = catalogue.gather(ratings, 1)
    similarity = baselines.cosines([h[:-2] for h in known.translate(ratings)], len(known.films))
    neighbours = baselines.nearest(similarity, 5, 3)
    for name, content in catalogue.pack(known, neighbours).items():
        (tmp_path / name).write_bytes(content)
    again, near = catalogue.unpack(tmp_path)
    assert again.films == known.films
    assert again.times.tolist() == known.times.tolist()
    assert near.films.tolist() == neighbours.films.tolist()
    assert near.similarity == pytest.approx(neighbours.similarity, abs=1e-3)
    assert near.last == 3


def test_a_folder_without_films_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="mean no films"):
        catalogue.unpack(tmp_path)
