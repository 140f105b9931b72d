"""Training a VQ-VAE in the page: what is measured and shown."""

import torch
from torch import Tensor

from core.data import mixture, pictures
from core.data.batches import OnDevice, indices
from core.nn.losses import psnr_db
from core.training import live, loop
from core.training.live import Example, Task
from core.vqvae import pretext
from core.vqvae.model import VQVAE
from core.vqvae.train import VQVAERecipe, build, variance_of, vq_step

MEASURED = 200  # pictures on which codes, features and the error are measured: decoding takes longer than encoding


def task(recipe: VQVAERecipe) -> Task:
    """The task of a recipe: train on all pictures but every twentieth, show how four of these are reconstructed."""
    data = live.load_pictures(recipe, MEASURED)
    images, variance = OnDevice(data.train), variance_of(live.evenly(data.train, live.MEASURED))
    with loop.seeded(recipe.seed):
        model = build(recipe)
    assert isinstance(model, VQVAE), "the bottleneck is no setting here"

    def loss(network: torch.nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        batch = mixture.take([images], [rows], rng, size=recipe.size, min_crop=recipe.min_crop)
        return vq_step(network, model, batch, rng, recipe, variance) | {"ids": rows}

    def where() -> torch.device:
        return model.codebook.entries.device

    def measure() -> dict[str, float]:
        def loss_of(part: Tensor, _: torch.Generator) -> Tensor:
            batch = part.float() / 255
            found = model(batch)  # without an update of the codebook
            parts = (found.reconstruction, batch, found.latents, found.quantised)
            return pretext.vq_loss(*parts, variance=variance, beta=recipe.beta).mean

        compared = live.compared_losses(loss_of, data.train, data.held_out, where())
        return code_columns(model, data.measured.to(where()).float() / 255, data.labels) | compared

    def show() -> tuple[Example, ...]:
        batch = data.shown.to(where()).float() / 255
        restored = model(batch).reconstruction.clamp(0, 1)
        errors = (restored - batch).square().mean((1, 2, 3)).tolist()
        pairs = zip(pictures.to_bytes(batch), pictures.to_bytes(restored), errors, strict=True)
        return tuple(Example((before, after), error) for before, after, error in pairs)

    return Task(model, loss, measure, show, model, live.trained_on(recipe.data), items=recipe.batch)


def code_columns(model: VQVAE, images: Tensor, labels: Tensor) -> dict[str, float]:
    """How the codebook is used for pictures (N, 3, S, S) with labels (N,), and how well they are reconstructed.

    Returns:
        {"used": entries that occur in the codes, "codes": all entries, "perplexity" of the codes, "psnr_db"}, and the
        columns of `live.features_columns`, of the mean entry of each picture.
    """
    found = model(images)
    counts = pretext.usage(found.codes, model.config.num_embeddings)
    error = float((found.reconstruction.clamp(0, 1) - images).square().mean())
    columns = live.features_columns(found.quantised.mean((2, 3)).cpu(), labels)
    used = {"used": float((counts > 0).sum()), "codes": float(len(counts))}
    return columns | used | {"perplexity": float(pretext.perplexity(counts)), "psnr_db": psnr_db(error)}
