"""The pretext task: most patches of a picture are hidden, and the hidden patches are the target.

He et al. 2021, "Masked Autoencoders Are Scalable Vision Learners". The module holds the masks, the loss, and two
baselines without learning: mean fill and linear interpolation.
Pictures are (B, 3, H, W) in [0, 1], patches (B, N, P * P * 3) row by row, `keep` is (B, N), true where visible.
"""

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange, reduce
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from torch import Tensor

from core.nn.losses import psnr_db as psnr_db

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


def patchify(images: Tensor, patch: int) -> Tensor:
    """Cut pictures (B, C, H, W) into patches (B, N, P * P * C), row by row; H and W are multiples of `patch`."""
    return rearrange(images, "b c (h p) (w q) -> b (h w) (p q c)", p=patch, q=patch)


def unpatchify(patches: Tensor, patch: int, rows: int) -> Tensor:
    """Lay patches (B, N, P * P * C) out again as pictures (B, C, H, W) with `rows` patches from top to bottom."""
    return rearrange(patches, "b (h w) (p q c) -> b c (h p) (w q)", h=rows, p=patch, q=patch)


def hidden_count(patches: int, ratio: float) -> int:
    """Number of patches that a mask of this ratio hides: rounded, at least 1, at most `patches` - 1."""
    return min(max(round(patches * ratio), 1), patches - 1)


def random_keep(batch: int, patches: int, ratio: float, rng: torch.Generator) -> Tensor:
    """Choose uniformly at random which patches stay visible.

    He et al. 2021, sec. 3, "Masking".

    Args:
        batch: number of pictures; each gets its own mask.
        patches: N, patches per picture.
        ratio: share of the patches to hide, 0 to 1.
        rng: on the device of the mask.

    Returns:
        (B, N) bool, true where visible; exactly `hidden_count(N, ratio)` are false in every row.
    """
    noise = torch.rand(batch, patches, generator=rng, device=rng.device)
    return _keep_largest(noise, patches - hidden_count(patches, ratio))


def clumped_keep(batch: int, grid: int, ratio: float, rng: torch.Generator, *, reach: int = 5) -> Tensor:
    """Like `random_keep` for grid x grid patches, with the hidden patches in clumps, like those of a painted mask.

    The noise is averaged over `reach` x `reach` patches before it is ranked.
    """
    noise = torch.rand(batch, 1, grid, grid, generator=rng, device=rng.device)
    smooth = F.avg_pool2d(noise, reach, stride=1, padding=reach // 2, count_include_pad=False)
    return _keep_largest(smooth.flatten(1), grid * grid - hidden_count(grid * grid, ratio))


def _keep_largest(scores: Tensor, count: int) -> Tensor:
    kept = scores.topk(count, dim=1).indices  # (B, V)
    return torch.zeros_like(scores, dtype=torch.bool).scatter_(1, kept, True)


def hidden_loss(predicted: Tensor, target: Tensor, keep: Tensor) -> Tensor:
    """Mean squared error over the hidden patches only.

    He et al. 2021, sec. 3, "Reconstruction target".

    Args:
        predicted: (B, N, P * P * 3).
        target: (B, N, P * P * 3), the same units.
        keep: (B, N) bool, at least one false.

    Returns:
        Scalar; for pixels in [0, 1] a single grey gives about 0.05.
    """
    each = reduce((predicted - target) ** 2, "b n d -> b n", "mean")
    return (each * ~keep).sum() / (~keep).sum()


def mean_fill(patches: Tensor, keep: Tensor) -> Tensor:
    """The naive baseline: every hidden pixel takes the mean colour of the visible pixels of its picture.

    Args:
        patches: (B, N, P * P * 3).
        keep: (B, N) bool, at least one true in each row.

    Returns:
        (B, N, P * P * 3), visible patches unchanged.
    """
    pixels = rearrange(patches, "b n (p c) -> b n p c", c=3)
    visible = reduce(pixels, "b n p c -> b n c", "mean") * keep[..., None]
    colour = visible.sum(1) / keep.sum(1, keepdim=True)  # (B, 3)
    filled = torch.where(keep[..., None, None], pixels, colour[:, None, None, :])
    return rearrange(filled, "b n p c -> b n (p c)")


def paste(predicted: Tensor, patches: Tensor, keep: Tensor) -> Tensor:
    """The prediction (B, N, D) where a patch is hidden, the original patch where it is visible."""
    return torch.where(keep[..., None], patches, predicted)


def linear_fill(picture: Floats, visible: Flags) -> Floats:
    """In-painting without learning: linear interpolation between visible pixels, for each colour.

    Colours are interpolated over the Delaunay triangles of the visible pixels. Outside their convex hull the nearest
    visible pixel is repeated. Only visible pixels at the edge of a hidden region are used, which makes this fast.

    Args:
        picture: (H, W, 3).
        visible: (H, W), at least one true.

    Returns:
        (H, W, 3), visible pixels unchanged.
    """
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator  # most of a second

    edge = visible & binary_dilation(~visible, structure=np.ones((3, 3), bool))
    known, hidden = np.argwhere(edge), np.argwhere(~visible)
    filled = picture.copy()
    if len(hidden) == 0:
        return filled
    colours = picture[edge]
    found = NearestNDInterpolator(known, colours)(hidden)
    if len(np.unique(known[:, 0])) > 1 and len(np.unique(known[:, 1])) > 1:  # else there are no triangles
        linear = LinearNDInterpolator(known, colours)(hidden)
        found = np.where(np.isnan(linear), found, linear)
    filled[~visible] = found
    return filled


def pixel_mask(keep: Flags, patch: int, rows: int) -> Flags:
    """Enlarge a mask of patches (N,) to a mask of pixels (H, W)."""
    grid = keep.reshape(rows, -1)
    return grid.repeat(patch, axis=0).repeat(patch, axis=1)
