"""The guesses of a class, counted together for some hours: numbers only, in the memory of this process."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import InputError

LONGEST = 20  # characters of a name
NAME = re.compile(rf"[A-Za-z0-9_\-\u4e00-\u9fff]{{1,{LONGEST}}}")
KEPT_S = 3 * 3600  # after the last guess
MOST = 200  # classes; a further one takes the place of the one that was silent for longest


def checked(name: str) -> str:
    """A name as it came; InputError if no class may have it."""
    if not NAME.fullmatch(name):
        raise InputError("A class is named by 1 to {limit} letters, digits, Chinese characters, - or _.", limit=LONGEST)
    return name


@dataclass(frozen=True)
class Counts:
    """What a class has guessed.

    Attributes:
        off: guesses by how far they were off, in the order of the answers; the first were right.
        model: how many of the same rounds the model had right.
    """

    off: tuple[int, ...]
    model: int = 0

    @property
    def rounds(self) -> int:
        """All guesses."""
        return sum(self.off)


class Classes:
    """Counts by the name of a class.

    Args:
        answers: how many answers a guess can have.
        clock: seconds that only grow.
    """

    def __init__(self, answers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.answers = answers
        self.clock = clock
        self.lock = threading.Lock()
        self.kept: dict[str, tuple[float, Counts]] = {}  # name -> time of its last guess, counts; the silent first

    def add(self, name: str, off: int, *, model_right: bool) -> None:
        """Count a guess that was `off` answers away from the right one."""
        with self.lock:
            counts = self._found(checked(name))
            self.kept.pop(name, None)
            while len(self.kept) >= MOST:
                self.kept.pop(next(iter(self.kept)))
            each = tuple(count + (place == off) for place, count in enumerate(counts.off))
            self.kept[name] = (self.clock(), Counts(each, counts.model + model_right))

    def of(self, name: str) -> Counts:
        """The counts of a class; zeros for one that has not guessed, or not for hours."""
        with self.lock:
            return self._found(checked(name))

    def _found(self, name: str) -> Counts:
        oldest = self.clock() - KEPT_S
        for each in [name for name, (at, _) in self.kept.items() if at < oldest]:
            del self.kept[each]
        return self.kept.get(name, (0.0, Counts((0,) * self.answers)))[1]
