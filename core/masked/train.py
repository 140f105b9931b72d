"""The recipe: `python -m core.masked.train --data scenes96+tinyimagenet64 --root FOLDER --name photos`.

The target is raw pixels in [0, 1], because the page reports the squared error of pixels. The optimal prediction under
that loss is the mean of all plausible contents, which is smooth. The network predicts the difference from the mean
colour of the visible patches (`Config.target`), so it starts as accurate as mean fill. Each step draws a new ratio and
some masks have clumps, because a visitor moves the slider and paints masks by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn

from core.checkpoints import Checkpoint
from core.data import augment, mixture, pictures
from core.device import generator
from core.masked import gallery, pretext
from core.masked.model import Config, MaskedAutoencoder
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import SMOKE_ITEMS, Recipe, parse

TEST_SEED = 96  # the mask of each test picture is drawn from (TEST_SEED, its number)

LINEAR_LIMIT = 300  # test pictures of each set that linear in-painting is measured on; it takes 0.1 s each
RESAMPLES = 10_000  # of the bootstrap
NOTES = (
    "Squared error of pixels in [0, 1] on the hidden patches at mask ratio 0.75, one mask per picture. mean_fill_mse: "
    "hidden pixels take the mean colour of the visible pixels of their picture. relative_mse: mse over mean_fill_mse. "
    "Linear in-painting: at most 300 test pictures of each set, evenly spread; model_relative_mse is the model's error "
    "on the same pictures and masks, gain_low to gain_high the 95 % interval of relative_mse minus model_relative_mse "
    "(bootstrap over pictures)."
)


@dataclass(frozen=True, kw_only=True)
class MaskedRecipe(Recipe):
    """Train a masked autoencoder.

    Attributes:
        size: side of the pictures, in pixels.
        patch: side of a patch, in pixels.
        width: of the encoder; 64 per head.
        depth: blocks of the encoder.
        decoder_width: of the decoder; 32 per head.
        decoder_depth: blocks of the decoder.
        first_share: share of each batch drawn from the first set in `data`, the rest from the others.
        min_ratio: smallest mask ratio of a step.
        max_ratio: largest mask ratio; each step draws one uniformly.
        mask_ratio: the same one in every step instead, where the page offers one; 0 draws it.
        clumped: share of the steps with masks from `pretext.clumped_keep`.
        min_crop: smallest share of the area that a crop keeps.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "cpu": {"minutes": 24.0},  # 3.2 M parameters; 24 minutes on one core (AVX512-BF16), 1,700 steps
        # 1.0 M parameters, with snapshots; 6 minutes on one core (AVX512-BF16), 960 steps
        "small": {
            "width": 128,
            "depth": 4,
            "decoder_width": 96,
            "decoder_depth": 1,
            "size": 96,
            "minutes": 6.0,
            "steps": 100_000,
            "snapshots": True,
            "save_every": 2000,
        },
        # 11 M parameters; not timed on a GPU, so limited by time
        "gpu": {
            "width": 384,
            "depth": 6,
            "decoder_width": 192,
            "decoder_depth": 3,
            "batch": 512,
            "minutes": 27.0,
            "steps": 60_000,
        },
    }

    name: str = "photos"
    steps: int = 6000
    batch: int = 64
    lr: float = 1.5e-3
    size: int = 96
    patch: int = 8
    width: int = 192
    depth: int = 6
    decoder_width: int = 128
    decoder_depth: int = 2
    first_share: float = 0.6
    min_ratio: float = 0.5
    max_ratio: float = 0.9
    mask_ratio: float = 0.0
    clumped: float = 0.2
    min_crop: float = 0.5


RECIPE = MaskedRecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(MaskedRecipe, argv)
    sets = mixture.load(recipe.data, size=recipe.size, root=recipe.root, limit=512 if recipe.smoke else 0)
    model = build(recipe)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = mixture.choose(list(map(len, sets)), recipe.batch, recipe.first_share, number, recipe.seed)
        images = mixture.take(sets, rows, rng, size=recipe.size, min_crop=recipe.min_crop)
        return batch_loss(network, images, rng, recipe) | {"ids": torch.cat(rows)}

    result = loop.train(recipe, model, loss, method="masked")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="masked",
        data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure,
        evaluate=evaluate,
        describe=gallery.describe,
        notes=NOTES,
    )


