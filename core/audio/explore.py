"""What a visitor can ask of a trained audio model: paths and plain numbers in, frozen results out.

Every function takes a file, or a sound that was decoded, and encodes five seconds from its first sound on; `clip` takes
others.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device, models
from core.audio import pretext
from core.audio.clips import FROM_FIRST_SOUND as FROM_FIRST_SOUND
from core.audio.clips import Heard as Heard
from core.audio.clips import Source
from core.audio.clips import clip as clip
from core.audio.clips import heard as heard
from core.audio.model import CLIP_S as CLIP_S
from core.audio.models import (
    AUDIO_MODEL,
    HUB_KEY,
    MFCC_SETTINGS,
    StandardisedFeatures,
    gallery,
    open_model,
    open_transformer,
    probes,
    read_clip,
)
from core.audio.models import NAME as NAME
from core.audio.models import can_restore as can_restore
from core.audio.models import has_probes as has_probes
from core.audio.models import names as names
from core.audio.restoration import Filling, fade_window, fill_with_model, hide_stretch
from core.data import bundled, spectra
from core.data.sounds import SAMPLE_RATE_HZ
from core.downstream.neighbours import nearest
from core.errors import InputError, whole, within
from core.models import Offer

Floats = NDArray[np.float32]
HIDDEN_S = (0.04, 0.5)  # shortest and longest stretch that a visitor hides
STRENGTH = (0.0, 2.0)  # of the changes of a view; 1 in training
MAX_SEED = 2**31 - 1
PROBED = {  # rows of the card on which a linear probe stands beside one on an untrained network
    "digits": "fsdd, digit probe",
    "unseen_speaker": "fsdd, leave one speaker out",
    "esc10": "esc10, five-fold probe",
}


@dataclass(frozen=True)
class Analysis:
    """One sound in four forms.

    Attributes:
        wave: (S,) in [-1, 1] at 16,000 Hz, at most five seconds.
        seconds: of `wave`.
        mel_db: (F, T) in [-80, 0], below the loudest cell.
        features: (D, T'), the network's, as they came.
        mfcc: (20, T).
        hop_s: seconds from one column of `mel_db` and `mfcc` to the next.
        feature_hop_s: the same of `features`.
    """

    wave: Floats
    seconds: float
    mel_db: Floats
    features: Floats
    mfcc: Floats
    hop_s: float
    feature_hop_s: float


@dataclass(frozen=True)
class Restoration:
    """A hidden stretch, restored in three ways.

    Attributes:
        wave: (S,), the sound as it was.
        masked_wave: (S,), with silence where it is hidden.
        mel_db: (F, T), -80 and up, counted from the loudest visible cell.
        hidden: (T,) bool, frames that depend on a hidden sample.
        start_s: where the stretch begins.
        end_s: where it ends.
        model: restored by the network.
        mean: each band's mean over the visible frames.
        linear: interpolated, band by band, from the last visible frame before to the first one after.
    """

    wave: Floats
    masked_wave: Floats
    mel_db: Floats
    hidden: NDArray[np.bool_]
    start_s: float
    end_s: float
    model: Filling
    mean: Filling
    linear: Filling


@dataclass(frozen=True)
class Similarity:
    """How similar two sounds are, by the network and by MFCC.

    Attributes:
        cosine: of the standardised embeddings.
        mfcc_cosine: of the standardised means and deviations of MFCC.
        rank: share of all pairs of bundled sounds that are less similar, by the network.
        mfcc_rank: the same by MFCC.
        mels_db: the two spectrograms (F, T) that were compared.
    """

    cosine: float
    mfcc_cosine: float
    rank: float
    mfcc_rank: float
    mels_db: tuple[Floats, Floats]


@dataclass(frozen=True)
class Neighbour:
    """A bundled sound, its cosine to the query, and where its file lies."""

    sound: bundled.Sound
    similarity: float
    path: str


@dataclass(frozen=True)
class Neighbours:
    """The nearest bundled sounds, best first, by the network and by MFCC."""

    model: tuple[Neighbour, ...]
    mfcc: tuple[Neighbour, ...]


@dataclass(frozen=True)
class ProbeOutput:
    """The output of a linear probe for one embedding: names of the classes and their probabilities (C,), sum one."""

    names: tuple[str, ...]
    probabilities: Floats


def analyse(source: Source, *, name: str = NAME) -> Analysis:
    """Show a sound as waveform, mel spectrogram, features over time and MFCC.

    Raises:
        InputError: no sound that can be read.
    """
    model = open_model(name)
    wave = read_clip(source)
    mel = spectra.log_mel(wave, MFCC_SETTINGS)
    with torch.inference_mode():
        features = model.features(wave).float().cpu()
    return Analysis(
        wave.numpy(),
        len(wave) / SAMPLE_RATE_HZ,
        mel.numpy(),
        features.T.numpy(),
        spectra.mfcc(mel).numpy(),
        MFCC_SETTINGS.hop_s,
        model.hop_s,
    )


def restore(source: Source, place: float, length_s: float, *, seed: float = 0, name: str = NAME) -> Restoration:
    """Hide a stretch of a sound and restore it by the network and by two baselines that learned nothing.

    Args:
        source: path or samples.
        place: where the stretch lies, 0 (at the start) to 1 (at the end).
        length_s: 0.04 to 0.5 seconds, at most half of the sound.
        seed: of the phase that the restored spectrogram needs to become sound.
        name: of a checkpoint that restores.

    Raises:
        InputError: no sound that can be read, numbers out of range, or a model that cannot restore.
    """
    within(place, 0, 1)
    within(length_s, *HIDDEN_S)
    phase_seed = whole(seed, 0, MAX_SEED)
    model = open_transformer(name)
    wave, settings = read_clip(source), model.config.mel
    frames, count = len(wave) // settings.hop + 1, round(length_s / settings.hop_s)
    if 2 * count > frames:
        raise InputError("Hide at most half of the sound: it lasts {seconds} seconds.", seconds=_seconds(wave))
    first = round(place * (frames - count))
    start, end = first * settings.hop, (first + count) * settings.hop
    stretch = hide_stretch(wave, start, end, settings)
    fillings = {
        "model": fill_with_model(model, stretch.mel_db, stretch.hidden),
        "mean": pretext.fill_mean(stretch.mel_db, stretch.hidden),
        "linear": spectra.interpolate_hidden(stretch.mel_db, stretch.hidden),
    }
    silenced = torch.where(fade_window(len(wave), start, end) > 0, torch.zeros(()), wave)
    return Restoration(
        wave.numpy(),
        silenced.numpy(),
        stretch.mel_db.numpy(),
        stretch.hidden.numpy(),
        start / SAMPLE_RATE_HZ,
        end / SAMPLE_RATE_HZ,
        **{key: Filling(stretch, filled, phase_seed) for key, filled in fillings.items()},
    )


def compare(first: Source, second: Source, *, name: str = NAME) -> Similarity:
    """How similar two sounds are.

    Raises:
        InputError: one of them cannot be read.
    """
    waves = [read_clip(first), read_clip(second)]
    mels = [spectra.log_mel(wave, MFCC_SETTINGS) for wave in waves]
    with torch.inference_mode():
        embeddings = open_model(name).embed(waves)
    return _similarity(embeddings, mels, name)


def two_views(source: Source, *, strength: float = 1.0, seed: float = 0, name: str = NAME) -> Similarity:
    """How similar two random views of one sound are; each has a bundled sound of its own in the background.

    Args:
        source: path or samples.
        strength: of all changes, 0 to 2; the network was trained with 1.
        seed: of the views.
        name: of a checkpoint that encodes spectrograms.

    Raises:
        InputError: no sound that can be read, or a model that encodes waveforms only.
    """
    within(strength, *STRENGTH)
    model = open_transformer(name)
    rng = device.generator(whole(seed, 0, MAX_SEED))
    mel = spectra.log_mel(read_clip(source), model.config.mel)
    settings = pretext.ViewSettings().scaled(strength)
    views = []
    for background in _background_sounds(rng):
        clips = pretext.bank([mel, spectra.log_mel(background, model.config.mel)])
        views.append(pretext.view(clips, torch.tensor([0, 1]), model.config.window, rng, settings)[0])  # (F, W)
    with torch.inference_mode():
        batch = spectra.to_unit(torch.stack(views)).to(model.device)
        embeddings = model(batch).embedding.float().cpu()
    return _similarity(embeddings, views, name)


def _background_sounds(rng: torch.Generator) -> list[Tensor]:
    """Two different bundled sounds, (S,) each."""
    keys = [sound.key for sound in bundled.sounds()]
    chosen = torch.randperm(len(keys), generator=rng)[:2].tolist()
    return [torch.from_numpy(bundled.read_sound(keys[index]).copy()) for index in chosen]


def _similarity(embeddings: Tensor, mels: list[Tensor], name: str) -> Similarity:
    """Cosines of two embeddings (2, D) and of two spectrograms (F, T) by MFCC, with their ranks among all pairs."""
    known = gallery(name)
    cepstra = torch.stack([spectra.mfcc_summary(mel) for mel in mels])
    cosine, rank = _cosine_and_rank(known.model, embeddings)
    mfcc_cosine, mfcc_rank = _cosine_and_rank(known.mfcc, cepstra)
    return Similarity(cosine, mfcc_cosine, rank, mfcc_rank, (mels[0].numpy(), mels[1].numpy()))


def _cosine_and_rank(known: StandardisedFeatures, pair: Tensor) -> tuple[float, float]:
    first, second = known.standardised(pair)
    cosine = float(F.cosine_similarity(first, second, dim=0))
    return cosine, float((known.pair_cosines < cosine).float().mean())


def neighbours(source: Source, *, count: float = 6, name: str = NAME) -> Neighbours:
    """The bundled sounds nearest to a sound, by the network and by MFCC.

    Raises:
        InputError: no sound that can be read, or a count outside 1 to 20.
    """
    k = whole(count, 1, 20)
    wave = read_clip(source)
    known = gallery(name)
    with torch.inference_mode():
        embedding = open_model(name).embed([wave])
    cepstra = spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS))[None]
    return Neighbours(_nearest(known.model, embedding, k), _nearest(known.mfcc, cepstra, k))


def probe(source: Source, *, name: str = NAME) -> dict[str, ProbeOutput]:
    """The outputs of the linear probes for the embedding of a sound: {"digit": ..., "speaker": ...}.

    Raises:
        InputError: no sound that can be read, or a model without probes.
    """
    model, wave = open_model(name), read_clip(source)
    fitted = probes(name)
    with torch.inference_mode():
        embedding = model.embed([wave])[0]
    return {
        task: ProbeOutput(names, (weight @ embedding + bias).softmax(0).numpy())
        for task, (weight, bias, names) in fitted.items()
    }


def metrics(name: str = NAME) -> dict[str, dict[str, Any]]:
    """The metrics on a checkpoint's card, by data set."""
    return checkpoints.read_card(name).metrics


def sound_path(key: str) -> str:
    """Where the file of a bundled sound lies."""
    return str(bundled.ASSETS / "sounds" / f"{key}.flac")


def offer() -> Offer:
    """The audio model on the Hub that the page offers."""
    return models.offer(HUB_KEY)


def fetch(name: str) -> None:
    """Fetch a Hub model and encode the bundled sounds with it, which takes minutes the first time.

    Raises:
        HubUnavailable: it is not on this machine and the Hub cannot be reached.
        CheckpointError: not an audio model.
    """
    models.fetch(name, AUDIO_MODEL)
    gallery(name)


def _nearest(known: StandardisedFeatures, query: Tensor, count: int) -> tuple[Neighbour, ...]:
    similarity, index = nearest(known.standardised(query), known.rows, count)
    clips = bundled.sounds()
    return tuple(
        Neighbour(clips[i], s, sound_path(clips[i].key))
        for s, i in zip(similarity[0].tolist(), index[0].tolist(), strict=True)
    )


def _seconds(wave: Tensor) -> float:
    return round(len(wave) / SAMPLE_RATE_HZ, 2)
