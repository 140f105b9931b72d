"""Which questions borrow a GPU, what comes back from a worker, and what is said where no GPU is lent."""

import functools
import importlib
import inspect
import pickle
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.context import LocalContext

from core import models
from core.errors import InputError
from core.rotation.choices import CHOICES
from core.training.jobs import Job, Jobs, defect
from demos.page import backend, leases
from demos.page.words import Say

BUSY = InputError("{value} is outside the range from {low} to {high}.", value="12", low=0, high=9)


def count(most: int) -> Iterator[int]:
    """The numbers below one."""
    if most > 9:
        raise InputError("{value} is outside the range from {low} to {high}.", value=most, low=0, high=9)
    yield from range(most)


def other() -> Iterator[int]:
    """A question that does not borrow."""
    yield 7


class Lender:
    """`answers` in a worker that is this process: what crosses is pickled, and noted is for how long it was asked."""

    def __init__(self, error: Exception | None = None, after: int = 0) -> None:
        self.error, self.after = error, after
        self.asked: list[tuple[str, int]] = []
        self.left = False

    def __call__(self, name: str, question: Any) -> Generator[Any]:
        crossed = pickle.loads(pickle.dumps((name, question)))
        self.asked.append((name.rpartition(".")[2], leases.seconds(*crossed)))
        try:
            for number, answer in enumerate(leases.answers(*crossed)):
                if self.error is not None and number == self.after:
                    raise self.error
                yield pickle.loads(pickle.dumps(answer))
        finally:
            self.left = True


def lending(monkeypatch: pytest.MonkeyPatch, lender: Lender) -> Callable[..., Iterator[Any]]:
    """Ask through a lender, where `count` borrows."""
    monkeypatch.setattr(leases, "SECONDS", {f"{__name__}.count": 3})
    monkeypatch.setattr(models, "hold_gpu", lambda: None)
    found = leases.Lending(backend.Local(), lender)
    return lambda function, *given: found.stream(functools.partial(function, *given), together=False)


def test_nothing_borrows_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "place", lambda *methods: pytest.fail("models were placed"))
    monkeypatch.setattr(backend, "use", lambda other: pytest.fail("questions borrow"))
    assert not leases.lends()
    leases.begin(Jobs())


