"""Ways from one point of the latent space to another."""

import torch
from torch import Tensor

NEARLY_PARALLEL = 1e-4  # sine of the angle below which there is no arc to follow


def straight(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Linear interpolation of points (Z,): (steps, Z), the first is `start`, the last is `end`."""
    t = torch.linspace(0, 1, steps, device=start.device)[:, None]
    return torch.lerp(start, end, t)


def spherical(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Interpolation along the arc between two directions, which avoids the improbable middle.

    Shoemake 1985, "Animating Rotation with Quaternion Curves", sec. 3.3; White 2016, "Sampling Generative Networks",
    sec. 2.1, for latent spaces. Where the two directions coincide or are opposite, no arc is singled out and the path
    is the straight one.

    Args:
        start: (Z,).
        end: (Z,).
        steps: at least 2.

    Returns:
        (steps, Z), the first is `start`, the last is `end`.
    """
    cosine = torch.cosine_similarity(start, end, dim=0).clamp(-1, 1)
    angle = cosine.arccos()
    if float(angle.sin()) < NEARLY_PARALLEL:
        return straight(start, end, steps)
    t = torch.linspace(0, 1, steps, device=start.device)[:, None]
    return (((1 - t) * angle).sin() * start + (t * angle).sin() * end) / angle.sin()
