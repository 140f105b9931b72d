"""What the vectors that a language model learned are good for: words used alike, and lines about one thing."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from core.data.texts import label
from core.downstream.neighbours import nearest
from core.errors import InputError, whole
from core.gpt2.continuation import SHOWN
from core.gpt2.models import NOVELS, Speaker, clean, speaker, state_mean
from core.gpt2.prompts import KINDS, LINES, Line

Floats = NDArray[np.float32]
WORD = {"en": "king", "zh": "春"}  # to begin with
MANY = 16  # words of the eight kinds that must be one token, for their neighbours to say something
HAN = range(0xE4, 0xEA)  # bytes that only begin a Chinese character in UTF-8
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
SEEN_OFTEN = 50  # times a token came in training, from where on its embedding has moved far enough to be compared
GRAM = 3  # letters in a row that the naive comparison of lines counts; one Chinese character says as much


@dataclass(frozen=True)
class Neighbourhood:
    """A token and those whose embeddings are most like its own, as (text, cosine), best first."""

    token: str
    alike: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Measure:
    """How often the item most like an item is of the same kind, over n bundled items, each left out in turn.

    Attributes:
        model: by the model's vectors.
        naive: by a comparison that needs no model; None where it cannot be made.
        chance: by a blind pick.
        n: items.
    """

    model: float
    naive: float | None
    chance: float
    n: int


@dataclass(frozen=True)
class Similar:
    """A bundled line, its theme and how alike it is: cosine of mean states, share of letter groups in common."""

    line: Line
    similarity: float
    overlap: float


def nearest_tokens(text: str | None, name: str = NOVELS) -> Neighbourhood:
    """The ten tokens whose embeddings are most like that of a word.

    Only tokens seen at least 50 times in training count, where that is known: the others hardly moved from chance.

    Raises:
        InputError: empty or too long, no such model, or a word that is not one token.
    """
    plain, voice = clean(text).strip(), speaker(name)
    token = one_token(voice, plain)
    if token is None:
        raise InputError(
            "“{word}” is more than one token for this model. Try a shorter or a more common word.", word=plain
        )
    weights = voice.model.wte.weight.float().cpu()  # (V, D)
    known = _known(voice)
    centre = weights[known].mean(0)  # what all embeddings have in common says nothing
    known = known[known != token]
    cosines, index = nearest(weights[token][None] - centre, weights[known] - centre, min(SHOWN, len(known)))
    found = zip(known[index[0]].tolist(), cosines[0].tolist(), strict=True)
    return Neighbourhood(
        label(token, voice.vocabulary), tuple((label(other, voice.vocabulary), cosine) for other, cosine in found)
    )


def one_token(voice: Speaker, word: str) -> int | None:
    """A word's token, with a blank before it, as inside a sentence, where there is one; None if it takes more."""
    ways = [voice.vocabulary.encode(way) for way in (" " + word, word)]
    return next((way[0] for way in ways if len(way) == 1), None)


def _known(voice: Speaker) -> torch.Tensor:
    """Tokens seen often; where a text is so short that too few are, all there are."""
    every = torch.arange(len(voice.vocabulary))
    often = every if voice.counts is None else every[voice.counts >= SEEN_OFTEN]
    return often if len(often) > SHOWN else every


def first_word(name: str = NOVELS) -> str:
    """A word to begin with that is one token of this model: a common one, else what its text uses most, if a letter."""
    voice = speaker(name)
    common = [WORD[language(name)], *(word for words in KINDS[language(name)] for word in words)]
    found = next((word for word in common if one_token(voice, word) is not None), None)
    if found is not None or voice.counts is None:
        return found or common[0]
    often = (label(token, voice.vocabulary).strip() for token in voice.counts.argsort(descending=True).tolist())
    return next((word for word in often if word.isalpha() and one_token(voice, word) is not None), common[0])


