"""`python -m tests.bench.speed [--json]`: seconds of processor time per main question of the page, warm, one thread.

On a free core that is what a visitor waits for; on a busy one the clock would measure the other work. Under
`ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2` a wide processor answers as a narrow one does.
"""

import argparse
import json
import time
from collections.abc import Callable

import torch

from tests.bench.hub_sizes import HUB_SIZES
from tests.bench.questions import QUESTIONS

REPEATS = 3


def seconds(ask: Callable[[], object]) -> float:
    """Shortest of three answers, after one that opens the model and describes the gallery."""
    ask()
    taken_s = []
    for _ in range(REPEATS):
        begun = time.process_time()
        ask()
        taken_s.append(time.process_time() - begun)
    return min(taken_s)


def report(table: dict[str, float], name: str, ask: Callable[[], object], quiet: bool) -> None:
    """Measure one question, put it into the table and print it unless told not to."""
    table[name] = round(seconds(ask), 3)
    if not quiet:
        print(f"{table[name]:7.3f} s  {name}", flush=True)


def main() -> None:
    """Print a line per question, or one line of JSON: the processor's instruction set and question -> seconds."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    as_json = parser.parse_args().json
    torch.set_num_threads(1)
    capability, table = torch.backends.cpu.get_cpu_capability(), dict[str, float]()
    if not as_json:
        print(f"instruction set {capability}, torch {torch.__version__}, one thread")
    for name, ask in QUESTIONS.items():
        report(table, name, ask, as_json)
    with torch.inference_mode():
        for name, build in HUB_SIZES.items():
            report(table, f"Hub's size, {name}", build(), as_json)
    if as_json:
        print(json.dumps({"instruction_set": capability, "seconds": table}))


if __name__ == "__main__":
    main()
