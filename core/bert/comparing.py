"""The same text for two readers: BERT, who sees both sides of each word, and GPT, who only saw what came before.

Salazar et al. 2020, "Masked Language Model Scoring". The reader from left to right is a checkpoint like any other: its
class comes from its card, its scores through `core/downstream/perplexity.py`.
"""

import math
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from core import checkpoints
from core.bert import pretext
from core.bert.models import NOVELS, Sentence, language, reader, sentence, vocabulary_of
from core.downstream import perplexity

LEFT_TO_RIGHT = {"en": "gpt2/novels", "zh": "gpt2/tang"}


@dataclass(frozen=True)
class Compared:
    """Bits of surprise at each word of a text, as two models see it.

    Attributes:
        words: from left to right.
        bert: bits of each, its tokens hidden one at a time, all others in sight.
        gpt: bits of each, only what stands before it in sight.
        bert_a_character, gpt_a_character: of the whole text; the first is no code length.
        unigram_a_character: of someone who only knows how often each token of BERT's is used; None if nobody counted.
        chance_a_character: of someone to whom each token of BERT's is equally likely.
        partner: name of the model that reads from left to right.
    """

    words: tuple[str, ...]
    bert: tuple[float, ...]
    gpt: tuple[float, ...]
    bert_a_character: float
    gpt_a_character: float
    unigram_a_character: float | None
    chance_a_character: float
    partner: str


def compare(text: str | None, name: str = NOVELS) -> Compared:
    """Score a text with a BERT, one token hidden at a time, and with the bundled GPT-2 of its language.

    Raises:
        InputError: empty or too long, or no such model.
    """
    voice = reader(name)
    read = sentence(text, voice)
    tokens = torch.tensor(read.tokens)
    each = pretext.pseudo_bits(voice.score, tokens, torch.arange(1, len(tokens) - 1), voice.mask)  # (T - 2,)
    unigram = None if voice.counts is None else perplexity.unigram_bits(voice.counts.often, tokens[1:-1])
    partner = LEFT_TO_RIGHT[language(name)]
    gpt = left_to_right(read, partner)
    characters = len(read.text)
    blind = (len(tokens) - 2) * math.log2(len(voice.vocabulary))
    return Compared(
        words=tuple(word.text for word in read.words),
        bert=tuple(float(sum(each[place - 1] for place in word.places)) for word in read.words),
        gpt=gpt,
        bert_a_character=perplexity.bits_per_character(float(each.sum()), characters),
        gpt_a_character=perplexity.bits_per_character(sum(gpt), characters),
        unigram_a_character=None
        if unigram is None
        else perplexity.bits_per_character(float(unigram.sum()), characters),
        chance_a_character=perplexity.bits_per_character(blind, characters),
        partner=partner,
    )


def left_to_right(read: Sentence, name: str) -> tuple[float, ...]:
    """Bits of each word for a GPT-2; a token counts for the word in which it ends: the two may cut differently."""
    checkpoint = checkpoints.load(name)
    model, vocabulary = cast(Any, checkpoint.model), vocabulary_of(checkpoint.folder)
    config = model.config
    cuts = vocabulary.cut(read.text)
    tokens = torch.tensor([config.start, *(cut.token for cut in cuts)])
    bits = perplexity.text_bits(lambda seen: cast(Tensor, model(seen).logits), tokens, config.context)  # (N,)
    ends = [word.last for word in read.words]
    found = [0.0] * len(ends)
    for cut, cost in zip(cuts, bits.tolist(), strict=True):
        found[next((number for number, end in enumerate(ends) if cut.last <= end), len(ends) - 1)] += cost
    return tuple(found)
