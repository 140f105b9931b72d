"""JPEG as a change to a picture: the real codec for one picture, and its lossy steps as tensors for a whole batch.

ITU-T T.81 and the JFIF standard. What loses something is the change to whole-numbered YCbCr, the halved colour, the
rounding of each 8x8 block's cosine coefficients, and the way back; these are simulated. The entropy code that packs the
coefficients into a file loses nothing and is left out on purpose, as is any other setting than Pillow's (4:2:0).
"""

import functools
import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from PIL import Image
from torch import Tensor

HALF = 0.5 + 1e-4  # halves are common here, and a little more than half keeps float noise from rounding them down

# ITU-T T.81, tables K.1 and K.2: how coarsely each frequency of brightness and of colour is rounded at quality 50
LUMA_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA_STEPS = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)


def jpeg(image: Tensor, quality: int) -> Tensor:
    """One picture (3, H, W) in [0, 1] through Pillow's JPEG and back, by way of the CPU."""
    array = (image.detach().cpu().clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", quality=quality)
    decoded = np.asarray(Image.open(buffer)).copy()
    return (torch.from_numpy(decoded).permute(2, 0, 1).float() / 255).to(image.device)


@torch.no_grad()
def simulate(images: Tensor, quality: Tensor) -> Tensor:
    """Lose what JPEG would lose, on the device of the pictures.

    Colour is shrunk by the mean of 2x2 pixels and enlarged bilinearly, which is libjpeg's "fancy upsampling". Blocks
    that stick out of the picture are filled by repeating its edge. Halves, which whole numbers meet often, are rounded
    as libjpeg rounds them. What remains against it comes from its integer arithmetic: a coefficient now and then.

    Args:
        images: (B, 3, H, W) in [0, 1], any size.
        quality: (B,) whole numbers in 1..100, one per picture.

    Returns:
        (B, 3, H, W) in [0, 1], multiples of 1/255.
    """
    height, width = images.shape[-2:]
    luma_steps, chroma_steps = _steps(quality, images.device).unbind(1)  # (B, 64) each
    with torch.autocast(images.device.type, enabled=False):  # bfloat16 would round more than JPEG does
        luma, chroma = _split(images.float().clamp(0, 1).mul_(255).round_())
        luma = _round_frequencies(luma, luma_steps)
        even = F.pad(chroma, (0, -width % 16, 0, height % 2), mode="replicate")
        half = _round_in_turn(F.avg_pool2d(even, 2), 1 / 4, 1 / 2)  # (B, 2, H/2, W/2)
        half = _round_frequencies(half, chroma_steps)[..., : math.ceil(width / 2)]
        chroma = _round_in_turn(F.interpolate(half, scale_factor=2, mode="bilinear"), 1 / 2, 7 / 16)
        return _join(luma, chroma[..., :height, :width])


def _split(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Bytes (B, 3, H, W) of red, green, blue to whole numbers about 0: luma (B, 1, H, W), chroma (B, 2, H, W)."""
    red, green, blue = pixels.unbind(1)
    luma = (0.299 * red).add_(green, alpha=0.587).add_(blue, alpha=0.114)  # (B, H, W)
    chroma = torch.stack([(blue - luma) / 1.772, (red - luma) / 1.402], 1)  # (B, 2, H, W)
    return luma.round_().sub_(128).unsqueeze(1), chroma.round_().clamp_(-128, 127)


def _join(luma: Tensor, chroma: Tensor) -> Tensor:
    """Undo `_split`: luma (B, 1, H, W) and chroma (B, 2, H, W) to red, green, blue (B, 3, H, W) in [0, 1]."""
    bright = luma.squeeze(1) + 128  # (B, H, W)
    to_blue, to_red = chroma.unbind(1)
    red = bright.add(to_red, alpha=1.402)
    green = bright.sub(to_blue, alpha=0.114 * 1.772 / 0.587).sub_(to_red, alpha=0.299 * 1.402 / 0.587)
    blue = bright.add(to_blue, alpha=1.772)
    return torch.stack([red, green, blue], 1).round_().clamp_(0, 255).div_(255)  # (B, 3, H, W)


def _round_in_turn(planes: Tensor, even: float, odd: float) -> Tensor:
    """Add `even` to even columns and `odd` to odd ones and round down, so that halves go up as often as down."""
    columns = torch.arange(planes.shape[-1], device=planes.device)
    return (planes + torch.where(columns % 2 == 0, even, odd)).floor_()


def _round_frequencies(planes: Tensor, steps: Tensor) -> Tensor:
    """Round the cosine coefficients of each 8x8 block of (B, C, H, W) to multiples of `steps` (B, 64)."""
    height, width = planes.shape[-2:]
    padded = F.pad(planes, (0, -width % 8, 0, -height % 8), mode="replicate")
    blocks = rearrange(padded, "b c (h u) (w v) -> b (c h w) (u v)", u=8, v=8)
    transform, steps = _cosines(planes.device), steps.unsqueeze(1)  # (64, 64), (B, 1, 64)
    coefficients = (blocks @ transform.mT).div_(steps)  # (B, C * H/8 * W/8, 64)
    coefficients = coefficients.add_(coefficients.sign().mul_(HALF)).trunc_().mul_(steps)
    rows, columns = padded.shape[-2] // 8, padded.shape[-1] // 8
    restored = rearrange(
        coefficients @ transform, "b (c h w) (u v) -> b c (h u) (w v)", h=rows, w=columns, u=8, v=8
    )  # (B, C, H + padding, W + padding)
    return restored[..., :height, :width].add(HALF).floor_().clamp_(-128, 127)


def _steps(quality: Tensor, device: torch.device) -> Tensor:
    """(B, 2, 64): by how much the coefficients of luma and chroma are rounded at each quality (B,), as libjpeg does."""
    quality = quality.to(device, torch.float32)
    percent = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    return ((_standard_steps(device) * percent.view(-1, 1, 1) + 50) / 100).floor().clamp(1, 255)


@functools.cache  # a copy to the GPU would wait for it
def _standard_steps(device: torch.device) -> Tensor:
    """(2, 64): the tables of quality 50, rows one after the other."""
    return torch.tensor([LUMA_STEPS, CHROMA_STEPS], dtype=torch.float32).flatten(1).to(device)


@functools.cache
def _cosines(device: torch.device) -> Tensor:
    """(64, 64): the two-dimensional cosine transform of an 8x8 block laid out as a row; its transpose undoes it."""
    place = torch.arange(8, dtype=torch.float64)
    waves = torch.cos((2 * place + 1) * place.unsqueeze(1) * math.pi / 16) / 2  # (8, 8): frequency, place
    waves[0] /= math.sqrt(2)
    return torch.kron(waves, waves).float().to(device)
