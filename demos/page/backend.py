"""The one way from the page to the models: `ask` calls a function of `core.<method>.explore`, `stream` iterates.

Those functions are pure: masks, noise, seeds and views are arguments, and the name of a checkpoint stands for the same
weights as long as the process runs. So an answer is computed once and kept for whoever asks the same.
"""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import ParamSpec, Protocol, TypeVar, cast

from core.compute import SLOTS, use_one_thread
from demos.page.answers import Answers, key_of

P = ParamSpec("P")
R = TypeVar("R")
END = object()
KEPT = Answers(most=1000, most_bytes=100_000_000)


class Backend(Protocol):
    """Where questions are answered."""

    def ask(self, question: Callable[[], R]) -> R:
        """Call a function, which `functools.partial` has given its arguments."""

    def stream(self, question: Callable[[], Iterator[R]], *, together: bool) -> Iterator[R]:
        """Iterate over what a function yields; `together`: streams of one model share its forward passes."""


class Local:
    """Answers in this process, as many questions at once as there are cores."""

    def ask(self, question: Callable[[], R]) -> R:
        """Wait for a core, then call."""
        with SLOTS.taken():
            return question()

    def stream(self, question: Callable[[], Iterator[R]], *, together: bool) -> Iterator[R]:
        """Iterate, and wait for a core before each step unless the steps of several streams are one computation.

        After its first step a stream lets all other questions go before.
        """
        steps, begun = question(), False
        while True:
            use_one_thread()
            with contextlib.nullcontext() if together else SLOTS.taken(has_time=begun):
                step = next(steps, END)
            if step is END:
                return
            begun = True
            yield cast(R, step)


_backend: Backend = Local()


def use(backend: Backend) -> None:
    """Have all questions answered elsewhere; called once, before the page is served."""
    global _backend
    _backend = backend


def ask(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What a pure function answers to plain values; the same question is computed once.

    Args:
        function: of a method's `explore`.
        *args: its arguments. What a visitor trained, and values with tensors inside, are asked anew each time.
        **kwargs: its arguments by name.
    """
    question = functools.partial(function, *args, **kwargs)
    key = key_of(question)
    if key is None:
        return _backend.ask(question)
    return KEPT.get(key, lambda: _backend.ask(question))


def stream(function: Callable[P, Iterator[R]], *args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
    """What a generator function yields."""
    yield from _backend.stream(functools.partial(function, *args, **kwargs), together=False)


def stream_together(function: Callable[P, Iterator[R]], *args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
    """What a generator function yields whose model computes a step of all its streams at once, such as GPT-2's."""
    with _running.one_more():
        yield from _backend.stream(functools.partial(function, *args, **kwargs), together=True)


def streams() -> int:
    """How many of those streams run now."""
    return _running.count


class Running:
    """Counts what runs."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """Count one until the end."""
        with self._lock:
            self.count += 1
        try:
            yield
        finally:
            with self._lock:
                self.count -= 1


_running = Running()
