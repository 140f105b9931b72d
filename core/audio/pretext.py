"""The two labels that unlabelled sounds give: a hidden stretch and two views.

A hidden stretch: some frames of a spectrogram are hidden, and their values are the target (Mockingjay, Liu et al.
2020). Two views: two random versions of one clip are matched among all clips of a batch (COLA, Saeed et al. 2021; the
mixing-in of other sounds is BYOL-A's, Niizumi et al. 2021). Views keep what is said and change how it was recorded:
where the clip starts, how fast it goes, the size of the mouth, the gain of each band, noise and background sounds. Each
view draws its own background: a shared one would be enough to match the pair. Spectrograms are in dB below the loudest
cell, see `core.data.spectra`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data.spectra import FLOOR_DB, relative_db

DB_PER_NEPER = 10 / math.log(10)  # of power
EMPTY_FROM = 0.78  # share of the mel bands that lie below 4 kHz


@dataclass(frozen=True)
class ViewSettings:
    """How strongly a view differs from its clip.

    Attributes:
        stretch: largest change of speed, 0.2 for 1/1.2 to 1.2 times as fast.
        shift: largest move along the mel bands, in bands.
        colour_db: largest gain or loss of a region of bands.
        noise_db: loudest steady noise, in dB below the loudest cell.
        mix_db: loudest background sound, in dB below the loudest cell.
        cut: largest share of a clip that is cut off at one end.
        replicate: share of the views whose highest bands are copied from those below, as if recorded at a higher rate.
        clean: share of the views without noise and without a background sound.
    """

    stretch: float = 0.2
    shift: float = 2.0
    colour_db: float = 8.0
    noise_db: float = -25.0
    mix_db: float = -15.0
    cut: float = 0.1
    replicate: float = 0.5
    clean: float = 0.3

    def scaled(self, strength: float) -> "ViewSettings":
        """All changes `strength` times as strong; 0 leaves the clip as it is, but for where it lies in the window."""
        noise_db, mix_db = (min(0.0, strength * (FLOOR_DB + db) - FLOOR_DB) for db in (self.noise_db, self.mix_db))
        return ViewSettings(
            strength * self.stretch,
            strength * self.shift,
            strength * self.colour_db,
            noise_db,
            mix_db,
            strength * self.cut,
            min(1.0, strength * self.replicate),
            self.clean,
        )


@dataclass(frozen=True)
class Bank:
    """Spectrograms of many clips laid end to end.

    Attributes:
        db: (F, sum of lengths) in [-80, 0].
        starts: (N,) int64, first frame of each clip.
        lengths: (N,) int64, frames of each clip.
    """

    db: Tensor
    starts: Tensor
    lengths: Tensor

    def to(self, device: torch.device) -> "Bank":
        """The same on another device."""
        return Bank(self.db.to(device), self.starts.to(device), self.lengths.to(device))


def bank(spectrograms: Sequence[Tensor]) -> Bank:
    """Lay spectrograms (F, T_i) end to end."""
    lengths = torch.tensor([item.shape[-1] for item in spectrograms])
    return Bank(torch.cat(list(spectrograms), -1), lengths.cumsum(0) - lengths, lengths)


def view(clips: Bank, rows: Tensor, window: int, rng: torch.Generator, settings: ViewSettings) -> Tensor:
    """Draw one random view of each clip; the background of a view is the view of another clip in the batch.

    Args:
        clips: where they lie.
        rows: (B,) int64, which clips.
        window: frames of a view; a shorter clip lies somewhere in it, of a longer one a part is seen.
        rng: on the device of `clips`.
        settings: how strong each change is.

    Returns:
        (B, F, window) in [-80, 0].
    """
    batch = len(rows)
    speed = torch.exp(math.log1p(settings.stretch) * _uniform(batch, -1, 1, rng))
    length = clips.lengths[rows]
    slack = length - window * speed  # negative: the clip is shorter than the window
    cut = settings.cut * torch.minimum(length, window * speed) * _uniform(batch, -1, 1, rng)
    first = slack * _uniform(batch, 0, 1, rng) + cut
    times = first[:, None] + speed[:, None] * torch.arange(window, device=rows.device)  # (B, W), frames of the clip
    db = sample(clips, rows, times)  # (B, F, W)
    db = shift_bands(db, settings.shift * _uniform(batch, -1, 1, rng))
    db = colour(db, settings.colour_db, rng)
    db = replicate(db, _chosen(batch, settings.replicate, rng), rng)
    noisy = add_sounds(db, db[draw_backgrounds(batch, rng)], _level(batch, settings.mix_db, rng))
    noisy = add_noise(noisy, _level(batch, settings.noise_db, rng), rng)
    return relative_db(torch.where(_chosen(batch, settings.clean, rng), db, noisy))


def draw_backgrounds(batch: int, rng: torch.Generator) -> Tensor:
    """For each clip of a batch another one, any with the same probability: (batch,) int64; of one clip, itself."""
    offset = torch.randint(1, max(2, batch), (batch,), generator=rng, device=rng.device)
    return (torch.arange(batch, device=rng.device) + offset) % batch


def sample(clips: Bank, rows: Tensor, times: Tensor) -> Tensor:
    """Read clips at given times (B, W), in frames and between frames; silence outside. Returns (B, F, W)."""
    length = clips.lengths[rows][:, None]
    inside = (times >= 0) & (times <= length - 1)
    low = times.floor().clamp(min=0).minimum(length - 1)
    high = (low + 1).minimum(length - 1)
    start, part = clips.starts[rows][:, None], (times - low).clamp(0, 1)
    before, after = clips.db[:, start + low.long()], clips.db[:, start + high.long()]  # (F, B, W)
    read = torch.where(inside, before + part * (after - before), -FLOOR_DB)
    return read.transpose(0, 1)


def shift_bands(db: Tensor, bands: Tensor) -> Tensor:
    """Move each spectrogram (B, F, W) up by its own number of bands (B,), between bands by interpolation."""
    count = db.shape[1]
    places = torch.arange(count, device=db.device) - bands[:, None]  # (B, F), where each band comes from
    low = places.floor().clamp(0, count - 1)
    part = (places - low).clamp(0, 1)[..., None]
    high = (low + 1).clamp(max=count - 1)
    index = [item.long()[..., None].expand_as(db) for item in (low, high)]
    return db.gather(1, index[0]) * (1 - part) + db.gather(1, index[1]) * part


def colour(db: Tensor, most_db: float, rng: torch.Generator, *, knots: int = 6) -> Tensor:
    """Imitate another microphone: a random gain in dB at `knots` bands, interpolated between them."""
    gains = most_db * (2 * torch.rand(len(db), 1, knots, generator=rng, device=rng.device) - 1)
    curve = torch.nn.functional.interpolate(gains, size=db.shape[1], mode="linear", align_corners=True)  # (B, 1, F)
    return db + curve.mT * (db > -FLOOR_DB)


def replicate(db: Tensor, chosen: Tensor, rng: torch.Generator) -> Tensor:
    """Copy the bands below 4 kHz into those above, up to 25 dB softer, where those are empty.

    Spectral band replication (Dietz et al. 2002). Without it a network trained on recordings of 8,000 samples per
    second fails on sounds with content above 4 kHz.

    Args:
        db: (B, F, W).
        chosen: (B, 1, 1) bool, which spectrograms.
        rng: on the device of `db`.
    """
    bands = db.shape[1]
    edge = round(EMPTY_FROM * bands)
    copied = db[:, 2 * edge - bands : edge] - _uniform(len(db), 0, 25, rng)[:, None, None]
    fuller = torch.cat([db[:, :edge], torch.maximum(db[:, edge:], copied)], 1)
    return torch.where(chosen, fuller, db)


def add_sounds(db: Tensor, other: Tensor, level_db: Tensor) -> Tensor:
    """Add the power of another spectrogram, its level (B,) in dB."""
    return DB_PER_NEPER * torch.logaddexp(db / DB_PER_NEPER, (other + level_db[:, None, None]) / DB_PER_NEPER)


def add_noise(db: Tensor, level_db: Tensor, rng: torch.Generator) -> Tensor:
    """Add steady noise of a random tilt; a cell's power is spread as that of a mean of four draws."""
    batch, bands, _ = db.shape
    tilt = 10 * _uniform(batch, -1, 1, rng)[:, None] * torch.linspace(-1, 1, bands, device=db.device)  # (B, F), dB
    draws = torch.rand(4, *db.shape, generator=rng, device=rng.device).clamp(min=1e-6)
    noise = DB_PER_NEPER * (-draws.log()).mean(0).log() + tilt[..., None]
    return add_sounds(db, noise, level_db)


