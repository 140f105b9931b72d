"""Curves of a training that is watched live, as small SVG figures; knows neither Gradio nor torch.

A Plotly figure a second would be redrawn as a whole and costs each viewer's browser tens of milliseconds; these are a
few kilobytes of text, made once for all viewers.
"""

import html
import math
from collections.abc import Sequence
from typing import NamedTuple

from demos.page.markup import Level

WIDTH, HEIGHT = 240, 92  # units of the drawing, which is as wide as its place
ROOM = 0.08  # of the height, above and below what is drawn
MOST_POINTS = 240  # of a line; of more, every second, third, ... is drawn


class Line(NamedTuple):
    """One curve: its name, "" where the panel has only one, and its points (seconds, value)."""

    name: str
    points: Sequence[tuple[float, float]]


def panel(head: str, now: str, lines: Sequence[Line], levels: Sequence[Level], span_s: float) -> str:
    """A small figure of curves over time, with its latest value in words and levels to compare with.

    Args:
        head: what is drawn, plain text.
        now: the latest value in words.
        lines: one or two; values that are no numbers leave a gap.
        levels: dashed lines with names, such as the chance level.
        span_s: seconds that the figure is wide.
    """
    values = [value for line in lines for _, value in line.points if math.isfinite(value)]
    low, high = extent([*values, *(level.value for level in levels)])
    drawn = [_level(_y(level.value, low, high), number) for number, level in enumerate(levels)]
    drawn += [_path(line.points, span_s, low, high, number) for number, line in enumerate(lines)]
    names = [(f"line{number}", line.name) for number, line in enumerate(lines) if line.name]
    names += [(f"level level{number}", level.name) for number, level in enumerate(levels)]
    legend = " ".join(f'<span class="{kind}">{html.escape(name)}</span>' for kind, name in names)
    spoken = html.escape(f"{head}: {now}")
    return (
        f'<figure class="curve"><figcaption><span>{html.escape(head)}</span> <b>{html.escape(now)}</b></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{spoken}">'
        f"{''.join(drawn)}</svg><p>{legend}</p></figure>"
    )


def extent(values: Sequence[float]) -> tuple[float, float]:
    """The smallest and largest value with some room around; 0 to 1 if there is none."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max(high - low, abs(high) * 1e-3, 1e-9) * ROOM
    return low - room, high + room


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT * (high - value) / (high - low)


def _level(y: float, number: int) -> str:
    return f'<line class="level level{number}" x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _path(points: Sequence[tuple[float, float]], span_s: float, low: float, high: float, number: int) -> str:
    """A curve; where values are missing it is interrupted, and a lone point is a dot."""
    kept = [*points[:: max(1, -(-len(points) // MOST_POINTS))], *points[-1:]]
    parts, pen = [], "M"
    for seconds, value in kept:
        if math.isfinite(value):
            parts.append(f"{pen}{WIDTH * min(1.0, seconds / span_s):.1f} {_y(value, low, high):.1f}")
            pen = "L"
        else:
            pen = "M"
    dot = "h.01" if len(parts) == 1 else ""
    return f'<path class="line{number}" d="{"".join(parts)}{dot}"/>'
