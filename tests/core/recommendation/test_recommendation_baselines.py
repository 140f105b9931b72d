"""Popularity and item neighbours against brute force, the choice of their settings, and the catalogue's files."""

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data import films
from core.errors import CheckpointError
from core.recommendation import baselines, catalogue, evaluation, pretext
from core.recommendation.baselines import ALL, ItemNeighbours, Recency
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


def test_popularity_counts_ratings(histories: list[pretext.Films]) -> None:
    found = baselines.popularity([*histories, np.array([UNKNOWN])], COUNT)
    assert found.tolist() == [sum(film in history for history in histories) for film in range(COUNT)]


def test_cosines_equal_brute_force(histories: list[pretext.Films]) -> None:
    counts = baselines.count_co_ratings(histories, COUNT)
    assert counts.diagonal().tolist() == baselines.popularity(histories, COUNT).tolist()
    slow = [[brute(histories, a, b) for b in range(COUNT)] for a in range(COUNT)]
    assert baselines.cosines(counts) == pytest.approx(np.array(slow), abs=1e-6)


def slow_scores(histories: list[pretext.Films], keep: int, weighted: list[tuple[int, float]]) -> NDArray[np.float64]:
    """The weighted sum of the similarities to each (film, weight), film by film."""
    total = np.zeros(COUNT)
    for film, weight in weighted:
        best = sorted(range(COUNT), key=lambda other: (-round(brute(histories, film, other), 6), other))
        for other in best[: keep or COUNT]:
            total[other] += weight * brute(histories, film, other)
    return total


@pytest.mark.parametrize(
    ("keep", "last", "decay"), [(3, ALL, 1.0), (3, 2, 1.0), (11, 1, 1.0), (ALL, ALL, 0.6), (3, ALL, 0.5), (ALL, 2, 0.9)]
)
def test_scores_equal_brute_force(histories: list[pretext.Films], keep: int, last: int, decay: float) -> None:
    neighbours = ItemNeighbours(baselines.count_co_ratings(histories, COUNT), keep, Recency(last, decay))
    given = np.array([4, UNKNOWN, 7, 2])
    aged = [(4, decay**3), (7, decay), (2, 1.0)]
    if last:
        aged = [pair for pair, age in zip(aged, (3, 1, 0), strict=True) if age < last]
    assert neighbours.scores(given) == pytest.approx(slow_scores(histories, keep, aged), abs=1e-6)


@pytest.mark.parametrize("last", [ALL, 1, 2])
def test_hidden_place_uses_every_visible_film(histories: list[pretext.Films], last: int) -> None:
    """However short the histories that suit the last film: on both sides of a hidden one every film counts."""
    neighbours = ItemNeighbours(baselines.count_co_ratings(histories, COUNT), ALL, Recency(last, 0.5))
    found = neighbours.scores_between(np.array([4, 7, 2]), np.array([9, 1]))
    weighted = [(4, 0.25), (7, 0.5), (2, 1.0), (9, 1.0), (1, 0.5)]
    assert found == pytest.approx(slow_scores(histories, ALL, weighted), abs=1e-6)


def test_last_place_equals_the_next_one(histories: list[pretext.Films]) -> None:
    neighbours = ItemNeighbours(baselines.count_co_ratings(histories, COUNT), ALL, Recency(ALL, 0.7))
    given = np.array([4, 7, 2])
    assert neighbours.scores_between(given, given[:0]) == pytest.approx(neighbours.scores(given))


def test_settings_are_the_best_on_validation(histories: list[pretext.Films]) -> None:
    asked = [pretext.leave_one_out(history, "validation") for history in histories if len(history) > 2]
    counts = baselines.count_co_ratings([history[:-2] for history in histories], COUNT)
    chosen = baselines.choose(counts, asked)
    best = pretext.ndcg(baselines.ranks(chosen.scores, asked))
    tried = [ItemNeighbours(counts, keep, how) for keep in baselines.NEIGHBOUR_COUNTS for how in baselines.RECENCIES]
    assert all(pretext.ndcg(baselines.ranks(each.scores, asked)) <= best + 1e-9 for each in tried)


