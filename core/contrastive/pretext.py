"""How unlabelled pictures label themselves here: two random views of one picture are a positive pair.

Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual Representations" (SimCLR), sec. 2. Of the 2N
views of N pictures, view k has to find its partner among the 2N - 1 others. Two *different* pictures may show the same
kind of thing: two cats in one batch are pushed apart as well. Such a pair is called a false negative.

The loss, NT-Xent, is `core.nn.losses.nt_xent`, which the audio method uses too; this module draws the views.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from core.data import augment
from core.nn.losses import nt_xent, pair_losses, partners

__all__ = [
    "ViewSettings",
    "false_negatives",
    "nt_xent",
    "one_view",
    "pair_losses",
    "partner_is_nearest",
    "partners",
    "pull_together",
    "two_views",
]


@dataclass(frozen=True)
class ViewSettings:
    """How strongly a view differs from its picture.

    The defaults are the paper's for CIFAR-10 (appendix B.9) but for the crop: there it keeps 8 to 100 % of the area, as
    for ImageNet (appendix A), here 20 to 100 %, as in MoCo's code.

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


def one_view(images: Tensor, size: int, rng: torch.Generator, views: ViewSettings) -> Tensor:
    """Draw one random view of each picture: crop, flip, colours, grey, blur (Chen et al. 2020, appendix A).

    Args:
        images: (N, 3, H, W) in [0, 1].
        size: side of the view in pixels.
        rng: on the device of `images`.
        views: how strong each change is.

    Returns:
        (N, 3, size, size) in [0, 1].
    """
    x = augment.random_resized_crop(images, size, rng, scale=(views.min_crop, 1.0))
    x = augment.horizontal_flip(x, rng, share=views.flip)
    if views.jitter > 0:
        x = augment.colour_jitter(x, rng, strength=views.jitter)
    x = augment.greyscale(x, rng, share=views.greyscale)
    if views.blur > 0:  # a share of 0 would cost as much time as a share of 1
        x = augment.gaussian_blur(x, rng, sigma=(0.1, size / 16), share=views.blur)
    return x


def two_views(
    images: Tensor, rng: torch.Generator, views: ViewSettings, size: int | None = None
) -> tuple[Tensor, Tensor]:
    """Draw two independent views of each picture; see `one_view`. Without `size` a view is as large as its picture."""
    side = size or images.shape[-1]
    return one_view(images, side, rng, views), one_view(images, side, rng, views)


def pull_together(first: Tensor, second: Tensor) -> Tensor:
    """The loss without negatives: only the two views of each item are drawn together.

    The alignment of Wang & Isola 2020, "Understanding Contrastive Representation Learning through Alignment and
    Uniformity on the Hypersphere", sec. 4.1, halved. Its minimum is a constant output, the collapse of Chen & He 2021,
    "Exploring Simple Siamese Representation Learning", sec. 4.1: both branches get gradients, nothing holds them apart.

    Args:
        first: (N, D), one view of each item; need not be normalised.
        second: (N, D), the other view.

    Returns:
        Scalar, the mean over the pairs of 1 - cosine, 0 to 2.
    """
    return (1 - F.cosine_similarity(first.float(), second.float(), dim=1)).mean()


def partner_is_nearest(cosine: Tensor) -> Tensor:
    """(2N,) booleans: whether each view is most similar to its partner, given cosines (2N, 2N) with pairs side by side.

    Their mean is the accuracy of the pretext task; the chance level is 1 / (2N - 1).
    """
    others = cosine.detach().clone().fill_diagonal_(-torch.inf)
    return others.argmax(1) == partners(len(cosine), cosine.device)


def false_negatives(cosine: Tensor, count: int) -> list[tuple[int, int, float]]:
    """The pairs of *different* pictures whose views are most similar: the most likely false negatives.

    Args:
        cosine: (2N, 2N), the two views of a picture side by side.
        count: maximum number of pairs.

    Returns:
        (first picture, second picture, mean cosine of their four pairs of views), most similar first.
    """
    between = rearrange(cosine, "(n v) (m w) -> n m v w", v=2, w=2).mean((2, 3))  # (N, N)
    rows, columns = torch.triu_indices(len(between), len(between), offset=1)
    values, order = between[rows, columns].sort(descending=True)
    best = order[:count].tolist()
    return [(int(rows[i]), int(columns[i]), float(v)) for i, v in zip(best, values.tolist(), strict=False)]
