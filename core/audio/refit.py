"""Fit the linear probes of a shipped checkpoint again: `python -m core.audio.refit NAME --root data`.

The network is not trained again. The file of probes, its digest and their accuracies on the card are written anew;
`python -m core.cards measure NAME` measures all the rest.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from core import checkpoints
from core.audio import train
from core.audio.evaluation import NOTES, probe_accuracies
from core.checkpoints import Card
from core.training import targets


def refit(name: str, root: str = "data") -> Card:
    """Write the probes and the card of a checkpoint again; returns the card.

    Args:
        name: "audio/<name>".
        root: folder that holds the data of its recipe.

    Raises:
        CheckpointError: there is no such checkpoint.
        InputError: the data are not there.
    """
    folder = checkpoints.ROOT / name
    probes = train.probes_of(checkpoints.load(name), root)
    card = checkpoints.add_files(folder, checkpoints.read_card(name), probes)
    accuracies = probe_accuracies(checkpoints.load(name), root=root)
    card = targets.noted(replace(card, metrics=card.metrics | accuracies, notes=NOTES))
    checkpoints.write_card(folder, card)
    return card


def main(argv: Sequence[str] | None = None) -> None:
    """Fit and print what is on the card now."""
    parser = argparse.ArgumentParser(description="Fit the linear probes of a shipped checkpoint again.")
    parser.add_argument("name", help="audio/<name>")
    parser.add_argument("--root", default="data", help="folder that holds the unpacked data")
    given = parser.parse_args(argv)
    print(refit(given.name, given.root).metrics)


if __name__ == "__main__":
    main()
