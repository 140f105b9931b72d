"""The game of a generator against a discriminator as one module with one forward pass, for recipes that share a loop.

Goodfellow et al. 2014, "Generative Adversarial Nets" (arXiv 1406.2661), let the two take turns. Here both move at once:
each pass judges real pictures and generated ones, and the sum of both players' losses gives each its own gradient,
because each loss reaches one player only. Generated pictures are judged twice: cut off from the generator, for the
discriminator's loss; and by a discriminator whose weights are held fixed, for the generator's. That costs no more than
taking turns, needs one loss and one optimizer, reaches every parameter in every pass, and so leaves resuming a run and
training in several processes as they are. Nagarajan & Kolter 2017 (arXiv 1706.04156) analyse this very rule,
simultaneous gradient descent, and find it locally stable.

What else moves (the power iteration of spectral norms, the averaged generator) lies in buffers and moves in `follow`,
which a recipe calls once a step and not in each pass: so two processes take the step of one that accumulates twice.
"""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from core.nn.gan_blocks import power_step

Change = Callable[[Tensor], Tensor]
WARMING = 10  # steps after which the average begins to have a memory longer than a few steps


class Judgement(NamedTuple):
    """What a discriminator makes of a batch.

    Attributes:
        features: (B, D), what it reads the score from.
        scores: (B,), above 0 real, below 0 generated; the hinge loss pulls them to +1 and -1.
    """

    features: Tensor
    scores: Tensor


class Round(NamedTuple):
    """One round of the game.

    Attributes:
        images: (B, 3, S, S) in [0, 1], generated.
        real: of real pictures.
        generated: of `images`, cut off from the generator: what the discriminator learns from.
        fooling: of `images`, by a discriminator that holds still: what the generator learns from.
    """

    images: Tensor
    real: Judgement
    generated: Judgement
    fooling: Judgement


class Players(nn.Module):
    """A generator, a discriminator, and `average`, the generator that follows the first one slowly and is shipped.

    The average of a generator's weights draws better pictures than the last of them (Yazici et al. 2018,
    arXiv 1806.04498). All of it is in the state dict, so a run that was killed goes on with the same game. What they
    play is the `forward` of a subclass.
    """

    followed: Tensor

    def __init__(self, generator: nn.Module, discriminator: nn.Module, *, momentum: float) -> None:
        """Start the average as a copy of the generator.

        Args:
            generator: draws pictures in [0, 1].
            discriminator: judges them.
            momentum: how much of the average stays at each step, in the long run; fewer at the beginning.
        """
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.average = copy.deepcopy(generator).requires_grad_(False)
        self.momentum = momentum
        self.register_buffer("followed", torch.zeros((), dtype=torch.int64))

    def judge_held(self, *inputs: Tensor | None) -> Any:
        """What the discriminator makes of inputs while its weights hold still: the gradient reaches the inputs only."""
        held = {name: value.detach() for name, value in self.discriminator.named_parameters()}
        return functional_call(self.discriminator, held, inputs)

    @torch.no_grad()
    def follow(self) -> None:
        """Move the averaged generator, its norms' statistics included, and the power iteration; once a step."""
        self.followed += 1
        stays = min(self.momentum, float(self.followed / (self.followed + WARMING)))
        fast = self.generator.state_dict()
        for name, slow in self.average.state_dict().items():
            if slow.is_floating_point():
                slow.lerp_(fast[name], 1 - stays)
            else:
                slow.copy_(fast[name])
        power_step(self.discriminator)


class Game(Players):
    """The plain game: noise (B, Z) to pictures (B, 3, S, S), pictures to a `Judgement`."""

    def forward(self, real: Tensor, noise: Tensor, change: Change) -> Round:
        """Play one round.

        Args:
            real: (B, 3, S, S) in [0, 1].
            noise: (B, Z).
            change: what pictures pass on their way to the discriminator, real and generated ones alike; must let
                gradients through. The identity leaves them as they are.
        """
        images = self.generator(noise)  # (B, 3, S, S)
        shown = change(images)
        both = self.discriminator(torch.cat([change(real), shown.detach()]))
        halves = [Judgement(*parts) for parts in zip(*(value.chunk(2) for value in both), strict=True)]
        return Round(images, halves[0], halves[1], self.judge_held(shown))
