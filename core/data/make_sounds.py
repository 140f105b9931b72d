"""Make the bundled sounds: `python -m core.data.make_sounds`.

Three sources: formulas (`core.data.waveforms`), English digits spoken by eSpeak NG in six voices, and CC0 clips of
Debian's sonic-pi-samples, each credited as that package's copyright file has it. All become 16 kHz, mono, 16-bit FLAC
of at most three seconds. FLAC, since Vorbis files carry a random number and would differ from run to run.

Needs the packages espeak-ng and sonic-pi-samples of Debian.
"""

import argparse
import io
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from core.data import waveforms
from core.data.bundled import ASSETS, SAMPLE_RATE_HZ, Kind, Name
from core.data.sample_names import SAMPLE_NAMES
from core.data.waveforms import Samples

MAX_S = 3.0
PEAK = 0.7
SILENCE = 0.01  # of the peak
MADE_HERE = "Synthesised for this project, MIT"
PITCHES_HZ = (110, 220, 330, 440, 660, 880, 1320, 1760)
STRINGS = {"E2": 82.4, "A2": 110.0, "D3": 146.8, "G3": 196.0, "B3": 246.9, "E4": 329.6, "A4": 440.0, "C5": 523.3}
SWEEPS_HZ = ((200, 800), (300, 2400), (500, 1000), (1000, 6000))
BANDS: dict[str, tuple[int, int, Name]] = {
    "low": (60, 500, ("Low noise", "低频噪声")),
    "middle": (500, 2000, ("Middle noise", "中频噪声")),
    "high": (3000, 7500, ("High noise", "高频噪声")),
    "broad": (60, 7500, ("Broad noise", "宽带噪声")),
}
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CHARACTERS = "零一二三四五六七八九"
VOICES: dict[str, tuple[str, int, Name]] = {  # our name: eSpeak's voice, its pitch 0..99, names
    "british": ("en-gb", 45, ("British voice", "英国男声")),
    "american": ("en-us", 60, ("American voice", "美国男声")),
    "scottish": ("en-gb-scotland", 30, ("Scottish voice", "苏格兰男声")),
    "caribbean": ("en-029", 50, ("Caribbean voice", "加勒比男声")),
    "woman": ("en-us+f3", 55, ("American woman's voice", "美国女声")),
    "high": ("en-gb+f2", 80, ("High British woman's voice", "英国高音女声")),
}


@dataclass(frozen=True)
class Clip:
    """A sound on its way to a file; `samples` is (S,) at 16 kHz, of any loudness and length."""

    key: str
    name: Name
    kind: Kind
    credit: str
    samples: Samples
    label: int | None = None
    speaker: str | None = None


def synthesised() -> Iterator[Clip]:
    """Eight tones, eight chirps, eight plucked strings and eight noises; the same at every run."""
    rate, rng = SAMPLE_RATE_HZ, np.random.default_rng(0)
    for hz in PITCHES_HZ:
        name = (f"Pure tone, {hz} Hz", f"纯音，{hz} 赫兹")
        yield Clip(f"tone_{hz}", name, "tone", MADE_HERE, waveforms.tone(hz, 1.0, rate))
    for low, high in SWEEPS_HZ:
        up = (f"Chirp up, {low} to {high} Hz", f"上行扫频，{low} 至 {high} 赫兹")
        down = (f"Chirp down, {high} to {low} Hz", f"下行扫频，{high} 至 {low} 赫兹")
        yield Clip(f"chirp_up_{low}", up, "chirp", MADE_HERE, waveforms.chirp(low, high, 1.0, rate))
        yield Clip(f"chirp_down_{low}", down, "chirp", MADE_HERE, waveforms.chirp(high, low, 1.0, rate))
    for note, string_hz in STRINGS.items():
        name = (f"Plucked string, {note}", f"拨弦，{note}")
        yield Clip(f"pluck_{note.lower()}", name, "pluck", MADE_HERE, waveforms.pluck(string_hz, 1.5, rate, rng))
    for key, (low, high, (en, zh)) in BANDS.items():
        for bursts in (1, 4):
            name = (f"{en}, once" if bursts == 1 else f"{en}, four times", f"{zh}，{'一' if bursts == 1 else '四'}次")
            samples = waveforms.noise_bursts(low, high, bursts, 0.8, rate, rng)
            yield Clip(f"noise_{key}_{bursts}", name, "noise", MADE_HERE, samples)


