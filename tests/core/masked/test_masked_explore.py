"""What a visitor gets: the requested masks, three methods on the same pixels, one sentence for bad input."""

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
    """A transparent layer as the editor sends it: colour and alpha are zero."""
    return np.zeros((side, side, 4), np.uint8)


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.75, 0.95])
def test_pictures_agree_with_mask(ratio: float) -> None:
    found = explore.restore(picture(), ratio, 3)
    hidden = ~found.keep.repeat(8, 0).repeat(8, 1)
    assert found.hidden == round(144 * ratio)
    assert (found.masked[hidden] == explore.COVER).all()
    assert np.array_equal(found.masked[~hidden], found.original[~hidden])
    assert np.array_equal(found.pasted[hidden], found.restored[hidden])
    for filled in (found.pasted, found.linear, found.mean):
        assert np.array_equal(filled[~hidden], found.original[~hidden])


def test_scores_match_the_pictures() -> None:
    found = explore.restore(picture("cat"), 0.6, 1)
    hidden = ~found.keep.repeat(8, 0).repeat(8, 1)
    shown = {"model": found.pasted, "linear": found.linear, "mean": found.mean}
    assert [score.method for score in found.scores] == list(explore.METHODS)
    for score in found.scores:
        off = (shown[score.method][hidden].astype(float) - found.original[hidden]) / 255
        assert score.mse == pytest.approx((off**2).mean(), rel=0.02), "pictures are rounded to bytes, errors are not"
        assert score.psnr_db == pytest.approx(-10 * np.log10(score.mse))


def test_shipped_model_beats_mean_fill() -> None:
    model, naive = 0.0, 0.0
    for key in PHOTOS:
        errors = {score.method: score.mse for score in explore.restore(picture(key), 0.75, 0).scores}
        model, naive = model + errors["model"], naive + errors["mean"]
    assert model < 0.6 * naive


def test_card_keeps_the_floor() -> None:
    about = explore.about()
    assert (about.scenes.n, about.objects.n) == (1200, 4000)
    assert about.scenes.relative_mse <= 0.6
    for found in (about.scenes, about.objects):
        assert found.psnr_db == pytest.approx(-10 * np.log10(found.mse))
        assert 0.4 < found.linear_relative_mse < 0.52, "46 % was measured before"
        assert found.gain[0] < found.linear_relative_mse - found.same_relative_mse < found.gain[1]


def test_card_figures_are_of_both_sets() -> None:
    about, metrics = explore.about(), checkpoints.read_card(explore.NAME).metrics
    for found, spec in ((about.scenes, "scenes96"), (about.objects, "tinyimagenet64")):
        assert (found.mse, found.relative_mse) == (metrics[spec]["mse"], metrics[spec]["relative_mse"])
        linear = metrics[f"{spec}, linear in-painting"]
        assert (found.linear_relative_mse, found.linear_n) == (linear["relative_mse"], linear["n"])
        assert found.same_relative_mse == linear["model_relative_mse"]


def test_larger_ratio_hides_more_patches() -> None:
    few, again, many = (explore.restore(picture(), ratio, 7) for ratio in (0.4, 0.4, 0.8))
    assert np.array_equal(few.keep, again.keep)
    assert not np.array_equal(few.keep, explore.restore(picture(), 0.4, 8).keep)
    assert (few.keep | ~many.keep).all()


def test_paint_hides_patches_under_it() -> None:
    painted = layer()
    painted[64:128, 96:224] = (224, 129, 47, 255)  # rows 2 and 3, columns 3 to 6 of twelve
    painted[300, 300] = (224, 129, 47, 255)  # a single pixel hides nothing
    found = explore.restore_painted(picture(), painted)
    expected = np.ones((12, 12), bool)
    expected[2:4, 3:7] = False
    assert np.array_equal(found.keep, expected)


def test_layer_file_of_another_size(tmp_path: Path) -> None:
    painted = layer(200)
    painted[:100] = 255, 0, 0, 255
    Image.fromarray(painted).save(tmp_path / "layer.png")
    found = explore.restore_painted(picture(), str(tmp_path / "layer.png"))
    assert found.keep.sum() == 72
    assert found.keep[6:].all()


@pytest.mark.parametrize(("paint", "sentence"), [(0, "Paint over"), (255, "Leave at least one")])
def test_empty_and_full_paint_refused(paint: int, sentence: str) -> None:
    painted = layer()
    painted[...] = (224, 129, 47, paint)
    with pytest.raises(InputError, match=sentence):
        explore.restore_painted(picture(), painted)


def test_missing_layer_is_refused() -> None:
    with pytest.raises(InputError, match="Paint over"):
        explore.restore_painted(picture(), None)


