"""What a visitor gets: answers that agree with the network, plain sentences for bad input, luck of one's own."""

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
def test_the_answer_is_one_row_of_the_table(turn: int) -> None:
    answer = explore.predict(picture("cat"), turn)
    assert answer.turn_deg == turn
    assert np.array_equal(answer.probabilities, answer.table[turn // 90])
    assert answer.guess_deg == 90 * answer.probabilities.argmax()
    assert np.allclose(answer.table.sum(1), 1, atol=1e-5)
    assert 0 <= answer.map.min() <= answer.map.max() <= 1


def test_what_the_model_sees_is_the_picture_turned() -> None:
    upright, turned = explore.predict(picture("cat"), 0).seen, explore.predict(picture("cat"), 90).seen
    assert np.array_equal(np.rot90(upright), turned)


def test_golden_shipped_model_beats_chance_and_the_brightest_side_on_shipped_photographs() -> None:
    answers = [explore.predict(picture(key), 0) for key in ("astronaut", "cat", "coffee", "rocket", "china", "flower")]
    model = sum(answer.model_right for answer in answers)
    assert model >= 12, "of 24; chance is 6: it knows scenes, not faces"
    assert model > sum(answer.naive_right for answer in answers)


def test_card_holds_the_targets_for_two_cores() -> None:
    card = explore.metrics()
    for name, floor in (("scenes96", 0.82), ("tinyimagenet64", 0.50)):
        assert card[name]["accuracy"] >= floor
        assert card[name]["accuracy"] - card[f"{name}, re-encoded"]["accuracy"] <= 0.05


@pytest.mark.parametrize("side", range(4))
def test_brightest_side_rule(side: int) -> None:
    view = np.zeros((30, 30, 3), np.uint8)
    view[:10] = 255
    assert explore.brightest_side_up(np.rot90(view, side)) == side


def test_a_picture_of_the_gallery_finds_itself_first() -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours(emoji.images[100], count=4)
    assert found[0].name == emoji.names[100]
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert [item.similarity for item in found] == sorted((item.similarity for item in found), reverse=True)


@pytest.mark.parametrize("turn", [45, -90, 360, float("nan"), float("inf"), 90.5])
def test_other_turns_are_refused(turn: float) -> None:
    with pytest.raises(InputError):
        explore.predict(picture("cat"), turn)


def test_no_picture_and_no_picture_at_all(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not a picture")
    for source in (None, str(tmp_path / "words.png"), str(tmp_path / "missing.png")):
        with pytest.raises(InputError):
            explore.predict(source, 0)


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "P", "1"])
def test_every_mode_of_picture_is_answered(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(picture("coffee")).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 200)
    path = tmp_path / ("p.tif" if mode == "CMYK" else "p.png")
    image.save(path)
    assert explore.predict(str(path), 0).table.shape == (4, 4)


def test_visitors_at_once_get_what_each_gets_alone() -> None:
    asked = [(key, turn) for key in ("cat", "coffee") for turn in (0, 90, 180, 270)]
    alone = [explore.predict(picture(key), turn).table for key, turn in asked]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ask: explore.predict(picture(ask[0]), ask[1]).table, asked))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one, other, atol=1e-6)


# --- a network growing, a network cheating ---


def test_golden_before_the_first_step_all_turns_look_alike_and_afterwards_they_do_not() -> None:
    photo = picture("china")
    before, after = (explore.grow(photo, 0, stage) for stage in (0, 4))
    assert before.probabilities.max() < 0.6
    assert np.ptp(before.table, axis=0).max() < 0.1, "it says the same whatever the turn"
    assert after.model_right >= 2
    assert np.ptp(after.table, axis=0).max() > 0.5
    assert explore.reached()[0] == pytest.approx(0.25, abs=0.05)
    assert explore.reached()[-1] > 0.6


@pytest.mark.parametrize("stage", [-1, 5, 0.5])
def test_another_stage_is_a_sentence(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(picture("china"), 0, stage)


def test_golden_the_cheat_is_better_at_home_and_worse_abroad() -> None:
    honest, cheat = explore.trials(picture("china"))
    assert (honest.name, cheat.name) == (explore.SMALL, explore.SHORTCUT)
    assert cheat.own > honest.own + 0.05, "on scenes from its own source"
    assert cheat.own > 0.95
    assert cheat.own - max(cheat.own_changed) > 0.2, "the traces are gone"
    assert honest.own - min(honest.own_changed) < 0.06
    assert min(honest.own_changed) > max(cheat.own_changed) + 0.05
    assert honest.elsewhere > cheat.elsewhere + 0.05
    for trial in (honest, cheat):
        assert len(trial.right) == len(trial.sure) == 3
        assert trial.right[0] == explore.predict(picture("china"), 0, name=trial.name).model_right
        assert all(0 <= share <= 1 for share in trial.sure)


def test_the_models_to_choose_from_are_the_shipped_ones_and_a_visitors_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
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
def test_a_model_that_is_not_offered_opens_nothing(name: str) -> None:
    with pytest.raises(InputError, match="models offered"):
        explore.predict(picture("cat"), 0, name=name)
