"""Every picture encoder of the project under one key, and what each makes of the bundled sets.

A checkpoint's method names the module that encodes with it, `core.<method>.encoder`. What a recipe has kept beside its
weights is read from there; the rest is computed when somebody first asks, and kept for the process.
"""

import functools
import importlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import checkpoints, models
from core.checkpoints import Checkpoint
from core.compare import sets
from core.compare.from_hub import HubModel, open_model
from core.compare.sets import OWN, Bytes, Chosen, OwnSet
from core.data import bundled, pictures
from core.downstream.gallery import Described, described
from core.errors import CheckpointError, InputError
from core.models import OwnRun as OwnRun

Answer = TypeVar("Answer")

CHECKPOINTS = {
    "rotation": "rotation/photos",
    "simclr": "contrastive/simclr-cifar10",
    "moco": "contrastive/moco-cifar10",
    "vae": "vae/mnist",
    "vqvae": "vqvae/photos",
    "masked": "masked/photos",
    "gan": "gan/cifar10",
}
HUB = "hub"  # the choice of the model that a visitor fetched
BESIDE = {"gan"}  # methods whose encoder lies beside the model of the checkpoint, which encodes nothing
METHODS = tuple(dict.fromkeys(name.split("/")[0] for name in CHECKPOINTS.values() if name.split("/")[0] not in BESIDE))
TRAINED = tuple(CHECKPOINTS)
QUERYABLE = ("pixels", *TRAINED)  # encoders that can be asked about a new picture
KEYS = ("pixels", "untrained", *TRAINED)  # of the untrained network only the features of the emoji are kept
KEPT = {"rotation": "features", "simclr": "features", "moco": "features", "masked": "latents"}  # beside the weights
PIXELS_PX = 32
ROUNDING = 1e-4  # a plain colour minus its mean is 0, not the noise of rounding
CHUNK, SMALL_CHUNK = (64, 16)  # pictures per call of an encoder; few where it is wide, or may be
TELL_S = 0.5  # between two steps that are told
MOST_S = 180.0  # that one encoder may take for a visitor's own set


class Step(NamedTuple):
    """How far an encoder is: how many pictures are encoded, or draws of labels classified, of all."""

    key: str
    done: int
    of: int
    what: Literal["encoding", "classifying"] = "encoding"


Steps = Generator[Step, None, Tensor]


@dataclass(frozen=True)
class Mine:
    """What one visitor has beyond the bundled: a model, pictures, and a model of the Hub."""

    model: OwnRun | None = None
    pictures: OwnSet | None = None
    hub: HubModel | None = None


NOTHING = Mine()


def known(chosen: Chosen, mine: Mine = NOTHING) -> tuple[str, ...]:
    """The encoders whose features of a set can be had: of the untrained one only those of the emoji."""
    return (
        *(KEYS if chosen == "emoji" else QUERYABLE),
        *([HUB] if mine.hub is not None else []),
        *(["own"] if mine.model is not None else []),
    )


def set_of(chosen: str, mine: Mine = NOTHING) -> Chosen:
    """A set as a visitor chose it; "own" becomes the visitor's.

    Raises:
        InputError: there is none, or no such set.
    """
    if chosen != OWN:
        return chosen
    if not isinstance(mine.pictures, OwnSet):
        raise InputError("Bring your own pictures first.")
    return mine.pictures


def resolve(keys: Sequence[str] | None, mine: Mine = NOTHING, chosen: Chosen = "digits") -> tuple[str, ...]:
    """Encoders as a visitor chose them for a set; "own" and "hub" become what the visitor has.

    Raises:
        InputError: none, or one that is not offered.
    """
    asked = tuple(dict.fromkeys(keys or ()))
    if not asked:
        raise InputError("Choose at least one encoder.")
    if "own" in asked and not isinstance(mine.model, OwnRun):
        raise InputError("Upload your own model first.")
    if set(asked) - set(known(chosen, mine)):
        raise InputError("Choose one of the encoders offered.")
    brought = {"own": mine.model, HUB: mine.hub}
    return tuple(brought.get(key) or key for key in asked)


def features(key: str, chosen: Chosen) -> Tensor:
    """Features (N, D) of a set, or of the "gallery", see `encoding`."""
    return finished(encoding(key, chosen))


def encoding(key: str, chosen: Chosen) -> Steps:
    """Features (N, D) of a set, or of the "gallery"; says about twice a second how far it is where that takes long."""
    if chosen == "emoji":
        return (yield from encoding(key, "gallery"))[torch.from_numpy(sets.emoji_places())]
    cache, name = sets.held(chosen).features, (key, sets.name_of(chosen))
    return (yield from sets.keeping(cache, name, lambda: _described(key, chosen)))


