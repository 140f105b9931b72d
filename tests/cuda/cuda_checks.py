"""`python -m tests.cuda.cuda_checks`: main questions and two steps of recipes on CUDA, one per line of stdin.

A process of its own, since what is loaded for CUDA stays loaded. Each name read is answered by one line on stdout: what
went wrong, as JSON, "" if nothing did. With a GPU all is real and recipes run their smoke test; without one `fake_cuda`
watches the devices, and a plain loop replaces Accelerate's. The bundled emoji and sounds are thinned out: devices do
not depend on how many there are.
"""

import contextlib
import functools
import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import torch
from torch import nn

from core import device
from core.data import bundled
from core.errors import PretextError
from core.training import loop, runs
from core.training.loop import Loss, Result
from core.training.recipe import Recipe
from tests.bench.questions import QUESTIONS
from tests.core import small_recipes
from tests.cuda.fake_cuda import CUDA, on_cuda

STEPS = 2
EVERY_EMOJI, EVERY_SOUND = 7, 10  # one of so many bundled ones is kept


def train(recipe: Recipe, model: nn.Module, loss: Loss, *, method: str) -> Result:
    """Two steps forward and back as `core.training.loop.train` asks for them, with a snapshot of each."""
    folder = runs.open_folder(recipe, method)
    model.to(CUDA).train()
    for number in range(STEPS):
        losses = loss(model, number, device.generator(recipe.seed, number, device=CUDA))
        losses["loss"].backward()
        loop._check_finite(losses, number)
        if recipe.snapshots:
            loop._snap(folder, model, number / 100)
    (folder / "metrics.jsonl").touch()
    model.eval()
    return Result(folder, STEPS, 1.0, str(CUDA), "", False)


def learn(name: str) -> None:
    """Run a recipe as from the command line, up to its checkpoint and card."""
    flags = [*small_recipes.flags_of(name, tiny=True), "--snapshots", "--device", "cuda"]
    importlib.import_module(f"core.{name.partition(':')[0]}.train").main(flags)


def checks() -> dict[str, Callable[[], object]]:
    """Everything that can be asked, by name."""
    return QUESTIONS | {name: functools.partial(learn, name) for name in small_recipes.RECIPES}


def went_wrong(ask: Callable[[], object]) -> str:
    """What an error says and the last lines of core/ in its trace; "" without one."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            ask()
    except (PretextError, RuntimeError, TypeError, ValueError, LookupError, AttributeError, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f"{frame.filename}:{frame.lineno}" for frame in frames if f"{os.sep}core{os.sep}" in frame.filename]
        return f"{type(error).__name__}: {error} ({', '.join(ours[-2:])})"
    return ""


@contextlib.contextmanager
def fewer_media() -> Iterator[None]:
    """Inside, one in seven of the emoji and one in ten of the sounds."""
    emoji, sounds = bundled.emoji_gallery(), bundled.sounds()
    few = replace(
        emoji,
        images=emoji.images[::EVERY_EMOJI],
        chars=emoji.chars[::EVERY_EMOJI],
        names=emoji.names[::EVERY_EMOJI],
        groups=emoji.groups[::EVERY_EMOJI],
    )
    with (
        mock.patch.object(bundled, "emoji_gallery", return_value=few),
        mock.patch.object(bundled, "sounds", return_value=sounds[::EVERY_SOUND]),
        mock.patch.object(bundled, "media_digest", return_value="of fewer"),  # features are computed here, on CUDA
    ):
        yield


def main() -> None:
    """Answer name by name, until stdin ends."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(name))
        small_recipes.write_data(Path(name), every_sound=EVERY_SOUND)
        stack.enter_context(fewer_media())
        stack.enter_context(on_cuda())
        for network in ("inception", "efficientnet"):
            stack.enter_context(mock.patch(f"core.generation.evaluation.{network}.is_here", return_value=False))
        if not torch.cuda.is_available():
            stack.enter_context(mock.patch.object(loop, "train", train))
        found = checks()
        for line in sys.stdin:
            print(json.dumps(went_wrong(found[line.strip()])), flush=True)


if __name__ == "__main__":
    main()
