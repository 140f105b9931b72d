"""Photographs of handwritten digits as a phone takes them, made from the bundled digits with a fixed seed.

`python -m tests.photographs` prints for each kind of disturbance how many of the 100 test photographs are named right,
and `--show FILE` writes a sheet of them. Each is a bundled digit written on paper, seen slightly askew, blurred and
with a sensor's noise. The test set has the odd ones of the bundled digits; settings were chosen on the even ones.
"""

import argparse
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.data import bundled, digits
from core.downstream.neighbours import knn_classify
from core.errors import InputError
from core.vae.models import NAME, open_model, to_input
from core.vae.neighbours import KNN, codes

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Kind = Literal["pen", "desk", "shadow", "pencil", "several"]

KINDS: tuple[Kind, ...] = get_args(Kind)
WIDTH, HEIGHT = 640, 480
TEST_SEED, TUNING_SEED = 2025, 1


@dataclass(frozen=True)
class Photograph:
    """A photograph of a digit: (480, 640, 3) uint8, the bundled digit on it, and where that stands.

    Attributes:
        source: index of the digit among the bundled ones.
        box: left, top, right, bottom of the digit's field before the camera's tilt, in pixels.
    """

    image: Bytes
    kind: Kind
    source: int
    box: tuple[int, int, int, int]


def photographs(sources: list[int], seed: int, each: int = 20) -> list[Photograph]:
    """`each` photographs of every kind, of digits drawn from `sources`; the same for the same seed."""
    rng = np.random.default_rng(seed)
    drawn = [int(source) for source in rng.choice(sources, len(KINDS) * each, replace=len(sources) < len(KINDS) * each)]
    return [photograph(source, KINDS[number % len(KINDS)], rng) for number, source in enumerate(drawn)]


def photograph(source: int, kind: Kind, rng: np.random.Generator) -> Photograph:
    """Write a digit on paper and take its photograph."""
    side = int(rng.integers(150, 300))
    left = int(rng.integers(90, WIDTH - side - 90))
    top = int(rng.integers(70, HEIGHT - side - 70))
    ink = np.zeros((HEIGHT, WIDTH))
    write(ink, stroke(source, side, thin=kind == "pencil"), left, top)
    if kind == "several":
        write_neighbours(ink, source, (left, top, side), rng)
    paper = rng.uniform((205, 200, 180), (250, 245, 240))
    pen = rng.uniform((80, 80, 80), (130, 130, 130)) if kind == "pencil" else rng.uniform((10, 10, 20), (70, 70, 150))
    scene = paper + (pen - paper) * ink[..., None] * (0.8 if kind == "pencil" else 1.0)  # (H, W, 3)
    scene *= light(rng)[..., None]
    if kind == "shadow":
        scene *= shadow((left, top, side), rng)[..., None]
    if kind == "desk":
        scene = lay_on_desk(scene, (left, top, side), rng)
    box = (left, top, left + side, top + side)
    return Photograph(taken(scene, rng), kind, source, box)


def stroke(source: int, side: int, *, thin: bool) -> Floats:
    """A bundled digit enlarged to (side, side), its edges as sharp as a pen's; thin: only the middle of its strokes."""
    digit = Image.fromarray(bundled.digits().images[source]).resize((side, side), Image.Resampling.BICUBIC)
    level = np.asarray(digit.filter(ImageFilter.GaussianBlur(side / 60))) / 255
    low = 0.72 if thin else 0.45
    return np.clip((level - low) / 0.12 + 0.5, 0, 1)


def write(ink: Floats, drawn: Floats, left: int, top: int) -> None:
    """Lay ink (h, w) over a page; what would lie outside is left out."""
    height, width = drawn.shape
    x, y = max(left, 0), max(top, 0)
    right, bottom = min(left + width, WIDTH), min(top + height, HEIGHT)
    if right > x and bottom > y:
        field = ink[y:bottom, x:right]
        np.maximum(field, drawn[y - top : bottom - top, x - left : right - left], out=field)


def write_neighbours(ink: Floats, source: int, place: tuple[int, int, int], rng: np.random.Generator) -> None:
    """Write smaller digits on both sides."""
    left, top, side = place
    for number in range(int(rng.integers(1, 3))):
        small = int(side * rng.uniform(0.45, 0.65))
        other = int(rng.integers(0, len(bundled.digits().labels)))
        x = left + side if number == 0 else left - small
        write(ink, stroke(other, small, thin=False), x, top + int(rng.uniform(0, side - small)))


def light(rng: np.random.Generator) -> Floats:
    """A lamp from one side: (H, W), falling off to at least 0.7."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    angle = rng.uniform(0, 2 * np.pi)
    slope = (x / WIDTH - 0.5) * np.cos(angle) + (y / HEIGHT - 0.5) * np.sin(angle)
    return np.asarray(0.87 + rng.uniform(0.05, 0.13) * 2 * slope / np.sqrt(2))


def shadow(place: tuple[int, int, int], rng: np.random.Generator) -> Floats:
    """A hand's shadow with its edge across the digit: (H, W), down to 0.3."""
    left, top, side = place
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    angle = rng.uniform(0, 2 * np.pi)
    middle = (left + side * rng.uniform(0.3, 0.7), top + side * rng.uniform(0.3, 0.7))
    beyond = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle)
    depth = rng.uniform(0.3, 0.5)
    return np.asarray(depth + (1 - depth) / (1 + np.exp(-beyond / rng.uniform(4, 25))))


