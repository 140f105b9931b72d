"""What a visitor can ask of a BERT: plain values in, frozen results out.

This module fills the gaps of a text, at once or one by one. `corruption.py` shows how training corrupts a text,
`comparison.py` scores a text beside a model that reads from left to right, and `senses.py` finds uses of a word in the
same sense.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core import checkpoints, models
from core.bert import corpus, evaluation, pretext
from core.bert.comparison import Comparison, compare
from core.bert.corruption import MAX_SEED, TrainingExample, training_example
from core.bert.models import (
    MAX_CHARACTERS,
    MAX_TOKENS,
    NOVELS,
    OFFERED,
    LoadedModel,
    Sentence,
    clean,
    fetch,
    language,
    names,
    open_model,
    piece,
    sentence,
    with_words,
)
from core.bert.senses import FIRST_SENTENCE, Measure, SimilarUse, Use, measured, nearest_uses, words_of
from core.bert.sentences import EXAMPLES, Example
from core.errors import InputError, whole
from core.models import Offer

__all__ = [
    "BEST",
    "EXAMPLES",
    "FIRST_SENTENCE",
    "MAX_CHARACTERS",
    "MAX_SEED",
    "MAX_TOKENS",
    "NOVELS",
    "Candidate",
    "Comparison",
    "Example",
    "Figures",
    "FilledText",
    "Filling",
    "Gap",
    "Measure",
    "Offer",
    "Predictions",
    "SimilarUse",
    "TrainingExample",
    "Use",
    "clean",
    "compare",
    "fetch",
    "figures",
    "fill",
    "has_gaps",
    "language",
    "measured",
    "names",
    "nearest_uses",
    "offers",
    "parameters",
    "predict",
    "suggest",
    "training_example",
    "words",
    "words_of",
]

BEST = 5  # candidates per gap


@dataclass(frozen=True)
class Candidate:
    """A token that may fill a gap, as shown, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class Gap:
    """A hidden token and the model's prediction while all gaps are hidden.

    Attributes:
        label: the hidden token: the label that the text makes itself. None where the visitor typed [MASK]: nobody knows
            the right word, so there is neither a probability nor a rank.
        probability: of the label.
        rank: of the label, 1 for the most likely token.
        best: the five most likely tokens, best first.
        left: the most frequent follower of the left neighbour in training; None where the checkpoint has no counts.
        left_right: whether that naive prediction is right.
    """

    label: str | None
    probability: float | None
    rank: int | None
    best: tuple[Candidate, ...]
    left: str | None
    left_right: bool


@dataclass(frozen=True)
class FilledText:
    """A text with its gaps filled.

    Attributes:
        parts: (text, whether it was filled in), from left to right.
        right: how many gaps got the original token; those with a label count.
        order: the gaps, counted from 0, in the order in which they were filled; empty if all were filled at once.
        bits: surprisal of the filled tokens, each hidden alone in the filled text; fewer bits are a better fit. The
            pieces of a word see each other, since they have to fit as well.
    """

    parts: tuple[tuple[str, bool], ...]
    right: int
    order: tuple[int, ...]
    bits: float


@dataclass(frozen=True)
class Predictions:
    """What a model predicts for the gaps of a text.

    Attributes:
        gaps: from left to right.
        vocabulary: number of tokens in the vocabulary.
    """

    gaps: tuple[Gap, ...]
    vocabulary: int


@dataclass(frozen=True)
class Filling:
    """A text with gaps, filled in two ways.

    Attributes:
        labels: the hidden tokens, from left to right; None where the visitor typed [MASK].
        at_once: every gap with its own most likely token.
        one_by_one: the most confident prediction first, the others predicted again after each.
        differ: the gaps, counted from 0, where the two differ.
    """

    labels: tuple[str | None, ...]
    at_once: FilledText
    one_by_one: FilledText
    differ: tuple[int, ...]


def words(text: str | None, name: str = NOVELS) -> tuple[str, ...]:
    """The words of a text that a visitor may hide, from left to right.

    Raises:
        InputError: empty or too long, or no such model.
    """
    return tuple(word.text for word in sentence(text, open_model(name)).words)


def suggest(text: str | None, name: str = NOVELS) -> tuple[int, ...]:
    """Words to hide first, by index.

    Those of a bundled example, or each [MASK] that the visitor typed, or two neighbours: the longest word and the one
    after it, or before it at the end.
    """
    example = next((each for each in EXAMPLES if each.text == text), None)
    if example is not None and language(name) == "en":
        return example.hidden
    loaded = open_model(name)
    read = sentence(text, loaded)
    typed, found = read.typed_gaps(loaded.mask), [word.text for word in read.words]
    if typed:
        return typed
    longest = max(range(len(found)), key=lambda number: sum(map(str.isalpha, found[number])))
    around = [n for n in (longest + 1, longest - 1) if 0 <= n < len(found) and found[n][:1].isalnum()]
    return tuple(sorted((longest, *around[:1])))


def has_gaps(text: str | None) -> bool:
    """Whether a text has a gap that the visitor typed as [MASK]."""
    return isinstance(text, str) and corpus.MASK in text


def predict(text: str | None, hidden: Sequence[float], name: str = NOVELS) -> Predictions:
    """Hide whole words of a text and let the model predict each of their tokens.

    Args:
        text: a sentence or two; each [MASK] in it is a gap without a label.
        hidden: indices of the words, from 0, in any order.
        name: of the model.

    Raises:
        InputError: no word hidden, no such word or model, or a text empty or too long.
    """
    loaded = open_model(name)
    read = sentence(text, loaded)
    gaps = _positions(read, hidden, loaded)
    return Predictions(_gaps(read, torch.tensor(read.tokens), gaps, loaded), len(loaded.vocabulary))


