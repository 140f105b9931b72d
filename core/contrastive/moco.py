"""Momentum contrast: the other view has to be found among keys of earlier batches, which wait in a queue.

He et al. 2020, "Momentum Contrast for Unsupervised Visual Representation Learning" (arXiv 1911.05722), and v2, which
gave it a projection head and stronger views (arXiv 2003.04297). SimCLR takes its negatives from the batch and so wants
large ones; here a batch may be small, because the queue holds thousands of keys. They must all come from nearly the
same network, or they would be told apart by their age: so keys are made by a second network that follows the first one
slowly and gets no gradient.

Batch norm leaks (sec. 3.3): a query and its key come from one batch and share its mean and variance, while the keys in
the queue come from others, so the right key can be found without looking at the picture. The paper shuffles the keys
among GPUs before they are normalised. With one process and one batch that changes nothing, since the same pictures are
averaged; here `shards` cuts the shuffled batch of keys into parts that are normalised apart.
"""

import copy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.contrastive.model import ContrastiveNet
from core.device import generator
from core.nn.losses import gather


class Matches(NamedTuple):
    """Queries, their keys, and how similar they are to them and to the queue.

    Attributes:
        queries: (B, P), projections of one view each, of length 1.
        keys: (B, P), the momentum network's projections of the other view, of length 1.
        positives: (B,), cosine of each query and its key.
        negatives: (B, K), cosine of each query and every key in the queue.
    """

    queries: Tensor
    keys: Tensor
    positives: Tensor
    negatives: Tensor


class MoCo(nn.Module):
    """A network that learns, one that follows it, and a queue of the latter's keys; what ships is `query`.

    All of it is in the state dict, so a run that was killed goes on with the same queue.
    """

    queue: Tensor
    pointer: Tensor

    def __init__(
        self, query: ContrastiveNet, *, queue: int = 4096, momentum: float = 0.99, shards: int = 1, seed: int = 0
    ) -> None:
        """Start the key network as a copy of the query network and the queue with random directions.

        Args:
            query: the network to train.
            queue: K, keys that wait; at least as many as a step brings.
            momentum: m, how much of the key network stays at each forward pass.
            shards: parts of a batch of keys that are normalised apart.
            seed: of the first keys.
        """
        super().__init__()
        self.query = query
        self.key = copy.deepcopy(query).requires_grad_(False)
        self.momentum, self.shards = momentum, shards
        first = torch.randn(queue, query.config.projection, generator=generator(seed))
        self.register_buffer("queue", F.normalize(first, dim=1))  # (K, P)
        self.register_buffer("pointer", torch.zeros((), dtype=torch.int64))  # the oldest key

    def forward(self, query_views: Tensor, key_views: Tensor, order: Tensor | None = None) -> Matches:
        """Compare one view of each picture with the other and with the queue; in training, follow first.

        Args:
            query_views: (B, 3, H, W) in [0, 1].
            key_views: (B, 3, H, W), the other view of the same pictures.
            order: (B,) a permutation, in which the keys are dealt out to shards; None leaves them together.
        """
        if self.training:
            self.follow()
        queries = self.query(query_views).projections  # (B, P)
        with torch.no_grad():
            keys = self._keys(key_views, order)  # (B, P)
        with torch.autocast(queries.device.type, enabled=False):  # divided by t, a rounded cosine is off by too much
            positives = (queries * keys).sum(1)
            negatives = queries @ self.queue.T
        return Matches(queries, keys, positives, negatives)

    @torch.no_grad()
    def follow(self) -> None:
        """Move the key network towards the query network (eq. 2): k = m k + (1 - m) q."""
        for slow, fast in zip(self.key.parameters(), self.query.parameters(), strict=True):
            slow.lerp_(fast, 1 - self.momentum)

    @torch.no_grad()
    def enqueue(self, keys: Tensor) -> None:
        """Put keys (B, P) of every process in place of the oldest; call it when the loss has been computed."""
        fresh = gather(keys)[-len(self.queue) :]
        places = (self.pointer + torch.arange(len(fresh), device=fresh.device)) % len(self.queue)
        self.queue = self.queue.index_copy(0, places, fresh)  # a new one: the backward pass still needs the old
        self.pointer.copy_((self.pointer + len(fresh)) % len(self.queue))

    def _keys(self, views: Tensor, order: Tensor | None) -> Tensor:
        if order is None:
            keys: Tensor = self.key(views).projections
            return keys
        parts = [self.key(part).projections for part in views[order].chunk(self.shards)]
        return torch.cat(parts)[order.argsort()]