def lay_on_desk(scene: Floats, place: tuple[int, int, int], rng: np.random.Generator) -> Floats:
    """Keep a turned sheet of the scene, and put a dark desk with grain around it."""
    left, top, side = place
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    angle = rng.uniform(-0.2, 0.2)
    across = (x - left - side / 2) * np.cos(angle) + (y - top - side / 2) * np.sin(angle)
    down = (y - top - side / 2) * np.cos(angle) - (x - left - side / 2) * np.sin(angle)
    half = side * rng.uniform(0.6, 0.9, 2)
    sheet = (np.abs(across) < half[0]) & (np.abs(down) < half[1])
    grain = np.asarray(Image.fromarray(rng.uniform(-12, 12, (HEIGHT // 4, 6))).resize((WIDTH, HEIGHT)))
    desk = rng.uniform((25, 15, 10), (75, 60, 50)) + grain[..., None]
    return np.where(sheet[..., None], scene, desk)


def taken(scene: Floats, rng: np.random.Generator) -> Bytes:
    """What a camera makes of a scene (H, W, 3): a slight tilt and turn, blur and noise."""
    seen = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    seen = seen.transform(seen.size, Image.Transform.PERSPECTIVE, tilt(rng), Image.Resampling.BICUBIC, fillcolor=None)
    soft = np.asarray(seen.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.4)))).astype(np.float64)
    return np.clip(soft + rng.normal(0, rng.uniform(2, 6), soft.shape), 0, 255).astype(np.uint8)


def tilt(rng: np.random.Generator) -> tuple[float, ...]:
    """The eight coefficients of a perspective that leaves the middle where it is."""
    turn, lean = rng.uniform(-0.1, 0.1), rng.uniform(-1.5e-4, 1.5e-4, 2)
    zoom = 0.92
    a, b = zoom * np.cos(turn), -zoom * np.sin(turn)
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    there = np.array([[1, 0, middle[0]], [0, 1, middle[1]], [0, 0, 1]])
    back = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1]])
    whole = there @ np.array([[a, b, 0], [-b, a, 0], [lean[0], lean[1], 1]]) @ back
    return tuple((whole / whole[2, 2]).flatten()[:8].tolist())


def named_right(found: list[Bytes], sources: list[int]) -> list[bool]:
    """Whether the page's readout names each digit (28, 28): by its 5 nearest bundled ones, its own source left out."""
    model, where = open_model(NAME)
    gallery, labels = codes(NAME).mu, torch.from_numpy(bundled.digits().labels.copy())
    with torch.inference_mode():
        mu = model.encode(to_input(np.stack(found), where))[0].cpu()
    right = []
    for code, source in zip(mu, sources, strict=True):
        others = torch.arange(len(labels)) != source
        right.append(bool(knn_classify(gallery[others], labels[others], code[None], k=KNN) == labels[source]))
    return right


@functools.cache
def readable() -> tuple[int, ...]:
    """The bundled digits that the readout names right as they are: of others, a photograph could not be either."""
    every = list(range(len(bundled.digits().labels)))
    right = named_right(list(bundled.digits().images), every)
    return tuple(source for source in every if right[source])


def hundred() -> list[Photograph]:
    """The 100 photographs on which nothing was chosen."""
    return photographs([source for source in readable() if source % 2], TEST_SEED)


def shares(photos: list[Photograph], view: Callable[[Bytes], Bytes]) -> dict[Kind, float]:
    """Share of the photographs of each kind that is named right when `view` makes them (28, 28); refused is wrong."""
    views = []
    for photo in photos:
        try:
            views.append(view(photo.image))
        except InputError:
            views.append(np.zeros((28, 28), np.uint8))
    right = named_right(views, [photo.source for photo in photos])
    return {kind: float(np.mean([r for r, p in zip(right, photos, strict=True) if p.kind == kind])) for kind in KINDS}


def sheet(photos: list[Photograph]) -> Image.Image:
    """Each photograph with the digit found on it."""
    page = Image.new("RGB", (10 * 244, -(-len(photos) // 10) * 126))
    for number, photo in enumerate(photos):
        x, y = number % 10 * 244, number // 10 * 126
        page.paste(Image.fromarray(photo.image).resize((160, 120)), (x, y))
        page.paste(Image.fromarray(digits.from_visitor(photo.image)).resize((80, 80)), (x + 162, y))
    return page


def main() -> None:
    """Print the share named right by kind."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--tuning", action="store_true", help="the set on which settings were chosen instead")
    parser.add_argument("--show", help="write a sheet of the photographs to this file")
    flags = parser.parse_args()
    tuning = photographs([source for source in readable() if source % 2 == 0], TUNING_SEED)
    chosen = tuning if flags.tuning else hundred()
    found = shares(chosen, digits.from_visitor)
    print(f"{len(readable())} of {len(bundled.digits().labels)} bundled digits are named right as they are")
    print("| kind | named right |\n|---|--:|")
    for kind, share in [*found.items(), ("all", float(np.mean(list(found.values()))))]:
        print(f"| {kind} | {share:.0%} |")
    if flags.show:
        sheet(chosen).save(flags.show)


if __name__ == "__main__":
    main()
