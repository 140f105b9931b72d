"""The codebook: its entries, and the moving averages by which they follow the encoder.

All of it is buffers, so a run that was killed goes on with the same averages. Nothing moves in `forward`: the recipe
calls `learn` once the loss has been computed.
"""

import torch
from einops import rearrange
from torch import Tensor, nn

from core.nn.losses import gather
from core.vqvae import pretext
from core.vqvae.pretext import Averages


class Codebook(nn.Module):
    """K entries of D numbers.

    Attributes:
        entries: (K, D).
        shares: (K,), moving average of the share of vectors that chose each; what a code costs is read off it.
        sums: (K, D), moving average of the sum of those vectors, over the number of all vectors.
    """

    entries: Tensor
    shares: Tensor
    sums: Tensor

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.register_buffer("entries", torch.randn(num_embeddings, embedding_dim))
        self.register_buffer("shares", torch.zeros(num_embeddings))  # all dead: the first batch gives each a place
        self.register_buffer("sums", torch.zeros(num_embeddings, embedding_dim))

    def forward(self, latents: Tensor) -> Tensor:
        """Round latents (B, D, h, w) to the nearest entries: codes (B, h, w)."""
        batch, _, height, _ = latents.shape
        codes = pretext.nearest(rearrange(latents, "b d h w -> (b h w) d"), self.entries)
        return rearrange(codes, "(b h w) -> b h w", b=batch, h=height)

    def look_up(self, codes: Tensor) -> Tensor:
        """The entries (B, D, h, w) of codes (B, h, w)."""
        return rearrange(self.entries[codes], "b h w d -> b d h w")

    @torch.no_grad()
    def learn(
        self, latents: Tensor, codes: Tensor, rng: torch.Generator, *, decay: float = 0.99, floor: float = 0.03
    ) -> Tensor:
        """Let the entries follow what a batch, of every process, brought, and restart the dead ones.

        Args:
            latents: (B, D, h, w), of the encoder.
            codes: (B, h, w), the entries that they were rounded to.
            rng: draws where dead entries go.
            decay: how much of the past stays.
            floor: see `pretext.restart`.

        Returns:
            (K,) bool, which entries were dead and moved.
        """
        vectors = gather(rearrange(latents.detach(), "b d h w -> (b h w) d").float())  # (M, D)
        chosen = gather(codes.flatten())  # (M,)
        averages = pretext.follow(Averages(self.shares, self.sums), vectors, chosen, decay)
        rows = torch.randint(len(vectors), (len(self.shares),), generator=rng, device=rng.device)
        averages, dead = pretext.restart(averages, vectors, rows, floor)
        self.shares.copy_(averages.shares)
        self.sums.copy_(averages.sums)
        self.entries.copy_(averages.sums / averages.shares[:, None])
        return dead
