"""What the features are good for: a word that means two things has two kinds of vector, by the company it keeps.

A vector a word, as GloVe or the lowest layer has, is the same in "bear the silence" and "the brown bear". What a higher
layer makes of it in its sentence is not: Devlin et al. 2019, sec. 5.3; Wiedemann et al. 2019, "Does BERT Make Any
Sense?". Uses of one word only are compared, less their mean, which says which word it is.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core.bert.model import untrained
from core.bert.models import NOVELS, Reader, fits, language, reader, sentence, states
from core.bert.sentences import FIRST_SENTENCE, USES, Use
from core.errors import InputError

__all__ = ["FIRST_SENTENCE", "Measure", "Use", "Used", "measured", "nearest_uses", "words_of"]


@dataclass(frozen=True)
class Used:
    """A bundled use of a word, how alike it is by the network (cosine) and by words in common (share of all words)."""

    use: Use
    similarity: float
    overlap: float


@dataclass(frozen=True)
class Measure:
    """How often the use most like a use has the same sense, over all n bundled ones, each left out in turn.

    Attributes:
        model: by the network's states.
        untrained: by those of a network of the same shape with random weights; None for one from the Hub.
        naive: by words in common.
        chance: by a blind pick among the other uses of the word.
        n: uses.
    """

    model: float
    untrained: float | None
    naive: float
    chance: float
    n: int


@functools.cache
def words_of(name: str = NOVELS) -> tuple[str, ...]:
    """The words of two senses that are bundled for a model's language, but for those in sentences too long for it."""
    voice, uses = reader(name), USES[language(name)]
    long = {use.word for use in uses if not fits(use.text, voice) or not fits(FIRST_SENTENCE[use.word], voice)}
    return tuple(word for word in dict.fromkeys(use.word for use in uses) if word not in long)


def nearest_uses(text: str | None, word: str, name: str = NOVELS) -> tuple[Used, ...]:
    """The bundled uses of a word, those most like its use in a visitor's sentence first.

    Args:
        text: a sentence with the word in it.
        word: one of `words_of`.
        name: of the model.

    Raises:
        InputError: the word does not stand in the text, none of the offered ones, a text empty or too long.
    """
    if word not in words_of(name):
        raise InputError("Choose one of the words offered.")
    voice = reader(name)
    uses = [use for use in USES[language(name)] if use.word == word]
    own, others = vector(text, word, voice), _vectors(name, word)
    centre = others.mean(0)
    cosines = F.cosine_similarity((own - centre)[None], others - centre)  # (U,)
    plain = sentence(text, voice).text
    return tuple(
        Used(uses[i], float(cosines[i]), overlap(plain, uses[i].text)) for i in cosines.argsort(descending=True)
    )


def vector(text: str | None, word: str, voice: Reader) -> Tensor:
    """What the network makes of a word in a text: (D,), mean over its tokens of the states before the last block.

    The last block's states are about what could stand there; the one before was chosen beforehand, not by these data.

    Raises:
        InputError: the word does not stand in the text.
    """
    read = sentence(text, voice)
    found = next((each for each in read.words if each.text.lower() == word), None)
    if found is None:
        raise InputError("Write a sentence with the word “{word}” in it.", word=word)
    return states(voice, read.tokens, -2)[list(found.places)].mean(0)


@functools.cache
def _vectors(name: str, word: str) -> Tensor:
    voice = reader(name)
    return torch.stack([vector(use.text, word, voice) for use in USES[language(name)] if use.word == word])


@functools.cache
def measured(name: str = NOVELS) -> Measure:
    """`measure` for a model that a visitor chose, once a process."""
    voice = reader(name)
    return measure(voice, USES[language(name)], compare=voice.counts is not None)


def measure(voice: Reader, uses: Sequence[Use], *, compare: bool) -> Measure:
    """Of some uses, how often is the one most like a use, of the same word, of the same sense?

    Args:
        voice: the network; words that have a use too long for it do not count.
        uses: several of each word, some of each sense.
        compare: also ask a network of the same shape with random weights.
    """
    others = replace(voice, model=untrained(voice.model.config).to(voice.where)) if compare else None
    right = {"model": 0, "untrained": 0, "naive": 0}
    chance = 0.0
    by_word = [[use for use in uses if use.word == word] for word in dict.fromkeys(use.word for use in uses)]
    short = [own for own in by_word if all(fits(use.text, voice) for use in own)]
    count = sum(map(len, short))
    for own in short:
        word = own[0].word
        same = torch.tensor([[a.sense == b.sense for b in own] for a in own])  # (U, U)
        alike = {"naive": torch.tensor([[overlap(a.text, b.text) for b in own] for a in own])}
        for kind, network in (("model", voice), ("untrained", others)):
            if network is not None:
                vectors = torch.stack([vector(use.text, word, network) for use in own])
                unit = F.normalize(vectors - vectors.mean(0), dim=1)
                alike[kind] = unit @ unit.T
        for kind, similarity in alike.items():
            best = similarity.fill_diagonal_(-torch.inf).argmax(1)
            right[kind] += int(same[torch.arange(len(own)), best].sum())
        chance += float((same.sum(1) - 1).double().sum() / (len(own) - 1))
    shares = {kind: found / max(1, count) for kind, found in right.items()}
    return Measure(
        model=shares["model"],
        untrained=shares["untrained"] if compare else None,
        naive=shares["naive"],
        chance=chance / max(1, count),
        n=count,
    )


def overlap(first: str, second: str) -> float:
    """The naive comparison: words that two sentences have in common, as a share of all they have (Jaccard).

    Chinese, which has no blanks, by characters.
    """
    a, b = (set(re.findall(r"[a-z]+|[^\W\da-z_]", text.lower())) for text in (first, second))
    return len(a & b) / max(1, len(a | b))
