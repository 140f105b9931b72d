"""Numbers that ship beside a generator, so that its pictures can be judged where no data lie.

CIFAR-10's pictures are not ours to give away. What ships of them: how the discriminator scores some of them, and a code
of 32 small numbers for each training picture, from which no picture can be drawn but distances can be told. So anyone
can ask whether a sample is a copy of a training picture, beside how near unseen real pictures come to one.
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
from core.gan.evaluation import CRITIC_FILE
from core.gan.model import Discriminator, Generator
from core.gan.sampling import noise, paint

FILE = "reference_stats.safetensors"
COUNT = 2_000  # pictures of each kind whose scores and distances are kept
AXES = 32


@dataclass(frozen=True)
class Yardsticks:
    """What is known of real pictures and of samples.

    Attributes:
        seen_scores: (C,), the discriminator's scores of training pictures.
        unseen_scores: (C,), of test pictures.
        sample_scores: (C,), of samples from seed 0.
        unseen_distances: (C,), from test pictures to their nearest training picture.
        copy_distances: (C,), from training pictures, mirrored, to the nearest: what a copy with a change looks like.
        spread: mean distance of features of two test pictures, which `variety` gives of others.
        centre: (256,), mean of the training pictures' features.
        axes: (256, 32), their principal axes.
        codes: (G, 32), of every training picture.
        labels: (G,) int64, its class; nothing but the caption of a neighbour looks at it.
        classes: names.
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
        """(N, 32): codes of pictures (N, 3, 32, 32) in [0, 1]."""
        return (unit(images, where) - self.centre) @ self.axes


def unit(images: Tensor, where: torch.device) -> Tensor:
    """Features (N, 256) of length 1."""
    return F.normalize(simclr_features.describe(images, where), dim=1)


def variety(features: Tensor) -> float:
    """Mean distance of two different items (N, D), N at least 2."""
    apart = torch.cdist(features, features)
    return float(apart.sum() / (len(apart) * (len(apart) - 1)))


def gather(model: Generator, critic: Discriminator, spec: str, root: str, limit: int = 0) -> dict[str, bytes]:
    """The files that ship beside a generator: the discriminator, and the yardsticks.

    Args:
        model: the generator, in eval mode.
        critic: the discriminator.
        spec: what both were trained on; all its sets are taken together.
        root: folder that holds the named sets.
        limit: at most so many pictures of each split; 0 takes all.
    """
    where, size = next(model.parameters()).device, model.config.size
    critic = critic.eval()
    train, test = (pictures.load(spec, split, size=size, root=root, limit=limit) for split in ("train", "test"))
    some, unseen = (spread_out(data.images, COUNT) for data in (train, test))
    samples = paint(model, noise(0, len(some), model.config.latent), where)
    described = unit(train.images, where)
    centre = described.mean(0)
    axes = torch.linalg.eigh(torch.cov((described - centre).T.double())).eigenvectors[:, -AXES:].flip(1).float()
    codes = (described - centre) @ axes  # (G, 32)
    scale = codes.abs().amax(0) / 127
    stored = (codes / scale).round().to(torch.int8)
    kept = stored.float() * scale

    def scores(images: Tensor) -> Tensor:
        return embed(lambda x: critic(x).scores, images, device=where)

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
    return {CRITIC_FILE: save(checkpoints.half_weights(critic)), FILE: packed}


def read(folder: Path) -> Yardsticks:
    """The yardsticks in a checkpoint's folder."""
    with safe_open(folder / FILE, framework="pt") as file:
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no dictionary
        classes = tuple(file.metadata()["classes"].split(","))
    codes = found.pop("codes").float() * found.pop("scale")
    labels = found.pop("labels").long()
    return Yardsticks(
        **{name: tensor.float() for name, tensor in found.items()}, codes=codes, labels=labels, classes=classes
    )
