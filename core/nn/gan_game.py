"""Adversarial training as one module with one forward pass, so that a GAN's recipe shares the training loop.

Goodfellow et al. 2014, "Generative Adversarial Nets" (arXiv 1406.2661), update both networks in turn. Here both are
updated in the same step: each forward pass scores real and generated pictures, and the sum of both losses has the right
gradient for each network, because each loss reaches one network only. Generated pictures are scored twice: detached
from the generator, for the discriminator's loss; and by a discriminator with frozen weights, for the generator's loss.
That costs no more than alternating updates. It needs one loss and one optimizer and reaches every parameter in every
pass, so resuming a run and training in several processes work as in other recipes. Nagarajan & Kolter 2017 (arXiv
1706.04156) analyse this rule, simultaneous gradient descent, and prove that it is locally stable.

The power iteration of the spectral norms and the averaged generator are kept in buffers. A recipe updates them with
`update_average` once per step, not in each pass, so two processes take the same step as one that accumulates twice.
"""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from core.nn.gan_blocks import power_step

Change = Callable[[Tensor], Tensor]
AVERAGE_WARMUP = 10  # the average of the first steps has a shorter memory; see `update_average`


class DiscriminatorOutput(NamedTuple):
    """A discriminator's output for a batch.

    Attributes:
        features: (B, D), the input of the score's layer.
        scores: (B,), above 0 for real, below 0 for generated; the hinge loss pulls them to +1 and -1.
    """

    features: Tensor
    scores: Tensor


class GameOutput(NamedTuple):
    """The output of one forward pass of both networks.

    Attributes:
        images: (B, 3, S, S) in [0, 1], generated.
        real: scores of real pictures.
        generated: scores of `images`, detached from the generator, for the discriminator's loss.
        fooling: scores of `images` by a discriminator with frozen weights, for the generator's loss.
    """

    images: Tensor
    real: DiscriminatorOutput
    generated: DiscriminatorOutput
    fooling: DiscriminatorOutput


class AdversarialPair(nn.Module):
    """A generator, a discriminator, and `average`, the moving average of the generator, which is shipped.

    The average of a generator's weights draws better pictures than the last weights (Yazici et al. 2018,
    arXiv 1806.04498). The state dict holds all of it, so a resumed run continues as before. A subclass defines
    `forward`.
    """

    updates: Tensor

    def __init__(self, generator: nn.Module, discriminator: nn.Module, *, momentum: float) -> None:
        """Start the average as a copy of the generator.

        Args:
            generator: draws pictures in [0, 1].
            discriminator: scores them.
            momentum: weight of the old average in each update; smaller in the first steps.
        """
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.average = copy.deepcopy(generator).requires_grad_(False)
        self.momentum = momentum
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def judge_frozen(self, *inputs: Tensor | None) -> Any:
        """Apply the discriminator with frozen weights: the gradient reaches the inputs only."""
        frozen = {name: value.detach() for name, value in self.discriminator.named_parameters()}
        return functional_call(self.discriminator, frozen, inputs)

    @torch.no_grad()
    def update_average(self) -> None:
        """Update the averaged generator, with its norms' statistics, and the power iteration; call it once per step."""
        self.updates += 1
        decay = min(self.momentum, float(self.updates / (self.updates + AVERAGE_WARMUP)))
        current = self.generator.state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(current[name], 1 - decay)
            else:
                value.copy_(current[name])
        power_step(self.discriminator)


class Game(AdversarialPair):
    """An unconditional GAN: noise (B, Z) to pictures (B, 3, S, S), pictures to a `DiscriminatorOutput`."""

    def forward(self, real: Tensor, noise: Tensor, change: Change) -> GameOutput:
        """Run one forward pass of both networks.

        Args:
            real: (B, 3, S, S) in [0, 1].
            noise: (B, Z).
            change: differentiable augmentation of the discriminator's inputs, real and generated; the identity for
                none.
        """
        images = self.generator(noise)  # (B, 3, S, S)
        shown = change(images)
        both = self.discriminator(torch.cat([change(real), shown.detach()]))
        halves = [DiscriminatorOutput(*parts) for parts in zip(*(value.chunk(2) for value in both), strict=True)]
        return GameOutput(images, halves[0], halves[1], self.judge_frozen(shown))
