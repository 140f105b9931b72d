"""DiffAugment: the same differentiable changes to real and generated pictures before the discriminator sees them.

Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training" (arXiv 2006.10738), sec. 3. Were only
the real pictures changed, the generator would learn to draw changed ones; were gradients stopped, it would learn
nothing. The random numbers are an argument, so that a batch can be changed again in the same way. A pixel from outside
is mid-grey.
"""

import torch
from torch import Tensor

POLICIES = ("colour", "shift", "cutout")
FARTHEST = 1 / 8  # of the side, of "shift"
HOLE = 1 / 2  # of the side, of "cutout"
GREY = 0.5


def draw(batch: int, rng: torch.Generator) -> Tensor:
    """(B, 7) on the generator's device, uniform in [0, 1): the random numbers of each picture of a batch.

    Columns: brightness, saturation, contrast, shift across and down, hole across and down.
    """
    return torch.rand(batch, 7, generator=rng, device=rng.device)


def apply(images: Tensor, draws: Tensor, policies: tuple[str, ...]) -> Tensor:
    """Change pictures, each by its own row of `draws`.

    Args:
        images: (B, 3, S, S) in [0, 1]; what comes out may leave that range by "colour".
        draws: (B, 7), see `draw`.
        policies: some of POLICIES, in any order; none leaves the pictures alone.
    """
    columns = [column.view(-1, 1, 1, 1) for column in draws.unbind(1)]
    if "colour" in policies:
        images = _colour(images, *columns[:3])
    if "shift" in policies:
        images = _shift(images, draws[:, 3:5])
    if "cutout" in policies:
        images = _cut(images, draws[:, 5:7])
    return images


def _colour(images: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
    """Brighter by up to a quarter of the range; saturation times 0 to 2; contrast times 0.5 to 1.5."""
    images = images + (brightness - 0.5) / 2
    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * (2 * saturation)
    middle = images.mean((1, 2, 3), keepdim=True)
    return middle + (images - middle) * (0.5 + contrast)


def _shift(images: Tensor, numbers: Tensor) -> Tensor:
    """Move each picture by up to an eighth of its side either way, in whole pixels."""
    side = images.shape[-1]
    reach = round(FARTHEST * side)
    offsets = (numbers * (2 * reach + 1)).floor().long() - reach  # (B, 2)
    padded = torch.nn.functional.pad(images - GREY, (reach,) * 4) + GREY
    places = torch.arange(side, device=images.device)
    across = places + reach + offsets[:, :1]  # (B, S)
    down = places + reach + offsets[:, 1:]
    every = torch.arange(len(images), device=images.device).view(-1, 1, 1)
    moved = padded.permute(0, 2, 3, 1)[every, down[:, :, None], across[:, None, :]]  # (B, S, S, 3)
    return moved.permute(0, 3, 1, 2)


def _cut(images: Tensor, numbers: Tensor) -> Tensor:
    """Grey out a square of half the side; its middle lies anywhere in the picture."""
    side = images.shape[-1]
    half = HOLE * side / 2
    middles = (numbers * side).floor()  # (B, 2)
    places = torch.arange(side, device=images.device)
    inside = [(places >= middle - half) & (places < middle + half) for middle in middles.T.unsqueeze(-1)]  # 2 x (B, S)
    hole = inside[1][:, None, :, None] & inside[0][:, None, None, :]
    return torch.where(hole, GREY, images)
