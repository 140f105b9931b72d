"""The effect of MoCo's momentum on training: `python -m core.contrastive.momentum --data cifar10 --root FOLDER`.

One small network is trained once for each momentum of MOMENTA, with everything else equal, and tested by k-NN. The
results go to assets/results/contrastive/momentum.json, from which the page draws. They select nothing, so they may use
the test split. One seed per momentum, so small differences are not significant.
"""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core import checkpoints
from core.contrastive import train
from core.contrastive.dictionary import MOMENTA, MOMENTUM_RESULTS
from core.contrastive.model import ContrastiveNet, untrained
from core.data import labelled
from core.downstream.features import embed
from core.downstream.neighbours import knn_accuracy
from core.training.export import command
from core.training.recipe import LOCAL, parse

CURVES = ("loss", "positive", "negative")  # of every logged step


def main(argv: Sequence[str] | None = None) -> Path:
    """Train once for each momentum and write the results; returns their path, in the run folder on --smoke."""
    base = parse(train.ContrastiveRecipe, ["--preset", "dictionary", *(sys.argv[1:] if argv is None else argv)])
    recipes = [dataclasses.replace(base, momentum=m, weight_history=0, name=f"momentum-{m}") for m in MOMENTA]
    trained = [train.run(recipe) for recipe in recipes]
    first = trained[0]
    fresh = untrained(first.model.config, base.seed).to(next(first.model.parameters()).device).eval()
    record = {
        "command": command("contrastive", sys.argv[1:], bf16=first.result.bf16).replace(".train", ".momentum"),
        "commit": first.result.commit,
        "device": first.result.device,
        "recipe": {k: v for k, v in dataclasses.asdict(base).items() if k not in LOCAL},
        "untrained": _knn(fresh, base),
        "arms": [_results(one, recipe) for one, recipe in zip(trained, recipes, strict=True)],
    }
    path = first.result.folder / MOMENTUM_RESULTS.name if base.smoke else MOMENTUM_RESULTS
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoints.write_whole(path, (json.dumps(record, indent=1) + "\n").encode())
    print(f"wrote {path}")
    return path


def _results(trained: train.Trained, recipe: train.ContrastiveRecipe) -> dict[str, object]:
    """The results of one training: its momentum, its accuracy, and its curves from the run's log."""
    lines = (trained.result.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {
        "momentum": recipe.momentum,
        **_knn(trained.model, recipe),
        "steps": trained.result.steps,
        "wall_time_s": round(trained.result.wall_time_s, 1),
        "curves": {"step": [row["step"] for row in rows]}
        | {name: [round(row[name], 4) for row in rows] for name in CURVES},
    }


def _knn(model: ContrastiveNet, recipe: train.ContrastiveRecipe) -> dict[str, float]:
    """Accuracy of k-NN (200 training pictures vote) on the test pictures, and how many these are."""
    limit = 512 if recipe.smoke else 0
    train_set, test_set = labelled.gallery_and_queries(recipe.data, recipe.size, recipe.root, "test", limit)
    where = next(model.parameters()).device
    gallery, queries = (embed(model.encoder, part.images, device=where) for part in (train_set, test_set))
    truth = labelled.relabel(test_set, train_set.classes)
    k = min(train.NEIGHBOURS, len(gallery))
    return {"knn": knn_accuracy(gallery, train_set.labels, queries, truth, k=k), "n": len(test_set.images)}


if __name__ == "__main__":
    main()
