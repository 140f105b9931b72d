"""What a visitor can ask of a language model: plain values in, frozen results out.

Continuing a text is in `continuation.py`, comparing vectors in `similarity.py`. This module has the surprisal of a text
and the snapshots of a small model along its training.
"""

import math
from dataclasses import dataclass

import torch

from core import checkpoints, models, snapshots
from core.data.texts import label
from core.downstream import perplexity
from core.errors import CheckpointError
from core.gpt2.continuation import (
    MAX_LENGTH,
    MAX_SEED,
    Alternative,
    Alternatives,
    Continuation,
    Piece,
    Settings,
    alternatives,
    branch,
    continue_text,
)
from core.gpt2.models import (
    MAX_CHARACTERS,
    MAX_TOKENS,
    NOVELS,
    SMALL,
    TANG,
    clean,
    fetch,
    names,
    open_model,
    read,
    spans,
)
from core.gpt2.prompts import LINES, PROMPTS, QUERIES
from core.gpt2.similarity import (
    FIRST_WORD,
    Measure,
    Neighbourhood,
    SimilarLine,
    as_read,
    first_word,
    fitting_line,
    fitting_word,
    kinds,
    language,
    nearest_tokens,
    overlap,
    retrieval,
    similar,
)
from core.models import Offer

__all__ = [
    "FIRST_WORD",
    "LINES",
    "MAX_CHARACTERS",
    "MAX_LENGTH",
    "MAX_SEED",
    "MAX_TOKENS",
    "NOVELS",
    "PROMPTS",
    "QUERIES",
    "SMALL",
    "SNAPSHOT_TOKENS",
    "TANG",
    "About",
    "Alternative",
    "Alternatives",
    "Continuation",
    "Growth",
    "Measure",
    "Neighbourhood",
    "Offer",
    "Piece",
    "Settings",
    "SimilarLine",
    "Surprise",
    "about",
    "alternatives",
    "as_read",
    "branch",
    "clean",
    "continue_text",
    "fetch",
    "first_word",
    "fitting_line",
    "fitting_word",
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
    """How well a model predicts a text, beside two baselines.

    Attributes:
        pieces: the text in pieces with their bits.
        tokens: of the text.
        characters: of the text.
        vocabulary: number of tokens in the vocabulary.
        bits_per_character: of the model.
        unigram: bits per character by token frequencies alone; None where the checkpoint has no counts.
        chance_level: bits per character if every token is equally likely.
        perplexity: per token.
        labels: the first few labels that the text makes itself, as (token before, label, probability of the label).
        converted: it was converted to simplified Chinese characters.
    """

    pieces: tuple[Piece, ...]
    tokens: int
    characters: int
    vocabulary: int
    bits_per_character: float
    unigram: float | None
    chance_level: float
    perplexity: float
    labels: tuple[tuple[str, str, float], ...]
    converted: bool


def surprise(text: str | None, name: str = NOVELS, *, labels: int = 8) -> Surprise:
    """Surprisal of each token of a text. The first one is predicted from the start token alone.

    Raises:
        InputError: empty or too long, or no such model.
    """
    loaded = open_model(name)
    reading = read(text, loaded)
    plain, tokens = reading.text, reading.tokens
    config, vocabulary = loaded.model.config, loaded.vocabulary
    indices = torch.tensor([config.start, *tokens], device=loaded.device)  # (N + 1,)
    bits = perplexity.text_bits(lambda batch: loaded.model(batch).logits, indices, config.context)  # (N,)
    unigram = None
    if loaded.counts is not None:
        total = float(perplexity.unigram_bits(loaded.counts, torch.tensor(tokens)).sum())
        unigram = perplexity.bits_per_character(total, len(plain))
    groups = spans(tokens, vocabulary)
    shown = ["", *(label(token, vocabulary) for token in tokens)]
    return Surprise(
        pieces=tuple(Piece(g.first + 1, g.text, float(bits[g.first : g.last].sum())) for g in groups),
        tokens=len(tokens),
        characters=len(plain),
        vocabulary=len(vocabulary),
        bits_per_character=perplexity.bits_per_character(float(bits.sum()), len(plain)),
        unigram=unigram,
        chance_level=perplexity.bits_per_character(len(tokens) * math.log2(len(vocabulary)), len(plain)),
        perplexity=perplexity.perplexity(float(bits.sum()), len(tokens)),
        labels=tuple((shown[i], shown[i + 1], 2 ** -float(bits[i])) for i in range(min(labels, len(tokens)))),
        converted=reading.converted,
    )


SNAPSHOT_TOKENS = 40  # that the small network adds


@dataclass(frozen=True)
class Growth:
    """What the small network does with a prompt at one moment of its training.

    Attributes:
        text: its continuation.
        surprise: how well it predicts the prompt.
        replaced: an English prompt stands in for the visitor's, whose script this network never read.
    """

    text: Continuation
    surprise: Surprise
    replaced: bool


def grow(prompt: str | None, stage: float) -> Growth:
    """Let the small network continue a text with the weights that it had after part of its training.

    It read English novels only and predicts other scripts badly at any stage, so an English prompt replaces them.

    Args:
        prompt: as for `continue_text`.
        stage: 0 (before the first step) to 4 (finished).

    Raises:
        InputError: a prompt empty or too long, or another stage.
    """
    name, text = snapshots.at(SMALL, stage), clean(prompt)
    letters = [character for character in text if character.isalpha()]
    replaced = 2 * sum(map(str.isascii, letters)) < len(letters)
    text = PROMPTS["novel"] if replaced else text
    *_, continuation = continue_text(text, Settings(name, SNAPSHOT_TOKENS))
    return Growth(continuation, surprise(text, name), replaced)


@dataclass(frozen=True)
class Reached:
    """Bits per character on the test novels at the five stages, and of two baselines.

    Attributes:
        stages: of the small network.
        unigram: by token frequencies alone; bits per token are those on the training text.
        chance_level: if every token is equally likely.
    """

    stages: tuple[float, ...]
    unigram: float
    chance_level: float


def reached() -> Reached:
    """Bits per character of the small network at each stage, from its card.

    Raises:
        CheckpointError: its counts.json is missing.
    """
    loaded = open_model(snapshots.at(SMALL, len(snapshots.PERCENTS) - 1))
    if loaded.counts is None:
        raise CheckpointError("File {file} of checkpoint {name} is damaged.", file="counts.json", name=SMALL)
    bits, per_token = (snapshots.reached(SMALL, metric) for metric in ("bits_per_character", "perplexity"))
    tokens_per_character = bits[-1] / math.log2(per_token[-1])
    token_bits = perplexity.unigram_bits(loaded.counts, torch.arange(len(loaded.counts)))  # (V,)
    unigram = float(loaded.counts.double() @ token_bits.double() / loaded.counts.sum())
    return Reached(bits, unigram * tokens_per_character, math.log2(len(loaded.counts)) * tokens_per_character)


@dataclass(frozen=True)
class About:
    """A model's size and its card's figures on texts that it was not trained on.

    Attributes:
        parameters: number of trainable parameters.
        bits_per_character: on those texts.
        perplexity: per token, on those texts.
        n: characters of those texts.
        own: a visitor's own model, measured on the held-out end of its training text: a folder may have no test texts.
    """

    parameters: int
    bits_per_character: float
    perplexity: float
    n: int
    own: bool


def about(name: str = NOVELS) -> About:
    """Read the card of a shipped or own model."""
    card, own = checkpoints.read_card(name), name not in (NOVELS, TANG)
    measured = next(iter(card.metrics.values())) if own else card.metrics[name.split("/")[-1]]
    return About(card.parameters, measured["bits_per_character"], measured["perplexity"], int(measured["n"]), own)


def offer() -> Offer:
    """The model on the Hub that the tab offers."""
    return models.offer("gpt2")
