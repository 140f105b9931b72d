"""A GPU that is lent for one question at a time, as on Hugging Face's ZeroGPU.

There this process has no GPU. `spaces.GPU` gives one, for the seconds that are asked for, to a fork of this process, a
worker; arguments and results cross between the two by pickling, and what a worker keeps in its memory this process
never sees. So only the functions of `explore` are called there, which take and give plain values: what belongs to
Gradio, to a session or to a language stays here. All of them borrow by one function, `answers`, since every function
that borrows has a worker of its own.

A visitor has minutes a day, and nearly every question of this page takes one core of a processor less than half a
second. Only those in `SECONDS` borrow; the others are answered on the processor, and so are these when none is lent.
"""

import contextlib
import math
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar, cast

try:
    import spaces
except ModuleNotFoundError:  # anywhere but on Spaces
    spaces = None
import gradio as gr
from gradio.context import LocalContext
from gradio.utils import is_zero_gpu_space
from starlette.datastructures import Headers

from core import models
from core.errors import PretextError
from demos.page import backend
from demos.page.backend import Backend
from demos.page.calls import say_from

R = TypeVar("R")
Question = Callable[[], Iterator[R]]  # a `functools.partial`

START_S = 10  # a worker begins: it starts CUDA and moves the models there; not measured, and asked for, not spent
# Seconds of one core at a function's largest question, rounded up: with the largest model offered, the longest text.
SECONDS = {
    "core.gpt2.continuation.continue_text": 10,  # 300 tokens of the Hub's model, 32 ms each
    "core.gpt2.continuation.branch": 10,
    "core.masked.explore.sweep": 9,  # 40 calls of the Hub's model, 210 ms each
    "core.generation.explore.measure": 4,
}
TRAINING = "core.training.lent.reports"  # for the budget that its visitor chose
LAST_S = 10  # the last measurement of a run, and its checkpoint
OWN_TITLES = "ZeroGPU"  # begins the titles of the errors that `spaces` raises
FAILED = "ZeroGPU worker error"  # of one that has begun; by all others it has said that it lends none


class WorkerFailed(RuntimeError):
    """A worker was ended by its host, or its question raised what is no visitor's mistake."""


class Mistake(NamedTuple):
    """A visitor's mistake on its way from a worker: `spaces` hands on no errors but Gradio's own."""

    kind: type[PretextError]
    sentence: str
    values: dict[str, object]


def lends() -> bool:
    """Whether this is a host that lends a GPU."""
    return spaces is not None and is_zero_gpu_space()


class Trainings(Protocol):
    """The trainings of the page, as far as they borrow."""

    def borrow_by(self, lend: Callable[[Question[dict[str, Any]]], Generator[dict[str, Any]]]) -> None:
        """Have runs trained by it wherever it yields anything."""


def begin(trainings: Trainings) -> None:
    """Have questions borrow, if a GPU is lent: before the page is served, since `spaces` packs the models then."""
    if lends():
        models.place(*sorted({name.split(".")[1] for name in SECONDS}))
        backend.use(lending := Lending(backend.Local(), spaces.GPU(answers, duration=seconds)))
        trainings.borrow_by(lending.train)


class Lending:
    """Answers questions that are worth it on a borrowed GPU, and the others where they were answered before.

    Args:
        local: answers the others.
        borrow: `answers` in a worker.
    """

    def __init__(self, local: Backend, borrow: Callable[..., Generator[Any]]) -> None:
        self.local = local
        self.borrow = borrow

    def ask(self, question: Callable[[], R]) -> R:
        """Call a function on the processor."""
        return self.local.ask(question)

    def stream(self, question: Question[R], *, together: bool) -> Iterator[R]:
        """Iterate over what a function yields in a worker, or here if it does not borrow or no GPU is lent."""
        name = name_of(question)
        if name not in SECONDS:
            yield from self.local.stream(question, together=together)
            return
        begun = yield from self._borrowed(name, question)
        if not begun:
            say_so()
            yield from self.local.stream(question, together=together)

    def train(self, question: Question[R]) -> Generator[R]:
        """Iterate over the reports of a run in a worker; no report if no GPU is lent."""
        yield from self._borrowed(TRAINING, question)

    def _borrowed(self, name: str, question: Question[R]) -> Generator[R, None, bool]:
        """Iterate over what a function yields in a worker; returns whether a GPU was lent."""
        with contextlib.closing(self.borrow(name, question)) as lent:
            try:
                first = next(lent, None)
            except gr.Error as error:
                if error.title == FAILED or not str(error.title).startswith(OWN_TITLES):
                    raise WorkerFailed(error.message) from error
                return False
            yield from arrived(first, lent)
        return True


def name_of(question: Callable[..., Any]) -> str:
    """The function that a question asks, as `SECONDS` names it."""
    function = cast("partial[Any]", question).func
    return f"{function.__module__}.{function.__qualname__}"


def answers(name: str, question: Question[R]) -> Generator[R | Mistake]:
    """In a worker: what a question yields on the GPU, and last of all the visitor's mistake in it."""
    models.hold_gpu()
    try:
        yield from question()
    except PretextError as error:
        yield Mistake(type(error), error.sentence, error.values)


def seconds(name: str, question: Question[R]) -> int:
    """For how long `answers`, called with the same arguments, borrows the GPU at most."""
    if name == TRAINING:
        recipe: dict[str, float] = cast("partial[Any]", question).args[0]["recipe"]
        return START_S + LAST_S + math.ceil(60 * recipe["minutes"])
    return START_S + SECONDS[name]


def arrived(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    """The answers of a worker, if there are any; raises the visitor's mistake, or WorkerFailed where the worker did."""
    answer = first
    while answer is not None:
        if isinstance(answer, Mistake):
            raise answer.kind(answer.sentence, **answer.values)
        yield answer
        try:
            answer = next(rest, None)
        except gr.Error as error:
            raise WorkerFailed(error.message) from error


def say_so() -> None:
    """Tell the visitor, in the language of the page that asks, that a processor answers."""
    request = LocalContext.request.get(None)
    say = say_from(Headers(dict(request.headers.items())) if request is not None else Headers())
    gr.Info(say("page.no_gpu"), title=say("page.gpu"))