def test_sweep_agrees_with_single_restoration() -> None:
    *_, found = explore.sweep(picture(), 5)
    assert found.ratios == explore.SWEEP
    assert (found.ratios[0], found.ratios[-1], len(found.ratios)) == (0.1, 0.95, 18)
    alone = explore.restore(picture(), found.ratios[6], 5)
    for score in alone.scores:
        assert found.mse[score.method][6] == pytest.approx(score.mse, rel=1e-5)


def test_attention_at_opposite_corners() -> None:
    first, last = explore.attention(picture(), 0, 0), explore.attention(picture(), 1, 1)
    assert (first.row, first.column, last.row, last.column) == (0, 0, 11, 11)
    assert first.map.shape == (12, 12)
    assert first.map.max() == 1
    assert first.map.min() >= 0


def test_gallery_picture_finds_itself_first() -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours(emoji.images[100], count=4)
    for kind in (found.by_features, found.by_pixels):
        assert kind[0].name == emoji.names[100]
        assert kind[0].similarity == pytest.approx(1, abs=1e-4)
        assert [item.similarity for item in kind] == sorted((item.similarity for item in kind), reverse=True)


def test_retrieval_beats_chance_level() -> None:
    found = explore.retrieval()
    groups = bundled.emoji_gallery().groups
    same = sum(groups.count(group) - 1 for group in groups)
    assert found.n == len(groups)
    assert found.chance_level == pytest.approx(same / (found.n * (found.n - 1)))
    assert found.features > 2.5 * found.chance_level
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


def test_missing_picture_or_model_refused(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not a picture")
    for source in (None, str(tmp_path / "words.png"), str(tmp_path / "missing.png")):
        with pytest.raises(InputError):
            explore.restore(source)
    for name in ("masked/none", "../rotation/photos", str(tmp_path)):
        with pytest.raises(InputError, match="Choose one of the models offered"):
            explore.restore(picture(), name=name)


def test_hub_model_needs_explicit_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "at_hand", lambda name: name == explore.NAME)
    with pytest.raises(InputError, match="Fetch facebook/vit-mae-base first"):
        explore.restore(picture(), name="facebook/vit-mae-base")


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "P", "1"])
def test_every_picture_mode_is_accepted(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(picture("coffee")).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 200)
    path = tmp_path / ("p.tif" if mode == "CMYK" else "p.png")
    image.save(path)
    assert explore.restore(str(path)).original.shape == (96, 96, 3)


def test_mean_fill_restores_one_colour() -> None:
    found = explore.restore(np.full((50, 60, 3), 200, np.uint8))
    errors = {score.method: score for score in found.scores}
    assert errors["mean"].mse == pytest.approx(0, abs=1e-10)
    assert errors["linear"].mse == pytest.approx(0, abs=1e-10)
    assert errors["model"].mse < 0.01


def test_parallel_visitors_get_own_results() -> None:
    asked = [(key, seed) for key in ("cat", "coffee") for seed in range(4)]
    alone = [explore.restore(picture(key), 0.75, seed) for key, seed in asked]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ask: explore.restore(picture(ask[0]), 0.75, ask[1]), asked))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.keep, other.keep)
        assert one.scores[0].mse == pytest.approx(other.scores[0].mse, rel=1e-4)


# --- snapshots, and a visitor's own models ---


def test_untrained_model_equals_mean_fill() -> None:
    before, after = (explore.grow(picture(), 0.75, 0, stage) for stage in (0, 4))
    assert np.array_equal(before.keep, after.keep), "the same mask at every stage"
    errors = [{score.method: score.mse for score in found.scores} for found in (before, after)]
    assert errors[0]["model"] == pytest.approx(errors[0]["mean"], rel=0.1)
    assert errors[0]["model"] > 1.5 * errors[1]["model"]
    assert errors[1]["model"] < 0.7 * errors[1]["mean"]


def test_snapshot_errors_fall() -> None:
    reached = explore.reached()
    assert len(reached) == 5
    assert reached[0] == pytest.approx(1, abs=0.1)
    assert reached[-1] < 0.7


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan"), True, None])
def test_other_stages_are_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(picture(), 0.75, 0, stage)


def test_own_model_offered_small_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(size=32, patch=4, width=16, depth=1, heads=1, decoder_width=16, decoder_depth=1, decoder_heads=1)
    card = Card(
        "masked/mine", "core.masked.model.MaskedAutoencoder", asdict(config), "none", {}, "", "", "", 0.0, 0, 0, {}
    )
    checkpoints.save(settle(tmp_path, monkeypatch) / "masked" / "mine", MaskedAutoencoder(config), card)
    assert explore.names() == (explore.NAME, "masked/mine")
    assert explore.restore(picture(), 0.5, name="masked/mine").original.shape == (32, 32, 3)
    assert explore.attention(picture(), 1, 1, name="masked/mine").map.shape == (8, 8)
    for name in ("masked/small", "masked/small@7", "masked/small@x"):
        with pytest.raises(InputError, match="Choose one of the models offered"):
            explore.restore(picture(), name=name)
