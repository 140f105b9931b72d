"""The digit on a photograph: ink on paper under uneven light, on a desk, in shadow, in pencil, or among other digits.

Ink is what is darker than the paper around it, so each pixel is compared with a local ground: the grey-scale closing
of the picture, which fills everything narrower than its window (Serra 1982, "Image Analysis and Mathematical
Morphology", ch. XII). Shadows and sheets are wider and belong to the ground. What is left is divided into
connected pieces; the largest is the digit, together with pieces close by. Thin strokes are thickened to those of MNIST.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold
from skimage.morphology import disk, skeletonize

from core.errors import InputError

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Slices = tuple[slice, slice]

SHRUNK_PX = 512  # the longer side on which ink is looked for
WINDOW = 0.14  # of the longer side; strokes are narrower
FAINT = 18.0  # of 255: ink at least so much darker than its ground
STRONG = 0.4  # of the ink's strength: a pixel above is ink, and so is one above half of this that is connected to it
EIGHT = np.ones((3, 3))  # each pixel is connected to eight others
GAP = 0.1  # of a digit's longer side: pieces closer than this belong to it
ABOVE_GAP = 0.25  # the same for pieces above or below
SPECK = 0.02  # of the digit's ink; smaller pieces are left out
LONG = 0.9  # of the picture's side: longer pieces are edges of a table
DARK = 110  # of 255: a photograph with fewer light pixels than a tenth shows a board, with light ink
STROKE = 0.1  # of the digit's longer side, as broad as MNIST's strokes
MARGIN = 2  # pixels around the digit, where its ink fades out


@dataclass(frozen=True)
class FoundDigit:
    """A digit cut out of a photograph.

    Attributes:
        ink: (h, w) in [0, 1], white on black, cut to the digit.
        box: left, top, right, bottom in pixels of the photograph.
    """

    ink: Floats
    box: tuple[int, int, int, int]


def find(picture: Bytes) -> FoundDigit:
    """Find the digit on a photograph (H, W, 3).

    Raises:
        InputError: nothing on it is darker than the paper around it, or lighter than a board.
    """
    height, width = picture.shape[:2]
    small = Image.fromarray(picture).convert("L")
    small.thumbnail((SHRUNK_PX, SHRUNK_PX), Image.Resampling.BOX)
    grey = np.asarray(small, np.float32)  # (h, w)
    if np.percentile(grey, 90) < DARK:
        grey = 255 - grey
    strength = ink_strength(grey)
    mask = _digit_mask(strength)
    rows, columns = _extent(mask)
    inside: Floats = (strength * ndimage.binary_dilation(mask, iterations=MARGIN))[rows, columns]
    scale_x, scale_y = width / grey.shape[1], height / grey.shape[0]
    box = (columns.start * scale_x, rows.start * scale_y, columns.stop * scale_x, rows.stop * scale_y)
    left, top, right, bottom = (round(edge) for edge in box)
    return FoundDigit(_as_broad_as_mnist(inside, mask[rows, columns]), (left, top, right, bottom))


def ink_strength(grey: Floats) -> Floats:
    """How much darker each pixel of (H, W) is than the local ground, of 255 and as under full light."""
    window = int(WINDOW * max(grey.shape)) | 1
    calm = ndimage.gaussian_filter(grey, 1.0)
    ground = ndimage.grey_closing(calm, size=(window, window))
    light = np.maximum(ground, 0.25 * np.percentile(ground, 95))  # a shadow is made lighter, a desk is not
    return np.asarray(255 * (ground - calm) / light, np.float32)


def main_piece(ink: Mask, strength: Floats, longest: float = np.inf) -> tuple[Mask, bool]:
    """The largest connected piece of ink (H, W) with what belongs to it, and whether nothing else is there.

    Args:
        ink: which pixels are ink.
        strength: how much darker they are than the ground; the largest piece has the largest sum.
        longest: pieces that are longer or higher, as a share of the picture, are left out.

    Returns:
        A mask (H, W), empty if there is no piece; whether other pieces are mere specks.
    """
    labels, count = ndimage.label(ink, EIGHT)
    places: list[Slices] = ndimage.find_objects(labels)
    mass = ndimage.sum_labels(strength, labels, np.arange(1, count + 1))
    possible = [n for n, place in enumerate(places) if _longest_share(place, ink.shape) < longest]
    if not possible:
        return np.zeros_like(ink), True
    main = max(possible, key=lambda number: mass[number])
    away = ndimage.minimum(ndimage.distance_transform_edt(labels != main + 1), labels, np.arange(1, count + 1))
    pieces = [n for n in possible if mass[n] > SPECK * mass[main]]
    group = [n for n in pieces if _belongs(places[n], places[main], away[n])]
    return np.isin(labels, [number + 1 for number in group]), len(group) == len(pieces)


def _digit_mask(strength: Floats) -> Mask:
    """The pixels of the digit on a photograph."""
    strength = _without_edges(strength)
    strong = max(FAINT, STRONG * float(np.percentile(strength, 99.5)))
    ink = apply_hysteresis_threshold(strength, strong / 2, strong)
    mask, _ = main_piece(ink, strength, LONG)
    if strength[mask].sum() < FAINT * SHRUNK_PX / 8:
        raise InputError("No digit was found on this picture. Write one large digit with a dark pen on light paper.")
    return mask


def _longest_share(place: Slices, shape: tuple[int, ...]) -> float:
    return max(float((side.stop - side.start) / length) for side, length in zip(place, shape, strict=True))


def _without_edges(strength: Floats) -> Floats:
    """Ink without what reaches the picture's edge, such as a table, unless nothing else is there."""
    labels, _ = ndimage.label(strength > FAINT, EIGHT)
    places: list[Slices] = ndimage.find_objects(labels)
    reaching = [n for n, place in enumerate(places) if _touches_edge(place, strength.shape)]
    kept: Floats = np.where(np.isin(labels, [n + 1 for n in reaching]), 0, strength)
    return kept if float(kept.max()) > FAINT else strength


