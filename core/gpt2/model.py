"""GPT-2: a stack of masked self-attention blocks that scores the next token at every place.

Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", sec. 2.3; the blocks are those of Vaswani et
al. 2017 with the norm moved to the front. Names of parameters follow OpenAI's release, so the Hub's weights load as
they are, and a test proves the outputs equal to `transformers` on the same weights. Left out on purpose: dropout,
which is chance inside `forward`, and which a model that sees its text once or twice does not need.
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
        vocabulary: number of tokens.
        context: longest text it can look back on, in tokens.
        width: numbers that stand for one token.
        layers: blocks.
        heads: attention heads a block; divides `width`.
        start: the token before the first one of every text, from which that one is predicted.
    """

    vocabulary: int
    context: int = 256
    width: int = 256
    layers: int = 4
    heads: int = 4
    start: int = 0


class KeysValues(NamedTuple):
    """What one block remembers of the tokens before: keys and values, each (B, heads, S, width / heads)."""

    keys: Tensor
    values: Tensor


class Reading(NamedTuple):
    """What the model makes of a text.

    Attributes:
        logits: (B, T, V), one score for each possible next token, at each place.
        states: layers + 1 of (B, T, D): each token before the first block, after each block, the last one normed.
        cache: one KeysValues a block, of all tokens so far; hand it back to go on from here.
        attentions: one (B, heads, T, S) a block, each row a share of one over the S tokens so far; empty unless asked.
    """

    logits: Tensor
    states: tuple[Tensor, ...]
    cache: tuple[KeysValues, ...]
    attentions: tuple[Tensor, ...]


class Attention(nn.Module):
    """Masked multi-head self-attention: a token looks at itself and at those before it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.c_attn = nn.Linear(config.width, 3 * config.width)
        self.c_proj = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, past: KeysValues | None, show: bool) -> tuple[Tensor, KeysValues, tuple[Tensor, ...]]:
        """Mix x (B, T, D) with the S - T tokens of `past`; the weights come last, as a tuple of none or one."""
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
    """Softmax of the scaled products, later tokens hidden: q (B, h, T, d), k (B, h, S, d) to (B, h, T, S).

    Vaswani et al. 2017, eq. 1. The T queries are the last of the S tokens.
    """
    new, seen = q.shape[2], k.shape[2]
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])  # (B, h, T, S)
    later = torch.ones(new, seen, dtype=torch.bool, device=q.device).triu(1 + seen - new)
    return scores.masked_fill(later, -math.inf).softmax(-1)


class FeedForward(nn.Module):
    """Four times as wide inside, with the tanh form of GELU."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.c_fc = nn.Linear(config.width, 4 * config.width)
        self.c_proj = nn.Linear(4 * config.width, config.width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D), each token by itself."""
        inner: Tensor = F.gelu(self.c_fc(x), approximate="tanh")
        return self.c_proj(inner)  # type: ignore[no-any-return]


class Block(nn.Module):
    """Attention, then feed-forward, each behind a norm and beside a bypass."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width)
        self.attn = Attention(config)
        self.ln_2 = nn.LayerNorm(config.width)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, past: KeysValues | None, show: bool) -> tuple[Tensor, KeysValues, tuple[Tensor, ...]]:
        """(B, T, D) to (B, T, D), with what attention returns beside."""
        mixed, kept, shown = self.attn(self.ln_1(x), past, show)
        x = x + mixed
        return x + self.mlp(self.ln_2(x)), kept, shown


class GPT2(nn.Module):
    """Token and place embeddings, blocks, a last norm; the scores are products with the token embeddings again."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocabulary, config.width)
        self.wpe = nn.Embedding(config.context, config.width)
        self.h = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.ln_f = nn.LayerNorm(config.width)

    def forward(self, tokens: Tensor, cache: Sequence[KeysValues] = (), *, show_attention: bool = False) -> Reading:
        """Read tokens (B, T) int64 that follow those in `cache`; together at most `config.context`."""
        past = cache[0].keys.shape[2] if cache else 0
        places = torch.arange(past, past + tokens.shape[1], device=tokens.device)
        x = self.wte(tokens) + self.wpe(places)  # (B, T, D)
        states, kept, shown = [x], [], []
        for i, block in enumerate(self.h):
            x, keys_values, weights = block(x, cache[i] if cache else None, show_attention)
            states.append(x)
            kept.append(keys_values)
            shown.extend(weights)
        states[-1] = self.ln_f(x)
        logits = F.linear(states[-1], self.wte.weight)  # (B, T, V)
        return Reading(logits, tuple(states), tuple(kept), tuple(shown))

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
        # OpenAI stored the four linear maps of a block as (in, out); PyTorch's Linear keeps (out, in).
        turned = {k: weights[k].T if k.endswith(TRANSPOSED) else weights[k] for k in own}
        model.load_state_dict(turned)
        return model


@torch.no_grad()
def initialise(model: GPT2, rng: torch.Generator) -> None:
    """Draw fresh weights as GPT-2 did: N(0, 0.02), those that write into the bypass scaled by 1 / sqrt(2 layers).

    Radford et al. 2019, sec. 2.3. Biases start at zero, norms at one.
    """
    for name, weight in model.named_parameters():
        if weight.ndim == 2:
            scale = 1 / math.sqrt(2 * model.config.layers) if name.endswith("c_proj.weight") else 1.0
            weight.copy_(torch.randn(weight.shape, generator=rng) * 0.02 * scale)
        elif name.endswith("bias"):
            weight.zero_()
