"""Training a masked autoencoder in the page: what is measured and shown."""

from functools import partial

import torch
from torch import Tensor

from core.data import mixture, pictures
from core.data.batches import OnDevice, indices
from core.device import generator
from core.downstream.features import embed
from core.masked import pretext
from core.masked.encoder import encode
from core.masked.model import MaskedAutoencoder
from core.masked.train import MaskedRecipe, batch_loss, build, make_mask
from core.nn.losses import psnr_db
from core.training import live
from core.training.live import Example, Task

GREY = 0.5  # of hidden patches in the pictures that are shown


def task(recipe: MaskedRecipe) -> Task:
    """The task of a recipe: train on all pictures but every twentieth, show how four of these are restored."""
    data = live.load_pictures(recipe)
    images, model = OnDevice(data.train), build(recipe)
    tested = live.evenly(data.held_out, live.COMPARED)

    def loss(network: torch.nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        batch = mixture.take([images], [rows], rng, size=recipe.size, min_crop=recipe.min_crop)
        return batch_loss(network, batch, rng, recipe) | {"ids": rows}

    def where() -> torch.device:
        return model.head.weight.device

    def measure() -> dict[str, float]:
        def loss_of(part: Tensor, rng: torch.Generator) -> Tensor:
            return batch_loss(model, part.float() / 255, rng, recipe)["loss"]

        features = embed(partial(encode, model), data.measured, device=where())
        compared = live.compared_losses(loss_of, data.train, data.held_out, where())
        found = live.features_columns(features, data.labels) | compared
        return found | restoration_columns(model, tested, recipe, where())

    def show() -> tuple[Example, ...]:
        return examples(model, data.shown.to(where()).float() / 255, recipe)

    return Task(model, loss, measure, show, model, live.trained_on(recipe.data), items=recipe.batch)


def restoration_columns(
    model: MaskedAutoencoder, images: Tensor, recipe: MaskedRecipe, where: torch.device
) -> dict[str, float]:
    """The error on the hidden patches of pictures (N, 3, S, S) uint8, with the same masks each time.

    Returns:
        {"relative_mse": over the error of mean fill, "psnr_db"}, at the recipe's own mask ratio.
    """
    batch = images.to(where).float() / 255
    keep = make_mask(len(batch), generator(0, device=where), recipe)
    target = pretext.patchify(batch, recipe.patch)
    error = pretext.hidden_loss(model(batch, keep).patches.clamp(0, 1), target, keep)
    baseline = pretext.hidden_loss(pretext.mean_fill(target, keep), target, keep)
    return {"relative_mse": float(error / baseline), "psnr_db": psnr_db(float(error))}


def examples(model: MaskedAutoencoder, images: Tensor, recipe: MaskedRecipe) -> tuple[Example, ...]:
    """Pictures (B, 3, S, S) with their hidden patches grey, and restored; each with its error over mean fill's."""
    keep = make_mask(len(images), generator(0, device=images.device), recipe)
    target = pretext.patchify(images, recipe.patch)
    predicted = model(images, keep).patches.clamp(0, 1)
    filled = pretext.mean_fill(target, keep)
    found = []
    for row in range(len(images)):
        one = slice(row, row + 1)
        error, baseline = (
            float(pretext.hidden_loss(part[one], target[one], keep[one])) for part in (predicted, filled)
        )
        hidden = pretext.paste(torch.full_like(target[one], GREY), target[one], keep[one])
        restored = pretext.paste(predicted[one], target[one], keep[one])
        rows = images.shape[-1] // recipe.patch
        pair = (pictures.to_bytes(pretext.unpatchify(part, recipe.patch, rows))[0] for part in (hidden, restored))
        found.append(Example(tuple(pair), error / max(baseline, 1e-9)))
    return tuple(found)