def _described(key: str, chosen: Chosen) -> Steps:
    """Features that a recipe has kept beside its weights, or else those of the encoder."""
    if chosen == "gallery" and key == "untrained":
        return _kept("simclr", "untrained")
    if chosen == "gallery" and key in KEPT:
        return _kept(key, KEPT[key])
    images, _ = sets.searched(chosen)
    return (yield from encode_in_steps(key, images, MOST_S if isinstance(chosen, OwnSet) else None))


def finished(steps: Generator[Any, None, Answer]) -> Answer:
    """What a generator returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as stopped:
            return cast(Answer, stopped.value)


def _kept(key: str, name: str) -> Tensor:
    """What the recipe kept of the gallery; encoded anew if its pictures are others."""

    def describe(model: nn.Module, where: torch.device) -> Described:
        return {KEPT[key]: encode(key, pictures.to_tensor(bundled.picture_gallery().images))}

    found = described(opened(key), describe)
    if name not in found:
        raise CheckpointError("File {file} of checkpoint {name} is damaged.", file="gallery", name=CHECKPOINTS[key])
    return found[name]


def opened(key: str) -> Checkpoint:
    """The checkpoint of a trained encoder, of a visitor's own, or of a model of the Hub."""
    if isinstance(key, OwnRun):
        return _open_own(key)
    return open_model(key) if isinstance(key, HubModel) else _bundled(key)


@functools.cache
def _bundled(key: str) -> Checkpoint:
    name = CHECKPOINTS[key]
    checkpoint = models.open_offered(name, (name,), nn.Module)[1]
    beside = name.split("/")[0] in BESIDE
    return replace(checkpoint, model=encoder_of(checkpoint).beside(checkpoint)) if beside else checkpoint


@functools.lru_cache(maxsize=4)
def _open_own(folder: OwnRun) -> Checkpoint:
    if not (Path(folder) / checkpoints.CARD).is_file():
        raise InputError("Your model has been deleted. Upload it again.")
    return models.open_offered(folder, (), nn.Module)[1]


def query(picture: Bytes | str | None) -> Tensor:
    """A visitor's picture as the gallery's are: (1, 3, 64, 64) in [0, 1]."""
    return pictures.to_tensor(pictures.square(pictures.open_picture(picture), bundled.GALLERY_PX))


def encoder_of(checkpoint: Checkpoint) -> Any:
    """The module `core.<method>.encoder` for a checkpoint."""
    method = type(checkpoint.model).__module__.split(".")[1]
    return importlib.import_module(f"core.{method}.encoder")


def encode(key: str, images: Tensor) -> Tensor:
    """Features (N, D) float32 on the CPU of pictures (N, 3, H, W) in [0, 1] of any size."""
    return finished(encode_in_steps(key, images))


def encode_in_steps(key: str, images: Tensor | Bytes, most_s: float | None = None) -> Steps:
    """The same in steps, so that a visitor sees how far it is, and who leaves stops it.

    Bytes (N, H, W, 3) take less memory: only a few of them at a time become numbers in [0, 1].

    Raises:
        InputError: it takes longer than `most_s`.
    """
    begun = told = time.monotonic()
    encoded, parts, chunk = _encoder(key), list[Tensor](), _chunk(key)
    for start in range(0, len(images), chunk):
        part = images[start : start + chunk]
        parts.append(encoded(part if isinstance(part, Tensor) else pictures.to_tensor(part)))
        now, done = time.monotonic(), sum(map(len, parts))
        if done < len(images) and most_s is not None and now - begun > most_s:
            raise InputError(
                "Encoding these pictures takes longer than {seconds} seconds. Bring fewer.", seconds=round(most_s)
            )
        if done < len(images) and now - told > TELL_S:
            told = now
            yield Step(label(key), done, len(images))
    return torch.cat(parts)


def _encoder(key: str) -> Callable[[Tensor], Tensor]:
    """From some pictures to their features."""
    if key == "pixels":
        return _colours
    checkpoint = opened(key)
    encoder = encoder_of(checkpoint)
    side = encoder.side(checkpoint.model)

    @torch.inference_mode()
    def encoded(images: Tensor) -> Tensor:
        found: Tensor = encoder.encode(checkpoint.model, _resize(images, side).to(checkpoint.device))
        return found.float().cpu()

    return encoded


def _colours(images: Tensor) -> Tensor:
    small = _resize(images, PIXELS_PX)
    return F.hardshrink(small - small.mean((2, 3), keepdim=True), ROUNDING).flatten(1)


def _chunk(key: str) -> int:
    return SMALL_CHUNK if isinstance(key, HubModel | OwnRun) else CHUNK


def label(key: str) -> str:
    """What an encoder is called; a visitor's own is "own", a model of the Hub "hub"."""
    return "own" if isinstance(key, OwnRun) else HUB if isinstance(key, HubModel) else key


def _resize(images: Tensor, side: int) -> Tensor:
    """Resize pictures (N, 3, H, W) to (N, 3, side, side)."""
    small: Tensor = F.interpolate(images, size=(side, side), mode="bilinear", antialias=True)
    return small.clamp(0, 1)
