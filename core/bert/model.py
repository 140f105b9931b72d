"""BERT: self-attention over a whole text at once, and a head that scores what could stand at a place.

Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", sec. 3. The
network is `BertForMaskedLM` of `transformers`, for the models trained here and those from the Hub alike. Left out on
purpose: dropout, which is chance inside `forward`; next-sentence prediction, which Liu et al. 2019 (RoBERTa, sec. 4.2)
found not to help; padding, since all texts of a batch have one length here.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM

from core.device import generator


@dataclass(frozen=True)
class Config:
    """Architecture; the defaults are the bundled model's, BERT base has 30522, 512, 768, 12, 12.

    Attributes:
        vocabulary: number of tokens.
        context: longest text, in tokens, the two marks at its ends included.
        width: numbers that stand for one token.
        layers: blocks of attention and feed-forward.
        heads: attention heads a block; divides `width`.
        kinds: of segment; 1 here, 2 where next sentences were predicted. Only the first is used.
    """

    vocabulary: int
    context: int = 128
    width: int = 192
    layers: int = 3
    heads: int = 3
    kinds: int = 1


class Reading(NamedTuple):
    """What the model makes of a text.

    Attributes:
        logits: (B, T, V), one score for each token that could stand at each place; (n, V) where places were named.
        states: layers + 1 of (B, T, D): each token before the first block and after each block.
    """

    logits: Tensor
    states: tuple[Tensor, ...]


class Bert(nn.Module):
    """Embeddings, blocks, and the head, whose last map is the token embeddings again."""

    config_class = Config

    def __init__(self, config: Config, network: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self.net: Any = network or BertForMaskedLM(
            BertConfig(
                vocab_size=config.vocabulary,
                max_position_embeddings=config.context,
                hidden_size=config.width,
                num_hidden_layers=config.layers,
                num_attention_heads=config.heads,
                intermediate_size=4 * config.width,
                type_vocab_size=config.kinds,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                pad_token_id=None,  # its embedding would never learn, and number 0 is a mark here
            )
        )

    def forward(self, tokens: Tensor, at: Tensor | None = None) -> Reading:
        """Read tokens (B, T) int64, marks at both ends, T at most `config.context`.

        Args:
            tokens: as they stand, gaps as the mask's number.
            at: (B, T) bool, the n places to score; all of them if None. Scores cost as much as the rest of the network,
                and only gaps need them.
        """
        states = self.net.bert(tokens, output_hidden_states=True).hidden_states  # layers + 1 of (B, T, D)
        last = states[-1] if at is None else states[-1][at]  # (n, D)
        return Reading(self.net.cls(last), tuple(states))

    @classmethod
    def from_hub(cls, folder: Path) -> "Bert":
        """Open a folder of config.json and model.safetensors of a `bert`; its segments stay, its pooler goes."""
        network = BertForMaskedLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        raw = network.config
        config = Config(
            raw.vocab_size,
            raw.max_position_embeddings,
            raw.hidden_size,
            raw.num_hidden_layers,
            raw.num_attention_heads,
            raw.type_vocab_size,
        )
        return cls(config, network)


@torch.no_grad()
def initialise(model: Bert, rng: torch.Generator) -> None:
    """Draw fresh weights: matrices normal, biases zero, norms one, places as sinusoids.

    Two departures from Devlin et al. 2019, whose 0.02 everywhere is for a width of 768 and a million steps. A narrower
    network gets larger weights, so that attention is not next to uniform at first. And the embeddings of places, which
    are learned like all others, begin as Vaswani et al. 2017, sec. 3.5, fixed them: neighbours are alike at once.
    """
    scale = 0.02 * math.sqrt(768 / model.config.width)
    for name, weight in model.named_parameters():
        if name.endswith("position_embeddings.weight"):
            weight.copy_(scale * math.sqrt(2) * sinusoids(*weight.shape))
        elif weight.ndim == 2:
            weight.copy_(torch.randn(weight.shape, generator=rng) * scale)
        elif name.endswith("bias"):
            weight.zero_()
        else:
            weight.fill_(1.0)


def sinusoids(places: int, width: int) -> Tensor:
    """Sines and cosines of each place, in waves from 2 pi places on: (places, width) in [-1, 1].

    Vaswani et al. 2017, sec. 3.5; the longest wave is that of 10,000 places there and of 1,000 here, for shorter texts.
    """
    waves = torch.arange(places)[:, None] / 1000 ** (torch.arange(0, width, 2) / width)  # (places, width / 2)
    return torch.stack([waves.sin(), waves.cos()], 2).flatten(1)[:, :width]


def untrained(config: Config, seed: int = 0) -> Bert:
    """A network of this shape that never read anything: what features are worth without learning."""
    model = Bert(config)
    initialise(model, generator(seed))
    return model.eval().requires_grad_(False)
