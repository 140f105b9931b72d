"""A BERT with its vocabulary at work on one text: words to click, their tokens, and tokens as text.

`explore.py` builds its answers from this module. Visitors share the weights, which are only read, and nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import torch
from torch import Tensor

from core import checkpoints, models
from core.bert import corpus
from core.bert.evaluation import Counts
from core.bert.model import Bert
from core.checkpoints import Checkpoint
from core.data.texts import Cut, Vocabulary, is_blank, label, without_controls
from core.errors import InputError

MAX_CHARACTERS, MAX_TOKENS = 400, 64
NOVELS = "bert/novels"
OFFERED = ("bert", "bert-zh")  # keys of `checkpoints.HUB_MODELS`


@dataclass(frozen=True)
class LoadedModel:
    """A loaded model and what it needs to read text.

    Attributes:
        model: in eval mode.
        vocabulary: of its folder.
        counts: of its training text; None where the checkpoint has no counts.
        mask: index of the [MASK] token.
        device: the model's device.
    """

    model: Bert
    vocabulary: Vocabulary
    counts: Counts | None
    mask: int
    device: torch.device

    def score(self, tokens: Tensor, at: Tensor) -> Tensor:
        """Logits (n, V) on the CPU at the n positions of tokens (B, T) where `at` (B, T) is true, row by row."""
        return cast(Tensor, self.model(tokens.to(self.device), at.to(self.device)).logits.cpu())


@dataclass(frozen=True)
class Word:
    """A word of a text, with the blank before it where its tokens include that; a typed [MASK] is one.

    Attributes:
        first, last: it covers the characters [first, last).
        text: as shown, without blanks around.
        positions: of its tokens in `Sentence.tokens`.
    """

    first: int
    last: int
    text: str
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Sentence:
    """A text as a model reads it.

    Attributes:
        text: without control characters.
        tokens: indices, [CLS] first and [SEP] last.
        words: from left to right.
    """

    text: str
    tokens: tuple[int, ...]
    words: tuple[Word, ...]

    def typed_gaps(self, mask: int) -> tuple[int, ...]:
        """The words that the visitor typed as [MASK], by index."""
        return tuple(number for number, word in enumerate(self.words) if self.tokens[word.positions[0]] == mask)


def clean(text: str | None) -> str:
    """A visitor's text without control characters and blanks around.

    Raises:
        InputError: empty, or more than 400 characters.
    """
    if not isinstance(text, str):
        raise InputError("Write a sentence first.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            "A text may have at most {limit} characters here; this one has {characters}.",
            limit=MAX_CHARACTERS,
            characters=f"{len(text):,}",
        )
    cleaned = without_controls(text).strip()
    if is_blank(cleaned):
        raise InputError("Write a sentence first.")
    return cleaned


def sentence(text: str | None, loaded: LoadedModel) -> Sentence:
    """Cut a visitor's text into words and tokens; [MASK] in it is a gap.

    Raises:
        InputError: empty, or longer than 400 characters or 64 tokens.
    """
    plain, vocabulary = clean(text), loaded.vocabulary
    cuts = cut_with_gaps(plain, loaded)
    limit = longest(loaded)
    if not cuts:  # signs that this vocabulary leaves out
        raise InputError("Write a sentence first.")
    if len(cuts) > limit:
        raise InputError(
            "A text may have at most {limit} tokens here; this one has {tokens}.", limit=limit, tokens=len(cuts)
        )
    words: list[Word] = []
    for number in dict.fromkeys(cut.word for cut in cuts):
        positions = tuple(position for position, cut in enumerate(cuts, 1) if cut.word == number)
        first, last = cuts[positions[0] - 1].first, cuts[positions[-1] - 1].last
        words.append(Word(first, last, shown(plain[first:last]), positions))
    tokens = (vocabulary.mark(corpus.BEGIN), *(cut.token for cut in cuts), vocabulary.mark(corpus.END))
    return Sentence(plain, tokens, tuple(words))


def cut_with_gaps(text: str, loaded: LoadedModel) -> list[Cut]:
    """The tokens of a text, with the mask where it says [MASK], which is a word of its own.

    In a vocabulary whose words include the blank before them, the one before [MASK] belongs to the gap.
    """
    found: list[Cut] = []
    done = 0
    for gap in (*re.finditer(re.escape(corpus.MASK), text), None):
        last = len(text) if gap is None else gap.start()
        if gap is not None and not loaded.vocabulary.by_words and text[done:last].endswith(" "):
            last -= 1
        words = 1 + max((cut.word for cut in found), default=-1)
        between = loaded.vocabulary.cut(text[done:last])
        found += [cut._replace(first=cut.first + done, last=cut.last + done, word=cut.word + words) for cut in between]
        if gap is not None:
            words = 1 + max((cut.word for cut in found), default=-1)
            found.append(Cut(loaded.mask, last, gap.end(), words))
            done = gap.end()
    return found


def longest(loaded: LoadedModel) -> int:
    """The most tokens that a text may have without marks: a visitor's own model may have a context of less than 64."""
    return min(MAX_TOKENS, loaded.model.config.context - 2)


