"""Every arm and seed of the study, one after another: `python -m core.generation.study --data cifar10 --root FOLDER`.

Each run is a process of its own, as by hand. What is done already is skipped, so it can be stopped and called again.
Seed 0 ships, and with its snapshots on the first set.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from core.generation.evaluation import RESULTS, SETS, SHIPPED
from core.generation.pretext import ARMS
from core.generation.train import name_for


def main(argv: Sequence[str] | None = None) -> int:
    """Train and measure what has no record yet; flags that are unknown here go to the recipe; returns 0."""
    parser = argparse.ArgumentParser(description="Train all arms of the study.")
    parser.add_argument("--data", default=SETS[0], help="cifar10, or mnist where it may not help")
    parser.add_argument("--root", default="data", help="folder in which the named sets lie unpacked")
    parser.add_argument("--preset", default="cpu")
    parser.add_argument("--arms", default=",".join(ARMS), help="some of the arms, with commas")
    parser.add_argument("--seeds", default="0", help="with commas")
    asked, further = parser.parse_known_args(argv)
    for seed in map(int, asked.seeds.split(",")):
        for arm in asked.arms.split(","):
            if not (RESULTS / asked.data / f"{arm}-{seed}" / "run.json").is_file():
                told = [*flags(asked.data, arm, seed), "--preset", asked.preset, "--root", asked.root, *further]
                subprocess.run([sys.executable, "-m", "core.generation.train", *told], check=True)
    return 0


def flags(data: str, arm: str, seed: int) -> list[str]:
    """What parts one run of the study from the next: flags of `core.generation.train`."""
    told = ["--arm", arm, "--data", data, "--seed", str(seed), "--name", name_for(data, arm, seed)]
    told += ["--no-flip"] if data == "mnist" else []  # a mirrored digit is none
    told += ["--snapshots"] if data == SETS[0] and seed == SHIPPED else []
    return told + ([] if seed == SHIPPED else ["--no-ship"])


if __name__ == "__main__":
    sys.exit(main())
