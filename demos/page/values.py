"""Named values of a handler, and the components of the same names that show them."""

import functools
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class FetchValues(NamedTuple):
    """The values of the components after a step of fetching a model.

    Attributes:
        model: the choice of models.
        status: what is being done.
        fetched: another number once the model is here.
    """

    model: Any
    status: str
    fetched: int


def names(kind: type) -> list[str]:
    """The fields of a NamedTuple class in order; a field that is a NamedTuple itself stands for its own fields."""
    found: list[str] = []
    for name, hint in typing.get_type_hints(kind).items():
        found += names(hint) if hasattr(hint, "_fields") else [name]
    return found


def outputs(kind: type, shown: Mapping[str, Any]) -> list[Any]:
    """The components, by field, that show the values of a NamedTuple class, in its order."""
    return [shown[name] for name in names(kind)]


def flat(values: Iterable[Any]) -> list[Any]:
    """The values of a NamedTuple in the order of `names`."""
    found: list[Any] = []
    for value in values:
        found += flat(value) if hasattr(value, "_fields") else [value]
    return found


def flattened(handler: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    """A handler that returns nested NamedTuples as Gradio takes it: with the same arguments and flat values."""

    @functools.wraps(handler)
    def answer(*arguments: Any) -> list[Any]:
        return flat(handler(*arguments))

    return answer
