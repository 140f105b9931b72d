"""The distance between an arm's pictures and real ones, on the features of two or three networks.

`python -m core.generation.evaluation --data cifar10 --root FOLDER` measures real pictures against real ones, the lower
bound of every distance, and writes it for the report.
"""

import argparse
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import save
from torch import Tensor

from core import checkpoints, device
from core.checkpoints import Checkpoint
from core.data import pictures
from core.downstream import efficientnet, inception, simclr_features
from core.downstream.frechet import cloud_metrics, enough, frechet_distance, gaussian
from core.generation import datasets
from core.generation.model import Generator
from core.generation.references import library
from core.generation.sampling import sample
from core.training.recipe import Recipe

Metrics = dict[str, float]
Describe = Callable[[Tensor, torch.device], Tensor]

RESULTS = checkpoints.TREE / "assets" / "results" / "generation"
SETS = ("cifar10", "mnist")  # of the study: self-supervision is more likely to help on the first
SAMPLES, MANY = 5_000, 10_000
SHIPPED = 0  # seed of the generators that the page draws with
MOMENTS = (
    0,
    25,
    100,
)  # per cent of the training at which an arm ships; all five moments of six arms would be too large
PICTURES = 20_000  # of the training split, evenly spread, that every arm is trained on
EFFICIENTNET, FID = "EfficientNet-Lite0", "FID"
REAL_FILE = "real.safetensors"  # mean and covariance of real pictures' SimCLR features, for measurements on the page
NOTES = (
    "Frechet distances to all test pictures; precision and recall (k = 3) against as many. Without a further word on "
    "the features of contrastive/simclr-cifar10, 'EfficientNet-Lite0' on that network's (96 pixels, ImageNet): neither "
    "is FID. 5,000 samples of seed 0, or as many as the row says. The CIFAR-10 used here was passed through JPEG "
    "(quality 75, 4:2:0)."
)


def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", split: pictures.Split = "test", samples: int = SAMPLES
) -> Metrics:
    """Measure the distance between samples and the pictures of a set.

    Args:
        checkpoint: with a Generator.
        spec: "mnist", a named set or "folder:PATH"; an arm with references draws them from its training split.
        root: folder that holds the named sets.
        split: "val" while choosing a recipe.
        samples: at most so many, and no more than there are pictures.

    Returns:
        {"frechet": distance on SimCLR features, "precision", "recall": shares, "n": number of real pictures}.

    Raises:
        InputError: no such set, or too few pictures.
    """
    known = _known(spec, split, root, checkpoint.device)
    drawn = _drawn(checkpoint, spec, root, min(samples, len(known)), _limit(checkpoint))
    other = simclr_features.describe(drawn, checkpoint.device)
    return cloud_metrics(known, other)


def measure(checkpoint: Checkpoint, recipe: Recipe) -> dict[str, Metrics]:
    """Compute all metrics of the card for every set that the model was trained on: row name -> metric -> value."""
    found: dict[str, Metrics] = {}
    limit = 256 if recipe.smoke else 0
    for spec in recipe.data.split("+"):
        real = _real(spec, "test", recipe.root, limit)
        drawn = _drawn(checkpoint, spec, recipe.root, min(MANY, len(real)), limit or _limit(checkpoint))
        found |= compare(spec, real, drawn, checkpoint.device)
    return found


def compare(spec: str, real: Tensor, drawn: Tensor, where: torch.device) -> dict[str, Metrics]:
    """Compute rows of a card: distances of the first SAMPLES and of all drawn pictures, by every installed network.

    Args:
        spec: name of the set.
        real: (N, 3, 32, 32), test pictures.
        drawn: (M, 3, 32, 32), M at most N.
        where: device.

    Returns:
        Row name -> metric -> value.
    """
    rows: dict[str, Metrics] = {}
    few, many = min(SAMPLES, len(drawn)), len(drawn)
    for name, describe in networks():
        known, other = describe(real, where), describe(drawn, where)
        words = [spec, *([name] if name else [])]
        rows[", ".join(words)] = _distance(known, other[:few]) if name else cloud_metrics(known, other[:few])
        all_samples = rows[", ".join(words)] if name and few == many else _distance(known, other)
        rows[", ".join([*words, f"{many:,} samples"])] = dict(all_samples)
    return rows


def networks() -> Iterator[tuple[str, Describe]]:
    """The installed networks by name; the name of this project's SimCLR encoder is empty."""
    yield "", simclr_features.describe
    if efficientnet.is_here():
        yield EFFICIENTNET, efficientnet.describe
    if inception.is_here():
        yield FID, inception.describe


def _real(spec: str, split: pictures.Split, root: str, limit: int) -> Tensor:
    return enough(datasets.load(spec, split, root=root, limit=limit))


@functools.lru_cache(maxsize=2)
def _known(spec: str, split: pictures.Split, root: str, where: torch.device) -> Tensor:
    """SimCLR features of real pictures, kept while the snapshots of one training are measured."""
    return simclr_features.describe(_real(spec, split, root, 0), where)


def _limit(checkpoint: Checkpoint) -> int:
    """The number of pictures that the arm was trained on."""
    return PICTURES if checkpoint.card is None else int(cast(int, checkpoint.card.recipe["pictures"]))


def _drawn(checkpoint: Checkpoint, spec: str, root: str, count: int, limit: int) -> Tensor:
    model, where = cast(Generator, checkpoint.model), checkpoint.device
    return sample(model, 0, count, library(model.config, spec, root, limit, where), where)


def _distance(real: Tensor, other: Tensor) -> Metrics:
    return {"frechet": frechet_distance(gaussian(real), gaussian(other)), "n": len(real)}


def main(argv: Sequence[str] | None = None) -> Path:
    """Measure training pictures against test pictures; write assets/results/generation/SET/real.json."""
    parser = argparse.ArgumentParser(description="Measure real pictures against real ones.")
    parser.add_argument("--data", required=True, help="mnist or a named set")
    parser.add_argument("--root", default="data", help="folder in which the named sets lie unpacked")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    asked = parser.parse_args(argv)
    real = _real(asked.data, "test", asked.root, 0)
    seen = datasets.load(asked.data, "train", root=asked.root)
    mixed = seen[torch.randperm(len(seen), generator=device.generator(0))[: len(real)]]  # files are sorted by class
    where = device.pick(asked.device)
    record = {
        "command": f"python -m core.generation.evaluation --data {asked.data} --root data",
        "commit": checkpoints.commit(),
        "device": device.describe(where),
        "metrics": compare(asked.data, real, mixed, where),
    }
    path: Path = RESULTS / asked.data / "real.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    cloud = gaussian(simclr_features.describe(real, where))
    packed = save({"mean": cloud.mean.float(), "covariance": cloud.covariance.float()})
    checkpoints.write_whole(path.parent / REAL_FILE, packed)
    checkpoints.write_whole(path, (json.dumps(record, indent=1) + "\n").encode())
    print(f"wrote {path}: {record['metrics']}")
    return path


if __name__ == "__main__":
    main()