def test_models_are_placed_before_questions_borrow(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(leases, "spaces", SimpleNamespace(GPU=lambda task, duration: (task, duration)))
    monkeypatch.setattr(models, "place", lambda *methods: done.append(methods))
    monkeypatch.setattr(backend, "use", lambda other: done.append(other.borrow))
    leases.begin(trainings := Jobs())
    assert done == [("generation", "gpt2", "masked"), (leases.answers, leases.seconds)]
    assert trainings.lend is not None


def ordered(jobs: Jobs, seconds: float) -> Job:
    """A small training that a visitor asks for."""
    return jobs.submit("rotation", {**CHOICES.usual, "width": 8, "minutes": seconds / 60, "device": "cpu"}, "me")


def over(jobs: Jobs, job: Job, most_s: float = 60) -> Job:
    """The same when it is over."""
    begun = time.monotonic()
    while job.state not in ("over", "failed"):
        assert time.monotonic() - begun < most_s
        jobs.watch(job, "me")
        time.sleep(0.05)
    return job


@pytest.fixture
def trainings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setattr(models, "hold_gpu", lambda: None)
    found = Jobs(tmp_path)
    yield found
    found.close()


def test_training_borrows_for_its_budget(trainings: Jobs) -> None:
    lender = Lender()
    trainings.borrow_by(leases.Lending(backend.Local(), lender).train)
    job = over(trainings, ordered(trainings, 3))
    assert (job.state, job.error) == ("over", None)
    assert lender.asked == [("reports", leases.START_S + leases.LAST_S + 3)]
    assert lender.left
    assert trainings.process is None, "no worker of this page was needed"
    assert job.rows[-1]["elapsed_s"] >= 3
    assert (job.checkpoint / "card.json").is_file()


def test_stop_reaches_a_borrowed_gpu(trainings: Jobs) -> None:
    trainings.borrow_by(leases.Lending(backend.Local(), Lender()).train)
    job = ordered(trainings, 300)
    begun = time.monotonic()
    while len(job.rows) < 2:
        assert time.monotonic() - begun < 60
        trainings.watch(job, "me")
        time.sleep(0.05)
    trainings.stop(job, "me")
    over(trainings, job, most_s=5)
    assert job.error is None
    assert (job.checkpoint / "card.json").is_file(), "what was learned until then"


def test_training_goes_on_here_where_none_is_lent(trainings: Jobs) -> None:
    def refuse(*_: object) -> Generator[Any]:
        raise gr.Error("You have exceeded your free quota.", title="ZeroGPU quota exceeded")
        yield

    trainings.borrow_by(leases.Lending(backend.Local(), refuse).train)
    job = over(trainings, ordered(trainings, 1))
    assert (job.state, job.error) == ("over", None)
    assert trainings.process is not None


def test_training_that_its_host_ends_is_a_sentence(trainings: Jobs) -> None:
    ended = gr.Error("aborted", title=leases.FAILED)
    trainings.borrow_by(leases.Lending(backend.Local(), Lender(ended, after=1)).train)
    job = over(trainings, ordered(trainings, 30))
    assert job.state == "failed"
    assert str(job.error) == defect().sentence
    trainings.borrow_by(leases.Lending(backend.Local(), Lender()).train)
    assert over(trainings, ordered(trainings, 1)).error is None, "the next one is trained"


def test_table_names_streams_of_explore() -> None:
    """Functions that the page asks by these names; no asynchronous ones, which fail on ZeroGPU alone."""
    for name, seconds in leases.SECONDS.items():
        module, _, function = name.rpartition(".")
        found = getattr(importlib.import_module(module), function)
        explore = importlib.import_module(".".join([*module.split(".")[:2], "explore"]))
        assert getattr(explore, function) is found
        assert leases.name_of(functools.partial(found)) == name
        assert not inspect.isasyncgenfunction(found)
        assert 1 <= seconds <= 60


def test_borrowed_answers_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = lending(monkeypatch, lender := Lender())
    assert list(ask(count, 3)) == [0, 1, 2]
    assert list(ask(count, 0)) == []
    assert list(ask(other)) == [7]
    assert lender.asked == [("count", leases.START_S + 3)] * 2


def test_mistake_keeps_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = lending(monkeypatch, Lender())
    with pytest.raises(InputError) as caught:
        list(ask(count, 12))
    assert Say("zh").error(caught.value) == Say("zh").error(BUSY)


def test_left_question_leaves_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = lending(monkeypatch, lender := Lender())
    running: Any = ask(count, 9)
    assert next(running) == 0
    running.close()
    assert lender.left


@pytest.mark.parametrize("language", ["en", "zh"])
def test_refused_question_is_answered_here(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """With a note in the language of the page; nothing that `spaces` says in English is shown."""
    notes = []
    ask = lending(monkeypatch, Lender(gr.Error("You have exceeded your quota", title="ZeroGPU quota exceeded")))
    place = "https://a.org/" + ("zh" if language == "zh" else "")
    request = SimpleNamespace(headers={"referer": f"{place}?tab=gpt2"})
    monkeypatch.setattr(gr, "Info", lambda text, title: notes.append((title, text)))
    token = LocalContext.request.set(request)  # type: ignore[arg-type]
    try:
        assert list(ask(count, 2)) == [0, 1]
    finally:
        LocalContext.request.reset(token)
    say = Say(language)  # type: ignore[arg-type]
    assert notes == [(say("page.gpu"), say("page.no_gpu"))]


@pytest.mark.parametrize("after", [0, 2])
def test_failed_worker_is_for_the_log(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """At once or in mid-answer, and never answered anew: the visitor would read the beginning twice."""
    ask = lending(monkeypatch, Lender(gr.Error("GPU task aborted", title=leases.FAILED), after))
    seen: list[int] = []
    with pytest.raises(leases.WorkerFailed, match="GPU task aborted"):
        seen.extend(ask(count, 5))
    assert seen == list(range(after))
