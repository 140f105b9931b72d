"""Residual blocks and spectrally normalised layers for generators and discriminators of small pictures.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks" (arXiv 1802.05957), appendix B.4,
tables 3 and 4. Left out on purpose: conditioning, attention and progressive growing.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import device
from core.nn.backbones import initialise

FIRST_SIDE = 4  # of the generator's first maps


def largest_singular_value(weight: Tensor, left: Tensor) -> Tensor:
    """Estimate the largest singular value of a layer, the factor by which it can lengthen an input.

    Miyato et al. 2018, eq. 8 and algorithm 1: with u the left singular vector of W, the value is the length of W^T u.
    For any other u of length 1 the estimate is too small, never too large. The gradient flows through W.

    Args:
        weight: (out, ...), of a convolution or a linear layer; all axes but the first are flattened.
        left: (out,), u, of length 1.

    Returns:
        Scalar.
    """
    with torch.autocast(weight.device.type, enabled=False):  # bfloat16 keeps 8 bits, too few for a stable value
        value: Tensor = torch.linalg.vector_norm(weight.flatten(1).T @ left)
    return value


class SpectralConv2d(nn.Conv2d):
    """A convolution whose weight, as a matrix (out, in * height * width), is divided by its largest singular value.

    Only `power_step` updates the estimate of u, so `forward` is a function of its arguments.
    """

    left: Tensor

    def __init__(self, inner: int, outer: int, kernel: int, padding: int = 0) -> None:
        super().__init__(inner, outer, kernel, padding=padding)
        self.register_buffer("left", F.normalize(torch.ones(outer), dim=0))

    def forward(self, x: Tensor) -> Tensor:
        """Convolve maps (B, inner, H, W) to (B, outer, H', W')."""
        weight = self.weight / largest_singular_value(self.weight, self.left)
        return F.conv2d(x, weight, self.bias, padding=self.padding)


class SpectralLinear(nn.Linear):
    """A linear layer whose weight is divided by its largest singular value; see `SpectralConv2d`."""

    left: Tensor

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__(inner, outer)
        self.register_buffer("left", F.normalize(torch.ones(outer), dim=0))

    def forward(self, x: Tensor) -> Tensor:
        """Map vectors (B, inner) to (B, outer)."""
        return F.linear(x, self.weight / largest_singular_value(self.weight, self.left), self.bias)


@torch.no_grad()
def power_step(network: nn.Module) -> None:
    """Update u of every spectral layer in a network by one step of power iteration.

    Miyato et al. 2018, algorithm 1. One step per optimizer step is enough, since the weights change little in between.
    """
    for layer in network.modules():
        if isinstance(layer, (SpectralConv2d, SpectralLinear)):
            weight = layer.weight.flatten(1)  # (out, rest)
            right = F.normalize(weight.T @ layer.left, dim=0)
            layer.left.copy_(F.normalize(weight @ right, dim=0))


class UpBlock(nn.Module):
    """Upsampling block: norm, ReLU, upsample, convolve; norm, ReLU, convolve; add the upsampled input."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inner)
        self.conv1 = nn.Conv2d(inner, outer, 3, padding=1, bias=False)  # the next norm has a bias
        self.norm2 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, padding=1)
        self.shortcut = nn.Conv2d(inner, outer, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, inner, H, W) to (B, outer, 2H, 2W)."""
        y: Tensor = self.conv1(_upsample(F.relu(self.norm1(x))))  # (B, outer, 2H, 2W)
        y = self.conv2(F.relu(self.norm2(y)))
        return y + _upsample(self.shortcut(x))  # a 1 x 1 convolution before upsampling costs a quarter


class DownBlock(nn.Module):
    """Downsampling block: two spectral convolutions and a shortcut, without batch norm.

    The first block of a discriminator reads pixels, so it begins without a ReLU (table 4).
    """

    def __init__(self, inner: int, outer: int, *, halve: bool = True, first: bool = False) -> None:
        super().__init__()
        self.halve, self.first = halve, first
        self.conv1 = SpectralConv2d(inner, outer, 3, padding=1)
        self.conv2 = SpectralConv2d(outer, outer, 3, padding=1)
        self.shortcut = SpectralConv2d(inner, outer, 1) if halve or inner != outer else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, inner, H, W) to (B, outer, H/2, W/2), or to (B, outer, H, W) without `halve`."""
        y = self.conv1(x if self.first else F.relu(x))
        y = self._pool(self.conv2(F.relu(y)))
        pooled = self._pool(x)  # a 1 x 1 convolution after pooling costs a quarter
        return y + (pooled if self.shortcut is None else self.shortcut(pooled))

    def _pool(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2) if self.halve else x


class ResidualGenerator(nn.Module):
    """Map a vector to a picture (table 4), with as many blocks as lead from 4 x 4 positions to all pixels."""

    def __init__(self, inputs: int, widths: Sequence[int], size: int) -> None:
        """Build the network.

        Args:
            inputs: length of the input vector.
            widths: channels of the maps, first of 4 x 4 positions, then after each block.
            size: side of the pictures in pixels.

        Raises:
            ValueError: so many blocks lead to another size.
        """
        super().__init__()
        drawn = FIRST_SIDE * 2 ** (len(widths) - 1)
        if drawn != size:
            raise ValueError(f"{len(widths) - 1} blocks draw {drawn} pixels, not {size}")
        self.first = nn.Linear(inputs, widths[0] * FIRST_SIDE**2)
        self.blocks = nn.ModuleList(UpBlock(inner, outer) for inner, outer in pairwise(widths))
        self.norm = nn.BatchNorm2d(widths[-1])
        self.last = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def decode(self, vectors: Tensor) -> Tensor:
        """Map vectors (B, inputs) to pictures (B, 3, S, S) in [0, 1]."""
        x = self.first(vectors).view(len(vectors), -1, FIRST_SIDE, FIRST_SIDE)  # (B, widths[0], 4, 4)
        for block in self.blocks:
            x = block(x)
        levels: Tensor = self.last(F.relu(self.norm(x))).float().sigmoid()  # (B, 3, S, S)
        return levels


class ResidualDiscriminator(nn.Module):
    """Map pictures to features and a score (table 4). Each layer's largest singular value is at most about 1."""

    def __init__(self, widths: Sequence[int]) -> None:
        """Build the network; `widths` are the channels after each block. The last block keeps the size of its maps."""
        super().__init__()
        final = len(widths) - 1
        self.blocks = nn.ModuleList(
            DownBlock(inner, outer, halve=number < final, first=number == 0)
            for number, (inner, outer) in enumerate(pairwise((3, *widths)))
        )
        self.score = SpectralLinear(widths[-1], 1)

    def encode(self, images: Tensor) -> Tensor:
        """Map pictures (B, 3, S, S) in [0, 1] to features (B, widths[-1]), summed over all positions as in table 4."""
        x = 2 * images - 1
        for block in self.blocks:
            x = block(x)
        return F.relu(x).sum((2, 3))


def init_weights(generator: ResidualGenerator, discriminator: ResidualDiscriminator, seed: int) -> None:
    """Draw the first weights of both networks from `seed` alone, whatever else this process draws."""
    for number, network in enumerate((generator, discriminator)):
        initialise(network, device.generator(seed, number))
    # Small weights in the last layer: the first pictures are close to mid-grey.
    nn.init.normal_(generator.last.weight, std=0.02, generator=device.generator(seed, 2))


def _upsample(x: Tensor) -> Tensor:
    """Map (B, C, H, W) to (B, C, 2H, 2W); each position is repeated four times."""
    return F.interpolate(x, scale_factor=2, mode="nearest")
