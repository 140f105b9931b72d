"""A run's folder, runs/<method>/<name>/<time>/: its recipe, metrics as JSON lines, and states to go on from.

A state is written under a temporary name, flushed to the disk and renamed, so that a kill or a full disk at any moment
leaves the last one whole; the last two are kept. Going on from a state cuts the metrics back to it, so the log of a
resumed run reads as if nothing had happened.
"""

import dataclasses
import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import torch
from accelerate import PartialState
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from core import checkpoints
from core.training.recipe import Recipe

PLAIN_REPORT_EVERY = 10  # lines of the log for one line on an output that is no terminal


def open_folder(recipe: Recipe, method: str) -> Path:
    """The folder to resume, or a new one named after the time, with recipe.json inside."""
    if recipe.resume:
        return Path(recipe.resume)
    parent, stamp = Path("runs") / method / recipe.name, time.strftime("%Y%m%d-%H%M%S")
    parent.mkdir(parents=True, exist_ok=True)
    folder, again = parent / stamp, 1
    while folder.exists():  # two runs within one second
        folder, again = parent / f"{stamp}-{again}", again + 1
    folder.mkdir()
    checkpoints.write_whole(folder / "recipe.json", json.dumps(dataclasses.asdict(recipe), indent=2).encode())
    return folder


def steps(recipe: Recipe, first: int, shown: bool) -> Iterator[int]:
    """The steps that are left, behind a progress bar if `shown` and the output is a terminal."""
    terminal = shown and sys.stderr.isatty()
    yield from tqdm(range(first, recipe.steps), initial=first, total=recipe.steps, disable=not terminal)


class Stop(Exception):
    """An observer ends the run; what was learned until then is its result."""


class Observer(Protocol):
    """Looks at a run from outside, such as the page that shows it live."""

    def measure(self, step: int, spent_s: float) -> dict[str, float] | None:
        """What is to be logged beside this step's loss, measured before it is taken; None on most steps; may `Stop`."""

    def report(self, step: int, spent_s: float, metrics: dict[str, float]) -> None:
        """Gets every line of the log."""


class NoLog:
    """What the other processes of a run have in place of a log."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def measure(self, step: int, spent_s: float) -> dict[str, float] | None:
        """Nothing."""

    def report(self, step: int, elapsed_s: float, metrics: dict[str, float]) -> None:
        """Write nothing."""


class Log(NoLog):
    """Metrics of a run: metrics.jsonl, a line of it now and then on a plain output, and trackio where it is installed.

    Numbers are written with all their digits: two runs that agree to the last bit have equal logs.
    """

    def __init__(self, folder: Path, recipe: Recipe, method: str, first: int, observer: Observer | None = None) -> None:
        self.observer = observer
        path = folder / "metrics.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
        kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] < first]
        checkpoints.write_whole(path, "".join(kept).encode())
        self.file = path.open("a", encoding="utf-8")
        self.written = 0
        self.curves: Any = None
        if not recipe.smoke and importlib.util.find_spec("trackio") is not None:
            import trackio

            run = {"project": f"pretext-{method}", "name": f"{recipe.name}-{folder.name}", "resume": "allow"}
            trackio.init(**run, config=dataclasses.asdict(recipe))
            self.curves = trackio

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()
        if self.curves is not None:
            self.curves.finish()

    def measure(self, step: int, spent_s: float) -> dict[str, float] | None:
        """What the observer measures at this step, if there is one."""
        return self.observer.measure(step, spent_s) if self.observer is not None else None

    def report(self, step: int, elapsed_s: float, metrics: dict[str, float]) -> None:
        """Write one line: {"step", "elapsed_s", ...}."""
        line = {"step": step, "elapsed_s": round(elapsed_s, 1), **metrics}
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        if self.curves is not None:
            self.curves.log(metrics, step=step)
        if self.written % PLAIN_REPORT_EVERY == 0 and not sys.stderr.isatty():
            print(" ".join(f"{key} {value:.5g}" for key, value in line.items()), flush=True)
        self.written += 1
        if self.observer is not None:
            self.observer.report(step, elapsed_s, metrics)


@dataclass(frozen=True)
class State:
    """How far a run has come: steps taken and seconds spent."""

    step: int = 0
    spent_s: float = 0.0


def save_state(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, state: State) -> None:
    """Write model, optimizer and progress to state-<step>; keeps the last two states.

    Raises:
        OSError, SafetensorError: the disk is full; what was written before stays whole.
    """
    part = folder / "state.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    moments = {
        f"{index}.{key}": still(value)
        for index, entry in optimizer.state_dict()["state"].items()
        for key, value in entry.items()
    }
    save_file({k: still(v) for k, v in model.state_dict().items()}, part / "model.safetensors")
    save_file(moments, part / "optimizer.safetensors")
    (part / "state.json").write_text(json.dumps(dataclasses.asdict(state)))
    for file in part.iterdir():
        _flush(file)
    os.replace(part, folder / f"state-{state.step:08d}")
    _flush(folder)
    for old in sorted(folder.glob("state-*"))[:-2]:
        shutil.rmtree(old)


def restore_state(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> State:
    """Read the newest state of a run into model and optimizer; a fresh State if there is none."""
    last = max(folder.glob("state-*"), default=None)
    if last is None:
        return State()
    model.load_state_dict(load_file(last / "model.safetensors"))
    entries: dict[int, dict[str, Tensor]] = {}
    for name, value in load_file(last / "optimizer.safetensors").items():
        index, key = name.split(".", 1)
        entries.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": entries, "param_groups": optimizer.state_dict()["param_groups"]})
    return State(**json.loads((last / "state.json").read_text()))


def keep_part(folder: Path, part: str) -> None:
    """Keep of each snapshot of a run only the submodule that ships, such as the query network or the average.

    Args:
        folder: of the run.
        part: name of the submodule in the module that was trained; snapshots without it stay as they are.
    """
    if PartialState().is_main_process:
        for path in (folder / "snapshots").glob("*.safetensors"):
            weights = load_file(path)
            kept = {name.removeprefix(f"{part}."): w for name, w in weights.items() if name.startswith(f"{part}.")}
            if kept:
                save_file(kept, path)


def still(tensor: Tensor) -> Tensor:
    """A copy on the CPU in plain memory order, which safetensors asks for."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, lie on the disk: a rename must not overtake what it names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
