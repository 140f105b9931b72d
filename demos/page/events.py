"""Handlers to events: the language, the queue slot, the name of the call, and errors as one sentence."""

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import BlockContext

from core.errors import PretextError, within
from demos.page import links, overlap
from demos.page.words import LANGUAGES, Say

AT_ONCE = 4  # heavy events of one model; `core.compute` decides which of them computes
CHEAP_LIMIT = 16  # visitors served at once by an event that computes almost nothing


@contextlib.contextmanager
def guard(say: Say) -> Iterator[None]:
    """Turn a visitor's mistake into one sentence, on the page and through the API; other errors go to the log."""
    try:
        yield
    except PretextError as error:
        raise gr.Error(say.error(error), duration=8, title=say("page.error"), print_exception=False) from error


def bind(handler: Callable[..., Any], say: Say) -> Callable[..., Any]:
    """Fix a handler's first argument while Gradio still sees the others, their types, and whether it streams."""
    signature = inspect.signature(handler)
    hints = typing.get_type_hints(handler)
    rest = list(signature.parameters.values())[1:]

    if inspect.isasyncgenfunction(handler):

        async def bound(*values: Any) -> Any:
            async for each in handler(say, *values):
                yield each
    elif inspect.isgeneratorfunction(handler):

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


def listen(
    say: Say,
    triggers: Any,
    handler: Callable[..., Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    *,
    name: str | None = None,
    model: str | None = None,
    at_once: int = AT_ONCE,
    ordered: bool = True,
    **settings: Any,
) -> Any:
    """Connect events to a handler.

    Args:
        say: handed to the handler as its first argument.
        triggers: one event or a list, e.g. [button.click, slider.release].
        handler: see `bind`.
        inputs: components whose values follow `say`.
        outputs: components the handler's results go to.
        name: of the public call, which the English page makes; its Chinese twin is private. None: no public call.
        model: name of the queue slot that the heavy events of one model share; None for cheap events.
        at_once: heavy events of this slot that may run at once, which is the same for all of them.
        ordered: an answer does not replace that of an event which the window began later, see `overlap`; not for a
            handler that goes on after another event of the window has written into its outputs.
        settings: further arguments of `gr.on`.
    """
    public = name is not None and say.language == LANGUAGES[0]
    visible: dict[str, Any] = {"api_name": name} if public else {"api_visibility": "private"}
    slot: dict[str, Any] = {"concurrency_limit": CHEAP_LIMIT}
    if model is not None:
        slot = {"concurrency_id": model, "concurrency_limit": at_once}
    # With every message of an event Gradio copies the state of each output, and of all that lies inside a container,
    # even where no progress is shown; on a page of twelve tabs that takes seconds.
    hidden = settings.get("show_progress") == "hidden"
    shown_on = [] if hidden else [item for item in outputs if not isinstance(item, BlockContext)]
    given = triggers if isinstance(triggers, list) else [triggers]
    settings = {**visible, **slot, "show_progress_on": shown_on, **settings}
    if ordered:
        handler = overlap.in_order(handler, outputs)
    return gr.on(given, bind(handler, say), list(inputs), list(outputs), **settings)


def count_up(button: gr.Button, seed: gr.Number, most: int) -> None:
    """Let a click increase the seed, in the browser alone; after `most` it starts again at 0."""
    links.bound(seed, lambda value: within(value, 0, most))
    button.click(None, seed, seed, js=f"(seed) => ((seed ?? 0) + 1) % {most + 1}", api_visibility="private")
