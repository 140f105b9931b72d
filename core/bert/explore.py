"""What a visitor can ask of a BERT: plain values in, frozen results out.

Four kinds of question: what fills the gaps of a text, all at once or one after the other; what a step of the training
would hide; how well each word was foreseen, beside a model that reads from left to right (`comparing.py`); and
whether the features tell two senses of a word apart (`senses.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core import checkpoints, device
from core.bert import evaluation, pretext
from core.bert.comparing import Compared, compare
from core.bert.models import (
    MAX_CHARACTERS,
    MAX_TOKENS,
    NOVELS,
    Reader,
    Sentence,
    blank_before,
    clean,
    fetch,
    language,
    names,
    piece,
    reader,
    sentence,
    with_words,
)
from core.bert.senses import FIRST_SENTENCE, Measure, Use, Used, measured, nearest_uses, words_of
from core.bert.sentences import EXAMPLES, Example
from core.errors import InputError, whole

__all__ = [
    "BEST",
    "EXAMPLES",
    "FIRST_SENTENCE",
    "MAX_CHARACTERS",
    "MAX_TOKENS",
    "NOVELS",
    "Candidate",
    "Compared",
    "Drawn",
    "Example",
    "Figures",
    "Filling",
    "Gap",
    "Measure",
    "Offer",
    "Told",
    "Use",
    "Used",
    "clean",
    "compare",
    "draw",
    "fetch",
    "figures",
    "fill",
    "language",
    "measured",
    "names",
    "nearest_uses",
    "offers",
    "parameters",
    "suggest",
    "words",
    "words_of",
]

BEST = 5  # candidates a gap


@dataclass(frozen=True)
class Candidate:
    """A token that could fill a gap, to read, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class Gap:
    """A hidden token and what the model thinks of its place while all gaps are open.

    Attributes:
        label: the token that stood there: the label that the text made itself.
        probability: what the model gave it.
        rank: of it, 1 for the likeliest token.
        best: the five likeliest, best first.
        left: what most often followed the token on the left in training; None where nobody counted.
        left_right: that guess is right.
    """

    label: str
    probability: float
    rank: int
    best: tuple[Candidate, ...]
    left: str | None
    left_right: bool


@dataclass(frozen=True)
class Told:
    """A text with its gaps filled.

    Attributes:
        parts: (text, whether it was filled in), from left to right.
        right: how many gaps got the token that stood there.
        order: the gaps, numbered from 0, in the order in which they were filled; empty where all were at once.
        bits: of surprise at the filled gaps, each looked at alone in the filled text; the fewer, the better they agree.
    """

    parts: tuple[tuple[str, bool], ...]
    right: int
    order: tuple[int, ...]
    bits: float


@dataclass(frozen=True)
class Filling:
    """What the model makes of a text with gaps.

    Attributes:
        gaps: from left to right.
        at_once: every gap with its own likeliest token.
        one_by_one: the surest gap first, the others seen anew after each.
        differ: the numbers of the gaps where the two put different tokens, from 0.
        vocabulary: tokens to choose among.
    """

    gaps: tuple[Gap, ...]
    at_once: Told
    one_by_one: Told
    differ: tuple[int, ...]
    vocabulary: int


def words(text: str | None, name: str = NOVELS) -> tuple[str, ...]:
    """The words of a text, from left to right, as a visitor may hide them.

    Raises:
        InputError: empty or too long, or no such model.
    """
    return tuple(word.text for word in sentence(text, reader(name)).words)


def suggest(text: str | None, name: str = NOVELS) -> tuple[int, ...]:
    """Two neighbours to hide first: the longest word and the one after it (or before it, at the end); as numbers."""
    found = words(text, name)
    longest = max(range(len(found)), key=lambda number: sum(map(str.isalpha, found[number])))
    around = [n for n in (longest + 1, longest - 1) if 0 <= n < len(found) and found[n][:1].isalnum()]
    return tuple(sorted((longest, *around[:1])))


def fill(text: str | None, hidden: Sequence[float], name: str = NOVELS) -> Filling:
    """Hide whole words of a text and let the model fill the gaps.

    Args:
        text: to hide words of.
        hidden: the numbers of the words, from 0, in any order.
        name: of the model.

    Raises:
        InputError: no such word or model, no word at all, or a text empty or too long.
    """
    voice = reader(name)
    read = sentence(text, voice)
    if not hidden:
        raise InputError("Hide at least one word.")
    chosen = sorted({whole(number, 0, len(read.words) - 1) for number in hidden})
    places = [place for number in chosen for place in read.words[number].places]
    tokens, gaps = torch.tensor(read.tokens), torch.tensor(places)
    at_once = pretext.fill_at_once(voice.score, tokens, gaps, voice.mask)
    one_by_one = pretext.fill_one_by_one(voice.score, tokens, gaps, voice.mask)
    return Filling(
        gaps=_gaps(read, tokens, gaps, voice),
        at_once=_told(read, tokens, gaps, at_once.tokens, (), voice),
        one_by_one=_told(read, tokens, gaps, one_by_one.tokens, tuple(one_by_one.order.argsort().tolist()), voice),
        differ=tuple((at_once.tokens != one_by_one.tokens).nonzero()[:, 0].tolist()),
        vocabulary=len(voice.vocabulary),
    )


