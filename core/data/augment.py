"""Augmentations as tensor operations on a whole batch, on whatever device it lies, drawn from a given generator.

Each picture of a batch draws its own crop, colours and blur, distributed as torchvision's per-picture transforms; only
the order of the colour changes is drawn once per batch. Pictures are (B, 3, H, W) float in [0, 1]; every function
returns a new tensor. Left out on purpose: bytes and other numbers of channels.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.jpeg import jpeg, simulate

__all__ = [
    "chosen",
    "colour_jitter",
    "gaussian_blur",
    "greyscale",
    "horizontal_flip",
    "jpeg",
    "random_resized_crop",
    "reencode",
    "uniform",
]

GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601 luma, what Pillow and torchvision use
TRIES = 10  # how often torchvision draws a crop again that does not fit


def uniform(batch: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """(B,) numbers drawn evenly from [low, high] on the generator's device."""
    return low + (high - low) * torch.rand(batch, generator=generator, device=generator.device)


def chosen(batch: int, share: float, generator: torch.Generator) -> Tensor:
    """(B, 1, 1, 1) booleans, each true with probability `share`."""
    return (uniform(batch, 0, 1, generator) < share).view(-1, 1, 1, 1)


def random_resized_crop(
    images: Tensor,
    size: int,
    generator: torch.Generator,
    *,
    scale: tuple[float, float] = (0.2, 1.0),
    ratio: tuple[float, float] = (3 / 4, 4 / 3),
) -> Tensor:
    """Cut a random part out of each picture and resize it (Szegedy et al. 2015; as `torchvision` names it).

    Args:
        images: (B, 3, H, W).
        size: side of the result in pixels.
        generator: on the device of `images`.
        scale: share of the area that stays.
        ratio: width over height of the part, drawn evenly on a log scale.

    Returns:
        (B, 3, size, size), bilinear with antialiasing where the part is larger than the result.
    """
    batch, channels, height, width = images.shape
    left, top, widths, heights = _boxes(batch, (height, width), scale, ratio, generator).unbind(1)
    across = _resizing(left, widths, width, size)  # (B, size, W)
    down = _resizing(top, heights, height, size)  # (B, size, H)
    with _all_digits(images):
        narrow = images.reshape(batch, channels * height, width) @ across.mT  # (B, C * H, size)
        return down.unsqueeze(1) @ narrow.view(batch, channels, height, size)  # (B, C, size, size)


def horizontal_flip(images: Tensor, generator: torch.Generator, share: float = 0.5) -> Tensor:
    """Mirror each picture left to right with probability `share`."""
    return torch.where(chosen(len(images), share, generator), images.flip(-1), images)


def greyscale(images: Tensor, generator: torch.Generator, share: float = 0.2) -> Tensor:
    """Take the colour out of each picture with probability `share`, keeping three channels."""
    return torch.where(chosen(len(images), share, generator), _luma(images).expand_as(images), images)


def colour_jitter(images: Tensor, generator: torch.Generator, strength: float = 0.5, share: float = 0.8) -> Tensor:
    """Change brightness, contrast, saturation and hue of each picture with probability `share`.

    Chen et al. 2020 (SimCLR), appendix A: torchvision's ColorJitter of 0.8, 0.8, 0.8 and 0.2 times `strength`. The
    order of the four is drawn anew for each batch; torchvision draws it for each picture, so one picture alone is
    distributed the same, and only pictures of one batch share it.
    """
    batch, reach = len(images), 0.8 * strength
    brightness, contrast, saturation = (
        uniform(batch, max(0.0, 1 - reach), 1 + reach, generator).view(-1, 1, 1, 1) for _ in range(3)
    )
    turn = uniform(batch, -0.2 * strength, 0.2 * strength, generator)
    changes: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda x: (x * brightness).clamp_(0, 1),
        lambda x: torch.lerp(_luma(x).mean((2, 3), keepdim=True), x, contrast).clamp_(0, 1),
        lambda x: torch.lerp(_luma(x), x, saturation).clamp_(0, 1),
        lambda x: _turn_hue(x, turn),
    )
    order = torch.randperm(len(changes), generator=generator, device=generator.device)
    jittered = images
    for number in order.tolist():  # a GPU hands back these four numbers, and no picture
        jittered = changes[number](jittered)
    return torch.where(chosen(batch, share, generator), jittered, images)


