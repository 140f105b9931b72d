"""What a visitor can ask: what is shipped beats chance and popularity, visitors do not meet, mistakes are sentences."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints
from core.errors import CheckpointError, InputError
from core.recommendation import baselines, explore, pretext, train
from tests.core import film_set
from tests.own_checkpoints import settle

SPACE = [1214, 260, 1196, 541, 1240, 2571]
LOVE = [1307, 539, 597, 2671, 2424, 6942]


def test_a_hidden_film_is_guessed_from_the_others_alone() -> None:
    found = explore.hide(SPACE, 3)
    assert [film.number for film in found.films] == SPACE
    assert found.place == 2
    assert sum(found.looked_at) == pytest.approx(1, abs=1e-5)
    assert len(found.looked_at) == 6
    assert not {guess.film.number for guess in found.best} & set(SPACE[:2] + SPACE[3:])
    scores = [guess.score for guess in found.best]
    assert scores == sorted(scores, reverse=True)
    other = [*SPACE[:2], 1, *SPACE[3:]]
    again = explore.hide(other, 3)
    assert again.best == found.best, "what is hidden is not seen"


def test_probabilities_rank_and_candidates_agree() -> None:
    voice, found = explore.recommender(), explore.hide(SPACE, 3)
    assert found.candidates == len(voice.catalogue.films) - 5
    rows = torch.tensor([[voice.place[number] for number in SPACE]])
    hidden = torch.zeros_like(rows, dtype=torch.bool)
    hidden[0, 2] = True
    with torch.inference_mode():
        logits = voice.model(rows.masked_fill(hidden, voice.model.config.hidden), hidden).logits[0]
    rest = [place for at, place in enumerate(rows[0].tolist()) if at != 2]
    left = [at for at in range(len(logits)) if at not in rest]
    shares = dict(zip(left, logits[left].softmax(0).tolist(), strict=True))
    answer = int(rows[0, 2])
    assert found.probability == pytest.approx(shares[answer], rel=1e-4)
    assert found.rank == sum(share >= shares[answer] for share in shares.values())


def test_three_lists_of_ten_without_what_was_given() -> None:
    found = explore.recommend(SPACE)
    for guesses in (found.model, found.knn, found.popularity):
        assert len({guess.film.number for guess in guesses}) == 10
        assert not {guess.film.number for guess in guesses} & set(SPACE)
        scores = [guess.score for guess in guesses]
        assert scores == sorted(scores, reverse=True)
    assert 0 <= found.reversed_kept <= 10
    voice = explore.recommender()
    given = np.array([voice.place[number] for number in SPACE])
    scores = voice.neighbours.scores(given)
    scores[given] = -1
    assert found.knn[0].film == voice.catalogue.films[int(scores.argmax())]


def test_popularity_is_the_same_for_everybody_and_the_network_is_not() -> None:
    space, love = explore.recommend(SPACE), explore.recommend(LOVE)
    same = {guess.film for guess in space.popularity} & {guess.film for guess in love.popularity}
    assert len(same) >= 7
    assert len({guess.film for guess in space.model} & {guess.film for guess in love.model}) <= 5


def test_neighbours_are_films_that_can_be_picked_and_never_the_film_itself() -> None:
    found = explore.similar(260)
    assert found.film.number == 260
    offered = {film.number for film in explore.films()}
    for guesses in (found.vectors, found.rated_by):
        assert len(guesses) == explore.SHOWN
        assert 260 not in {guess.film.number for guess in guesses}
        assert all(-1 <= guess.score <= 1.001 for guess in guesses)
    assert {guess.film.number for guess in found.vectors} <= offered


def test_genres_are_told_with_chance_beside() -> None:
    found = explore.genres()
    assert {"Horror", "Animation", "Sci-Fi"} <= {told.genre for told in found}
    gains = [told.model - told.chance for told in found]
    assert gains == sorted(gains, reverse=True)
    assert all(0 <= told.chance <= 1 and told.n > explore.K for told in found)


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
def test_bad_lists_are_plain_sentences(chosen: list[int] | None, sentence: str) -> None:
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
def test_another_stage_is_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(SPACE, 3, stage)


def test_two_visitors_at_once_get_what_each_gets_alone() -> None:
    asked = [(SPACE, 3), (LOVE, 2)] * 8
    alone = {place: explore.hide(films, place) for films, place in asked[:2]}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: explore.hide(*one), asked))
    for (_, place), answer in zip(asked, found, strict=True):
        assert answer.best == alone[place].best
        assert answer.probability == alone[place].probability


# --- what is shipped ---


def test_golden_the_card_beats_chance_and_popularity() -> None:
    test = explore.metrics()["test"]
    assert test["n"] == 610
    for figure in ("hit_rate", "ndcg"):
        assert test[figure] > 10 * test[f"chance_{figure}"]
        assert test[figure] > 1.5 * test[f"popularity_{figure}"]


def test_golden_one_kind_of_film_brings_more_of_it() -> None:
    for numbers, genre in ((SPACE, "Sci-Fi"), (LOVE, "Romance")):
        films = explore.films()
        chance = sum(genre in film.genres for film in films) / len(films)
        share = np.mean([genre in guess.film.genres for guess in explore.recommend(numbers).model])
        assert share > chance + 0.2, genre


def test_golden_vectors_know_genres_better_than_chance_and_before_training() -> None:
    told = explore.metrics()["genres"]
    assert told["knn"] > max(told["chance"], told["untrained_knn"]) + 0.05


def test_golden_training_made_it_better_and_the_card_tells_of_every_stage() -> None:
    reached = explore.reached()
    assert len(reached) == 5
    assert reached[-1] == explore.metrics()["test"]["hit_rate"]
    assert reached[-1] > reached[0] + 0.02
    assert explore.grow(SPACE, 3, 4).probability > explore.grow(SPACE, 3, 0).probability


def test_before_training_it_recommends_what_is_popular() -> None:
    fresh = explore.grow(SPACE, 3, 0)
    popular = {guess.film.number for guess in explore.recommend(SPACE).popularity}
    assert len(popular & {guess.film.number for guess in fresh.best}) >= 4


def test_the_terms_of_the_data_go_with_every_checkpoint() -> None:
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


def test_a_model_of_ones_own_knows_its_own_films(own: str) -> None:
    assert own in explore.names()
    films = explore.films(own)
    assert all(film.title.startswith("The Reel") for film in films)
    chosen = explore.first_list(SPACE, own)
    assert len(chosen) == 5
    assert len(explore.recommend(chosen, own).model) == 10
    assert explore.hide(chosen, 1, own).candidates == len(explore.recommender(own).catalogue.films) - 4
    with pytest.raises(InputError, match="Pick 2 to 8 films"):
        explore.hide([film.number for film in films[:9]], 1, own)


def test_what_is_no_recommender_is_refused(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "names", lambda: ("vae/mnist",))
    with pytest.raises(CheckpointError, match="no recommender"):
        explore.recommender("vae/mnist")


def test_neighbours_shipped_are_those_the_card_measured() -> None:
    voice = explore.recommender()
    assert voice.neighbours.films.shape[1] in baselines.KEEPS
    assert voice.neighbours.last in baselines.LASTS
    assert pretext.UNKNOWN not in voice.neighbours.films
