"""What a visitor can ask of a language model: plain values in, frozen results out.

Three kinds of question: go on with a text (`continuation.py`), what the vectors are good for (`likeness.py`), and,
here, how well a model foresaw a text.
"""

import math
from dataclasses import dataclass

import torch

from core import checkpoints
from core.language import pretext
from core.language.continuation import (
    MAX_LENGTH,
    NOVELS,
    Alternative,
    Alternatives,
    Continuation,
    Piece,
    Settings,
    alternatives,
    branch,
    continue_text,
)
from core.language.likeness import (
    TANG,
    Measure,
    Neighbourhood,
    Similar,
    kinds,
    language,
    nearest_tokens,
    overlap,
    retrieval,
    similar,
)
from core.language.openings import LINES, PROMPTS, QUERIES
from core.language.reader import MAX_CHARACTERS, clean, fetch, label, names, spans, speaker

__all__ = [
    "LINES",
    "MAX_CHARACTERS",
    "MAX_LENGTH",
    "NOVELS",
    "PROMPTS",
    "QUERIES",
    "TANG",
    "About",
    "Alternative",
    "Alternatives",
    "Continuation",
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
    "kinds",
    "language",
    "names",
    "nearest_tokens",
    "offer",
    "overlap",
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
    bits = pretext.text_bits(lambda read: voice.model(read).logits, numbers, config.context)  # (N,)
    unigram = None
    if voice.counts is not None:
        total = float(pretext.unigram_bits(voice.counts, torch.tensor(tokens)).sum())
        unigram = pretext.bits_per_character(total, len(plain))
    groups = spans(tokens, vocabulary)
    read = ["", *(label(token, vocabulary) for token in tokens)]
    return Surprise(
        pieces=tuple(Piece(g.first + 1, g.text, float(bits[g.first : g.last].sum())) for g in groups),
        tokens=len(tokens),
        characters=len(plain),
        vocabulary=len(vocabulary),
        bits_per_character=pretext.bits_per_character(float(bits.sum()), len(plain)),
        unigram=unigram,
        chance=pretext.bits_per_character(len(tokens) * math.log2(len(vocabulary)), len(plain)),
        perplexity=pretext.perplexity(float(bits.sum()), len(tokens)),
        labels=tuple((read[i], read[i + 1], 2 ** -float(bits[i])) for i in range(min(labels, len(tokens)))),
    )


@dataclass(frozen=True)
class About:
    """What a visitor is told of a bundled model: parameters, and its card's figures on the test texts.

    Attributes:
        parameters: trained numbers.
        bits_per_character: on the test texts.
        perplexity: a token, on the test texts.
        n: characters of the test texts.
    """

    parameters: int
    bits_per_character: float
    perplexity: float
    n: int


def about(name: str = NOVELS) -> About:
    """Read the card of a bundled model."""
    card = checkpoints.read_card(name)
    measured = card.metrics[name.split("/")[-1]]
    return About(card.parameters, measured["bits_per_character"], measured["perplexity"], int(measured["n"]))


@dataclass(frozen=True)
class Offer:
    """The model on the Hub: its name, what fetching it costs, and whether it is on this machine already."""

    name: str
    megabytes: int
    at_hand: bool


def offer() -> Offer:
    """The one language model on the Hub that the page offers."""
    model = checkpoints.HUB_MODELS["language"]
    return Offer(model.name, model.megabytes, checkpoints.at_hand(model.name))
