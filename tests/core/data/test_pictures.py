"""What visitors bring is opened with care or refused in one sentence; data sets are split the same way every time."""

import io
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import pictures
from core.errors import InputError

UNREADABLE = "not a picture that can be read"
SPLITS: tuple[pictures.Split, ...] = ("train", "val", "test")
RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (24, 30, 3), dtype=np.uint8)
pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # pytest resets the filters
RAMP = np.broadcast_to(np.linspace(0, 255, 30).astype(np.uint8)[None, :, None], (24, 30, 3))


def encoded(image: Image.Image, kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


def opened(path: Path, content: bytes) -> pictures.Bytes:
    path.write_bytes(content)
    picture = pictures.open_picture(str(path))
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    return picture


def blank_png(width: int, height: int, rows: int | None = None) -> bytes:
    """A black PNG of any size that is small on disk, written without holding its pixels; `rows` leaves some out."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(width + 1)) for _ in range(height if rows is None else rows))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body + packer.flush()) + chunk(b"IEND", b"")


# --- good input of every kind ---


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "WEBP", "TIFF"])
def test_lossless_files_are_unchanged(kind: str, tmp_path: Path) -> None:
    few = (NOISE // 64 * 85).astype(np.uint8)  # 64 colours, so that a palette holds them
    settings = {"lossless": True} if kind == "WEBP" else {}
    assert np.array_equal(opened(tmp_path / "p", encoded(Image.fromarray(few), kind, **settings)), few)


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_photographs_are_nearly_unchanged(kind: str, tmp_path: Path) -> None:
    found = opened(tmp_path / "p", encoded(Image.fromarray(RAMP), kind, quality=95))
    assert np.abs(found.astype(int) - RAMP).mean() < 2


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    clear = np.dstack([NOISE, np.zeros((24, 30), np.uint8)])
    clear[:12, :, 3] = 255
    found = opened(tmp_path / "p", encoded(Image.fromarray(clear), "PNG"))
    assert np.array_equal(found[:12], NOISE[:12])
    assert (found[12:] == 255).all()


def test_transparent_palette_lies_on_white(tmp_path: Path) -> None:
    indexed = Image.fromarray((np.arange(24 * 30).reshape(24, 30) % 2).astype(np.uint8), "L").convert("P")
    indexed.putpalette([200, 0, 0, 0, 0, 200])
    for kind in ("PNG", "GIF"):
        found = opened(tmp_path / "p", encoded(indexed, kind, transparency=0))
        assert (found[:, ::2] == 255).all(), kind
        assert (found[:, 1::2] == (0, 0, 200)).all(), kind


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16", "F", "PA"])
def test_every_mode_is_answered(mode: str) -> None:
    grey = Image.fromarray(RAMP[..., 0])
    if mode == "I;16":
        image = Image.fromarray(RAMP[..., 0].astype(np.uint16) * 200)
    elif mode == "LAB":
        image = Image.merge("LAB", [grey, Image.new("L", grey.size, 128), Image.new("L", grey.size, 128)])
    else:
        image = Image.fromarray(RAMP).convert(mode)
    assert image.mode == mode
    picture = pictures.open_picture(image)
    assert picture.shape == (24, 30, 3)
    columns = picture.mean((0, 2))
    assert columns[-6:].mean() > columns[:6].mean() + 100, "still dark on the left and bright on the right"


def test_greyscale_is_grey(tmp_path: Path) -> None:
    found = opened(tmp_path / "p", encoded(Image.fromarray(NOISE[..., 0]), "PNG"))
    assert all(np.array_equal(found[..., channel], NOISE[..., 0]) for channel in range(3))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_print_colours_are_turned_into_light(kind: str, tmp_path: Path) -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    found = opened(tmp_path / "p", encoded(red, kind))
    assert (found.mean((0, 1)) > (200, -1, -1)).all()
    assert (found.mean((0, 1)) < (256, 40, 40)).all()


def test_sixteen_bits_are_stretched(tmp_path: Path) -> None:
    deep = np.linspace(3000, 5000, 24 * 30).reshape(24, 30).astype(np.uint16)
    found = opened(tmp_path / "p", encoded(Image.fromarray(deep), "PNG"))
    assert (found.min(), found.max()) == (0, 255)
    assert (np.diff(found[..., 0].flatten().astype(int)) >= 0).all()


def test_nan_pixels_spoil_no_picture(tmp_path: Path) -> None:
    deep = np.linspace(0, 1, 24 * 30, dtype=np.float32).reshape(24, 30)
    deep[0, 0], deep[0, 1] = np.nan, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = opened(tmp_path / "p", encoded(Image.fromarray(deep), "TIFF"))
    assert (found.min(), found.max()) == (0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_stands_upright(orientation: int, tmp_path: Path) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = Image.fromarray(NOISE)
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(opened(tmp_path / "p", encoded(stored, "PNG", exif=exif)), NOISE)


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "lime")]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)
    assert (opened(tmp_path / "p", content) == (255, 0, 0)).all()


@pytest.mark.parametrize("shape", [(9, 9), (9, 9, 3), (9, 9, 4)])
def test_pictures_already_decoded(shape: tuple[int, ...]) -> None:
    assert (pictures.open_picture(np.full(shape, 255, np.uint8)) == np.full((9, 9, 3), 255)).all()


# --- bad input ---

PNG = encoded(Image.fromarray(NOISE), "PNG")
BAD: dict[str, bytes] = {
    "empty": b"",
    "text": b"not a picture",
    "html": b"<!doctype html><p>404",
    "sound": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\n",
    "head only": PNG[:33],
    "cut in half": PNG[: len(PNG) // 2],
    "one bit wrong": PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:],
    "jpeg cut in half": encoded(Image.fromarray(NOISE), "JPEG")[:700],
    "gif cut": encoded(Image.fromarray(NOISE), "GIF")[:100],
    "webp cut": encoded(Image.fromarray(NOISE), "WEBP")[:100],
    "icon": encoded(Image.fromarray(NOISE), "ICO"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=UNREADABLE):
        opened(tmp_path / "p.png", BAD[name])


def test_spoiled_files_give_picture_or_sentence(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    good = [encoded(Image.fromarray(NOISE), kind, exif=exif) for kind in ("PNG", "JPEG", "WEBP")]
    good += [encoded(Image.fromarray(NOISE), kind) for kind in ("GIF", "BMP")]
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for content in good * 20:
            spoiled = bytearray(content)
            for place in RNG.integers(0, min(len(spoiled), 300), 4):
                spoiled[place] = RNG.integers(0, 256)
            try:
                opened(tmp_path / "p", bytes(spoiled))
            except InputError:
                refused += 1
    assert 20 < refused < 100


@pytest.mark.parametrize("source", [None, "", "nowhere.png", Path("nowhere.png")])
def test_no_picture_asks_for_one(source: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="Choose or upload a picture first"):
        pictures.open_picture(source)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((9, 9, 3), np.float32),
        np.zeros(9, np.uint8),
        np.zeros((1, 9, 9, 3), np.uint8),
        np.zeros((9, 9, 1), np.uint8),
        np.zeros((9, 9, 5), np.uint8),
    ],
)
def test_other_arrays_are_refused(array: pictures.Bytes) -> None:
    with pytest.raises(InputError, match=UNREADABLE):
        pictures.open_picture(array)


@pytest.mark.parametrize("size", [(1, 1), (1, 100), (100, 1), (7, 7), (8, 7)])
def test_too_small(size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="each side needs at least 8 pixels"):
        opened(tmp_path / "p", encoded(Image.new("RGB", size), "PNG"))


def test_smallest_and_largest_accepted(tmp_path: Path) -> None:
    assert opened(tmp_path / "p", encoded(Image.new("RGB", (8, 8)), "PNG")).shape == (8, 8, 3)
    assert opened(tmp_path / "q", blank_png(4000, 2000)).shape == (2000, 4000, 3)


def memory(name: str) -> int:
    """Bytes that Linux reports of this process: "VmRSS" now, "VmHWM" at its peak."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured as Linux reports it")
