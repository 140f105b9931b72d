"""From the curves of a run to findings: `python -m core.training.diagnosis RUN_OR_CSV`.

The rules are in `rules.py`, what they mean in `findings.py`.
"""

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.training import rules
from core.training.curves import Curves, from_csv, from_folder
from core.training.findings import EXPLANATIONS as EXPLANATIONS
from core.training.findings import Finding as Finding
from core.training.rules import Chance as Chance

IMPLIED = {  # what follows from another finding is not reported beside it
    "posterior_collapse": ("collapsed", "dimensional_collapse"),
    "collapsed": ("dimensional_collapse", "uniform"),
    "shortcut": ("dimensional_collapse",),
    "memorising": ("uniform",),  # a text that is memorised makes others cost more bits than frequencies do
    "uniform": ("dimensional_collapse",),
}
CHANCE: dict[str, Callable[[Mapping[str, Any]], Chance | None]] = {
    "rotation": lambda recipe: Chance(math.log(4), 1 / 4),
    "contrastive": lambda recipe: _contrastive(recipe),
    "gpt2": lambda recipe: Chance(math.log(recipe["vocabulary"])) if recipe.get("tokens") == "bytes" else None,
}


def chance_of(curves: Curves) -> Chance | None:
    """Chance level of a run of this project, from its columns or its recipe; None if there is none or it is unknown."""
    if "chance_loss" in curves:
        accuracy = curves.values("chance_accuracy")
        return Chance(float(curves.values("chance_loss")[0]), float(accuracy[0]) if len(accuracy) else math.nan)
    try:
        return CHANCE[curves.method](curves.recipe)
    except (KeyError, TypeError):  # a setting is missing, or is no number
        return None


def _contrastive(recipe: Mapping[str, Any]) -> Chance | None:
    """One of 2N - 1 other views for SimCLR, one of the key and K entries of the queue for MoCo."""
    if not recipe.get("negatives", True):
        return None
    others = 2 * recipe["batch"] - 1 if recipe.get("method", "simclr") == "simclr" else recipe["queue"] + 1
    return Chance(math.log(others), 1 / others)


def diagnose(curves: Curves, chance_level: Chance | None = None) -> tuple[Finding, ...]:
    """What the curves of a run show.

    Args:
        curves: of one run.
        chance_level: of its pretext task; that of its recipe if left out.

    Returns:
        Findings, the most important first; "normal" if there is no failure; "still_improving" comes last.

    Raises:
        InputError: there is no loss among the curves.
    """
    if "loss" not in curves:
        raise InputError("There is no column loss.")
    broken = rules.not_finite(curves)
    if broken is not None:
        return (broken,)
    rows = len(curves.points("loss"))
    if rows < rules.ROWS:
        return (Finding("too_short", {"rows": float(rows)}),)
    run = rules.Run(curves, chance_level or chance_of(curves))
    failures: dict[str, Finding] = {}
    for rule in rules.RULES:
        finding = rule(run)
        if finding is not None:
            failures.setdefault(finding.condition, finding)
    for name in [name for found in failures for name in IMPLIED.get(found, ())]:
        failures.pop(name, None)
    falling = rules.still_improving(run)
    if failures.keys() <= {"uniform"} and falling is not None:
        return (*(failures.values() or [rules.normal(run)]), falling)
    return tuple(failures.values()) or (rules.normal(run),)


def main(argv: Sequence[str] | None = None) -> int:
    """Print what a run shows, in sentences; returns 2 if it cannot be read."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("run", type=Path, help="the folder of a run, or a CSV with the columns step and loss")
    parser.add_argument("--method", default="", help="of a run that lies elsewhere than runs/<method>/<name>/<time>/")
    parser.add_argument("--chance-loss", type=float, help="the loss of guessing; that of the recipe unless given")
    given = parser.parse_args(argv)
    chance = None if given.chance_loss is None else Chance(given.chance_loss)
    try:
        read = from_folder(given.run, given.method) if given.run.is_dir() else from_csv(given.run)
        found = diagnose(read, chance)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n\n".join(map(described, found)))
    return 0


def described(finding: Finding) -> str:
    """A finding in sentences."""
    words = finding.explanation
    seen = " ".join(line.format(**finding.numbers) for line in finding.seen)
    title = finding.condition.replace("_", " ").capitalize()
    return f"{title}. {seen}\n  {words.means}\n  Try: {words.attempt}\n  Source: {words.source}"


if __name__ == "__main__":
    sys.exit(main())
