"""Answers to visitors: the shipped model beats chance and popularity, visitors are independent, errors are plain."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from core import checkpoints
from core.downstream.paired import mcnemar
from core.errors import CheckpointError, InputError
from core.recommendation import baselines, evaluation, explore, train
from tests.core import film_set
from tests.own_checkpoints import settle

SPACE = [1214, 260, 1196, 541, 1240, 2571]
LOVE = [1307, 539, 597, 2671, 2424, 6942]


def test_hidden_film_is_not_seen() -> None:
    found = explore.hide(SPACE, 3)
    assert [film.number for film in found.films] == SPACE
    assert found.position == 2
    assert sum(found.attention) == pytest.approx(1, abs=1e-5)
    assert len(found.attention) == 6
    assert not {guess.film.number for guess in found.best} & set(SPACE[:2] + SPACE[3:])
    scores = [guess.score for guess in found.best]
    assert scores == sorted(scores, reverse=True)
    other = [*SPACE[:2], 1, *SPACE[3:]]
    again = explore.hide(other, 3)
    assert again.best == found.best, "what is hidden is not seen"


def test_probability_and_rank_agree() -> None:
    loaded, found = explore.recommender(), explore.hide(SPACE, 3)
    assert found.candidates == len(loaded.catalogue.films) - 5
    rows = torch.tensor([[loaded.index_of[number] for number in SPACE]])
    hidden = torch.zeros_like(rows, dtype=torch.bool)
    hidden[0, 2] = True
    with torch.inference_mode():
        logits = loaded.model(rows.masked_fill(hidden, loaded.model.config.hidden), hidden).logits[0]
    rest = [place for at, place in enumerate(rows[0].tolist()) if at != 2]
    left = [at for at in range(len(logits)) if at not in rest]
    shares = dict(zip(left, logits[left].softmax(0).tolist(), strict=True))
    answer = int(rows[0, 2])
    assert found.probability == pytest.approx(shares[answer], rel=1e-4)
    assert found.rank == sum(share >= shares[answer] for share in shares.values())


def test_recommendations_leave_the_list_out() -> None:
    found = explore.recommend(SPACE)
    for guesses in (found.model, found.knn, found.popularity):
        assert len({guess.film.number for guess in guesses}) == 10
        assert not {guess.film.number for guess in guesses} & set(SPACE)
        scores = [guess.score for guess in guesses]
        assert scores == sorted(scores, reverse=True)
    assert 0 <= found.reversed_kept <= 10
    loaded = explore.recommender()
    given = np.array([loaded.index_of[number] for number in SPACE])
    knn = loaded.neighbours.scores(given)
    knn[given] = -1
    assert found.knn[0].film == loaded.catalogue.films[int(knn.argmax())]


def test_network_is_personal_and_popularity_not() -> None:
    space, love = explore.recommend(SPACE), explore.recommend(LOVE)
    same = {guess.film for guess in space.popularity} & {guess.film for guess in love.popularity}
    assert len(same) >= 7
    assert len({guess.film for guess in space.model} & {guess.film for guess in love.model}) <= 5


def test_similar_films_leave_the_film_out() -> None:
    found = explore.similar(260)
    assert found.film.number == 260
    offered = {film.number for film in explore.films()}
    for guesses in (found.by_vectors, found.by_ratings):
        assert len(guesses) == explore.SHOWN
        assert 260 not in {guess.film.number for guess in guesses}
        assert all(-1 <= guess.score <= 1.001 for guess in guesses)
    assert {guess.film.number for guess in found.by_vectors} <= offered


def test_genres_stand_beside_chance() -> None:
    found = explore.genres()
    assert {"Horror", "Animation", "Sci-Fi"} <= {each.genre for each in found}
    gains = [each.model - each.chance_level for each in found]
    assert gains == sorted(gains, reverse=True)
    assert all(0 <= each.chance_level <= 1 and each.n > evaluation.K for each in found)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (None, "Pick 2 to 15"),
        ([], "Pick 2 to 15"),
        ([1], "Pick 2 to 15"),
        (list(range(1, 40)), "Pick 2 to 15"),
        ([1, 999_999_999], "from the list"),
        ([1, "2"], "from the list"),
        ([1, 1.5], "from the list"),
        ([1, [2]], "from the list"),
        ([1, True], "from the list"),
        ([1, 1], "only once"),
    ],
)
def test_bad_lists_are_refused(chosen: list[int] | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        explore.hide(chosen, 1)
    with pytest.raises(InputError, match=sentence):
        explore.recommend(chosen)


@pytest.mark.parametrize("place", [0, 7, 2.5, float("nan"), float("inf"), "2", None])
def test_other_places_are_refused(place: float) -> None:
    with pytest.raises(InputError):
        explore.hide(SPACE, place)


@pytest.mark.parametrize("number", [None, -1, 10**9, "260", True])
def test_other_films_are_refused(number: int) -> None:
    with pytest.raises(InputError):
        explore.similar(number)


@pytest.mark.parametrize("name", ["", "gpt2/novels", "../recommendation/movielens", "gpt2"])
def test_only_offered_models_can_be_named(name: str) -> None:
    with pytest.raises(InputError, match="models offered"):
        explore.recommend(SPACE, name)


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan")])
def test_other_stages_are_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(SPACE, 3, stage)


def test_concurrent_visitors_get_their_own_results() -> None:
    asked = [(SPACE, 3), (LOVE, 2)] * 8
    alone = {place: explore.hide(films, place) for films, place in asked[:2]}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: explore.hide(*one), asked))
    for (_, place), answer in zip(asked, found, strict=True):
        assert answer.best == alone[place].best
        assert answer.probability == alone[place].probability


# --- what is shipped ---


def test_golden_card_beats_chance_and_popularity() -> None:
    test = explore.metrics()["test"]
    assert test["n"] == 610
    for figure in ("hit_rate", "ndcg"):
        assert test[figure] > 10 * test[f"chance_{figure}"]
        assert test[figure] > 1.5 * test[f"popularity_{figure}"]


def test_golden_recommendations_match_the_genre() -> None:
    for numbers, genre in ((SPACE, "Sci-Fi"), (LOVE, "Romance")):
        films = explore.films()
        chance = sum(genre in film.genres for film in films) / len(films)
        share = np.mean([genre in guess.film.genres for guess in explore.recommend(numbers).model])
        assert share > chance + 0.2, genre


def test_golden_vectors_separate_genres() -> None:
    figures = explore.metrics()["genres"]
    assert figures["knn"] > max(figures["chance"], figures["untrained_knn"]) + 0.05


def test_golden_hit_rate_grows_in_training() -> None:
    reached = explore.reached()
    assert len(reached) == 5
    assert reached[-1] == explore.metrics()["test"]["hit_rate"]
    assert reached[-1] > reached[0] + 0.02
    assert explore.grow(SPACE, 3, 4).probability > explore.grow(SPACE, 3, 0).probability


def test_untrained_model_recommends_popular_films() -> None:
    fresh = explore.grow(SPACE, 3, 0)
    popular = {guess.film.number for guess in explore.recommend(SPACE).popularity}
    assert len(popular & {guess.film.number for guess in fresh.best}) >= 4


def test_data_terms_lie_beside_every_checkpoint() -> None:
    for name in explore.names():
        terms = (checkpoints.ROOT / name / train.TERMS).read_text(encoding="utf-8")
        assert "may redistribute the data set, including transformations" in terms
        assert "commercial" in terms


# --- a visitor's own, and none at all ---


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small one of made-up films, in a tree beside what is shipped."""
    root = settle(tmp_path / "checkpoints", monkeypatch)
    monkeypatch.chdir(tmp_path)
    film_set.write(tmp_path / "films")
    flags = ["--smoke", "--device", "cpu", "--least", "1", "--context", "8", "--width", "16", "--name", "mine"]
    written = train.main([*flags, "--data", f"folder:{tmp_path / 'films'}"]).absolute()
    (root / "recommendation" / "mine").symlink_to(written)
    explore.recommender.cache_clear()
    return "recommendation/mine"


