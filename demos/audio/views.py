"""What the audio tab shows: results of `core.audio.explore` as pictures, players, figures and sentences."""

from typing import Any, NamedTuple

import gradio as gr
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from core.audio import explore
from core.data import bundled, sounds
from demos.page import figures, markup
from demos.page.words import Say

PICTURE_PX = (560, 150)
Playable = tuple[int, NDArray[np.int16]]  # what gr.Audio plays: samples per second, samples


class AnalysisValues(NamedTuple):
    """The values of the components that show a sound in four forms."""

    wave: go.Figure
    mel: Image.Image
    features: Image.Image
    mfcc: Image.Image
    size: str


class HeardValues(NamedTuple):
    """Updates of the components that show which part of a sound is heard: its waveform and the start."""

    part: Any
    start: Any


class RestorationValues(NamedTuple):
    """The values of the components that show a hidden stretch and the model's restoration."""

    hole: Image.Image
    hear_masked: Playable
    verdict: str
    restored: Image.Image
    truth: Image.Image
    hear_restored: Playable


class BaselineValues(NamedTuple):
    """The values of the components that show what needs no learning, and the errors."""

    linear: Image.Image
    hear_linear: Playable
    errors: go.Figure


class ViewsValues(NamedTuple):
    """The values of the components that show two views of a sound."""

    view1: Image.Image
    view2: Image.Image
    views: str


class ProbeValues(NamedTuple):
    """The values of the components that show the linear probes."""

    digit: go.Figure
    speaker: go.Figure
    read: str


class Clip(NamedTuple):
    """A bundled sound with its name in the visitor's language."""

    sound: Playable
    label: str


def playable(wave: explore.Floats) -> Playable:
    """A sound (S,) in [-1, 1] as the page's players take it."""
    return sounds.SAMPLE_RATE_HZ, (np.clip(wave, -1, 1) * 32767).astype(np.int16)


def spectrogram(db: explore.Floats) -> Image.Image:
    """Decibels (F, T) as a picture, black at -80, white at 0, low pitches at the bottom."""
    return figures.heat(db, -80, 0, *PICTURE_PX)


def heard(say: Say, found: explore.Heard) -> HeardValues:
    """Where a sound is heard, on its waveform; nothing where all of it is heard."""
    if not found.latest_s:
        return HeardValues(gr.update(value="", visible=False), gr.update(value=explore.FROM_FIRST_SOUND, visible=False))
    start, end, seconds = (f"{value:.1f}" for value in (found.start_s, found.end_s, found.seconds))
    sentence = say("audio.part", start=start, end=end, seconds=seconds)
    if found.cut:
        sentence += " " + say("audio.part_cut", limit=sounds.MAX_S)
    share = 100 / found.seconds
    drawing = waveform(found.wave, found.start_s * share, found.end_s * share)
    start_update = gr.update(minimum=0, maximum=found.latest_s, value=found.start_s, visible=True)
    return HeardValues(gr.update(value=f'{drawing}<p class="quiet">{sentence}</p>', visible=True), start_update)


def waveform(wave: explore.Floats, start: float, end: float, bars: int = 200) -> str:
    """A sound (S,) as a small drawing, with the part from `start` to `end` per cent of it in the second colour."""
    loudest = [float(np.abs(part).max()) for part in np.array_split(wave, min(bars, len(wave)))]
    scale = 20 / max(loudest)
    step = 100 / len(loudest)
    path = "".join(f"M{(i + 0.5) * step:.2f} {20 - v * scale:.1f}V{20 + v * scale:.1f}" for i, v in enumerate(loudest))
    box = f'<rect x="{start:.2f}" y="0" width="{end - start:.2f}" height="40"/>'
    frame = 'class="part" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg {frame}>{box}<path d="{path}"/></svg>'


