"""The recipe of one arm: `python -m core.generation.train --arm rotation --data cifar10 --root FOLDER --preset cpu`.

`core.generation.study` runs it for every arm and seed. All arms have the same pictures, batches, noise, number of steps
and generator; with references the generator has one more module. The record reports the parameters and time that an arm
adds. Left out on purpose: DiffAugment and tuning, because either would favour one arm.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

import torch
from accelerate import PartialState
from safetensors.torch import save
from torch import Tensor, nn

from core import checkpoints, device
from core.data.augment import horizontal_flip
from core.data.batches import OnDevice, indices
from core.generation import datasets, pretext, references
from core.generation.evaluation import MOMENTS, NOTES, PICTURES, RESULTS, SETS, SHIPPED, evaluate, measure
from core.generation.model import Config, Generator, References, untrained
from core.snapshots import SNAPSHOTS
from core.training import loop, runs
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

SHIPPED_REFERENCES = 512  # training pictures whose references ship, as input of the page's generators


@dataclass(frozen=True, kw_only=True)
class GenerationRecipe(Recipe):
    """Train one arm of the study on pictures of 32 pixels.

    Attributes:
        arm: "plain", "rotation", "contrastive", "references", "untrained" or "mean"; see `pretext`.
        pictures: at most so many of each set's training split, evenly spread.
        flip: mirror half of the real pictures; not for digits.
        latent: length of the noise vector.
        width: channels of the generator's largest maps; its smaller maps have more.
        discriminator_width: channels of the discriminator's first block; later blocks have more.
        neighbours: number of references per picture.
        momentum: weight of the old average in each update of the averaged generator.
        ship: write the checkpoint into assets; the record is written in any case.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 0.16 M parameters, 0.24 or 0.27 M with references, and a discriminator of 0.15 to 0.17 M; 3 to 11 minutes on
        # one core (AVX512-BF16)
        "cpu": {"steps": 1_500, "log_every": 25},
        # 1.7 to 2.0 M and 2.5 M; not yet timed on a GPU, so it stops after a fixed time, and arms differ in steps
        "gpu": {"minutes": 9.0, "steps": 20_000, "width": 96, "discriminator_width": 96, "batch": 64, "log_every": 100},
    }

    arm: str = "plain"
    name: str = ""
    steps: int = 1_500
    batch: int = 32
    lr: float = 5e-4
    weight_decay: float = 0.0
    beta1: float = 0.0
    beta2: float = 0.9
    warmup: float = 0.01
    clip: float = 1000.0
    pictures: int = PICTURES
    flip: bool = True
    latent: int = 64
    width: int = 24
    discriminator_width: int = 24
    neighbours: int = 5
    momentum: float = 0.995
    ship: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.arm)  # frozen; the checkpoint is called after its arm


RECIPE = GenerationRecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure, and write the record and the checkpoint; returns the checkpoint's folder."""
    recipe = parse(GenerationRecipe, argv)
    config, limit = config_of(recipe), 512 if recipe.smoke else recipe.pictures
    images = OnDevice(datasets.load(recipe.data, "train", root=recipe.root, limit=limit))
    generator, discriminator = untrained(config, recipe.seed)
    game = pretext.StudyGame(generator, discriminator, momentum=recipe.momentum)
    known = references.library(config, recipe.data, recipe.root, limit, device.pick(recipe.device))
    if known is not None:
        for network in (game.generator, game.average):
            cast(References, network.reader).fit(known.features)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        if number % recipe.accumulate == 0:  # once per step of this process
            game.update_average()
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        noise = torch.randn(len(rows), recipe.latent, generator=rng, device=rng.device)
        real = images.take(rows, rng.device).float() / 255
        real = horizontal_flip(real, rng) if recipe.flip else real
        described = None if known is None else known.take(rows).to(rng.device)
        view = pretext.second_view(rng) if config.pretext == "contrastive" else None
        found = pretext.losses(network(real, noise, described, view))
        parts = {"discriminator": found.discriminator, "generator": found.generator, "accuracy": found.accuracy}
        return {"loss": found.total, "ids": rows, **parts, "task": found.task}

    result = loop.train(recipe, game, loss, method="generation")
    runs.keep_part(result.folder, "average")
    _drop_snapshots(result.folder)
    game.eval()
    average = cast(Generator, game.average).requires_grad_(True)  # the card counts what was trained
    folder = write_checkpoint(
        recipe,
        result,
        average,
        method="generation",
        data=f"{recipe.data}, {len(images):,} pictures of the training split",
        measure=measure,
        evaluate=evaluate,
        notes=NOTES,
        extra={} if known is None else {references.FILE: save(known.thinned(SHIPPED_REFERENCES).packed())},
        ship=recipe.ship,
    )
    if PartialState().is_main_process:  # the others write no card
        record(recipe, result.folder)
    return folder


def config_of(recipe: GenerationRecipe) -> Config:
    """The architecture of an arm; exits with a sentence if there is no such arm."""
    if recipe.arm not in pretext.ARMS:
        raise SystemExit(f"--arm is one of {', '.join(pretext.ARMS)}, not {recipe.arm}.")
    w, c = recipe.width, recipe.discriminator_width
    return Config(
        latent=recipe.latent,
        widths=(w * 8 // 3, 2 * w, w * 4 // 3, w),
        discriminator_widths=(c, c * 4 // 3, c * 8 // 3, c * 8 // 3),
        encoder={"references": "trained", "mean": "trained", "untrained": "untrained"}.get(recipe.arm, ""),
        references=recipe.neighbours,
        attend=recipe.arm != "mean",
        pretext=recipe.arm if recipe.arm in ("rotation", "contrastive") else "",
    )


def _drop_snapshots(run: Path) -> None:
    """Delete the snapshots of a run except those of MOMENTS."""
    if PartialState().is_main_process:
        for percent in set(SNAPSHOTS) - set(MOMENTS):
            (run / "snapshots" / checkpoints.snapshot_file(percent)).unlink(missing_ok=True)


def name_for(data: str, arm: str, seed: int) -> str:
    """The checkpoint name of a run: its arm, with the set and the seed if they are not the first."""
    name = arm if data == SETS[0] else f"{data}-{arm}"
    return name if seed == SHIPPED else f"{name}-{seed}"


def record(recipe: GenerationRecipe, run: Path) -> Path:
    """Copy a run's card and log to assets/results/generation/SET/ARM-SEED, where the report reads them.

    A smoke run, or one with another set or name than the study's, keeps them in its own folder.
    """
    ours = recipe.data in SETS and recipe.name == name_for(recipe.data, recipe.arm, recipe.seed)
    folder = (RESULTS / recipe.data if ours and not recipe.smoke else run) / f"{recipe.arm}-{recipe.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    card = json.loads((run / "checkpoint" / checkpoints.CARD).read_text(encoding="utf-8"))
    checkpoints.write_whole(folder / "run.json", (json.dumps(card, indent=1) + "\n").encode())
    checkpoints.write_whole(folder / "metrics.jsonl", (run / "metrics.jsonl").read_bytes())
    return folder


if __name__ == "__main__":
    main()
