"""What a visitor gets: cosines and losses of the drawn views, and one sentence for bad input."""

import json
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save

from core import checkpoints, snapshots
from core.checkpoints import Card
from core.contrastive import explore, models
from core.contrastive.model import Config, untrained
from core.contrastive.pretext import ViewSettings
from core.data import bundled, pictures
from core.downstream.neighbours import leave_one_out_accuracy
from core.errors import InputError

KEYS = ("astronaut", "cat", "coffee", "rocket", "china", "flower")
FIELDS = ("min_crop", "jitter", "greyscale", "blur", "flip")
MILD = ViewSettings(min_crop=0.5, jitter=0.3, greyscale=0.0, blur=0.0, flip=0.5)


def photos(*keys: str) -> list[explore.Bytes]:
    return [photo.image for key in keys for photo in bundled.photographs() if photo.key == key]


@pytest.mark.parametrize("encoder", explore.names())
@pytest.mark.parametrize("space", ["projections", "features"])
def test_losses_follow_from_the_matrix(encoder: str, space: str) -> None:
    found = explore.compare(photos(*KEYS[:3]), MILD, encoder=encoder, space=space, temperature=0.3)
    assert found.cosine.shape == (6, 6)
    assert np.allclose(np.diag(found.cosine), 1, atol=1e-4)
    assert found.space == ("features" if encoder == "rotation" else space)
    others = np.exp(found.cosine / 0.3)
    np.fill_diagonal(others, 0)
    right = np.exp(found.cosine[np.arange(6), np.arange(6) ^ 1] / 0.3)
    assert np.allclose(found.losses.rows, np.log(others.sum(1) / right), atol=1e-4)
    assert found.losses.mean == pytest.approx(float(found.losses.rows.mean()), abs=1e-5)
    assert found.losses.chance_level == pytest.approx(math.log(5))
    assert found.chance_level == pytest.approx(1 / 5)


def test_mean_cosines_follow_from_the_matrix() -> None:
    found = explore.compare(photos(*KEYS[:3]), MILD)
    positives = [found.cosine[i, j] for i in range(6) for j in range(6) if i != j and i // 2 == j // 2]
    negatives = [found.cosine[i, j] for i in range(6) for j in range(6) if i // 2 != j // 2]
    assert found.positive_cosine == pytest.approx(float(np.mean(positives)), abs=1e-5)
    assert found.negative_cosine == pytest.approx(float(np.mean(negatives)), abs=1e-5)


def test_encoders_get_the_same_views() -> None:
    pictures = photos("cat", "coffee")
    one, other = (explore.compare(pictures, MILD, encoder=name, seed=4) for name in ("simclr", "rotation"))
    assert np.array_equal(one.first, other.first)
    assert np.array_equal(one.second, other.second)


def test_repeated_picture_is_false_negative() -> None:
    mild = ViewSettings(min_crop=1.0, jitter=0.0, greyscale=0.0, blur=0.0, flip=0.0)
    found = explore.compare(photos("cat", "coffee", "rocket", "cat"), mild)
    assert found.false_negatives[0][:2] == (0, 3)
    assert [value for *_, value in found.false_negatives] == sorted(
        (v for *_, v in found.false_negatives), reverse=True
    )


def test_golden_simclr_beats_plain_pixels() -> None:
    strong = ViewSettings(min_crop=0.2, jitter=0.5, greyscale=0.2, blur=0.0, flip=0.5)
    emoji = bundled.emoji_gallery().images
    pictures = [emoji[i] for i in range(30, 1200, 80)]
    runs = [explore.compare(pictures[:15], strong, seed=seed) for seed in range(4)]
    accuracy = np.mean([run.accuracy for run in runs])
    assert accuracy > 0.5, "chance level 1 in 29"
    assert accuracy > np.mean([run.pixel_accuracy for run in runs]) + 0.15
    assert np.mean([run.losses.mean for run in runs]) < runs[0].losses.chance_level - 0.8


def test_card_meets_the_target() -> None:
    card = explore.metrics()["cifar10"]
    assert card["n"] == 10_000
    assert card["knn"] - card["untrained_knn"] >= 0.12


def test_losses_follow_the_temperature() -> None:
    found = explore.compare(photos(*KEYS[:4]), MILD, temperature=0.2)
    again = explore.losses(found.cosine.tolist(), 0.2)
    assert np.allclose(again.rows, found.losses.rows, atol=1e-5)
    hot = explore.losses(found.cosine.tolist(), 1.0)
    assert abs(hot.mean - hot.chance_level) < abs(again.mean - again.chance_level)


@pytest.mark.parametrize(
    "matrix",
    [
        None,
        [],
        {},
        "no",
        3,
        [[1.0]],
        [[1.0, 0.5], [0.5, 1.0]],
        [[1] * 5] * 5,
        [[1] * 4] * 6,
        [[1] * 34] * 34,
        [[float("nan")] * 4] * 4,
        [[float("inf")] * 4] * 4,
        [[7] * 4] * 4,
        [["a"] * 4] * 4,
        [[1, 2], [1]],
        [[None] * 4] * 4,
    ],
)
def test_other_matrices_are_refused(matrix: object) -> None:
    with pytest.raises(InputError):
        explore.losses(matrix, 0.2)


@pytest.mark.parametrize("temperature", [0, -1, 0.01, 5, float("nan"), float("inf"), True])
def test_other_temperatures_are_refused(temperature: float) -> None:
    with pytest.raises(InputError):
        explore.losses([[1.0] * 4] * 4, temperature)
    with pytest.raises(InputError):
        explore.compare(photos("cat", "coffee"), MILD, temperature=temperature)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), True])
