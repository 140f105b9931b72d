"""A visitor's own encoder: two uploaded files, checked before anything is built from them.

The card says how large a network to build, so its numbers are bounded, and the network is first built without memory
(on PyTorch's meta device) and its size compared with that of the weights.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from core import checkpoints
from core.checkpoints import CARD, WEIGHTS
from core.compare import encoders
from core.errors import CheckpointError, InputError
from core.models import OwnRun

MAX_MB = 30
MAX_CARD_MB = 1
MOST, MOST_DEEP = 1024, 48  # of any number in a configuration, and of its depths
MAX_SIDE, MAX_GRID = 96, 32  # pixels and patches on a side
BYTES = 2  # per number, in half precision
WRONG = (CheckpointError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
ROOM = 4  # how many times as large as its file a network may be: 32 bits for 16, and buffers


def adopt(files: list[str], folder: Path) -> OwnRun:
    """Copy a visitor's files into a new folder inside `folder`, and check that an encoder can be made of them.

    Args:
        files: paths of a model.safetensors and of its card.json, which may lie in different folders.
        folder: where the copies go; whoever owns it deletes them.

    Raises:
        InputError: other files, too large ones, or no picture encoder of this project.
    """
    chosen = {Path(file).suffix: Path(file) for file in files}
    if len(files) != 2 or set(chosen) != {".safetensors", ".json"}:
        raise InputError("Choose two files: model.safetensors and card.json.")
    weights, card = chosen[".safetensors"], chosen[".json"]
    if weights.stat().st_size > MAX_MB * 1e6 or card.stat().st_size > MAX_CARD_MB * 1e6:
        raise InputError("A model of your own may have at most {limit} MB.", limit=MAX_MB)
    folder.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=folder))
    try:
        shutil.copyfile(weights, own / WEIGHTS)
        shutil.copyfile(card, own / CARD)
        _check(own)
        encoders.encode(OwnRun(own), torch.zeros(1, 3, MAX_SIDE, MAX_SIDE))
    except (*WRONG, SafetensorError) as error:
        shutil.rmtree(own)
        raise InputError("These two files are no picture encoder that this project can open.") from error
    except InputError:
        shutil.rmtree(own)
        raise
    return OwnRun(own)


def _check(own: Path) -> None:
    """Raise ValueError for a card that names no encoder or a network too large for its weights; shorten it otherwise.

    Of the digests on the card only that of the weights is kept: its other files were not uploaded.
    """
    card = checkpoints.read_card(own.name, own.parent)
    method = card.model.split(".")[1]
    if method not in encoders.METHODS or not card.model.startswith(f"core.{method}.model."):
        raise ValueError(f"{card.model} encodes no pictures")
    side = int(card.config["side"] if "side" in card.config else card.config["size"])
    deep = _numbers([value for field, value in card.config.items() if "depth" in field])
    small = max(map(abs, _numbers(card.config))) <= MOST and max(deep, default=0) <= MOST_DEEP
    if not small or not 0 < side <= min(MAX_SIDE, MAX_GRID * card.config.get("patch", side)):
        raise ValueError("the configuration is too large")
    checkpoints.write_card(own, replace(card, sha256={WEIGHTS: card.sha256[WEIGHTS]}))
    with torch.device("meta"):
        blank = checkpoints.blank(own.name, own.parent)
    if sum(tensor.numel() for tensor in blank.state_dict().values()) * BYTES > ROOM * (own / WEIGHTS).stat().st_size:
        raise ValueError("the network is larger than its weights")


def _numbers(value: Any) -> list[float]:
    """Every number in nested lists and dictionaries; of a list also its length."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [len(value), *(number for item in value for number in _numbers(item))]
    return [value] if isinstance(value, (int, float)) else []