@pytest.mark.parametrize(
    ("size", "rows"), [((13_000, 13_000), None), ((10_001, 5000), 0), ((7072, 7072), 0), ((1_000_000_000, 8), 0)]
)
def test_bomb_costs_no_memory(size: tuple[int, int], rows: int | None, tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(blank_png(*size, rows))
    assert path.stat().st_size < 1_000_000
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before, begun = memory("VmRSS"), time.process_time()
    with pytest.raises(InputError, match="at most 50 megapixels"):
        pictures.open_picture(str(path))
    assert time.process_time() - begun < 0.2
    assert memory("VmHWM") - before < 10_000_000


def test_too_large_file_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    with path.open("wb") as file:
        file.truncate(pictures.MAX_FILE_MB * 1_000_000 + 1)
    with pytest.raises(InputError, match="at most 100 MB"):
        pictures.open_picture(str(path))


# --- tensors ---


def test_bytes_to_tensor_and_back() -> None:
    batch = np.stack([NOISE, NOISE[::-1]])
    tensor = pictures.to_tensor(batch)
    assert tensor.shape == (2, 3, 24, 30)
    assert tensor.dtype == torch.float32
    assert 0 <= float(tensor.min()) <= float(tensor.max()) <= 1
    assert np.array_equal(pictures.to_bytes(tensor), batch)
    assert torch.equal(pictures.to_tensor(NOISE), tensor[:1])


def test_to_bytes_clips() -> None:
    assert pictures.to_bytes(torch.tensor([-1.0, 0.5, 2.0]).view(1, 3, 1, 1)).flatten().tolist() == [0, 128, 255]


@pytest.mark.parametrize("shape", [(30, 10), (10, 30), (8, 8), (200, 100)])
def test_square_takes_the_middle(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    side = min(shape)
    top, left = (shape[0] - side) // 2, (shape[1] - side) // 2
    picture[top : top + side, left : left + side] = 200
    assert pictures.square(picture, 16).shape == (16, 16, 3)
    assert np.allclose(pictures.square(picture, 16)[3:-3, 3:-3], 200, atol=4), "but for the overshoot at the rim"
