"""`python -m core.evaluate WING/NAME --data SET|folder:PATH [--json]`: a checkpoint's metrics on any data.

The metrics are those of the card, computed by the same function of the wing's recipe that wrote it.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from typing import Any

from core import checkpoints, device
from core.errors import CheckpointError, PretextError

WINGS = ("rotation", "contrastive", "vae", "masked", "language", "audio")


def evaluate(name: str, data: str, **options: Any) -> dict[str, float]:
    """Measure a checkpoint.

    Args:
        name: "<wing>/<name>".
        data: a named set's test split, or "folder:PATH".
        options: root; mask_ratio for the masked wing.

    Returns:
        Metric name -> value, "n" the number of test items.

    Raises:
        CheckpointError: there is no such checkpoint.
        InputError: there are no such data.
    """
    wing = name.split("/")[0]
    if wing not in WINGS:
        raise CheckpointError("There is no checkpoint called {name} here.", name=name)
    checkpoints.read_card(name)  # a slip of the pen must not send `load` to the Hub
    checkpoint = checkpoints.load(name, device=device.pick(options.pop("device", "auto")))
    recipe = importlib.import_module(f"core.{wing}.train")
    found: dict[str, float] = recipe.evaluate(checkpoint, data, **options)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Print the metrics, one line of JSON or one line each; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure a checkpoint on any data of the right kind.")
    parser.add_argument("name", help="WING/NAME, e.g. rotation/photos")
    parser.add_argument("--data", required=True, help="a named set or folder:PATH")
    parser.add_argument("--root", default="data", help="folder in which the named sets lie unpacked")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--mask-ratio", type=float, help="share of hidden patches (masked only)")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args(argv)
    options: dict[str, Any] = {"root": asked.root, "device": asked.device}
    if asked.mask_ratio is not None:
        if not asked.name.startswith("masked/"):
            parser.error("--mask-ratio is for the masked wing only")
        options["mask_ratio"] = asked.mask_ratio
    try:
        found = evaluate(asked.name, asked.data, **options)
    except PretextError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(found) if asked.json else "\n".join(f"{key}: {value:.6g}" for key, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
