"""GPT-2: a stack of causal self-attention blocks that scores the next token at every position.

Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", sec. 2.3; the blocks are those of Vaswani et
al. 2017 with the norm moved to the front. Names of parameters follow OpenAI's release, so the Hub's weights load as
they are; a test compares the outputs with `transformers` on the same weights. Left out on purpose: dropout, which is
random inside `forward` and not needed by a model that sees its text once or twice.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import CheckpointError

TRANSPOSED = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")


@dataclass(frozen=True)
class Config:
    """Architecture; the defaults are the bundled models', GPT-2 small has 50257, 1024, 768, 12, 12.

    Attributes:
        vocabulary: number of tokens in it.
        context: longest text that it reads, in tokens.
        width: size of the embeddings and hidden states.
        layers: blocks.
        heads: attention heads per block; divides `width`.
        start: the token in front of every text, from which the first one is predicted.
    """

    vocabulary: int
    context: int = 256
    width: int = 256
    layers: int = 4
    heads: int = 4
    start: int = 0


class KeysValues(NamedTuple):
    """Cached keys and values of one block, each (B, heads, S, width / heads)."""

    keys: Tensor
    values: Tensor


class GPT2Output(NamedTuple):
    """What the model returns.

    Attributes:
        logits: (B, T, V), unnormalised scores of the next token at each position; (B, 1, V) if only the last was asked.
        states: layers + 1 of (B, T, D): embeddings, then the output of each block, the last one normalised.
        cache: one KeysValues per block, of all tokens so far; pass it back to continue from here.
        attentions: one (B, heads, T, S) per block, rows sum to one over the S tokens so far; empty unless requested.
    """

    logits: Tensor
    states: tuple[Tensor, ...]
    cache: tuple[KeysValues, ...]
    attentions: tuple[Tensor, ...]


class Attention(nn.Module):
    """Causal multi-head self-attention: a token attends to itself and to those before it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.c_attn = nn.Linear(config.width, 3 * config.width)
        self.c_proj = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, past: KeysValues | None, show: bool) -> tuple[Tensor, KeysValues, tuple[Tensor, ...]]:
        """Attend from x (B, T, D) to itself and to the S - T tokens of `past`; the weights come last, none or one."""
        heads = rearrange(self.c_attn(x), "b t (three h d) -> three b h t d", three=3, h=self.heads)
        q, k, v = heads.unbind(0)  # each (B, h, T, d)
        if past is not None:
            k, v = torch.cat([past.keys, k], 2), torch.cat([past.values, v], 2)  # (B, h, S, d)
        shown: tuple[Tensor, ...] = ()
        if past is None and not show:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            weights = attention_weights(q, k)
            mixed = weights @ v
            shown = (weights,) if show else ()
        return self.c_proj(rearrange(mixed, "b h t d -> b t (h d)")), KeysValues(k, v), shown


def attention_weights(q: Tensor, k: Tensor) -> Tensor:
    """Softmax of the scaled products, later tokens masked: q (B, h, T, d), k (B, h, S, d) to (B, h, T, S).

    Vaswani et al. 2017, eq. 1. The T queries are the last of the S tokens.
    """
    new, seen = q.shape[2], k.shape[2]
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])  # (B, h, T, S)
    later = torch.ones(new, seen, dtype=torch.bool, device=q.device).triu(1 + seen - new)
    return scores.masked_fill(later, -math.inf).softmax(-1)


class FeedForward(nn.Module):
    """Two linear layers, four times as wide inside, with the tanh form of GELU."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.c_fc = nn.Linear(config.width, 4 * config.width)
        self.c_proj = nn.Linear(4 * config.width, config.width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D), each token alone."""
        inner: Tensor = F.gelu(self.c_fc(x), approximate="tanh")
        return self.c_proj(inner)  # type: ignore[no-any-return]


class Block(nn.Module):
    """Attention, then feed-forward, each with a layer norm in front and a residual connection around."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width)
        self.attn = Attention(config)
        self.ln_2 = nn.LayerNorm(config.width)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, past: KeysValues | None, show: bool) -> tuple[Tensor, KeysValues, tuple[Tensor, ...]]:
        """(B, T, D) to (B, T, D), with the keys, values and weights of the attention."""
        mixed, keys_values, shown = self.attn(self.ln_1(x), past, show)
        x = x + mixed
        return x + self.mlp(self.ln_2(x)), keys_values, shown


class GPT2(nn.Module):
    """Token and position embeddings, blocks, a last layer norm; the output layer shares the token embeddings."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocabulary, config.width)
        self.wpe = nn.Embedding(config.context, config.width)
        self.h = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.ln_f = nn.LayerNorm(config.width)

    def forward(
        self, tokens: Tensor, cache: Sequence[KeysValues] = (), *, show_attention: bool = False, last_only: bool = False
    ) -> GPT2Output:
        """Read tokens (B, T) int64 that follow those in `cache`; together at most `config.context`.

        With `last_only` the output layer, the largest of a small model, scores the last position alone.
        """
        past = cache[0].keys.shape[2] if cache else 0
        positions = torch.arange(past, past + tokens.shape[1], device=tokens.device)
        x = self.wte(tokens) + self.wpe(positions)  # (B, T, D)
        states, new_cache, shown = [x], [], []
        for i, block in enumerate(self.h):
            x, keys_values, weights = block(x, cache[i] if cache else None, show_attention)
            states.append(x)
            new_cache.append(keys_values)
            shown.extend(weights)
        states[-1] = self.ln_f(x)
        scored = states[-1][:, -1:] if last_only else states[-1]
        logits = F.linear(scored, self.wte.weight)  # (B, T or 1, V)
        return GPT2Output(logits, tuple(states), tuple(new_cache), tuple(shown))

    @classmethod
    def from_hub(cls, folder: Path) -> "GPT2":
        """Open a folder in the Hub's format: config.json and model.safetensors of a `gpt2`.

        Raises:
            CheckpointError: the weights do not fit the configuration.
        """
        raw = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        start = raw.get("bos_token_id") or 0
        config = Config(raw["vocab_size"], raw["n_positions"], raw["n_embd"], raw["n_layer"], raw["n_head"], start)
        model = cls(config)
        weights = {k.removeprefix("transformer."): v for k, v in load_file(folder / "model.safetensors").items()}
        own = model.state_dict()
        if not own.keys() <= weights.keys():
            raise CheckpointError("The weights in {name} do not fit their config.json.", name=folder.name)
        # OpenAI stored the four linear layers of a block as (in, out); PyTorch's Linear stores (out, in).
        model.load_state_dict({k: weights[k].T if k.endswith(TRANSPOSED) else weights[k] for k in own})
        return model


@torch.no_grad()
def initialise(model: GPT2, rng: torch.Generator) -> None:
    """Draw fresh weights as GPT-2 did: N(0, 0.02), those before a residual sum scaled by 1 / sqrt(2 layers).

    Radford et al. 2019, sec. 2.3. Biases start at zero, norms at one.
    """
    for name, weight in model.named_parameters():
        if weight.ndim == 2:
            scale = 1 / math.sqrt(2 * model.config.layers) if name.endswith("c_proj.weight") else 1.0
            weight.copy_(torch.randn(weight.shape, generator=rng) * 0.02 * scale)
        elif name.endswith("bias"):
            weight.zero_()
