"""BERT: self-attention over a whole text, and a head that scores the token at each position.

Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", sec. 3. The
network is `BertForMaskedLM` of `transformers`, for the models trained here and those from the Hub. Left out on
purpose: dropout, which is random inside `forward`; next-sentence prediction, which did not help Liu et al. 2019
(RoBERTa, sec. 4.2); padding, since all texts of a batch have one length here.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from core.device import generator


@dataclass(frozen=True)
class Config:
    """Architecture; the defaults are the bundled model's, BERT base has 30522, 512, 768, 12, 12.

    Attributes:
        vocabulary: number of tokens in it.
        context: longest text, in tokens, [CLS] and [SEP] included.
        width: size of the embeddings and hidden states.
        layers: blocks of attention and feed-forward.
        heads: attention heads per block; divides `width`.
        kinds: number of segment types; 1 here, 2 with next-sentence prediction. Only the first is used.
    """

    vocabulary: int
    context: int = 128
    width: int = 192
    layers: int = 3
    heads: int = 3
    kinds: int = 1


class BertOutput(NamedTuple):
    """What the model returns.

    Attributes:
        logits: (B, T, V), unnormalised scores of the token at each position; (n, V) if positions were chosen.
        states: layers + 1 of (B, T, D): embeddings, then the output of each block.
    """

    logits: Tensor
    states: tuple[Tensor, ...]


def _build(config: Config) -> nn.Module:
    from transformers import BertConfig, BertForMaskedLM  # a second, which the start of the page does not need

    network: nn.Module = BertForMaskedLM(
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
            pad_token_id=None,  # its embedding would get no gradient, and token 0 is [CLS] here
        )
    )
    return network


class Bert(nn.Module):
    """Embeddings, blocks, and the head, whose output layer shares the token embeddings."""

    config_class = Config

    def __init__(self, config: Config, network: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self.net: Any = network or _build(config)

    def forward(self, tokens: Tensor, at: Tensor | None = None) -> BertOutput:
        """Score the token at each position, or at some.

        Args:
            tokens: (B, T) int64, [CLS] first and [SEP] last, [MASK] at hidden positions, T at most `config.context`.
            at: (B, T) bool, the n positions to score; all of them if None. The head costs as much as the rest of the
                network, and only hidden positions need it.
        """
        states = self.net.bert(tokens, output_hidden_states=True).hidden_states  # layers + 1 of (B, T, D)
        last = states[-1] if at is None else states[-1][at]  # (n, D)
        return BertOutput(self.net.cls(last), tuple(states))

    @classmethod
    def from_hub(cls, folder: Path) -> "Bert":
        """Open a folder in the Hub's format: config.json and model.safetensors of a `bert`, without its pooler."""
        from transformers import BertForMaskedLM  # as in `_build`

        network = BertForMaskedLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)  # nosec B615  # a folder
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
    """Draw fresh weights: matrices normal, biases zero, norms one, position embeddings sinusoidal.

    Two differences from Devlin et al. 2019, who use N(0, 0.02) with a width of 768 and a million steps. A narrower
    network gets larger weights, so that its attention is not almost uniform at first. The position embeddings, which
    are trained, start as the fixed ones of Vaswani et al. 2017, sec. 3.5, so that neighbouring positions are similar.
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


def sinusoids(positions: int, width: int) -> Tensor:
    """Sinusoidal position embeddings: (positions, width) in [-1, 1].

    Vaswani et al. 2017, sec. 3.5, with the base 1,000 in place of 10,000, for shorter texts.
    """
    waves = torch.arange(positions)[:, None] / 1000 ** (torch.arange(0, width, 2) / width)  # (positions, width / 2)
    return torch.stack([waves.sin(), waves.cos()], 2).flatten(1)[:, :width]


def untrained(config: Config, seed: int = 0) -> Bert:
    """A network of this shape with random weights, in eval mode: the baseline of untrained features."""
    model = Bert(config)
    initialise(model, generator(seed))
    return model.eval().requires_grad_(False)
