"""Grey pictures of 28 x 28 pixels: MNIST's own files, folders, and a visitor's drawings and photos."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from core.data import bundled, digits
from core.errors import InputError


def write_mnist(root: Path, kind: str, images: np.ndarray, labels: np.ndarray) -> None:
    """Write images (N, 28, 28) and labels (N,) in MNIST's own format."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    head = struct.pack(">IIII", 0x803, *images.shape)
    (folder / f"{kind}-images-idx3-ubyte").write_bytes(head + images.tobytes())
    (folder / f"{kind}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, len(labels)) + labels.tobytes())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    known = bundled.digits()
    labels = known.labels.astype(np.uint8)
    write_mnist(tmp_path, "train", known.images[:100], labels[:100])
    write_mnist(tmp_path, "t10k", known.images[100:], labels[100:])
    return tmp_path


def test_mnist_is_read_as_it_is(root: Path) -> None:
    found = digits.load("mnist", "test", root=str(root))
    np.testing.assert_array_equal(found.images.numpy(), bundled.digits().images[100:])
    np.testing.assert_array_equal(found.labels.numpy(), bundled.digits().labels[100:])


def test_every_twentieth_digit_is_validation(root: Path) -> None:
    train, val = (digits.load("mnist", split, root=str(root)).images for split in ("train", "val"))
    assert (len(train), len(val)) == (95, 5)
    np.testing.assert_array_equal(val.numpy(), bundled.digits().images[:100:20])
    together = torch.cat([train, val]).flatten(1).tolist()
    assert sorted(together) == sorted(bundled.digits().images[:100].reshape(100, -1).tolist())


def test_a_limit_spreads_evenly(root: Path) -> None:
    assert len(digits.load("mnist", "train", root=str(root), limit=10).images) == 10


def test_missing_mnist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no pictures in .*MNIST.raw"):
        digits.load("mnist", "test", root=str(tmp_path))


@pytest.mark.parametrize("inverted", [False, True])
def test_folder_of_digits_inverts_dark_ink(tmp_path: Path, inverted: bool) -> None:
    images = bundled.digits().images[::50]
    for number, image in enumerate(images):
        (tmp_path / "deep" / str(number)).mkdir(parents=True)
        Image.fromarray(255 - image if inverted else image).save(tmp_path / "deep" / str(number) / "digit.png")
    found = digits.load(f"folder:{tmp_path}", "test")
    np.testing.assert_array_equal(found.images.numpy(), images)


def test_any_pictures_become_small_greys(root: Path, photo_file: Path) -> None:
    found = digits.load(f"folder:{photo_file.parent}+mnist", "test", root=str(root))
    assert found.images.shape == (1 + 100, 28, 28)
    assert found.images.dtype == torch.uint8
    assert len(digits.load("emoji", "val", limit=30).images) > 20


def coloured(image: np.ndarray) -> np.ndarray:
    return np.stack([image] * 3, -1)


@pytest.mark.parametrize("factor", [1, 8, 12])
def test_enlarged_gallery_digit_is_unchanged(factor: int) -> None:
    image = bundled.digits().images[57]
    shown = coloured(image).repeat(factor, 0).repeat(factor, 1)
    np.testing.assert_array_equal(digits.from_visitor(shown), image)


def drawing(paper: int, pen: int, box: tuple[int, int, int, int], width: int = 12) -> np.ndarray:
    page = Image.new("RGB", (200, 300), (paper,) * 3)
    ImageDraw.Draw(page).ellipse(box, outline=(pen,) * 3, width=width)
    return np.asarray(page)


@pytest.mark.parametrize(("paper", "pen"), [(255, 0), (0, 255), (210, 60), (40, 170)])
def test_drawing_is_centred_scaled_inverted(paper: int, pen: int) -> None:
    found = digits.from_visitor(drawing(paper, pen, (10, 20, 70, 100))).astype(float)
    assert found.shape == (28, 28)
    assert found[0].max() == 0, "the ground is black"
    assert found.max() > 240, "the ink is white"
    assert found.any(1).sum() == digits.INK_PX, "its longer side fills twenty pixels"
    places = np.arange(28)
    middle = [np.average(places, weights=found.sum(axis)) for axis in (0, 1)]
    assert middle == pytest.approx([13.5, 13.5], abs=0.6)


def test_place_and_size_do_not_matter() -> None:
    small = digits.from_visitor(drawing(255, 0, (5, 200, 69, 280), width=8)).astype(float)
    large = digits.from_visitor(drawing(255, 0, (20, 10, 148, 170), width=16)).astype(float)
    assert np.abs(small - large).mean() < 8
    assert np.corrcoef(small.flat, large.flat)[0, 1] > 0.97


def test_an_empty_page_is_refused() -> None:
    with pytest.raises(InputError, match="nothing drawn"):
        digits.from_visitor(np.full((200, 200, 3), 255, np.uint8))


def test_thin_strip_is_still_a_picture() -> None:
    strip = np.zeros((8, 4000, 3), np.uint8)
    strip[2:6, 1000:3000] = 255
    assert digits.from_visitor(strip).shape == (28, 28)
