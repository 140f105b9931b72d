"""What a visitor can ask of a trained audio model: paths and plain numbers in, frozen results out.

Every answer hears the first five seconds of a file.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, device
from core.audio import pretext
from core.audio.model import HEARD_S as HEARD_S
from core.audio.models import MFCC_SETTINGS, Described, Source, gallery, hear, open_model, probes, restorer
from core.audio.models import NAME as NAME
from core.audio.models import has_probes as has_probes
from core.audio.models import names as names
from core.audio.models import restores as restores
from core.audio.restoring import Filling, fill_by_model, filling, inside
from core.data import bundled, spectra
from core.data.sounds import SAMPLE_RATE_HZ
from core.downstream.neighbours import nearest
from core.errors import InputError, whole, within

Floats = NDArray[np.float32]
PROBED = {  # what the card's linear probes were asked, all of them beside an untrained network
    "digits": "fsdd, digit probe",
    "unheard": "fsdd, leave one speaker out",
    "rooms": "esc10, five-fold probe",
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
        mel_db: (F, T) in [-80, 0], below the loudest cell.
        hidden: (T,) bool.
        start_s: where the stretch begins.
        end_s: where it ends.
        model: what the network puts there.
        mean: each band's mean over the visible frames.
        linear: a straight line, band by band, from the last frame before to the first one after.
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
class Likeness:
    """How alike two sounds are, by the network and by MFCC.

    Attributes:
        cosine: of the standardised embeddings.
        mfcc_cosine: of the standardised means and deviations of MFCC.
        rank: share of all pairs of bundled sounds that are less alike, by the network.
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
class Reading:
    """What a linear probe reads off one embedding: names of the classes and their probabilities (C,), sum one."""

    names: tuple[str, ...]
    probabilities: Floats


def analyse(source: Source, *, name: str = NAME) -> Analysis:
    """Show a sound as waveform, mel spectrogram, features over time and MFCC.

    Raises:
        InputError: no sound that can be read.
    """
    model = open_model(name)
    wave = hear(source)
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
    """Hide a stretch of a sound and let the network put back what it expects there.

    Args:
        source: path.
        place: where the stretch lies, 0 (at the start) to 1 (at the end).
        length_s: 0.04 to 0.5 seconds, at most half of the sound.
        seed: of the phase that the restored spectrogram needs to become sound.
        name: of a checkpoint that restores.

    Raises:
        InputError: no sound that can be read, numbers out of range, or a model that cannot restore.
    """
    within(place, 0, 1)
    within(length_s, 0.04, 0.5)
    model = restorer(name)
    wave = hear(source)
    settings = model.config.mel
    absolute = spectra.absolute_db(wave, settings)  # (F, T)
    mel = spectra.relative_db(absolute)
    count = round(length_s / settings.hop_s)
    if 2 * count > mel.shape[-1]:
        raise InputError("Hide at most half of the sound: it lasts {seconds} seconds.", seconds=_seconds(wave))
    first = round(place * (mel.shape[-1] - count))
    hidden = torch.zeros(mel.shape[-1], dtype=torch.bool)
    hidden[first : first + count] = True
    fillings = {
        "model": fill_by_model(model, mel, hidden),
        "mean": pretext.fill_mean(mel, hidden),
        "linear": spectra.bridge(mel, hidden),
    }
    loudest = float(absolute.max())
    seeds = whole(seed, 0, 2**31 - 1)
    made = {key: filling(wave, mel, filled, hidden, settings, loudest, seeds) for key, filled in fillings.items()}
    start, end = first * settings.hop, (first + count) * settings.hop
    silence = torch.where(inside(wave, start, end) > 0, torch.zeros(()), wave)
    return Restoration(
        wave.numpy(), silence.numpy(), mel.numpy(), hidden.numpy(), start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ, **made
    )


def compare(first: Source, second: Source, *, name: str = NAME) -> Likeness:
    """How alike two sounds are.

    Raises:
        InputError: one of them cannot be read.
    """
    return _likeness([hear(first), hear(second)], name)