def measure(checkpoint: Checkpoint, recipe: MaskedRecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: the model and linear in-painting on each set."""
    found, limit = {}, SMOKE_ITEMS if recipe.smoke else 0
    for spec in recipe.data.split("+"):
        found[spec] = evaluate(checkpoint, spec, root=recipe.root, limit=limit)
        found[f"{spec}, linear in-painting"] = evaluate_linear(
            checkpoint, spec, root=recipe.root, limit=limit // 8 or LINEAR_LIMIT
        )
    return found


def build(recipe: MaskedRecipe) -> MaskedAutoencoder:
    """The network of a recipe, untrained."""
    with loop.seeded(recipe.seed):
        return MaskedAutoencoder(configure(recipe))


def batch_loss(network: nn.Module, images: Tensor, rng: torch.Generator, recipe: MaskedRecipe) -> dict[str, Tensor]:
    """Loss on the hidden patches of a batch (B, 3, S, S) in [0, 1], and its ratio to the error of mean fill."""
    keep = make_mask(len(images), rng, recipe)
    target = pretext.patchify(images, recipe.patch)
    loss = pretext.hidden_loss(network(images, keep).patches, target, keep)
    baseline = pretext.hidden_loss(pretext.mean_fill(target, keep), target, keep)
    return {"loss": loss, "relative_mse": loss.detach() / baseline}


def configure(recipe: MaskedRecipe) -> Config:
    """The architecture of a recipe."""
    return Config(
        size=recipe.size,
        patch=recipe.patch,
        width=recipe.width,
        depth=recipe.depth,
        heads=max(1, recipe.width // 64),
        decoder_width=recipe.decoder_width,
        decoder_depth=recipe.decoder_depth,
        decoder_heads=max(1, recipe.decoder_width // 32),
    )


def make_mask(batch: int, rng: torch.Generator, recipe: MaskedRecipe) -> Tensor:
    """Draw a ratio for the step and a mask for each picture: (B, N) bool, the same number true in every row."""
    drawn = float(augment.uniform(1, recipe.min_ratio, recipe.max_ratio, rng))
    ratio = recipe.mask_ratio or drawn
    grid = recipe.size // recipe.patch
    if float(augment.uniform(1, 0, 1, rng)) < recipe.clumped:
        return pretext.clumped_keep(batch, grid, ratio, rng)
    return pretext.random_keep(batch, grid * grid, ratio, rng)


@torch.inference_mode()
def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", mask_ratio: float = 0.75, chunk: int = 200, limit: int = 0
) -> dict[str, float]:
    """Squared error on the hidden patches of a test split or folder, one mask per picture.

    Args:
        checkpoint: with a MaskedAutoencoder.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.
        mask_ratio: share of the patches hidden.
        chunk: pictures per batch.
        limit: at most so many pictures of a set; 0 takes all.

    Returns:
        {"mse", "mean_fill_mse": in [0, 1] pixels, predictions clipped; "relative_mse": the first over the second;
        "psnr_db": of "mse"; "n": pictures}.
    """
    model = checkpoint.model
    assert isinstance(model, MaskedAutoencoder)
    config, where = model.config, checkpoint.device
    data = pictures.load(spec, "test", size=config.size, root=root, limit=limit)
    error = baseline = 0.0
    for start in range(0, len(data.images), chunk):
        images = data.images[start : start + chunk].to(where).float() / 255
        keep = test_masks(range(start, start + len(images)), config.grid**2, mask_ratio).to(where)
        target = pretext.patchify(images, config.patch)
        restored = model(images, keep).patches.clamp(0, 1)
        error += len(images) * float(pretext.hidden_loss(restored, target, keep))
        baseline += len(images) * float(pretext.hidden_loss(pretext.mean_fill(target, keep), target, keep))
    count = len(data.images)
    mse = error / count
    found = {"mse": mse, "mean_fill_mse": baseline / count, "relative_mse": error / baseline}
    return found | {"psnr_db": pretext.psnr_db(mse), "n": count}


@torch.inference_mode()
def evaluate_linear(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", mask_ratio: float = 0.75, limit: int = LINEAR_LIMIT
) -> dict[str, float]:
    """Linear in-painting, which does not learn, and the model on at most `limit` test pictures, evenly spread.

    Both get the same pictures and masks, so that their errors can be compared.

    Returns:
        {"mse", "mean_fill_mse": of linear in-painting and mean fill, "relative_mse": the first over the second,
        "model_relative_mse": the model's error over mean fill's, "gain_low", "gain_high": 95 % interval of the first
        relative error minus the second, by bootstrap over pictures, "n": pictures}.
    """
    model, where = cast(MaskedAutoencoder, checkpoint.model), checkpoint.device
    config = model.config
    data = pictures.load(spec, "test", size=config.size, root=root, limit=limit)
    rows = []
    for number, image in enumerate(data.images):
        keep = test_masks([number], config.grid**2, mask_ratio)
        visible = pretext.pixel_mask(keep[0].numpy(), config.patch, config.grid)
        picture = image.permute(1, 2, 0).numpy().astype(np.float32) / 255  # (S, S, 3)
        one = image[None].to(where).float() / 255
        target, shown = pretext.patchify(one, config.patch), keep.to(where)
        rows.append(
            [
                float(((pretext.linear_fill(picture, visible) - picture)[~visible] ** 2).mean()),
                float(pretext.hidden_loss(model(one, shown).patches.clamp(0, 1), target, shown)),
                float(((picture[visible].mean(0) - picture)[~visible] ** 2).mean()),
            ]
        )
    errors, count = np.array(rows), len(rows)  # (N, 3)
    linear, own, baseline = errors.mean(0).tolist()
    drawn = np.random.default_rng(TEST_SEED).multinomial(count, np.full(count, 1 / count), RESAMPLES) @ errors
    low, high = np.percentile((drawn[:, 0] - drawn[:, 1]) / drawn[:, 2], [2.5, 97.5]).tolist()
    found = {"mse": linear, "mean_fill_mse": baseline, "relative_mse": linear / baseline}
    return found | {"model_relative_mse": own / baseline, "gain_low": low, "gain_high": high, "n": count}


def test_masks(numbers: Sequence[int], patches: int, ratio: float) -> Tensor:
    """The masks (B, N) of the test pictures with these numbers, on the CPU; independent of the chunk size."""
    return torch.cat([pretext.random_keep(1, patches, ratio, generator(TEST_SEED, number)) for number in numbers])


if __name__ == "__main__":
    main()