@functools.cache
def kinds(name: str = NOVELS) -> Measure | None:
    """Of words of eight kinds, how often is the most similar one of the same kind? Naive: the one used as often.

    None where fewer than `MANY` of the words are one token, as with letters for tokens.
    """
    voice = speaker(name)
    pairs = [(one_token(voice, word), kind) for kind, words in enumerate(KINDS[language(name)]) for word in words]
    tokens = torch.tensor([token for token, _ in pairs if token is not None])
    labels = torch.tensor([kind for token, kind in pairs if token is not None])
    if len(tokens) < MANY:
        return None
    weights = voice.model.wte.weight.float().cpu()
    features = weights[tokens] - weights[_known(voice)].mean(0)
    naive = None
    if voice.counts is not None:
        often = voice.counts[tokens].float().log()
        naive = _leave_one_out(-(often[:, None] - often).abs(), labels)
    return Measure(
        _leave_one_out(F.normalize(features, dim=1) @ F.normalize(features, dim=1).T, labels),
        naive,
        _chance(labels),
        len(labels),
    )


def _leave_one_out(similarity: torch.Tensor, labels: torch.Tensor) -> float:
    """How often the item most similar to an item, itself left out, has the same label: (N, N) and (N,) to a share."""
    others = similarity.clone().fill_diagonal_(-torch.inf)
    return float((labels[others.argmax(1)] == labels).float().mean())


def _chance(labels: torch.Tensor) -> float:
    same = (labels[:, None] == labels).sum() - len(labels)
    return float(same / (len(labels) * (len(labels) - 1)))


def similar(text: str | None, name: str = NOVELS, *, count: int = 5) -> tuple[Similar, ...]:
    """The bundled lines most like a text by the model's mean state, best first.

    Raises:
        InputError: empty or too long, or no such model.
    """
    plain, voice = clean(text), speaker(name)
    lines, gallery, centre, layer = _gallery(name)
    query = torch.from_numpy(state_mean(voice, plain, layer) - centre)[None]
    cosines, index = nearest(query, torch.from_numpy(gallery), whole(count, 1, len(lines)))
    return tuple(
        Similar(lines[i], cosine, overlap(plain, lines[i].text))
        for i, cosine in zip(index[0].tolist(), cosines[0].tolist(), strict=True)
    )


@functools.cache
def retrieval(name: str = NOVELS) -> Measure:
    """Of the bundled lines, how often is the one most like a line of its theme? Naive: letters in common."""
    lines, gallery, _, _ = _gallery(name)
    features = F.normalize(torch.from_numpy(gallery), dim=1)  # (N, D)
    themes = list(dict.fromkeys(line.theme for line in lines))
    labels = torch.tensor([themes.index(line.theme) for line in lines])
    letters = torch.tensor([[overlap(line.text, other.text) for other in lines] for line in lines])
    return Measure(
        _leave_one_out(features @ features.T, labels), _leave_one_out(letters, labels), _chance(labels), len(lines)
    )


@functools.cache
def _gallery(name: str) -> tuple[Sequence[Line], Floats, Floats, int]:
    """Lines in the language of the model, their mean states (N, D) less the mean of all, that mean, and the layer."""
    voice = speaker(name)
    layer = voice.model.config.layers // 2  # the middle: the last states are about the next token, not about the text
    lines = LINES[language(name)]
    states = np.stack([state_mean(voice, line.text, layer) for line in lines])
    centre = states.mean(0)
    return lines, states - centre, centre, layer


@functools.cache
def language(name: str) -> Literal["en", "zh"]:
    """The language that a model read: Chinese if its text has more Chinese characters than half its Latin letters."""
    voice = speaker(name)
    if voice.counts is None:
        return "en"
    pieces = list(zip(voice.vocabulary.pieces, voice.counts.tolist(), strict=True))
    han = sum(count * sum(byte in HAN for byte in piece) for piece, count in pieces)
    latin = sum(count * sum(byte in LETTERS for byte in piece) for piece, count in pieces)
    return "zh" if 2 * han > latin else "en"


def overlap(first: str, second: str) -> float:
    """The naive comparison: letter groups two texts have in common, as a share of all they have (Jaccard)."""
    a, b = _grams(first), _grams(second)
    return len(a & b) / max(1, len(a | b))


def _grams(text: str) -> set[str]:
    size = GRAM if text.isascii() else 1
    letters = "".join(c.lower() for c in text if c.isalnum() or c == " ")
    return {letters[i : i + size] for i in range(len(letters) - size + 1)}
