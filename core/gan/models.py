"""The models and statistics of the GAN tab, opened once per process."""

import functools
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core import checkpoints, device, models, snapshots
from core.data import pictures
from core.errors import InputError
from core.gan import evaluation, reference_stats
from core.gan.model import Discriminator, Generator
from core.gan.reference_stats import ReferenceStats

Bytes = NDArray[np.uint8]
NAME = "gan/cifar10"
ROOT = "data"  # folder of the recipes' named sets, which may be absent
ROUNDING = 0.03  # largest distance between a code stored in 8 bits and the code of its picture


def names() -> tuple[str, ...]:
    """The checkpoints to choose from: the shipped one, then a visitor's own."""
    return models.names(NAME)


def open_model(name: str) -> tuple[Generator, torch.device]:
    """Open the generator of a checkpoint; returns it and its device.

    Raises:
        InputError: not offered.
        CheckpointError: damaged, or of another kind.
    """
    model, checkpoint = models.open_offered(name, (*names(), *snapshots.moments(NAME)), Generator)
    return model, checkpoint.device


@functools.cache
def open_discriminator(name: str) -> Discriminator:
    """Open the discriminator that a generator was trained against; raises like `open_model`."""
    open_model(name)
    return evaluation.load_discriminator(checkpoints.load(name, device=device.pick()))


@functools.cache
def open_reference_stats(name: str) -> ReferenceStats:
    """Open the statistics that ship beside a generator; raises like `open_model`."""
    open_model(name)
    return reference_stats.read(checkpoints.load(name, device=device.pick()).folder)


@functools.cache
def training_files(name: str) -> tuple[Path, ...]:
    """The pictures that a model was trained on, in the order of its codes; empty if they are not in ROOT."""
    sets = str(checkpoints.read_card(name).recipe["data"]).split("+")
    try:
        files = tuple(file for part in sets for file in pictures.find_files(part, "train", ROOT))
    except InputError:  # the usual case: the data are not needed to use the page
        return ()
    return files if len(files) == len(open_reference_stats(name).codes) else ()


def training_picture(name: str, index: int) -> Bytes | None:
    """The training picture with this index, (S, S, 3) uint8, or None if no file here matches its stored code."""
    files = training_files(name)
    if not files:
        return None
    model, where = open_model(name)
    picture = pictures.square(pictures.open_picture(files[index]), model.config.size)
    stats = open_reference_stats(name)
    code = stats.code(pictures.to_tensor(picture), where)[0]
    return picture if float((code - stats.codes[index]).norm()) < ROUNDING else None
