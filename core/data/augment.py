"""Augmentations as tensor operations on a whole batch, on whatever device it lies, drawn from a given generator.

Each picture of a batch draws its own crop, colours and blur, as torchvision's per-picture transforms do. Pictures are
(B, 3, H, W) float in [0, 1]; every function returns a new tensor.
"""

import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601 luma, what Pillow and torchvision use


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

    Of a part too wide or high the excess is cut off, where torchvision draws again: at most 0.05 of the area more.

    Args:
        images: (B, 3, H, W).
        size: side of the result in pixels.
        generator: on the device of `images`.
        scale: share of the area that stays.
        ratio: width over height of the part, drawn evenly on a log scale.

    Returns:
        (B, 3, size, size), bilinear.
    """
    batch = len(images)
    area = uniform(batch, *scale, generator)
    stretch = torch.exp(0.5 * uniform(batch, math.log(ratio[0]), math.log(ratio[1]), generator))
    width = (area.sqrt() * stretch).clamp(max=1.0)  # half-width of the part, in units of the half-picture
    height = (area.sqrt() / stretch).clamp(max=1.0)
    x = (1 - width) * uniform(batch, -1, 1, generator)
    y = (1 - height) * uniform(batch, -1, 1, generator)
    zero = torch.zeros_like(x)
    rows = [torch.stack([width, zero, x], 1), torch.stack([zero, height, y], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), [batch, 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def horizontal_flip(images: Tensor, generator: torch.Generator, share: float = 0.5) -> Tensor:
    """Mirror each picture left to right with probability `share`."""
    return torch.where(chosen(len(images), share, generator), images.flip(-1), images)


def greyscale(images: Tensor, generator: torch.Generator, share: float = 0.2) -> Tensor:
    """Take the colour out of each picture with probability `share`, keeping three channels."""
    return torch.where(chosen(len(images), share, generator), _luma(images).expand_as(images), images)


def colour_jitter(images: Tensor, generator: torch.Generator, strength: float = 0.5, share: float = 0.8) -> Tensor:
    """Change brightness, contrast, saturation and hue of each picture with probability `share`.

    Chen et al. 2020 (SimCLR), appendix A: the four ranges are 0.8, 0.8, 0.8 and 0.2 times `strength`. One fixed order
    for the batch, where torchvision shuffles it; hue turns in the YIQ plane, where torchvision turns in HSV.
    """
    batch, reach = len(images), 0.8 * strength
    factors = [uniform(batch, max(0.0, 1 - reach), 1 + reach, generator).view(-1, 1, 1, 1) for _ in range(3)]
    jittered = (images * factors[0]).clamp(0, 1)
    middle = _luma(jittered).mean((2, 3), keepdim=True)
    jittered = (middle + (jittered - middle) * factors[1]).clamp(0, 1)
    luma = _luma(jittered)
    jittered = (luma + (jittered - luma) * factors[2]).clamp(0, 1)
    turn = uniform(batch, -0.2 * strength, 0.2 * strength, generator) * 2 * math.pi
    jittered = _turn_hue(jittered, turn).clamp(0, 1)
    return torch.where(chosen(batch, share, generator), jittered, images)


def gaussian_blur(
    images: Tensor,
    generator: torch.Generator,
    sigma: tuple[float, float] = (0.1, 2.0),
    share: float = 0.5,
) -> Tensor:
    """Blur each picture with its own Gaussian; `sigma` is its standard deviation in pixels."""
    batch, channels, height, width = images.shape
    radius = min(math.ceil(2 * sigma[1]), (min(height, width) - 1) // 2)
    deviation = uniform(batch, *sigma, generator).view(-1, 1)
    offsets = torch.arange(-radius, radius + 1, device=images.device)
    kernel = torch.exp(-0.5 * (offsets / deviation) ** 2)  # (B, K)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)  # (B * C, K)
    stacked = F.pad(images.reshape(1, batch * channels, height, width), (radius,) * 4, mode="reflect")
    rows = F.conv2d(stacked, kernel[:, None, None, :], groups=batch * channels)
    blurred = F.conv2d(rows, kernel[:, None, :, None], groups=batch * channels).view_as(images)
    return torch.where(chosen(batch, share, generator), blurred, images)


def reencode(
    images: Tensor, generator: torch.Generator, quality: tuple[int, int] = (50, 95), share: float = 0.5
) -> Tensor:
    """Pass each picture through JPEG with probability `share`, so that traces of one encoder tell nothing.

    Args:
        images: (B, 3, H, W) in [0, 1]; the work is done on the CPU.
        generator: on the device of `images`.
        quality: range of the JPEG quality.
    """
    result = images.clone()
    which = chosen(len(images), share, generator).flatten()
    qualities = uniform(len(images), *quality, generator).round().int().tolist()
    for index in which.nonzero().flatten().tolist():
        result[index] = jpeg(images[index], qualities[index])
    return result


def jpeg(image: Tensor, quality: int) -> Tensor:
    """One picture (3, H, W) through JPEG and back, on its own device."""
    array = (image.detach().cpu().clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", quality=quality)
    decoded = np.asarray(Image.open(buffer)).copy()
    return (torch.from_numpy(decoded).permute(2, 0, 1).float() / 255).to(image.device)


def _luma(images: Tensor) -> Tensor:
    weights = torch.tensor(GREY, device=images.device, dtype=images.dtype).view(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True)


def _turn_hue(images: Tensor, angle: Tensor) -> Tensor:
    """Turn the colours of each picture by `angle` (B,) radians in the IQ plane of YIQ, leaving luma alone."""
    to_yiq = images.new_tensor([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
    cos, sin = angle.cos(), angle.sin()
    one, zero = torch.ones_like(cos), torch.zeros_like(cos)
    turn = torch.stack([one, zero, zero, zero, cos, -sin, zero, sin, cos], 1).view(-1, 3, 3)
    return torch.einsum("bij,bjhw->bihw", torch.linalg.inv(to_yiq) @ turn @ to_yiq, images)
