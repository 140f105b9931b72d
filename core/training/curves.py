"""The curves of a run: columns of (step, value) pairs from its rows, its folder, or a CSV that somebody brings."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

Points = NDArray[np.float64]
BYTES = 32 * 2**20  # of a metrics.jsonl: 200,000 steps
CSV_BYTES, ROWS, NAMES = 4 * 2**20, 200_000, 64
NOT_VALUES = ("step", "elapsed_s", "items_per_s")
NEEDED = ("step", "loss")  # columns of a CSV
NO_POINTS: Points = np.zeros((0, 2))


@dataclass(frozen=True)
class Curves:
    """What was recorded during a run.

    Attributes:
        columns: name -> (N, 2), step and value, in the order of the steps; each column has steps of its own.
        method: of this project that was trained; "" if unknown.
        recipe: its settings; empty if unknown.
    """

    columns: Mapping[str, Points]
    method: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def points(self, name: str) -> Points:
        """Steps and values (N, 2) of a column; none if it was not recorded."""
        return self.columns.get(name, NO_POINTS)

    def values(self, name: str) -> Points:
        """The values (N,) of a column."""
        return self.points(name)[:, 1]

    def last_third(self, name: str) -> Points:
        """Steps and values (N, 2) of a column in the last third of the run's steps."""
        points = self.points(name)
        return points[points[:, 0] >= 2 / 3 * self.last_step]

    @property
    def last_step(self) -> float:
        """The last step with a loss."""
        steps = self.points("loss")[:, 0]
        return float(steps[-1]) if len(steps) else 0.0


def from_rows(rows: Iterable[Mapping[str, Any]], method: str = "", recipe: Mapping[str, Any] | None = None) -> Curves:
    """The curves of rows {"step", column: number}; a row need not have every column.

    Raises:
        InputError: a step or a value is no number, or the steps go back.
    """
    columns: dict[str, list[tuple[float, float]]] = {}
    before = -math.inf
    for number, row in enumerate(rows, start=1):
        step = _number(row.get("step"), "step", number)
        if not step >= before:
            raise InputError("The steps go back at row {row}: bring the curves of one run.", row=number)
        before = step
        for name, value in row.items():
            if name not in NOT_VALUES:
                columns.setdefault(name, []).append((step, _number(value, name, number)))
    found = {name: np.array(points, dtype=np.float64) for name, points in columns.items()}
    return Curves(found, method, recipe or {})


def from_folder(folder: Path, method: str = "") -> Curves:
    """The curves of a run folder: metrics.jsonl, and recipe.json where there is one.

    Args:
        folder: such as runs/<method>/<name>/<time>/.
        method: of the run, if the folder's place does not say it.

    Raises:
        InputError: there is no log, or it is none of this project's.
    """
    path = folder / "metrics.jsonl"
    if not path.is_file():
        raise InputError("There is no metrics.jsonl in {folder}: name the folder of a run.", folder=folder.name)
    rows = _json_lines(_text(path, BYTES))
    recipe = folder / "recipe.json"
    settings = _object(_text(recipe, CSV_BYTES), 1) if recipe.is_file() else {}
    place = folder.resolve().parts
    return from_rows(rows, method or (place[-3] if len(place) > 3 else ""), settings)


def from_csv(path: Path) -> Curves:
    """The curves of a CSV with the columns step and loss; spread, knn and the other columns are optional.

    An empty cell is a value that was not measured; columns beside numbers, such as a name of the run, are left out.

    Raises:
        InputError: it is no such file.
    """
    lines = csv.reader(io.StringIO(_text(path, CSV_BYTES)))
    try:
        table = [line for line in lines if line]
    except csv.Error as error:
        raise InputError("This file cannot be read as CSV.") from error
    names = [name.strip().lower() for name in table[0]] if table else []
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError("The first line must name the columns; {missing} is missing.", missing=" and ".join(missing))
    if len(names) > NAMES or len(set(names)) < len(names):
        raise InputError("The columns must have different names, at most {most} of them.", most=NAMES)
    if len(table) - 1 > ROWS:
        raise InputError("There are {rows} rows; at most {most} can be read.", rows=len(table) - 1, most=ROWS)
    return from_rows(_cells(names, table[1:]))


def _cells(names: Sequence[str], table: Sequence[Sequence[str]]) -> Iterable[dict[str, Any]]:
    """Rows of the columns that hold numbers, without empty cells."""
    words = {
        name
        for index, name in enumerate(names)
        if name not in NEEDED and not all(_is_number(line[index]) for line in table if len(line) > index)
    }
    for line in table:
        pairs = zip(names, line, strict=False)
        yield {name: cell.strip() for name, cell in pairs if name not in words and cell.strip()}


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return not cell.strip()
    return True


def _number(value: object, name: str, row: int) -> float:
    """A value as a number, which may be infinite or NaN unless it is the step."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = None
    if number is None or (name == "step" and not math.isfinite(number)):
        raise InputError("Row {row} has no number in the column {name}.", row=row, name=name)
    return number


def _text(path: Path, most: int) -> str:
    """The text of a file of at most so many bytes."""
    if not path.is_file():
        raise InputError("There is no file {name}.", name=path.name)
    if path.stat().st_size > most:
        raise InputError("The file is larger than {most} MB.", most=most // 2**20)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("This file is not text in UTF-8.") from error


def _json_lines(text: str) -> list[dict[str, Any]]:
    """The objects of a log; a last line that was cut short by a kill is left out."""
    lines = text.splitlines(keepends=True)
    if len(lines) > ROWS:
        raise InputError("There are {rows} rows; at most {most} can be read.", rows=len(lines), most=ROWS)
    return [_object(line, number) for number, line in enumerate(lines, start=1) if line.endswith("\n")]


def _object(text: str, row: int) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError("Line {row} is not JSON.", row=row) from error
    if not isinstance(found, dict):
        raise InputError("Line {row} is not JSON.", row=row)
    return found