@torch.inference_mode()
def _gaps(read: Sentence, tokens: Tensor, gaps: Tensor, voice: Reader) -> tuple[Gap, ...]:
    """Candidates for each gap while all of them are open."""
    hidden, at = tokens.clone(), torch.zeros(len(tokens), dtype=torch.bool)
    hidden[gaps], at[gaps] = voice.mask, True
    probabilities = voice.score(hidden[None], at[None]).float().softmax(-1)  # (P, V)
    found = []
    for row, place in zip(probabilities, gaps.tolist(), strict=True):
        label = read.tokens[place]
        chances, best = row.topk(BEST)
        follower = None if voice.counts is None else _follower(int(hidden[place - 1]), voice)
        pairs = zip(best.tolist(), chances.tolist(), strict=True)
        found.append(
            Gap(
                label=piece(label, read, place, voice),
                probability=float(row[label]),
                rank=1 + int((row > row[label]).sum()),
                best=tuple(Candidate(piece(token, read, place, voice), chance) for token, chance in pairs),
                left=None if follower is None else piece(follower, read, place, voice),
                left_right=follower == label,
            )
        )
    return tuple(found)


def _follower(left: int, voice: Reader) -> int:
    """What most often followed a token in training; behind a gap or a mark, the most frequent token of all."""
    assert voice.counts is not None
    return int(voice.counts.often.argmax() if left in voice.vocabulary.marks else voice.counts.after[left, 0])


def _told(read: Sentence, tokens: Tensor, gaps: Tensor, put: Tensor, order: tuple[int, ...], voice: Reader) -> Told:
    """A filled text to read, and how well what was put in agrees with the rest."""
    filled = tokens.clone()
    filled[gaps] = put
    bits = pretext.pseudo_bits(voice.score, filled, gaps, voice.mask)
    parts = with_words(read, dict(zip(gaps.tolist(), put.tolist(), strict=True)), voice)
    return Told(parts, int((put == tokens[gaps]).sum()), order, float(bits.sum()))


@dataclass(frozen=True)
class Drawn:
    """What one step of the training would do to a text.

    Attributes:
        parts: (text, what happens to it), from left to right; "hidden" behind the mask, "replaced" by another token,
            "kept" as it is but to be guessed, or "" for tokens that are not asked for.
        chosen: how many tokens are to be guessed.
        tokens: of the text, marks not counted.
    """

    parts: tuple[tuple[str, Literal["hidden", "replaced", "kept", ""]], ...]
    chosen: int
    tokens: int


def draw(text: str | None, seed: float, name: str = NOVELS) -> Drawn:
    """Choose 15 % of the tokens and hide, replace or keep them, as in training.

    Raises:
        InputError: empty or too long, no such model, or a seed that is no whole number.
    """
    voice = reader(name)
    read = sentence(text, voice)
    rng = device.generator(whole(seed, 0, 2**31 - 1))
    tokens, marks = torch.tensor([read.tokens]), torch.tensor(voice.vocabulary.marks)
    chosen = pretext.choose(tokens, marks, rng)
    seen = pretext.corrupt(tokens, chosen, voice.mask, marks, len(voice.vocabulary), rng)[0].tolist()
    parts: list[tuple[str, Literal["hidden", "replaced", "kept", ""]]] = []
    for place in range(1, len(seen) - 1):
        written = piece(seen[place], read, place, voice)
        if seen[place] == voice.mask:
            parts.append((blank_before(read, place) + written, "hidden"))
        elif seen[place] == read.tokens[place]:
            fate: Literal["kept", ""] = "kept" if chosen[0, place] else ""
            parts.append((blank_before(read, place) + written.removeprefix("##"), fate))
        else:
            parts.append((blank_before(read, place) + written, "replaced"))
    return Drawn(tuple(parts), int(chosen.sum()), len(seen) - 2)


@dataclass(frozen=True)
class Figures:
    """What the bundled model's card tells of the two test novels: metric -> value, shares in [0, 1].

    Attributes:
        gaps: 15 % of the tokens hidden at once.
        alone: one token hidden at a time.
        novel: which of the two a passage is from, by a linear probe.
    """

    gaps: dict[str, float]
    alone: dict[str, float]
    novel: dict[str, float]


def figures() -> Figures:
    """Read them."""
    card = checkpoints.read_card(NOVELS).metrics
    return Figures(card["novels"], card["novels" + evaluation.ALONE], card["novels" + evaluation.WHICH])


def parameters(name: str) -> int:
    """How many numbers of a model in the tree were trained."""
    return checkpoints.read_card(name).parameters


@dataclass(frozen=True)
class Offer:
    """A model on the Hub: its key, its name, what fetching it costs, and whether it is on this machine already."""

    key: str
    name: str
    megabytes: int
    at_hand: bool


def offers() -> tuple[Offer, ...]:
    """The models on the Hub that the page offers."""
    models = ((key, checkpoints.HUB_MODELS[key]) for key in ("bert", "bert-zh"))
    return tuple(Offer(key, m.name, m.megabytes, checkpoints.at_hand(m.name)) for key, m in models)
