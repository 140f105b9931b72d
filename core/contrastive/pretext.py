"""How unlabelled pictures label themselves here: two random views of one picture are each other's answer.

Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual Representations" (SimCLR), sec. 2. Of the 2N
views of N pictures, view k has to find its partner among the 2N - 1 others. Nobody says that two *different* pictures
show different things: two cats in one batch are pushed apart as well, which is called a false negative.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from core.data import augment


@dataclass(frozen=True)
class ViewSettings:
    """How strongly a view differs from its picture; the defaults are the paper's for CIFAR-10 (appendix B.9).

    Attributes:
        min_crop: smallest share of the area that a crop keeps, in (0, 1].
        jitter: strength of the colour jitter, 0 (none) to 1 (the paper's for ImageNet).
        greyscale: share of the views that lose their colour.
        blur: share of the views that are blurred.
        flip: share of the views that are mirrored.
    """

    min_crop: float = 0.2
    jitter: float = 0.5
    greyscale: float = 0.2
    blur: float = 0.0
    flip: float = 0.5


class NtXent(NamedTuple):
    """The loss with all it is made of.

    Attributes:
        mean: scalar, nats a view; log(2N - 1) means chance.
        rows: (2N,), the loss of each view.
        cosine: (2N, 2N), similarity of every view to every view.
    """

    mean: Tensor
    rows: Tensor
    cosine: Tensor


def one_view(images: Tensor, size: int, generator: torch.Generator, views: ViewSettings) -> Tensor:
    """Draw one random view of each picture: crop, flip, colours, grey, blur (Chen et al. 2020, appendix A).

    Args:
        images: (N, 3, H, W) in [0, 1].
        size: side of the view in pixels.
        generator: on the device of `images`.
        views: how strong each change is.

    Returns:
        (N, 3, size, size) in [0, 1].
    """
    x = augment.random_resized_crop(images, size, generator, scale=(views.min_crop, 1.0))
    x = augment.horizontal_flip(x, generator, share=views.flip)
    if views.jitter > 0:
        x = augment.colour_jitter(x, generator, strength=views.jitter)
    x = augment.greyscale(x, generator, share=views.greyscale)
    if views.blur > 0:  # a share of 0 would cost as much time as a share of 1
        x = augment.gaussian_blur(x, generator, sigma=(0.1, size / 16), share=views.blur)
    return x


def two_views(
    images: Tensor, generator: torch.Generator, views: ViewSettings, size: int | None = None
) -> tuple[Tensor, Tensor]:
    """Draw two independent views of each picture; see `one_view`. Without `size` a view is as large as its picture."""
    side = size or images.shape[-1]
    return one_view(images, side, generator, views), one_view(images, side, generator, views)


def interleave(first: Tensor, second: Tensor) -> Tensor:
    """Lay pairs side by side, (N, ...) and (N, ...) to (2N, ...): rows 2k and 2k + 1 are picture k, as in the paper."""
    return rearrange(torch.stack([first, second]), "two n ... -> (n two) ...")


def partners(count: int) -> Tensor:
    """(count,) int64: the row of each row's positive, 1, 0, 3, 2, ..."""
    return torch.arange(count) ^ 1


def cosine_matrix(first: Tensor, second: Tensor) -> Tensor:
    """Cosine of every view to every view, (N, D) and (N, D) to (2N, 2N), rows interleaved."""
    z = F.normalize(interleave(first, second), dim=1)  # (2N, D)
    return z @ z.T


def row_losses(cosine: Tensor, temperature: float) -> Tensor:
    """Loss of each view: how surprised a softmax over the other views is by the right one.

    Chen et al. 2020, eq. 1: -log(exp(s_ij / t) / sum over k != i of exp(s_ik / t)), j the partner of i.

    Args:
        cosine: (2N, 2N), rows interleaved.
        temperature: t > 0; small makes the hardest negatives count most.

    Returns:
        (2N,), nats; log(2N - 1) if all similarities are equal.
    """
    itself = torch.eye(len(cosine), dtype=torch.bool, device=cosine.device)
    logits = (cosine / temperature).masked_fill(itself, -torch.inf)
    return F.cross_entropy(logits, partners(len(cosine)).to(cosine.device), reduction="none")


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> NtXent:
    """Normalised temperature-scaled cross-entropy of N pairs of views.

    Chen et al. 2020, eq. 1 and algorithm 1.

    Args:
        first: (N, D), one view of each picture, embedded; need not be normalised.
        second: (N, D), the other view.
        temperature: t > 0.
    """
    cosine = cosine_matrix(first, second)  # (2N, 2N)
    rows = row_losses(cosine, temperature)
    return NtXent(rows.mean(), rows, cosine)
