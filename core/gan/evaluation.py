"""The metrics of a generator's card.

Real and generated pictures are compared on the features of this project's SimCLR encoder
(`downstream.simclr_features`). The card reports other sets of pictures, measured in the same way, beside the generator:
its training pictures (the floor), the same blurred, and pure noise (the ceiling).
"""

from collections.abc import Iterator
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor

from core import checkpoints
from core.checkpoints import Checkpoint
from core.data import labelled, pictures
from core.data.augment import gaussian_blur
from core.device import generator
from core.downstream import simclr_features
from core.downstream.features import embed
from core.downstream.frechet import cloud_metrics, enough, spread_out
from core.downstream.neighbours import knn_accuracy
from core.errors import InputError
from core.gan import reference_stats
from core.gan.model import Discriminator, Generator, untrained
from core.gan.reference_stats import DISCRIMINATOR_FILE as DISCRIMINATOR_FILE
from core.gan.sampling import generate, noise
from core.training.recipe import Recipe

SAMPLES, MANY = 5_000, 10_000
LIMITS = (0.5, 1.0, 1.5, 2.0)  # of the truncation trick, measured beside no truncation
BLUR_PX = 1.5  # standard deviation
NEIGHBOURS = 200
NOTES = (
    "Frechet distance, precision and recall (k = 3) on the features of contrastive/simclr-cifar10, never to be called "
    "FID or compared with one; that encoder has seen the training pictures, not the test pictures. 5,000 samples (or "
    "as many as the row says), seed 0, against all test pictures (precision and recall: against as many). 'training "
    "pictures' is the floor, 'blurred' (the same, 1.5 pixels) and 'noise' are what bad pictures get. 'discriminator': "
    "test pictures and samples told apart, chance 50 %, and k-NN (k = 200, every fifth training picture "
    "votes) on its features, untrained beside it, chance 10 %. 'copy check': the distance to the nearest training "
    "picture below which 95 % of 1,000 mirrored training pictures lie, the share of 1,000 others below it (found), and "
    "of 2,000 test pictures (false alarms, near-duplicates of training pictures among them). The CIFAR-10 used here "
    "was passed through JPEG (quality 75, 4:2:0)."
)


def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", split: pictures.Split = "test", samples: int = SAMPLES
) -> dict[str, float]:
    """Measure the distance between samples and the pictures of a set.

    Args:
        checkpoint: with a Generator.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.
        split: "val" while choosing a recipe.
        samples: at most so many, and no more than there are pictures.

    Returns:
        {"frechet": distance, "precision", "recall": shares, "n": number of real pictures}.

    Raises:
        InputError: no such set, or fewer than five pictures.
    """
    model = cast(Generator, checkpoint.model)
    real = enough(pictures.load(spec, split, size=model.config.size, root=root).images)
    known = simclr_features.describe(real, checkpoint.device)
    return cloud_metrics(
        known, simclr_features.describe(_samples(checkpoint, min(samples, len(real))), checkpoint.device)
    )


def measure(checkpoint: Checkpoint, recipe: Recipe) -> dict[str, dict[str, float]]:
    """Compute all metrics of the card: row name -> metric -> value."""
    found: dict[str, dict[str, float]] = {}
    size, limit = cast(Generator, checkpoint.model).config.size, 256 if recipe.smoke else 0
    for spec in recipe.data.split("+"):
        real = pictures.load(spec, "test", size=size, root=recipe.root, limit=limit).images
        seen = pictures.load(spec, "train", size=size, root=recipe.root, limit=limit or 2 * SAMPLES).images
        known, count = simclr_features.describe(real, checkpoint.device), min(SAMPLES, len(real))
        found[spec] = cloud_metrics(known, simclr_features.describe(_samples(checkpoint, count), checkpoint.device))
        for name, others in _baselines(checkpoint, spread_out(seen, count), len(real)):
            found[f"{spec}, {name}"] = cloud_metrics(known, simclr_features.describe(others, checkpoint.device))
        found[f"{spec}, discriminator"] = judge(checkpoint, spec, recipe.root, limit)
        found[f"{spec}, copy check"] = copy_check(checkpoint)
    return found


def copy_check(checkpoint: Checkpoint) -> dict[str, float]:
    """The reliability of the copy check, from the distances that ship beside a generator.

    Returns:
        {"threshold": distance, "true_positive_rate", "false_positive_rate": shares, "n": number of test pictures}.
    """
    found = reference_stats.read(checkpoint.folder).copy_threshold()
    return {
        "threshold": found.distance,
        "true_positive_rate": found.true_positive_rate,
        "false_positive_rate": found.false_positive_rate,
        "n": found.count,
    }


def _baselines(checkpoint: Checkpoint, seen: Tensor, most: int) -> Iterator[tuple[str, Tensor]]:
    """Sets of pictures to compare with the samples, by name; at most `most` samples."""
    many, plain = min(MANY, most), seen.float() / 255
    yield f"{many:,} samples", _samples(checkpoint, many)
    yield "training pictures", plain
    yield "blurred", gaussian_blur(plain, generator(0), (BLUR_PX, BLUR_PX), 1.0)
    yield "noise", torch.rand(plain.shape, generator=generator(0))
    for limit in LIMITS:
        yield f"truncation {limit}", _samples(checkpoint, len(seen), limit)


def judge(checkpoint: Checkpoint, spec: str, root: str, limit: int = 0) -> dict[str, float]:
    """Measure the discriminator: its accuracy, and how well its features classify pictures.

    Returns:
        {"accuracy": share of test pictures and as many samples whose score has the right sign, "knn",
        "untrained_knn": k-NN accuracy, "n": number of test pictures}.
    """
    discriminator = load_discriminator(checkpoint)
    config, where = discriminator.config, checkpoint.device
    known, asked = labelled.gallery_and_queries(spec, config.size, root, limit=limit or MANY)
    generated = _samples(checkpoint, len(asked.images))
    real_scores, scores = (embed(lambda x: discriminator(x).scores, x, device=where) for x in (asked.images, generated))
    truth, accuracies = labelled.relabel(asked, known.classes), {}
    for name, network in (("knn", discriminator), ("untrained_knn", untrained(config)[1].to(where).eval())):
        gallery, queries = (
            embed(lambda x, network=network: network(x).features, part.images, device=where)  # type: ignore[misc]
            for part in (known, asked)
        )
        accuracies[name] = knn_accuracy(gallery, known.labels, queries, truth, k=min(NEIGHBOURS, len(gallery)))
    right = torch.cat([real_scores > 0, scores < 0]).float().mean()
    return {"accuracy": float(right), **accuracies, "n": len(asked.images)}


def load_discriminator(checkpoint: Checkpoint) -> Discriminator:
    """Read the discriminator that ships beside a generator, on the same device; its digest was checked with the card.

    Raises:
        InputError: there is none.
    """
    path = checkpoint.folder / DISCRIMINATOR_FILE
    if not path.is_file():
        raise InputError("The model {name} has no discriminator; choose the bundled one.", name=checkpoint.name)
    discriminator = Discriminator(cast(Generator, checkpoint.model).config)
    checkpoints.fill(discriminator, load_file(path))
    return discriminator.to(checkpoint.device).eval().requires_grad_(False)


def _samples(checkpoint: Checkpoint, count: int, limit: float | None = None) -> Tensor:
    model = cast(Generator, checkpoint.model)
    z = noise(0, count, model.config.latent) if limit is None else noise(0, count, model.config.latent, limit)
    return generate(model, z, checkpoint.device)
