"""A run that is watched: measured about once per second, with the same few examples before it and now.

A method's `live.py` makes a `Task` of a recipe: the network and loss of its `train.py`, and what to measure and show.
`run` trains it in the loop that every recipe uses. What a visitor may set is in `core/<method>/choices.py`.
"""

import dataclasses
import importlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core import checkpoints, device
from core.data import pictures
from core.data.batches import OnDevice, indices
from core.data.digits import Greys
from core.data.pictures import Pictures, Split
from core.device import generator
from core.downstream.neighbours import leave_one_out_accuracy
from core.downstream.spread import effective_rank, relative_std
from core.training import export, loop, runs
from core.training.recipe import Recipe, flags

Bytes = NDArray[np.uint8]
BatchLoss = Callable[[nn.Module, Tensor, torch.Generator, Any], dict[str, Tensor]]
Read = Callable[[Split], Pictures | Greys]
EXAMPLES = 4
MEASURED = 400  # pictures on which features are measured: a few hundredths of a second for these small networks
COMPARED = 64  # pictures of the training and of the held-out part on which the loss is compared
EVERY_S, COST_SHARE = 1.0, 0.15  # measure once per second, but spend no more than this share of the time on it
RAREST_S = 4.0  # unless it is that long ago; the first measurement takes longest
NEIGHBOURS = 10


@dataclass(frozen=True)
class Example:
    """One of the fixed examples as the network sees it now.

    Attributes:
        pictures: each (H, W, 3) uint8, such as the input and the output.
        value: how well it does, in the method's unit; NaN without one.
        text: what it wrote, for text.
    """

    pictures: tuple[Bytes, ...] = ()
    value: float = math.nan
    text: str = ""


@dataclass(frozen=True)
class Task:
    """What a method brings for one run.

    Attributes:
        model: the module that is trained.
        loss: see `loop.train`.
        measure: columns of the log beside the loss; called in eval mode, without gradients.
        show: the examples; called likewise.
        shipped: the part of `model` that becomes the checkpoint; it has a frozen `config`.
        data: the data and the part of it that is trained on, in words.
        extra: further files of the checkpoint, name -> content.
        items: pictures, or tokens of text, of one step.
        levels: what stays the same, such as "chance_loss" and "chance_accuracy", to compare the curves with.
    """

    model: nn.Module
    loss: loop.Loss
    measure: Callable[[], dict[str, float]]
    show: Callable[[], tuple[Example, ...]]
    shipped: nn.Module
    data: str
    extra: dict[str, bytes] = dataclasses.field(default_factory=dict)
    items: int = 0
    levels: dict[str, float] = dataclasses.field(default_factory=dict)


class Live(Protocol):
    """The module `core.<method>.live`."""

    def task(self, recipe: Any) -> Task:
        """The task of a recipe."""


@dataclass(frozen=True)
class Update:
    """What a run reports: a line of its curves, and its examples."""

    row: dict[str, float]
    examples: tuple[Example, ...]


def method(name: str) -> Live:
    """The live module of a method of this project."""
    found: Any = importlib.import_module(f"core.{name}.live")
    return found  # type: ignore[no-any-return]


def recipe_of(name: str, fields: Mapping[str, Any]) -> Recipe:
    """The recipe of a method with these fields."""
    found: Recipe = importlib.import_module(f"core.{name}.train").RECIPE(**fields)
    return found


def usual(name: str, **changes: Any) -> Recipe:
    """The recipe that the page offers for a method, with changes, such as one of its failures."""
    choices: Any = importlib.import_module(f"core.{name}.choices")
    return recipe_of(name, {**choices.CHOICES.usual, **changes})


def run(name: str, recipe: Recipe, report: Callable[[Update], None], stopped: Callable[[], bool]) -> Path:
    """Train in the folder `recipe.resume`, which is empty for a new run, and write the checkpoint there.

    Args:
        name: of the method.
        recipe: with `constant`, and the budget of the whole run in `minutes`.
        report: gets an update about every second, the last one when the run is over.
        stopped: asked before each step; the run ends if it says so.

    Returns:
        The folder of the checkpoint.
    """
    task = method(name).task(recipe)
    watch = Watch(task, report, stopped)
    begun = time.monotonic()
    try:
        result = loop.train(recipe, task.model, task.loss, method=name, observer=watch)
    except loop.DivergedError:
        watch.diverged()
        where = next(task.model.parameters()).device
        bf16 = device.computes_bf16(where) if recipe.bf16 is None else recipe.bf16
        spent_s, commit = time.monotonic() - begun, checkpoints.commit()
        result = loop.Result(Path(recipe.resume), watch.step, spent_s, device.describe(where), commit, bf16)
    else:
        watch.finish(result)
    return _write(name, recipe, task, result, watch.last)