def two_views(source: Source, *, strength: float = 1.0, seed: float = 0, name: str = NAME) -> Likeness:
    """How alike two random views of one sound are; a bundled sound chosen by the seed may stand behind them.

    Args:
        source: path.
        strength: of all changes, 0 to 2; the network was trained with 1.
        seed: of the views.
        name: of a checkpoint that hears spectrograms.

    Raises:
        InputError: no sound that can be read, or a model that hears waveforms only.
    """
    within(strength, 0, 2)
    model = restorer(name)
    rng = device.generator(whole(seed, 0, 2**31 - 1))
    mel = spectra.log_mel(hear(source), model.config.mel)
    keys = [sound.key for sound in bundled.sounds()]
    behind = bundled.read_sound(keys[int(torch.randint(len(keys), (1,), generator=rng))])
    clips = pretext.bank([mel, spectra.log_mel(torch.from_numpy(behind.copy()), model.config.mel)])
    settings = pretext.ViewSettings().scaled(strength)
    window = model.config.window
    rows = torch.tensor([0, 1])
    views = [pretext.view(clips, rows, window, rng, settings)[0] for _ in "ab"]  # 2 x (F, W)
    with torch.inference_mode():
        batch = spectra.to_unit(torch.stack(views)).to(model.device)
        embeddings = model(batch).embedding.float().cpu()
    return _judge(embeddings, torch.stack([spectra.mfcc_summary(view) for view in views]), views, name)


def _likeness(waves: list[Tensor], name: str) -> Likeness:
    mels = [spectra.log_mel(wave, MFCC_SETTINGS) for wave in waves]
    with torch.inference_mode():
        embeddings = open_model(name).embed(waves)
    return _judge(embeddings, torch.stack([spectra.mfcc_summary(mel) for mel in mels]), mels, name)


def _judge(embeddings: Tensor, cepstra: Tensor, mels: list[Tensor], name: str) -> Likeness:
    known = gallery(name)
    found = []
    for kind, pair in ((known.model, embeddings), (known.mfcc, cepstra)):
        a, b = kind.standardised(pair)
        cosine = float(F.cosine_similarity(a, b, dim=0))
        found += [cosine, float((kind.pairs < cosine).float().mean())]
    return Likeness(found[0], found[2], found[1], found[3], (mels[0].numpy(), mels[1].numpy()))


def neighbours(source: Source, *, count: float = 6, name: str = NAME) -> Neighbours:
    """The bundled sounds nearest to a sound, by the network and by MFCC.

    Raises:
        InputError: no sound that can be read, or a count outside 1 to 20.
    """
    k = whole(count, 1, 20)
    wave = hear(source)
    known = gallery(name)
    with torch.inference_mode():
        embedding = open_model(name).embed([wave])
    cepstra = spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS))[None]
    return Neighbours(_nearest(known.model, embedding, k), _nearest(known.mfcc, cepstra, k))


def probe(source: Source, *, name: str = NAME) -> dict[str, Reading]:
    """What linear probes read off the embedding of a sound: {"digit": ..., "speaker": ...}.

    Raises:
        InputError: no sound that can be read, or a model without probes.
    """
    model, wave = open_model(name), hear(source)
    fitted = probes(name)
    with torch.inference_mode():
        embedding = model.embed([wave])[0]
    return {
        task: Reading(names, (weight @ embedding + bias).softmax(0).numpy())
        for task, (weight, bias, names) in fitted.items()
    }


def metrics(name: str = NAME) -> dict[str, dict[str, Any]]:
    """What the checkpoint's card says of its test sets."""
    return checkpoints.read_card(name).metrics


def sound_path(key: str) -> str:
    """Where the file of a bundled sound lies."""
    return str(bundled.ASSETS / "sounds" / f"{key}.flac")


@dataclass(frozen=True)
class Offer:
    """The model on the Hub: its name, what fetching it costs, and whether it is on this machine already."""

    name: str
    megabytes: int
    at_hand: bool


def offer() -> Offer:
    """The one audio model on the Hub that the page offers."""
    model = checkpoints.HUB_MODELS["audio"]
    return Offer(model.name, model.megabytes, checkpoints.at_hand(model.name))


def fetch(name: str) -> None:
    """Load a Hub model and hear the gallery with it, which takes minutes the first time.

    Raises:
        HubUnavailable: it is not on this machine and the Hub cannot be reached.
    """
    checkpoints.load(name, device=device.pick())
    gallery(name)


def _nearest(kind: Described, query: Tensor, count: int) -> tuple[Neighbour, ...]:
    similarity, index = nearest(kind.standardised(query), kind.rows, count)
    known = bundled.sounds()
    return tuple(
        Neighbour(known[i], s, sound_path(known[i].key))
        for s, i in zip(similarity[0].tolist(), index[0].tolist(), strict=True)
    )


def _seconds(wave: Tensor) -> float:
    return round(len(wave) / SAMPLE_RATE_HZ, 2)
