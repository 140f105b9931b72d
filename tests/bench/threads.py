"""`python -m tests.bench.threads`: milliseconds per main question of the page with one thread and with two.

A table in Markdown of an otherwise idle machine with two cores; `core/compute.py` gives every answer one.
"""

import time

import torch

from tests.bench.questions import QUESTIONS

ROUNDS = 3


def main() -> None:
    """Print the table: the shortest of three answers each."""
    for ask in QUESTIONS.values():
        ask()  # opens the model
    found: dict[str, dict[int, float]] = {name: {1: 1e9, 2: 1e9} for name in QUESTIONS}
    for _ in range(ROUNDS):
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for name, ask in QUESTIONS.items():
                begun = time.perf_counter()
                ask()
                found[name][threads] = min(found[name][threads], 1000 * (time.perf_counter() - begun))
    print("| question | one thread, ms | two, ms |\n|---|---|---|")
    for name, times in found.items():
        print(f"| {name} | {times[1]:.0f} | {times[2]:.0f} |")


if __name__ == "__main__":
    main()
