"""The VQ-VAE and its baseline: the same encoder and decoder with a codebook or a Gaussian between them.

van den Oord et al. 2017, sec. 4.1: two convolutions of stride 2 and residual blocks to a map, mirrored in the decoder.
All layers are convolutions, so the weights fit pictures of any size that the strides divide. Left out on purpose: batch
norm, which mixes the pictures of a batch, and a prior over the codes.
"""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.vqvae.codebook import Codebook
from core.vqvae.pretext import straight_through

GREY = 0.5  # middle of the pixels' range, subtracted before the first layer and added after the last


@dataclass(frozen=True)
class Config:
    """Architecture with a codebook.

    Attributes:
        num_embeddings: K, entries of the codebook.
        embedding_dim: D, dimension of an entry.
        width: channels of the map's layers.
        depth: residual blocks in the encoder, and in the decoder.
        halvings: convolutions of stride 2 in each; a code covers 2^halvings pixels per side.
        size: side of the pictures in training, in pixels; other sizes work as well.
    """

    num_embeddings: int = 512
    embedding_dim: int = 64
    width: int = 128
    depth: int = 2
    halvings: int = 2
    size: int = 64


@dataclass(frozen=True)
class GaussianConfig:
    """Architecture with a Gaussian in place of the codebook.

    Attributes:
        latent: dimension at each position of the map.
        width, depth, halvings, size: as in `Config`.
    """

    latent: int = 8
    width: int = 128
    depth: int = 2
    halvings: int = 2
    size: int = 64


class VQVAEOutput(NamedTuple):
    """The VQ-VAE's output for a batch; h = H / 2^halvings.

    Attributes:
        reconstruction: (B, 3, H, W), not clipped to [0, 1].
        latents: (B, D, h, w), of the encoder.
        quantised: (B, D, h, w), the nearest entries; no gradient.
        codes: (B, h, w) int64, their indices.
    """

    reconstruction: Tensor
    latents: Tensor
    quantised: Tensor
    codes: Tensor


class GaussianOutput(NamedTuple):
    """The Gaussian autoencoder's output for a batch.

    Attributes:
        reconstruction: (B, 3, H, W), not clipped to [0, 1].
        mu: (B, Z, h, w), mean of q(z | x).
        logvar: (B, Z, h, w), logarithm of its variance.
    """

    reconstruction: Tensor
    mu: Tensor
    logvar: Tensor


class Residual(nn.Module):
    """ReLU, 3 x 3 convolution, ReLU, 1 x 1 convolution, with a residual connection (sec. 4.1)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv3x3 = nn.Conv2d(width, width, 3, padding=1)
        self.conv1x1 = nn.Conv2d(width, width, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) to (B, C, h, w)."""
        residual: Tensor = self.conv1x1(F.relu(self.conv3x3(F.relu(features))))
        return features + residual


def widths(width: int, halvings: int) -> list[int]:
    """Channels from the picture to the map: half the width after the first convolution, then the full width."""
    return [3, *(max(1, width // 2) if step == 0 and halvings > 1 else width for step in range(halvings))]


def encoder(width: int, depth: int, halvings: int, out: int) -> nn.Sequential:
    """(B, 3, H, W) in [0, 1], minus GREY, to (B, out, h, w)."""
    layers: list[nn.Module] = []
    channels = widths(width, halvings)
    for before, after in itertools.pairwise(channels):
        layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(width, width, 3, padding=1), *(Residual(width) for _ in range(depth)), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(width, out, 1))


def decoder(width: int, depth: int, halvings: int, inside: int) -> nn.Sequential:
    """(B, inside, h, w) to (B, 3, H, W), minus GREY."""
    layers: list[nn.Module] = [nn.Conv2d(inside, width, 3, padding=1), *(Residual(width) for _ in range(depth))]
    channels = widths(width, halvings)[::-1]
    for before, after in itertools.pairwise(channels):
        layers += [nn.ReLU(), nn.ConvTranspose2d(before, after, 4, stride=2, padding=1)]
    return nn.Sequential(*layers)


class VQVAE(nn.Module):
    """Encoder to one codebook entry at each position of a map, decoder back to the picture."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        shape = (config.width, config.depth, config.halvings)
        self.encoder = encoder(*shape, config.embedding_dim)
        self.codebook = Codebook(config.num_embeddings, config.embedding_dim)
        self.decoder = decoder(*shape, config.embedding_dim)

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (B, 3, H, W) in [0, 1] to latents (B, D, h, w) and the codes (B, h, w) of their nearest entries."""
        latents: Tensor = self.encoder(images - GREY)
        return latents, self.codebook(latents)

    def decode(self, quantised: Tensor) -> Tensor:
        """Entries (B, D, h, w) to a picture (B, 3, H, W), not clipped."""
        picture: Tensor = self.decoder(quantised)
        return picture + GREY

    def decode_codes(self, codes: Tensor) -> Tensor:
        """Codes (B, h, w) to a picture (B, 3, H, W), not clipped."""
        return self.decode(self.codebook.look_up(codes))

    def forward(self, images: Tensor) -> VQVAEOutput:
        """Encode, quantise, decode; the encoder gets the gradient of the decoder's input (straight-through).

        Args:
            images: (B, 3, H, W) in [0, 1]; 2^halvings divides both sides.
        """
        latents, codes = self.encode(images)
        latents = latents.float()
        quantised = self.codebook.look_up(codes)
        return VQVAEOutput(self.decode(straight_through(latents, quantised)), latents, quantised, codes)


class GaussianAutoencoder(nn.Module):
    """The same encoder and decoder with a Gaussian at each position: the baseline at the same number of bits."""

    config_class = GaussianConfig

    def __init__(self, config: GaussianConfig) -> None:
        super().__init__()
        self.config = config
        shape = (config.width, config.depth, config.halvings)
        self.encoder = encoder(*shape, 2 * config.latent)
        self.decoder = decoder(*shape, config.latent)

    def forward(self, images: Tensor, noise: Tensor) -> GaussianOutput:
        """Encode, sample, decode.

        Args:
            images: (B, 3, H, W) in [0, 1]; 2^halvings divides both sides.
            noise: (B, Z, h, w), standard normal; zeros decode the mean of q(z | x).
        """
        mu, logvar = self.encoder(images - GREY).float().chunk(2, dim=1)  # (B, Z, h, w) each
        z = mu + torch.exp(0.5 * logvar) * noise
        picture: Tensor = self.decoder(z)
        return GaussianOutput(picture + GREY, mu, logvar)
