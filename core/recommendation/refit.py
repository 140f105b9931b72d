"""Fit the item neighbours of a shipped checkpoint again: `python -m core.recommendation.refit NAME --root data`.

The network is not trained again. The neighbours are fitted by the recipe's own function on the data of the card; the
file of neighbours, its digest and all figures on the card, those of the snapshots included, are written again.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from core import checkpoints
from core.checkpoints import Card
from core.data import films
from core.recommendation import train
from core.recommendation.catalogue import NEIGHBOURS, pack_neighbours, read_films
from core.recommendation.evaluation import fit_neighbours, measure_split


def refit(name: str, root: str = "data") -> Card:
    """Write the neighbours and the card of a checkpoint again; returns the card.

    Args:
        name: "recommendation/<name>".
        root: folder that holds the data of its recipe.

    Raises:
        CheckpointError: there is no such checkpoint.
        InputError: the data are not there.
    """
    card, folder = checkpoints.read_card(name), checkpoints.ROOT / name
    recipe = train.RecommendationRecipe(**{**card.recipe, "root": root})
    ratings, catalogue = films.read(recipe.data, root=root), read_films(folder)
    neighbours = fit_neighbours(catalogue.translate(ratings), len(catalogue.films))
    metrics = train.measure(checkpoints.load(name), recipe)
    snapshots = {
        percent: measure_split(checkpoints.load(f"{name}@{percent}"), ratings, "test", neighbours)
        for percent in card.snapshots
    }
    card = replace(card, metrics=metrics, snapshots=snapshots, notes=train.NOTES)
    return checkpoints.add_files(folder, card, {NEIGHBOURS: pack_neighbours(neighbours)})


def main(argv: Sequence[str] | None = None) -> None:
    """Refit the neighbours of the named checkpoint and print its figures."""
    parser = argparse.ArgumentParser(description="Fit the item neighbours of a checkpoint again.")
    parser.add_argument("name", help="recommendation/NAME")
    parser.add_argument("--root", default="data", help="folder in which the data set lies unpacked")
    asked = parser.parse_args(argv)
    for data, figures in refit(asked.name, asked.root).metrics.items():
        print(data, figures)


if __name__ == "__main__":
    main()
