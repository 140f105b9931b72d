"""What generators and discriminators of small pictures are built of: residual blocks and layers of bounded gain.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks" (arXiv 1802.05957), appendix B.4,
tables 3 and 4. Left out on purpose: conditioning, attention and progressive growing.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.device import generator
from core.nn.backbones import initialise

FIRST_SIDE = 4  # of the generator's first maps


def largest_gain(weight: Tensor, left: Tensor) -> Tensor:
    """Estimate the largest singular value of a layer: how much it can stretch any input.

    Miyato et al. 2018, eq. 8 and algorithm 1: with u the left singular vector of W, the value is the length of W^T u.
    For any other u of length 1 that length is too small, never too large. The gradient passes through W.

    Args:
        weight: (out, ...), as in a convolution or a linear layer; all but the first axis are one.
        left: (out,), u, of length 1.
    """
    with torch.autocast(weight.device.type, enabled=False):  # a gain rounded to 8 bits would tremble from step to step
        gain: Tensor = torch.linalg.vector_norm(weight.flatten(1).T @ left)
    return gain


class SpectralConv2d(nn.Conv2d):
    """A convolution whose weight is divided by its largest gain, as a matrix (out, in * height * width).

    The estimate of u moves by `power_step` and never by itself, so that `forward` is a function of its arguments.
    """

    left: Tensor

    def __init__(self, inner: int, outer: int, kernel: int, padding: int = 0) -> None:
        super().__init__(inner, outer, kernel, padding=padding)
        self.register_buffer("left", F.normalize(torch.ones(outer), dim=0))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, inner, H, W) to (B, outer, H', W')."""
        weight = self.weight / largest_gain(self.weight, self.left)
        return F.conv2d(x, weight, self.bias, padding=self.padding)


class SpectralLinear(nn.Linear):
    """A linear layer whose weight is divided by its largest gain; see `SpectralConv2d`."""

    left: Tensor

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__(inner, outer)
        self.register_buffer("left", F.normalize(torch.ones(outer), dim=0))

    def forward(self, x: Tensor) -> Tensor:
        """Vectors (B, inner) to (B, outer)."""
        return F.linear(x, self.weight / largest_gain(self.weight, self.left), self.bias)


@torch.no_grad()
def power_step(network: nn.Module) -> None:
    """Bring u of every spectral layer closer to the left singular vector, by one step of power iteration.

    Miyato et al. 2018, algorithm 1. One step for each step of the optimizer is enough, since the weights move little
    in between.
    """
    for layer in network.modules():
        if isinstance(layer, (SpectralConv2d, SpectralLinear)):
            weight = layer.weight.flatten(1)  # (out, rest)
            right = F.normalize(weight.T @ layer.left, dim=0)
            layer.left.copy_(F.normalize(weight @ right, dim=0))


class UpBlock(nn.Module):
    """Double the side of maps: norm, ReLU, enlarge, convolve; norm, ReLU, convolve; add the enlarged input."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inner)
        self.conv1 = nn.Conv2d(inner, outer, 3, padding=1, bias=False)  # the next norm brings its own bias
        self.norm2 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, padding=1)
        self.shortcut = nn.Conv2d(inner, outer, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inner, H, W) to (B, outer, 2H, 2W)."""
        y: Tensor = self.conv1(_enlarged(F.relu(self.norm1(x))))  # (B, outer, 2H, 2W)
        y = self.conv2(F.relu(self.norm2(y)))
        return y + _enlarged(self.shortcut(x))  # a 1 x 1 convolution costs a quarter before the enlarging


class DownBlock(nn.Module):
    """Two spectral convolutions beside a shortcut, no norm: each picture is judged by itself.

    The first block of a discriminator sees pixels, so it begins without a ReLU (table 4).
    """

    def __init__(self, inner: int, outer: int, *, halve: bool = True, first: bool = False) -> None:
        super().__init__()
        self.halve, self.first = halve, first
        self.conv1 = SpectralConv2d(inner, outer, 3, padding=1)
        self.conv2 = SpectralConv2d(outer, outer, 3, padding=1)
        self.shortcut = SpectralConv2d(inner, outer, 1) if halve or inner != outer else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, inner, H, W) to (B, outer, H/2, W/2), or with `halve` off to (B, outer, H, W)."""
        y = self.conv1(x if self.first else F.relu(x))
        y = self._shrunk(self.conv2(F.relu(y)))
        along = self._shrunk(x)  # shrunk first: a 1 x 1 convolution then costs a quarter
        return y + (along if self.shortcut is None else self.shortcut(along))

    def _shrunk(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2) if self.halve else x


class ResidualGenerator(nn.Module):
    """A vector in, a picture out (table 4), with as many blocks as it takes from 4 x 4 positions to all pixels."""

    def __init__(self, inputs: int, widths: Sequence[int], size: int) -> None:
        """Lay out the network.

        Args:
            inputs: numbers that a picture is made of.
            widths: channels of the maps, first of 4 x 4 positions, then after each block.
            size: side of the pictures in pixels; a ValueError if so many blocks draw another.
        """
        super().__init__()
        drawn = FIRST_SIDE * 2 ** (len(widths) - 1)
        if drawn != size:
            raise ValueError(f"{len(widths) - 1} blocks draw {drawn} pixels, not {size}")
        self.first = nn.Linear(inputs, widths[0] * FIRST_SIDE**2)
        self.blocks = nn.ModuleList(UpBlock(inner, outer) for inner, outer in pairwise(widths))
        self.norm = nn.BatchNorm2d(widths[-1])
        self.last = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def draw(self, vectors: Tensor) -> Tensor:
        """Vectors (B, inputs) to pictures (B, 3, S, S) in [0, 1]."""
        x = self.first(vectors).view(len(vectors), -1, FIRST_SIDE, FIRST_SIDE)  # (B, widths[0], 4, 4)
        for block in self.blocks:
            x = block(x)
        levels: Tensor = self.last(F.relu(self.norm(x))).float().sigmoid()  # (B, 3, S, S)
        return levels


class ResidualDiscriminator(nn.Module):
    """Pictures in, features and a score out (table 4). Every layer's gain is at most about 1."""

    def __init__(self, widths: Sequence[int]) -> None:
        """Lay out the network; `widths` are the channels after each block, of which the last keeps its maps' size."""
        super().__init__()
        final = len(widths) - 1
        self.blocks = nn.ModuleList(
            DownBlock(inner, outer, halve=number < final, first=number == 0)
            for number, (inner, outer) in enumerate(pairwise((3, *widths)))
        )
        self.score = SpectralLinear(widths[-1], 1)

    def read(self, images: Tensor) -> Tensor:
        """Pictures (B, 3, S, S) in [0, 1] to features (B, widths[-1]), a sum over all positions as in table 4."""
        x = 2 * images - 1
        for block in self.blocks:
            x = block(x)
        return F.relu(x).sum((2, 3))


def begin(drawing: ResidualGenerator, judging: ResidualDiscriminator, seed: int) -> None:
    """Draw the first weights of both from `seed` alone, whatever else this process draws meanwhile."""
    for number, network in enumerate((drawing, judging)):
        initialise(network, generator(seed, number))
    nn.init.normal_(drawing.last.weight, std=0.02, generator=generator(seed, 2))  # begin near mid-grey


def _enlarged(x: Tensor) -> Tensor:
    """(B, C, H, W) to (B, C, 2H, 2W), each position four times."""
    return F.interpolate(x, scale_factor=2, mode="nearest")
