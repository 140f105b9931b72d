"""What the vectors of a language model are good for: words with similar uses, and lines with the same theme."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from core.data.texts import label, to_simplified
from core.downstream.neighbours import nearest
from core.errors import InputError, whole
from core.gpt2.continuation import SHOWN
from core.gpt2.models import NOVELS, LoadedModel, open_model, read, state_mean
from core.gpt2.prompts import KINDS, LINES, QUERIES, Line

Floats = NDArray[np.float32]
FIRST_WORD = {"en": "king", "zh": "春"}
MIN_WORDS = 16  # of the eight kinds must be one token, or the measure says too little
HAN = range(0xE4, 0xEA)  # first bytes of Chinese characters in UTF-8
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
MIN_COUNT = 50  # occurrences in training; the embeddings of rarer tokens are still close to their initial values
GRAM = 3  # letters per n-gram of the naive comparison; for Chinese one character


@dataclass(frozen=True)
class Neighbourhood:
    """A token and those with the most similar embeddings, as (text, cosine), most similar first."""

    token: str
    neighbours: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Measure:
    """Leave-one-out nearest-neighbour accuracy: how often the most similar other item has the same label.

    Attributes:
        model: by the model's vectors.
        naive: by a comparison that needs no model; None where it is not possible.
        chance_level: of a random choice.
        n: bundled items.
    """

    model: float
    naive: float | None
    chance_level: float
    n: int


@dataclass(frozen=True)
class SimilarLine:
    """A bundled line with its theme, the cosine of mean states, and the n-gram overlap."""

    line: Line
    similarity: float
    overlap: float


def nearest_tokens(text: str | None, name: str = NOVELS) -> Neighbourhood:
    """The ten tokens with the embeddings most similar to that of a word.

    Tokens that occurred less than 50 times in training are left out, where the counts are known.

    Raises:
        InputError: empty or too long, no such model, or a word that is not one token.
    """
    loaded = open_model(name)
    plain = read(text, loaded).text.strip()
    token = one_token(loaded, plain)
    if token is None:
        raise InputError(
            "“{word}” is more than one token for this model. Try a shorter or a more common word.", word=plain
        )
    weights = loaded.model.wte.weight.float().cpu()  # (V, D)
    known = _known(loaded)
    centre = weights[known].mean(0)  # common to all embeddings
    known = known[known != token]
    cosines, index = nearest(weights[token][None] - centre, weights[known] - centre, min(SHOWN, len(known)))
    found = zip(known[index[0]].tolist(), cosines[0].tolist(), strict=True)
    return Neighbourhood(
        label(token, loaded.vocabulary), tuple((label(other, loaded.vocabulary), cosine) for other, cosine in found)
    )


def one_token(loaded: LoadedModel, word: str) -> int | None:
    """The token of a word, preferably with a blank in front, as inside a sentence; None if the word takes several."""
    encodings = [loaded.vocabulary.encode(text) for text in (" " + word, word)]
    return next((tokens[0] for tokens in encodings if len(tokens) == 1), None)


def _known(loaded: LoadedModel) -> torch.Tensor:
    """Tokens (K,) that occurred at least MIN_COUNT times; all of them where the training text is too short for that."""
    every = torch.arange(len(loaded.vocabulary))
    frequent = every if loaded.counts is None else every[loaded.counts >= MIN_COUNT]
    return frequent if len(frequent) > SHOWN else every


def first_word(name: str = NOVELS) -> str:
    """A first word that is one token of this model: a common one, else the most frequent token that is letters."""
    loaded = open_model(name)
    common = [FIRST_WORD[language(name)], *(word for words in KINDS[language(name)] for word in words)]
    found = next((word for word in common if one_token(loaded, word) is not None), None)
    if found is not None or loaded.counts is None:
        return found or common[0]
    frequent = (label(token, loaded.vocabulary).strip() for token in loaded.counts.argsort(descending=True).tolist())
    return next((word for word in frequent if word.isalpha() and one_token(loaded, word) is not None), common[0])


def fitting_word(word: str, name: str = NOVELS) -> str:
    """The word if it is one token of this model, else a first word that is."""
    loaded = open_model(name)
    plain = as_read(word, name).strip()
    return word if plain and one_token(loaded, plain) is not None else first_word(name)


def as_read(text: str, name: str = NOVELS) -> str:
    """A text with simplified Chinese characters if the model knows no others."""
    return to_simplified(text) if open_model(name).vocabulary.simplified else text


def fitting_line(line: str, name: str = NOVELS) -> str:
    """The line if it is in the language of this model, else a first line that is."""
    written = "zh" if any("一" <= character <= "鿿" for character in line) else "en"
    return line if line.strip() and written == language(name) else QUERIES[language(name)]


@functools.lru_cache(maxsize=16)
def kinds(name: str = NOVELS) -> Measure | None:
    """Of words of eight kinds, how often is the most similar one of the same kind? Naive: the closest word count.

    None where fewer than MIN_WORDS of the words are one token, as when tokens are letters.
    """
    loaded = open_model(name)
    pairs = [(one_token(loaded, word), kind) for kind, words in enumerate(KINDS[language(name)]) for word in words]
    tokens = torch.tensor([token for token, _ in pairs if token is not None])
    labels = torch.tensor([kind for token, kind in pairs if token is not None])
    if len(tokens) < MIN_WORDS:
        return None
    weights = loaded.model.wte.weight.float().cpu()
    features = weights[tokens] - weights[_known(loaded)].mean(0)
    naive = None
    if loaded.counts is not None:
        log_counts = loaded.counts[tokens].float().log()
        naive = _leave_one_out(-(log_counts[:, None] - log_counts).abs(), labels)
    unit = F.normalize(features, dim=1)
    return Measure(_leave_one_out(unit @ unit.T, labels), naive, _chance_level(labels), len(labels))


def _leave_one_out(similarity: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of items whose most similar other item has the same label: similarity (N, N), labels (N,)."""
    others = similarity.clone().fill_diagonal_(-torch.inf)
    return float((labels[others.argmax(1)] == labels).float().mean())


