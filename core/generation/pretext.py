"""The labels of pictures beside real or generated: a rotation, a second view, or the nearest neighbours.

The arm "plain" classifies pictures as real or generated only. "rotation" also predicts the rotation of a picture (Chen
et al. 2019, "Self-Supervised GANs via Auxiliary Rotation Loss", arXiv 1811.11212). "contrastive" also finds another
view of a picture among many (SimCLR's task in the discriminator, as in Zhao et al. 2020, "Image Augmentations for GAN
Training", arXiv 2006.02595). The arms "references", "mean" and "untrained" are conditioned on references: the features
of the K other pictures most like a picture; the label is the picture itself.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.augment import colour_jitter, greyscale, horizontal_flip, random_resized_crop
from core.data.rotations import all_turns
from core.downstream.neighbours import nearest
from core.generation.model import Discriminator, Generator, MultiTaskOutput
from core.nn.gan_game import AdversarialPair, Change, DiscriminatorOutput
from core.nn.losses import hinge_apart, hinge_fool, nt_xent

ARMS = ("plain", "rotation", "contrastive", "references", "untrained", "mean")
TURN_EVERY = 4  # every fourth picture of a batch is turned, all four ways, as in Chen et al. 2019, sec. 5.1
REAL_TURNS, GENERATED_TURNS = 1.0, 0.2  # weights of the rotation loss in both losses, of the same section
VIEWS, TEMPERATURE = 0.3, 0.1  # weight of the contrastive loss, fixed beforehand and not tuned, and its temperature
CHUNK = 1_000  # rows compared with all others at a time


class RotationOutput(NamedTuple):
    """Logits (4Q, 4) of the rotations of real and of generated pictures, and the true quarter turns (4Q,)."""

    real: Tensor
    generated: Tensor
    turns: Tensor


class ViewsOutput(NamedTuple):
    """Projections (B, P) of two views of each picture of a batch, for real and for generated pictures."""

    real: tuple[Tensor, Tensor]
    generated: tuple[Tensor, Tensor]


class StudyGameOutput(NamedTuple):
    """The output of one forward pass of both networks.

    Attributes:
        real: scores of real pictures.
        generated: scores of generated pictures, detached from the generator, for the discriminator's loss.
        fooling: scores of generated pictures by a discriminator with frozen weights, for the generator's loss.
        turned: for the rotation task; its `generated` comes from the discriminator with frozen weights.
        views: for the contrastive task, which has no loss for the generator.
    """

    real: DiscriminatorOutput
    generated: DiscriminatorOutput
    fooling: DiscriminatorOutput
    turned: RotationOutput | None
    views: ViewsOutput | None


class Losses(NamedTuple):
    """The losses of both networks, as in `core.gan.pretext`.

    Attributes:
        total: scalar, the sum of both losses.
        discriminator: scalar, with the further task's share.
        generator: scalar, with the further task's share.
        accuracy: share of all pictures whose score has the right sign, in [0, 1].
        task: scalar, the further task's loss on real pictures; 0 without one.
    """

    total: Tensor
    discriminator: Tensor
    generator: Tensor
    accuracy: Tensor
    task: Tensor


class StudyGame(AdversarialPair):
    """A GAN with a further task or with references. One pass through the discriminator holds all its training data."""

    generator: Generator
    discriminator: Discriminator

    def forward(
        self, real: Tensor, noise: Tensor, references: Tensor | None = None, view: Change | None = None
    ) -> StudyGameOutput:
        """Run one forward pass of both networks.

        Args:
            real: (B, 3, S, S) in [0, 1].
            noise: (B, Z).
            references: (B, K, F) of the real pictures, for the arms conditioned on them.
            view: draws another view of pictures, for the contrastive task.
        """
        images, count = self.generator(noise, references).images, len(real)
        detached = images.detach()
        trained_on, for_generator, turns = [real, detached], [images], None
        if self.discriminator.turns is not None:
            some = -(-count // TURN_EVERY)
            turned, turns = all_turns(real[:some])
            trained_on.append(turned)
            for_generator.append(all_turns(images[:some])[0])
        if view is not None:
            trained_on += [view(real), view(detached)]
        reader = self.generator.reader
        known = None if reader is None or references is None else reader.standardise(references)
        twice = None if known is None else torch.cat([known, known])
        trained: MultiTaskOutput = self.discriminator(torch.cat(trained_on), twice)
        frozen: MultiTaskOutput = self.judge_frozen(torch.cat(for_generator), known)
        return StudyGameOutput(
            real=_scores(trained, slice(0, count)),
            generated=_scores(trained, slice(count, 2 * count)),
            fooling=_scores(frozen, slice(0, count)),
            turned=None if turns is None else _rotations(trained, frozen, turns, count),
            views=None if view is None else _pairs(trained, count),
        )


def _scores(output: MultiTaskOutput, rows: slice) -> DiscriminatorOutput:
    return DiscriminatorOutput(output.features[rows], output.scores[rows])


def _rotations(trained: MultiTaskOutput, frozen: MultiTaskOutput, turns: Tensor, count: int) -> RotationOutput:
    """The logits of both passes for the turned pictures, which follow the upright ones."""
    assert trained.turns is not None
    assert frozen.turns is not None
    return RotationOutput(trained.turns[2 * count :], frozen.turns[count:], turns)


def _pairs(trained: MultiTaskOutput, count: int) -> ViewsOutput:
    """Projections (4B, P) of real, generated, real again, generated again, as pairs."""
    assert trained.projections is not None
    first, second, third, fourth = trained.projections.split(count)
    return ViewsOutput((first, third), (second, fourth))


def losses(output: StudyGameOutput) -> Losses:
    """The losses of both networks for one forward pass, each with its share of the further task."""
    real, generated = output.real.scores.float(), output.generated.scores.float()
    apart, fool = hinge_apart(real, generated), hinge_fool(output.fooling.scores.float())
    accuracy = torch.cat([real > 0, generated < 0]).float().mean()
    task = real.new_zeros(())
    if output.turned is not None:
        task = rotation_loss(output.turned.real, output.turned.turns)
        apart = apart + REAL_TURNS * task
        fool = fool + GENERATED_TURNS * rotation_loss(output.turned.generated, output.turned.turns)
    if output.views is not None:
        task = nt_xent(*output.views.real, TEMPERATURE).mean
        apart = apart + VIEWS * (task + nt_xent(*output.views.generated, TEMPERATURE).mean)
    return Losses(apart + fool, apart, fool, accuracy, task)


def rotation_loss(logits: Tensor, turns: Tensor) -> Tensor:
    """Cross-entropy of classifying rotations; Chen et al. 2019, eq. 1 and 2.

    Both networks minimise it: the rotation of a generated picture shall be as recognisable as that of a real one.

    Args:
        logits: (N, 4), one score per quarter turn.
        turns: (N,) int64 in 0..3, quarter turns anticlockwise.

    Returns:
        Scalar, nats per picture; log 4 at chance level.
    """
    return F.cross_entropy(logits.float(), turns)


def second_view(rng: torch.Generator) -> Change:
    """SimCLR's augmentation as a function of pictures: random crop, flip, colour jitter, sometimes grey."""

    def view(images: Tensor) -> Tensor:
        crop = random_resized_crop(images, images.shape[-1], rng, scale=(0.3, 1.0))
        return greyscale(colour_jitter(horizontal_flip(crop, rng), rng), rng)

    return view


def nearest_others(features: Tensor, k: int) -> Tensor:
    """Find the k nearest other rows of each row of features (N, D) by cosine: (N, k) int64, nearest first; N > k."""
    found = []
    for start in range(0, len(features), CHUNK):
        _, index = nearest(features[start : start + CHUNK], features, k + 1)
        own = index == torch.arange(start, start + len(index)).unsqueeze(1)
        own[~own.any(1), -1] = (
            True  # duplicates may displace a row from its own neighbours; the last one is then dropped
        )
        found.append(index[~own].view(-1, k))
    return torch.cat(found)