@pytest.mark.parametrize("field", FIELDS)
def test_settings_out_of_range_are_refused(field: str, value: float) -> None:
    given = dict.fromkeys(FIELDS, 0.5) | {field: value}
    with pytest.raises(InputError):
        explore.view_settings(**given)


@pytest.mark.parametrize("count", [0, 1, 17])
def test_number_of_pictures_is_checked(count: int) -> None:
    with pytest.raises(InputError, match=str(count)):
        explore.compare(photos("cat") * count, MILD)


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoder": "byol"},
        {"encoder": ""},
        {"encoder": "contrastive/small"},
        {"encoder": "contrastive/small@7"},
        {"encoder": "rotation/photos"},
        {"space": "x"},
        {"seed": -1},
        {"seed": 0.5},
    ],
)
def test_other_choices_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        explore.compare(photos("cat", "coffee"), MILD, **wrong)  # type: ignore[arg-type]


def test_bad_picture_is_named(text_as_picture: Path, huge_picture: Path, photo_file: Path) -> None:
    for bad in (text_as_picture, huge_picture):
        with pytest.raises(InputError, match="Picture 2: "):
            explore.compare([str(photo_file), str(bad)], MILD)


def test_every_picture_shape_works(photo_file: Path) -> None:
    sources: list[explore.Bytes | str] = [
        str(photo_file),
        np.zeros((8, 300, 3), np.uint8),
        np.full((9, 9), 255, np.uint8),
    ]
    assert np.isfinite(explore.compare(sources, MILD).losses.rows).all()


@pytest.mark.parametrize("encoder", explore.names())
def test_gallery_picture_finds_itself(encoder: str) -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours([emoji.images[7], emoji.images[100]], 2, encoder=encoder, count=4)
    assert found[0].name == emoji.names[100]
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert [item.similarity for item in found] == sorted((item.similarity for item in found), reverse=True)


@pytest.mark.parametrize("which", [0, 3, 1.5, float("nan")])
def test_missing_picture_has_no_neighbours(which: float) -> None:
    with pytest.raises(InputError):
        explore.neighbours(photos("cat", "coffee"), which)
    with pytest.raises(InputError):
        explore.neighbours([], 1)


def test_golden_probe_beats_the_majority() -> None:
    probe = explore.group_probe()
    assert probe.accuracy.keys() == {"pixels", *explore.names()}
    assert probe.accuracy["simclr"] > probe.majority_share + 0.2
    for trained in ("simclr", "moco", "rotation"):
        assert probe.accuracy[trained] > probe.accuracy["untrained"] + 0.05, "rotation saw other pictures, for longer"


def test_leave_one_out_excludes_itself() -> None:
    features, labels = torch.eye(4), torch.tensor([0, 1, 2, 3])
    assert leave_one_out_accuracy(features, labels, k=2) == 0
    doubled = leave_one_out_accuracy(features.repeat(2, 1), labels.repeat(2), k=1)
    assert doubled == 1


def test_concurrent_visitors_get_own_answers() -> None:
    pictures = photos("cat", "coffee", "rocket")
    alone = [explore.compare(pictures, MILD, seed=seed).cosine for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: explore.compare(pictures, MILD, seed=seed).cosine, range(6)))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=1e-6)
    assert not np.allclose(alone[0], alone[1])


