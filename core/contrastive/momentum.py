"""What MoCo's momentum does to the training: `python -m core.contrastive.momentum --data cifar10 --root FOLDER`.

One small network is trained once for each of STOPS, everything else alike, and asked by k-NN what it learned. The
record goes to assets/results/contrastive/momentum.json, from which the page draws. Nothing is chosen by it: the test
split is only looked at. One seed each on a CPU, so small differences mean nothing.
"""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core import checkpoints
from core.contrastive import train
from core.contrastive.dictionary import MOMENTUM_RESULTS, STOPS
from core.contrastive.model import ContrastiveNet, untrained
from core.data import labelled
from core.downstream.features import embed
from core.downstream.neighbours import knn_accuracy
from core.training.export import command
from core.training.recipe import LOCAL, parse

CURVES = ("loss", "positive", "negative")  # of every logged step


def main(argv: Sequence[str] | None = None) -> Path:
    """Train once for each momentum and write the record; returns its path, in the run folder on --smoke."""
    base = parse(train.ContrastiveRecipe, ["--preset", "dictionary", *(sys.argv[1:] if argv is None else argv)])
    alike = [dataclasses.replace(base, momentum=m, trail=0, name=f"momentum-{m}") for m in STOPS]
    trained = [train.run(recipe) for recipe in alike]
    first = trained[0]
    blank = untrained(first.model.config, base.seed).to(next(first.model.parameters()).device).eval()
    record = {
        "command": command("contrastive", sys.argv[1:], bf16=first.result.bf16).replace(".train", ".momentum"),
        "commit": first.result.commit,
        "device": first.result.device,
        "recipe": {k: v for k, v in dataclasses.asdict(base).items() if k not in LOCAL},
        "untrained": _knn(blank, base),
        "arms": [_arm(one, recipe) for one, recipe in zip(trained, alike, strict=True)],
    }
    path = first.result.folder / MOMENTUM_RESULTS.name if base.smoke else MOMENTUM_RESULTS
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoints.write_whole(path, (json.dumps(record, indent=1) + "\n").encode())
    print(f"wrote {path}")
    return path


def _arm(trained: train.Trained, recipe: train.ContrastiveRecipe) -> dict[str, object]:
    """What is kept of one training: its momentum, what it learned, and its curves from the run's log."""
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
    """Share of the test pictures whose 200 nearest training pictures tell the class, and how many were asked."""
    limit = 512 if recipe.smoke else 0
    known, asked = labelled.gallery_and_queries(recipe.data, recipe.size, recipe.root, "test", limit)
    where = next(model.parameters()).device
    gallery, queries = (embed(model.encoder, part.images, device=where) for part in (known, asked))
    truth = labelled.relabel(asked, known.classes)
    k = min(train.NEIGHBOURS, len(gallery))
    return {"knn": knn_accuracy(gallery, known.labels, queries, truth, k=k), "n": len(asked.images)}


if __name__ == "__main__":
    main()
