"""The labels that sounds give and the losses on them, against slow transcriptions and closed forms."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.audio import pretext
from core.data import spectra
from core.device import generator
from core.nn.losses import nt_xent

STILL = pretext.ViewSettings(
    stretch=0.0, shift=0.0, colour_db=0.0, noise_db=-80.0, mix_db=-80.0, cut=0.0, replicate=0.0
)


def ramp(bands: int, frames: int) -> Tensor:
    """A spectrogram (F, T) whose loudest cell is 0 dB and whose every cell is different."""
    return torch.linspace(-70, 0, bands * frames).view(bands, frames)


def slow_nt_xent(first: Tensor, second: Tensor, temperature: float) -> list[float]:
    """Chen et al. 2020, eq. 1, one number at a time."""
    views = [view for pair in zip(first, second, strict=True) for view in pair]
    count = len(first)
    cosine = [[float(a @ b / (a.norm() * b.norm())) for b in views] for a in views]
    losses = []
    for i in range(2 * count):
        partner = i + 1 if i % 2 == 0 else i - 1
        others = sum(math.exp(cosine[i][k] / temperature) for k in range(2 * count) if k != i)
        losses.append(-math.log(math.exp(cosine[i][partner] / temperature) / others))
    return losses


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_nt_xent_equals_the_formula(temperature: float) -> None:
    first, second = torch.randn(2, 5, 7, generator=generator(0))
    found = nt_xent(first, second, temperature)
    slow = slow_nt_xent(first, second, temperature)
    assert found.rows.tolist() == pytest.approx(slow, abs=1e-5)
    assert float(found.mean) == pytest.approx(sum(slow) / 10, abs=1e-5)


def test_nt_xent_has_known_closed_forms() -> None:
    assert float(nt_xent(torch.ones(6, 4), torch.ones(6, 4), 0.3).mean) == pytest.approx(math.log(11), abs=1e-5)
    eye = torch.eye(4)
    expected = math.log(math.e**2 + 6) - 2  # own partner at cosine one, six others at zero, temperature one half
    assert float(nt_xent(eye, eye, 0.5).mean) == pytest.approx(expected, abs=1e-5)


def test_nt_xent_is_symmetric_and_scale_free() -> None:
    first, second = torch.randn(2, 5, 7, generator=generator(1))
    one = nt_xent(first, second, 0.2).mean
    assert torch.allclose(one, nt_xent(second, first, 0.2).mean)
    assert torch.allclose(one, nt_xent(3 * first, 0.1 * second, 0.2).mean, atol=1e-6)


@pytest.mark.parametrize(("shortest", "longest", "frames"), [(8, 24, 96), (1, 1, 5), (5, 5, 5)])
def test_one_span_per_clip_is_hidden(shortest: int, longest: int, frames: int) -> None:
    hidden = pretext.spans(64, frames, generator(3), shortest=shortest, longest=longest)
    counts = hidden.sum(1)
    assert counts.min() >= shortest
    assert counts.max() <= longest
    edges = hidden.int().diff(dim=1, prepend=torch.zeros(64, 1, dtype=torch.int)).clamp(min=0).sum(1)
    assert edges.tolist() == [1] * 64, "one run"


def test_error_counts_hidden_frames_only() -> None:
    truth = torch.randn(2, 3, 6, generator=generator(4))
    hidden = torch.tensor([[0, 0, 1, 1, 0, 0], [1, 0, 0, 0, 0, 0]], dtype=torch.bool)
    wrong = truth + torch.where(hidden[:, None], 0.5, 100.0)
    assert float(pretext.hidden_error(wrong, truth, hidden)) == pytest.approx(0.25, abs=1e-5)


def test_unchanged_view_is_the_padded_clip() -> None:
    clips = pretext.bank([ramp(8, 10), ramp(8, 30)])
    seen = pretext.view(clips, torch.tensor([0]), 16, generator(5), STILL)[0]  # (8, 16)
    first = int(torch.nonzero(seen.amax(0) > -40)[0])
    assert torch.allclose(seen[:, first + 1 : first + 9], ramp(8, 10)[:, 1:9], atol=8.0), "between frames: interpolated"
    assert float(seen.max()) == 0
    assert float(seen.min()) >= -80


def test_sample_interpolates_between_frames() -> None:
    clips = pretext.bank([ramp(2, 3) - 5, ramp(2, 4)])
    times = torch.tensor([[-1.0, 0.0, 0.5, 3.0, 3.5]])
    read = pretext.sample(clips, torch.tensor([1]), times)[0]
    truth = ramp(2, 4)
    assert torch.allclose(read[:, 1], truth[:, 0])
    assert torch.allclose(read[:, 2], (truth[:, 0] + truth[:, 1]) / 2)
    assert torch.allclose(read[:, 3], truth[:, 3])
    assert read[:, [0, 4]].eq(-80).all()


def test_bands_shift_by_whole_numbers_exactly() -> None:
    db = ramp(8, 5)[None]
    up = pretext.shift_bands(db, torch.tensor([2.0]))
    assert torch.equal(up[:, 2:], db[:, :-2])
    assert torch.equal(pretext.shift_bands(db, torch.tensor([0.0])), db)


def test_sounds_add_as_powers() -> None:
    sound = torch.full((1, 2, 3), -10.0)
    assert pretext.add_sounds(sound, sound, torch.zeros(1)).allclose(torch.tensor(-10 + 10 * math.log10(2)))
    assert pretext.add_sounds(sound, sound, torch.tensor([-80.0])).allclose(sound, atol=1e-4)


def test_views_depend_on_the_generator_alone() -> None:
    clips = pretext.bank([ramp(8, 40), ramp(8, 12)])

    def draw(seed: int) -> Tensor:
        return pretext.view(clips, torch.tensor([0, 1]), 24, generator(seed), pretext.ViewSettings())

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))
    assert draw(1).amax((1, 2)).eq(0).all(), "counted from the loudest cell"


def test_backgrounds_are_drawn_per_view() -> None:
    """Clip i is the only one with sound in band i, so the bands of a view tell its background."""
    batch, frames = 6, 24
    clips = pretext.bank(
        [torch.full((batch, frames), -80.0).index_fill_(0, torch.tensor(i), 0.0) for i in range(batch)]
    )
    loud = dataclasses.replace(STILL, mix_db=0.0, clean=0.0)
    rows, rng = torch.arange(batch), generator(12)
    same, drawn = [], []
    for _ in range(60):
        backgrounds = []
        for _ in "ab":
            bands = pretext.view(clips, rows, frames, rng, loud).amax(2)  # (B, F)
            bands[rows, rows] = -torch.inf
            backgrounds.append(bands.argmax(1))
        audible = torch.stack([b != rows for b in backgrounds]).all(0)
        assert bool(audible.all()), "never the clip itself"
        same.append((backgrounds[0] == backgrounds[1]).float())
        drawn.append(torch.stack(backgrounds))
    assert torch.stack(same).mean().item() == pytest.approx(1 / (batch - 1), abs=0.08), "as chance has it, not always"
    others = torch.stack(drawn).flatten(0, 1)  # (120, B)
    assert all(set(others[:, i].tolist()) == set(range(batch)) - {i} for i in range(batch)), "any other clip"


def test_single_clip_is_its_own_background() -> None:
    assert pretext.draw_backgrounds(1, generator(0)).tolist() == [0]


def test_strength_scales_every_change() -> None:
    full, none = pretext.ViewSettings(), pretext.ViewSettings().scaled(0)
    assert full.scaled(1) == full
    assert (none.stretch, none.shift, none.colour_db, none.noise_db, none.mix_db) == (0, 0, 0, -80, -80)
    assert none.replicate == none.cut == 0
    assert full.scaled(2).noise_db <= 0


def test_fillings_of_a_straight_line() -> None:
    db = torch.arange(10.0).expand(3, 10)
    hidden = torch.zeros(3, 10, dtype=torch.bool)
    hidden[0, 4:7] = hidden[1, 8:] = hidden[2, :2] = True
    filled = spectra.interpolate_hidden(db.expand(3, 3, 10), hidden)
    assert torch.allclose(filled[0], db)
    assert filled[1, :, 8:].eq(7).all()
    assert filled[2, :, :2].eq(2).all()
    assert torch.allclose(spectra.interpolate_hidden(db, hidden[0]), db)
    assert torch.allclose(pretext.fill_mean(db, hidden[0])[:, 5], torch.tensor(30 / 7))


def test_interpolation_equals_numpys() -> None:
    db, hidden = torch.randn(4, 30, generator=generator(9)), torch.rand(30, generator=generator(10)) < 0.5
    seen = torch.nonzero(~hidden)[:, 0].numpy()
    expected = np.stack([np.interp(np.arange(30), seen, row[seen]) for row in db.numpy()])
    assert np.allclose(spectra.interpolate_hidden(db, hidden).numpy(), expected, atol=1e-5)


def test_only_empty_upper_bands_are_replicated() -> None:
    db = torch.full((2, 64, 5), -20.0)
    db[0, 50:] = -80
    every = torch.ones(2, 1, 1, dtype=torch.bool)
    filled = pretext.replicate(db, every, generator(11))
    assert torch.equal(filled[:, :50], db[:, :50])
    assert torch.equal(filled[1], db[1]), "nothing was empty"
    assert filled[0, 50:].amin() >= -45
    assert filled[0, 50:].amax() <= -20
    assert torch.equal(pretext.replicate(db, ~every, generator(11)), db)
