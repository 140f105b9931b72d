"""`python -m core.evaluate METHOD/NAME --data SET|folder:PATH [--json]`: a checkpoint's metrics on any data.

The metrics are those of the card, computed by the same function of its recipe that wrote it. With `--cards` and
no name it measures every bundled checkpoint anew and sets each figure beside the one on its card.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import checkpoints, device
from core.checkpoints import Card, Checkpoint
from core.downstream import gallery
from core.errors import CheckpointError, PretextError
from core.training.recipe import Recipe

# Last words of metrics that are shares in 0..1, shown in per cent and compared in points; or whole names.
SHARES = ("accuracy", "chance", "knn", "linear", "share", "precision", "recall", "rate", "ndcg", "relative_mse")
POINTS, PART = 0.003, 0.005  # how far another machine may be off: of a share, and relative of anything else


def methods() -> tuple[str, ...]:
    """The methods with a recipe, `core/*/train.py`, in alphabetical order."""
    return tuple(sorted(file.parent.name for file in Path(__file__).parent.glob("*/train.py")))


def evaluate(name: str, data: str, **options: Any) -> dict[str, float]:
    """Measure a checkpoint.

    Args:
        name: "<method>/<name>".
        data: a named set's test split, or "folder:PATH".
        options: root; mask_ratio for the masked method.

    Returns:
        Metric name -> value, "n" the number of test items.

    Raises:
        CheckpointError: there is no such checkpoint.
        InputError: there are no such data.
    """
    checkpoint = _open(name, options.pop("device", "auto"))
    found: dict[str, float] = _recipe_module(name).evaluate(checkpoint, data, **options)
    return found


def measure(name: str, *, root: str = "data", where: str = "auto") -> dict[str, dict[str, float]]:
    """Measure every metric of a checkpoint's card, as its recipe did after training.

    Args:
        name: "<method>/<name>".
        root: folder in which the named sets lie unpacked.
        where: "auto", "cpu", "cuda" or "mps".

    Raises:
        CheckpointError: there is no such checkpoint.
        InputError: the data of its recipe are not there.
    """
    checkpoint = _open(name, where)
    assert checkpoint.card is not None
    recipe = recipe_class(name)(**checkpoint.card.recipe, root=root)
    found: dict[str, dict[str, float]] = _recipe_module(name).measure(checkpoint, recipe)
    return found


def describe(name: str, *, where: str = "auto") -> Card:
    """Compute a bundled checkpoint's features of the bundled media and keep them beside its weights.

    Returns:
        The card with the digest of the file.

    Raises:
        CheckpointError: there is no such checkpoint, or the page asks this method nothing about the bundled media.
    """
    checkpoint, module = _open(name, where), _recipe_module(name)
    if not hasattr(module, "gallery"):
        raise CheckpointError("Models like {name} keep no features of the bundled media.", name=name)
    return gallery.write(checkpoint, module.gallery.describe)


@dataclass(frozen=True)
class Figure:
    """One number of a card and the same measured here; `now` is None if it was not measured."""

    checkpoint: str
    data: str
    metric: str
    card: float
    now: float | None

    @property
    def agrees(self) -> bool:
        """Whether two machines may differ by this much: 0.3 points of a share, 0.5 % of anything else."""
        if self.now is None or self.metric == "n":
            return self.now == self.card
        allowed = POINTS if is_share(self.metric) else PART * abs(self.card)
        return abs(self.card - self.now) <= allowed + 1e-9


def is_share(metric: str) -> bool:
    """Whether a metric is a share in 0..1, by its name or its last word."""
    return metric in SHARES or metric.split("_")[-1] in SHARES


def compare(card: Card, found: dict[str, dict[str, float]]) -> Iterator[Figure]:
    """Set every figure of a card beside what was found now."""
    for data, metrics in card.metrics.items():
        for metric, value in metrics.items():
            yield Figure(card.name, data, metric, value, found.get(data, {}).get(metric))


def in_words(metric: str, value: float | None) -> str:
    """A figure for people: shares in per cent, counts whole, anything else with four digits."""
    if value is None:
        return "not measured"
    if metric == "n":
        return f"{value:,.0f}"
    return f"{value:.1%}" if is_share(metric) else f"{value:.4g}"


def recipe_class(name: str) -> type[Recipe]:
    """The recipe of a method, given its name or that of one of its checkpoints."""
    found: type[Recipe] = _recipe_module(name).RECIPE
    return found


def _recipe_module(name: str) -> Any:
    return importlib.import_module(f"core.{name.split('/')[0]}.train")


def _open(name: str, where: str) -> Checkpoint:
    if name.split("/")[0] not in methods():
        raise CheckpointError("There is no checkpoint called {name} here.", name=name)
    checkpoints.read_card(name)  # a mistyped name must not send `load` to the Hub
    return checkpoints.load(name, device=device.pick(where))


def _all_cards(root: str, where: str) -> int:
    """Print every figure of every card beside the one measured now; 1 if any differs by more than it may."""
    off = 0
    for name in (name for method in methods() for name in checkpoints.bundled(method)):
        for figure in compare(checkpoints.read_card(name), measure(name, root=root, where=where)):
            off += not figure.agrees
            card, now = (in_words(figure.metric, value) for value in (figure.card, figure.now))
            verdict = "" if figure.agrees else "  DIFFERS"
            print(
                f"{name:<28} {figure.data:<44} {figure.metric:<20} card {card:>10}  now {now:>10}{verdict}", flush=True
            )
    print(f"{off} figures differ by more than {100 * POINTS:g} points or {PART:.1%}" if off else "all figures agree")
    return int(off > 0)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the metrics, one line of JSON or one line each; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure a checkpoint on any data of the right kind.")
    parser.add_argument("name", nargs="?", help="METHOD/NAME, e.g. rotation/photos")
    parser.add_argument("--data", help="a named set or folder:PATH")
    parser.add_argument("--cards", action="store_true", help="measure all bundled checkpoints and compare with cards")
    parser.add_argument("--root", default="data", help="folder in which the named sets lie unpacked")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--mask-ratio", type=float, help="share of hidden patches (masked only)")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args(argv)
    if not asked.cards and (asked.name is None or asked.data is None):
        parser.error("name a checkpoint and --data, or ask for all with --cards")
    options: dict[str, Any] = {"root": asked.root, "device": asked.device}
    if asked.mask_ratio is not None:
        if not (asked.name or "").startswith("masked/"):
            parser.error("--mask-ratio is for the masked method only")
        options["mask_ratio"] = asked.mask_ratio
    try:
        if asked.cards:
            return _all_cards(asked.root, asked.device)
        found = evaluate(asked.name, asked.data, **options)
    except PretextError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(found) if asked.json else "\n".join(f"{key}: {value:.6g}" for key, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
