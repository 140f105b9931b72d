"""Handlers to events: the language, the queue slot, the name of the call, and errors as one sentence."""

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.errors import PretextError
from demos.page.words import Say

Bytes = NDArray[np.uint8]
Media = TypeVar("Media", gr.Image, gr.Audio)
CHEAP_LIMIT = 16  # visitors served at once by an event that computes next to nothing


@contextlib.contextmanager
def guard(say: Say) -> Iterator[None]:
    """Turn a visitor's mistake into one sentence, in the page and through the API; all else crashes into the log."""
    try:
        yield
    except PretextError as error:
        raise gr.Error(say.error(error), duration=8, title=say("page.error"), print_exception=False) from error


def bind(handler: Callable[..., Any], say: Say) -> Callable[..., Any]:
    """Fix a handler's first argument while Gradio still sees the others, their types, and whether it streams."""
    signature = inspect.signature(handler)
    hints = typing.get_type_hints(handler)
    rest = list(signature.parameters.values())[1:]

    if inspect.isgeneratorfunction(handler):

        def bound(*values: Any) -> Any:
            yield from handler(say, *values)
    else:

        def bound(*values: Any) -> Any:
            return handler(say, *values)

    bound.__name__ = handler.__name__
    bound.__doc__ = handler.__doc__
    bound.__annotations__ = {item.name: hints[item.name] for item in rest if item.name in hints}
    bound.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
    return bound


def unless_emptied(bound: Callable[..., Any], inputs: Sequence[Any]) -> Callable[..., Any]:
    """Let an event pass unanswered whose cause is that a picture or sound among the inputs was taken away.

    That is how a visitor makes room for another one, and asks for nothing. A button or a call without one is a mistake.
    """
    signature = inspect.signature(bound)
    places = {item._id: place for place, item in enumerate(inputs) if isinstance(item, (gr.Image, gr.Audio))}

    def emptied(cause: gr.EventData, values: tuple[Any, ...]) -> bool:
        place = places.get(cause.target._id) if cause.target is not None else None
        return place is not None and values[place] is None

    if inspect.isgeneratorfunction(bound):

        def heard(cause: gr.EventData, *values: Any) -> Any:
            if emptied(cause, values):
                yield gr.skip()
            else:
                yield from bound(*values)
    else:

        def heard(cause: gr.EventData, *values: Any) -> Any:
            return gr.skip() if emptied(cause, values) else bound(*values)

    heard.__name__ = bound.__name__
    heard.__doc__ = bound.__doc__
    heard.__annotations__ = {"cause": gr.EventData, **bound.__annotations__}
    first = inspect.Parameter("cause", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.EventData)
    heard.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])  # type: ignore[attr-defined]
    return heard


def listen(
    say: Say,
    triggers: Any,
    handler: Callable[..., Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    *,
    name: str | None = None,
    model: str | None = None,
    **settings: Any,
) -> Any:
    """Connect events to a handler.

    Args:
        say: handed to the handler as its first argument.
        triggers: one event, or a list, e.g. [button.click, slider.release].
        handler: see `bind`.
        inputs: components whose values follow `say`.
        outputs: components the handler's results go to.
        name: public API name in English; the Chinese page's has "_zh" behind it. None hides the event from the API.
        model: what the heavy events of one model share a queue slot by; None for cheap ones.
        settings: further ones of `gr.on`.
    """
    visible: dict[str, Any] = {"api_visibility": "private"}
    if name is not None:
        visible = {"api_name": name if say.language == "en" else f"{name}_{say.language}"}
    slot = {"concurrency_limit": CHEAP_LIMIT} if model is None else {"concurrency_id": model, "concurrency_limit": 1}
    given = triggers if isinstance(triggers, list) else [triggers]
    bound = bind(handler, say)
    if any(isinstance(item, (gr.Image, gr.Audio)) for item in inputs):
        bound = unless_emptied(bound, inputs)
    return gr.on(given, bound, list(inputs), list(outputs), **{**visible, **slot, **settings})


def count_up(button: gr.Button, seed: gr.Number, most: int) -> None:
    """Let a click go on to the next seed, in the browser alone; after the last one it begins again at 0."""
    button.click(None, seed, seed, js=f"(seed) => ((seed ?? 0) + 1) % {most + 1}", api_visibility="private")
