"""The codebook as a sheet to pick from, one entry of it, and a picture painted with entries."""

import functools
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

from core.vqvae import explore
from demos.page import figures
from demos.page.words import Say
from demos.vqvae.views import MAP_PX

COLUMNS, TILE_PX, GAP_PX = 24, 24, 2  # of the sheet of codes
ENTRY_PX = 120


class PaintingValues(NamedTuple):
    """A picture decoded before and after edits, the edits, and a sentence."""

    before: Image.Image
    after: Image.Image
    edits: str
    painting_text: str


class EntryValues(NamedTuple):
    """One entry of the codebook: the sheet with a frame around it, its appearance, and a sentence."""

    sheet: Image.Image
    entry_decoded: Image.Image
    entry_context: Image.Image
    entry_text: str


@functools.cache
def plain_sheet(model: str) -> Image.Image:
    """Every entry decoded, from dark to bright, and from warm to cold within a row."""
    codebook = explore.codebook(model)
    return figures.sheet([codebook.decoded[code] for code in codebook.order], columns=COLUMNS, cell=TILE_PX, gap=GAP_PX)


def sheet(model: str, code: int) -> Image.Image:
    """The sheet with a frame around one code."""
    page = plain_sheet(model).copy()
    index = explore.codebook(model).order.tolist().index(code)
    step = TILE_PX + GAP_PX
    left, top = index % COLUMNS * step, index // COLUMNS * step
    pen = ImageDraw.Draw(page)
    for margin, colour in ((2, "white"), (0, "#1b1e24")):  # visible on any tile, in light and dark mode
        box = (left - margin, top - margin, left + TILE_PX - 1 + margin, top + TILE_PX - 1 + margin)
        pen.rectangle(box, outline=colour, width=2)
    return page


def code_at(at: Sequence[float], model: str) -> int | None:
    """The code at a pixel of the sheet; None after the last one."""
    step = TILE_PX + GAP_PX
    column, row = (max(0, int(value / step)) for value in at)
    order = explore.codebook(model).order
    index = row * COLUMNS + min(column, COLUMNS - 1)
    return int(order[index]) if index < len(order) else None


def position_at(at: Sequence[float], grid: int) -> tuple[int, int]:
    """The (row, column) of a map at a pixel of its picture."""
    column, row = (min(max(int(value / MAP_PX * grid), 0), grid - 1) for value in at)
    return row, column


def entry(say: Say, found: explore.Entry, model: str) -> EntryValues:
    """Draw one entry of the codebook."""
    decoded, context = (figures.enlarge(picture, ENTRY_PX) for picture in (found.decoded, found.context))
    text = say(
        "vqvae.entry" if found.count else "vqvae.entry_dead",
        code=found.code,
        count=f"{found.count:,}",
        places=f"{found.positions:,}",
        share=f"{found.share:.2%}",
        even=f"{1 / found.entries:.2%}",
    )
    return EntryValues(sheet(model, found.code), decoded, context, text)


def painting(say: Say, found: explore.Painting) -> PaintingValues:
    """Draw a picture before and after edits."""
    before, after = (figures.enlarge(picture, MAP_PX) for picture in (found.before, found.after))
    return PaintingValues(before, after, found.text, painting_text(say, found))


def painting_text(say: Say, found: explore.Painting) -> str:
    """How many codes and pixels the edits changed."""
    if not found.edits:
        return say("vqvae.nothing_painted")
    return say(
        "vqvae.painted",
        edits=len(found.edits),
        places=int(found.edited.sum()),
        of=found.codes.size,
        share=f"{found.edited.mean():.1%}",
        changed=f"{found.changed:.1%}",
    )
