"""What a visitor may choose for a training in the page: plain values, without the recipe behind them.

The page reads these; the recipes are imported by the worker process alone, since a recipe may use the random state of
its process and a page may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAMED_SETS = ("scenes96", "tinyimagenet64", "cifar10")
STEPS = 1_000_000  # the clock ends a run first
# Fields of every live recipe: the rate stays at its peak, so that a run can be stopped and go on at any step.
SHARED: dict[str, Any] = {
    "data": "emoji",
    "name": "live",
    "steps": STEPS,
    "minutes": 1.0,
    "constant": True,
    "log_every": 1,
    "save_every": STEPS,
}


@dataclass(frozen=True)
class Setting:
    """A field of a recipe that a visitor may set, the values offered, and the one that is usual."""

    field: str
    choices: tuple[float, ...]
    usual: float


@dataclass(frozen=True)
class Choices:
    """What the page offers for one method.

    Attributes:
        usual: fields of the recipe of a small network that learns within a minute on two cores.
        settings: what may be set.
        failures: name -> fields that make the method fail.
        data: the bundled sets that may be trained on, the usual one first.
        named: sets that are offered where they are on disk, and the folder that each is unpacked to.
        text: whether it is trained on text.
    """

    usual: Mapping[str, Any]
    settings: tuple[Setting, ...]
    failures: Mapping[str, Mapping[str, Any]]
    data: tuple[str, ...] = ("emoji", "digits")
    named: Mapping[str, str] = field(default_factory=lambda: {name: name for name in NAMED_SETS})
    text: bool = False
