"""`python -m tests.bench.inputs [NAME ...] [--tree FOLDER]`: memory and time of opening pictures, as a table.

Each file is written here and opened in a process of its own by the `open_picture` of this tree, or of another one such
as an older version. Peak memory is Linux's VmHWM above the memory in use before, when a small picture has been opened.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PHONE = (4032, 3024)
LARGEST = (8160, 6120)  # 49.9 megapixels
AT_ONCE = ", four at once"
CHILD = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from core.data import pictures
from core.errors import InputError

def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

pictures.open_picture(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
before, begun = memory("VmRSS"), time.perf_counter()
try:
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(pictures.open_picture, [sys.argv[2]] * int(sys.argv[3])))
    result = " x ".join(map(str, found[0].shape[1::-1]))
except InputError as error:
    result = str(error)
print(json.dumps([memory("VmHWM") - before, time.perf_counter() - begun, result]))
"""
Write = Callable[[Path], None]


def scene(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Smooth colours with a little noise, which compress about as a photograph does."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    image = coarse.resize(size, Image.Resampling.BICUBIC)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(size))
    elif mode == "I;16":
        grey = np.asarray(image.convert("L")).astype(np.uint16)
        image = Image.fromarray(grey * 257)
    return image if mode in ("RGB", "RGBA", "I;16") else image.convert(mode)


def pillow(kind: str, size: tuple[int, int], mode: str = "RGB", **settings: Any) -> Write:
    """Write a scene with Pillow."""
    return lambda path: scene(size, mode).save(path, kind, **settings)


def heic(size: tuple[int, int]) -> Write:
    """Write a scene as HEIC."""
    return lambda path: pillow_heif.from_pillow(scene(size)).save(path, quality=30)


CASES: dict[str, Write] = {
    "JPEG, 12 MP": pillow("JPEG", PHONE, quality=90),
    "JPEG progressive, 12 MP": pillow("JPEG", PHONE, quality=90, progressive=True),
    "JPEG, 50 MP": pillow("JPEG", LARGEST, quality=90),
    "JPEG progressive, 50 MP": pillow("JPEG", LARGEST, quality=90, progressive=True),
    "JPEG progressive 4:4:4, 50 MP": pillow("JPEG", LARGEST, quality=90, progressive=True, subsampling=0),
    "PNG RGB, 50 MP": pillow("PNG", LARGEST, compress_level=1),
    f"PNG RGB, 50 MP{AT_ONCE}": pillow("PNG", LARGEST, compress_level=1),
    "PNG RGBA, 50 MP": pillow("PNG", LARGEST, "RGBA", compress_level=1),
    "PNG palette, 50 MP": pillow("PNG", LARGEST, "P", compress_level=1),
    "PNG 16 bits grey, 50 MP": pillow("PNG", LARGEST, "I;16", compress_level=1),
    "PNG black and white, 50 MP": pillow("PNG", LARGEST, "1"),
    "WebP, 50 MP": pillow("WEBP", LARGEST, method=0),
    "WebP lossless, 50 MP": pillow("WEBP", LARGEST, lossless=True, method=0, quality=10),
    "WebP with alpha, 50 MP": pillow("WEBP", LARGEST, "RGBA", method=1),
    "WebP with alpha, 35 MP": pillow("WEBP", (6800, 5100), "RGBA", method=1),
    "WebP, 8 MP": pillow("WEBP", (3264, 2448), method=0),
    "GIF, 50 MP": pillow("GIF", LARGEST, "P"),
    "BMP grey, 50 MP": pillow("BMP", LARGEST, "L"),
    "TIFF, 33 MP": pillow("TIFF", (6650, 4990)),
    "TIFF deflate, 50 MP": pillow("TIFF", LARGEST, compression="tiff_deflate"),
    "AVIF, 12 MP": pillow("AVIF", PHONE, speed=10),
    "AVIF, 24 MP": pillow("AVIF", (5664, 4248), speed=10),
    "AVIF, 50 MP": pillow("AVIF", LARGEST, speed=10),
    "HEIC, 12 MP": heic(PHONE),
    "HEIC, 48 MP": heic((8064, 6048)),
    "PNG, 51 MP": pillow("PNG", (8250, 6190), compress_level=1),
    "PNG strip, 900,000 x 8": pillow("PNG", (900_000, 8)),
}


def measure(path: Path, warm: Path, tree: Path, visitors: int) -> tuple[float, float, str]:
    """Peak MB above idle, seconds, and the size of the result or the sentence that refuses the file."""
    command = [sys.executable, "-c", CHILD, str(warm), str(path), str(visitors)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    megabytes, seconds, result = json.loads(done.stdout)
    return megabytes, seconds, result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="*", help="cases that contain one of these")
    parser.add_argument("--tree", type=Path, default=ROOT, help="whose core.data.pictures opens the files")
    flags = parser.parse_args()
    print("| file | MB | peak MB | s | result |\n|---|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        path, warm = Path(folder) / "picture", Path(folder) / "warm.png"
        scene((64, 48)).save(warm)
        for name, write in CASES.items():
            if flags.names and not any(part in name for part in flags.names):
                continue
            write(path)
            megabytes, seconds, result = measure(path, warm, flags.tree, 4 if name.endswith(AT_ONCE) else 1)
            size = path.stat().st_size / 1e6
            print(f"| {name} | {size:.1f} | {megabytes:.0f} | {seconds:.1f} | {result} |", flush=True)


if __name__ == "__main__":
    main()
