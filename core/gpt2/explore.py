"""What a visitor can ask of a language model: plain values in, frozen results out.

Four kinds of question: go on with a text (`continuation.py`), what the vectors are good for (`likeness.py`), and, here,
how well a model foresaw a text, and how a small one learned to.
"""

import math
from dataclasses import dataclass

import torch

from core import checkpoints, snapshots
from core.data.texts import label
from core.downstream import perplexity
from core.errors import CheckpointError
from core.gpt2.continuation import (
    MAX_LENGTH,
    Alternative,
    Alternatives,
    Continuation,
    Piece,
    Settings,
    alternatives,
    branch,
    continue_text,
)
from core.gpt2.models import MAX_CHARACTERS, NOVELS, SMALL, TANG, clean, fetch, names, spans, speaker
from core.gpt2.prompts import LINES, PROMPTS, QUERIES
from core.gpt2.similarity import (
    Measure,
    Neighbourhood,
    Similar,
    first_word,
    kinds,
    language,
    nearest_tokens,
    overlap,
    retrieval,
    similar,
)

__all__ = [
    "GROWN_TOKENS",
    "LINES",
    "MAX_CHARACTERS",
    "MAX_LENGTH",
    "NOVELS",
    "PROMPTS",
    "QUERIES",
    "SMALL",
    "TANG",
    "About",
    "Alternative",
    "Alternatives",
    "Continuation",
    "Grown",
    "Measure",
    "Neighbourhood",
    "Offer",
    "Piece",
    "Settings",
    "Similar",
    "Surprise",
    "about",
    "alternatives",
    "branch",
    "clean",
    "continue_text",
    "fetch",
    "first_word",
    "grow",
    "kinds",
    "language",
    "names",
    "nearest_tokens",
    "offer",
    "overlap",
    "reached",
    "retrieval",
    "similar",
    "surprise",
]


@dataclass(frozen=True)
class Surprise:
    """How well a model foresaw a text, beside what needs no learning.

    Attributes:
        pieces: the text in pieces with their bits.
        tokens: number of tokens.
        characters: number of characters.
        vocabulary: number of tokens there are.
        bits_per_character: of the model.
        unigram: of someone who knows only how often each token is used; None where nobody kept count.
        chance: of someone to whom every token is equally likely.
        perplexity: a token.
        labels: the first few (token read last, token to guess, its probability): the labels the text makes itself.
    """

    pieces: tuple[Piece, ...]
    tokens: int
    characters: int
    vocabulary: int
    bits_per_character: float
    unigram: float | None
    chance: float
    perplexity: float
    labels: tuple[tuple[str, str, float], ...]


def surprise(text: str | None, name: str = NOVELS, *, labels: int = 8) -> Surprise:
    """How well a model foresaw each token of a text. The first one is predicted from the start token alone.

    Raises:
        InputError: empty or too long, or no such model.
    """
    plain, voice = clean(text), speaker(name)
    config, vocabulary = voice.model.config, voice.vocabulary
    tokens = vocabulary.encode(plain)
    numbers = torch.tensor([config.start, *tokens], device=voice.where)  # (N + 1,)
    bits = perplexity.text_bits(lambda read: voice.model(read).logits, numbers, config.context)  # (N,)
    unigram = None
    if voice.counts is not None:
        total = float(perplexity.unigram_bits(voice.counts, torch.tensor(tokens)).sum())
        unigram = perplexity.bits_per_character(total, len(plain))
    groups = spans(tokens, vocabulary)
    read = ["", *(label(token, vocabulary) for token in tokens)]
    return Surprise(
        pieces=tuple(Piece(g.first + 1, g.text, float(bits[g.first : g.last].sum())) for g in groups),
        tokens=len(tokens),
        characters=len(plain),
        vocabulary=len(vocabulary),
        bits_per_character=perplexity.bits_per_character(float(bits.sum()), len(plain)),
        unigram=unigram,
        chance=perplexity.bits_per_character(len(tokens) * math.log2(len(vocabulary)), len(plain)),
        perplexity=perplexity.perplexity(float(bits.sum()), len(tokens)),
        labels=tuple((read[i], read[i + 1], 2 ** -float(bits[i])) for i in range(min(labels, len(tokens)))),
    )