def _positions(read: Sentence, hidden: Sequence[float], loaded: LoadedModel) -> Tensor:
    """The positions (P,) of the tokens of some words and of every [MASK] that was typed, from left to right."""
    chosen = sorted({*read.typed_gaps(loaded.mask), *(whole(number, 0, len(read.words) - 1) for number in hidden)})
    if not chosen:
        raise InputError("Hide at least one word.")
    return torch.tensor([position for number in chosen for position in read.words[number].positions])


def fill(text: str | None, hidden: Sequence[float], name: str = NOVELS) -> Filling:
    """Hide whole words of a text and fill the gaps with the model's predictions, at once and one by one.

    Args:
        text: a sentence or two; each [MASK] in it is a gap without a label.
        hidden: indices of the words, from 0, in any order.
        name: of the model.

    Raises:
        InputError: no word hidden, no such word or model, or a text empty or too long.
    """
    loaded = open_model(name)
    read = sentence(text, loaded)
    tokens, gaps = torch.tensor(read.tokens), _positions(read, hidden, loaded)
    at_once = pretext.fill_at_once(loaded.score, tokens, gaps, loaded.mask)
    one_by_one = pretext.fill_one_by_one(loaded.score, tokens, gaps, loaded.mask)
    return Filling(
        labels=tuple(_label(read, position, loaded) for position in gaps.tolist()),
        at_once=_filled_text(read, tokens, gaps, at_once.tokens, (), loaded),
        one_by_one=_filled_text(
            read, tokens, gaps, one_by_one.tokens, tuple(one_by_one.order.argsort().tolist()), loaded
        ),
        differ=tuple((at_once.tokens != one_by_one.tokens).nonzero()[:, 0].tolist()),
    )


@torch.inference_mode()
def _gaps(read: Sentence, tokens: Tensor, gaps: Tensor, loaded: LoadedModel) -> tuple[Gap, ...]:
    """Candidates for each gap while all of them are hidden."""
    hidden, at = tokens.clone(), torch.zeros(len(tokens), dtype=torch.bool)
    hidden[gaps], at[gaps] = loaded.mask, True
    probabilities = loaded.score(hidden[None], at[None]).float().softmax(-1)  # (P, V)
    found = []
    for row, position in zip(probabilities, gaps.tolist(), strict=True):
        token, label = read.tokens[position], _label(read, position, loaded)
        highest, best = row.topk(BEST)
        follower = None if loaded.counts is None else _follower(int(hidden[position - 1]), loaded)
        pairs = zip(best.tolist(), highest.tolist(), strict=True)
        found.append(
            Gap(
                label=label,
                probability=None if label is None else float(row[token]),
                rank=None if label is None else 1 + int((row > row[token]).sum()),
                best=tuple(Candidate(piece(each, read, position, loaded), p) for each, p in pairs),
                left=None if follower is None else piece(follower, read, position, loaded),
                left_right=follower == token,
            )
        )
    return tuple(found)


def _label(read: Sentence, position: int, loaded: LoadedModel) -> str | None:
    """The token that is hidden at a position; None where the visitor typed [MASK]."""
    token = read.tokens[position]
    return None if token == loaded.mask else piece(token, read, position, loaded)


def _follower(left: int, loaded: LoadedModel) -> int:
    """The most frequent follower of a token in training; behind a gap or a mark, the most frequent token of all."""
    assert loaded.counts is not None
    return int(
        loaded.counts.token_counts.argmax() if left in loaded.vocabulary.marks else loaded.counts.followers[left, 0]
    )


def _filled_text(
    read: Sentence, tokens: Tensor, gaps: Tensor, put: Tensor, order: tuple[int, ...], loaded: LoadedModel
) -> FilledText:
    """A filled text, and how well the filled tokens fit the rest."""
    filled = tokens.clone()
    filled[gaps] = put
    bits = pretext.pseudo_bits(loaded.score, filled, [[gap] for gap in gaps.tolist()], loaded.mask)
    parts = with_words(read, dict(zip(gaps.tolist(), put.tolist(), strict=True)), loaded)
    right = (put == tokens[gaps]) & (tokens[gaps] != loaded.mask)
    return FilledText(parts, int(right.sum()), order, float(bits.sum()))


@dataclass(frozen=True)
class Figures:
    """The bundled model's metrics on the two test novels, from its card: name -> value, shares in [0, 1].

    Attributes:
        masked: 15 % of the tokens hidden at once.
        one_at_a_time: one word hidden at a time.
        novel: the novel of a passage, by a linear probe.
    """

    masked: dict[str, float]
    one_at_a_time: dict[str, float]
    novel: dict[str, float]


def figures() -> Figures:
    """Read the card of the bundled model."""
    card = checkpoints.read_card(NOVELS).metrics
    return Figures(card["novels"], card["novels" + evaluation.ONE_AT_A_TIME], card["novels" + evaluation.WHICH_NOVEL])


def parameters(name: str) -> int:
    """Number of trainable parameters of a shipped or own model, from its card."""
    return checkpoints.read_card(name).parameters


def offers() -> tuple[Offer, ...]:
    """The models on the Hub that the tab offers."""
    return tuple(models.offer(key) for key in OFFERED)
