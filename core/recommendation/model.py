"""BERT4Rec: bidirectional transformer blocks over a history, which score every film at each hidden position.

Sun et al. 2019, sec. 3.3 to 3.5. Two departures: norms stand before the blocks, which trains faster, and positions are
counted from the end, so that the film rated last has the same position in a short history as in a long one. Dropout
would be random inside `forward`; what to drop comes as an argument instead.
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
        films: number of films; two special tokens come after them: hidden, and padding.
        context: longest history it can read, in films.
        width: of an embedding.
        layers: blocks.
        heads: attention heads per block; divides `width`.
    """

    films: int
    context: int = 20
    width: int = 64
    layers: int = 1
    heads: int = 2

    @property
    def hidden(self) -> int:
        """The token in place of a hidden film."""
        return self.films

    @property
    def padding(self) -> int:
        """The token before the start of a history."""
        return self.films + 1


class BERT4RecOutput(NamedTuple):
    """The output for a batch of histories.

    Attributes:
        logits: (M, V), one score per film at each position that was asked for, row by row.
        states: (B, T, D), each position after the last block.
        attentions: per block (B, heads, T, T), each row sums to one over the positions attended to.
    """

    logits: Tensor
    states: Tensor
    attentions: tuple[Tensor, ...]


class Block(nn.Module):
    """Attention over all positions, then a feed-forward net, each after a norm and with a residual connection."""

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
    """Film and position embeddings, blocks, and scores that are products with the film embeddings."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.films = nn.Embedding(config.films + 2, config.width)
        self.positions = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.width)
        self.head_norm = nn.LayerNorm(config.width)
        self.bias = nn.Parameter(torch.zeros(config.films))

    def forward(self, films: Tensor, asked: Tensor, kept: Tensor | None = None) -> BERT4RecOutput:
        """Score every film at the positions asked for.

        Args:
            films: (B, T) int64, T at most `context`, with the tokens `hidden` and `padding` of the Config. The
                last position of a row is never padding.
            asked: (B, T) bool, M of them True.
            kept: (1 + 2 layers, B, T, D), what dropout keeps of the embeddings and of what each half of a block adds:
                0 where it drops, 1 / (1 - rate) elsewhere; None drops nothing.
        """
        t = films.shape[1]
        x = self.films(films) + self.positions.weight[self.config.context - t :]  # (B, T, D)
        x = x if kept is None else x * kept[0]
        attentions = []
        for number, block in enumerate(self.blocks):
            x, weights = block(x, films == self.config.padding, None if kept is None else kept[1 + 2 * number :][:2])
            attentions.append(weights)
        states = self.norm(x)
        predicted = self.head_norm(F.gelu(self.head(states[asked])))  # (M, D)
        logits = F.linear(predicted, self.films.weight[: self.config.films], self.bias)  # (M, V)
        return BERT4RecOutput(logits, states, tuple(attentions))


@torch.no_grad()
def initialise(model: BERT4Rec, popularity: Tensor, rng: torch.Generator) -> None:
    """Draw fresh weights, N(0, 0.02) as BERT did; the bias starts at the log popularity.

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
