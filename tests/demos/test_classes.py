"""Guesses of classes: counted by name, forgotten after three hours, bounded in number, right under threads."""

import threading

import pytest

from core.errors import InputError
from demos.page.classes import KEPT_S, MOST, Classes, Counts, checked


class Clock:
    """Seconds that a test turns on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_guesses_are_counted_by_class() -> None:
    classes = Classes(4)
    for off, model_right in ((0, True), (2, True), (0, False), (3, True)):
        classes.add("9b", off, model_right=model_right)
    classes.add("六班", 1, model_right=True)
    assert classes.of("9b") == Counts((2, 0, 1, 1), 3)
    assert classes.of("9b").rounds == 4
    assert classes.of("六班") == Counts((0, 1, 0, 0), 1)
    assert classes.of("unknown") == Counts((0, 0, 0, 0), 0)


def test_classes_are_forgotten_after_three_hours() -> None:
    clock = Clock()
    classes = Classes(4, clock)
    classes.add("old", 0, model_right=True)
    clock.now += KEPT_S - 1
    classes.add("new", 1, model_right=True)
    assert classes.of("old").rounds == 1
    clock.now += 2
    assert classes.of("old").rounds == 0
    assert classes.of("new").rounds == 1
    assert list(classes.kept) == ["new"]


def test_a_guess_renews_its_class() -> None:
    clock = Clock()
    classes = Classes(4, clock)
    for _ in range(3):
        classes.add("9b", 0, model_right=True)
        clock.now += KEPT_S - 1
    assert classes.of("9b").rounds == 3


def test_number_of_classes_is_bounded() -> None:
    classes = Classes(4)
    classes.add("kept", 0, model_right=True)
    for number in range(3 * MOST):
        classes.add(f"n{number}", 0, model_right=True)
        if number % 50 == 0:
            classes.add("kept", 0, model_right=True)
    assert len(classes.kept) == MOST
    assert classes.of("kept").rounds == 13, "a class that goes on guessing is not pushed out"
    assert classes.of("n0").rounds == 0


def test_looking_makes_no_class() -> None:
    classes = Classes(4)
    assert classes.of("9b").rounds == 0
    assert not classes.kept


@pytest.mark.parametrize("name", ["", "a b", "<i>", "x" * 21, "a.b", "é", "a\n"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        Classes(4).add(name, 0, model_right=True)
    with pytest.raises(InputError):
        checked(name)


def test_no_guess_is_lost_between_threads() -> None:
    classes = Classes(4)

    def guess(off: int) -> None:
        for _ in range(500):
            classes.add("9b", off, model_right=off == 0)

    threads = [threading.Thread(target=guess, args=(off,)) for off in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert classes.of("9b") == Counts((500,) * 4, 500)
