"""The recipe: `python -m core.rotation.train --data scenes96+tinyimagenet64 --root FOLDER --preset cpu --name photos`.

Before it is turned, every picture is cropped, mirrored, recoloured, blurred and re-encoded at random. Cameras and image
encoders leave traces that show which way was up (see `traces.py`), and a network trained without these changes relies
on them. Two tests show whether it does: accuracy after re-encoding and after cropping. `--no-augment --whiten
--no-bf16` trains the network that fails them; it ships as rotation/shortcut. Its whitened stem finds the traces
quickly; without it the network overfits to the scenes first.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from core.checkpoints import Checkpoint
from core.data import augment, jpeg, perturbations, pictures
from core.data.batches import OnDevice, indices
from core.device import generator
from core.nn.backbones import whiten
from core.rotation import gallery, pretext, probes
from core.rotation.model import Config, RotationNet
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import SMOKE_ITEMS, Recipe, parse


@dataclass(frozen=True, kw_only=True)
class RotationRecipe(Recipe):
    """Train a network to predict how far a picture was turned.

    Attributes:
        also: sets to test on but not to train on, joined by "+".
        size: side of the pictures in pixels.
        small_steps: forward passes at the beginning whose pictures have three quarters of that side, at half the
            cost; needs `augment`, whose crop makes them.
        width: channels of the first stage; each later stage has twice as many.
        depth: blocks per stage.
        stem_stride: 2 halves the picture before the first stage.
        whiten: start the stem with whitened patches, which makes it sensitive to faint traces; see `backbones.whiten`.
        augment: change pictures before they are turned; without it the network learns encoder traces.
        min_crop: smallest share of the area that a crop keeps.
        reencode: share of the pictures passed through JPEG once more.
        jpeg: quality of the one JPEG encoder that all pictures pass before they are turned, as a shortcut; 0: none.
        rim: turn about a point beside the centre, which leaves a black rim, as a shortcut.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 2.8 M parameters; 98 minutes on one core (AVX512-BF16) beside other work, 10,190 steps, 6,500 of them small
        "cpu": {"width": 48, "depth": 1, "minutes": 98.0, "steps": 100_000, "small_steps": 6500, "muon_lr": 0.02},
        # 0.3 M parameters, with snapshots; 6 minutes on one core (AVX512-BF16), 900 steps
        "small": {"size": 96, "width": 16, "minutes": 6.0, "steps": 100_000, "snapshots": True, "save_every": 2000},
        # ResNet-18, 11.2 M parameters; not yet timed on a GPU, so the clock ends it
        "gpu": {"width": 64, "depth": 2, "batch": 512, "lr": 3e-3, "minutes": 27.0, "steps": 60_000},
    }

    name: str = "photos"
    steps: int = 6000
    batch: int = 128
    lr: float = 2e-3
    also: str = ""
    size: int = 64
    small_steps: int = 0
    width: int = 48
    depth: int = 1
    stem_stride: int = 2
    whiten: bool = False
    augment: bool = True
    min_crop: float = 0.35
    reencode: float = 0.3
    jpeg: int = 0
    rim: bool = False


RECIPE = RotationRecipe
WHITENED = 512  # pictures whose patches the stem's whitening is computed from


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(RotationRecipe, argv)
    data = pictures.load(recipe.data, "train", size=recipe.size, root=recipe.root, limit=512 if recipe.smoke else 0)
    images = OnDevice(data.images)
    model = build(recipe, data.images)
    small = dataclasses.replace(recipe, size=recipe.size * 3 // 4)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        batch = images.take(rows, rng.device)
        return batch_loss(network, batch, rng, small if number < recipe.small_steps else recipe) | {"ids": rows}

    result = loop.train(recipe, model, loss, method="rotation")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="rotation",
        data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure,
        evaluate=evaluate,
        describe=gallery.describe,
        notes="Accuracy over all four turns of every test picture; chance is 0.25. Re-encoded: resized to 0.9, JPEG "
        "quality 75, and back. Cropped: the middle 0.8 of each side, enlarged."
        + (probes.NOTES if "cifar10" in recipe.data else ""),
    )


