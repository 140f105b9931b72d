"""The models that a visitor may choose: which there are, opening one, and the one that a tab offers from the Hub."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from torch import nn

from core import checkpoints, device
from core.checkpoints import Checkpoint
from core.errors import CheckpointError, InputError

M = TypeVar("M", bound=nn.Module)


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
        name: "<method>/<name>", also "<method>/<name>@25", or a name on the Hub.
        offered: the names that may be opened.
        kind: the class, or a union of classes, that the model must have.

    Returns:
        The model, on the device of this machine, and its checkpoint.

    Raises:
        InputError: not offered, or on the Hub and not fetched yet.
        CheckpointError: damaged, or of another kind.
    """
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
    checkpoint = checkpoints.load(name, device=device.pick())
    if not isinstance(checkpoint.model, kind):
        raise CheckpointError("{name} is not a model that this tab can use.", name=name)
    return checkpoint.model, checkpoint
