"""Picture encoders of the Hub that a visitor names: what one is and how large, then the download, then the model.

A visitor decides what this server downloads and builds, so the kind, the megabytes and every number of the
configuration are bounded before a weight is fetched, and so is the number of models that one process fetches.
"""

import functools
import json
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from core import checkpoints, device, hub, models
from core.checkpoints import Checkpoint
from core.errors import InputError
from core.hub import Description
from core.models import Here

KINDS = {"vit_mae": "ViTMAE", "dinov2": "DINOv2"}
NAME = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
MOST_HUB_MB = 500
MOST_FETCHED = 4  # by one process, beyond those that are on this machine
MOST_OPEN = 2
LARGEST = {  # of the numbers of a config.json that say how large a network to build
    "image_size": 1024,
    "patch_size": 64,
    "hidden_size": 1536,
    "num_hidden_layers": 48,
    "num_attention_heads": 48,
    "intermediate_size": 8192,
    "mlp_ratio": 8,
    "decoder_hidden_size": 1024,
    "decoder_num_hidden_layers": 24,
    "decoder_num_attention_heads": 32,
    "decoder_intermediate_size": 8192,
}
MOST_PATCHES = 40  # on a side
NEEDED = {"image_size", "patch_size", "hidden_size", "num_hidden_layers"}
HALF = 2  # bytes of a number in half precision


class HubModel(str, Here):
    """The name of a model on the Hub that was found to be an encoder and fetched; only the server makes one.

    This process knows its folder, so questions about it are asked here.
    """


@dataclass(frozen=True)
class Found:
    """A model on the Hub that can be an encoder here.

    Attributes:
        name: on the Hub.
        kind: what it is called.
        megabytes: of its download.
        at_hand: whether it is on this machine already.
        revision: the commit that this is true of; None for one that is at hand, or that is offered.
    """

    name: str
    kind: str
    megabytes: int
    at_hand: bool
    revision: str | None = None


_fetched: dict[str, Path] = {}  # their folders
_lock = threading.Lock()


def offered() -> Found:
    """The model that is offered before a visitor names another, the masked tab's."""
    offer = models.offer("masked")
    return Found(offer.name, KINDS["vit_mae"], offer.megabytes, offer.at_hand)


def look_up(name: str) -> Found:
    """What a model on the Hub is and how large, without its weights.

    Raises:
        InputError: no name of a model, another kind, or a model that is too large.
        HubUnavailable: the Hub cannot be reached, or has no such model.
    """
    name = name.strip()
    if name == offered().name:
        return offered()
    if not NAME.fullmatch(name):
        raise InputError("Give the name of a model on the Hub, such as facebook/dinov2-small.")
    folder = folder_of(name)
    about = hub.describe(name, checkpoints.HUB_FILES) if folder is None else described(folder)
    kind = about.config.get("model_type")
    if kind not in KINDS or not about.weight_bytes:
        raise InputError(
            "{name} is no {kinds} model in safetensors, the kinds that can be opened here.",
            name=name,
            kinds=" / ".join(KINDS.values()),
        )
    if about.megabytes > MOST_HUB_MB:
        raise InputError(
            "{name} has {size} MB; at most {most} can be fetched.", name=name, size=about.megabytes, most=MOST_HUB_MB
        )
    check(name, about)
    return Found(name, KINDS[kind], about.megabytes, folder is not None, about.revision or None)


def folder_of(name: str) -> Path | None:
    """Where a model lies that is on this machine already."""
    return _fetched.get(name) or (hub.kept(name) if checkpoints.at_hand(name) else None)


def described(folder: Path) -> Description:
    """What `hub.describe` says, of a model in a folder; its revision is empty."""
    sizes = [file.stat().st_size for file in folder.glob("*.safetensors")]
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return Description(config, round(sum(sizes) / 1e6), sum(sizes), "")


def check(name: str, about: Description) -> None:
    """Raise InputError for the configuration of a network too large for this page, or for its own weights."""
    sizes = {key: about.config[key] for key in LARGEST if key in about.config}
    small = all(type(size) is int and 0 < size <= LARGEST[key] for key, size in sizes.items())
    if not small or not sizes.keys() >= NEEDED:
        raise InputError("The configuration of {name} cannot be used here.", name=name)
    patches = sizes["image_size"] // sizes["patch_size"]
    numbers = 4 * sizes["hidden_size"] ** 2 * sizes["num_hidden_layers"]  # of its attention alone
    numbers += 4 * sizes.get("decoder_hidden_size", 0) ** 2 * sizes.get("decoder_num_hidden_layers", 0)
    if not 0 < patches <= MOST_PATCHES or numbers * HALF > about.weight_bytes:
        raise InputError("The configuration of {name} cannot be used here.", name=name)


def fetch(found: Found) -> HubModel:
    """Fetch a model that was found and open it.

    Raises:
        InputError: this process has fetched as many as it may.
        HubUnavailable: the Hub cannot be reached.
        CheckpointError: it cannot be opened.
    """
    if not found.at_hand and found.name != offered().name:
        with _lock:  # one download at a time, so that no more are fetched than may be
            if len(_fetched.keys() - {found.name}) >= MOST_FETCHED:
                raise InputError(
                    "This server has fetched as many models as it may. Choose one of these: {names}.",
                    names=", ".join(sorted(_fetched)),
                )
            _fetched[found.name] = checkpoints.fetch(found.name, found.revision)
    open_model(name := HubModel(found.name))
    return name


@functools.lru_cache(maxsize=MOST_OPEN)
def open_model(name: HubModel) -> Checkpoint:
    """A model that was fetched, on the device of this machine; the last few are kept open."""
    if name == offered().name:
        return models.fetch(name, nn.Module)[1]
    folder = folder_of(name)
    if folder is None:
        raise InputError("Fetch {name} first: its button says how many megabytes that takes.", name=name)
    check(name, described(folder))
    return checkpoints.open_anew(str(folder), device.pick(), Path("/"))
