"""A BERT with its vocabulary at work on one text: words to click, the tokens behind them, what fills a gap.

What `explore.py` builds its answers from. Nothing here is shared between visitors but the weights, which only get read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import torch
from torch import Tensor

from core import checkpoints, device
from core.bert import corpus
from core.bert.evaluation import Counts
from core.bert.model import Bert
from core.checkpoints import Checkpoint
from core.data.texts import Vocabulary, label, without_controls
from core.errors import CheckpointError, InputError

MAX_CHARACTERS, MAX_TOKENS = 400, 64
NOVELS = "bert/novels"
OFFERED = ("bert", "bert-zh")  # keys of `checkpoints.HUB_MODELS`


@dataclass(frozen=True)
class Reader:
    """A loaded model and what it needs to read.

    Attributes:
        name: of the checkpoint.
        model: in eval mode.
        vocabulary: of its folder.
        counts: of its training text; None where nobody kept count.
        mask: number of the mask.
        where: the model's device.
    """

    name: str
    model: Bert
    vocabulary: Vocabulary
    counts: Counts | None
    mask: int
    where: torch.device

    def score(self, tokens: Tensor, at: Tensor) -> Tensor:
        """Scores (n, V) on the CPU of the n places of tokens (B, T) that `at` (B, T) names, row by row."""
        return cast(Tensor, self.model(tokens.to(self.where), at.to(self.where)).logits.cpu())


@dataclass(frozen=True)
class Word:
    """A word of a text, with the blank before it where its tokens hold that too.

    Attributes:
        first, last: the characters [first, last) it covers.
        text: to show, without blanks around.
        places: of its tokens in `Sentence.tokens`.
    """

    first: int
    last: int
    text: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Sentence:
    """A text as a model reads it.

    Attributes:
        text: without control characters.
        tokens: numbers, a mark at each end.
        words: from left to right.
    """

    text: str
    tokens: tuple[int, ...]
    words: tuple[Word, ...]


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
    kept = without_controls(text).strip()
    if not kept:
        raise InputError("Write a sentence first.")
    return kept


def sentence(text: str | None, voice: Reader) -> Sentence:
    """Cut a visitor's text into words and tokens.

    Raises:
        InputError: empty, or longer than 400 characters or 64 tokens.
    """
    plain, vocabulary = clean(text), voice.vocabulary
    cuts = vocabulary.cut(plain)
    limit = longest(voice)
    if len(cuts) > limit:
        raise InputError(
            "A text may have at most {limit} tokens here; this one has {tokens}.", limit=limit, tokens=len(cuts)
        )
    words: list[Word] = []
    for number in dict.fromkeys(cut.word for cut in cuts):
        places = tuple(place for place, cut in enumerate(cuts, 1) if cut.word == number)
        first, last = cuts[places[0] - 1].first, cuts[places[-1] - 1].last
        words.append(Word(first, last, shown(plain[first:last]), places))
    tokens = (vocabulary.mark(corpus.BEGIN), *(cut.token for cut in cuts), vocabulary.mark(corpus.END))
    return Sentence(plain, tokens, tuple(words))


def longest(voice: Reader) -> int:
    """The most tokens that a text may have, marks not counted: a model of a visitor's own may read less than 64."""
    return min(MAX_TOKENS, voice.model.config.context - 2)


def fits(text: str, voice: Reader) -> bool:
    """Whether a text is short enough."""
    return len(voice.vocabulary.cut(text)) <= longest(voice)


def shown(text: str) -> str:
    """A word to read by itself; one of blanks or line ends only is made visible."""
    return text.strip() or text.replace(" ", "␣").replace("\n", "⏎")


def piece(token: int, read: Sentence, place: int, voice: Reader) -> str:
    """A token to read where it is to stand: "##" in front if it goes on with what is before it, as BERT writes that."""
    vocabulary = voice.vocabulary
    if token in vocabulary.marks:
        return vocabulary.names[token]
    text = label(token, vocabulary)
    word = next(word for word in read.words if place in word.places)
    touches = place > word.places[0] or read.text[: word.first][-1:].isalnum() or vocabulary.by_words
    return ("##" if touches and text[:1].isalnum() else "") + shown(text)


def blank_before(read: Sentence, place: int) -> str:
    """The blank in front of a token, if there is one."""
    word = next(word for word in read.words if place in word.places)
    around = read.text[max(0, word.first - 1) : word.first + 1]  # the vocabulary may count it to either side
    return " " if place == word.places[0] and any(map(str.isspace, around)) else ""


def with_words(read: Sentence, filled: dict[int, int], voice: Reader) -> tuple[tuple[str, bool], ...]:
    """A text with other tokens at some places, in stretches of (text, whether it was filled in).

    Args:
        read: the text; whole words of it are filled.
        filled: place -> token.
        voice: knows the tokens.
    """
    parts: list[tuple[str, bool]] = []
    done = 0
    for word in read.words:
        if not set(word.places) & filled.keys():
            continue
        raw = b"".join(voice.vocabulary.pieces[filled[place]] for place in word.places)
        new = raw.decode("utf-8", errors="replace")
        if voice.vocabulary.by_words:  # its words do not hold the blank before them
            new = new.strip()
        parts += [(read.text[done : word.first], False), (new, True)]
        done = word.last
    return tuple(part for part in (*parts, (read.text[done:], False)) if part[0])


def names() -> tuple[str, ...]:
    """Checkpoints a visitor may choose: the bundled one, his own, then those from the Hub."""
    own = (name for name in checkpoints.bundled("bert") if name != NOVELS)
    return (NOVELS, *own, *(checkpoints.HUB_MODELS[key].name for key in OFFERED))


def language(name: str) -> Literal["en", "zh"]:
    """The language that a model reads."""
    return "zh" if name == checkpoints.HUB_MODELS["bert-zh"].name else "en"


def reader(name: str) -> Reader:
    """Open a model by the name that a visitor chose.

    Raises:
        InputError: not one that is offered, or one from the Hub that was not fetched yet.
    """
    if name not in names():
        raise InputError("There is no BERT called {name} here.", name=name)
    if not checkpoints.at_hand(name):
        raise InputError("Fetch {name} first: its button says how many megabytes that takes.", name=name)
    return fetch(name)


def fetch(name: str) -> Reader:
    """Open a model, from the Hub if it is not on this machine.

    Raises:
        CheckpointError: damaged, or no BERT.
        HubUnavailable: the Hub cannot be reached.
    """
    return reader_of(checkpoints.load(name, device=device.pick()))


def reader_of(checkpoint: Checkpoint) -> Reader:
    """A loaded checkpoint with its vocabulary; raises CheckpointError if it is no BERT."""
    if not isinstance(checkpoint.model, Bert):
        raise CheckpointError("{name} is no BERT.", name=checkpoint.name)
    vocabulary = vocabulary_of(checkpoint.folder)
    mask = vocabulary.mark(corpus.MASK)
    return Reader(checkpoint.name, checkpoint.model, vocabulary, _counts(checkpoint.folder), mask, checkpoint.device)


@cache
def vocabulary_of(folder: Path) -> Vocabulary:
    """The vocabulary of a checkpoint, read once."""
    return Vocabulary.read(folder)


@cache
def _counts(folder: Path) -> Counts | None:
    return Counts.read(folder)


@torch.inference_mode()
def states(voice: Reader, tokens: Sequence[int], layer: int) -> Tensor:
    """What layer `layer` makes of each token: (T, D) float32 on the CPU."""
    found = voice.model(torch.tensor([tokens], device=voice.where)).states[layer]  # (1, T, D)
    return cast(Tensor, found[0].float().cpu())
