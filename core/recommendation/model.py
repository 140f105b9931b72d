"""BERT4Rec: transformer blocks that look both ways along a history and score every film at each hidden place.

Sun et al. 2019, sec. 3.3 to 3.5. Two departures: norms stand before the blocks, which trains faster, and places are
counted from the end, so that the film rated last is the same place in a short history as in a long one. Dropout is
chance inside `forward` and therefore left out; what to drop comes as an argument.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    """Architecture.

    Attributes:
        films: number of films it knows; two more marks stand behind them: hidden, and padding.
        context: longest history it can look at, in films.
        width: numbers that stand for one film.
        layers: blocks.
        heads: attention heads a block; divides `width`.
    """

    films: int
    context: int = 20
    width: int = 64
    layers: int = 1
    heads: int = 2

    @property
    def hidden(self) -> int:
        """The mark in place of a hidden film."""
        return self.films

    @property
    def padding(self) -> int:
        """The mark where a history has not begun."""
        return self.films + 1


class Reading(NamedTuple):
    """What the model makes of histories.

    Attributes:
        logits: (M, V), one score a film at each place that was asked, row by row.
        states: (B, T, D), each place after the last block.
        attentions: one (B, heads, T, T) a block, each row a share of one over the places looked at.
    """

    logits: Tensor
    states: Tensor
    attentions: tuple[Tensor, ...]


class Block(nn.Module):
    """Attention over all places at once, then a feed-forward net, each behind a norm and beside a bypass."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.norm_1 = nn.LayerNorm(config.width)
        self.attend = nn.Linear(config.width, 3 * config.width)
        self.merge = nn.Linear(config.width, config.width)
        self.norm_2 = nn.LayerNorm(config.width)
        self.widen = nn.Linear(config.width, 4 * config.width)
        self.narrow = nn.Linear(4 * config.width, config.width)

    def forward(self, x: Tensor, absent: Tensor, kept: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, T, D), absent (B, T) and what dropout keeps (2, B, T, D) to (B, T, D) and the weights (B, h, T, T)."""
        heads = rearrange(self.attend(self.norm_1(x)), "b t (three h d) -> three b h t d", three=3, h=self.heads)
        q, k, v = heads.unbind(0)  # each (B, h, T, d)
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])  # (B, h, T, T)
        weights = scores.masked_fill(absent[:, None, None, :], -math.inf).softmax(-1)
        mixed = self.merge(rearrange(weights @ v, "b h t d -> b t (h d)"))
        x = x + (mixed if kept is None else mixed * kept[0])
        further = self.narrow(F.gelu(self.widen(self.norm_2(x))))
        return x + (further if kept is None else further * kept[1]), weights


class BERT4Rec(nn.Module):
    """Film and place embeddings, blocks, and scores that are products with the film embeddings again."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.films = nn.Embedding(config.films + 2, config.width)
        self.places = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.width)
        self.head_norm = nn.LayerNorm(config.width)
        self.bias = nn.Parameter(torch.zeros(config.films))

    def forward(self, films: Tensor, asked: Tensor, kept: Tensor | None = None) -> Reading:
        """Score every film at the places asked for.

        Args:
            films: (B, T) int64, T at most `context`, with the marks `hidden` and `padding` of the Config. The last
                place of a row is never padding.
            asked: (B, T) bool, M of them True.
            kept: (1 + 2 layers, B, T, D), what dropout leaves of the embeddings and of what each half of a block adds:
                0 where it drops, 1 / (1 - rate) elsewhere; None drops nothing.
        """
        t = films.shape[1]
        x = self.films(films) + self.places.weight[self.config.context - t :]  # (B, T, D)
        x = x if kept is None else x * kept[0]
        seen = []
        for number, block in enumerate(self.blocks):
            x, weights = block(x, films == self.config.padding, None if kept is None else kept[1 + 2 * number :][:2])
            seen.append(weights)
        states = self.norm(x)
        guess = self.head_norm(F.gelu(self.head(states[asked])))  # (M, D)
        logits = F.linear(guess, self.films.weight[: self.config.films], self.bias)  # (M, V)
        return Reading(logits, states, tuple(seen))


@torch.no_grad()
def initialise(model: BERT4Rec, popularity: Tensor, rng: torch.Generator) -> None:
    """Draw fresh weights, N(0, 0.02) as BERT did; the bias begins at what is known without learning.

    Args:
        model: changed in place.
        popularity: (V,), how often each film was rated; one is added to each.
        rng: on the model's device.
    """
    for name, weight in model.named_parameters():
        if weight.ndim == 2:
            weight.copy_(torch.randn(weight.shape, generator=rng, device=weight.device) * 0.02)
        elif name.endswith("bias"):
            weight.zero_()
    model.bias.copy_(((popularity + 1) / (popularity + 1).sum()).log())
