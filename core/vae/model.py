"""The tutorial's variational autoencoder with layers 784-400-20-400-784 (Kingma & Welling 2013, appendix C.1)."""

from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    """Architecture.

    Attributes:
        side: of the square grey pictures, in pixels.
        hidden: width of the hidden layer in the encoder, and in the decoder.
        latent: number of latent axes.
    """

    side: int = 28
    hidden: int = 400
    latent: int = 20


class VAEOutput(NamedTuple):
    """The model's output for a batch.

    Attributes:
        logits: (B, 1, S, S), of the Bernoulli probabilities of white.
        mu: (B, Z), mean of q(z | x).
        logvar: (B, Z), logarithm of its variance.
        z: (B, Z), the sample that was decoded.
    """

    logits: Tensor
    mu: Tensor
    logvar: Tensor
    z: Tensor


class VAE(nn.Module):
    """Encoder to a Gaussian over the latent, decoder to a Bernoulli for each pixel."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        pixels = config.side**2
        self.encoder = nn.Linear(pixels, config.hidden)
        self.to_mu = nn.Linear(config.hidden, config.latent)
        self.to_logvar = nn.Linear(config.hidden, config.latent)
        self.from_latent = nn.Linear(config.latent, config.hidden)
        self.decoder = nn.Linear(config.hidden, pixels)

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (B, 1, S, S) in [0, 1] to mean and log-variance of q(z | x), each (B, Z)."""
        hidden = F.relu(self.encoder(rearrange(images, "b 1 h w -> b (h w)")))  # (B, hidden)
        return self.to_mu(hidden), self.to_logvar(hidden)

    def decode(self, z: Tensor) -> Tensor:
        """Points (B, Z) of the latent space to logits (B, 1, S, S); their sigmoid is the picture."""
        logits: Tensor = self.decoder(F.relu(self.from_latent(z)))  # (B, S * S)
        return logits.view(-1, 1, self.config.side, self.config.side)

    def forward(self, images: Tensor, noise: Tensor) -> VAEOutput:
        """Encode, sample, decode.

        Args:
            images: (B, 1, S, S) in [0, 1].
            noise: (B, Z), standard normal; zeros decode the mean of q(z | x).
        """
        mu, logvar = self.encode(images)
        z = mu + (0.5 * logvar).exp() * noise  # reparameterisation trick, sec. 2.4: differentiable in mu and logvar
        return VAEOutput(self.decode(z), mu, logvar, z)
