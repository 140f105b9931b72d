"""The part of a tab that shows a small model learning: a slider over five moments of its training."""

import contextlib
from collections.abc import Iterator, Sequence

import gradio as gr
import plotly.graph_objects as go

from demos.page import figures
from demos.page.parts import Parts
from demos.page.words import Say

STAGES = ("before", "percent1", "percent5", "percent25", "finished")
LAST = len(STAGES) - 1


@contextlib.contextmanager
def growth(parts: Parts, stages: Sequence[str] = STAGES) -> Iterator[tuple[gr.Accordion, gr.Slider]]:
    """A fold, "grow", with the slider on top; what it shows is laid out inside.

    Its strings are "<method>.grow_text" and those that tabs share. Yields the fold and the slider, whose value is 0
    (before the first step) to 4 (finished), or to the last of fewer `stages`.
    """
    say, method = parts.say, parts.method
    with parts.fold("grow", "page.grow", f"{method}.grow_text") as fold:
        yield (
            fold,
            stops(say("page.grow_slider"), labels(say, stages), value=len(stages) - 1, elem_id=f"{method}-stage"),
        )


def stops(label: str, names: Sequence[str], *, value: int, elem_id: str) -> gr.Slider:
    """A slider over a few stops, 0 to len(names) - 1, with their names under it instead of numbers."""
    slider = gr.Slider(
        0, len(names) - 1, value=value, step=1, label=label, elem_id=elem_id, elem_classes="stages", buttons=[]
    )
    ticks = "".join(f"<span>{name}</span>" for name in names)
    gr.HTML(f'<div class="ticks" aria-hidden="true">{ticks}</div>')
    return slider


def labels(say: Say, stages: Sequence[str] = STAGES) -> list[str]:
    """The moments in words, all five or some."""
    return [say(f"page.grow_{stage}") for stage in stages]


def curve(
    say: Say,
    values: Sequence[float],
    stage: float,
    *,
    title: str,
    y: str,
    levels: dict[str, float],
    percent: bool = True,
) -> go.Figure:
    """A metric on test data at the five moments, the chosen one marked; `levels` are dashed, such as chance."""
    top = 1.1 * max(*values, *levels.values())
    return figures.bars(
        labels(say),
        values,
        title=title,
        y=y,
        marked=int(stage),
        levels=levels,
        percent=percent,
        height=260,
        top=top,
        hover="%{x}: %{y:.1%}<extra></extra>" if percent else "%{x}: %{y:.2f}<extra></extra>",
    )
