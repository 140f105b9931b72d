"""The recipe: `python -m core.vqvae.train --data scenes96+tinyimagenet64 --root FOLDER --name photos`.

`--bottleneck gaussian` trains the baseline: the same encoder, decoder, pictures and schedule with a Gaussian that may
use as many bits as the codebook. Every fifth step has pictures of half the size, because the page offers both sizes.
Left out on purpose: a prior over the codes (PixelCNN), perceptual and adversarial losses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.checkpoints import Checkpoint
from core.data import augment, mixture, pictures
from core.data.batches import OnDevice
from core.nn.losses import kl_nats
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import SMOKE_ITEMS, Recipe, parse
from core.vqvae import evaluation, gallery, pretext
from core.vqvae.evaluation import evaluate as evaluate
from core.vqvae.model import VQVAE, Config, GaussianAutoencoder, GaussianConfig

BOTTLENECKS = ("vq", "gaussian")


@dataclass(frozen=True, kw_only=True)
class VQVAERecipe(Recipe):
    """Train an autoencoder with a codebook, or with a Gaussian of as many bits.

    Attributes:
        bottleneck: "vq" or "gaussian".
        size: side of the pictures, in pixels.
        num_embeddings: entries of the codebook; they also set the bits of the Gaussian.
        embedding_dim: dimension of an entry.
        latent: dimension at each position of the Gaussian's map.
        width: channels of the map's layers.
        depth: residual blocks in the encoder, and in the decoder.
        halvings: convolutions of stride 2 in each.
        beta: weight of the commitment loss (vq).
        decay: of the codebook's moving averages, per step (vq).
        floor: an entry below this fraction of uniform usage is restarted (vq).
        weight: of bits beyond the capacity (gaussian).
        first_share: share of each batch drawn from the first set in `data`, the rest from the others.
        half_share: share of the steps with pictures of half the size.
        min_crop: smallest share of the area that a crop keeps.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "cpu": {"minutes": 18.0},  # 1.2 M parameters; 18 minutes on one core (AVX512-BF16), 2,600 steps
        # the baseline, 1.1 M parameters; 5 minutes on a free core (AVX512-BF16), 2,200 steps
        "gaussian": {"name": "gaussian", "bottleneck": "gaussian", "minutes": 5.0},
        # 4.6 M parameters, the paper's width; not timed on a GPU, so limited by time
        "gpu": {"width": 256, "batch": 256, "minutes": 9.0, "steps": 30_000},
    }

    name: str = "photos"
    steps: int = 100_000
    batch: int = 16
    lr: float = 1e-3
    weight_decay: float = 0.0
    bottleneck: str = "vq"
    size: int = 64
    num_embeddings: int = 512
    embedding_dim: int = 64
    latent: int = 8
    width: int = 128
    depth: int = 2
    halvings: int = 2
    beta: float = 0.25
    decay: float = 0.99
    floor: float = 0.03
    weight: float = 2.0
    first_share: float = 0.5
    half_share: float = 0.2
    min_crop: float = 0.5


RECIPE = VQVAERecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(VQVAERecipe, argv)
    if recipe.bottleneck not in BOTTLENECKS:
        raise SystemExit(f"--bottleneck is {' or '.join(BOTTLENECKS)}, not {recipe.bottleneck}.")
    sets = mixture.load(recipe.data, size=recipe.size, root=recipe.root, limit=512 if recipe.smoke else 0)
    variance = variance_of(torch.cat([part.items[:: pictures.VAL_EVERY] for part in sets]))
    with loop.seeded(recipe.seed):
        model = build(recipe)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = mixture.choose(list(map(len, sets)), recipe.batch, recipe.first_share, number, recipe.seed)
        images = make_batch(sets, rows, rng, recipe)
        return batch_loss(network, images, rng, recipe, model, variance) | {"ids": torch.cat(rows)}

    result = loop.train(recipe, model, loss, method="vqvae")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="vqvae",
        data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure,
        evaluate=evaluate,
        describe=gallery.describe,
        notes=evaluation.NOTES[recipe.bottleneck],
    )


