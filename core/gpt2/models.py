"""A language model with its vocabulary at work on one text: next-token scores with memory, and pieces to show.

What `explore.py` builds its answers from. Nothing here is shared between visitors but the weights, which only get read.
"""

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from core import checkpoints, device, snapshots
from core.data.texts import Vocabulary, without_controls
from core.errors import CheckpointError, InputError
from core.gpt2.model import GPT2, KeysValues
from core.gpt2.sampling import window_start

MAX_CHARACTERS = 2000
NOVELS, TANG = "gpt2/novels", "gpt2/tang"
SMALL = "gpt2/small"  # is only shown growing, so nobody chooses it
STAGES = snapshots.moments(SMALL)


@dataclass(frozen=True)
class Speaker:
    """A loaded model and what it needs to speak.

    Attributes:
        name: of the checkpoint.
        model: in eval mode.
        vocabulary: of its folder.
        counts: (V,), how often each token came in its training text; None where nobody kept count.
        where: the model's device.
    """

    name: str
    model: GPT2
    vocabulary: Vocabulary
    counts: Tensor | None
    where: torch.device


@dataclass(frozen=True)
class Span:
    """Tokens that only together make whole characters: numbers [first, last) of a list, and their text."""

    first: int
    last: int
    text: str


class Memory:
    """Scores of the next token of a growing text; what was read before is not read again.

    Made anew for every answer, so two visitors never share one.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._cache: tuple[KeysValues, ...] = ()
        self._start = self._read = 0

    @torch.inference_mode()
    def next_logits(self, tokens: Sequence[int]) -> Tensor:
        """Scores (V,) float32 on the CPU of what follows tokens, which begin with those of the last call."""
        model = self._speaker.model
        start = window_start(len(tokens), model.config.context)
        if start != self._start or not self._cache:
            self._cache, self._start, self._read = (), start, start
        new = torch.tensor([tokens[self._read :]], device=self._speaker.where)  # (1, T)
        reading = model(new, self._cache)
        self._cache, self._read = reading.cache, len(tokens)
        return cast(Tensor, reading.logits[0, -1].float().cpu())


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
    kept = without_controls(text).rstrip(" ")
    if not kept.strip():
        raise InputError("Write the beginning of a text first.")
    return kept


def names() -> tuple[str, ...]:
    """Checkpoints a visitor may choose: those that are shipped, a visitor's own, then the one from the Hub."""
    own = (name for name in checkpoints.bundled("gpt2") if name not in (NOVELS, TANG, SMALL))
    return (NOVELS, TANG, *own, checkpoints.HUB_MODELS["gpt2"].name)


def speaker(name: str) -> Speaker:
    """Open a model by the name that a visitor chose.

    Raises:
        InputError: not one that is offered, or one from the Hub that was not fetched yet.
    """
    if name not in (*names(), *STAGES):
        raise InputError("There is no language model called {name} here.", name=name)
    if not checkpoints.at_hand(name.partition("@")[0]):
        raise InputError("Fetch {name} first: its button says how many megabytes that takes.", name=name)
    return fetch(name)


def fetch(name: str) -> Speaker:
    """Open a model, from the Hub if it is not on this machine.

    Raises:
        CheckpointError: damaged, or no GPT-2.
        HubUnavailable: the Hub cannot be reached.
    """
    where = device.pick()
    checkpoint = checkpoints.load(name, device=where)
    if not isinstance(checkpoint.model, GPT2):
        raise CheckpointError("{name} is no language model.", name=name)
    return Speaker(name, checkpoint.model, _vocabulary(checkpoint.folder), _counts(checkpoint.folder), where)


@cache
def _vocabulary(folder: Path) -> Vocabulary:
    return Vocabulary.read(folder)


@cache
def _counts(folder: Path) -> Tensor | None:
    path = folder / "counts.json"
    return torch.tensor(json.loads(path.read_text())) if path.is_file() else None


def spans(tokens: Sequence[int], vocabulary: Vocabulary, *, finished: bool = True) -> list[Span]:
    """Group tokens so that each group is whole characters: a Chinese character or an emoji may take up to four.

    Args:
        tokens: numbers.
        vocabulary: says which bytes each stands for.
        finished: if more may come, a character still incomplete at the end is held back; else it is shown as �.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    found, first, text = [], 0, ""
    for place, token in enumerate(tokens):
        text += decoder.decode(vocabulary.pieces[token])
        if not decoder.getstate()[0]:
            found.append(Span(first, place + 1, text))
            first, text = place + 1, ""
    if finished and first < len(tokens):
        found.append(Span(first, len(tokens), text + decoder.decode(b"", final=True)))
    return found


def state_mean(speaker: Speaker, text: str, layer: int) -> np.ndarray:
    """The mean over a short text's tokens of what layer `layer` makes of them: (D,) float32."""
    tokens = [speaker.model.config.start, *speaker.vocabulary.encode(text)][: speaker.model.config.context]
    with torch.inference_mode():
        state = speaker.model(torch.tensor([tokens], device=speaker.where)).states[layer]  # (1, T, D)
    return cast(np.ndarray, state[0, 1:].mean(0).float().cpu().numpy())
