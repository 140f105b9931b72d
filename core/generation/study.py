"""Train every arm and seed of the study in turn: `python -m core.generation.study --data cifar10 --root FOLDER`.

Each run is a separate process. Recorded runs are skipped, so the study can be stopped and continued. Seed 0 ships, with
its snapshots on the first set.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from core.generation.evaluation import RESULTS, SETS, SHIPPED
from core.generation.pretext import ARMS
from core.generation.train import name_for


def main(argv: Sequence[str] | None = None) -> int:
    """Train and measure the runs without a record; passes unknown flags to the recipe; returns 0."""
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
                arguments = [*flags(asked.data, arm, seed), "--preset", asked.preset, "--root", asked.root, *further]
                subprocess.run([sys.executable, "-m", "core.generation.train", *arguments], check=True)
    return 0


def flags(data: str, arm: str, seed: int) -> list[str]:
    """The flags of `core.generation.train` that differ between the runs of the study."""
    arguments = ["--arm", arm, "--data", data, "--seed", str(seed), "--name", name_for(data, arm, seed)]
    arguments += ["--no-flip"] if data == "mnist" else []  # a mirrored digit is not a digit
    arguments += ["--snapshots"] if data == SETS[0] and seed == SHIPPED else []
    return arguments + ([] if seed == SHIPPED else ["--no-ship"])


if __name__ == "__main__":
    sys.exit(main())