# --- bundled encoders, and a small network along its training ---


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of checkpoints: SimCLR, a copy as MoCo, one of a visitor, and a small one with snapshots."""
    shipped = checkpoints.ROOT
    monkeypatch.setattr(checkpoints, "ROOT", tmp_path)
    for name in ("contrastive/simclr-cifar10", "rotation/photos"):
        shutil.copytree(shipped / name, tmp_path / name)
    for name in ("moco-cifar10", "mine"):
        shutil.copytree(shipped / "contrastive" / "simclr-cifar10", tmp_path / "contrastive" / name)
    config = Config(size=16, widths=(8, 16), depths=(1, 1), hidden=16, projection=8)
    snapshots = {"25": {"knn": 0.3, "linear": 0.4, "n": 9}, "0": {"knn": 0.1, "linear": 0.2, "n": 9}}
    snapshots |= {stage: {"knn": 0.5, "linear": 0.6, "n": 9} for stage in ("1", "5", "100")}
    card = Card(
        name="contrastive/small",
        model="core.contrastive.model.ContrastiveNet",
        config=asdict(config),
        data="x",
        recipe={},
        command="",
        commit="",
        device="",
        wall_time_s=1.0,
        steps=1,
        parameters=1,
        metrics={},
        snapshots=snapshots,
    )
    files = {
        checkpoints.snapshot_file(percent): save({k: v.contiguous() for k, v in checkpoints.half_weights(net).items()})
        for percent, net in ((percent, untrained(config, percent)) for percent in (0, 1, 5, 25))
    }
    checkpoints.save(tmp_path / "contrastive" / "small", untrained(config, 100), card, files)
    return tmp_path


def test_offered_encoders_are_bundled(bundle: Path) -> None:
    assert explore.names() == ("simclr", "moco", "contrastive/mine", "rotation", "untrained")
    assert explore.sizes() == {"simclr": 32, "moco": 32, "contrastive/mine": 32, "rotation": 64, "untrained": 32}
    shutil.rmtree(bundle / "contrastive" / "moco-cifar10")
    assert explore.names() == ("simclr", "contrastive/mine", "rotation", "untrained")
    with pytest.raises(InputError):
        explore.compare(photos("cat", "coffee"), MILD, encoder="moco")


@pytest.mark.parametrize("encoder", ["moco", "contrastive/mine"])
def test_every_offered_encoder_answers(bundle: Path, encoder: str) -> None:
    found = explore.compare(photos("cat", "coffee"), MILD, encoder=encoder)
    same = explore.compare(photos("cat", "coffee"), MILD, encoder="simclr")
    assert np.allclose(found.cosine, same.cosine, atol=1e-5), "a copy of the same weights here"


def test_stages_compare_the_same_views(bundle: Path) -> None:
    grown = [explore.grow(photos("cat", "coffee", "rocket"), MILD, stage, seed=3) for stage in range(5)]
    assert all(np.array_equal(each.first, grown[0].first) for each in grown)
    cosines = [round(float(each.cosine[0, 1]), 5) for each in grown]
    assert len(set(cosines)) == 5, "five different networks"
    config = Config(size=16, widths=(8, 16), depths=(1, 1), hidden=16, projection=8)
    pair = [models.resize(pictures.to_tensor(view), 16) for view in (grown[3].first, grown[3].second)]
    with torch.inference_mode():
        slow = [untrained(config, 25).eval()(view).projections for view in pair]
    assert np.allclose(grown[3].cosine[0::2, 1::2], slow[0] @ slow[1].T, atol=0.02), "the weights at 25 %, in half"


def test_stages_read_the_card(bundle: Path) -> None:
    assert explore.reached() == (0.1, 0.5, 0.5, 0.3, 0.5)
    assert explore.reached("linear") == (0.2, 0.6, 0.6, 0.4, 0.6)


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan"), True, None])
def test_other_stages_are_refused(bundle: Path, stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(photos("cat", "coffee"), MILD, stage)


def test_golden_training_separates_the_pictures() -> None:
    strong = ViewSettings(min_crop=0.2, jitter=0.5, greyscale=0.2, blur=0.0, flip=0.5)
    emoji = bundled.emoji_gallery().images
    sources = [emoji[i] for i in range(30, 1200, 80)][:15]
    before, after = (
        [explore.grow(sources, strong, stage, seed=seed) for seed in range(4)]
        for stage in (0, len(snapshots.PERCENTS) - 1)
    )
    assert all(run.negative_cosine > 0.8 for run in before), "all views are similar before training"
    assert all(run.negative_cosine < 0.5 for run in after)
    assert np.mean([run.accuracy for run in after]) > np.mean([run.accuracy for run in before]) + 0.05
    assert np.mean([run.losses.mean for run in after]) < np.mean([run.losses.mean for run in before]) - 0.5
    reached = explore.reached("knn")
    assert reached[-1] > reached[0] + 0.05


# --- metrics of the cards ---


def written(bundle: Path, name: str, **metrics: float) -> None:
    """Put metrics into the card of a copied checkpoint."""
    path = bundle / "contrastive" / name / "card.json"
    card = json.loads(path.read_text())
    card["metrics"] = {"cifar10": {"n": 10_000, **metrics}}
    path.write_text(json.dumps(card))


def test_card_accuracy_of_every_encoder(bundle: Path) -> None:
    written(bundle, "simclr-cifar10", knn=0.6, untrained_knn=0.3, linear=0.7, untrained_linear=0.4)
    written(bundle, "moco-cifar10", knn=0.5, untrained_knn=0.2, linear=0.65, untrained_linear=0.3)
    assert explore.card_accuracy("knn") == {"simclr": 0.6, "moco": 0.5, "untrained": 0.3}
    assert explore.card_accuracy("linear") == {"simclr": 0.7, "moco": 0.65, "untrained": 0.4}
    shutil.rmtree(bundle / "contrastive" / "moco-cifar10")
    assert explore.card_accuracy("knn") == {"simclr": 0.6, "untrained": 0.3}


def test_card_without_metric_is_omitted(bundle: Path) -> None:
    written(bundle, "simclr-cifar10", knn=0.6, untrained_knn=0.3)
    written(bundle, "moco-cifar10", knn=0.5, linear=0.65)
    assert explore.card_accuracy("knn") == {"simclr": 0.6, "moco": 0.5, "untrained": 0.3}
    assert explore.card_accuracy("linear") == {"moco": 0.65}
