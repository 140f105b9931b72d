"""Texts as BERT reads them: one line end between paragraphs, stretches of tokens with a mark at each end."""

import re
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data import texts
from core.data.texts import Split, Vocabulary

BEGIN, END, MASK = MARKS = ("[CLS]", "[SEP]", "[MASK]")  # BERT's own names
Numbers = NDArray[np.uint16]
LENGTHS = (8, 4, 2, 1)  # a batch holds stretches of one of these parts of the context, the shorter the more of them


def read(spec: str, split: Split, *, root: str = "data", limit: int = 0) -> list[str]:
    """Read documents as `texts.documents` does, several line ends as one.

    An empty line is two line ends in a row: hide one, and the other tells it. Such gifts would flatter the figures.
    """
    return [re.sub(r"\n+", "\n", text) for text in texts.documents(spec, split, root=root, limit=limit)]


def encode(documents: Sequence[str], vocabulary: Vocabulary) -> Numbers:
    """All documents in one row of tokens (N,), the end mark in front of each."""
    return vocabulary.encode_all(documents, vocabulary.mark(END))


def openings(tokens: Numbers, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Places where a document or a paragraph begins: those behind an end mark or a line end."""
    before = [vocabulary.mark(END), vocabulary.encode("\n")[0]]
    return np.flatnonzero(np.isin(tokens[:-1], before)) + 1


def stretches(tokens: Numbers, first: NDArray[np.int64], length: int, vocabulary: Vocabulary) -> Tensor:
    """Cut stretches that begin at `first` (B,) out of a text: (B, length) int64, of which two are the marks around."""
    inner = tokens[first[:, None] + np.arange(length - 2)].astype(np.int64)  # (B, length - 2)
    marks = np.full((len(first), 1), vocabulary.mark(BEGIN)), np.full((len(first), 1), vocabulary.mark(END))
    return torch.from_numpy(np.concatenate([marks[0], inner, marks[1]], 1))


def draw(
    tokens: Numbers, begin: NDArray[np.int64], vocabulary: Vocabulary, *, context: int, batch: int, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw stretches of one length to learn from; as many tokens whatever the length.

    Half of them begin where a paragraph does, as a visitor's sentence will. Lengths differ, since a network that met
    long texts only would not know what to make of an end mark that comes early.

    Args:
        tokens: (N,) the training text.
        begin: where paragraphs begin, from `openings`.
        vocabulary: knows the marks.
        context: of the model.
        batch: stretches of the full context; of half of it, twice as many.
        rng: on the device where the stretches go.

    Returns:
        (B, length) int64 on the generator's device, and (B,) the place where each begins.
    """

    def pick(bound: int, count: int) -> NDArray[np.int64]:
        drawn = torch.randint(0, bound, (count,), generator=rng, device=rng.device)
        return np.asarray(drawn.cpu().numpy(), np.int64)

    part = LENGTHS[int(pick(len(LENGTHS), 1)[0])]
    count = batch * part
    anywhere = pick(len(tokens), count)
    first = np.where(np.arange(count) % 2 == 0, begin[pick(len(begin), count)], anywhere)
    first = np.minimum(first, len(tokens) - context // part + 2)
    return stretches(tokens, first, context // part, vocabulary).to(rng.device), torch.from_numpy(first)
