"""Values for the controls of a tab, and an address that holds them, written as docs/links.md describes it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from hypothesis import strategies as st

from demos.page import links
from tests.demos.voices import METHODS


def tabs(page: gr.Blocks, language: str = "en") -> Iterator[tuple[str, gr.Tab]]:
    """The tabs of one language by their methods."""
    route = "" if language == "en" else language
    for block in page.blocks.values():
        if isinstance(block, gr.Tab) and block.id in METHODS and block.page == route:
            yield str(block.id), block


def controls(page: gr.Blocks, method: str, language: str = "en") -> dict[str, Any]:
    """The controls of a tab by their names."""
    return links.controls_of(dict(tabs(page, language))[method], method)


def written(value: Any) -> str:
    """A value as an address holds it."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(map(written, value))
    if isinstance(value, float):
        return f"{value:.12f}".rstrip("0").rstrip(".")
    return str(value)


def query(values: Mapping[str, Any]) -> str:
    """The address of these values."""
    return "?" + urlencode({name: written(value) for name, value in values.items()}, safe=",/")


def values_of(name: str, control: Any) -> st.SearchStrategy[Any]:
    """Values that a control takes: within its limits, among its choices or examples."""
    examples = links.examples_of(control)
    values = [value for _, value in getattr(control, "choices", None) or ()]
    if name == "class":
        return st.from_regex(r"[A-Za-z0-9_\-\u4e00-\u9fff]{1,20}", fullmatch=True)
    if examples is not None:
        return st.sampled_from(sorted(examples.names))
    found: st.SearchStrategy[Any]
    if isinstance(control, gr.Slider):
        low, steps = control.minimum, round((control.maximum - control.minimum) / control.step)
        found = st.integers(0, steps).map(lambda step: round(low + step * control.step, 6))
    elif isinstance(control, gr.Number):
        found = st.integers(0, 400)
    elif isinstance(control, gr.CheckboxGroup) or getattr(control, "multiselect", None):
        found = st.lists(st.sampled_from(values or range(100)), max_size=5, unique=True)  # words are numbers
    elif isinstance(control, (gr.Radio, gr.Dropdown)):
        found = st.sampled_from(values)
    elif isinstance(control, gr.Checkbox):
        found = st.booleans()
    else:
        found = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=control.max_length or 80)
    return found