def test_own_model_has_its_own_films(own: str) -> None:
    assert own in explore.names()
    films = explore.films(own)
    assert all(film.title.startswith("The Reel") for film in films)
    chosen = explore.first_list(SPACE, own)
    assert len(chosen) == 5
    assert len(explore.recommend(chosen, own).model) == 10
    assert explore.hide(chosen, 1, own).candidates == len(explore.recommender(own).catalogue.films) - 4
    with pytest.raises(InputError, match="Pick 2 to 8 films"):
        explore.hide([film.number for film in films[:9]], 1, own)


def test_films_are_listed_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    films, known = explore.films(), explore.recommender().catalogue.films
    monkeypatch.setattr(checkpoints, "load", Mock(side_effect=AssertionError("a checkpoint is opened")))
    explore.recommender.cache_clear()
    assert explore.films() == films
    assert explore.film_count() == len(known)
    assert explore.first_list([*SPACE, 10**9]) == SPACE
    assert [film.number for film in explore.known_films(SPACE).values()] == SPACE
    assert 0 < explore.decay() <= 1
    assert explore.trained().read == checkpoints.read_card(explore.NAME).config["context"] - 1
    for ask in (explore.films, explore.metrics, explore.decay, explore.film_count):
        with pytest.raises(InputError, match="models offered"):
            ask("recommendation/nothing")


