"""Results as HTML: tables, and bars behind their names; knows neither Gradio nor torch.

Unlike a Plotly figure, whose script has 1.4 MB, they show at once, are read aloud as what they are, and take any width.
"""

import html
from collections.abc import Sequence
from typing import NamedTuple

from demos.page.figures import GRID


class Row(NamedTuple):
    """A row of a ranking: the name as HTML, the value that sets the length of its bar, and that value in words."""

    name: str
    value: float
    text: str


class Level(NamedTuple):
    """A value that the rows of a ranking are compared with, such as the chance level, and its name in plain text."""

    name: str
    value: float


def ranking(
    head: str,
    rows: Sequence[Row],
    *,
    marked: int | None = None,
    level: Level | None = None,
    full: float | None = None,
    kind: str = "",
) -> str:
    """A headed list of bars that lie behind their names, so that long names can be read at any width.

    Args:
        head: plain text.
        rows: from top to bottom.
        marked: the row in the second colour.
        level: drawn as a dashed line through all bars, and named below them.
        full: the value of a bar as wide as its row; None stands for the largest.
        kind: a further class for the style sheet.
    """
    whole = full or max((row.value for row in rows), default=0) or 1
    line = "" if level is None else f'<em style="left: {100 * level.value / whole:.1f}%"></em>'
    widths = [f"{100 * max(0, row.value) / whole:.1f}" for row in rows]
    items = [
        f'<li class="{"marked" if index == marked else ""}"><i style="width: {width}%"></i>{line}'
        f"<span>{row.name}</span><b>{row.text}</b></li>"
        for index, (row, width) in enumerate(zip(rows, widths, strict=True))
    ]
    foot = "" if level is None else f"<p><em></em>{html.escape(level.name)}</p>"
    return f'<div class="ranking {kind}"><p>{html.escape(head)}</p><ol>{"".join(items)}</ol>{foot}</div>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A small table as HTML, every cell escaped; it scrolls where the page is narrower."""
    style = f"border: 0; border-bottom: 1px solid {GRID}; padding: 5px 12px 5px 4px; text-align: start"
    titles = "".join(f'<th style="{style}">{html.escape(cell)}</th>' for cell in head)
    lines = ["".join(f'<td dir="auto" style="{style}">{html.escape(cell)}</td>' for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    whole = f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody>"
    return f'<div style="overflow-x: auto"><table style="border: 0">{whole}</table></div>'
