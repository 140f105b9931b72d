"""A GPT-2 with its vocabulary at work on one text: next-token scores with a cache, and pieces to show.

`explore.py` builds its answers from this module. Visitors share the weights, which are only read, and nothing else.
"""

import codecs
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import checkpoints, models, snapshots
from core.checkpoints import Checkpoint
from core.data.texts import Vocabulary, goes_on, is_blank, to_simplified, without_controls
from core.errors import InputError
from core.gpt2.batching import Cache, Request, batches_of
from core.gpt2.model import GPT2
from core.gpt2.sampling import window_start

MAX_CHARACTERS = 2000
MAX_TOKENS = 2000  # an emoji may take four: 2,000 of them would take ten seconds and 400 MB
NOVELS, TANG = "gpt2/novels", "gpt2/tang"
SMALL = "gpt2/small"  # only its snapshots are shown, so it is not among the models to choose from
STAGES = snapshots.moments(SMALL)
T = TypeVar("T")


@dataclass(frozen=True)
class LoadedModel:
    """A loaded model and what it needs to read and write text.

    Attributes:
        model: in eval mode.
        vocabulary: of its folder.
        counts: (V,), how often each token occurred in its training text; None where the checkpoint has no counts.
        device: the model's device.
    """

    model: GPT2
    vocabulary: Vocabulary
    counts: Tensor | None
    device: torch.device


@dataclass(frozen=True)
class Reading:
    """A visitor's text as a model reads it.

    Attributes:
        text: cleaned, see `clean`.
        tokens: of `text`.
        converted: traditional Chinese characters were replaced, because the model knows simplified ones only.
    """

    text: str
    tokens: tuple[int, ...]
    converted: bool


@dataclass(frozen=True)
class Span:
    """Tokens that only together make whole characters: indices [first, last) into a list, and their text."""

    first: int
    last: int
    text: str


class CachedDecoder:
    """Next-token scores of a growing text; keys and values of the tokens read before are kept.

    A new one is made for every answer, so two visitors never share one.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._cache: Cache = ()
        self._start = self._read = 0

    def next_logits(self, tokens: Sequence[int]) -> Tensor:
        """Scores (V,) float32 on the CPU of the token after `tokens`, which begin with those of the last call."""
        return self.choose_next(tokens, Tensor.clone)  # in a batch they are a view of all texts' scores

    def choose_next(self, tokens: Sequence[int], choose: Callable[[Tensor], T]) -> T:
        """What `choose` makes of the scores (V,) of the token after `tokens`; see `next_logits`.

        Texts that other threads are writing with the same model share its forward pass.
        """
        model = self._loaded.model
        start = window_start(len(tokens), model.config.context)
        if start != self._start or not self._cache:
            self._cache, self._start, self._read = (), start, start
        new = torch.tensor([tokens[self._read :]], device=self._loaded.device)  # (1, T)
        request = Request(new, self._cache, choose)
        chosen = batches_of(model).answer(request)
        self._cache, self._read = request.cache, len(tokens)
        return chosen


def clean(text: str | None) -> str:
    """A visitor's text without control characters and without blanks at its end, which would be half a token.

    Raises:
        InputError: empty, or more than 2,000 characters.
    """
    if not isinstance(text, str):
        raise InputError("Write the beginning of a text first.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            "A text may have at most {limit} characters here; this one has {characters}.",
            limit=f"{MAX_CHARACTERS:,}",
            characters=f"{len(text):,}",
        )
    cleaned = without_controls(text).rstrip(" ")
    if is_blank(cleaned):
        raise InputError("Write the beginning of a text first.")
    return cleaned


def read(text: str | None, loaded: LoadedModel) -> Reading:
    """A visitor's text as a model reads it, with simplified characters where it knows no others.

    Raises:
        InputError: empty, or more than 2,000 characters or tokens.
    """
    plain = clean(text)
    known = to_simplified(plain) if loaded.vocabulary.simplified else plain
    tokens = loaded.vocabulary.encode(known)
    if len(tokens) > MAX_TOKENS:
        raise InputError(
            "A text may have at most {limit} tokens here; this one has {tokens}.",
            limit=f"{MAX_TOKENS:,}",
            tokens=f"{len(tokens):,}",
        )
    return Reading(known, tuple(tokens), known != plain)


def names() -> tuple[str, ...]:
    """The checkpoints that a visitor may choose: shipped ones, the visitor's own, then the one on the Hub."""
    return (*models.names(NOVELS, TANG, hidden=(SMALL,)), checkpoints.HUB_MODELS["gpt2"].name)


def open_model(name: str) -> LoadedModel:
    """Open a model by the name that a visitor chose.

    Raises:
        InputError: not offered, or on the Hub and not fetched yet.
        CheckpointError: damaged, or no GPT-2.
    """
    return _with_vocabulary(*models.open_offered(name, (*names(), *STAGES), GPT2))


def fetch(name: str) -> LoadedModel:
    """Open a model, from the Hub if it is not on this machine.

    Raises:
        CheckpointError: damaged, or no GPT-2.
        HubUnavailable: the Hub cannot be reached.
    """
    return _with_vocabulary(*models.fetch(name, GPT2))


def _with_vocabulary(model: GPT2, checkpoint: Checkpoint) -> LoadedModel:
    folder = checkpoint.folder
    return LoadedModel(model, _vocabulary(folder), _counts(folder), checkpoint.device)


@cache
def _vocabulary(folder: Path) -> Vocabulary:
    return Vocabulary.read(folder)


@cache
def _counts(folder: Path) -> Tensor | None:
    path = folder / "counts.json"
    return torch.tensor(json.loads(path.read_text())) if path.is_file() else None


def spans(tokens: Sequence[int], vocabulary: Vocabulary, *, finished: bool = True) -> list[Span]:
    """Group tokens so that each group is whole characters: a Chinese character or an emoji may take up to four.

    An accent stays with its letter, and an emoji of several characters, such as a family, is one.

    Args:
        tokens: indices into the vocabulary.
        vocabulary: gives the bytes of each token.
        finished: False holds back an incomplete character at the end, since more may follow; True shows it as �.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    found: list[Span] = []
    first, text = 0, ""
    for position, token in enumerate(tokens):
        text += decoder.decode(vocabulary.pieces[token])
        if not decoder.getstate()[0]:
            if found and goes_on(found[-1].text, text):
                before = found.pop()
                first, text = before.first, before.text + text
            found.append(Span(first, position + 1, text))
            first, text = position + 1, ""
    if finished and first < len(tokens):
        found.append(Span(first, len(tokens), text + decoder.decode(b"", final=True)))
    return found


def state_mean(loaded: LoadedModel, text: str, layer: int) -> NDArray[np.float32]:
    """The mean over a short text's tokens of the states behind block `layer`: (D,) float32."""
    tokens = [loaded.model.config.start, *loaded.vocabulary.encode(text)][: loaded.model.config.context]
    with torch.inference_mode():
        read = torch.tensor([tokens], device=loaded.device)
        states = loaded.model(read, last_only=True).states[layer]  # (1, T, D)
    return np.asarray(states[0, 1:].mean(0).float().cpu().numpy())
