"""What a visitor gets: predictions that agree with the network, and one sentence for bad input."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import checkpoints
from core.data import bundled
from core.errors import InputError
from core.rotation import explore


def picture(key: str) -> explore.Bytes:
    return next(photo.image for photo in bundled.photographs() if photo.key == key)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_prediction_is_one_table_row(turn: int) -> None:
    answer = explore.predict(picture("cat"), turn)
    assert answer.turn_deg == turn
    assert np.array_equal(answer.probabilities, answer.table[turn // 90])
    assert answer.guess_deg == 90 * answer.probabilities.argmax()
    assert np.allclose(answer.table.sum(1), 1, atol=1e-5)
    assert 0 <= answer.map.min() <= answer.map.max() <= 1


def test_model_gets_the_turned_picture() -> None:
    upright, turned = (explore.predict(picture("cat"), turn).turned for turn in (0, 90))
    assert np.array_equal(np.rot90(upright), turned)


def test_golden_model_beats_the_baselines() -> None:
    answers = [explore.predict(picture(key), 0) for key in ("astronaut", "cat", "coffee", "rocket", "china", "flower")]
    model = sum(answer.model_right for answer in answers)
    assert model >= 12, "of 24; random guessing gives 6; it was trained on scenes, not on faces"
    assert model > sum(answer.naive_right for answer in answers)


def test_card_meets_the_targets() -> None:
    card = explore.metrics()
    for name, floor in (("scenes96", 0.82), ("tinyimagenet64", 0.50)):
        assert card[name]["accuracy"] >= floor
        assert card[name]["accuracy"] - card[f"{name}, re-encoded"]["accuracy"] <= 0.05


@pytest.mark.parametrize("side", range(4))
def test_brightest_side_is_found(side: int) -> None:
    view = np.zeros((30, 30, 3), np.uint8)
    view[:10] = 255
    assert explore.brightest_side_up(np.rot90(view, side)) == side


def test_gallery_picture_finds_itself() -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours(emoji.images[100], count=4)
    assert found[0].name == emoji.names[100]
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert [item.similarity for item in found] == sorted((item.similarity for item in found), reverse=True)


@pytest.mark.parametrize("turn", [45, -90, 360, float("nan"), float("inf"), 90.5])
def test_other_turns_are_refused(turn: float) -> None:
    with pytest.raises(InputError):
        explore.predict(picture("cat"), turn)


def test_missing_pictures_are_refused(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not a picture")
    for source in (None, str(tmp_path / "words.png"), str(tmp_path / "missing.png")):
        with pytest.raises(InputError):
            explore.predict(source, 0)


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "P", "1"])
def test_every_picture_mode_works(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(picture("coffee")).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 200)
    path = tmp_path / ("p.tif" if mode == "CMYK" else "p.png")
    image.save(path)
    assert explore.predict(str(path), 0).table.shape == (4, 4)


def test_concurrent_visitors_get_own_answers() -> None:
    asked = [(key, turn) for key in ("cat", "coffee") for turn in (0, 90, 180, 270)]
    alone = [explore.predict(picture(key), turn).table for key, turn in asked]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ask: explore.predict(picture(ask[0]), ask[1]).table, asked))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=1e-6)


# --- a small network along its training, and a network with a shortcut ---


def test_golden_training_separates_the_turns() -> None:
    photo = picture("china")
    before, after = (explore.grow(photo, 0, stage) for stage in (0, 4))
    assert before.probabilities.max() < 0.6
    assert np.ptp(before.table, axis=0).max() < 0.1, "nearly the same answer for every turn"
    assert after.model_right >= 2
    assert np.ptp(after.table, axis=0).max() > 0.5
    assert explore.reached()[0] == pytest.approx(0.25, abs=0.05)
    assert explore.reached()[-1] > 0.6


@pytest.mark.parametrize("stage", [-1, 5, 0.5])
def test_other_stages_are_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(picture("china"), 0, stage)


def test_golden_shortcut_fails_elsewhere() -> None:
    augmented, shortcut = explore.shortcut_tests(picture("china"))
    assert (augmented.name, shortcut.name) == (explore.SMALL, explore.SHORTCUT)
    untouched, *changed = augmented.own_source
    shortcut_untouched, *shortcut_changed = shortcut.own_source
    assert shortcut_untouched > untouched + 0.05, "on scenes from its own source"
    assert shortcut_untouched > 0.95
    assert shortcut_untouched - max(shortcut_changed) > 0.2, "the traces are gone"
    assert untouched - min(changed) < 0.06
    assert min(changed) > max(shortcut_changed) + 0.05
    assert augmented.other_source > shortcut.other_source + 0.05
    for test in (augmented, shortcut):
        assert len(test.own_source) == len(test.right) == len(test.confidence) == 3
        assert test.right[0] == explore.predict(picture("china"), 0, name=test.name).model_right
        assert all(0 <= share <= 1 for share in test.confidence)


def test_own_checkpoints_are_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert explore.names() == ("rotation/photos", "rotation/shortcut", "rotation/cifar10")
    root = tmp_path / "checkpoints"
    shutil.copytree(checkpoints.ROOT / "rotation", root / "rotation")
    shutil.copytree(root / "rotation" / "photos", root / "rotation" / "mine")
    monkeypatch.setattr(checkpoints, "ROOT", root)
    assert explore.names()[-1] == "rotation/mine"
    own, shipped = (explore.predict(picture("cat"), 90, name=name) for name in ("rotation/mine", "rotation/photos"))
    assert np.array_equal(own.table, shipped.table)


@pytest.mark.parametrize(
    "name", ["rotation/nobody", "../../etc", "gpt2", "vae/mnist", "rotation/photos@x", "rotation/small@7", ""]
)
def test_other_models_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="models offered"):
        explore.predict(picture("cat"), 0, name=name)
