"""Training a rotation network in the page: what is measured and shown."""

import math

import torch
from torch import Tensor

from core.data import pictures
from core.downstream.features import embed
from core.rotation import pretext
from core.rotation.encoder import encode
from core.rotation.train import RotationRecipe, batch_loss, build
from core.training import live
from core.training.live import Example, Task


def task(recipe: RotationRecipe) -> Task:
    """The task of a recipe: train on all pictures but every twentieth, show how four of these are turned back."""
    data = live.load_pictures(recipe)
    model = build(recipe, data.train)

    def measure() -> dict[str, float]:
        where = model.head.weight.device
        features = embed(lambda part: encode(model, part), data.measured, device=where)

        def loss_of(part: Tensor, rng: torch.Generator) -> Tensor:
            return batch_loss(model, part, rng, recipe)["loss"]

        compared = live.compared_losses(loss_of, data.train, data.held_out, where)
        return live.features_columns(features, data.labels) | compared

    def show() -> tuple[Example, ...]:
        turns = torch.arange(len(data.shown)) % len(pretext.TURNS_DEG)
        turned = pretext.turn(data.shown.float() / 255, turns)
        chances = model(turned.to(model.head.weight.device)).logits.float().softmax(1).cpu()
        views = pictures.to_bytes(turned)
        return tuple(
            Example((view,), float(row[turn])) for view, row, turn in zip(views, chances, turns.tolist(), strict=True)
        )

    levels = {"chance_loss": math.log(len(pretext.TURNS_DEG)), "chance_accuracy": pretext.CHANCE_LEVEL}
    loss = live.on_batches(data.train, recipe, batch_loss)
    return Task(model, loss, measure, show, model, live.trained_on(recipe.data), items=recipe.batch, levels=levels)
