"""The recipe: `python -m core.recommendation.train --data movielens --name movielens --preset cpu`.

A step trains on stretches of histories with some of their films hidden. Users are drawn in proportion to the root of
how many films they rated: each counts the same in the metric, but a long history holds more to learn. The last two
films of every user are left out: one is for validation, the other for the test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.checkpoints import Checkpoint
from core.data import films
from core.data.batches import indices
from core.device import generator
from core.errors import InputError
from core.recommendation import pretext
from core.recommendation.catalogue import gather, pack, read_films
from core.recommendation.evaluation import fit_neighbours, measure_genres, measure_pace, measure_split
from core.recommendation.model import BERT4Rec, Config, initialise
from core.recommendation.pretext import Films
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

TERMS = "README.txt"  # of the data set, which its derivatives go with


@dataclass(frozen=True, kw_only=True)
class RecommendationRecipe(Recipe):
    """Train BERT4Rec to predict hidden films of histories.

    Attributes:
        least: how often a film must be rated in training to be in the catalogue.
        context: longest stretch of a history, in films.
        width: of an embedding.
        layers: blocks.
        heads: attention heads per block.
        ratio: share of the films that is hidden, 0..1.
        last: share of the stretches in which the last film alone is hidden, 0..1.
        drop: dropout, 0..1.
        shuffle: read every history in random order; the control that measures what the order is worth.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 0.29 M parameters; some two and a half minutes of one free core (AVX512-BF16)
        "cpu": {"steps": 5000, "snapshots": True},
        # the same network, for 610 users want no larger one; not yet timed on a GPU
        "gpu": {"steps": 5000, "snapshots": True},
    }

    name: str = "movielens"
    steps: int = 5000
    batch: int = 64
    lr: float = 4e-3
    least: int = 5
    context: int = 20
    width: int = 64
    layers: int = 1
    heads: int = 2
    ratio: float = 0.3
    last: float = 0.3
    drop: float = 0.4
    shuffle: bool = False


RECIPE = RecommendationRecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, fit the item neighbours, measure, write the checkpoint with its catalogue; returns its folder."""
    recipe = parse(RecommendationRecipe, argv)
    ratings = films.read(recipe.data, root=recipe.root)
    catalogue = gather(ratings, recipe.least)
    histories = catalogue.translate(ratings)
    past = [seen for seen in map(known_past, histories) if len(seen) > 1]
    if not past:
        raise InputError(
            "These histories are too short: training needs films that {least} people rated.", least=recipe.least
        )
    config = Config(len(catalogue.films), recipe.context, recipe.width, recipe.layers, recipe.heads)
    model = BERT4Rec(config)
    initialise(model, torch.from_numpy(catalogue.rating_counts), generator(recipe.seed))
    owners = repeat_by_length(past)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = owners[indices(len(owners), recipe.batch, number, recipe.seed)]
        seen, hidden, kept = (part.to(rng.device) for part in make_batch(past, rows, number, config, recipe))
        logits = network(seen.masked_fill(hidden, config.hidden), hidden, kept).logits
        return {"loss": pretext.masked_film_loss(logits.float(), seen[hidden]), "ids": rows}

    result = loop.train(recipe, model, loss, method="recommendation")
    neighbours = fit_neighbours(histories, config.films)
    terms = films.find(recipe.data, recipe.root) / TERMS
    return write_checkpoint(
        recipe,
        result,
        model,
        method="recommendation",
        data=describe_data(recipe, past),
        measure=measure,
        evaluate=evaluate,
        notes=NOTES,
        extra=pack(catalogue, neighbours) | ({TERMS: terms.read_bytes()} if terms.is_file() else {}),
    )


def known_past(history: Films) -> Films:
    """The films of a history that are in its training part and in the catalogue."""
    seen = pretext.seen_in_training(history)
    known: Films = seen[seen != pretext.UNKNOWN]
    return known


def repeat_by_length(past: Sequence[Films]) -> Tensor:
    """The histories of one epoch: the index of each, as often as the rounded root of its length."""
    times = [max(1, round(len(history) ** 0.5)) for history in past]
    return torch.from_numpy(np.repeat(np.arange(len(past)), times))


def make_batch(
    past: Sequence[Films], rows: Tensor, number: int, config: Config, recipe: RecommendationRecipe
) -> tuple[Tensor, Tensor, Tensor]:
    """Stretches of the histories with these numbers, what to hide in them, and what dropout keeps.

    Args:
        past: histories as indices into the catalogue.
        rows: (B,).
        number: of the step; with the recipe's seed it determines everything random.
        config: of the model.
        recipe: ratio, last, drop, shuffle.

    Returns:
        (B, T) int64, (B, T) bool and (1 + 2 layers, B, T, D) float32, on the CPU.
    """
    rng = generator(recipe.seed, number)
    chosen = []
    for row in rows.tolist():
        history = past[row]
        if recipe.shuffle:
            history = history[torch.randperm(len(history), generator=rng).numpy()]
        chosen.append(pretext.stretch(history, config.context, rng))
    seen = pretext.pad(chosen, config.context, config.padding)
    hidden = pretext.draw_mask(seen != config.padding, recipe.ratio, recipe.last, rng)
    shape = (1 + 2 * config.layers, *seen.shape, config.width)
    kept = (torch.rand(shape, generator=rng) >= recipe.drop).float() / (1 - recipe.drop)
    return seen, hidden, kept


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """How often the last film of each user is among the first ten predictions; see `measure_split`."""
    return measure_split(checkpoint, films.read(spec, root=root), "test")


def measure(checkpoint: Checkpoint, recipe: RecommendationRecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: test, validation, genres by the film vectors, and the pace of the ratings."""
    ratings = films.read(recipe.data, root=recipe.root)
    catalogue = read_films(checkpoint.folder)
    neighbours = fit_neighbours(catalogue.translate(ratings), len(catalogue.films))
    return {
        recipe.data: measure_split(checkpoint, ratings, "test", neighbours),
        f"{recipe.data}, validation": measure_split(checkpoint, ratings, "validation", neighbours),
        f"{recipe.data}, genres": measure_genres(checkpoint, ratings),
        f"{recipe.data}, pace": measure_pace(ratings),
    }


NOTES = (
    "hit_rate and ndcg at 10 on the last film of each user, ranked among all films of the catalogue that the user had "
    "not rated; a film the model does not know counts as missed, equal scores count against the method. validation is "
    "the film before the last, by which the settings of the network and of the item neighbours (knn) were chosen; the "
    "neighbours weight recent films of a history more. model_only and knn_only: users for whom only one of the two is "
    "right; mcnemar_p: p-value of the exact McNemar test on these users. shuffled: the same network reads each history "
    "in random order. genres: of the ten most similar films, the share that has the genre of the query, a mean over "
    "genres; rated_by compares who rated the films. pace: ratings entered in the same second as the one before, or "
    "within a minute of it. Weights, titles and neighbours derive from MovieLens (GroupLens, University of Minnesota) "
    "and are under its terms, README.txt: no commercial use without permission."
)


def describe_data(recipe: RecommendationRecipe, past: Sequence[Films]) -> str:
    """The data and the split in words, for the card."""
    order = "in random order" if recipe.shuffle else "in order of time"
    count = sum(map(len, past))
    return f"{recipe.data}, {count:,} ratings by {len(past)} users {order}, without the last two films of each"


if __name__ == "__main__":
    main()