def _touches_edge(place: Slices, shape: tuple[int, ...]) -> bool:
    return any(side.start == 0 or side.stop == length for side, length in zip(place, shape, strict=True))


def _belongs(place: Slices, main: Slices, away: float) -> bool:
    """Whether a piece, `away` pixels from the main one, is close to it, or stands right above or below it."""
    size = max(side.stop - side.start for side in main)
    down, across = (_gap(one, other) for one, other in zip(place, main, strict=True))
    stacked = across <= -0.5 * (place[1].stop - place[1].start) and 0 < down <= ABOVE_GAP * size
    return bool(away <= GAP * size or stacked)


def _gap(one: slice, other: slice) -> int:
    """Pixels between two intervals; negative by how much they overlap."""
    return int(max(one.start, other.start) - min(one.stop, other.stop))


def _extent(mask: Mask) -> Slices:
    """The rows and columns that hold the mask, with a margin where there is room."""
    rows, columns = ndimage.find_objects(mask.astype(np.int8))[0]
    height, width = mask.shape
    return (
        slice(max(0, rows.start - MARGIN), min(height, rows.stop + MARGIN)),
        slice(max(0, columns.start - MARGIN), min(width, columns.stop + MARGIN)),
    )


def _as_broad_as_mnist(strength: Floats, mask: Mask) -> Floats:
    """Ink in [0, 1] whose strokes are at least as broad as MNIST's, for the size of the digit."""
    level = np.clip(2 * strength / max(float(np.percentile(strength[mask], 75)), 1e-6) - 0.5, 0, 1)
    length = max(1, int(skeletonize(mask).sum()))
    missing = STROKE * max(mask.shape) - mask.sum() / length
    radius = round(missing / 2)
    return np.asarray(ndimage.grey_dilation(level, footprint=disk(radius)) if radius > 0 else level, np.float32)
