"""Short live runs for tests: on 64 painted pictures of two classes, four of them held out, or on one small text."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from core.training import live
from core.training.live import Update

SHADES = {"dark": 60, "light": 190}
FEATURES = {"spread", "rank", "knn", "chance_knn"}
CHANCE = {"chance_loss", "chance_accuracy"}
ALWAYS = {"step", "elapsed_s", "loss", "seen_loss", "held_out_loss", "items_per_s"}


class Watched(NamedTuple):
    """The checkpoint of a run, and what it reported."""

    checkpoint: Path
    updates: list[Update]

    @property
    def rows(self) -> list[dict[str, float]]:
        return [update.row for update in self.updates]


def paint(folder: Path, count: int = 64, side: int = 32) -> str:
    """Pictures of noise around a shade, half of them in each class; the name of the data."""
    rng = np.random.default_rng(0)
    for number in range(count):
        name = ("dark", "light")[number * 2 // count]
        picture = (SHADES[name] + rng.integers(-60, 61, (side, side, 3))).clip(0, 255).astype(np.uint8)
        (folder / name).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / name / f"{number:02}.png")
    return f"folder:{folder}"


def watch(method: str, data: str, folder: Path, steps: int = 3, **changes: Any) -> Watched:
    """Train for some steps in `folder`; goes on from the run that is there."""
    folder.mkdir(exist_ok=True)
    small: dict[str, Any] = {"data": data, "resume": str(folder), "steps": steps, "minutes": 0.0}
    recipe = live.usual(method, **{**small, "device": "cpu", "bf16": False, **changes})
    updates: list[Update] = []
    return Watched(live.run(method, recipe, updates.append, lambda: False), updates)
