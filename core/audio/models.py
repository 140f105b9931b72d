"""What the audio method keeps in memory: the opened model, its probes, and the features of the bundled sounds.

Cosines are taken between features standardised by the bundled sounds. Without that any two sounds have a cosine near
one, by a network and by MFCC.
"""

import functools
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from core import checkpoints, device, models
from core.audio.clips import Source, clip
from core.audio.gallery import MFCC_SETTINGS as MFCC_SETTINGS
from core.audio.gallery import describe
from core.audio.model import PROBE_FILE, Probe, SoundTransformer, Wav2Vec2
from core.checkpoints import Checkpoint
from core.downstream.gallery import described
from core.errors import InputError

AudioModel = SoundTransformer | Wav2Vec2
AUDIO_MODEL = cast(type[AudioModel], AudioModel)  # mypy knows no type of a union
NAME = "audio/sounds"
HUB_KEY = "audio"  # in checkpoints.HUB_MODELS


def read_clip(source: Source) -> Tensor:
    """The five seconds of a sound that are heard, (S,) in [-1, 1] at 16,000 Hz; see `clips.clip`.

    Raises:
        InputError: no sound that can be read.
    """
    return torch.tensor(clip(source))  # a copy: what a visitor asks again is kept, and read-only


def names() -> tuple[str, ...]:
    """Models a visitor may choose: the shipped one, those trained here, and the one from the Hub if it was fetched."""
    hub = models.offer(HUB_KEY)
    return (*models.names(NAME), hub.name) if hub.at_hand else models.names(NAME)


def _open(name: str) -> tuple[AudioModel, Checkpoint]:
    return models.open_offered(name, names(), AUDIO_MODEL)


def open_model(name: str) -> AudioModel:
    """One of `names`, on the device of this machine.

    Raises:
        InputError: another one.
        CheckpointError: damaged, or not an audio model.
    """
    return _open(name)[0]


def open_transformer(name: str) -> SoundTransformer:
    """A model that encodes spectrograms and can restore them.

    Raises:
        InputError: another one.
    """
    model = open_model(name)
    if not isinstance(model, SoundTransformer):
        raise InputError("The model {name} cannot restore a spectrogram; choose the bundled one.", name=name)
    return model


def can_restore(name: str) -> bool:
    """Whether a model can restore a hidden stretch and encode views; one from the Hub cannot.

    Raises:
        InputError: a model that is not offered.
    """
    return isinstance(open_model(name), SoundTransformer)


def has_probes(name: str) -> bool:
    """Whether probes lie beside a model: they are fitted where the spoken digits of FSDD were among its data.

    Raises:
        InputError: a model that is not offered.
    """
    return (_open(name)[1].folder / PROBE_FILE).is_file()


@functools.cache
def probes(name: str) -> dict[str, Probe]:
    """The probes in a checkpoint's folder, by task.

    Raises:
        InputError: there are none.
    """
    folder = checkpoints.load(name, device=device.pick()).folder
    if not (folder / PROBE_FILE).is_file():
        raise InputError("The model {name} has no probes; choose the bundled one.", name=name)
    with safe_open(folder / PROBE_FILE, framework="pt") as file:
        return {
            task: Probe(file.get_tensor(f"{task}.weight"), file.get_tensor(f"{task}.bias"), tuple(names.split(",")))
            for task, names in sorted(file.metadata().items())
        }


@dataclass(frozen=True)
class StandardisedFeatures:
    """Features of the bundled sounds on one scale.

    Attributes:
        rows: (N, D), each column with mean 0 and deviation 1.
        mean: (D,), before that.
        deviation: (D,), before that.
        pair_cosines: (N (N - 1) / 2,), of all pairs of sounds.
    """

    rows: Tensor
    mean: Tensor
    deviation: Tensor
    pair_cosines: Tensor

    def standardised(self, rows: Tensor) -> Tensor:
        """Other features (M, D) or (D,) on the scale of the gallery."""
        return (rows - self.mean) / self.deviation


@dataclass(frozen=True)
class Gallery:
    """Features of the bundled sounds, by a model and by MFCC."""

    model: StandardisedFeatures
    mfcc: StandardisedFeatures


@functools.cache
def gallery(name: str) -> Gallery:
    """Features of every bundled sound, read or computed once per process."""
    found = described(_open(name)[1], describe)
    return Gallery(_standardise(found["embeddings"]), _standardise(found["mfcc"]))


def _standardise(rows: Tensor) -> StandardisedFeatures:
    mean, deviation = rows.mean(0), rows.std(0, correction=0).clamp(min=1e-5)
    scaled = (rows - mean) / deviation
    unit = F.normalize(scaled, dim=1)
    upper = torch.triu_indices(len(rows), len(rows), offset=1)
    return StandardisedFeatures(scaled, mean, deviation, (unit @ unit.T)[upper[0], upper[1]])