def spoken() -> Iterator[Clip]:
    """Ten English digits in every voice."""
    for key, (voice, pitch, (en, zh)) in VOICES.items():
        for label, (word, character) in enumerate(zip(WORDS, CHARACTERS, strict=True)):
            command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", "150", "--stdout", word]
            wave = subprocess.run(command, check=True, capture_output=True).stdout
            name = (f"“{word}”, {en}", f"英语“{character}”，{zh}")
            credit = f"Spoken by eSpeak NG, voice {voice}, for this project, MIT"
            yield Clip(f"digit_{label}_{key}", name, "digit", credit, _decode(io.BytesIO(wave)), label, key)


def sampled(folder: Path, copyright_file: Path) -> Iterator[Clip]:
    """The chosen CC0 clips, each with its author, year and address."""
    credits_of = read_credits(copyright_file.read_text(encoding="utf-8"))
    for key, name in SAMPLE_NAMES.items():
        yield Clip(f"sample_{key}", name, "sample", credits_of[key], _decode(folder / f"{key}.flac"))


def read_credits(text: str) -> dict[str, str]:
    """Read "author, year, address, CC0 1.0" of each CC0 sample out of Debian's copyright file."""
    stanza = re.compile(
        r"^Files: etc/samples/(\w+)\.flac\nCopyright: (\d+) ([^<\n]+?)(?: <.*>)?\nSource: (\S+)\nLicense: CC0$", re.M
    )
    return {key: f"{author}, {year}, {url}, CC0 1.0" for key, year, author, url in stanza.findall(text)}


def _decode(source: Path | io.BytesIO) -> Samples:
    samples, rate_hz = soundfile.read(source, always_2d=True)  # (S, channels)
    mono: Samples = resample_poly(samples.mean(axis=1), SAMPLE_RATE_HZ, rate_hz)
    return mono


def finish(samples: Samples) -> Samples:
    """Cut silence off both ends, keep at most three seconds, set the peak to 0.7."""
    loud = np.flatnonzero(np.abs(samples) > SILENCE * np.abs(samples).max())
    kept = samples[loud[0] : loud[-1] + 1][: round(MAX_S * SAMPLE_RATE_HZ)]
    kept = waveforms.fade(kept, SAMPLE_RATE_HZ, seconds=0.005)
    return kept * (PEAK / float(np.abs(kept).max()))


def main() -> None:
    """Write assets/sounds/*.flac and sounds.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sonic-pi", type=Path, default=Path("/usr/share/sonic-pi/samples"))
    parser.add_argument("--copyright", type=Path, default=Path("/usr/share/doc/sonic-pi-samples/copyright"))
    parser.add_argument("--out", type=Path, default=ASSETS / "sounds")
    flags = parser.parse_args()
    clips = [*synthesised(), *spoken(), *sampled(flags.sonic_pi, flags.copyright)]
    for old in flags.out.glob("*.flac"):
        old.unlink()
    for clip in clips:
        soundfile.write(flags.out / f"{clip.key}.flac", finish(clip.samples), SAMPLE_RATE_HZ, subtype="PCM_16")
    rows = [
        {
            "file": f"{clip.key}.flac",
            "name_en": clip.name[0],
            "name_zh": clip.name[1],
            "kind": clip.kind,
            "label": clip.label,
            "speaker": clip.speaker,
            "credit": clip.credit,
        }
        for clip in clips
    ]
    text = json.dumps({"sounds": rows}, ensure_ascii=False, indent=1)
    (flags.out / "sounds.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(clips)} sounds")


if __name__ == "__main__":
    main()
