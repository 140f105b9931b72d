"""What a class asks: every public question of the page in several variants, and how two answers are compared."""

import base64
import hashlib
import itertools
import json
import math
import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.hostile.caller import Caller, Event

TOLERANCE = 2e-3  # of shown numbers: a batch of texts rounds otherwise than a text alone
ABOUT_EARLIER = {"gpt2_alternatives", "gpt2_branch"}  # what they answer depends on the window's last text
Values = list[Any]


class Question:
    """A public call with values for its inputs."""

    def __init__(self, event: Event, values: Values) -> None:
        self.event, self.values = event, values
        self.name: str = event["api_name"]
        self.tab = self.name.partition("_")[0]
        self.streams: bool = event["types"]["generator"]


def questions(caller: Caller, count: int) -> list[Question]:
    """The variants of all questions of the page, at most `count` of each, but for those about an earlier answer."""
    events = [event for event in caller.public() if event["api_name"] not in ABOUT_EARLIER]
    return [Question(event, values) for event in events for values in variants(caller, event, count)]


def variants(caller: Caller, event: Event, count: int) -> Iterator[Values]:
    """Values as laid out, then with another seed, slider or choice: those that every visitor moves."""
    laid_out, inputs = caller.laid_out(event), caller.inputs(event)
    yield laid_out
    rng = np.random.default_rng(event["id"])
    movable = [place for place, item in enumerate(inputs) if other_value(item, rng) is not None]
    for _ in range(count - 1 if movable else 0):
        place = int(rng.choice(movable))
        yield [other_value(inputs[place], rng) if at == place else value for at, value in enumerate(laid_out)]


def other_value(component: dict[str, Any], rng: np.random.Generator) -> Any:
    """Another value that a visitor may give a slider, a seed, or a choice among few; None for other components."""
    props, kind = component["props"], component["type"]
    if kind == "slider":
        low, high, step = props["minimum"], props["maximum"], props.get("step") or (props["maximum"] - props["minimum"])
        value = low + step * int(rng.integers(0, math.floor((high - low) / step + 1e-9) + 1))
        return round(value, 6)
    if kind == "number" and "seed" in (props.get("elem_id") or ""):
        return int(rng.integers(0, 50))
    if kind == "radio" and "model" not in (props.get("elem_id") or "") and props["choices"]:
        return props["choices"][int(rng.integers(len(props["choices"])))][1]
    return None


def with_content(value: Any) -> Any:
    """An answer in which every file stands for its content: each server names files by a secret of its own."""
    if isinstance(value, dict) and isinstance(value.get("path"), str):
        return {"content": content_of(Path(value["path"]))}
    if isinstance(value, dict):
        return {key: with_content(each) for key, each in value.items()}
    return [with_content(each) for each in value] if isinstance(value, list) else value


def content_of(file: Path) -> Any:
    """The pixels of a picture, else a digest; "gone" without a file."""
    if not file.is_file():
        return "gone"
    if file.suffix in (".png", ".webp"):
        with Image.open(file) as picture:
            return np.asarray(picture)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two answers differ: numbers by more than TOLERANCE of their size, pixels and all else at all."""
    one, other = plain(one), plain(other)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        yield from pixels_apart(one, other, where)
    elif isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}, key=str):
            yield from differences(one.get(key), other.get(key), f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{where}[{place}]")
    elif is_number(one) and is_number(other):
        if not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{where}: {one} and {other}"
    elif one != other:
        left, right = str(one), str(other)
        same = sum(itertools.takewhile(bool, map(operator.eq, left, right)))
        shown = slice(max(0, same - 40), same + 40)
        yield f"{where}: at {same}, {left[shown]!r} and {right[shown]!r}"


def pixels_apart(one: Any, other: Any, where: str) -> Iterator[str]:
    """A sentence if two pictures differ."""
    same_size = one.shape == other.shape
    apart = int(np.abs(one.astype(int) - other.astype(int)).max()) if same_size else 255
    if apart:
        yield f"{where}: pixels differ by {apart}"


def is_number(value: Any) -> bool:
    """Whether it is a number, not a truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def plain(value: Any) -> Any:
    """Numbers that Plotly sends as bytes as a list, and a figure that was sent as a text as what the text says."""
    if isinstance(value, str) and value.startswith('{"data":'):
        return json.loads(value)
    if isinstance(value, dict) and {"dtype", "bdata"} <= value.keys():
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).tolist()
    return value
