"""A recipe small enough to train in a test, in this process or in one of its own (see `processes`)."""

import os
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data.batches import indices
from core.device import generator
from core.training import loop
from core.training.recipe import Recipe, parse

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class ToyRecipe(Recipe):
    """A recipe of one more field of each type. A second line that no help text needs."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {"large": {"depth": 8, "lr": 0.5, "mirror": True}}

    name: str = "toy"
    ratio: float = 0.75
    depth: int = 2
    mirror: bool = False
    noise: float = 0.1
    norm: bool = True
    die_at: int = -1
    nan_at: int = -1
    file_limit: int = 0


@dataclass(frozen=True)
class ToyConfig:
    """Width, and whether there is a norm with running statistics."""

    width: int = 6
    norm: bool = True


class Toy(nn.Module):
    """A convolution, a norm with running statistics and a head."""

    config_class = ToyConfig

    def __init__(self, config: ToyConfig) -> None:
        super().__init__()
        self.config = config
        with torch.random.fork_rng():
            torch.random.set_rng_state(generator(3).get_state())
            norm = nn.BatchNorm2d(config.width) if config.norm else nn.Identity()
            self.net = nn.Sequential(nn.Conv2d(3, config.width, 3), norm, nn.ReLU())
            self.head = nn.Linear(config.width, 2)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 2)."""
        scores: Tensor = self.head(self.net(images).mean((2, 3)))
        return scores


IMAGES = torch.rand(40, 3, 8, 8, generator=generator(1))
LABELS = (IMAGES[:, 0].mean((1, 2)) > IMAGES[:, 1].mean((1, 2))).long()
SHORT = ToyRecipe(
    data="x", steps=20, batch=16, lr=0.02, device="cpu", bf16=False, save_every=5, warmup=0.1, weight_decay=0.1
)


def run(recipe: ToyRecipe, until: int = 10**9) -> tuple[list[float], Toy, loop.Result | None]:
    """Train a toy, until a step if `until` is given; its losses, the model, and the result of a finished run."""
    model, losses = Toy(ToyConfig(norm=recipe.norm)), []

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        if number == until:
            raise KeyboardInterrupt
        if number == recipe.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        rows = indices(len(IMAGES), recipe.batch, number, recipe.seed)
        noise = torch.randn(recipe.batch, 3, 8, 8, generator=rng)
        cost = F.cross_entropy(network(IMAGES[rows] + recipe.noise * noise), LABELS[rows])
        cost = cost * (torch.nan if number == recipe.nan_at else 1.0)
        losses.append(cost.item())
        return {"loss": cost, "twice": 2 * cost, "ids": rows}

    try:
        return losses, model, loop.train(recipe, model, loss, method="toys")
    except KeyboardInterrupt:
        return losses, model, None


def main() -> None:
    """Train as the command line says."""
    asked = parse(ToyRecipe)
    if asked.file_limit:  # a disk that takes no file larger than this
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked.file_limit, asked.file_limit))
    run(asked)
