"""Files as phones, cameras and editors write them are opened within bounds, whatever their metadata say."""

import io
import multiprocessing
import re
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from core.data import containers, decoding, pictures
from core.errors import InputError

SCENE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8))
PHOTO = SCENE.resize((160, 120), Image.Resampling.BICUBIC)
PIXELS = np.asarray(PHOTO).astype(int)
UNREADABLE = "not a picture that can be read"


def encoded(image: Image.Image, kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


def opened(tmp_path: Path, content: bytes) -> pictures.OpenedPicture:
    path = tmp_path / "p"
    path.write_bytes(content)
    return pictures.open_with_notes(str(path))


def flat(width: int, height: int) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    image.paste((0, 0, 200), (width // 2, 0, width, height))
    return image


def memory_mb(name: str) -> float:
    """Megabytes that Linux reports of this process: "VmRSS" now, "VmHWM" at its peak."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


# --- large ---


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_twelve_megapixels_are_shrunk(kind: str, tmp_path: Path) -> None:
    settings = {"method": 0} if kind == "WEBP" else {}
    pixels = opened(tmp_path, encoded(flat(4032, 3024), kind, **settings)).pixels
    assert pixels.shape == (1512, 2016, 3)
    for side, colour in ((slice(0, 1000), (200, 0, 0)), (slice(1016, None), (0, 0, 200))):
        assert np.abs(pixels[:, side].astype(int) - colour).max() <= 6


def test_eight_megapixels_keep_every_pixel(tmp_path: Path) -> None:
    image = flat(4000, 2000)
    assert np.array_equal(opened(tmp_path, encoded(image, "PNG", compress_level=1)).pixels, np.asarray(image))


def test_shrinking_averages_whole_squares(tmp_path: Path) -> None:
    image = np.zeros((3000, 3000), np.uint8)
    image[::2] = 200  # each 2 x 2 square has two white and two black pixels
    pixels = opened(tmp_path, encoded(Image.fromarray(image), "PNG")).pixels
    assert pixels.shape == (1500, 1500, 3)
    assert (pixels == 100).all()


def test_sixteen_bits_shrink_too(tmp_path: Path) -> None:
    deep = np.broadcast_to(np.linspace(0, 65_535, 3000).astype(np.uint16), (3000, 3000))
    pixels = opened(tmp_path, encoded(Image.fromarray(np.ascontiguousarray(deep)), "PNG")).pixels
    assert pixels.shape == (1500, 1500, 3)
    assert (pixels[0, 0, 0], pixels[0, -1, 0]) == (0, 255)


@pytest.mark.parametrize("size", [(16_385, 200), (900_000, 8), (8, 900)])
def test_long_strips_are_one_sentence(size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at most 16384 pixels, and the longer one at most 100 times"):
        opened(tmp_path, encoded(Image.new("1", size), "PNG"))


def test_too_costly_pictures_are_one_sentence(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4000, 2500), shade) for shade in ("red", "blue")]
    content = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], method=0)
    with pytest.raises(InputError, match="needs too much memory"):
        opened(tmp_path, content)


def test_large_pictures_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    flat(6000, 3000).save(path, compress_level=1)
    done = threading.Event()

    def open_large() -> None:
        decoding.decode(path)
        done.set()

    before = threading.Event()
    decoding.one_at_a_time.submit(before.wait, 60)
    thread = threading.Thread(target=open_large)
    thread.start()
    assert not done.wait(1)
    assert opened(tmp_path, encoded(PHOTO, "PNG")).pixels.shape == (120, 160, 3), "small ones go on"
    before.set()
    thread.join(20)
    assert done.is_set()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured as Linux reports it")
def test_large_pictures_do_not_add_up(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    flat(6000, 3500).save(path, compress_level=1)  # 84 MB decoded
    decoding.decode(path)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = memory_mb("VmRSS")
    with ThreadPoolExecutor(4) as pool:
        assert [found.image.size for found in pool.map(decoding.decode, [path] * 4)] == [(2000, 1167)] * 4
    assert memory_mb("VmHWM") - before < 200, "one of 84 MB, four results of 9 MB"


def test_endless_scans_are_refused(tmp_path: Path) -> None:
    content = encoded(PHOTO, "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    assert opened(tmp_path, content).pixels.shape == (120, 160, 3)
    with pytest.raises(InputError, match=UNREADABLE):
        opened(tmp_path, content[:-2] + content[last:-2] * 300 + b"\xff\xd9")


# --- formats ---


def test_heic_and_avif_are_read(tmp_path: Path) -> None:
    heic = io.BytesIO()
    pillow_heif.from_pillow(PHOTO).save(heic, quality=95)
    for content in (heic.getvalue(), encoded(PHOTO, "AVIF", quality=95)):
        found = opened(tmp_path, content)
        assert np.abs(found.pixels - PIXELS).mean() < 6
        assert found.notes == ()


def test_heic_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = io.BytesIO()
    turned = PHOTO.transpose(Image.Transpose.ROTATE_90)
    pillow_heif.from_pillow(turned).save(content, quality=95, exif=exif.tobytes())
    assert np.abs(opened(tmp_path, content.getvalue()).pixels - PIXELS).mean() < 6


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_first_frame_is_said(kind: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue", "lime")]
    found = opened(tmp_path, encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
    assert found.notes == ("animated",)
    assert np.abs(found.pixels.astype(int) - (255, 0, 0)).max() <= 4
    assert opened(tmp_path, encoded(frames[0], kind)).notes == ()


# --- metadata ---


def test_odd_tags_spoil_no_avif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.0
    content = encoded(PHOTO.transpose(Image.Transpose.ROTATE_90), "AVIF", quality=95, exif=exif)
    (where,) = re.finditer(rb"\x1a\x01\x05\0|\x01\x1a\0\x05", content)  # the resolution, a fraction; as text:
    content = content[: where.start()] + where[0].replace(b"\x05", b"\x02") + content[where.end() :]
    found = opened(tmp_path, content).pixels
    assert found.shape == (120, 160, 3)
    assert np.abs(found - PIXELS).mean() < 6


def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
    return struct.pack("<HHI4s", tag, kind, count, value)


def exif_of(orientation: int, *others: bytes) -> bytes:
    entries = [entry(0x0112, 3, 1, struct.pack("<HH", orientation, 0)), *others]
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(8)


ODD_TAGS = {
    "resolution as text": entry(0x011A, 2, 4, b"72\0\0"),
    "resolution as float": entry(0x011A, 11, 1, struct.pack("<f", 72)),
    "maker as fraction": entry(0x010F, 5, 1, struct.pack("<I", 8)),
    "offset outside": entry(0x8769, 4, 1, b"\xff\xff\xff\x7f"),
}


@pytest.mark.parametrize("name", ODD_TAGS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_odd_tags_spoil_no_picture(kind: str, name: str, tmp_path: Path) -> None:
    settings = {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    turned = PHOTO.transpose(Image.Transpose.ROTATE_90)
    content = encoded(turned, kind, exif=exif_of(6, ODD_TAGS[name]), **settings)
    found = opened(tmp_path, content).pixels
    assert found.shape == (120, 160, 3)
    assert np.abs(found - PIXELS).mean() < 4


@pytest.mark.parametrize(
    ("exif", "expected"),
    [
        (exif_of(6), 6),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0", 8),
        (b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\0\0\x03", 3),
        (exif_of(0), None),
        (exif_of(9), None),
        (b"", None),
        (b"II*\0\xff\xff\xff\xff", None),
        (b"no EXIF at all", None),
        (exif_of(6)[:20], None),
    ],
)
def test_orientation_or_nothing(exif: bytes, expected: int | None) -> None:
    assert containers.orientation_of(exif) == expected


def test_xmp_orientation_counts_in_jpeg(tmp_path: Path) -> None:
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="3"/>'
    content = encoded(PHOTO.transpose(Image.Transpose.ROTATE_180), "JPEG", quality=95)
    segment = b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp
    assert np.abs(opened(tmp_path, content[:2] + segment + content[2:]).pixels - PIXELS).mean() < 12


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_packed_texts_are_passed_over(kind: bytes, tmp_path: Path) -> None:
    packed = zlib.compress(bytes(5_000_000), 9)
    head = b"key\0\x01\0\0\0" if kind == b"iTXt" else b"key\0\0"
    content = encoded(PHOTO, "PNG")
    bloated = content[:33] + chunk(kind, head + packed) * 20 + content[33:]
    assert np.array_equal(opened(tmp_path, bloated).pixels, PIXELS)


def test_written_texts_change_nothing(tmp_path: Path) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Comment", "字" * 2_000_000, zip=True)
    assert np.array_equal(opened(tmp_path, encoded(PHOTO, "PNG", pnginfo=texts)).pixels, PIXELS)


# --- cut off ---


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF"])
def test_cut_off_pictures_give_their_rows(kind: str, tmp_path: Path) -> None:
    whole = opened(tmp_path, encoded(PHOTO, kind)).pixels.astype(int)
    content = encoded(PHOTO, kind)
    found = opened(tmp_path, content[: len(content) * 94 // 100])
    assert found.notes == ("cut",)
    height = found.pixels.shape[0]
    assert 100 <= height < 120
    if kind == "BMP":  # begins with the last row
        assert np.array_equal(found.pixels, whole[120 - height :])
    else:
        assert np.array_equal(found.pixels[: height - 16], whole[: height - 16])


def test_sets_refuse_cut_off_pictures(tmp_path: Path) -> None:
    content = encoded(PHOTO, "PNG")
    (tmp_path / "a.png").write_bytes(content[: len(content) * 94 // 100])
    with pytest.raises(InputError, match=UNREADABLE):
        pictures.load(f"folder:{tmp_path}", "test", size=8)


# --- transparency ---


@pytest.mark.parametrize(
    ("ink", "ground"), [((255, 255, 255), 0), ((250, 250, 180), 0), ((0, 0, 0), 255), ((250, 120, 0), 255)]
)
def test_ground_contrasts_with_ink(ink: tuple[int, int, int], ground: int, tmp_path: Path) -> None:
    drawing = Image.new("RGBA", (64, 64), (255, 255, 255, 0))
    drawing.paste((*ink, 255), (20, 20, 40, 40))
    pixels = opened(tmp_path, encoded(drawing, "PNG")).pixels
    assert (pixels[0, 0] == ground).all()
    assert tuple(pixels[30, 30]) == ink


def test_painted_layers_stay_on_white() -> None:
    layer = np.full((16, 16, 4), (255, 255, 255, 0), np.uint8)
    layer[4:8, 4:8, 3] = 255
    assert (pictures.open_picture(layer, ground="white") == 255).all()


# --- names ---


@pytest.mark.parametrize("name", ["a%20b.png", 'it\'s "it".png', "图片.png", "🐈.png", "n" * 251 + ".png"])
def test_names_do_not_matter(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(encoded(PHOTO, "PNG"))
    assert np.array_equal(pictures.open_picture(str(tmp_path / name)), PIXELS)


def test_forks_decode_large_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that borrows a GPU is a fork of the page's: it has none of the threads that were started there."""
    monkeypatch.setattr(decoding, "ALONE_MB", 0)
    path = tmp_path / "large.png"
    flat(40, 20).save(path)
    assert decoding.decode(path).image.size == (40, 20)  # the thread has begun
    fork = multiprocessing.get_context("fork").Process(target=decoding.decode, args=(path,))
    fork.start()
    fork.join(20)
    ended = fork.exitcode
    fork.kill()
    assert ended == 0