@dataclass(frozen=True)
class Grown:
    """What the small network makes of a beginning at one moment of its training.

    Attributes:
        text: its continuation.
        surprise: how well it foresaw the beginning.
        replaced: the beginning is not the visitor's, whose script this network never read.
    """

    text: Continuation
    surprise: Surprise
    replaced: bool


GROWN_TOKENS = 40


def grow(prompt: str | None, stage: float) -> Grown:
    """Let the small network go on from a text with the weights that it had after part of its training.

    It read English novels only, so of a text in another script it would know nothing at any stage: then it goes on from
    an English beginning.

    Args:
        prompt: as for `continue_text`.
        stage: 0 (before the first step) to 4 (finished).

    Raises:
        InputError: nothing to go on from, too much of it, or another stage.
    """
    name, text = snapshots.at(SMALL, stage), clean(prompt)
    letters = [character for character in text if character.isalpha()]
    replaced = 2 * sum(map(str.isascii, letters)) < len(letters)
    text = PROMPTS["novel"] if replaced else text
    *_, grown = continue_text(text, Settings(name, GROWN_TOKENS))
    return Grown(grown, surprise(text, name), replaced)


@dataclass(frozen=True)
class Reached:
    """Bits a character on test novels at the five stages, and what two kinds of ignorance cost there.

    Attributes:
        stages: of the small network.
        unigram: of someone who knows only how often each token is used; bits a token as in the training text.
        chance: of someone to whom every token is equally likely.
    """

    stages: tuple[float, ...]
    unigram: float
    chance: float


def reached() -> Reached:
    """How far the small network had come at each stage.

    Raises:
        CheckpointError: it lies there without its token counts.
    """
    voice = speaker(snapshots.at(SMALL, len(snapshots.PERCENTS) - 1))
    if voice.counts is None:
        raise CheckpointError("File {file} of checkpoint {name} is damaged.", file="counts.json", name=SMALL)
    bits, per_token = (snapshots.reached(SMALL, metric) for metric in ("bits_per_character", "perplexity"))
    tokens_a_character = bits[-1] / math.log2(per_token[-1])
    each = perplexity.unigram_bits(voice.counts, torch.arange(len(voice.counts)))  # (V,), bits of each token
    unigram = float(voice.counts.double() @ each.double() / voice.counts.sum())
    return Reached(bits, unigram * tokens_a_character, math.log2(len(voice.counts)) * tokens_a_character)


@dataclass(frozen=True)
class About:
    """What a visitor is told of a model: parameters, and its card's figures on texts that it was not trained on.

    Attributes:
        parameters: trained numbers.
        bits_per_character: on those texts.
        perplexity: a token, on those texts.
        n: characters of those texts.
        own: a visitor's own model, measured on the held-out end of its training text: a folder may have no test texts.
    """

    parameters: int
    bits_per_character: float
    perplexity: float
    n: int
    own: bool


def about(name: str = NOVELS) -> About:
    """Read the card of a model in the tree."""
    card, own = checkpoints.read_card(name), name not in (NOVELS, TANG)
    measured = next(iter(card.metrics.values())) if own else card.metrics[name.split("/")[-1]]
    return About(card.parameters, measured["bits_per_character"], measured["perplexity"], int(measured["n"]), own)


@dataclass(frozen=True)
class Offer:
    """The model on the Hub: its name, what fetching it costs, and whether it is on this machine already."""

    name: str
    megabytes: int
    at_hand: bool


def offer() -> Offer:
    """The one language model on the Hub that the page offers."""
    model = checkpoints.HUB_MODELS["gpt2"]
    return Offer(model.name, model.megabytes, checkpoints.at_hand(model.name))
