"""Digits are found on photographs as a phone takes them, whatever lies beside them, and drawings come out as before."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data import bundled, digits, photographed_digits
from core.errors import InputError
from tests import photographs


def test_test_set_is_fixed() -> None:
    photos = photographs.hundred()
    assert [sum(photo.kind == kind for photo in photos) for kind in photographs.KINDS] == [20] * 5
    assert all(photo.source % 2 for photo in photos), "settings were chosen on the even ones"
    again = photographs.hundred()
    assert all(np.array_equal(one.image, other.image) for one, other in zip(photos, again, strict=True))


def test_readout_names_photographed_digits() -> None:
    """Digits that the readout names right as they are; before, 28 of 100."""
    shares = photographs.shares(photographs.hundred(), digits.from_visitor)
    assert np.mean(list(shares.values())) >= 0.85
    assert min(shares.values()) >= 0.7


def test_box_holds_the_digit() -> None:
    inside = []
    for photo in photographs.hundred():
        box = digits.seen_on(photo.image).box
        assert box is not None
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        slack = 0.25 * (photo.box[2] - photo.box[0])  # the camera is tilted
        inside.append(
            photo.box[0] - slack < middle[0] < photo.box[2] + slack
            and photo.box[1] - slack < middle[1] < photo.box[3] + slack
        )
    assert np.mean(inside) >= 0.95


@pytest.mark.parametrize("kind", photographs.KINDS)
def test_digit_is_centred_as_mnist(kind: photographs.Kind) -> None:
    found = digits.from_visitor(photographs.photograph(150, kind, np.random.default_rng(5)).image).astype(float)
    assert found.shape == (28, 28)
    assert found[0].max() == found[:, 0].max() == 0
    assert found.max() > 200
    places = np.arange(28)
    middle = [np.average(places, weights=found.sum(axis)) for axis in (0, 1)]
    assert middle == pytest.approx([13.5, 13.5], abs=1)


def test_light_chalk_on_board_is_found() -> None:
    board = np.random.default_rng(0).normal(45, 5, (300, 400))
    board[80:220, 190:205] += 150
    found = digits.from_visitor(np.clip(np.stack([board] * 3, -1), 0, 255).astype(np.uint8))
    assert found[8:20, 12:16].mean() > 80
    assert found[:, :9].max() == 0


def test_empty_sheets_are_refused() -> None:
    rng = np.random.default_rng(0)
    slope = np.linspace(120, 230, 400) + rng.normal(0, 4, (300, 400))
    sheet = np.clip(np.stack([slope] * 3, -1), 0, 255).astype(np.uint8)
    with pytest.raises(InputError, match="No digit was found"):
        digits.from_visitor(sheet)


def test_largest_of_several_drawn_digits() -> None:
    page = Image.new("RGB", (300, 200), "white")
    pen = ImageDraw.Draw(page)
    pen.ellipse((30, 30, 130, 170), outline="black", width=14)
    alone = digits.from_visitor(np.asarray(page))
    pen.line((230, 80, 230, 130), fill="black", width=14)
    found = digits.from_visitor(np.asarray(page))
    assert np.abs(found.astype(int) - alone).max() <= 10


def test_pieces_of_one_digit_stay_together() -> None:
    page = Image.new("RGB", (240, 240), "white")
    pen = ImageDraw.Draw(page)
    pen.line((80, 60, 160, 60), fill="black", width=14)  # the bar of a 5, apart from its bow
    pen.arc((70, 85, 170, 190), -100, 150, fill="black", width=14)
    found = digits.from_visitor(np.asarray(page))
    assert found[4:7, 8:20].max() > 200
    assert found[14:24, 8:22].max() > 200


def test_ink_under_shadow_is_as_strong() -> None:
    paper = np.full((200, 300), 220.0)
    paper[60:140, 60:70] = paper[60:140, 200:210] = 40
    paper[:, 150:] *= 0.4
    strength = photographed_digits.ink_strength(paper.astype(np.float32))
    assert strength[100, 65] == pytest.approx(strength[100, 205], rel=0.05)
    assert strength[100, 150] < 20, "the edge of the shadow is no ink"


def test_jpeg_of_photo_changes_little() -> None:
    photo = photographs.photograph(40, "desk", np.random.default_rng(3)).image
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=70)
    packed = np.asarray(Image.open(buffer))
    one, other = (digits.from_visitor(image).astype(float) for image in (photo, packed))
    assert np.corrcoef(one.flat, other.flat)[0, 1] > 0.95


@pytest.mark.parametrize("index", range(0, 200, 23))
def test_bundled_digits_enlarged_stay_the_same(index: int) -> None:
    image = bundled.digits().images[index]
    shown = np.stack([image.repeat(8, 0).repeat(8, 1)] * 3, -1)
    assert np.array_equal(digits.from_visitor(shown), image)
