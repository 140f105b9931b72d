"""GAN recipes in child processes: one that is killed, and two that train together.

The children are forked from a server process that has imported torch, so that each of them starts at once. They do not
measure what they trained: tests that need a card train in the test's own process.
"""

import importlib
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from core.nn.gan_game import AdversarialPair
from tests.core.processes import CONTEXT, DEADLINE_S, start_server, two_ranks

__all__ = ["log", "recipe_without_metrics", "start_server", "train_in_two", "train_until_killed"]


def recipe_without_metrics(module: str, patch: pytest.MonkeyPatch) -> ModuleType:
    """A recipe's module whose `main` trains and writes a checkpoint, with a placeholder for its metrics."""
    recipe = importlib.import_module(module)
    patch.setattr(recipe, "measure", lambda checkpoint, asked: {asked.data: {"n": 1}})
    patch.setattr(recipe, "evaluate", lambda *args, **options: {"n": 1})
    if hasattr(recipe, "reference_stats"):
        patch.setattr(recipe.reference_stats, "gather", lambda *args: {})
    return recipe


def train_until_killed(module: str, flags: Sequence[str], folder: Path, *, step: int) -> int:
    """Train in a process that kills itself with SIGKILL at a step, before the step begins; returns its exit code."""
    return _join([CONTEXT.Process(target=_train, args=(module, [flags], folder, {}, step))])[0]


def train_in_two(module: str, runs: Sequence[Sequence[str]], folder: Path) -> None:
    """Train runs one after another in two gloo processes, as `torchrun --nproc-per-node 2` would start them."""
    ranks = two_ranks()
    children = [CONTEXT.Process(target=_train, args=(module, runs, folder, rank, -1)) for rank in ranks]
    codes = _join(children)
    assert codes == [0, 0], "\n".join(path.read_text() for path in folder.glob("*.log"))


def log(run: Path) -> list[dict[str, float]]:
    """The metrics of a run without its times."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "elapsed_s"} for line in lines]


def _train(module: str, runs: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str], die: int) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    update_average = AdversarialPair.update_average

    def update_or_die(pair: AdversarialPair) -> None:
        if int(pair.updates) == die:
            os.kill(os.getpid(), signal.SIGKILL)
        update_average(pair)

    with Path(f"{os.getpid()}.log").open("w") as output, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", output)
        patch.setattr(AdversarialPair, "update_average", update_or_die)
        for flags in runs:
            recipe_without_metrics(module, patch).main(list(flags))


def _join(children: Sequence[multiprocessing.context.ForkServerProcess]) -> list[int]:
    for child in children:
        child.start()
    for child in children:
        child.join(DEADLINE_S)
    running = [child for child in children if child.exitcode is None]
    for child in running:
        child.kill()
    assert not running, f"{len(running)} processes did not end within {DEADLINE_S} s"
    return [child.exitcode for child in children if child.exitcode is not None]
