"""What the audio method keeps at hand for its answers: the opened model, its probes, and the bundled sounds described.

Cosines are taken between descriptions that were standardised by the bundled sounds; otherwise any two sounds would
seem alike, for a network and for MFCC.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from core import checkpoints, device
from core.audio.model import HEARD_S, PROBE_FILE, Probe, SoundTransformer, Wav2Vec2
from core.data import bundled, sounds, spectra
from core.data.sounds import SAMPLE_RATE_HZ
from core.errors import InputError

Source = str | Path | None
NAME = "audio/sounds"
MFCC_SETTINGS = spectra.MelSettings()


@functools.cache
def probes(name: str) -> dict[str, Probe]:
    """The probes in the checkpoint's folder."""
    folder = checkpoints.load(name, device=device.pick()).folder
    if not (folder / PROBE_FILE).is_file():
        raise InputError("The model {name} has no probes; choose the bundled one.", name=name)
    with safe_open(folder / PROBE_FILE, framework="pt") as file:
        return {
            task: Probe(file.get_tensor(f"{task}.weight"), file.get_tensor(f"{task}.bias"), tuple(names.split(",")))
            for task, names in sorted(file.metadata().items())
        }


def hear(source: Source) -> Tensor:
    """The first five seconds (S,) of a file."""
    wave = sounds.open_sound(source)[: round(HEARD_S * SAMPLE_RATE_HZ)]
    return torch.from_numpy(sounds.checked(wave))


def names() -> tuple[str, ...]:
    """Models a visitor may name: the shipped one, those trained here, and the one from the Hub if it was fetched."""
    own = tuple(name for name in checkpoints.bundled("audio") if name != NAME)
    hub = checkpoints.HUB_MODELS["audio"].name
    return (NAME, *own, hub) if checkpoints.at_hand(hub) else (NAME, *own)


def open_model(name: str) -> SoundTransformer | Wav2Vec2:
    """One of `names`, on the device of this machine.

    Raises:
        InputError: another one.
    """
    if name not in names():  # what a visitor sends opens no other file and starts no download
        raise InputError("Choose one of the models offered.")
    return cast(SoundTransformer | Wav2Vec2, checkpoints.load(name, device=device.pick()).model)


def has_probes(name: str) -> bool:
    """Whether probes lie beside a model: they are fitted where the spoken digits of FSDD were among its data.

    Raises:
        InputError: a model that is not offered.
    """
    open_model(name)
    return (checkpoints.load(name, device=device.pick()).folder / PROBE_FILE).is_file()


def restores(name: str) -> bool:
    """Whether a model can fill a hole and hear views; one from the Hub cannot.

    Raises:
        InputError: a model that is not offered.
    """
    return isinstance(open_model(name), SoundTransformer)


def restorer(name: str) -> SoundTransformer:
    """A model that hears spectrograms and can restore them.

    Raises:
        InputError: another one.
    """
    model = open_model(name)
    if not isinstance(model, SoundTransformer):
        raise InputError("The model {name} cannot restore a spectrogram; choose the bundled one.", name=name)
    return model


@dataclass(frozen=True)
class Described:
    """The bundled sounds in one description: rows (N, D) standardised, by what, and the cosines of all pairs."""

    rows: Tensor
    mean: Tensor
    deviation: Tensor
    pairs: Tensor

    def standardised(self, rows: Tensor) -> Tensor:
        """Rows (M, D) as those of the gallery are."""
        return (rows - self.mean) / self.deviation


@dataclass(frozen=True)
class Gallery:
    """The bundled sounds, described by a model and by MFCC."""

    model: Described
    mfcc: Described


@functools.cache
def gallery(name: str) -> Gallery:
    """Descriptions of every bundled sound, computed once a process."""
    waves = [torch.from_numpy(bundled.read_sound(sound.key).copy()) for sound in bundled.sounds()]
    with torch.inference_mode():
        embeddings = open_model(name).embed(waves)
    cepstra = [spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS)) for wave in waves]
    return Gallery(_describe(embeddings), _describe(torch.stack(cepstra)))


def _describe(rows: Tensor) -> Described:
    mean, deviation = rows.mean(0), rows.std(0, correction=0).clamp(min=1e-5)
    scaled = (rows - mean) / deviation
    unit = F.normalize(scaled, dim=1)
    above = torch.triu_indices(len(rows), len(rows), offset=1)
    return Described(scaled, mean, deviation, (unit @ unit.T)[above[0], above[1]])
