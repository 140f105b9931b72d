"""What the GAN method keeps at hand for its answers, opened once a process: networks, yardsticks, training pictures."""

import functools
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from core import checkpoints, device, snapshots
from core.data import pictures
from core.errors import InputError
from core.gan import evaluation, reference_stats
from core.gan.model import Discriminator, Generator
from core.gan.reference_stats import Yardsticks

Bytes = NDArray[np.uint8]
NAME = "gan/cifar10"
ROOT = "data"  # where the sets of the recipes lie, if they lie here at all
ROUNDING = 0.03  # a stored code of 32 numbers in 8 bits is at most so far from the code of its own picture


def names() -> tuple[str, ...]:
    """The checkpoints to choose from: the shipped one, then a visitor's own."""
    return (NAME, *(name for name in checkpoints.bundled("gan") if name != NAME))


def open_model(name: str) -> tuple[Generator, torch.device]:
    """The generator of a checkpoint and the device it is on; raises InputError if it is not offered."""
    if name not in (*names(), *snapshots.moments(NAME)):
        raise InputError("Choose one of the models offered.")  # what a visitor sends opens no other file
    where = device.pick()
    return cast(Generator, checkpoints.load(name, device=where).model), where


@functools.cache
def critic(name: str) -> Discriminator:
    """The discriminator that a generator was trained against."""
    open_model(name)
    return evaluation.open_critic(checkpoints.load(name, device=device.pick()))


@functools.cache
def known(name: str) -> Yardsticks:
    """What ships beside a generator."""
    open_model(name)
    return reference_stats.read(checkpoints.load(name, device=device.pick()).folder)


@functools.cache
def training_files(name: str) -> tuple[Path, ...]:
    """The pictures a model was trained on, in the order of its codes; empty where they do not lie under ROOT."""
    sets = str(checkpoints.read_card(name).recipe["data"]).split("+")
    try:
        files = tuple(file for part in sets for file in pictures.find_files(part, "train", ROOT))
    except InputError:  # the usual case: nobody has to have the data
        return ()
    return files if len(files) == len(known(name).codes) else ()


def training_picture(name: str, place: int) -> Bytes | None:
    """The training picture with this number, (S, S, 3), if it lies here and is the one whose code is stored."""
    files = training_files(name)
    if not files:
        return None
    model, where = open_model(name)
    picture = pictures.square(pictures.open_picture(files[place]), model.config.size)
    code = known(name).code(pictures.to_tensor(picture), where)[0]
    return picture if float((code - known(name).codes[place]).norm()) < ROUNDING else None