def measure(checkpoint: Checkpoint, recipe: VQVAERecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: each set at both sizes, and JPEG at as many bytes."""
    found, limit = {}, SMOKE_ITEMS if recipe.smoke else 0
    for spec in recipe.data.split("+"):
        found[spec] = evaluate(checkpoint, spec, root=recipe.root, limit=limit)
        half = recipe.size // 2
        found[f"{spec}, {half} px"] = evaluate(checkpoint, spec, root=recipe.root, size=half, limit=limit)
        if isinstance(checkpoint.model, VQVAE):
            found[f"{spec}, JPEG"] = evaluation.evaluate_jpeg(
                checkpoint.model.config, spec, root=recipe.root, limit=limit
            )
    return found


def build(recipe: VQVAERecipe) -> VQVAE | GaussianAutoencoder:
    """The network of a recipe."""
    shape = {"width": recipe.width, "depth": recipe.depth, "halvings": recipe.halvings, "size": recipe.size}
    if recipe.bottleneck == "gaussian":
        return GaussianAutoencoder(GaussianConfig(latent=recipe.latent, **shape))
    return VQVAE(Config(num_embeddings=recipe.num_embeddings, embedding_dim=recipe.embedding_dim, **shape))


def variance_of(images: Tensor) -> float:
    """Variance of all pixels of bytes (N, 3, S, S), scaled to [0, 1]; the unit of the reconstruction loss."""
    return float(images.float().div(255).var())


def batch_loss(
    network: nn.Module,
    images: Tensor,
    rng: torch.Generator,
    recipe: VQVAERecipe,
    model: VQVAE | GaussianAutoencoder,
    variance: float,
) -> dict[str, Tensor]:
    """Loss of a batch (B, 3, S, S) in [0, 1]; a codebook is updated as well.

    `network` is the `model`, wrapped for many processes or compiled.
    """
    if isinstance(model, VQVAE):
        return vq_step(network, model, images, rng, recipe, variance)
    return gaussian_step(network, images, rng, recipe, variance)


def vq_step(
    network: nn.Module, model: VQVAE, images: Tensor, rng: torch.Generator, recipe: VQVAERecipe, variance: float
) -> dict[str, Tensor]:
    """Loss of a batch (B, 3, S, S), and one update of the codebook."""
    found = network(images)
    cost = pretext.vq_loss(
        found.reconstruction, images, found.latents, found.quantised, variance=variance, beta=recipe.beta
    )
    dead = model.codebook.update(found.latents, found.codes, rng, decay=recipe.decay, floor=recipe.floor)
    perplexity = pretext.perplexity(model.codebook.shares)
    return {
        "loss": cost.mean,
        "reconstruction": cost.reconstruction,
        "commitment": cost.commitment,
        "perplexity": perplexity,
        "restarted": dead.sum(),
    }


def gaussian_step(
    network: nn.Module, images: Tensor, rng: torch.Generator, recipe: VQVAERecipe, variance: float
) -> dict[str, Tensor]:
    """Loss of a batch (B, 3, S, S); the Gaussian's capacity is the bits of the codebook's map."""
    grid = images.shape[-1] // 2**recipe.halvings
    noise = torch.randn(len(images), recipe.latent, grid, grid, generator=rng, device=rng.device)
    found = network(images, noise)
    bits = evaluation.to_bits(kl_nats(found.mu, found.logvar))
    capacity = evaluation.uniform_bits(grid, recipe.num_embeddings)
    loss = pretext.capacity_loss(
        found.reconstruction, images, bits, variance=variance, capacity_bits=capacity, weight=recipe.weight
    )
    return {"loss": loss, "bits_of_capacity": bits.mean() / capacity}


def make_batch(sets: Sequence[OnDevice], rows: Sequence[Tensor], rng: torch.Generator, recipe: VQVAERecipe) -> Tensor:
    """The pictures of a step: (B, 3, S, S) in [0, 1], S the recipe's size or half of it."""
    images = mixture.take(sets, rows, rng, size=recipe.size, min_crop=recipe.min_crop)
    small = float(augment.uniform(1, 0, 1, rng)) < recipe.half_share
    return F.avg_pool2d(images, 2) if small else images


if __name__ == "__main__":
    main()