def fits(text: str, loaded: LoadedModel) -> bool:
    """Whether a text is short enough."""
    return len(loaded.vocabulary.cut(text)) <= longest(loaded)


def shown(text: str) -> str:
    """A word as shown alone; blanks and line ends become visible if there is nothing else."""
    return text.strip() or text.replace(" ", "␣").replace("\n", "⏎")


def piece(token: int, read: Sentence, position: int, loaded: LoadedModel) -> str:
    """A token as shown at its position: "##" in front if it continues a word, as in BERT's vocabulary."""
    vocabulary = loaded.vocabulary
    if token in vocabulary.marks:
        return vocabulary.names[token]
    text = label(token, vocabulary)
    word = next(word for word in read.words if position in word.positions)
    touches = position > word.positions[0] or read.text[: word.first][-1:].isalnum() or vocabulary.by_words
    return ("##" if touches and text[:1].isalnum() else "") + shown(text)


def blank_before(read: Sentence, position: int) -> str:
    """The blank in front of a token, or ""."""
    word = next(word for word in read.words if position in word.positions)
    around = read.text[max(0, word.first - 1) : word.first + 1]  # the vocabulary may attach it to either side
    return " " if position == word.positions[0] and any(map(str.isspace, around)) else ""


def with_words(read: Sentence, filled: dict[int, int], loaded: LoadedModel) -> tuple[tuple[str, bool], ...]:
    """A text with other tokens at some positions, as parts (text, whether it was filled in).

    Args:
        read: the text; whole words of it are filled.
        filled: position -> token.
        loaded: gives the text of the tokens.
    """
    parts: list[tuple[str, bool]] = []
    done = 0
    for word in read.words:
        if not set(word.positions) & filled.keys():
            continue
        raw = b"".join(loaded.vocabulary.pieces[filled[position]] for position in word.positions)
        new = raw.decode("utf-8", errors="replace")
        if loaded.vocabulary.by_words:  # its words do not include the blank before them
            new = new.strip()
        parts += [(read.text[done : word.first], False), (new, True)]
        done = word.last
    return tuple(part for part in (*parts, (read.text[done:], False)) if part[0])


def names() -> tuple[str, ...]:
    """The checkpoints that a visitor may choose: the shipped one, the visitor's own, then those on the Hub."""
    return (*models.names(NOVELS), *(checkpoints.HUB_MODELS[key].name for key in OFFERED))


def language(name: str) -> Literal["en", "zh"]:
    """The language of a model's training text."""
    return "zh" if name == checkpoints.HUB_MODELS["bert-zh"].name else "en"


def open_model(name: str) -> LoadedModel:
    """Open a model by the name that a visitor chose.

    Raises:
        InputError: not offered, or on the Hub and not fetched yet.
        CheckpointError: damaged, or no BERT.
    """
    return with_vocabulary(*models.open_offered(name, names(), Bert))


def fetch(name: str) -> LoadedModel:
    """Open a model, from the Hub if it is not on this machine.

    Raises:
        CheckpointError: damaged, or no BERT.
        HubUnavailable: the Hub cannot be reached.
    """
    return with_vocabulary(*models.fetch(name, Bert))


def with_vocabulary(model: Bert, checkpoint: Checkpoint) -> LoadedModel:
    """The model of a checkpoint with its vocabulary and counts."""
    vocabulary = vocabulary_of(checkpoint.folder)
    mask = vocabulary.mark(corpus.MASK)
    return LoadedModel(model, vocabulary, _counts(checkpoint.folder), mask, checkpoint.device)


@cache
def vocabulary_of(folder: Path) -> Vocabulary:
    """The vocabulary of a checkpoint, read once."""
    return Vocabulary.read(folder)


@cache
def _counts(folder: Path) -> Counts | None:
    return Counts.read(folder)


@torch.inference_mode()
def states(loaded: LoadedModel, tokens: Sequence[int], layer: int) -> Tensor:
    """The states of each token behind block `layer`: (T, D) float32 on the CPU."""
    read = torch.tensor([tokens], device=loaded.device)  # (1, T)
    nowhere = torch.zeros_like(read, dtype=torch.bool)  # no logits are needed
    return cast(Tensor, loaded.model(read, nowhere).states[layer][0].float().cpu())
