"""At most as many computations at once as there are slots, in the order they came, each with one thread."""

import subprocess
import sys
import threading
import time

import pytest
import torch

from core.compute import Slots


def test_no_more_compute_than_there_are_slots() -> None:
    slots, running, most = Slots(2), 0, 0
    lock = threading.Lock()

    def compute() -> None:
        nonlocal running, most
        with slots.taken():
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1

    threads = [threading.Thread(target=compute) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, slots.running, slots.waiting) == (2, 0, 0)


def test_those_who_wait_are_let_in_in_order() -> None:
    slots, order = Slots(1), []

    def compute(number: int) -> None:
        with slots.taken():
            order.append(number)

    with slots.taken():
        threads = []
        for number in range(6):
            threads.append(threading.Thread(target=compute, args=(number,)))
            threads[-1].start()
            while slots.waiting <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4, 5]


def test_who_has_time_is_let_in_last() -> None:
    slots, order = Slots(1), []

    def compute(name: str) -> None:
        with slots.taken(has_time=name.startswith("long")):
            order.append(name)

    with slots.taken():
        threads = []
        for number, name in enumerate(("long 1", "short 1", "long 2", "short 2")):
            threads.append(threading.Thread(target=compute, args=(name,)))
            threads[-1].start()
            while slots.waiting <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == ["short 1", "short 2", "long 1", "long 2"]
    assert slots.running == 0


def test_every_computation_has_one_thread() -> None:
    """With two, it would round otherwise than beside another one."""
    before, seen = torch.get_num_threads(), []

    def compute() -> None:
        torch.set_num_threads(2)
        with Slots(2).taken():
            seen.append(torch.get_num_threads())

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()
    torch.set_num_threads(before)
    assert seen == [1]


def test_slots_come_back_after_an_error() -> None:
    slots = Slots(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="one"), slots.taken():
            raise ValueError("one")
    assert (slots.running, slots.waiting) == (0, 0)
    with slots.taken():
        assert slots.running == 1


def test_linear_algebra_uses_one_thread_whoever_computes_beside() -> None:
    """In a process of its own: SciPy's library is loaded after the limit was set, and two limits overlap."""
    program = """
import contextlib
import numpy, threadpoolctl
from core.compute import use_one_thread

def most():
    return max(found["num_threads"] for found in threadpoolctl.threadpool_info() if found["user_api"] == "blas")

use_one_thread()
first, second = (threadpoolctl.threadpool_limits(limits=1) for _ in range(2))
import scipy.linalg
for limit in (first, second):
    limit.restore_original_limits()
    print(most())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["1", "1"]
