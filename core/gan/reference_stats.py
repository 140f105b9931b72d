"""Statistics of real pictures that ship beside a generator, for a page that has no training data.

CIFAR-10's licence does not allow its pictures to be redistributed. The statistics are the discriminator's scores of
some pictures, and a code of 32 numbers for each training picture, which gives distances but no picture. They show
whether a sample is a copy of a training picture, compared with the distances of unseen real pictures.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from core import checkpoints
from core.data import pictures
from core.downstream import simclr_features
from core.downstream.features import embed
from core.downstream.frechet import nearest_distances, spread_out
from core.gan.model import Discriminator, Generator
from core.gan.sampling import generate, noise

FILE = "reference_stats.safetensors"
DISCRIMINATOR_FILE = "discriminator.safetensors"
COUNT = 2_000  # pictures of each kind whose scores and distances are kept
AXES = 32
COPIES_FOUND = 0.95  # share of mirrored training pictures that the threshold of the copy check is chosen to find


@dataclass(frozen=True)
class CopyThreshold:
    """A distance below which a picture counts as a copy of a training picture, and how reliable it is.

    Attributes:
        distance: the threshold, chosen on half of the mirrored training pictures: COPIES_FOUND of them are below.
        true_positive_rate: share of the other half that is below, in [0, 1].
        false_positive_rate: share of test pictures that is below. Some are found rightly: CIFAR-10's test split holds
            near-duplicates of its training pictures (Barz & Denzler 2020, arXiv 1902.00423).
        count: number of test pictures.
    """

    distance: float
    true_positive_rate: float
    false_positive_rate: float
    count: int


@dataclass(frozen=True)
class ReferenceStats:
    """Statistics of real pictures and of samples.

    Attributes:
        seen_scores: (C,), the discriminator's scores of training pictures.
        unseen_scores: (C,), of test pictures.
        sample_scores: (C,), of samples from seed 0.
        unseen_distances: (C,), from test pictures to their nearest training picture.
        copy_distances: (C,), from training pictures, mirrored, to the nearest: distances of slightly changed copies.
        spread: mean distance of the features of two test pictures; see `variety`.
        centre: (256,), mean of the training pictures' features.
        axes: (256, 32), their principal axes.
        codes: (G, 32), of every training picture.
        labels: (G,) int64, its class, used in captions only.
        classes: their names.
    """

    seen_scores: Tensor
    unseen_scores: Tensor
    sample_scores: Tensor
    unseen_distances: Tensor
    copy_distances: Tensor
    spread: Tensor
    centre: Tensor
    axes: Tensor
    codes: Tensor
    labels: Tensor
    classes: tuple[str, ...]

    def code(self, images: Tensor, where: torch.device) -> Tensor:
        """Codes (N, 32) of pictures (N, 3, 32, 32) in [0, 1]."""
        return (unit(images, where) - self.centre) @ self.axes

    def copy_threshold(self) -> CopyThreshold:
        """The threshold of the copy check, chosen and tested on training pictures; at least two are needed."""
        distance = self.copy_distances[::2].quantile(COPIES_FOUND)  # every other one: pictures lie sorted by class
        rates = [(part < distance).float().mean() for part in (self.copy_distances[1::2], self.unseen_distances)]
        return CopyThreshold(float(distance), float(rates[0]), float(rates[1]), len(self.unseen_distances))


def unit(images: Tensor, where: torch.device) -> Tensor:
    """Features (N, 256) of length 1."""
    return F.normalize(simclr_features.describe(images, where), dim=1)


def variety(features: Tensor) -> float:
    """Mean distance of two different rows of features (N, D), N at least 2."""
    apart = torch.cdist(features, features)
    return float(apart.sum() / (len(apart) * (len(apart) - 1)))


def gather(model: Generator, discriminator: Discriminator, spec: str, root: str, limit: int = 0) -> dict[str, bytes]:
    """Build the files that ship beside a generator: the discriminator and the reference statistics.

    Args:
        model: the generator, in eval mode.
        discriminator: the discriminator.
        spec: the sets that both were trained on.
        root: folder that holds the named sets.
        limit: at most so many pictures of each split; 0 takes all.

    Returns:
        File name -> content.
    """
    where, size = next(model.parameters()).device, model.config.size
    discriminator = discriminator.eval()
    train, test = (pictures.load(spec, split, size=size, root=root, limit=limit) for split in ("train", "test"))
    some, unseen = (spread_out(data.images, COUNT) for data in (train, test))
    samples = generate(model, noise(0, len(some), model.config.latent), where)
    described = unit(train.images, where)
    centre = described.mean(0)
    axes = torch.linalg.eigh(torch.cov((described - centre).T.double())).eigenvectors[:, -AXES:].flip(1).float()
    codes = (described - centre) @ axes  # (G, 32)
    scale = codes.abs().amax(0) / 127
    stored = (codes / scale).round().to(torch.int8)
    kept = stored.float() * scale

    def scores(images: Tensor) -> Tensor:
        return embed(lambda x: discriminator(x).scores, images, device=where)

    unseen_unit, mirrored = unit(unseen, where), unit(some.flip(-1), where)
    near = [nearest_distances((features - centre) @ axes, kept)[0] for features in (unseen_unit, mirrored)]
    tensors = {
        "seen_scores": scores(some),
        "unseen_scores": scores(unseen),
        "sample_scores": scores(samples),
        "unseen_distances": near[0],
        "copy_distances": near[1],
        "spread": torch.tensor([variety(unseen_unit)]),
        "centre": centre,
        "axes": axes,
        "scale": scale,
        "codes": stored,
        "labels": train.labels.to(torch.int16),
    }
    packed = save({name: tensor.contiguous() for name, tensor in tensors.items()}, {"classes": ",".join(train.classes)})
    return {DISCRIMINATOR_FILE: save(checkpoints.half_weights(discriminator)), FILE: packed}


def read(folder: Path) -> ReferenceStats:
    """Read the reference statistics in a checkpoint's folder."""
    with safe_open(folder / FILE, framework="pt") as file:
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dictionary
        classes = tuple(file.metadata()["classes"].split(","))
    codes = found.pop("codes").float() * found.pop("scale")
    labels = found.pop("labels").long()
    return ReferenceStats(
        **{name: tensor.float() for name, tensor in found.items()}, codes=codes, labels=labels, classes=classes
    )
