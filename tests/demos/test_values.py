"""Named values: their order, the components that show them, and handlers that return them nested."""

import inspect
from typing import NamedTuple

import pytest

from demos.page.values import flat, flattened, names, outputs


class Pair(NamedTuple):
    left: int
    right: int


class Nested(NamedTuple):
    first: str
    pair: Pair
    last: str


VALUES = Nested("a", Pair(1, 2), "z")


def test_nested_fields_stand_in_order() -> None:
    assert names(Pair) == ["left", "right"]
    assert names(Nested) == ["first", "left", "right", "last"]
    assert flat(VALUES) == ["a", 1, 2, "z"]


def test_outputs_are_found_by_name() -> None:
    shown = {"last": "LAST", "right": "RIGHT", "other": "OTHER", "left": "LEFT", "first": "FIRST"}
    assert outputs(Nested, shown) == ["FIRST", "LEFT", "RIGHT", "LAST"]
    with pytest.raises(KeyError, match="right"):
        outputs(Pair, {"left": "LEFT"})


def test_flattened_handler_keeps_its_signature() -> None:
    def on_ask(say: str, number: float) -> Nested:
        return VALUES._replace(first=f"{say} {number}")

    handler = flattened(on_ask)
    assert handler("n", 3) == ["n 3", 1, 2, "z"]
    assert list(inspect.signature(handler).parameters) == ["say", "number"]
    assert handler.__name__ == "on_ask"
