"""What a visitor gets: masks as asked, three methods on the same pixels, plain sentences for bad input."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import checkpoints
from core.checkpoints import Card
from core.data import bundled
from core.errors import InputError
from core.masked import explore
from core.masked.model import Config, MaskedAutoencoder
from tests.own_checkpoints import settle

PHOTOS = ("astronaut", "cat", "coffee", "rocket", "china", "flower")


def picture(key: str = "china") -> explore.Bytes:
    return next(photo.image for photo in bundled.photographs() if photo.key == key)


def layer(side: int = 384) -> explore.Bytes:
    """A transparent layer as the editor sends it: colour zero under alpha zero."""
    return np.zeros((side, side, 4), np.uint8)


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.75, 0.95])
def test_pictures_agree_with_the_mask(ratio: float) -> None:
    found = explore.restore(picture(), ratio, 3)
    hidden = ~found.keep.repeat(8, 0).repeat(8, 1)
    assert found.hidden == round(144 * ratio)
    assert (found.masked[hidden] == explore.COVER).all()
    assert np.array_equal(found.masked[~hidden], found.original[~hidden])
    assert np.array_equal(found.pasted[hidden], found.restored[hidden])
    for filled in (found.pasted, found.linear, found.mean):
        assert np.array_equal(filled[~hidden], found.original[~hidden])


def test_scores_are_the_errors_of_the_pictures_shown() -> None:
    found = explore.restore(picture("cat"), 0.6, 1)
    hidden = ~found.keep.repeat(8, 0).repeat(8, 1)
    shown = {"model": found.pasted, "linear": found.linear, "mean": found.mean}
    assert [score.method for score in found.scores] == list(explore.METHODS)
    for score in found.scores:
        off = (shown[score.method][hidden].astype(float) - found.original[hidden]) / 255
        assert score.mse == pytest.approx((off**2).mean(), rel=0.02), "pictures are rounded to bytes, errors are not"
        assert score.psnr_db == pytest.approx(-10 * np.log10(score.mse))


def test_golden_shipped_model_beats_mean_fill_on_shipped_photographs() -> None:
    model, naive = 0.0, 0.0
    for key in PHOTOS:
        errors = {score.method: score.mse for score in explore.restore(picture(key), 0.75, 0).scores}
        model, naive = model + errors["model"], naive + errors["mean"]
    assert model < 0.6 * naive


def test_card_holds_the_floor() -> None:
    about = explore.about()
    assert about.n == 1200
    assert about.share <= 0.6
    assert about.psnr_db == pytest.approx(-10 * np.log10(about.mse))
    assert 0.4 < about.linear_share < 0.52, "46 % was measured before"


def test_the_same_seed_hides_the_same_and_a_larger_ratio_some_more() -> None:
    few, again, many = (explore.restore(picture(), ratio, 7) for ratio in (0.4, 0.4, 0.8))
    assert np.array_equal(few.keep, again.keep)
    assert not np.array_equal(few.keep, explore.restore(picture(), 0.4, 8).keep)
    assert (few.keep | ~many.keep).all()


def test_a_painted_mask_hides_the_patches_under_the_paint() -> None:
    painted = layer()
    painted[64:128, 96:224] = (224, 129, 47, 255)  # rows 2 and 3, columns 3 to 6 of twelve
    painted[300, 300] = (224, 129, 47, 255)  # one pixel is a slip of the hand
    found = explore.restore_painted(picture(), painted)
    expected = np.ones((12, 12), bool)
    expected[2:4, 3:7] = False
    assert np.array_equal(found.keep, expected)


def test_a_painted_layer_may_come_as_a_file_of_another_size(tmp_path: Path) -> None:
    painted = layer(200)
    painted[:100] = 255, 0, 0, 255
    Image.fromarray(painted).save(tmp_path / "layer.png")
    found = explore.restore_painted(picture(), str(tmp_path / "layer.png"))
    assert found.keep.sum() == 72
    assert found.keep[6:].all()


@pytest.mark.parametrize(("paint", "sentence"), [(0, "Paint over"), (255, "Leave at least one")])
def test_nothing_and_everything_painted_are_refused(paint: int, sentence: str) -> None:
    painted = layer()
    painted[...] = (224, 129, 47, paint)
    with pytest.raises(InputError, match=sentence):
        explore.restore_painted(picture(), painted)


def test_nothing_painted_and_no_layer_at_all() -> None:
    with pytest.raises(InputError, match="Paint over"):
        explore.restore_painted(picture(), None)


def test_sweep_grows_and_agrees_with_single_restorations() -> None:
    *_, found = explore.sweep(picture(), 5)
    assert found.ratios == explore.SWEEP
    assert (found.ratios[0], found.ratios[-1], len(found.ratios)) == (0.1, 0.95, 18)
    alone = explore.restore(picture(), found.ratios[6], 5)
    for score in alone.scores:
        assert found.mse[score.method][6] == pytest.approx(score.mse, rel=1e-5)


def test_attention_of_a_corner_and_of_the_far_edge() -> None:
    first, last = explore.attention(picture(), 0, 0), explore.attention(picture(), 1, 1)
    assert (first.row, first.column, last.row, last.column) == (0, 0, 11, 11)
    assert first.map.shape == (12, 12)
    assert first.map.max() == 1
    assert first.map.min() >= 0


def test_a_picture_of_the_gallery_finds_itself_first() -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours(emoji.images[100], count=4)
    for kind in (found.by_features, found.by_pixels):
        assert kind[0].name == emoji.names[100]
        assert kind[0].similarity == pytest.approx(1, abs=1e-4)
        assert [item.similarity for item in kind] == sorted((item.similarity for item in kind), reverse=True)


def test_retrieval_beats_chance_and_owns_up_to_pixels() -> None:
    found = explore.retrieval()
    groups = bundled.emoji_gallery().groups
    same = sum(groups.count(group) - 1 for group in groups)
    assert found.n == len(groups)
    assert found.chance == pytest.approx(same / (found.n * (found.n - 1)))
    assert found.features > 2.5 * found.chance
    assert 0.3 < found.pixels < 0.7, "0.52 was measured"


@pytest.mark.parametrize("ratio", [0, 0.05, 0.96, 1, -1, float("nan"), float("inf"), True])
def test_other_ratios_are_refused(ratio: float) -> None:
    with pytest.raises(InputError):
        explore.restore(picture(), ratio)


@pytest.mark.parametrize("seed", [-1, 0.5, float("nan"), 2**31])
def test_other_seeds_are_refused(seed: float) -> None:
    with pytest.raises(InputError):
        explore.restore(picture(), 0.5, seed)
    with pytest.raises(InputError):
        next(explore.sweep(picture(), seed))


def test_no_picture_and_no_model(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not a picture")
    for source in (None, str(tmp_path / "words.png"), str(tmp_path / "missing.png")):
        with pytest.raises(InputError):
            explore.restore(source)
    for name in ("masked/none", "../rotation/photos", str(tmp_path)):
        with pytest.raises(InputError, match="no masked autoencoder"):
            explore.restore(picture(), name=name)


def test_a_hub_model_is_never_fetched_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "at_hand", lambda name: name == explore.NAME)
    with pytest.raises(InputError, match="Fetch facebook/vit-mae-base first"):
        explore.restore(picture(), name="facebook/vit-mae-base")


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "P", "1"])
def test_every_mode_of_picture_is_answered(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(picture("coffee")).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 200)
    path = tmp_path / ("p.tif" if mode == "CMYK" else "p.png")
    image.save(path)
    assert explore.restore(str(path)).original.shape == (96, 96, 3)


def test_one_colour_is_restored_by_mean_fill_without_error() -> None:
    found = explore.restore(np.full((50, 60, 3), 200, np.uint8))
    errors = {score.method: score for score in found.scores}
    assert errors["mean"].mse == pytest.approx(0, abs=1e-10)
    assert errors["linear"].mse == pytest.approx(0, abs=1e-10)
    assert errors["model"].mse < 0.01


def test_visitors_at_once_get_what_each_gets_alone() -> None:
    asked = [(key, seed) for key in ("cat", "coffee") for seed in range(4)]
    alone = [explore.restore(picture(key), 0.75, seed) for key, seed in asked]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ask: explore.restore(picture(ask[0]), 0.75, ask[1]), asked))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.keep, other.keep)
        assert one.scores[0].mse == pytest.approx(other.scores[0].mse, rel=1e-4)


# --- growing, and a visitor's own models ---


def test_before_the_first_step_it_is_as_far_off_as_mean_fill_and_in_the_end_far_less() -> None:
    before, after = (explore.grow(picture(), 0.75, 0, stage) for stage in (0, 4))
    assert np.array_equal(before.keep, after.keep), "the same mask at every moment"
    errors = [{score.method: score.mse for score in found.scores} for found in (before, after)]
    assert errors[0]["model"] == pytest.approx(errors[0]["mean"], rel=0.1)
    assert errors[0]["model"] > 1.5 * errors[1]["model"]
    assert errors[1]["model"] < 0.7 * errors[1]["mean"]


def test_what_was_reached_falls_from_mean_fill() -> None:
    reached = explore.reached()
    assert len(reached) == 5
    assert reached[0] == pytest.approx(1, abs=0.1)
    assert reached[-1] < 0.7


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan"), True, None])
def test_another_stage_is_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(picture(), 0.75, 0, stage)


def test_a_visitors_own_model_is_offered_and_the_growing_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(size=32, patch=4, width=16, depth=1, heads=1, decoder_width=16, decoder_depth=1, decoder_heads=1)
    card = Card(
        "masked/mine", "core.masked.model.MaskedAutoencoder", asdict(config), "none", {}, "", "", "", 0.0, 0, 0, {}
    )
    checkpoints.save(settle(tmp_path, monkeypatch) / "masked" / "mine", MaskedAutoencoder(config), card)
    assert explore.names() == (explore.NAME, "masked/mine")
    assert explore.restore(picture(), 0.5, name="masked/mine").original.shape == (32, 32, 3)
    assert explore.attention(picture(), 1, 1, name="masked/mine").map.shape == (8, 8)
    for name in ("masked/small", "masked/small@7", "masked/small@x"):
        with pytest.raises(InputError, match="no masked autoencoder"):
            explore.restore(picture(), name=name)
