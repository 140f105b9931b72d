"""What the audio tab draws: spectrograms, features and errors of a sound, as pictures, figures and sentences."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.audio import explore
from core.data import sounds
from demos.page import figures
from demos.page.words import Say

PICTURE_PX = (560, 150)
Heard = tuple[int, NDArray[np.int16]]  # what gr.Audio plays: samples a second, samples


def playable(wave: explore.Floats) -> Heard:
    """A sound as the page's players take it."""
    return sounds.SAMPLE_RATE_HZ, (np.clip(wave, -1, 1) * 32767).astype(np.int16)


def spectrogram(db: explore.Floats) -> Image.Image:
    """Decibels (F, T) in [-80, 0] as a picture, low pitches at the bottom."""
    return figures.heat(db, -80, 0, *PICTURE_PX)


def draw_analysis(say: Say, heard: explore.Analysis) -> tuple[Any, ...]:
    """Waveform, mel spectrogram, features over time, MFCC over time, and one sentence of sizes."""
    times, values = outline(heard.wave)
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
        seconds=f"{heard.seconds:.2f}",
        rows=heard.features.shape[1],
        width=heard.features.shape[0],
        hop=f"{1000 * heard.feature_hop_s:.0f}",
        limit=f"{explore.HEARD_S:.0f}",
    )
    return wave, spectrogram(heard.mel_db), in_order(heard.features), standardised_rows(heard.mfcc), size


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


def draw_restoration(say: Say, found: explore.Restoration) -> tuple[Any, ...]:
    """Pictures with the hole and with each filling, players of the same, errors as bars, and the verdict."""
    covered = np.where(found.hidden, np.float32(-80), found.mel_db)
    frames = np.flatnonzero(found.hidden)
    scale = PICTURE_PX[0] / len(found.hidden)
    box = (round(frames[0] * scale), 0, round((frames[-1] + 1) * scale), PICTURE_PX[1] - 1)
    pictures = [figures.strike(spectrogram(db), box) for db in (covered, found.model.mel_db, found.linear.mel_db)]
    errors = [found.model.error_db, found.linear.error_db, found.mean.error_db]
    bars = figures.bars(
        [say("page.model"), say("audio.linear"), say("audio.mean")],
        errors,
        title=say("audio.error_title"),
        y=say("audio.error"),
        hover=say("audio.error_hover"),
        marked=0,
        height=270,
    )
    verdict = say(
        "audio.verdict",
        start=f"{found.start_s:.2f}",
        end=f"{found.end_s:.2f}",
        model=f"{errors[0]:.1f}",
        linear=f"{errors[1]:.1f}",
        mean=f"{errors[2]:.1f}",
    )
    players = [playable(wave) for wave in (found.masked_wave, found.model.wave, found.linear.wave)]
    return (*pictures, *players, bars, verdict)


def draw_views(say: Say, found: explore.Likeness) -> tuple[Any, ...]:
    """The two views as pictures, and the cosines in words."""
    return spectrogram(found.mels_db[0]), spectrogram(found.mels_db[1]), likeness(say, "audio.views_found", found)


def likeness(say: Say, key: str, found: explore.Likeness) -> str:
    """Two cosines and how many pairs of bundled sounds are less alike, in words."""
    return say(
        key,
        cosine=f"{found.cosine:.2f}",
        rank=f"{found.rank:.0%}",
        mfcc=f"{found.mfcc_cosine:.2f}",
        mfcc_rank=f"{found.mfcc_rank:.0%}",
    )


def draw_probe(say: Say, found: dict[str, explore.Reading]) -> tuple[Any, ...]:
    """Bars of the digit, bars of the speaker, and the sentence."""
    drawn = []
    for task in ("digit", "speaker"):
        reading = found[task]
        drawn.append(
            figures.bars(
                list(reading.names),
                reading.probabilities.tolist(),
                title=say(f"audio.{task}"),
                y=say("audio.probability"),
                hover=say("audio.bar_hover"),
                marked=int(reading.probabilities.argmax()),
                levels={say("page.chance"): 1 / len(reading.names)},
                top=1.05,
                percent=True,
                height=270,
            )
        )
    best = [(reading.names[i], f"{reading.probabilities[i]:.0%}") for reading, i in _winners(found)]
    sentence = say("audio.read", digit=best[0][0], sure=best[0][1], speaker=best[1][0], speaker_sure=best[1][1])
    return (*drawn, sentence)


def _winners(found: dict[str, explore.Reading]) -> list[tuple[explore.Reading, int]]:
    return [(found[task], int(found[task].probabilities.argmax())) for task in ("digit", "speaker")]
