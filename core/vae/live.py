"""Training a VAE in the page: what is measured and shown."""

import numpy as np
import torch
from torch import Tensor

from core.data import digits
from core.training import live
from core.training.live import Bytes, Example, Task
from core.vae import pretext
from core.vae.model import VAE
from core.vae.train import VAERecipe, batch_loss, build, to_input


def task(recipe: VAERecipe) -> Task:
    """The task of a recipe: train on all pictures but every twentieth, show how four of these are reconstructed."""
    data = live.load(lambda split: digits.load(recipe.data, split, root=recipe.root))
    model = build(recipe)

    def measure() -> dict[str, float]:
        where = model.encoder.weight.device

        def loss_of(part: Tensor, rng: torch.Generator) -> Tensor:
            return batch_loss(model, part, rng, recipe)["loss"]

        compared = live.compared_losses(loss_of, data.train, data.held_out, where)
        return latent_columns(model, to_input(data.measured, where), data.labels) | compared

    def show() -> tuple[Example, ...]:
        batch = to_input(data.shown, model.encoder.weight.device)
        mu, _ = model.encode(batch)
        restored = model.decode(mu).sigmoid()
        errors = (restored - batch).square().mean((1, 2, 3)).tolist()
        pairs = zip(grey(batch), grey(restored), errors, strict=True)
        return tuple(Example((before, after), error) for before, after, error in pairs)

    loss = live.on_batches(data.train, recipe, batch_loss)
    return Task(model, loss, measure, show, model, live.trained_on(recipe.data), items=recipe.batch)


def latent_columns(model: VAE, batch: Tensor, labels: Tensor) -> dict[str, float]:
    """What the means of q(z | x) of pictures (N, 1, S, S) with labels (N,) hold, and what they cost.

    Returns:
        {"reconstruction", "kl": nats per picture, of the means decoded; "active": see `pretext.active_axes`; and the
        columns of `live.features_columns`}.
    """
    noise = torch.zeros(1, model.config.latent, device=batch.device)
    output = model(batch, noise)
    cost = pretext.negative_elbo(output.logits, batch, output.mu, output.logvar)
    parts = {"reconstruction": float(cost.reconstruction.mean()), "kl": float(cost.kl.sum(1).mean())}
    active = float(pretext.active_axes(output.mu))
    return live.features_columns(output.mu.cpu(), labels) | parts | {"active": active}


def grey(images: Tensor) -> Bytes:
    """Pictures (B, 1, H, W) in [0, 1] to (B, H, W, 3) bytes."""
    shades = (images[:, 0].cpu() * 255).round().to(torch.uint8).numpy()
    return np.repeat(shades[..., None], 3, axis=3)
