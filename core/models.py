"""The models that a visitor may choose: which there are, opening one, and the one that a tab offers from the Hub."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from core import checkpoints, device
from core.checkpoints import Checkpoint
from core.errors import CheckpointError, InputError

M = TypeVar("M", bound=nn.Module)


class Here:
    """What is in this process's memory or files; a question about it cannot be asked elsewhere."""


class OwnRun(str, Here):
    """The folder of a checkpoint that a visitor trained in the page; only the server can make one out of a call."""

    def __new__(cls, folder: Path) -> "OwnRun":
        return super().__new__(cls, folder)


@dataclass(frozen=True)
class Offer:
    """A model on the Hub: its key in HUB_MODELS, its name, its size, and whether it is on this machine already."""

    key: str
    name: str
    megabytes: int
    at_hand: bool


def offer(key: str) -> Offer:
    """The model on the Hub that a tab offers under a key of `checkpoints.HUB_MODELS`."""
    model = checkpoints.HUB_MODELS[key]
    return Offer(key, model.name, model.megabytes, checkpoints.at_hand(model.name))


def names(*shipped: str, hidden: Collection[str] = ()) -> tuple[str, ...]:
    """The checkpoints of a method to choose from: the shipped ones in this order, then a visitor's own.

    Args:
        shipped: "<method>/<name>", at least one.
        hidden: checkpoints that a tab shows but does not offer, such as one with snapshots.
    """
    method = shipped[0].split("/")[0]
    own = (name for name in checkpoints.bundled(method) if name not in (*shipped, *hidden))
    return (*shipped, *own)


def open_offered(name: str, offered: Collection[str], kind: type[M]) -> tuple[M, Checkpoint]:
    """Open a model by the name that a visitor chose; what a visitor sends opens no other file and starts no download.

    Args:
        name: "<method>/<name>", also "<method>/<name>@25", a name on the Hub, or an `OwnRun`.
        offered: the names that may be opened.
        kind: the class, or a union of classes, that the model must have.

    Returns:
        The model, on the device of this machine, and its checkpoint.

    Raises:
        InputError: not offered, or on the Hub and not fetched yet.
        CheckpointError: damaged, or of another kind.
    """
    if isinstance(name, OwnRun):
        return _of_kind(checkpoints.open_anew(name, device.pick(), checkpoints.ROOT), kind)
    if name not in offered:
        raise InputError("Choose one of the models offered.")
    if not checkpoints.at_hand(name):
        raise InputError("Fetch {name} first: its button says how many megabytes that takes.", name=name)
    return fetch(name, kind)


def fetch(name: str, kind: type[M]) -> tuple[M, Checkpoint]:
    """Open a model, from the Hub if it is not on this machine.

    Raises:
        CheckpointError: damaged, or of another kind.
        HubUnavailable: the Hub cannot be reached.
    """
    return _of_kind(checkpoints.load(name, device=device.pick()), kind)


def loaded() -> tuple[str, ...]:
    """The models that a question has opened so far in this process, or that were placed at its start."""
    return tuple(sorted({checkpoint.name for checkpoint in list(checkpoints.opened.values())}))


def place(*methods: str) -> None:
    """Open every bundled checkpoint of some methods for CUDA, then answer on the CPU what this process is asked.

    For a host that lends its GPU: processes that borrow it inherit the models that were placed at the start.
    """
    for method in methods:
        for name in checkpoints.bundled(method):
            checkpoints.load(name, device="cuda")
    device.settle("cpu")


def hold_gpu() -> None:
    """Use CUDA from now on, in a process that was forked to borrow it."""
    device.settle("cuda")
    torch.set_num_threads(1)  # a fork has none of the threads that this one's parent computed with


def bundled_count() -> int:
    """How many checkpoints lie in the tree."""
    return sum(1 for _ in checkpoints.ROOT.glob(f"*/*/{checkpoints.CARD}"))


def device_name() -> str:
    """The kind of device that answers questions: "cuda", "mps" or "cpu"."""
    return device.pick().type


def _of_kind(checkpoint: Checkpoint, kind: type[M]) -> tuple[M, Checkpoint]:
    if not isinstance(checkpoint.model, kind):
        raise CheckpointError("{name} is not a model that this tab can use.", name=checkpoint.name)
    return checkpoint.model, checkpoint
