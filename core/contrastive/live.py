"""Training SimCLR in the page: what is measured and shown."""

import math
from functools import partial

import torch
from torch import Tensor

from core.contrastive.encoder import encode
from core.contrastive.train import ContrastiveRecipe, batch_loss, build, draw_views
from core.data import pictures
from core.device import generator
from core.downstream.features import embed
from core.downstream.spread import alignment, uniformity
from core.training import live
from core.training.live import Example, Task


def task(recipe: ContrastiveRecipe) -> Task:
    """The task of a recipe: train on all pictures but every twentieth, show two views of four of these."""
    data = live.load_pictures(recipe)
    model = build(recipe)
    views = draw_views(data.shown, generator(0), recipe)
    compared = draw_views(live.evenly(data.held_out, live.COMPARED), generator(0), recipe)

    def project(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        first, second = (model(view.to(where())).projections.cpu() for view in pair)
        return first, second

    def where() -> torch.device:
        return next(model.parameters()).device

    def measure() -> dict[str, float]:
        features = embed(partial(encode, model), data.measured, device=where())

        def loss_of(part: Tensor, rng: torch.Generator) -> Tensor:
            return batch_loss(model, part, rng, recipe)["loss"]

        found = live.features_columns(features, data.labels)
        found |= live.compared_losses(loss_of, data.train, data.held_out, where())
        first, second = project(compared)
        return found | {"alignment": alignment(first, second), "uniformity": uniformity(torch.cat([first, second]))}

    def show() -> tuple[Example, ...]:
        first, second = project(views)
        seen = (pictures.to_bytes(part) for part in (data.shown.float() / 255, *views))
        cosines = (first * second).sum(1).tolist()
        return tuple(Example(tuple(row), cosine) for *row, cosine in zip(*seen, cosines, strict=True))

    others = 2 * recipe.batch - 1
    levels = {"chance_loss": math.log(others), "chance_accuracy": 1 / others} if recipe.negatives else {}
    loss = live.on_batches(data.train, recipe, batch_loss)
    return Task(model, loss, measure, show, model, live.trained_on(recipe.data), items=recipe.batch, levels=levels)
