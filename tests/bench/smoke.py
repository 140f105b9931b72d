"""`python -m tests.bench.smoke [RECIPE ...] [--json]`: seconds of every recipe's `--smoke`, networks of full size.

Twenty steps, measuring and the card, on the bundled emoji, a quarter of the sounds and made-up sets, in a process of
its own as from the command line; starting it is part of the time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from core import checkpoints
from tests.core import small_recipes


def seconds(name: str, folder: Path) -> float:
    """Wall time of a smoke run that works in `folder`.

    Raises:
        CalledProcessError: the recipe failed; its last words are on stderr.
    """
    method = name.partition(":")[0]
    command = [sys.executable, "-m", f"core.{method}.train", *small_recipes.flags_of(name), "--device", "cpu"]
    environment = {**os.environ, "PYTHONPATH": str(checkpoints.TREE)}
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print a line per recipe, or one line of JSON: the processor's instruction set and recipe -> seconds."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("recipes", nargs="*", help="e.g. rotation 'contrastive: moco'; all if left out")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args()
    capability, table = torch.backends.cpu.get_cpu_capability(), {}
    if not asked.json:
        print(f"instruction set {capability}, torch {torch.__version__}, {torch.get_num_threads()} thread(s)")
    with tempfile.TemporaryDirectory() as folder:
        small_recipes.write_data(Path(folder), every_sound=4)
        for name in asked.recipes or small_recipes.RECIPES:
            table[name] = round(seconds(name, Path(folder)), 1)
            if not asked.json:
                print(f"{table[name]:6.1f} s  {name}", flush=True)
    if asked.json:
        print(json.dumps({"instruction_set": capability, "seconds": table}))


if __name__ == "__main__":
    main()
