"""`python -m tests.cuda.asking`: every main question of the page and two passes of every recipe, on CUDA.

A process of its own, since what is loaded for CUDA stays loaded. Prints one line of JSON: name -> what went wrong.
With a GPU all is real and recipes run their smoke test; without one `pretend` watches the devices, and a plain loop
stands in for Accelerate's.
"""

import contextlib
import importlib
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import torch
from torch import nn

from core import checkpoints, device
from core.errors import PretextError
from core.training import loop, runs
from core.training.loop import Loss, Result
from core.training.recipe import Recipe
from tests.bench.test_speed import QUESTIONS
from tests.core import film_set
from tests.cuda.fake_cuda import CUDA, on_cuda

PASSES = 2
GAN = "--data emoji --width 6 --critic-width 6 --latent 8 --batch 4"
TEXT = "--data folder:texts --width 16 --layers 1 --heads 2 --vocabulary 300"
RECIPES = {
    "rotation": "--data emoji --width 4 --batch 16 --size 32",
    "contrastive": "--data emoji --width 8 --stages 2 --batch 16 --size 16 --hidden 16",
    "contrastive: moco": "--data emoji --method moco --width 8 --stages 2 --batch 16 --size 16 --hidden 16",
    "vae": "--data emoji --hidden 16 --latent 5 --batch 8",
    "vqvae": "--data emoji --width 8 --batch 4",
    "vqvae: gaussian": "--data emoji --bottleneck gaussian --width 8 --batch 4",
    "gan": GAN,
    "generation: rotation": f"{GAN} --arm rotation",
    "generation: contrastive": f"{GAN} --arm contrastive",
    "generation: references": f"{GAN} --arm references",
    "masked": "--data emoji --batch 8 --width 32 --depth 1",
    "language": f"{TEXT} --tokens bytes --context 32",
    "bert": f"{TEXT} --context 16 --batch 2",
    "audio": "--data folder:sounds --batch 4 --width 32 --depth 1 --stem 8 --window 24",
    "recommendation": "--data folder:films --least 1 --context 8 --width 16",
}


def train(recipe: Recipe, model: nn.Module, loss: Loss, *, method: str) -> Result:
    """Two passes forward and back as `core.training.loop.train` asks for them, with snapshots before and after."""
    folder = runs.open_folder(recipe, method)
    model.to(CUDA).train()
    for number in range(PASSES):
        losses = loss(model, number, device.generator(recipe.seed, number, device=CUDA))
        losses["loss"].backward()
        loop._check_finite(losses, number)
        if recipe.snapshots:
            loop._snap(folder, model, number / (PASSES - 1))
    (folder / "metrics.jsonl").touch()
    model.eval()
    return Result(folder, PASSES, 1.0, str(CUDA), "", False)


def prepare(folder: Path) -> None:
    """Small sets of texts, sounds and films."""
    (folder / "texts").mkdir()
    (folder / "texts" / "tale.txt").write_text("The ship went out to sea and the captain stood on the deck. " * 60)
    shutil.copytree(checkpoints.TREE / "assets" / "sounds", folder / "sounds")
    film_set.write(folder / "films")


def learn(name: str) -> None:
    """Run a recipe as from the command line, up to its checkpoint and card."""
    method, _, kind = name.partition(": ")
    flags = ["--smoke", "--snapshots", "--device", "cuda", "--name", kind or method, *RECIPES[name].split()]
    importlib.import_module(f"core.{method}.train").main(flags)


def went_wrong(ask: Callable[[], object]) -> str:
    """What an error says and the last of the project's lines that it passed; "" without one."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            ask()
    except (PretextError, RuntimeError, TypeError, ValueError, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f"{frame.filename}:{frame.lineno}" for frame in frames if f"{os.sep}core{os.sep}" in frame.filename]
        return f"{type(error).__name__}: {error} ({', '.join(ours[-2:])})"
    return ""


def main() -> None:
    """Ask all, print what went wrong."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(name))
        prepare(Path(name))
        stack.enter_context(on_cuda())
        for network in ("inception", "efficientnet"):
            stack.enter_context(mock.patch(f"core.generation.evaluation.{network}.is_here", return_value=False))
        if not torch.cuda.is_available():
            stack.enter_context(mock.patch.object(loop, "train", train))
        found = {question: went_wrong(ask) for question, ask in QUESTIONS.items()}
        found |= {recipe: went_wrong(lambda recipe=recipe: learn(recipe)) for recipe in RECIPES}  # type: ignore[misc]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
