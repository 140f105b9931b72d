"""The seam between page and models: what is kept, for which question, how much of it, and who computes."""

import functools
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compute import SLOTS
from core.models import OwnRun
from demos.page import answers, backend
from demos.page.answers import Answers, freeze, key_of


@dataclass(frozen=True)
class Found:
    """An answer as `explore` gives it."""

    values: np.ndarray
    name: str = ""


class Model:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, picture: Any, scale: float = 1.0) -> Found:
        """Each time a new array."""
        self.asked += 1
        return Found(np.full(3, scale))


def key(*args: Any, **kwargs: Any) -> bytes | None:
    return key_of(functools.partial(sum, *args, **kwargs))


def test_same_question_has_the_same_key() -> None:
    picture = np.arange(12.0).reshape(3, 4)
    assert key(picture, "a", scale=1.5) == key(picture.copy(), "a", scale=1.5)
    assert key(picture[:, ::2]) == key(np.ascontiguousarray(picture[:, ::2]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        ("1", 1),
        (None, "None"),
        ([1, 2], (1, 2)),
        (("a", ("b", "c")), ("a", "b", ("c",))),
        (np.zeros(4, np.float32), np.zeros(4, np.float64)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (Found(np.zeros(2), "a"), Found(np.zeros(2), "b")),
        ({"a": 1}, {"a": 2}),
    ],
)
def test_different_questions_have_different_keys(one: Any, other: Any) -> None:
    assert key(one) is not None
    assert key(one) != key(other)


def test_functions_are_part_of_the_question() -> None:
    assert key_of(functools.partial(min, 1)) != key_of(functools.partial(max, 1))


def test_files_are_told_apart_by_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"one")
    before = key(str(file))
    os.utime(file, (1, 1))
    assert key(str(file)) != before


def test_what_has_no_value_of_its_own_has_no_key(tmp_path: Path) -> None:
    for value in (object(), threading.Lock(), OwnRun(tmp_path), np.array([object()]), [OwnRun(tmp_path)]):
        assert key(value) is None


def test_questions_are_computed_once() -> None:
    kept, model = Answers(10, 10_000), Model()
    found = [kept.get(b"a", lambda: model.answer("picture")) for _ in range(3)]
    assert (model.asked, kept.hits, kept.misses) == (1, 2, 1)
    assert found[0] is found[2]


def test_answers_that_others_get_cannot_be_changed() -> None:
    found = Answers(10, 10_000).get(b"a", lambda: Found(np.zeros(3)))
    with pytest.raises(ValueError, match="read-only"):
        found.values[0] = 1


def test_who_asks_meanwhile_waits_for_the_answer() -> None:
    kept, model, go_on = Answers(10, 10_000), Model(), threading.Event()

    def slow() -> Found:
        go_on.wait(10)
        return model.answer("picture")

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(kept.get, b"a", slow) for _ in range(8)]
        go_on.set()
        found = {id(future.result()) for future in futures}
    assert (model.asked, len(found)) == (1, 1)


def test_errors_are_not_kept() -> None:
    kept = Answers(10, 10_000)

    def fails() -> int:
        raise ValueError("once")

    with pytest.raises(ValueError, match="once"):
        kept.get(b"a", fails)
    assert kept.get(b"a", lambda: 3) == 3


def test_number_and_bytes_are_bounded_and_the_oldest_go_first() -> None:
    kept = Answers(3, 10_000)
    for number in range(5):
        kept.get(bytes([number]), lambda number=number: number)  # type: ignore[misc]
        kept.get(b"\0", lambda: 0)  # stays in use
    asked: list[int] = []
    for number in (0, 3, 4, 1, 2):
        kept.get(bytes([number]), lambda number=number: asked.append(number))  # type: ignore[misc]
    assert asked == [1, 2]
    heavy = Answers(100, 10_000)
    for number in range(100):
        heavy.get(bytes([number]), lambda: np.zeros(100))
    assert 0 < heavy.bytes <= 10_000


def test_large_and_unknown_answers_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST", 1000)
    kept, made = Answers(10, 1_000_000), Model()
    unknown: list[Callable[[], Any]] = [lambda: made.answer(0) and np.zeros(1000), lambda: made.answer(0) and object()]
    for number, compute in enumerate(unknown):
        for _ in range(2):
            kept.get(bytes([number]), compute)
    assert (made.asked, kept.bytes) == (4, 0)
    assert freeze(Found(np.zeros(10))) == pytest.approx(80, abs=500)


class Elsewhere:
    """A backend that notes what it is asked."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def ask(self, question: Callable[[], Any]) -> Any:
        self.questions.append("ask")
        return question()

    def stream(self, question: Callable[[], Iterator[Any]], *, together: bool) -> Iterator[Any]:
        self.questions.append("together" if together else "stream")
        return question()


def test_another_backend_gets_all_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "_backend", elsewhere := Elsewhere())
    model = Model()
    assert [backend.ask(model.answer, "picture", scale=2.0).values[0] for _ in range(2)] == [2, 2]
    assert list(backend.stream(iter, [1, 2])) == [1, 2]
    seen = [backend.streams() for _ in backend.stream_together(iter, [1, 2])]
    assert (seen, backend.streams()) == ([1, 1], 0)
    assert (elsewhere.questions, model.asked) == (["ask", "stream", "together"], 1)


def test_steps_of_a_stream_take_a_core_each() -> None:
    running: list[int] = []

    def steps() -> Iterator[int]:
        for number in range(3):
            running.append(SLOTS.running)
            yield number

    between = [SLOTS.running for _ in backend.stream(steps)]
    assert (running, between) == ([1, 1, 1], [0, 0, 0])
