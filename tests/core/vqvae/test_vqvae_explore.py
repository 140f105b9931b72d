"""What a visitor gets: codes that decode to the picture shown, edits, baselines at the same rate, error sentences."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints
from core.data import bundled, pictures
from core.errors import InputError
from core.vqvae import edits, explore, jpeg_baseline, models
from core.vqvae.edits import Edit
from core.vqvae.gallery import usage_pictures
from core.vqvae.model import VQVAE, Config
from tests.own_checkpoints import settle

PHOTOS = ("astronaut", "cat", "coffee", "rocket", "china", "flower")


def picture(key: str = "china") -> pictures.Bytes:
    return next(photo.image for photo in bundled.photographs() if photo.key == key)


def shipped() -> VQVAE:
    model = checkpoints.load(explore.NAME).model
    assert isinstance(model, VQVAE)
    return model


# --- encoding ---


@pytest.mark.parametrize(("size", "grid"), [(64, 16), (32, 8)])
def test_codes_decode_to_the_picture(size: int, grid: int) -> None:
    found = explore.encode(picture(), size)
    assert found.original.shape == (size, size, 3)
    assert found.codes.shape == (grid, grid)
    with torch.inference_mode():
        decoded = shipped().decode_codes(torch.from_numpy(found.codes)[None])
    again = pictures.to_bytes(decoded)[0].astype(int)
    assert np.abs(again - found.reconstructions[0].picture).max() <= 1


def test_errors_match_the_pictures() -> None:
    found = explore.encode(picture("cat"))
    assert [item.method for item in found.reconstructions] == list(explore.METHODS)
    for item in found.reconstructions:
        off = (item.picture.astype(float) - found.original) / 255
        assert item.mse == pytest.approx((off**2).mean(), rel=0.02), "pictures are rounded to bytes, errors are not"
        assert item.psnr_db == pytest.approx(-10 * math.log10(item.mse))


def test_rates_by_hand() -> None:
    found = explore.encode(picture())
    entries = len(found.counts)
    assert found.uniform_bits == found.reconstructions[0].bits == pytest.approx(256 * math.log2(entries))
    assert found.raw_bits == 8 * found.dims == 8 * 64 * 64 * 3
    assert found.counts.sum() == 256
    assert found.distinct == len(np.unique(found.codes))
    shares = explore.codebook().shares
    assert found.fitted_bits == pytest.approx(-np.log2(shares[found.codes]).sum(), rel=1e-3)
    used = found.counts[found.counts > 0] / 256
    assert found.perplexity == pytest.approx(2 ** -(used * np.log2(used)).sum())


def test_jpeg_has_best_fitting_quality() -> None:
    found = explore.encode(picture("coffee"))
    jpeg = found.reconstructions[2]
    allowed = math.ceil(found.uniform_bits / 8)
    packed = jpeg_baseline.compress_within(found.original, allowed)
    assert jpeg.bits == 8 * packed.data_bytes <= 8 * allowed
    assert jpeg_baseline.compress(found.original, packed.quality + 1).data_bytes > allowed
    assert jpeg.extra_bytes == packed.header_bytes


def test_jpeg_header_size_is_constant() -> None:
    first, second = (jpeg_baseline.compress(pictures.square(picture(key), 64), 20) for key in ("cat", "rocket"))
    assert first.header_bytes == second.header_bytes
    assert first.data_bytes != second.data_bytes
    tiny = jpeg_baseline.compress_within(np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8), 1)
    assert tiny.quality == 1, "nothing fits, so the lowest quality"


def test_baselines_have_similar_rates() -> None:
    bits = np.array([[item.bits for item in explore.encode(picture(key)).reconstructions] for key in PHOTOS]).mean(0)
    assert bits[1] == pytest.approx(bits[0], rel=0.35), "the Gaussian has this rate on average, not for each picture"
    assert 0.8 * bits[0] < bits[2] <= bits[0]
    assert bits[3] == 24


def test_shipped_codes_beat_baselines() -> None:
    model = baseline = shuffled = 0.0
    order = torch.randperm(len(shipped().codebook.entries), generator=torch.Generator().manual_seed(0))
    for key in PHOTOS:
        found = explore.encode(picture(key))
        model, baseline = model + found.reconstructions[0].mse, baseline + found.reconstructions[3].mse
        with torch.inference_mode():
            wrong = shipped().decode_codes(order[torch.from_numpy(found.codes)][None]).clamp(0, 1)
        shuffled += float((wrong - pictures.to_tensor(found.original)).square().mean())
    assert model < 0.2 * baseline
    assert model < 0.1 * shuffled, "shuffled codes decode to other pictures"


def test_card_keeps_the_floors() -> None:
    about = explore.about()
    assert about.n == 1200
    assert about.psnr_db > about.mean_colour_psnr_db + 7
    assert about.psnr_db > 20.5
    assert about.used_share > 0.9
    assert about.perplexity > 200
    assert about.entropy_bits_per_dim < about.bits_per_dim == pytest.approx(0.1875)
    assert about.gaussian_bits_per_dim == pytest.approx(about.bits_per_dim, rel=0.15)


# --- painting ---


def test_no_edits_give_the_reconstruction() -> None:
    found = explore.paint(picture(), "  \n\n")
    assert np.array_equal(found.before, found.after)
    assert not found.edited.any()
    assert found.changed == 0
    off = found.before.astype(int) - explore.encode(picture()).reconstructions[0].picture
    assert np.abs(off).max() <= 1


def test_edit_changes_only_its_surroundings() -> None:
    found = explore.paint(picture(), "3 4 3 7")
    expected = explore.paint(picture(), "").codes.copy()
    expected[2:5, 3:6] = 7
    assert np.array_equal(found.codes, expected)
    assert found.edited.sum() <= 9
    moved = np.any(np.abs(found.before.astype(int) - found.after) > explore.VISIBLE, axis=-1)
    assert moved[8:20, 12:24].any()
    assert not moved[48:].any(), "the receptive field is a few codes"
    assert found.changed == pytest.approx(moved.mean())
    assert found.text == "3 4 3 7"


def test_later_edits_override_earlier_ones() -> None:
    written = explore.stroke(explore.stroke("", 5, 5, 4, 1), 5, 5, 1, 2)
    found = explore.paint(picture(), written)
    assert found.codes[5, 5] == 2
    assert found.codes[6, 6] == 1
    assert explore.paint(picture(), explore.undo(written)).codes[5, 5] == 1
    assert explore.undo("") == ""


def test_brush_is_cropped_at_edges() -> None:
    codes = np.zeros((4, 4), np.int64)
    assert edits.apply(codes, (Edit(0, 0, 3, 5),), 9).tolist()[:2] == [[5, 5, 0, 0], [5, 5, 0, 0]]
    assert edits.apply(codes, (Edit(3, 3, 2, 5),), 9)[3, 3] == 5
    assert edits.apply(codes, (Edit(1, 1, 16, 5),), 9).all()
    assert not codes.any(), "the map itself stays"


@pytest.mark.parametrize("brush", range(1, 6))
def test_brush_paints_its_square(brush: int) -> None:
    painted = edits.apply(np.zeros((16, 16), np.int64), (Edit(8, 8, brush, 3),), 9)
    assert (painted == 3).sum() == brush**2
    assert painted[8, 8] == 3


def test_edits_survive_a_round_trip() -> None:
    some = (Edit(1, 2, 3, 4), Edit(15, 0, 1, 511))
    assert edits.read("\n".join(map(str, some))) == some
    assert edits.read(" 1, 2,3 4\r\n\n15\t0 1 511") == some


@pytest.mark.parametrize("text", ["1 2 3", "1 2 3 4 5", "a b c d", "1.5 2 3 4", "-1 2 3 4", "<b>", "１ 2 3 4"])
def test_malformed_edits_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="four whole numbers"):
        explore.paint(picture(), text)


@pytest.mark.parametrize("text", ["16 0 1 0", "0 16 1 0", "0 0 0 0", "0 0 17 0", "0 0 1 99999"])
def test_edits_outside_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="outside the range"):
        explore.paint(picture(), text)


@pytest.mark.parametrize("text", ["0 0 1 0\n" * 301, "9" * 1_000_000, "\n" * 1_000_000])
def test_too_many_edits_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="at most 300"):
        explore.paint(picture(), text)


# --- the codebook ---


def test_entry_is_decoded_alone() -> None:
    with torch.inference_mode():
        whole = shipped().decode_codes(torch.full((1, 6, 6), 17))
    middle = pictures.to_bytes(whole)[0, 8:16, 8:16].astype(int)
    assert np.abs(middle - explore.entry(17).decoded).max() <= 1


def test_context_is_mean_of_regions() -> None:
    tiles = usage_pictures(64)
    with torch.inference_mode():
        codes = shipped().encode(pictures.to_tensor(tiles))[1].numpy()
    code = int(np.bincount(codes.ravel()).argmax())
    padded = np.pad(tiles, ((0, 0), (4, 4), (4, 4), (0, 0)), mode="reflect").astype(float)
    around = [padded[n, 4 * r : 4 * r + 12, 4 * c : 4 * c + 12] for n, r, c in np.argwhere(codes == code)]
    found = explore.entry(code)
    assert found.count == len(around)
    assert found.positions == codes.size == 9 * 16 * 256
    assert np.abs(np.mean(around, 0) - found.context).max() < 1


def test_codebook_order_is_by_brightness() -> None:
    codebook = explore.codebook()
    assert sorted(codebook.order.tolist()) == list(range(codebook.entries))
    bright = codebook.decoded.mean((1, 2, 3))[codebook.order]
    assert bright[:24].max() < bright[-24:].min()
    assert codebook.shares.sum() == pytest.approx(1)
    unused = np.flatnonzero(codebook.counts == 0)
    assert all((explore.entry(int(code)).context == 128).all() for code in unused[:3])


def test_gallery_picture_finds_itself_first() -> None:
    emoji = bundled.emoji_gallery()
    found = explore.neighbours(emoji.images[100], count=4)
    for kind in (found.by_features, found.by_pixels):
        assert kind[0].similarity == pytest.approx(1, abs=1e-4)
        assert [item.similarity for item in kind] == sorted((item.similarity for item in kind), reverse=True)
    assert found.by_pixels[0].name == emoji.names[100]


def test_retrieval_beats_chance_level() -> None:
    found = explore.retrieval()
    groups = bundled.emoji_gallery().groups
    same = sum(groups.count(group) - 1 for group in groups)
    assert found.n == len(groups)
    assert found.chance_level == pytest.approx(same / (found.n * (found.n - 1)))
    assert found.features > 2 * found.chance_level
    assert 0.3 < found.pixels < 0.7, "0.52 was measured"


# --- bad input ---


@pytest.mark.parametrize("size", [0, 63, 128, -64, float("nan"), float("inf")])
def test_other_sizes_are_refused(size: float) -> None:
    with pytest.raises(InputError):
        explore.encode(picture(), size)


@pytest.mark.parametrize("code", [-1, 512, 0.5, float("nan"), 2**40])
def test_unknown_codes_are_refused(code: float) -> None:
    with pytest.raises(InputError):
        explore.entry(code)
    with pytest.raises(InputError):
        explore.paint(picture(), explore.stroke("", 0, 0, 1, code))


def test_missing_picture_or_model_refused(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not a picture")
    for source in (None, str(tmp_path / "words.png"), str(tmp_path / "missing.png")):
        with pytest.raises(InputError):
            explore.encode(source)
    for name in ("vqvae/none", "../rotation/photos", models.GAUSSIAN, str(tmp_path)):
        with pytest.raises(InputError, match="models offered"):
            explore.encode(picture(), name=name)


def test_mean_colour_restores_one_colour() -> None:
    found = explore.encode(np.full((50, 60, 3), 200, np.uint8))
    assert found.reconstructions[3].mse == pytest.approx(0, abs=1e-9)
    assert found.reconstructions[0].mse < 0.01


def test_own_codebook_offered_baseline_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = settle(tmp_path, monkeypatch)
    model = VQVAE(Config(num_embeddings=16, embedding_dim=6, width=8, depth=1, halvings=3))
    card = replace(checkpoints.read_card(explore.NAME), name="vqvae/mine", config=asdict(model.config))
    checkpoints.save(root / "vqvae" / "mine", model, card)
    assert explore.names() == (explore.NAME, "vqvae/mine")
    found = explore.encode(picture(), name="vqvae/mine")
    assert found.codes.shape == (8, 8)
    assert found.uniform_bits == 8 * 8 * 4
    assert explore.codebook("vqvae/mine").entries == 16
    with pytest.raises(InputError):
        explore.entry(16, name="vqvae/mine")


def test_parallel_visitors_get_own_results() -> None:
    asked = [("cat", "2 2 4 9"), ("coffee", "9 9 2 100")] * 6
    alone = {pair: explore.paint(picture(pair[0]), pair[1]) for pair in set(asked)}
    encodings = {key: explore.encode(picture(key)) for key, _ in set(asked)}
    explore._encode.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        painted = list(pool.map(lambda pair: explore.paint(picture(pair[0]), pair[1]), asked))
        coded = list(pool.map(lambda pair: explore.encode(picture(pair[0])), asked))
    for pair, one, other in zip(asked, painted, coded, strict=True):
        assert np.array_equal(one.after, alone[pair].after)
        assert np.array_equal(other.codes, encodings[pair[0]].codes)
        assert np.array_equal(other.reconstructions[1].picture, encodings[pair[0]].reconstructions[1].picture), (
            "the draw is seeded"
        )