def analysis(say: Say, found: explore.Analysis) -> AnalysisValues:
    """Waveform, mel spectrogram, features over time, MFCC over time, and one sentence of sizes."""
    times, values = outline(found.wave)
    wave = figures.lines(
        times,
        {"": values},
        title=say("audio.waveform"),
        x=say("audio.seconds"),
        y=say("audio.amplitude"),
        hover=say("audio.wave_hover"),
        height=230,
    )
    size = say(
        "audio.size",
        seconds=f"{found.seconds:.2f}",
        rows=found.features.shape[1],
        width=found.features.shape[0],
        hop=f"{1000 * found.feature_hop_s:.0f}",
        limit=f"{explore.CLIP_S:.0f}",
    )
    features, mfcc = in_order(found.features), standardised_rows(found.mfcc)
    return AnalysisValues(wave, spectrogram(found.mel_db), features, mfcc, size)


def outline(wave: explore.Floats, points: int = 500) -> tuple[explore.Floats, explore.Floats]:
    """Lowest and highest sample of up to 500 short stretches by turns: times in seconds and values, at most 1,000."""
    parts = np.array_split(wave, min(points, len(wave)))
    values = np.array([edge for part in parts for edge in (part.min(), part.max())], np.float32)
    times = np.linspace(0, len(wave) / sounds.SAMPLE_RATE_HZ, len(values), dtype=np.float32)
    return times, values


def in_order(features: explore.Floats) -> Image.Image:
    """Features (D, T) as a picture: each row in units of its own deviation, rows in the order in which they peak."""
    return standardised_rows(features[np.argsort(features.argmax(1), kind="stable")][::-1])


def standardised_rows(values: explore.Floats) -> Image.Image:
    """Rows (R, T), each on its own scale of plus and minus two deviations, as a picture."""
    spread = values.std(1, keepdims=True) + np.float32(1e-6)
    return figures.heat((values - values.mean(1, keepdims=True)) / spread, -2, 2, *PICTURE_PX)


def restoration(say: Say, found: explore.Restoration) -> RestorationValues:
    """The hidden stretch, the model's restoration and the truth as pictures, two players, and the verdict."""
    model, linear, mean = found.model, found.linear, found.mean
    verdict = say(
        "audio.closer" if model.error_db < linear.error_db else "audio.no_closer",
        start=f"{found.start_s:.2f}",
        end=f"{found.end_s:.2f}",
        model=f"{model.error_db:.1f}",
        linear=f"{linear.error_db:.1f}",
        mean=f"{mean.error_db:.1f}",
    )
    return RestorationValues(
        hole=framed(found, np.where(found.hidden, np.float32(-80), found.mel_db)),
        hear_masked=playable(found.masked_wave),
        verdict=verdict,
        restored=framed(found, model.mel_db),
        truth=framed(found, found.mel_db),
        hear_restored=playable(model.wave),
    )


def baselines(say: Say, found: explore.Restoration) -> BaselineValues:
    """Straight lines across the hidden stretch as a picture and a player, and the errors as bars."""
    return BaselineValues(framed(found, found.linear.mel_db), playable(found.linear.wave), error_bars(say, found))


def framed(found: explore.Restoration, db: explore.Floats) -> Image.Image:
    """A spectrogram (F, T) in dB with a frame around the hidden stretch."""
    hidden = np.flatnonzero(found.hidden)
    scale = PICTURE_PX[0] / len(found.hidden)
    box = (round(hidden[0] * scale), 0, round((hidden[-1] + 1) * scale), PICTURE_PX[1] - 1)
    return figures.strike(spectrogram(db), box)


def error_bars(say: Say, found: explore.Restoration) -> go.Figure:
    """The error of the model and of two baselines on the hidden stretch."""
    return figures.bars(
        [say("page.model"), say("audio.straight_lines"), say("audio.mean")],
        [found.model.error_db, found.linear.error_db, found.mean.error_db],
        title=say("audio.error_title"),
        y=say("audio.error"),
        hover=say("audio.error_hover"),
        marked=0,
        height=270,
    )


def two_views(say: Say, found: explore.Similarity) -> ViewsValues:
    """The two views as pictures, and the cosines in words."""
    first, second = (spectrogram(mel) for mel in found.mels_db)
    return ViewsValues(first, second, similarity(say, "audio.views_found", found))


def similarity(say: Say, key: str, found: explore.Similarity) -> str:
    """Two cosines and how many pairs of bundled sounds are less similar, in words."""
    return say(
        key,
        cosine=f"{found.cosine:.2f}",
        rank=f"{found.rank:.0%}",
        mfcc=f"{found.mfcc_cosine:.2f}",
        mfcc_rank=f"{found.mfcc_rank:.0%}",
    )


