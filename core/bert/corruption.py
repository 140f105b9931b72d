"""A visitor's text as one training step corrupts it."""

from dataclasses import dataclass
from typing import Literal

import torch

from core import device
from core.bert import pretext
from core.bert.models import NOVELS, blank_before, open_model, piece, sentence
from core.errors import whole

MAX_SEED = 2**31 - 1
Corruption = Literal["hidden", "replaced", "kept", ""]


@dataclass(frozen=True)
class TrainingExample:
    """A text as one training step corrupts it.

    Attributes:
        parts: (text, corruption), from left to right; "hidden" by the mask, "replaced" by another token, "kept" but
            predicted, or "" for tokens that are not predicted.
        chosen: how many tokens are predicted.
        tokens: of the text, without marks.
    """

    parts: tuple[tuple[str, Corruption], ...]
    chosen: int
    tokens: int


def training_example(text: str | None, seed: float, name: str = NOVELS) -> TrainingExample:
    """Choose 15 % of the tokens and hide, replace or keep them, as in training (Devlin et al. 2019, sec. 3.1).

    Raises:
        InputError: empty or too long, no such model, or a seed that is no whole number.
    """
    loaded = open_model(name)
    read = sentence(text, loaded)
    rng = device.generator(whole(seed, 0, MAX_SEED))
    tokens, marks = torch.tensor([read.tokens]), torch.tensor(loaded.vocabulary.marks)
    chosen = pretext.choose(tokens, marks, rng)
    corrupted = pretext.corrupt(tokens, chosen, loaded.mask, marks, len(loaded.vocabulary), rng)[0].tolist()
    parts: list[tuple[str, Corruption]] = []
    for position in range(1, len(corrupted) - 1):
        written = piece(corrupted[position], read, position, loaded)
        kind: Corruption = "replaced"
        if corrupted[position] == loaded.mask:
            kind = "" if read.tokens[position] == loaded.mask else "hidden"
        elif corrupted[position] == read.tokens[position]:
            kind, written = "kept" if chosen[0, position] else "", written.removeprefix("##")
        parts.append((blank_before(read, position) + written, kind))
    return TrainingExample(tuple(parts), int(chosen.sum()), len(corrupted) - 2)
