"""Snapshots along a training, for a page that shows a model growing: which there are, and how far each had come."""

from pathlib import Path

from core import checkpoints
from core.errors import whole
from core.recipe import SNAPSHOTS

PERCENTS = (*SNAPSHOTS, 100)  # of the training; 0 is before the first step
LAST = len(PERCENTS) - 1  # the stage of the finished weights


def at(name: str, stage: float) -> str:
    """The name by which `checkpoints.load` knows a checkpoint at one of PERCENTS.

    Args:
        name: "<wing>/<name>", trained with `--snapshots`.
        stage: 0 (before the first step) to 4 (finished).

    Raises:
        InputError: another stage.
    """
    return f"{name}@{PERCENTS[whole(stage, 0, LAST)]}"


def moments(name: str) -> tuple[str, ...]:
    """The names of a checkpoint at all of PERCENTS."""
    return tuple(at(name, stage) for stage in range(len(PERCENTS)))


def reached(name: str, metric: str, root: Path | None = None) -> tuple[float, ...]:
    """What a metric of the card's first set was at each of PERCENTS, measured on test data after the training."""
    snapshots = checkpoints.read_card(name, root).snapshots
    return tuple(float(snapshots[str(percent)][metric]) for percent in PERCENTS)
