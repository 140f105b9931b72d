"""How good a generator is: the metrics of its card.

Real and generated pictures are compared by what this project's SimCLR encoder makes of them (`downstream.reference`).
Beside the generator's figures stand those of other sets of pictures measured in the same way: real ones that it was
trained on (the floor), the same blurred, and pure noise (the ceiling).
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
from core.gan.model import Discriminator, Generator, untrained
from core.gan.sampling import noise, paint
from core.training.recipe import Recipe

CRITIC_FILE = "discriminator.safetensors"
SAMPLES, MANY = 5_000, 10_000
LIMITS = (0.5, 1.0, 1.5, 2.0)  # of the truncation trick, measured beside none
BLUR_PX = 1.5  # standard deviation
NEIGHBOURS = 200
NOTES = (
    "Frechet distance, precision and recall (k = 3) on the features of contrastive/simclr-cifar10, never to be called "
    "FID or compared with one; that encoder has seen the training pictures, not the test pictures. 5,000 samples (or "
    "as many as the row says), seed 0, against all test pictures (precision and recall: against as many). 'training "
    "pictures' is the floor, 'blurred' (the same, 1.5 pixels) and 'noise' are what bad pictures get. 'discriminator': "
    "test pictures and samples told apart, chance 50 %, and k-NN (k = 200, every fifth training picture "
    "votes) on its features, untrained beside it, chance 10 %. The CIFAR-10 used here was passed through JPEG (quality "
    "75, 4:2:0)."
)


def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", split: pictures.Split = "test", samples: int = SAMPLES
) -> dict[str, float]:
    """How near samples come to the pictures of a set.

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
    """All metrics of the card."""
    found: dict[str, dict[str, float]] = {}
    size, limit = cast(Generator, checkpoint.model).config.size, 256 if recipe.smoke else 0
    for spec in recipe.data.split("+"):
        real = pictures.load(spec, "test", size=size, root=recipe.root, limit=limit).images
        seen = pictures.load(spec, "train", size=size, root=recipe.root, limit=limit or 2 * SAMPLES).images
        known, count = simclr_features.describe(real, checkpoint.device), min(SAMPLES, len(real))
        found[spec] = cloud_metrics(known, simclr_features.describe(_samples(checkpoint, count), checkpoint.device))
        for name, others in _rivals(checkpoint, spread_out(seen, count), len(real)):
            found[f"{spec}, {name}"] = cloud_metrics(known, simclr_features.describe(others, checkpoint.device))
        found[f"{spec}, discriminator"] = judge(checkpoint, spec, recipe.root, limit)
    return found


def _rivals(checkpoint: Checkpoint, seen: Tensor, most: int) -> Iterator[tuple[str, Tensor]]:
    """Sets of pictures to stand beside the samples, by name; at most `most` samples."""
    many, plain = min(MANY, most), seen.float() / 255
    yield f"{many:,} samples", _samples(checkpoint, many)
    yield "training pictures", plain
    yield "blurred", gaussian_blur(plain, generator(0), (BLUR_PX, BLUR_PX), 1.0)
    yield "noise", torch.rand(plain.shape, generator=generator(0))
    for limit in LIMITS:
        yield f"truncation {limit}", _samples(checkpoint, len(seen), limit)


def judge(checkpoint: Checkpoint, spec: str, root: str, limit: int = 0) -> dict[str, float]:
    """What the discriminator can do: tell real from generated, and, by its features, what a picture shows.

    Returns:
        {"accuracy": share of test pictures and as many samples on the right side of 0, "knn", "untrained_knn": shares
        of classes told right, "n": number of test pictures}.
    """
    critic = open_critic(checkpoint)
    config, where = critic.config, checkpoint.device
    known, asked = labelled.gallery_and_queries(spec, config.size, root, limit=limit or MANY)
    generated = _samples(checkpoint, len(asked.images))
    real_scores, scores = (embed(lambda x: critic(x).scores, x, device=where) for x in (asked.images, generated))
    truth, told = labelled.relabel(asked, known.classes), {}
    for name, network in (("knn", critic), ("untrained_knn", untrained(config)[1].to(where).eval())):
        gallery, queries = (
            embed(lambda x, network=network: network(x).features, part.images, device=where)  # type: ignore[misc]
            for part in (known, asked)
        )
        told[name] = knn_accuracy(gallery, known.labels, queries, truth, k=min(NEIGHBOURS, len(gallery)))
    right = torch.cat([real_scores > 0, scores < 0]).float().mean()
    return {"accuracy": float(right), **told, "n": len(asked.images)}


def open_critic(checkpoint: Checkpoint) -> Discriminator:
    """The discriminator that lies beside a generator, on the same device; its digest was checked with the card.

    Raises:
        InputError: there is none.
    """
    path = checkpoint.folder / CRITIC_FILE
    if not path.is_file():
        raise InputError("The model {name} has no discriminator; choose the bundled one.", name=checkpoint.name)
    critic = Discriminator(cast(Generator, checkpoint.model).config)
    checkpoints.fill(critic, load_file(path))
    return critic.to(checkpoint.device).eval().requires_grad_(False)


def _samples(checkpoint: Checkpoint, count: int, limit: float | None = None) -> Tensor:
    model = cast(Generator, checkpoint.model)
    z = noise(0, count, model.config.latent) if limit is None else noise(0, count, model.config.latent, limit)
    return paint(model, z, checkpoint.device)