def test_recency_is_chosen_where_it_matters() -> None:
    """Film 2i + 1 follows film 2i; older films of a history say nothing of the next one."""
    rng = np.random.default_rng(1)
    pairs = [rng.permutation(20) for _ in range(80)]
    histories = [
        np.stack([2 * order, 2 * order + 1], 1).ravel()[:9] for order in pairs
    ]  # ends between the two of a pair
    histories = [np.append(history, history[-1] + 1) for history in histories]
    asked = [(history[:-1], int(history[-1])) for history in histories]
    chosen = baselines.choose(baselines.count_co_ratings([history[:-2] for history in histories], 40), asked)
    assert chosen.recency.weights(9)[:-1].sum() < 1.5, "the last film counts as much as most others together"
    uniform = ItemNeighbours(chosen.co_ratings, ALL, Recency(ALL, 1.0))
    found, plain = (pretext.ndcg(baselines.ranks(each.scores, asked)) for each in (chosen, uniform))
    assert found > plain + 0.05


def test_grid_reaches_beyond_fifty_neighbours() -> None:
    assert {50, 100, 200, 500, ALL} <= set(baselines.NEIGHBOUR_COUNTS)
    assert any(recency.decay < 1 for recency in baselines.RECENCIES)


def test_neighbours_ignore_the_test_film(ratings: films.Ratings) -> None:
    known = catalogue.gather(ratings, 1)
    histories = known.translate(ratings)
    other = [np.append(history[:-1], UNKNOWN) for history in histories]
    one, two = (evaluation.fit_neighbours(each, len(known.films)) for each in (histories, other))
    assert (one.keep, one.recency) == (two.keep, two.recency)
    assert np.array_equal(one.co_ratings, two.co_ratings)


@pytest.fixture
def ratings(tmp_path: Path) -> films.Ratings:
    return films.read(f"folder:{film_set.write(tmp_path / 'set')}")


def test_catalogue_leaves_last_films_out(ratings: films.Ratings) -> None:
    known = catalogue.gather(ratings, 1)
    counts = dict.fromkeys((film.number for film in ratings.films), 0)
    for history in ratings.histories:
        for place in history[:-2]:
            counts[ratings.films[place].number] += 1
    assert {film.number: int(times) for film, times in zip(known.films, known.rating_counts, strict=True)} == {
        number: count for number, count in counts.items() if count
    }
    assert all(times >= 9 for times in catalogue.gather(ratings, 9).rating_counts)


def test_unknown_films_are_marked(ratings: films.Ratings) -> None:
    known = catalogue.gather(ratings, 9)
    for own, translated in zip(ratings.histories, known.translate(ratings), strict=True):
        for place, film in zip(own, translated, strict=True):
            stranger = ratings.films[place] not in known.films
            assert (film == UNKNOWN) if stranger else (known.films[film] == ratings.films[place])


def test_packed_catalogue_is_unpacked(ratings: films.Ratings, tmp_path: Path) -> None:
    known = catalogue.gather(ratings, 1)
    counts = baselines.count_co_ratings([h[:-2] for h in known.translate(ratings)], len(known.films))
    neighbours = ItemNeighbours(counts, 5, Recency(3, 0.8))
    for name, content in catalogue.pack(known, neighbours).items():
        (tmp_path / name).write_bytes(content)
    again, near = catalogue.read_films(tmp_path), catalogue.read_neighbours(tmp_path)
    assert again.films == known.films
    assert again.rating_counts.tolist() == known.rating_counts.tolist()
    assert near.co_ratings.tolist() == counts.tolist()
    assert (near.keep, near.recency) == (5, Recency(3, 0.8))
    assert np.array_equal(near.similarity, neighbours.similarity)


def test_folder_without_films_is_refused(tmp_path: Path) -> None:
    for read in (catalogue.read_films, catalogue.read_neighbours):
        with pytest.raises(CheckpointError, match="mean no films"):
            read(tmp_path)