def spans(batch: int, frames: int, rng: torch.Generator, *, shortest: int, longest: int) -> Tensor:
    """Hide one stretch of each clip: (batch, frames) bool, `shortest` to `longest` frames at a random position."""
    length = torch.randint(shortest, longest + 1, (batch, 1), generator=rng, device=rng.device)
    first = (_uniform(batch, 0, 1, rng)[:, None] * (frames - length + 1)).long()
    index = torch.arange(frames, device=rng.device)
    return (index >= first) & (index < first + length)


def hidden_error(restored: Tensor, truth: Tensor, hidden: Tensor) -> Tensor:
    """Mean squared error over the hidden frames only.

    Args:
        restored: (B, F, T).
        truth: (B, F, T).
        hidden: (B, T) bool, at least one true.

    Returns:
        Scalar, in squared units of the spectrogram.
    """
    square = (restored - truth).square().mean(1)  # (B, T)
    return (square * hidden).sum() / hidden.sum()


def fill_mean(db: Tensor, hidden: Tensor) -> Tensor:
    """Fill every hidden frame with each band's mean over the visible ones; (F, T) and (T,) to (F, T)."""
    return torch.where(hidden, db[:, ~hidden].mean(1, keepdim=True), db)


def _uniform(batch: int, low: float, high: float, rng: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(batch, generator=rng, device=rng.device)


def _chosen(batch: int, share: float, rng: torch.Generator) -> Tensor:
    return (_uniform(batch, 0, 1, rng) < share)[:, None, None]


def _level(batch: int, loudest_db: float, rng: torch.Generator) -> Tensor:
    """Levels from the floor up to the loudest: (B,) dB."""
    return _uniform(batch, -FLOOR_DB, loudest_db, rng)
