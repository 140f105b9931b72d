"""A convolutional probe: a small network trained on frozen feature maps, for what a linear probe cannot read.

Gidaris et al. 2018, table 1, "RotNet + conv": a block of convolutions on the second block's features.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data.batches import indices
from core.device import generator
from core.nn.backbones import initialise


def conv_head(channels: int, classes: int, width: int = 192) -> nn.Module:
    """Three convolutions, an average over positions, a linear layer: maps (B, channels, H, W) to (B, classes)."""
    layers: list[nn.Module] = []
    for inner, kernel in ((channels, 3), (width, 3), (width, 1)):
        layers += [nn.Conv2d(inner, width, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


def conv_head_accuracy(
    maps: Callable[[Tensor], Tensor],
    images: Tensor,
    labels: Tensor,
    test: Tensor,
    truth: Tensor,
    *,
    device: torch.device,
    steps: int = 6000,
    batch: int = 256,
    lr: float = 2e-3,
    width: int = 192,
    seed: int = 0,
) -> float:
    """Train a `conv_head` on frozen maps of mirrored pictures and return its accuracy, in [0, 1].

    Args:
        maps: pictures (B, 3, S, S) in [0, 1] to feature maps (B, C, H, W), in eval mode.
        images: (N, 3, S, S) bytes.
        labels: (N,) int64.
        test: (M, 3, S, S) bytes.
        truth: (M,) int64.
        device: where the encoder lies.
        steps: of AdamW with a cosine from `lr` to zero.
        batch: pictures per step.
        lr: peak learning rate.
        width: channels of the head.
        seed: of first weights, order and mirroring.
    """
    images, labels = images.to(device), labels.to(device)
    with torch.inference_mode():
        channels = maps(images[:1].float() / 255).shape[1]
    head = initialise(conv_head(channels, int(labels.max()) + 1, width), generator(seed)).to(device).train()
    optimizer = torch.optim.AdamW(head.parameters(), lr=lr, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        rows = indices(len(images), batch, step, seed).to(device)
        flip = torch.rand(batch, generator=generator(seed, step)).to(device) < 0.5
        seen = images[rows].float() / 255
        with torch.no_grad():
            frozen = maps(torch.where(flip[:, None, None, None], seen.flip(-1), seen))  # (B, C, H, W)
        F.cross_entropy(head(frozen), labels[rows]).backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    head.eval()
    with torch.inference_mode():
        guesses = [head(maps(part.to(device).float() / 255)).argmax(1).cpu() for part in test.split(500)]
    return float((torch.cat(guesses) == truth).float().mean())