def gaussian_blur(
    images: Tensor, generator: torch.Generator, sigma: tuple[float, float] = (0.1, 2.0), share: float = 0.5
) -> Tensor:
    """Blur each picture with its own Gaussian; `sigma` is its standard deviation in pixels."""
    batch, channels, height, width = images.shape
    radius = min(math.ceil(2 * sigma[1]), (min(height, width) - 1) // 2)
    deviation = uniform(batch, *sigma, generator).view(-1, 1)
    offsets = torch.arange(-radius, radius + 1, device=images.device)
    kernel = torch.exp(-0.5 * (offsets / deviation) ** 2)  # (B, K)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)  # (B * C, K)
    stacked = F.pad(images.reshape(1, batch * channels, height, width), (radius,) * 4, mode="reflect")
    with _all_digits(images):
        rows = F.conv2d(stacked, kernel[:, None, None, :], groups=batch * channels)
        blurred = F.conv2d(rows, kernel[:, None, :, None], groups=batch * channels).view_as(images)
    return torch.where(chosen(batch, share, generator), blurred, images)


def reencode(
    images: Tensor, generator: torch.Generator, quality: tuple[int, int] = (50, 95), share: float = 0.5
) -> Tensor:
    """Simulate JPEG on each picture with probability `share`, so that traces of one encoder are no shortcut.

    Args:
        images: (B, 3, H, W) in [0, 1].
        generator: on the device of `images`.
        quality: lowest and highest JPEG quality, whole numbers drawn evenly.
        share: probability per picture.
    """
    batch, (low, high) = len(images), quality
    qualities = torch.randint(low, high + 1, (batch,), generator=generator, device=generator.device)
    return torch.where(chosen(batch, share, generator), simulate(images, qualities), images)


def _all_digits(images: Tensor) -> AbstractContextManager[object]:
    """Keep a training step's autocast from rounding pictures to bfloat16."""
    return torch.autocast(images.device.type, enabled=False)


def _luma(images: Tensor) -> Tensor:
    """(B, 3, H, W) to (B, 1, H, W)."""
    red, green, blue = images.unbind(1)
    return (GREY[0] * red).add_(green, alpha=GREY[1]).add_(blue, alpha=GREY[2]).unsqueeze(1)


def _boxes(
    batch: int,
    sides: tuple[int, int],
    scale: tuple[float, float],
    ratio: tuple[float, float],
    generator: torch.Generator,
) -> Tensor:
    """(B, 4): left, top, width and height of random parts in whole pixels, as torchvision draws them.

    All tries are drawn at once and the first that fits is taken; where none does, the largest part in the middle whose
    ratio is allowed.
    """
    height, width = sides
    area = height * width * uniform(batch * TRIES, *scale, generator).view(batch, TRIES)
    stretch = uniform(batch * TRIES, math.log(ratio[0]), math.log(ratio[1]), generator).view(batch, TRIES).exp()
    widths, heights = (area * stretch).sqrt().round(), (area / stretch).sqrt().round()  # (B, TRIES)
    fits = (widths > 0) & (widths <= width) & (heights > 0) & (heights <= height)
    first = fits.int().argmax(1, keepdim=True)  # of equal numbers the first
    found = fits.any(1)
    w = torch.where(found, widths.gather(1, first).squeeze(1), min(width, round(height * ratio[1])))
    h = torch.where(found, heights.gather(1, first).squeeze(1), min(height, round(width / ratio[0])))
    left = torch.where(found, (uniform(batch, 0, 1, generator) * (width - w + 1)).floor(), (width - w) // 2)
    top = torch.where(found, (uniform(batch, 0, 1, generator) * (height - h + 1)).floor(), (height - h) // 2)
    return torch.stack([left.minimum(width - w), top.minimum(height - h), w, h], 1)


def _resizing(start: Tensor, length: Tensor, pixels: int, size: int) -> Tensor:
    """(B, size, pixels): how much each pixel of a line gives to each of `size` that show the part from `start` (B,).

    A triangle as wide as one pixel of the coarser side, which is torchvision's bilinear resize with antialiasing.
    """
    start, length = start.view(-1, 1, 1), length.view(-1, 1, 1)  # (B, 1, 1)
    step = length / size
    centres = start + step * (torch.arange(size, device=start.device).unsqueeze(1) + 0.5)  # (B, size, 1)
    places = torch.arange(pixels, device=start.device) + 0.5
    weights = (1 - (places - centres).abs() / step.clamp(min=1)).clamp_(min=0)  # (B, size, pixels)
    weights = weights * ((places > start) & (places < start + length))
    return weights / weights.sum(-1, keepdim=True)


def _turn_hue(images: Tensor, turn: Tensor) -> Tensor:
    """Turn the hue of each picture by `turn` (B,) full circles, leaving HSV's saturation and value alone.

    Works in place wherever it may: on a CPU fresh memory costs more than the arithmetic.
    """
    red, green, blue = images.unbind(1)  # (B, H, W) each
    high, low = red.maximum(green).maximum(blue), red.minimum(green).minimum(blue)
    chroma = high - low
    green_or_blue = torch.where(high == green, blue - red + 2 * chroma, red - green + 4 * chroma)
    hue = torch.where(high == red, green - blue, green_or_blue).div_(6 * chroma.clamp(min=1e-12))  # in circles, red 0
    hue += (turn + 1).view(-1, 1, 1)  # above 0, so that `frac` leaves a place on the circle
    lit = [(hue + shift).frac_().mul_(6).sub_(3).abs_().sub_(1).clamp_(0, 1) for shift in (0, 2 / 3, 1 / 3)]
    return torch.stack(lit, 1).mul_(chroma.unsqueeze(1)).add_(low.unsqueeze(1))  # (B, 3, H, W)
