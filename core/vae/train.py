"""The recipe: `python -m core.vae.train --data mnist --root FOLDER --name mnist`.

The tutorial's network, trained for longer and with learning rate decay. Left out on purpose: binarised pixels and
importance-weighted bounds; the metric is the plain bound on grey MNIST, one sample per picture, whatever the weight on
the KL term in training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import torch
from einops import rearrange
from torch import Tensor, nn

from core.checkpoints import Checkpoint
from core.data import digits, pictures
from core.data.batches import OnDevice, indices
from core.device import generator
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse
from core.vae import pretext
from core.vae.model import VAE, Config


@dataclass(frozen=True, kw_only=True)
class VAERecipe(Recipe):
    """Train a variational autoencoder on grey pictures of 28 x 28 pixels.

    Attributes:
        hidden: width of the hidden layers.
        latent: number of latent axes.
        kl_weight: of the KL term in the loss (beta-VAE); 1 trains on the bound itself.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 0.65 M parameters; 4 minutes on one core (AVX512-BF16), 7,400 steps
        "cpu": {"minutes": 4.0, "snapshots": True},
        "gpu": {"steps": 60_000, "minutes": 9.0},  # the same network; not timed on a GPU, so limited by time
    }

    name: str = "mnist"
    steps: int = 16_000
    batch: int = 256
    lr: float = 5e-3
    weight_decay: float = 0.0
    clip: float = 1000.0
    bf16: bool | None = False
    save_every: int = 5000
    hidden: int = 400
    latent: int = 20
    kl_weight: float = 1.0


RECIPE = VAERecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(VAERecipe, argv)
    images = OnDevice(digits.load(recipe.data, "train", root=recipe.root, limit=512 if recipe.smoke else 0).images)
    model = build(recipe)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        return batch_loss(network, images.take(rows, rng.device), rng, recipe) | {"ids": rows}

    result = loop.train(recipe, model, loss, method="vae")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="vae",
        data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure,
        evaluate=evaluate,
        notes="Nats per picture: negative evidence lower bound on grey pixels in [0, 1], one draw of z each, seed 0.",
    )


def build(recipe: VAERecipe) -> VAE:
    """The network of a recipe, untrained."""
    with loop.seeded(recipe.seed):
        return VAE(Config(digits.SIDE, recipe.hidden, recipe.latent))


def batch_loss(network: nn.Module, images: Tensor, rng: torch.Generator, recipe: VAERecipe) -> dict[str, Tensor]:
    """Loss of a batch of bytes (B, 28, 28) with one draw of z each; its parts in nats per picture."""
    batch = to_input(images, rng.device)
    noise = torch.randn(len(batch), recipe.latent, generator=rng, device=rng.device)
    output = network(batch, noise)
    mu, logvar = output.mu.float(), output.logvar.float()
    cost = pretext.negative_elbo(output.logits.float(), batch, mu, logvar, recipe.kl_weight)
    return {"loss": cost.mean, "reconstruction": cost.reconstruction.mean(), "kl": cost.kl.sum(1).mean()}


def measure(checkpoint: Checkpoint, recipe: VAERecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card."""
    return {spec: evaluate(checkpoint, spec, root=recipe.root) for spec in recipe.data.split("+")}


def to_input(images: Tensor, where: torch.device) -> Tensor:
    """Bytes (B, 28, 28) to pictures (B, 1, 28, 28) in [0, 1] on a device."""
    return rearrange(images.to(where).float() / 255, "b h w -> b 1 h w")


@torch.inference_mode()
def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", split: pictures.Split = "test", chunk: int = 1000
) -> dict[str, float]:
    """Negative evidence lower bound of a test split or folder, one sample of z per picture, seed 0.

    Args:
        checkpoint: with a VAE.
        spec: "mnist", "emoji", a named set or "folder:PATH".
        root: folder that holds the named sets.
        split: "val" while choosing a recipe.
        chunk: pictures per batch.

    Returns:
        {"nats": the bound per picture, "reconstruction_nats", "kl_nats": its parts, "n": pictures}.
    """
    model, rng = cast(VAE, checkpoint.model), generator(0)
    images = digits.load(spec, split, root=root).images
    reconstruction = kl = 0.0
    for part in images.split(chunk):
        batch = to_input(part, checkpoint.device)
        noise = torch.randn(len(part), model.config.latent, generator=rng)
        output = model(batch, noise.to(checkpoint.device))
        cost = pretext.negative_elbo(output.logits, batch, output.mu, output.logvar)
        reconstruction += float(cost.reconstruction.double().sum())
        kl += float(cost.kl.double().sum())
    count = len(images)
    return {
        "nats": (reconstruction + kl) / count,
        "reconstruction_nats": reconstruction / count,
        "kl_nats": kl / count,
        "n": count,
    }


if __name__ == "__main__":
    main()
