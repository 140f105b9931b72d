"""Snapshots of a training run, for a page that shows a model learning: their names and their metrics."""

from pathlib import Path

from core import checkpoints
from core.errors import whole

SNAPSHOTS = (0, 1, 5, 25)  # per cent of a training; the finished weights are the fifth
PERCENTS = (*SNAPSHOTS, 100)  # of the training; 0 is before the first step


def at(name: str, stage: float, percents: tuple[int, ...] = PERCENTS) -> str:
    """The name by which `checkpoints.load` knows a checkpoint at one of several moments.

    Args:
        name: "<method>/<name>", trained with `--snapshots`.
        stage: 0 (before the first step) to 4 (finished), or to the last of `percents`.
        percents: those that are shipped, where they are fewer than all.

    Raises:
        InputError: another stage.
    """
    return f"{name}@{percents[whole(stage, 0, len(percents) - 1)]}"


def moments(name: str) -> tuple[str, ...]:
    """The names of a checkpoint at all of PERCENTS."""
    return tuple(at(name, stage) for stage in range(len(PERCENTS)))


def reached(
    name: str, metric: str, root: Path | None = None, percents: tuple[int, ...] = PERCENTS
) -> tuple[float, ...]:
    """A metric of the card's first set at each snapshot, measured on test data after the training."""
    snapshots = checkpoints.read_card(name, root).snapshots
    return tuple(float(snapshots[str(percent)][metric]) for percent in percents)
