"""Momentum contrast: each view is matched with its key among the keys of earlier batches, which a queue keeps.

He et al. 2020, "Momentum Contrast for Unsupervised Visual Representation Learning" (arXiv 1911.05722), and v2, which
added a projection head and stronger views (arXiv 2003.04297). SimCLR takes its negatives from the batch and so needs
large batches; here a batch may be small, because the queue holds thousands of keys. The keys must come from nearly the
same network, or they could be distinguished by their age. So a second network makes them, whose weights are a moving
average of the first one's and get no gradient.

Batch norm leaks (sec. 3.3): a query and its key come from one batch and share its mean and variance, while the keys in
the queue come from others, so these statistics identify the right key. The paper shuffles the keys among GPUs before
they are normalised. With one process and one batch that changes nothing, since the statistics are over the same
pictures; here `shards` splits the shuffled batch of keys into parts that are normalised separately.
"""

import copy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.contrastive.model import ContrastiveNet
from core.device import generator
from core.nn.losses import gather


class MoCoOutput(NamedTuple):
    """Queries, keys, and the cosines that the loss compares.

    Attributes:
        queries: (B, P), projections of one view each, of length 1.
        keys: (B, P), the key network's projections of the other view, of length 1.
        positives: (B,), cosine of each query and its key.
        negatives: (B, K), cosine of each query and every key in the queue.
    """

    queries: Tensor
    keys: Tensor
    positives: Tensor
    negatives: Tensor


class MoCo(nn.Module):
    """The query network, the key network and the queue of keys; the checkpoint ships `query`.

    All of it is in the state dict, so an interrupted run resumes with the same queue.
    """

    queue: Tensor
    pointer: Tensor

    def __init__(
        self, query: ContrastiveNet, *, queue: int = 4096, momentum: float = 0.99, shards: int = 1, seed: int = 0
    ) -> None:
        """Initialise the key network as a copy of the query network and the queue with random unit vectors.

        Args:
            query: the network to train.
            queue: K, its length; at least the number of keys per step.
            momentum: m, share of the key network's weights that stays at each step.
            shards: parts of a batch of keys that are normalised separately.
            seed: of the first keys.
        """
        super().__init__()
        self.query = query
        self.key = copy.deepcopy(query).requires_grad_(False)
        self.momentum, self.shards = momentum, shards
        first = torch.randn(queue, query.config.projection, generator=generator(seed))
        self.register_buffer("queue", F.normalize(first, dim=1))  # (K, P)
        self.register_buffer("pointer", torch.zeros((), dtype=torch.int64))  # index of the oldest key

    def forward(self, query_views: Tensor, key_views: Tensor, order: Tensor | None = None) -> MoCoOutput:
        """Compare one view of each picture with the other and the queue; in training, first update the key network.

        Args:
            query_views: (B, 3, H, W) in [0, 1].
            key_views: (B, 3, H, W), the other view of the same pictures.
            order: (B,), a permutation of the keys before they are split into shards; None does not split them.
        """
        if self.training:
            self.update_key_network()
        queries = self.query(query_views).projections  # (B, P)
        with torch.no_grad():
            keys = self._keys(key_views, order)  # (B, P)
        with torch.autocast(queries.device.type, enabled=False):  # dividing by t would amplify rounding errors
            positives = (queries * keys).sum(1)
            negatives = queries @ self.queue.T
        return MoCoOutput(queries, keys, positives, negatives)

    @torch.no_grad()
    def update_key_network(self) -> None:
        """Move the key network towards the query network (eq. 2): k = m k + (1 - m) q."""
        for slow, fast in zip(self.key.parameters(), self.query.parameters(), strict=True):
            slow.lerp_(fast, 1 - self.momentum)

    @torch.no_grad()
    def enqueue(self, keys: Tensor) -> None:
        """Replace the oldest keys by keys (B, P) of every process; call it after the loss has been computed."""
        fresh = gather(keys)[-len(self.queue) :]
        positions = (self.pointer + torch.arange(len(fresh), device=fresh.device)) % len(self.queue)
        self.queue = self.queue.index_copy(0, positions, fresh)  # a new one: the backward pass still needs the old
        self.pointer.copy_((self.pointer + len(fresh)) % len(self.queue))

    def _keys(self, views: Tensor, order: Tensor | None) -> Tensor:
        if order is None:
            keys: Tensor = self.key(views).projections
            return keys
        parts = [self.key(part).projections for part in views[order].chunk(self.shards)]
        return torch.cat(parts)[order.argsort()]
