"""Parities depend on a faint pattern and not on the content, and a turn permutes them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from einops import rearrange
from PIL import Image

from core.device import generator
from core.rotation import pretext, traces


def noisy(count: int = 6) -> torch.Tensor:
    return torch.rand(count, 3, 16, 16, generator=generator(0))


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_turn_permutes_the_parities(quarter: int) -> None:
    before = rearrange(traces.parities(noisy()), "b (k c p q) -> (b k c) p q", k=2, c=3, p=2)
    turns = torch.full((6,), quarter)
    after = rearrange(traces.parities(pretext.turn(noisy(), turns)), "b (k c p q) -> (b k c) p q", k=2, c=3, p=2)
    assert torch.allclose(after, torch.rot90(before, quarter, (1, 2)), atol=1e-5) or torch.allclose(
        after, torch.rot90(before, -quarter, (1, 2)), atol=1e-5
    )


def test_flat_picture_has_no_traces() -> None:
    inside = traces.parities(torch.full((1, 3, 64, 64), 0.5))
    assert inside.shape == (1, 24)
    assert inside.abs().max() < 4 * traces.CLAMP / 32, "only the zero padding at the border counts"


def test_one_grey_level_reveals_the_turn(tmp_path: Path) -> None:
    """One grey level of blue on one parity reveals the turn, under content that does not; re-encoding removes it."""
    rng = np.random.default_rng(0)
    for number in range(60):
        half = "test" if number % 3 == 0 else "train"
        picture = np.repeat(np.repeat(rng.integers(0, 250, (4, 4, 3)), 8, 0), 8, 1)
        picture[::2, ::2, 2] += 1
        (tmp_path / half / "any").mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.astype(np.uint8)).save(tmp_path / half / "any" / f"{number}.png")
    found = traces.main(["--data", f"folder:{tmp_path}", "--size", "32"])
    assert found["none"] == 1
    assert found["re-encoded"] < 0.5
