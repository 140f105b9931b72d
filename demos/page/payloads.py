"""What an event may carry for each component, checked by the component's class before Gradio reads it.

Gradio checks little: a wrong type raises TypeError inside it, a wrong choice prints the list of all choices. Every
function here raises an InputError with one sentence instead.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block
from pydantic import ValidationError

from core.errors import InputError, within

MOST_OBJECTS = (
    200  # objects in one input, about three per file; Gradio reads every one of them before a handler can count them
)
FARTHEST = 100_000  # pixels or items; no click is further away


def check(component: Block, payload: Any, *, may_lack: bool = False) -> None:
    """Accept what a visitor's browser could send for a component.

    Args:
        component: with the choices and limits that it has in the visitor's session.
        payload: from JSON.
        may_lack: whether None is a value of this component, as where it is laid out without one.

    Raises:
        InputError: the payload has another type, is not among the choices, or is outside the limits.
    """
    for kind, of_kind in CHECKS.items():
        if isinstance(component, kind):
            if payload is not None or not (may_lack or kind in MEDIA):
                of_kind(component, payload)
            return


def check_selection(target: Block, data: Any) -> None:
    """Accept what a click on a component says: [x, y] of a picture, the number of an item of anything else.

    Raises:
        InputError: there is no place that was clicked, or the component does not reach there.
    """
    index = data.get("index") if isinstance(data, dict) else None
    numbers: list[Any] = index if isinstance(index, list) else [index]
    size = 2 if isinstance(target, gr.Image) else 1
    shown = target.value if isinstance(target, gr.Gallery) and not target.interactive else None
    most = len(shown) if shown else FARTHEST
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
    if not whole or len(numbers) != size or isinstance(index, list) != (size == 2) or "value" not in data:
        raise InputError("This event needs the place that was clicked.")
    if not all(0 <= number < most for number in numbers):
        raise InputError("There is nothing at the place that was clicked.")


def _check_number(component: Any, payload: Any) -> None:
    low, high = _range(component)
    if low is not None and high is not None:
        within(payload, low, high)
    plain = isinstance(payload, (int, float)) and not isinstance(payload, bool)
    if not plain or not abs(payload) <= sys.float_info.max:  # also true for NaN
        raise InputError("Give a plain number.")
    if low is not None and payload < low:
        raise InputError("{value} is too small: give at least {low}.", value=payload, low=low)
    if high is not None and payload > high:
        raise InputError("{value} is too large: give at most {high}.", value=payload, high=high)


def _range(component: Any) -> tuple[float | None, float | None]:
    return (component.minimum, component.maximum) if _limits(component) else (None, None)


def _check_choice(component: Any, payload: Any) -> None:
    # Laid out without choices, it gets them from an answer. A server that was started again does not have these any
    # more, and the handler knows whether the number that was chosen means anything.
    is_number = isinstance(payload, (int, float)) and not isinstance(payload, bool)
    if not component.choices and (payload is None or is_number):
        return
    if getattr(component, "multiselect", None):
        _check_choices(component, payload)
    elif not _among(component.choices, payload):
        raise InputError("Choose one of the options offered.")


def _check_choices(component: Any, payload: Any) -> None:
    if payload is None and not _limits(component):
        return
    known = isinstance(payload, list) and all(
        _among(component.choices, each) if _limits(component) else isinstance(each, (int, str)) for each in payload
    )
    if not known:
        raise InputError("Choose only from the options offered.")


def _limits(component: Any) -> bool:
    """Whether a component's choices and limits hold; where the page reads its payload, the handler knows them."""
    theirs = (gr.Number.preprocess, gr.Slider.preprocess, gr.CheckboxGroup.preprocess, gr.Dropdown.preprocess)
    return getattr(component.preprocess, "__func__", None) in theirs


def _among(choices: Sequence[tuple[str, Any]], value: Any) -> bool:
    """Whether a value is one of a component's choices; 1 is 1.0 but not True."""
    return not isinstance(value, bool) and any(value == choice for _, choice in choices)


def _check_text(component: Any, payload: Any) -> None:
    if not isinstance(payload, str):
        raise InputError("This input takes a text.")
    try:
        payload.encode()
    except UnicodeEncodeError as error:  # one half of a surrogate pair, which JSON can hold
        raise InputError("This text is not valid Unicode.") from error


def _check_media(component: Any, payload: Any) -> None:
    objects = list(_objects(payload))
    if len(objects) > MOST_OBJECTS:
        raise InputError("An input may hold at most {limit} files.", limit=MOST_OBJECTS // 3)
    metas = all(isinstance(each.get("meta", {}), dict) for each in objects)  # Gradio looks into them unasked
    items = (each[key] for each in objects for key in ("image", "video") if isinstance(each.get(key), dict))
    if not metas or not all(isinstance(item.get("path"), str) for item in items):  # a gallery's
        raise InputError("This input takes an uploaded file. Upload one first.")
    try:
        component.data_model.model_validate(payload, context={"validate_meta": True})
    except ValidationError as error:
        raise InputError("This input takes an uploaded file. Upload one first.") from error


def _objects(payload: Any) -> Iterator[dict[str, Any]]:
    """All objects in a payload."""
    if isinstance(payload, dict):
        yield payload
        payload = list(payload.values())
    if isinstance(payload, list):
        for item in payload:
            yield from _objects(item)


def _check_structure(component: Any, payload: Any) -> None:
    """JSON is the handler's to check."""


MEDIA = (gr.Image, gr.Audio, gr.Gallery, gr.ImageEditor, gr.JSON)  # None where they hold nothing
CHECKS: dict[type[Block], Callable[[Any, Any], None]] = {
    gr.Number: _check_number,
    gr.Slider: _check_number,
    gr.Radio: _check_choice,
    gr.Dropdown: _check_choice,
    gr.CheckboxGroup: _check_choices,
    gr.Textbox: _check_text,
    gr.Gallery: _check_media,
    gr.Image: _check_media,
    gr.Audio: _check_media,
    gr.ImageEditor: _check_media,
    gr.JSON: _check_structure,
}