class Watch:
    """The observer of a live run: measures and reports it, and ends it when nobody wants it any more."""

    def __init__(self, task: Task, report: Callable[[Update], None], stopped: Callable[[], bool]) -> None:
        self.task = task
        self.send = report
        self.stopped = stopped
        self.next_s = 0.0
        self.step, self.spent_s = 0, 0.0  # of the last report
        self.losses: list[dict[str, float]] = []  # since then
        self.means: dict[str, float] = {}  # of the losses before it
        self.measured: dict[str, float] | None = None
        self.examples: tuple[Example, ...] = ()
        self.last: dict[str, float] = {}

    def measure(self, step: int, spent_s: float) -> dict[str, float] | None:
        """Measure if it is time; see `runs.Observer`."""
        if self.stopped():
            raise runs.Stop
        self.measured = None
        if spent_s >= self.next_s:
            begun = time.monotonic()
            self._look()
            cost = time.monotonic() - begun
            self.next_s = spent_s + min(max(EVERY_S, cost / COST_SHARE), RAREST_S)
        return self.measured

    def report(self, step: int, spent_s: float, metrics: dict[str, float]) -> None:
        """Collect the losses of the steps; with a measurement, send their mean."""
        self.losses.append({key: value for key, value in metrics.items() if key not in (self.measured or {})})
        if self.measured is not None:
            self._send(step, spent_s)

    def finish(self, result: loop.Result) -> None:
        """The last measurement, of the trained network."""
        self._look()
        self._send(result.steps, result.wall_time_s)

    def diverged(self) -> None:
        """The loss of the last step was no number; nothing can be measured any more."""
        self.losses, self.measured = [{"loss": math.nan}], {}
        self._send(self.step + 1, self.spent_s)

    def _look(self) -> None:
        self.task.model.eval()
        with torch.inference_mode():
            self.measured, self.examples = self.task.measure() | self.task.levels, self.task.show()
        self.task.model.train()

    def _send(self, step: int, spent_s: float) -> None:
        if self.losses:  # none, if the run ended at a measurement
            self.means = {key: float(np.mean([line[key] for line in self.losses])) for key in self.losses[-1]}
        passed_s = spent_s - self.spent_s
        speed = {"items_per_s": (step - self.step) * self.task.items / passed_s} if passed_s > 0 else {}
        self.last = {"step": step, "elapsed_s": spent_s, **self.means, **(self.measured or {}), **speed}
        self.step, self.spent_s, self.losses = step, spent_s, []
        self.send(Update(self.last, self.examples))


def _write(name: str, recipe: Recipe, task: Task, result: loop.Result, last: dict[str, float]) -> Path:
    """The checkpoint with a card that says how, from what and with which figures it was trained."""
    folder = result.folder / "checkpoint"
    shared = dataclasses.replace(recipe, resume="", data=public(recipe.data), steps=result.steps, minutes=0.0)
    card = export.unmeasured(shared, result, task.shipped, method=name, data=task.data, notes=NOTES, argv=flags(shared))
    figures = {key: value for key, value in last.items() if math.isfinite(value)}
    card = dataclasses.replace(card, metrics={"last measurement of the live run": figures})
    checkpoints.save(folder, task.shipped, card, task.extra)
    return folder


NOTES = "Trained in the page. Figures are of the last second: knn is leave-one-out on pictures that were trained on."


def public(data: str) -> str:
    """A recipe's data without the place of a visitor's files."""
    return "folder:PATH" if data.startswith("folder:") else data


@dataclass(frozen=True)
class PictureData:
    """The pictures of a run, as bytes.

    Attributes:
        train, held_out: (N, ...) and (M, ...), all pictures but every twentieth, and these.
        measured, labels: evenly spread pictures of the training part and their labels, to measure features on.
        shown: the first EXAMPLES of the held-out part, evenly spread.
    """

    train: Tensor
    held_out: Tensor
    measured: Tensor
    labels: Tensor
    shown: Tensor


def load(read: Read, measured: int = MEASURED) -> PictureData:
    """The pictures of a run; `read` gives those of a split, with their labels."""
    train, held_out = read("train"), read("val")
    return PictureData(
        train=train.images,
        held_out=held_out.images,
        measured=evenly(train.images, measured),
        labels=evenly(train.labels, measured),
        shown=evenly(held_out.images, EXAMPLES)[:EXAMPLES],
    )


def load_pictures(recipe: Any, measured: int = MEASURED) -> PictureData:
    """The colour pictures of a recipe with `data`, `size` and `root`."""
    return load(lambda split: pictures.load(recipe.data, split, size=recipe.size, root=recipe.root), measured)


def on_batches(train: Tensor, recipe: Any, batch_loss: BatchLoss) -> loop.Loss:
    """The loss of each step from that of a batch of bytes, on the recipe's order of the training part."""
    images = OnDevice(train)

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        return batch_loss(network, images.take(rows, rng.device), rng, recipe) | {"ids": rows}

    return loss


def trained_on(data: str) -> str:
    """The data of a run in words, for its card."""
    return f"{public(data)}, all pictures but every 20th"


def evenly(items: Tensor, most: int) -> Tensor:
    """At most so many rows, evenly spread."""
    return items[:: max(1, -(-len(items) // most))]


def features_columns(features: Tensor, labels: Tensor) -> dict[str, float]:
    """Spread and effective rank of features (N, D), and k-NN accuracy where the labels (N,) have two classes or more.

    Returns:
        {"spread", "rank", "knn", "chance_knn"}; each item is judged by its neighbours among the others; chance
        is to name the most frequent label always.
    """
    found = {"spread": relative_std(features), "rank": effective_rank(features)}
    if len(labels.unique()) > 1:
        found["chance_knn"] = float(labels.bincount().max()) / len(labels)
        found["knn"] = leave_one_out_accuracy(features, labels, k=min(NEIGHBOURS, len(features) - 1))
    return found


def compared_losses(
    loss: Callable[[Tensor, torch.Generator], Tensor], seen: Tensor, held_out: Tensor, where: torch.device
) -> dict[str, float]:
    """The loss on as many items of the training part as of the held-out part, with the same random numbers.

    Returns:
        {"seen_loss", "held_out_loss"}; empty with fewer than two items held out.
    """
    count = min(COMPARED, len(seen), len(held_out))
    if count < 2:
        return {}
    parts = {"seen_loss": evenly(seen, count)[:count], "held_out_loss": evenly(held_out, count)[:count]}
    return {key: float(loss(items.to(where), generator(0, device=where))) for key, items in parts.items()}