def _chance_level(labels: torch.Tensor) -> float:
    """Probability that a random other item has the same label: labels (N,)."""
    same = (labels[:, None] == labels).sum() - len(labels)
    return float(same / (len(labels) * (len(labels) - 1)))


def similar(text: str | None, name: str = NOVELS, *, count: int = 5) -> tuple[SimilarLine, ...]:
    """The bundled lines most similar to a text by the model's mean state, most similar first.

    Raises:
        InputError: empty or too long, or no such model.
    """
    loaded = open_model(name)
    plain = read(text, loaded).text
    lines, gallery, centre, layer = _gallery(name)
    query = torch.from_numpy(state_mean(loaded, plain, layer) - centre)[None]
    cosines, index = nearest(query, torch.from_numpy(gallery), whole(count, 1, len(lines)))
    return tuple(
        SimilarLine(lines[i], cosine, overlap(plain, lines[i].text))
        for i, cosine in zip(index[0].tolist(), cosines[0].tolist(), strict=True)
    )


@functools.lru_cache(maxsize=16)
def retrieval(name: str = NOVELS) -> Measure:
    """Of the bundled lines, how often has the most similar one the same theme? Naive: letters in common."""
    lines, gallery, _, _ = _gallery(name)
    features = F.normalize(torch.from_numpy(gallery), dim=1)  # (N, D)
    themes = list(dict.fromkeys(line.theme for line in lines))
    labels = torch.tensor([themes.index(line.theme) for line in lines])
    letters = torch.tensor([[overlap(line.text, other.text) for other in lines] for line in lines])
    return Measure(
        _leave_one_out(features @ features.T, labels),
        _leave_one_out(letters, labels),
        _chance_level(labels),
        len(lines),
    )


@functools.lru_cache(maxsize=16)
def _gallery(name: str) -> tuple[Sequence[Line], Floats, Floats, int]:
    """Lines in the model's language, their centred mean states (N, D), the centre (D,), and the layer."""
    loaded = open_model(name)
    layer = loaded.model.config.layers // 2  # the middle one: the last states predict the next token
    lines = LINES[language(name)]
    states = np.stack([state_mean(loaded, line.text, layer) for line in lines])
    centre = states.mean(0)
    return lines, states - centre, centre, layer


@functools.lru_cache(maxsize=16)
def language(name: str) -> Literal["en", "zh"]:
    """The language of a model's training text: Chinese if it has over half as many Chinese characters as letters."""
    loaded = open_model(name)
    if loaded.counts is None:
        return "en"
    pieces = list(zip(loaded.vocabulary.pieces, loaded.counts.tolist(), strict=True))
    han = sum(count * sum(byte in HAN for byte in piece) for piece, count in pieces)
    latin = sum(count * sum(byte in LETTERS for byte in piece) for piece, count in pieces)
    return "zh" if 2 * han > latin else "en"


def overlap(first: str, second: str) -> float:
    """The naive comparison of two texts: Jaccard index of their letter n-grams."""
    a, b = _grams(first), _grams(second)
    return len(a & b) / max(1, len(a | b))


def _grams(text: str) -> set[str]:
    size = GRAM if text.isascii() else 1
    letters = "".join(c.lower() for c in text if c.isalnum() or c == " ")
    return {letters[i : i + size] for i in range(len(letters) - size + 1)}
