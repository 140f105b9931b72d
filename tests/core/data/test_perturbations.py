"""Changes that take an encoder's traces away and leave the picture."""

import pytest
import torch

from core.data import bundled, perturbations, pictures

SMOOTH = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)


@pytest.mark.parametrize("size", [32, 64, 96])
@pytest.mark.parametrize("change", perturbations.CHANGES)
def test_size_and_range_stay(change: perturbations.Change, size: int) -> None:
    photo = pictures.to_tensor(pictures.square(bundled.photographs()[0].image, size))
    changed = perturbations.apply(photo, change)
    assert changed.shape == photo.shape
    assert 0 <= changed.min() <= changed.max() <= 1
    assert torch.equal(changed, photo) == (change == "none")


def test_re_encoding_changes_pixels_but_little() -> None:
    changed = perturbations.apply(SMOOTH, "re-encoded")
    assert 0 < (changed - SMOOTH).abs().mean() < 0.02


def test_cropping_keeps_the_middle() -> None:
    changed = perturbations.apply(SMOOTH, "cropped")
    edge = round(0.1 * 64)
    assert changed[..., 0].mean() == pytest.approx(edge / 63, abs=0.01)
    assert changed[..., -1].mean() == pytest.approx(1 - edge / 63, abs=0.01)
    assert changed[..., 31:33].mean() == pytest.approx(0.5, abs=1e-3), "the middle stays in the middle"
