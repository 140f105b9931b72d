"""Texts as BERT reads them: one line end between paragraphs, stretches of tokens between [CLS] and [SEP]."""

import re
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data import texts
from core.data.texts import Split, Vocabulary

BEGIN, END, MASK = MARKS = ("[CLS]", "[SEP]", "[MASK]")  # BERT's special tokens, called marks here
Numbers = NDArray[np.uint16]
LENGTHS = (8, 4, 2, 1)  # the stretches of a batch are one of these fractions of the context long


def read(spec: str, split: Split, *, root: str = "data", limit: int = 0) -> list[str]:
    """Read documents as `texts.documents` does, with several line ends as one.

    An empty line is two line ends in a row, so one of them gives the other away. That would raise the accuracy.
    """
    return [re.sub(r"\n+", "\n", text) for text in texts.documents(spec, split, root=root, limit=limit)]


def encode(documents: Sequence[str], vocabulary: Vocabulary) -> Numbers:
    """All documents as one sequence of tokens (N,), with [SEP] in front of each."""
    return vocabulary.encode_all(documents, vocabulary.mark(END))


def word_numbers(documents: Sequence[str], vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Which tokens of `encode` (N,) are pieces of one word: they have one number; each mark has a number of its own."""
    numbers: list[int] = []
    for document in documents:
        mark = numbers[-1] + 1 if numbers else 0
        numbers += [mark, *(mark + 1 + cut.word for cut in vocabulary.cut(document))]
    return np.array(numbers, np.int64)


def paragraph_starts(tokens: Numbers, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Positions where a document or a paragraph begins: those behind [SEP] or a line end."""
    before = [vocabulary.mark(END), vocabulary.encode("\n")[0]]
    return np.flatnonzero(np.isin(tokens[:-1], before)) + 1


def stretches(
    tokens: Numbers | NDArray[np.int64], first: NDArray[np.int64], length: int, vocabulary: Vocabulary
) -> Tensor:
    """Cut stretches that begin at `first` (B,) out of a text: (B, length) int64, [CLS] and [SEP] included."""
    inner = tokens[first[:, None] + np.arange(length - 2)].astype(np.int64)  # (B, length - 2)
    begin, end = (np.full((len(first), 1), vocabulary.mark(name)) for name in (BEGIN, END))
    return torch.from_numpy(np.concatenate([begin, inner, end], 1))


def draw(
    tokens: Numbers,
    starts: NDArray[np.int64],
    vocabulary: Vocabulary,
    *,
    context: int,
    batch: int,
    rng: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Draw a batch of stretches of one random length; the number of tokens is the same for every length.

    Half of them begin where a paragraph does, as a visitor's sentence will. Lengths differ between batches, so that the
    network also learns short texts.

    Args:
        tokens: (N,) the training text.
        starts: of paragraphs, from `paragraph_starts`.
        vocabulary: gives the marks.
        context: of the model.
        batch: number of stretches of the full context; twice as many of half of it.
        rng: on the device where the stretches go.

    Returns:
        (B, length) int64 on the generator's device, and (B,) int64, the first position of each.
    """

    def pick(bound: int, count: int) -> NDArray[np.int64]:
        drawn = torch.randint(0, bound, (count,), generator=rng, device=rng.device)
        return np.asarray(drawn.cpu().numpy(), np.int64)

    part = LENGTHS[int(pick(len(LENGTHS), 1)[0])]
    count = batch * part
    anywhere = pick(len(tokens), count)
    first = np.where(np.arange(count) % 2 == 0, starts[pick(len(starts), count)], anywhere)
    first = np.minimum(first, len(tokens) - context // part + 2)
    return stretches(tokens, first, context // part, vocabulary).to(rng.device), torch.from_numpy(first)
