"""What the features are good for: a word with two senses has different vectors in different sentences.

A fixed vector per word, as in GloVe, is the same in "bear the silence" and "the brown bear". The states of a higher
layer differ: Devlin et al. 2019, sec. 5.3; Wiedemann et al. 2019, "Does BERT Make Any Sense?". Only uses of the same
word are compared, and their mean, which they have in common, is subtracted.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core import checkpoints
from core.bert.model import untrained
from core.bert.models import NOVELS, LoadedModel, fits, language, open_model, sentence, states
from core.bert.sentences import FIRST_SENTENCE, USES, Use
from core.errors import InputError

ON_CARD = "bundled sentences, senses of words"  # name of the measure among a card's metrics

__all__ = ["FIRST_SENTENCE", "Measure", "SimilarUse", "Use", "measured", "nearest_uses", "words_of"]


@dataclass(frozen=True)
class SimilarUse:
    """A bundled use of a word, the cosine of its centred vector, and the words in common (Jaccard index)."""

    use: Use
    similarity: float
    overlap: float


@dataclass(frozen=True)
class Measure:
    """Leave-one-out nearest-neighbour accuracy: how often the most similar use of a word has the same sense.

    Attributes:
        model: by the network's states.
        untrained: by those of a network of the same shape with random weights; None for a model from the Hub.
        naive: by words in common.
        chance_level: of a random choice among the other uses of the word.
        n: bundled uses.
    """

    model: float
    untrained: float | None
    naive: float
    chance_level: float
    n: int


@functools.cache
def words_of(name: str = NOVELS) -> tuple[str, ...]:
    """The bundled words with two senses in a model's language, without those in sentences too long for it."""
    loaded, uses = open_model(name), USES[language(name)]
    too_long = {use.word for use in uses if not fits(use.text, loaded) or not fits(FIRST_SENTENCE[use.word], loaded)}
    return tuple(word for word in dict.fromkeys(use.word for use in uses) if word not in too_long)


def nearest_uses(text: str | None, word: str, name: str = NOVELS) -> tuple[SimilarUse, ...]:
    """The bundled uses of a word, most similar to its use in a visitor's sentence first.

    Args:
        text: a sentence with the word in it.
        word: one of `words_of`.
        name: of the model.

    Raises:
        InputError: a word that is not in the text or not offered, or a text empty or too long.
    """
    if word not in words_of(name):
        raise InputError("Choose one of the words offered.")
    loaded = open_model(name)
    uses = [use for use in USES[language(name)] if use.word == word]
    query, bundled = vector(text, word, loaded), _vectors(name, word)
    centre = bundled.mean(0)
    cosines = F.cosine_similarity((query - centre)[None], bundled - centre)  # (U,)
    plain = sentence(text, loaded).text
    return tuple(
        SimilarUse(uses[i], float(cosines[i]), overlap(plain, uses[i].text)) for i in cosines.argsort(descending=True)
    )


def vector(text: str | None, word: str, loaded: LoadedModel) -> Tensor:
    """The contextual vector of a word in a text: (D,), mean over its tokens of the states before the last block.

    The states of the last block predict the token. The layer was chosen beforehand, not by these data.

    Raises:
        InputError: the word is not in the text.
    """
    read = sentence(text, loaded)
    found = next((each for each in read.words if each.text.lower() == word), None)
    if found is None:
        raise InputError("Write a sentence with the word “{word}” in it.", word=word)
    return states(loaded, read.tokens, -2)[list(found.positions)].mean(0)


@functools.cache
def _vectors(name: str, word: str) -> Tensor:
    loaded = open_model(name)
    return torch.stack([vector(use.text, word, loaded) for use in USES[language(name)] if use.word == word])


@functools.cache
def measured(name: str = NOVELS) -> Measure:
    """`measure` for a model that a visitor chose: from its card, or computed once per process for one from the Hub."""
    loaded = open_model(name)
    compare = loaded.counts is not None
    on_card = checkpoints.read_card(name).metrics.get(ON_CARD) if compare else None
    if on_card is None:
        return measure(loaded, USES[language(name)], compare=compare)
    return Measure(
        model=on_card["accuracy"],
        untrained=on_card["untrained_accuracy"],
        naive=on_card["words_accuracy"],
        chance_level=on_card["chance"],
        n=int(on_card["n"]),
    )


def measure(loaded: LoadedModel, uses: Sequence[Use], *, compare: bool) -> Measure:
    """Of the uses of each word, how often has the most similar other one the same sense?

    Args:
        loaded: the network; words with a use too long for it are left out.
        uses: several of each word, some of each sense.
        compare: also measure a network of the same shape with random weights.
    """
    baseline = replace(loaded, model=untrained(loaded.model.config).to(loaded.device)) if compare else None
    right = {"model": 0, "untrained": 0, "naive": 0}
    chance_level = 0.0
    by_word = [[use for use in uses if use.word == word] for word in dict.fromkeys(use.word for use in uses)]
    short = [own for own in by_word if all(fits(use.text, loaded) for use in own)]
    count = sum(map(len, short))
    for own in short:
        word = own[0].word
        same = torch.tensor([[a.sense == b.sense for b in own] for a in own])  # (U, U)
        similarities = {"naive": torch.tensor([[overlap(a.text, b.text) for b in own] for a in own])}
        for kind, network in (("model", loaded), ("untrained", baseline)):
            if network is not None:
                vectors = torch.stack([vector(use.text, word, network) for use in own])
                unit = F.normalize(vectors - vectors.mean(0), dim=1)
                similarities[kind] = unit @ unit.T
        for kind, similarity in similarities.items():
            best = similarity.fill_diagonal_(-torch.inf).argmax(1)
            right[kind] += int(same[torch.arange(len(own)), best].sum())
        chance_level += float((same.sum(1) - 1).double().sum() / (len(own) - 1))
    shares = {kind: found / max(1, count) for kind, found in right.items()}
    return Measure(
        model=shares["model"],
        untrained=shares["untrained"] if compare else None,
        naive=shares["naive"],
        chance_level=chance_level / max(1, count),
        n=count,
    )


def overlap(first: str, second: str) -> float:
    """The naive comparison of two sentences: Jaccard index of their words, for Chinese of their characters."""
    a, b = (set(re.findall(r"[a-z]+|[^\W\da-z_]", text.lower())) for text in (first, second))
    return len(a & b) / max(1, len(a | b))
