"""Edits of a code map as text, one per line: `row column brush code`."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, whole

Codes = NDArray[np.int64]

MAX_EDITS = 300
MAX_BRUSH = 16
MAX_CHARACTERS = 30 * MAX_EDITS
EDIT = re.compile(r"\s*(\d{1,6})[ ,\t]+(\d{1,6})[ ,\t]+(\d{1,6})[ ,\t]+(\d{1,6})\s*", re.ASCII)


@dataclass(frozen=True)
class Edit:
    """One stroke: the `brush` x `brush` positions around (row, column) get `code`; rows count from 0."""

    row: int
    column: int
    brush: int
    code: int

    def __str__(self) -> str:
        return f"{self.row} {self.column} {self.brush} {self.code}"


def read(text: str) -> tuple[Edit, ...]:
    """Parse edits, one per line; empty lines are ignored.

    Raises:
        InputError: a line that is not four whole numbers, or too many lines.
    """
    if len(text) > MAX_CHARACTERS or text.count("\n") > 2 * MAX_EDITS:
        raise InputError("Undo some edits first: there may be at most {limit}.", limit=MAX_EDITS)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_EDITS:
        raise InputError("Undo some edits first: there may be at most {limit}.", limit=MAX_EDITS)
    found = [EDIT.fullmatch(line) for line in lines]
    if not all(found):
        raise InputError("Write each edit on a line of its own as four whole numbers: row, column, brush, code.")
    return tuple(Edit(*map(int, match.groups())) for match in found if match)


def apply(codes: Codes, edits: tuple[Edit, ...], entries: int) -> Codes:
    """A copy of a code map (G, G) with edits applied in order; a brush over the edge of the map is cropped.

    Raises:
        InputError: an edit outside the map, of a brush over MAX_BRUSH, or with a code outside the codebook.
    """
    painted, grid = codes.copy(), len(codes)
    for edit in edits:
        row, column = whole(edit.row, 0, grid - 1), whole(edit.column, 0, grid - 1)
        brush, code = whole(edit.brush, 1, MAX_BRUSH), whole(edit.code, 0, entries - 1)
        top, left = row - (brush - 1) // 2, column - (brush - 1) // 2
        painted[max(0, top) : top + brush, max(0, left) : left + brush] = code
    return painted