def test_other_kinds_of_model_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: ("vae/mnist",))
    with pytest.raises(CheckpointError, match="not a model that this tab can use"):
        explore.recommender("vae/mnist")


def test_hidden_film_has_neighbours_on_both_sides() -> None:
    """Item neighbours use every visible film, as the network does: the first one moves the rank of the last."""
    loaded = explore.recommender()
    last = len(SPACE)
    given = np.array([loaded.index_of[number] for number in SPACE])
    for place in range(1, last + 1):
        before, after = given[: place - 1], given[place:]
        visible = np.concatenate([before, after])
        weights = loaded.neighbours.recency.decay ** np.concatenate(
            [np.arange(place - 1)[::-1], np.arange(last - place)]
        )
        slow = sum(weight * loaded.neighbours.similarity[film] for film, weight in zip(visible, weights, strict=True))
        expected = 1 + sum(
            slow[film] >= slow[given[place - 1]]
            for film in range(len(slow))
            if film not in visible and film != given[place - 1]
        )
        assert abs(explore.hide(SPACE, place).knn_rank - expected) <= 1, place
    ranks = {explore.hide([first, *SPACE[1:]], last).knn_rank for first in (SPACE[0], *LOVE)}
    assert len(ranks) > 1


def test_shipped_neighbours_have_tuned_settings() -> None:
    for name in explore.names():
        neighbours = explore.recommender(name).neighbours
        assert neighbours.keep in baselines.NEIGHBOUR_COUNTS
        assert neighbours.recency in baselines.RECENCIES
        assert neighbours.co_ratings.shape[0] == len(explore.recommender(name).catalogue.films)
        assert neighbours.co_ratings.diagonal().tolist() == explore.recommender(name).catalogue.rating_counts.tolist()


def test_paired_test_agrees_with_the_card() -> None:
    for name in explore.names():
        test, paired = explore.metrics(name)["test"], explore.paired_test(name)
        gap = round((test["hit_rate"] - test["knn_hit_rate"]) * test["n"])
        assert paired.network_only - paired.knn_only == gap, "users whom both or none find right cancel out"
        assert paired.p_value == pytest.approx(mcnemar(paired.network_only, paired.knn_only))


def test_snapshots_share_the_figures_of_baselines() -> None:
    card = checkpoints.read_card(explore.NAME)
    for figures in card.snapshots.values():
        assert figures["knn_hit_rate"] == explore.metrics()["test"]["knn_hit_rate"]
