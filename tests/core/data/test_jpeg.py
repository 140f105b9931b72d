"""The lossy steps of JPEG as tensors, against Pillow's codec on photographs and the formulas of the standard."""

import io
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from core.data import bundled, jpeg
from core.device import generator

CPU = torch.device("cpu")
PHOTOGRAPHS = {
    photo.key: torch.from_numpy(photo.image.copy()).permute(2, 0, 1).float() / 255
    for photo in bundled.photographs()[:5]
}
NOISE = torch.rand(6, 3, 24, 40, generator=generator(0))


def simulated(image: Tensor, quality: int) -> Tensor:
    return jpeg.simulate(image.unsqueeze(0), torch.tensor([quality])).squeeze(0)


# --- against the codec ---


@pytest.mark.parametrize("key", PHOTOGRAPHS)
@pytest.mark.parametrize("quality", [50, 75, 95])
def test_photograph_loses_as_in_the_codec(key: str, quality: int) -> None:
    image = PHOTOGRAPHS[key]
    real, ours = jpeg.jpeg(image, quality), simulated(image, quality)
    assert float((ours - real).abs().mean()) < 0.4 / 255  # measured: 0.08 to 0.20 at 50, 0.19 to 0.36 at 95
    losses = [float((passed - image).abs().mean()) for passed in (ours, real)]
    assert losses[0] == pytest.approx(losses[1], rel=0.005)
    changes = torch.stack([(passed - image).flatten() for passed in (ours, real)])
    assert float(torch.corrcoef(changes)[0, 1]) > {50: 0.99, 75: 0.985, 95: 0.95}[quality]


@pytest.mark.parametrize("quality", [50, 75, 95])
@pytest.mark.parametrize("size", [(16, 16), (17, 33), (24, 18), (101, 97), (64, 8), (15, 250)])
def test_odd_sides_are_padded_like_codec(size: tuple[int, int], quality: int) -> None:
    image = PHOTOGRAPHS["china"][:, 150 : 150 + size[0], 200 : 200 + size[1]]
    difference = (simulated(image, quality) - jpeg.jpeg(image, quality)).abs()
    for part in (difference, difference[:, -1], difference[:, :, -1]):  # all, the last row, the last column
        assert float(part.mean()) < 1.1 / 255


@pytest.mark.parametrize("quality", [1, 5, 10, 30, 49, 50, 51, 75, 90, 95, 99, 100])
def test_quantisation_tables_equal_pillow(quality: int) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "JPEG", quality=quality)
    tables = Image.open(buffer).quantization  # type: ignore[attr-defined]
    steps = jpeg._steps(torch.tensor([quality]), CPU)
    assert steps.shape == (1, 2, 64)
    assert steps[0].tolist() == [list(tables[0]), list(tables[1])]


# --- against the formulas ---


def slow_transform(block: Tensor) -> Tensor:
    """ITU-T T.81, A.3.3, written out."""
    result = torch.zeros(8, 8, dtype=torch.float64)
    for v in range(8):
        for u in range(8):
            total = 0.0
            for y in range(8):
                for x in range(8):
                    waves = math.cos((2 * x + 1) * u * math.pi / 16) * math.cos((2 * y + 1) * v * math.pi / 16)
                    total += float(block[y, x]) * waves
            result[v, u] = total / 4 * (math.sqrt(0.5) if u == 0 else 1) * (math.sqrt(0.5) if v == 0 else 1)
    return result


def test_cosine_transform_is_orthogonal() -> None:
    block = torch.rand(8, 8, generator=generator(1)) * 255 - 128
    transform = jpeg._cosines(CPU)
    ours = (transform @ block.flatten()).view(8, 8)
    assert torch.allclose(ours.double(), slow_transform(block), atol=1e-3)
    assert torch.allclose(transform @ transform.mT, torch.eye(64), atol=1e-6)


def test_blocks_are_cut_where_they_lie() -> None:
    planes = (torch.rand(2, 3, 16, 24, generator=generator(2)) * 200 - 100).round()
    steps = torch.full((2, 64), 40.0)
    together = jpeg._round_frequencies(planes, steps)
    alone = jpeg._round_frequencies(planes[1:, 2:, 8:, 16:], steps[1:])
    assert torch.equal(together[1:, 2:, 8:, 16:], alone)


@pytest.mark.parametrize(
    ("colour", "expected"),  # JFIF 1.02, p. 3: Y, Cb and Cr of the corners of the colour cube
    [
        ((0, 0, 0), (0, 128, 128)),
        ((255, 255, 255), (255, 128, 128)),
        ((255, 0, 0), (76, 85, 255)),
        ((0, 255, 0), (150, 44, 21)),
        ((0, 0, 255), (29, 255, 107)),
    ],
)
def test_colours_are_split_as_jfif_says(colour: tuple[int, ...], expected: tuple[int, ...]) -> None:
    luma, chroma = jpeg._split(torch.tensor(colour, dtype=torch.float32).view(1, 3, 1, 1))
    assert (torch.cat([luma, chroma], 1).flatten() + 128).tolist() == list(expected)
    joined = jpeg._join(luma, chroma).flatten() * 255
    assert torch.allclose(joined, torch.tensor(colour, dtype=torch.float32), atol=2)


# --- what it must do ---


def test_each_picture_has_its_own_quality() -> None:
    qualities = torch.tensor([5, 30, 50, 75, 95, 100])
    together = jpeg.simulate(NOISE, qualities)
    for image, quality, result in zip(NOISE, qualities.tolist(), together, strict=True):
        assert torch.equal(simulated(image, quality), result)
    losses = (jpeg.simulate(NOISE[:1].expand(6, -1, -1, -1), qualities) - NOISE[0]).abs().mean((1, 2, 3)).tolist()
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (3, 3), (8, 8), (31, 17)])
@pytest.mark.parametrize("level", [0, 77, 255])
def test_flat_grey_picture_is_unchanged(size: tuple[int, int], level: int) -> None:
    flat = torch.full((1, 3, *size), level / 255)
    assert torch.allclose(jpeg.simulate(flat, torch.tensor([90])), flat, atol=1.5 / 255)


def test_results_are_bytes_in_unit_range() -> None:
    before = NOISE.clone()
    result = jpeg.simulate(NOISE * 3 - 1, torch.full((6,), 20))
    assert result.dtype == torch.float32
    assert result.shape == NOISE.shape
    assert 0 <= float(result.min()) <= float(result.max()) <= 1
    assert torch.allclose(result * 255, (result * 255).round(), atol=1e-4)
    assert torch.equal(NOISE, before)


class Counting(TorchDispatchMode):
    """Counts what torch is asked to do."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.seen[str(func)] += 1
        return func(*args, **(kwargs or {}))


def test_operations_do_not_grow_with_batch() -> None:
    counts = []
    for batch in (1, 1, 5):  # the first fills the caches
        with Counting() as counting:
            jpeg.simulate(NOISE[:batch], torch.full((batch,), 75))
        counts.append(counting.seen)
    assert counts[1] == counts[2]
    assert not [name for name in counts[1] if "local_scalar" in name or "nonzero" in name]


def test_high_quality_loses_less() -> None:
    smooth = torch.linspace(0, 1, 32).expand(3, 32, 32)
    for passed in (jpeg.jpeg, simulated):
        errors = [float((passed(smooth, quality) - smooth).abs().mean()) for quality in (95, 50, 5)]
        assert errors[0] < 0.01
        assert errors[0] <= errors[1] < errors[2]
