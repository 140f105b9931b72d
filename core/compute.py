"""Who computes when: at most as many answers at once as there are cores, each with one thread.

PyTorch gives every operation all cores. The networks here are small: with one thread instead of two no main question
of the page takes more than 55 ms longer, and those of many short steps are faster (on an idle machine of two cores
sixty tokens of GPT-2 took 112 ms instead of 146, the sweep of masked pictures 358 instead of 844). On a busy machine
threads wait for one another, and a text took over ten times as long. And two threads round otherwise
than one, so an answer depended on who else asked: `python -m tests.bench.threads`.

NumPy's, SciPy's and scikit-learn's libraries count their threads once for the whole process. A limit for the time of
one computation is not enough: of two that overlap, the first to end lifts it for the other. On two cores, one of them
training, the probes of a table of few labels took 37 seconds without the limit and 2.3 with it. So the first
computation limits them for good.
"""

import contextlib
import functools
import os
import threading
from collections import deque
from collections.abc import Iterator

import torch
from threadpoolctl import threadpool_limits


class Slots:
    """A bound on what computes at once.

    Those who wait are let in in the order they came, but whoever has time only after all others: a step of a long
    stream takes up to a second, and most questions a tenth of that.

    Args:
        count: of slots.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.running = 0
        self._lock = threading.Lock()
        self._waiting: tuple[deque[threading.Event], deque[threading.Event]] = (deque(), deque())  # the second has time

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting))

    @contextlib.contextmanager
    def taken(self, *, has_time: bool = False) -> Iterator[None]:
        """Wait for a slot; inside, PyTorch's operations use one thread."""
        turn = threading.Event()
        with self._lock:
            if self.running < self.count:
                self.running += 1
                turn.set()
            else:
                self._waiting[has_time].append(turn)
        turn.wait()
        try:
            use_one_thread()
            yield
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        """Give the slot to the next one, if there is one."""
        with self._lock:
            line = self._waiting[0] or self._waiting[1]
            if line:
                line.popleft().set()
            else:
                self.running -= 1


def use_one_thread() -> None:
    """Have the operations of the calling thread computed by it alone."""
    torch.set_num_threads(1)
    limit_blas()


@functools.cache
def limit_blas() -> None:
    """Have linear algebra outside PyTorch use one thread from now on, also in libraries that are loaded later."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    threadpool_limits(limits=1, user_api="blas")


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


SLOTS = Slots(min(cores(), torch.get_num_threads()))
