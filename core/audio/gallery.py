"""Features of the bundled sounds by an audio model, kept beside its weights."""

from typing import cast

import torch
from torch import nn

from core.audio.model import SoundTransformer
from core.data import bundled, spectra
from core.downstream.gallery import Described

MFCC_SETTINGS = spectra.MelSettings()


@torch.inference_mode()
def describe(model: nn.Module, where: torch.device, *, every: int = 1) -> Described:
    """Describe every `every`-th of the N bundled sounds; the model knows its device itself.

    Returns:
        {"embeddings": (N / every, D) by the model; "mfcc": (N / every, 40), mean and deviation of 20 coefficients}.
    """
    waves = [torch.from_numpy(bundled.read_sound(sound.key).copy()) for sound in bundled.sounds()[::every]]
    cepstra = [spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS)) for wave in waves]
    return {"embeddings": cast(SoundTransformer, model).embed(waves), "mfcc": torch.stack(cepstra)}
