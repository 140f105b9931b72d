"""Files that are not what they say, too large when opened, or cut off; with the sentence that each has to get."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from tests.core.recordings import empty_wav, recorded, silent_film, streamed_flac, tone
from tests.hostile.cases import NO_PICTURE, NO_SOUND

HTML = "<!doctype html><script>alert(1)</script>\n" * 20
LIST = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n"
Write = Callable[[Path], object]


def noise(side: int = 200) -> Image.Image:
    """A picture that does not compress."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8))


def cut(write: Write, share: float) -> Write:
    """What writes the beginning of a file."""

    def write_beginning(path: Path) -> None:
        write(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return write_beginning


def text(content: str) -> Write:
    """What writes a text under any name."""
    return lambda path: path.write_text(content)


def blank(width: int, height: int) -> Write:
    """What writes a white picture of one bit per pixel, some kilobytes of any size."""
    return lambda path: Image.new("1", (width, height), 1).save(path, optimize=True)


def film(path: Path) -> None:
    """Write an animation of a hundred frames."""
    frames = [Image.new("P", (400, 400), number) for number in range(100)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


# name -> what writes it, and the sentence, or None where a result is right
PICTURES: dict[str, tuple[Write, str | None]] = {
    "whole.png": (lambda path: noise().save(path), None),
    "empty.png": (text(""), NO_PICTURE),
    "page.png": (text(HTML), NO_PICTURE),
    "page.svg": (text("<svg xmlns='http://www.w3.org/2000/svg'/>"), NO_PICTURE),
    "list.jpg": (text(LIST), NO_PICTURE),
    "head.png": (cut(lambda path: noise().save(path), 0.01), NO_PICTURE),
    "quarter.jpg": (cut(lambda path: noise().save(path), 0.25), NO_PICTURE),
    "most.png": (cut(lambda path: noise().save(path), 0.9), None),
    "half.webp": (cut(lambda path: noise().save(path), 0.5), NO_PICTURE),
    "bomb.png": (blank(13_000, 13_000), "A picture may have at most 50 megapixels."),
    "bomb.gif": (blank(9_000, 9_000), "A picture may have at most 50 megapixels."),
    "bomb.tiff": (blank(9_000, 9_000), "A picture may have at most 50 megapixels."),
    "strip.png": (
        blank(40_000, 8),
        "Each side may have at most 16384 pixels, and the longer one at most 100 times the shorter one.",
    ),
    "dot.png": (blank(1, 1), "This picture is too small: each side needs at least 8 pixels."),
    "film.gif": (film, None),
    "sound.png": (lambda path: soundfile.write(path, tone(1, 16_000), 16_000, format="WAV"), NO_PICTURE),
    "%3Cimg src=x onerror=alert(1)%3E.png": (lambda path: noise().save(path), None),
    "../../x.png".replace("/", "\u2215"): (lambda path: noise().save(path), None),
}
SOUNDS: dict[str, tuple[Write, str | None]] = {
    "whole.wav": (lambda path: soundfile.write(path, tone(2, 16_000), 16_000), None),
    "empty.wav": (text(""), "This file is empty."),
    "safari.wav": (empty_wav, "This recording is empty."),
    "page.wav": (text(HTML), NO_SOUND),
    "list.m4a": (text(LIST), NO_SOUND),
    "list.m3u8": (text(LIST), NO_SOUND),
    "names.m4a": (text("ffconcat version 1.0\nfile /etc/passwd\n"), NO_SOUND),
    "half.m4a": (cut(lambda path: recorded(path, tone(2, 44_100)), 0.5), NO_SOUND),
    "half.wav": (cut(lambda path: soundfile.write(path, tone(4, 16_000), 16_000), 0.5), None),
    "silence.wav": (lambda path: soundfile.write(path, np.zeros(32_000), 16_000), "This sound is silent."),
    "short.wav": (
        lambda path: soundfile.write(path, tone(0.01, 16_000), 16_000),
        "This sound is shorter than 0.1 seconds.",
    ),
    "nan.wav": (
        lambda path: soundfile.write(path, np.full(32_000, np.nan), 16_000, subtype="FLOAT"),
        "This sound holds samples that are not numbers.",
    ),
    "hour.flac": (
        lambda path: soundfile.write(path, np.zeros(16_000 * 3600, np.int16), 16_000),
        "A sound may last at most 60 seconds.",
    ),
    "claims.flac": (lambda path: streamed_flac(path, tone(2, 16_000), 16_000, 2**36 - 1), None),
    "film.mp4": (silent_film, "This file has no sound track."),
    "picture.wav": (lambda path: noise().save(path, "PNG"), NO_SOUND),
}
