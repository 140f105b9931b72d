"""The recipe: `python -m core.gan.train --data cifar10 --root FOLDER --preset cpu`.

Left out on purpose: several discriminator steps per generator step, and separate learning rates. At a few thousand
steps both cost more time than they gain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from core.data import diff_augment, pictures
from core.data.augment import horizontal_flip
from core.data.batches import OnDevice, indices
from core.gan import pretext, reference_stats
from core.gan.evaluation import NOTES, evaluate, measure
from core.gan.model import Config, Generator, untrained
from core.nn.gan_game import Game
from core.training import loop, runs
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse


@dataclass(frozen=True, kw_only=True)
class GANRecipe(Recipe):
    """Train a generator against a discriminator on pictures of 32 pixels.

    Attributes:
        latent: length of the noise vector.
        width: channels of the generator's largest maps; its smaller maps have more.
        discriminator_width: channels of the discriminator's first block; later blocks have more.
        momentum: weight of the old average in each update of the averaged generator.
        augment: differentiable augmentation of the discriminator's inputs: "colour", "shift", "cutout", joined by
            "+", or "none".
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 0.5 M parameters and a discriminator of 0.6 M; 25 minutes on one core (AVX512-BF16), 4,550 steps
        "cpu": {"minutes": 25.0, "steps": 100_000, "snapshots": True},
        # 1.7 M and 2.5 M; not yet timed on a GPU, so it stops after a fixed time
        "gpu": {
            "minutes": 9.0,
            "steps": 40_000,
            "width": 96,
            "discriminator_width": 96,
            "augment": "colour+shift+cutout",
        },
    }

    name: str = "cifar10"
    steps: int = 3000
    batch: int = 32
    lr: float = 5e-4
    weight_decay: float = 0.0
    beta1: float = 0.0
    beta2: float = 0.9
    warmup: float = 0.01
    clip: float = 1000.0
    latent: int = 64
    width: int = 48
    discriminator_width: int = 48
    momentum: float = 0.995
    augment: str = "none"


RECIPE = GANRecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set and write the checkpoint; returns its folder."""
    recipe = parse(GANRecipe, argv)
    policies = policies_of(recipe)
    limit = 512 if recipe.smoke else 0
    config = config_of(recipe)
    images = OnDevice(pictures.load(recipe.data, "train", size=config.size, root=recipe.root, limit=limit).images)
    generator, discriminator = untrained(config, recipe.seed)
    game = Game(generator, discriminator, momentum=recipe.momentum)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        if number % recipe.accumulate == 0:  # once per step of this process
            game.update_average()
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        real = horizontal_flip(images.take(rows, rng.device).float() / 255, rng)
        noise = torch.randn(len(real), recipe.latent, generator=rng, device=rng.device)
        draws = diff_augment.draw(len(real), rng)
        output = network(real, noise, lambda shown: diff_augment.apply(shown, draws, policies))
        found = pretext.losses(output)
        parts = {"discriminator": found.discriminator, "generator": found.generator, "accuracy": found.accuracy}
        return {"loss": found.total, "ids": rows, **parts}

    result = loop.train(recipe, game, loss, method="gan")
    runs.keep_part(result.folder, "average")
    game.eval()
    average = cast(Generator, game.average).requires_grad_(True)  # the card counts what was trained
    return write_checkpoint(
        recipe,
        result,
        average,
        method="gan",
        data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure,
        evaluate=evaluate,
        notes=NOTES,
        extra=reference_stats.gather(average, discriminator, recipe.data, recipe.root, limit),
    )


def policies_of(recipe: GANRecipe) -> tuple[str, ...]:
    """The names in `augment`; exits with a sentence if one is unknown."""
    named = () if recipe.augment == "none" else tuple(recipe.augment.split("+"))
    if set(named) - set(diff_augment.POLICIES):
        raise SystemExit(f"--augment is none, or some of {'+'.join(diff_augment.POLICIES)}, not {recipe.augment}.")
    return named


def config_of(recipe: GANRecipe) -> Config:
    """The architecture of a recipe: more channels where maps are smaller."""
    w, c = recipe.width, recipe.discriminator_width
    return Config(32, recipe.latent, (w * 8 // 3, 2 * w, w * 4 // 3, w), (c, c * 4 // 3, c * 8 // 3, c * 8 // 3))


if __name__ == "__main__":
    main()
