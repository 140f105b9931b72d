"""Events of one window that run at once: no answer of an earlier one replaces that of a later one.

A visitor brings a picture and, before it is answered, changes a control: two events, of which the first, with the
control as it was, may well end last. In each output the answer of the event that began last stays.
"""

import contextlib
import functools
import inspect
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.context import LocalContext

Answers = dict[Any, Any]  # component -> its value
Check = Callable[[Answers], Answers]


class Overlaps:
    """Which event answered last into which output, for windows with events that run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._running: Counter[str] = Counter()  # session -> its events
        self._answered: dict[str, dict[Any, int]] = {}  # session -> output -> number of the event

    @contextlib.contextmanager
    def event(self, session: str) -> Iterator[Check]:
        """While an event runs: leaves of its answers those into outputs that no later event has answered into."""
        with self._lock:
            number = next(self._numbers)
            self._running[session] += 1
            answered = self._answered.setdefault(session, {})

        def check(answers: Answers) -> Answers:
            with self._lock:
                left = {output: value for output, value in answers.items() if answered.get(output, number) <= number}
                answered.update({output: number for output, value in left.items() if not is_skip(value)})
            return left

        try:
            yield check
        finally:
            with self._lock:
                self._running[session] -= 1
                if not self._running[session]:  # nothing is left that could come too late
                    del self._running[session], self._answered[session]


OVERLAPS = Overlaps()


def in_order(handler: Callable[..., Any], outputs: Sequence[Any]) -> Callable[..., Any]:
    """A handler that does not replace the answers of events which its window has begun after this one.

    Args:
        handler: returns or yields the values of the outputs, by component or in their order.
        outputs: of its event.
    """
    if inspect.isasyncgenfunction(handler):

        @functools.wraps(handler)
        async def answering(*given: Any) -> Any:
            with OVERLAPS.event(session()) as check:
                async for each in handler(*given):
                    yield _checked(each, outputs, check)
    elif inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def answering(*given: Any) -> Any:
            with OVERLAPS.event(session()) as check:
                for each in handler(*given):
                    yield _checked(each, outputs, check)
    else:

        @functools.wraps(handler)
        def answering(*given: Any) -> Any:
            with OVERLAPS.event(session()) as check:
                return _checked(handler(*given), outputs, check)

    return answering


def session() -> str:
    """The window whose event is running; a name of its own for a call without one."""
    request = LocalContext.request.get(None)
    return getattr(request, "session_hash", None) or f"call-{threading.get_ident()}"


def is_skip(value: Any) -> bool:
    """Whether a value leaves its component as it is."""
    return isinstance(value, dict) and value == gr.skip()


def _checked(answer: Any, outputs: Sequence[Any], check: Check) -> Any:
    """The answer, or of one with values that come too late what is left of it."""
    if is_skip(answer) or not outputs:
        return answer
    by_output = isinstance(answer, dict) and all(output in outputs for output in answer)
    values = [answer] if len(outputs) == 1 else answer
    named = answer if by_output else dict(zip(outputs, values, strict=True))
    left = check(named)
    return answer if len(left) == len(named) else left or gr.skip()
