"""The labels that pictures give themselves here, beside real or generated: a turn, a second view, or its neighbours.

Arm by arm: "plain" asks only whether a picture is real; "rotation" also how far it was turned (Chen et al. 2019,
"Self-Supervised GANs via Auxiliary Rotation Loss", arXiv 1811.11212); "contrastive" also which of many pictures is
another view of it (SimCLR's question inside the discriminator, as in Zhao et al. 2020, "Image Augmentations for GAN
Training", arXiv 2006.02595). The arms "references", "mean" and "untrained" say what to draw: a picture is described by
the K pictures most like it, itself left out, so the label is the picture itself.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.augment import colour_jitter, greyscale, horizontal_flip, random_resized_crop
from core.data.rotations import all_turns
from core.downstream.neighbours import nearest
from core.generation.model import Discriminator, Generator, Reading
from core.nn.gan_game import Change, Judgement, Players
from core.nn.losses import hinge_apart, hinge_fool, nt_xent

ARMS = ("plain", "rotation", "contrastive", "references", "untrained", "mean")
TURNED = 4  # every fourth picture of a batch is turned, all four ways, as in Chen et al. 2019, sec. 5.1
REAL_TURNS, GENERATED_TURNS = 1.0, 0.2  # weights of the rotation loss in either player's loss, of the same section
VIEWS, TEMPERATURE = 0.3, 0.1  # weight of the contrastive loss, fixed beforehand and not tuned, and its temperature
CHUNK = 1_000  # items compared with all others at a time


class Turned(NamedTuple):
    """Turns guessed: logits (4Q, 4) of real and of generated pictures, and the true turns (4Q,)."""

    real: Tensor
    generated: Tensor
    turns: Tensor


class Views(NamedTuple):
    """Two views of each picture of a batch, projected: (B, P) each, of real and of generated pictures."""

    real: tuple[Tensor, Tensor]
    generated: tuple[Tensor, Tensor]


class Bout(NamedTuple):
    """One pass of both players.

    Attributes:
        real: judgement of real pictures.
        generated: of generated ones, cut off from the generator: what the discriminator learns from.
        fooling: of generated ones, by a discriminator that holds still: what the generator learns from.
        turned: for the rotation task, its `generated` by the discriminator that holds still.
        views: for the contrastive task, which only the discriminator learns.
    """

    real: Judgement
    generated: Judgement
    fooling: Judgement
    turned: Turned | None
    views: Views | None


class Losses(NamedTuple):
    """What either player has to make small; `task` is the further task's loss on real pictures, 0 without one."""

    total: Tensor
    discriminator: Tensor
    generator: Tensor
    told: Tensor
    task: Tensor


class Contest(Players):
    """The game with a further task or with references; all that the discriminator learns from passes it at once."""

    generator: Generator
    discriminator: Discriminator

    def forward(
        self, real: Tensor, noise: Tensor, references: Tensor | None = None, view: Change | None = None
    ) -> Bout:
        """Play one pass.

        Args:
            real: (B, 3, S, S) in [0, 1].
            noise: (B, Z).
            references: (B, K, F) of the real pictures, for the arms that read them.
            view: makes another view of pictures, for the contrastive task.
        """
        images, count = self.generator(noise, references).images, len(real)
        cut_off = images.detach()
        seen, shown, turns = [real, cut_off], [images], None
        if self.discriminator.turns is not None:
            some = -(-count // TURNED)
            turned, turns = all_turns(real[:some])
            seen.append(turned)
            shown.append(all_turns(images[:some])[0])
        if view is not None:
            seen += [view(real), view(cut_off)]
        reader = self.generator.reader
        known = None if reader is None or references is None else reader.standardise(references)
        learned: Reading = self.discriminator(torch.cat(seen), None if known is None else torch.cat([known, known]))
        held: Reading = self.judge_held(torch.cat(shown), known)
        return Bout(
            real=_judged(learned, slice(0, count)),
            generated=_judged(learned, slice(count, 2 * count)),
            fooling=_judged(held, slice(0, count)),
            turned=None if turns is None else _turned(learned, held, turns, count),
            views=None if view is None else _pairs(learned, count),
        )


def _judged(reading: Reading, rows: slice) -> Judgement:
    return Judgement(reading.features[rows], reading.scores[rows])


def _turned(learned: Reading, held: Reading, turns: Tensor, count: int) -> Turned:
    """What either pass made of the turned pictures, which lie behind the upright ones."""
    assert learned.turns is not None
    assert held.turns is not None
    return Turned(learned.turns[2 * count :], held.turns[count:], turns)


def _pairs(learned: Reading, count: int) -> Views:
    """Projections (4B, P) of real, generated, real again, generated again, as pairs."""
    assert learned.projections is not None
    first, second, third, fourth = learned.projections.split(count)
    return Views((first, third), (second, fourth))


def losses(bout: Bout) -> Losses:
    """Both players' losses of one pass, each with its share of the further task."""
    real, generated = bout.real.scores.float(), bout.generated.scores.float()
    apart, fool = hinge_apart(real, generated), hinge_fool(bout.fooling.scores.float())
    told = torch.cat([real > 0, generated < 0]).float().mean()
    task = real.new_zeros(())
    if bout.turned is not None:
        task = rotation_loss(bout.turned.real, bout.turned.turns)
        apart = apart + REAL_TURNS * task
        fool = fool + GENERATED_TURNS * rotation_loss(bout.turned.generated, bout.turned.turns)
    if bout.views is not None:
        task = nt_xent(*bout.views.real, TEMPERATURE).mean
        apart = apart + VIEWS * (task + nt_xent(*bout.views.generated, TEMPERATURE).mean)
    return Losses(apart + fool, apart, fool, told, task)


def rotation_loss(logits: Tensor, turns: Tensor) -> Tensor:
    """Cross-entropy (a scalar, nats) of guessing turns (N,) in 0..3 from logits (N, 4); Chen et al. 2019, eq. 1 and 2.

    Both players make it small: the generator shall draw what can be told upright as real pictures can.
    """
    return F.cross_entropy(logits.float(), turns)


def second_view(rng: torch.Generator) -> Change:
    """Another view of pictures, drawn as SimCLR draws them: cut, mirrored, other colours, sometimes grey."""

    def view(images: Tensor) -> Tensor:
        cut = random_resized_crop(images, images.shape[-1], rng, scale=(0.3, 1.0))
        return greyscale(colour_jitter(horizontal_flip(cut, rng), rng), rng)

    return view


def most_alike(features: Tensor, k: int) -> Tensor:
    """The k other items most like each of (N, D) by cosine, the most alike first: (N, k) int64; N above k."""
    found = []
    for start in range(0, len(features), CHUNK):
        _, index = nearest(features[start : start + CHUNK], features, k + 1)
        own = index == torch.arange(start, start + len(index)).unsqueeze(1)
        own[~own.any(1), -1] = True  # twins may crowd an item out of its own neighbours; the last one then goes
        found.append(index[~own].view(-1, k))
    return torch.cat(found)
