"""What a visitor gets: a matrix that is true to its views, losses without encoding again, plain words for bad input."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from core.contrastive import explore
from core.contrastive.pretext import ViewSettings
from core.data import bundled
from core.downstream.neighbours import leave_one_out_accuracy
from core.errors import InputError

KEYS = ("astronaut", "cat", "coffee", "rocket", "china", "flower")
MILD = ViewSettings(min_crop=0.5, jitter=0.3, greyscale=0.0, blur=0.0, flip=0.5)


def photos(*keys: str) -> list[explore.Bytes]:
    return [photo.image for key in keys for photo in bundled.photographs() if photo.key == key]


@pytest.mark.parametrize("encoder", explore.ENCODERS)
@pytest.mark.parametrize("space", ["projections", "features"])
def test_the_matrix_and_its_losses_agree(encoder: str, space: str) -> None:
    found = explore.compare(photos(*KEYS[:3]), MILD, encoder=encoder, space=space, temperature=0.3)
    assert found.cosine.shape == (6, 6)
    assert np.allclose(np.diag(found.cosine), 1, atol=1e-4)
    assert found.space == ("features" if encoder == "rotation" else space)
    others = np.exp(found.cosine / 0.3)
    np.fill_diagonal(others, 0)
    right = np.exp(found.cosine[np.arange(6), np.arange(6) ^ 1] / 0.3)
    assert np.allclose(found.losses.rows, np.log(others.sum(1) / right), atol=1e-4)
    assert found.losses.mean == pytest.approx(float(found.losses.rows.mean()), abs=1e-5)
    assert found.losses.chance == pytest.approx(math.log(5))
    assert found.chance == pytest.approx(1 / 5)


def test_encoders_are_shown_the_same_views() -> None:
    pictures = photos("cat", "coffee")
    one, other = (explore.compare(pictures, MILD, encoder=name, seed=4) for name in ("simclr", "rotation"))
    assert np.array_equal(one.first, other.first)
    assert np.array_equal(one.second, other.second)


def test_a_picture_brought_twice_is_the_likeliest_false_negative() -> None:
    mild = ViewSettings(min_crop=1.0, jitter=0.0, greyscale=0.0, blur=0.0, flip=0.0)
    found = explore.compare(photos("cat", "coffee", "rocket", "cat"), mild)
    assert found.suspects[0][:2] == (0, 3)
    assert [value for *_, value in found.suspects] == sorted((v for *_, v in found.suspects), reverse=True)


def test_golden_simclr_finds_the_other_view_more_often_than_chance_and_pixels() -> None:
    strong = ViewSettings(min_crop=0.2, jitter=0.5, greyscale=0.2, blur=0.0, flip=0.5)
    emoji = bundled.emoji_gallery().images
    pictures = [emoji[i] for i in range(30, 1200, 80)]
    runs = [explore.compare(pictures[:15], strong, seed=seed) for seed in range(4)]
    found = np.mean([run.found for run in runs])
    assert found > 0.5, "chance is 1 in 29"
    assert found > np.mean([run.pixels_found for run in runs]) + 0.15
    assert np.mean([run.losses.mean for run in runs]) < runs[0].losses.chance - 0.8


def test_card_holds_the_floor() -> None:
    card = explore.metrics()["cifar10"]
    assert card["n"] == 10_000
    assert card["knn"] - card["untrained_knn"] >= 0.12


def test_losses_follow_the_temperature_without_encoding_again() -> None:
    found = explore.compare(photos(*KEYS[:4]), MILD, temperature=0.2)
    again = explore.losses(found.cosine.tolist(), 0.2)
    assert np.allclose(again.rows, found.losses.rows, atol=1e-5)
    hot = explore.losses(found.cosine.tolist(), 1.0)
    assert abs(hot.mean - hot.chance) < abs(again.mean - again.chance)


@pytest.mark.parametrize(
    "matrix",
    [None, [], {}, "no", 3, [[1.0]], [[1.0, 0.5], [0.5, 1.0]], [[1] * 5] * 5, [[1] * 4] * 6, [[1] * 34] * 34,
     [[float("nan")] * 4] * 4, [[float("inf")] * 4] * 4, [[7] * 4] * 4, [["a"] * 4] * 4, [[1, 2], [1]],
     [[None] * 4] * 4],
)  # fmt: skip
def test_what_is_no_matrix_of_cosines_is_refused(matrix: object) -> None:
    with pytest.raises(InputError):
        explore.losses(matrix, 0.2)


@pytest.mark.parametrize("temperature", [0, -1, 0.01, 5, float("nan"), float("inf"), True])
def test_other_temperatures_are_refused(temperature: float) -> None:
    with pytest.raises(InputError):
        explore.losses([[1.0] * 4] * 4, temperature)
    with pytest.raises(InputError):
        explore.compare(photos("cat", "coffee"), MILD, temperature=temperature)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), True])
@pytest.mark.parametrize("place", range(5))
def test_settings_out_of_range_are_refused(place: int, value: float) -> None:
    given = [0.5] * 5
    given[place] = value
    with pytest.raises(InputError):
        explore.view_settings(*given)


@pytest.mark.parametrize("count", [0, 1, 17])
def test_too_few_and_too_many_pictures(count: int) -> None:
    with pytest.raises(InputError, match=str(count)):
        explore.compare(photos("cat") * count, MILD)


@pytest.mark.parametrize("wrong", [{"encoder": "moco"}, {"encoder": ""}, {"space": "x"}, {"seed": -1}, {"seed": 0.5}])
def test_other_choices_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        explore.compare(photos("cat", "coffee"), MILD, **wrong)  # type: ignore[arg-type]


def test_the_sentence_says_which_picture_is_bad(text_as_picture: Path, huge_picture: Path, photo_file: Path) -> None:
    for bad in (text_as_picture, huge_picture):
        with pytest.raises(InputError, match="Picture 2: "):
            explore.compare([str(photo_file), str(bad)], MILD)


def test_pictures_of_every_shape_are_answered(photo_file: Path) -> None:
    sources = [str(photo_file), np.zeros((8, 300, 3), np.uint8), np.full((9, 9), 255, np.uint8)]
    assert np.isfinite(explore.compare(sources, MILD).losses.rows).all()


@pytest.mark.parametrize("encoder", explore.ENCODERS)
def test_a_picture_of_the_gallery_finds_itself_first(encoder: str) -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours([emoji.images[7], emoji.images[100]], 2, encoder=encoder, count=4)
    assert found[0].name == emoji.names[100]
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert [item.similarity for item in found] == sorted((item.similarity for item in found), reverse=True)


@pytest.mark.parametrize("which", [0, 3, 1.5, float("nan")])
def test_a_picture_that_is_not_there_has_no_neighbours(which: float) -> None:
    with pytest.raises(InputError):
        explore.neighbours(photos("cat", "coffee"), which)
    with pytest.raises(InputError):
        explore.neighbours([], 1)


def test_emoji_groups_are_told_better_than_by_chance() -> None:
    probe = explore.group_probe()
    assert probe.accuracy.keys() == {"pixels", *explore.ENCODERS}
    assert probe.accuracy["simclr"] > probe.chance + 0.2
    assert probe.accuracy["simclr"] > max(probe.accuracy["rotation"], probe.accuracy["untrained"])


def test_leave_one_out_leaves_itself_out() -> None:
    features, labels = torch.eye(4), torch.tensor([0, 1, 2, 3])
    assert leave_one_out_accuracy(features, labels, k=2) == 0
    doubled = leave_one_out_accuracy(features.repeat(2, 1), labels.repeat(2), k=1)
    assert doubled == 1


def test_visitors_at_once_get_what_each_gets_alone() -> None:
    pictures = photos("cat", "coffee", "rocket")
    alone = [explore.compare(pictures, MILD, seed=seed).cosine for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: explore.compare(pictures, MILD, seed=seed).cosine, range(6)))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=1e-6)
    assert not np.allclose(alone[0], alone[1])