def build(recipe: RotationRecipe, images: Tensor) -> RotationNet:
    """The network of a recipe; `images` (N, 3, S, S) uint8 are those whose patches a whitened stem is computed from."""
    with loop.seeded(recipe.seed):
        widths = tuple(recipe.width * 2**stage for stage in range(4))
        model = RotationNet(Config(recipe.size, widths, (recipe.depth,) * 4, recipe.stem_stride))
        if recipe.whiten:
            some = images[:: max(1, len(images) // WHITENED)]
            whiten(model.encoder, some.float() / 255, generator(recipe.seed))
    return model


def batch_loss(network: nn.Module, images: Tensor, rng: torch.Generator, recipe: RotationRecipe) -> dict[str, Tensor]:
    """Loss and accuracy of a batch of bytes (B, 3, S, S), augmented and turned at random."""
    batch, turns = make_batch(images, rng, recipe)
    logits = network(batch).logits
    right = (logits.argmax(1) == turns).float().mean()
    return {"loss": pretext.turn_loss(logits.float(), turns), "accuracy": right}


def make_batch(images: Tensor, rng: torch.Generator, recipe: RotationRecipe) -> tuple[Tensor, Tensor]:
    """Augment bytes (B, 3, S, S), then turn each: pictures (B, 3, size, size) in [0, 1] and turns (B,)."""
    x = images.float() / 255
    if recipe.augment:
        x = augment.random_resized_crop(x, recipe.size, rng, scale=(recipe.min_crop, 1.0))
        x = augment.horizontal_flip(x, rng)
        x = augment.colour_jitter(x, rng, strength=0.3, share=0.5)
        x = augment.greyscale(x, rng, share=0.1)
        x = augment.gaussian_blur(x, rng, sigma=(0.1, 1.0), share=0.3)
        x = augment.reencode(x, rng, share=recipe.reencode)
    if recipe.jpeg:
        x = jpeg.simulate(x, torch.full((len(x),), recipe.jpeg, device=x.device))
    turns = torch.randint(0, 4, (len(x),), generator=rng, device=rng.device)
    return (pretext.turn_with_rim if recipe.rim else pretext.turn)(x, turns), turns


def measure(checkpoint: Checkpoint, recipe: RotationRecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: each set as it is, re-encoded and cropped; linear probes where there are labels."""
    found, limit = {}, SMOKE_ITEMS if recipe.smoke else 0
    for spec in "+".join(filter(None, [recipe.data, recipe.also])).split("+"):
        for change in perturbations.CHANGES:
            name = spec if change == "none" else f"{spec}, {change}"
            found[name] = evaluate(checkpoint, spec, root=recipe.root, change=change, limit=limit)
    if "cifar10" in recipe.data.split("+"):
        found |= probes.measure(checkpoint, "cifar10", root=recipe.root, limit=512 if recipe.smoke else 0)
    return found


@torch.inference_mode()
def evaluate(
    checkpoint: Checkpoint,
    spec: str,
    *,
    root: str = "data",
    change: perturbations.Change = "none",
    chunk: int = 256,
    limit: int = 0,
) -> dict[str, float]:
    """Accuracy over all four turns of every picture of a test split or folder.

    Args:
        checkpoint: with a RotationNet.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.
        change: what is done to each picture before it is turned; see `perturbations.apply`.
        chunk: pictures per forward pass.
        limit: at most so many pictures of a set; 0 takes all.

    Returns:
        {"accuracy": share of correct answers, "chance": 0.25, "n": number of pictures, each tested in four turns}.
    """
    model = cast(RotationNet, checkpoint.model)
    data = pictures.load(spec, "test", size=model.config.size, root=root, limit=limit)
    right = 0
    for part in data.images.split(chunk):
        turned, turns = pretext.all_turns(perturbations.apply(part.float() / 255, change).to(checkpoint.device))
        right += int((model(turned).logits.argmax(1) == turns).sum())
    return {"accuracy": right / (4 * len(data.images)), "chance": pretext.CHANCE_LEVEL, "n": len(data.images)}


if __name__ == "__main__":
    main()