def clips(say: Say, found: explore.Neighbours) -> tuple[Clip, ...]:
    """The nearest sounds by the network, best first."""
    return tuple(Clip(playable(bundled.read_sound(item.sound.key)), say.pick(item.sound.name)) for item in found.model)


def neighbour_table(say: Say, found: explore.Neighbours) -> str:
    """The nearest sounds by the network beside those by MFCC, as HTML."""
    rows = [
        [say.pick(one.sound.name), f"{one.similarity:.2f}", say.pick(two.sound.name), f"{two.similarity:.2f}"]
        for one, two in zip(found.model, found.mfcc, strict=True)
    ]
    head = [say("audio.by_network"), say("audio.cosine"), say("audio.by_mfcc"), say("audio.cosine")]
    return markup.table(head, rows)


def probe(say: Say, found: dict[str, explore.ProbeOutput]) -> ProbeValues:
    """Bars of the digit, bars of the speaker, and the sentence."""
    (digit, sure), (speaker, speaker_sure) = (most_probable(found[task]) for task in ("digit", "speaker"))
    sentence = say("audio.read", digit=digit, sure=sure, speaker=speaker, speaker_sure=speaker_sure)
    return ProbeValues(
        digit=probability_bars(say, say("audio.digit"), found["digit"]),
        speaker=probability_bars(say, say("audio.speaker"), found["speaker"]),
        read=sentence,
    )


def probability_bars(say: Say, title: str, output: explore.ProbeOutput) -> go.Figure:
    """The probability of each class beside the chance level, the most probable one marked."""
    return figures.bars(
        list(output.names),
        output.probabilities.tolist(),
        title=title,
        y=say("audio.probability"),
        hover=say("audio.bar_hover"),
        marked=int(output.probabilities.argmax()),
        levels={say("page.chance"): 1 / len(output.names)},
        top=1.05,
        percent=True,
        height=270,
    )


def most_probable(output: explore.ProbeOutput) -> tuple[str, str]:
    """The most probable class and its probability in words."""
    best = int(output.probabilities.argmax())
    return output.names[best], f"{output.probabilities[best]:.0%}"


def card_sentence(say: Say) -> str:
    """The k-NN accuracies of the card."""
    card = explore.metrics()
    digits, unseen, environmental = card["fsdd"], card["fsdd, unheard speaker"], card["esc10"]
    shares = {
        "knn": digits["knn"],
        "mfcc": digits["mfcc_knn"],
        "esc10": environmental["knn"],
        "esc10_mfcc": environmental["mfcc_knn"],
        "unseen_speaker": unseen["knn"],
        "unseen_speaker_mfcc": unseen["mfcc_knn"],
    }
    written = {name: f"{share:.1%}" for name, share in shares.items()}
    return say("audio.card_knn", n=f"{digits['n']:.0f}", esc10_n=f"{environmental['n']:.0f}", **written)


def restoring_sentence(say: Say) -> str:
    """The restoration errors of the card."""
    card = explore.metrics()
    errors = {
        f"{name}_{kind}": f"{card[f'{spec}, restoring'][f'{kind}_db']:.1f}"
        for name, spec in (("digits", "fsdd"), ("esc10", "esc10"))
        for kind in ("model", "linear", "mean")
    }
    return say("audio.card_restoring", **errors)


def untrained_sentence(say: Say) -> str:
    """The accuracies of the same probes on an untrained network; empty where the card has none."""
    card, shares = explore.metrics(), {}
    for name, measured in explore.PROBED.items():
        if "untrained_accuracy" not in card.get(measured, {}):
            return ""
        shares[name] = f"{card[measured]['accuracy']:.0%}"
        shares[f"{name}_untrained"] = f"{card[measured]['untrained_accuracy']:.0%}"
    everyday = card[explore.PROBED["esc10"]]
    if "mcnemar_p" not in everyday:
        return ""
    counts = {name: f"{everyday[name]:.0f}" for name in ("n", "trained_only", "untrained_only")}
    return say("audio.untrained", **shares, **counts, p_value=f"{everyday['mcnemar_p']:.2g}")
