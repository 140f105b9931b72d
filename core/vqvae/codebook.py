"""The codebook: its entries, and the exponential moving averages that update them.

The whole state is buffers, so a resumed run continues with the same averages. `forward` changes nothing: the recipe
calls `update` after the loss has been computed.
"""

import torch
from einops import rearrange
from torch import Tensor, nn

from core.nn.losses import gather
from core.vqvae import pretext
from core.vqvae.pretext import Averages


class Codebook(nn.Module):
    """K entries of dimension D.

    Attributes:
        entries: (K, D).
        shares: (K,), moving average of the share of vectors assigned to each entry; code lengths derive from it.
        sums: (K, D), moving average of the sum of those vectors, over the number of all vectors.
    """

    entries: Tensor
    shares: Tensor
    sums: Tensor

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.register_buffer("entries", torch.randn(num_embeddings, embedding_dim))
        self.register_buffer("shares", torch.zeros(num_embeddings))  # all unused: the first batch moves every entry
        self.register_buffer("sums", torch.zeros(num_embeddings, embedding_dim))

    def forward(self, latents: Tensor) -> Tensor:
        """Indices of the nearest entries: latents (B, D, h, w) to codes (B, h, w)."""
        batch, _, height, _ = latents.shape
        codes = pretext.nearest(rearrange(latents, "b d h w -> (b h w) d"), self.entries)
        return rearrange(codes, "(b h w) -> b h w", b=batch, h=height)

    def look_up(self, codes: Tensor) -> Tensor:
        """The entries (B, D, h, w) of codes (B, h, w)."""
        return rearrange(self.entries[codes], "b h w d -> b d h w")

    @torch.no_grad()
    def update(
        self, latents: Tensor, codes: Tensor, rng: torch.Generator, *, decay: float = 0.99, floor: float = 0.03
    ) -> Tensor:
        """Update the entries from the batches of all processes, and restart unused entries.

        Args:
            latents: (B, D, h, w), of the encoder.
            codes: (B, h, w), the entries that they were rounded to.
            rng: draws where dead entries go.
            decay: how much of the past stays.
            floor: see `pretext.restart_dead`.

        Returns:
            (K,) bool, the entries that were restarted.
        """
        vectors = gather(rearrange(latents.detach(), "b d h w -> (b h w) d").float())  # (M, D)
        assigned = gather(codes.flatten())  # (M,)
        averages = pretext.update_averages(Averages(self.shares, self.sums), vectors, assigned, decay)
        rows = torch.randint(len(vectors), (len(self.shares),), generator=rng, device=rng.device)
        averages, dead = pretext.restart_dead(averages, vectors, rows, floor)
        self.shares.copy_(averages.shares)
        self.sums.copy_(averages.sums)
        chosen = averages.shares[:, None] > 0  # without restarts, an entry that was never chosen stays where it is
        self.entries.copy_(torch.where(chosen, averages.sums / averages.shares[:, None], self.entries))
        return dead
