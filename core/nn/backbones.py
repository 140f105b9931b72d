"""Picture encoders that methods share: torchvision's ResNet (He et al. 2015) with a stem for small pictures.

The ImageNet stem (7x7 stride 2, then max-pooling) discards three quarters of a 32-pixel picture before the first
block; the usual remedy for CIFAR is a 3x3 stem without pooling (Chen et al. 2020, appendix B.9). Blocks are
torchvision's own, and with widths (64, 128, 256, 512) and depths (2, 2, 2, 2) this is its `resnet18` but for the stem.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock


@dataclass(frozen=True)
class EncoderConfig:
    """Shape of a small-picture ResNet.

    Attributes:
        widths: channels of each stage.
        depths: blocks in each stage.
        stem_stride: 1 for 32-pixel pictures, 2 for 64 and more.
    """

    widths: tuple[int, ...] = (64, 128, 256, 512)
    depths: tuple[int, ...] = (2, 2, 2, 2)
    stem_stride: int = 1


class PictureEncoder(nn.Module):
    """A ResNet without its classifier that returns the maps of all stages."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        first = config.widths[0]
        self.conv1 = nn.Conv2d(3, first, 3, stride=config.stem_stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.stages = nn.ModuleList()
        inner = first
        for number, (width, depth) in enumerate(zip(config.widths, config.depths, strict=True)):
            self.stages.append(_stage(inner, width, depth, stride=1 if number == 0 else 2))
            inner = width
        self.out_features = inner
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), persistent=False)

    def maps(self, images: Tensor) -> list[Tensor]:
        """Feature maps after every stage, (B, width, H', W') each, of pictures (B, 3, H, W) in [0, 1]."""
        x = torch.relu(self.bn1(self.conv1((images - self.mean) / self.std)))  # type: ignore[operator]
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found

    def forward(self, images: Tensor) -> Tensor:
        """Features (B, widths[-1]): the last map, averaged over its positions."""
        return self.maps(images)[-1].mean((2, 3))


def _stage(inner: int, width: int, depth: int, stride: int) -> nn.Sequential:
    shortcut = None
    if stride != 1 or inner != width:
        shortcut = nn.Sequential(nn.Conv2d(inner, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width))
    blocks = [BasicBlock(inner, width, stride, shortcut)]
    blocks += [BasicBlock(width, width) for _ in range(depth - 1)]
    return nn.Sequential(*blocks)


@torch.no_grad()
def whiten(encoder: PictureEncoder, images: Tensor, rng: torch.Generator) -> None:
    """Initialise the stem with whitened patches, so that faint detail has the same variance as brightness.

    Neighbouring pixels are nearly alike, so a random stem responds almost only to brightness; directions
    with a ten-thousandth of its variance, such as fine differences of colour, would be left to the gradient.
    Here the filters are a random rotation of the inverse square root of the covariance of 3 x 3 patches: up to 27 of
    them uncorrelated, each with variance 1 over the patches. Whitening for learned features: Coates, Lee & Ng 2011,
    sec. 3.2; as the start of a ResNet's stem: Jordan 2024 (arXiv 2404.00498), sec. 3.3.

    Args:
        encoder: its stem is overwritten.
        images: (N, 3, S, S) in [0, 1], from the training split; some hundreds are enough.
        rng: draws the rotation.
    """
    filters = encoder.conv1.weight
    x = (images - encoder.mean) / encoder.std  # type: ignore[operator]
    side = filters.shape[-1]
    patches = nn.functional.unfold(x, side, stride=side).transpose(0, 1).flatten(1).double()  # (27, N * positions)
    variance, directions = torch.linalg.eigh(torch.cov(patches))
    size = max(len(filters), len(variance))
    normal = torch.randn(size, size, generator=rng, dtype=torch.double, device=rng.device)
    rotation = torch.linalg.qr(normal.cpu())[0][: len(filters), : len(variance)]
    white = rotation @ torch.diag((variance + 1e-6).rsqrt()) @ directions.T
    filters.copy_(white.reshape(filters.shape))


def initialise(model: nn.Module, rng: torch.Generator) -> nn.Module:
    """Draw the weights of convolutions and linear layers from `rng` alone, independent of the process's random state.

    Biases begin at zero.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=rng)
        elif isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=rng)
        if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
            nn.init.zeros_(module.bias)
    return model
