"""The next tokens of many visitors' texts as one batch: texts join and leave at every token.

Yu et al. 2022, "Orca: A Distributed Serving System for Transformer-Based Generative Models", sec. 3: the linear layers,
which cost most and read all weights whatever the batch, see the newest token of every text together; the attention,
whose keys and values differ in length, looks at each text alone.
"""

import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from core.gpt2.model import GPT2, Attention, KeysValues

Cache = tuple[KeysValues, ...]
T = TypeVar("T")
MOST = 32  # texts of one batch
PATIENCE_S = 0.005  # that a batch waits for the texts of the last one; a step of 24 takes about 15 ms


@dataclass
class Request(Generic[T]):
    """New tokens of one text, and what comes of them.

    Attributes:
        tokens: (1, T) int64, new since `cache`; the texts with T = 1 and a cache make a batch.
        cache: of the tokens before them; empty at the beginning.
        choose: what to make of the scores (V,), float32 on the CPU, of the token that follows. It is called by the
            thread that computed them: threads that all draw a token at once would mostly wait for Python's lock.
        chosen: its result, once answered; one value, or none.
    """

    tokens: Tensor
    cache: Cache
    choose: Callable[[Tensor], T]
    chosen: list[T] = field(default_factory=list)

    def finish(self, cache: Cache, logits: Tensor) -> None:
        """Take over what the model answered."""
        self.cache = cache
        self.chosen.append(self.choose(logits))

    @property
    def is_step(self) -> bool:
        """Whether it can share a batch: one token that follows others."""
        return self.tokens.shape[1] == 1 and len(self.cache) > 0


class Batches:
    """Answers the requests of many threads with one model, one batch at a time.

    The thread that finds the model free answers, with its own request, all others that can share the batch. Those that
    were answered together come again one after the other, so it waits a moment for as many as there were.
    """

    def __init__(self, model: GPT2) -> None:
        self._model = weakref.ref(model)
        self._lock = threading.Lock()
        self._came, self._done = threading.Condition(self._lock), threading.Condition(self._lock)
        self._waiting: list[Request[Any]] = []
        self._busy = False  # a thread collects a batch or computes one
        self._last = 1  # texts of the last batch

    def answer(self, request: Request[T]) -> T:
        """What `request.choose` makes of the scores; `request.cache` has grown by its tokens."""
        with self._lock:
            self._waiting.append(request)
            self._came.notify()
            self._done.wait_for(lambda: request.chosen or not self._busy)
            if request.chosen:
                return request.chosen[0]
            self._busy = True
            batch = self._collect(request)
        try:
            self._compute(batch)
        finally:
            with self._lock:
                self._busy = False
                self._waiting = [each for each in self._waiting if each is not request and not each.chosen]
                self._done.notify_all()
        return request.chosen[0]

    def _collect(self, own: Request[Any]) -> list[Request[Any]]:
        """A request, and what waits and can share its batch; if the batch fails, these wait on."""
        if not own.is_step:
            return [own]
        self._came.wait_for(lambda: len(self._steps()) >= self._last, PATIENCE_S)
        batch = [own, *(each for each in self._steps() if each is not own)][:MOST]
        self._last = len(batch)
        return batch

    def _compute(self, batch: Sequence[Request[Any]]) -> None:
        model = self._model()
        assert model is not None  # whoever waits holds it
        if len(batch) > 1:
            _step(model, batch)
        else:
            _read(model, batch[0])

    def _steps(self) -> list[Request[Any]]:
        return [each for each in self._waiting if each.is_step]


_batches: weakref.WeakKeyDictionary[GPT2, Batches] = weakref.WeakKeyDictionary()
_batches_lock = threading.Lock()


def batches_of(model: GPT2) -> Batches:
    """The batches of a model, the same for every text it writes."""
    with _batches_lock:
        return _batches.setdefault(model, Batches(model))


@torch.inference_mode()
def _read(model: GPT2, request: Request[Any]) -> None:
    output = model(request.tokens, request.cache, last_only=True)
    request.finish(output.cache, output.logits[0, -1].float().cpu())


@torch.inference_mode()
def _step(model: GPT2, requests: Sequence[Request[Any]]) -> None:
    tokens = torch.cat([each.tokens[0] for each in requests])
    logits, caches = next_together(model, tokens, [each.cache for each in requests])
    for request, cache, row in zip(requests, caches, logits.float().cpu(), strict=True):
        request.finish(cache, row)


def next_together(model: GPT2, tokens: Tensor, caches: Sequence[Cache]) -> tuple[Tensor, list[Cache]]:
    """Score the next token of B texts of different lengths, as `GPT2.forward` does for each.

    Args:
        model: in eval mode.
        tokens: (B,) int64, the newest of each text.
        caches: of the tokens before it, one per text.

    Returns:
        Logits (B, V), and the caches with the new token.
    """
    positions = torch.tensor([cache[0].keys.shape[2] for cache in caches], device=tokens.device)
    x = model.wte(tokens) + model.wpe(positions)  # (B, D)
    grown: list[list[KeysValues]] = [[] for _ in caches]
    for number, block in enumerate(model.h):
        mixed, seen = _attend(block.attn, block.ln_1(x), [cache[number] for cache in caches])  # type: ignore[operator, arg-type]
        x = x + mixed
        x = x + block.mlp(block.ln_2(x))  # type: ignore[operator]
        for cache, keys_values in zip(grown, seen, strict=True):
            cache.append(keys_values)
    return F.linear(model.ln_f(x), model.wte.weight), [tuple(cache) for cache in grown]


def _attend(attention: Attention, x: Tensor, past: Sequence[KeysValues]) -> tuple[Tensor, list[KeysValues]]:
    """Attend from each row of x (B, D) to itself and the tokens of its own text: (B, D), and their keys and values."""
    rows = attention.c_attn(x).view(len(x), 3, 1, attention.heads, 1, -1)
    mixed, seen = [], []
    for before, (q, k, v) in zip(past, rows, strict=True):  # each (1, h, 1, d)
        now = KeysValues(torch.cat([before.keys, k], 2), torch.cat([before.values, v], 2))  # (1, h, S, d)
        mixed.append(F.scaled_dot_product_attention(q, now.keys, now.values))
        seen.append(now)
    return attention.c_proj(torch.cat(mixed).flatten(1)), seen
