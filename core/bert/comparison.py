"""Score a text with BERT, which reads both sides of each word, and with GPT-2, which reads from left to right.

Salazar et al. 2020, "Masked Language Model Scoring", with whole words hidden; see `pretext.pseudo_bits`. The GPT-2 is
a checkpoint like any other: its class comes from its card, its scores from `core/downstream/perplexity.py`. The two
models also differ in size, vocabulary, training data and steps, so a difference is not due to the direction alone.
"""

import math
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from core import checkpoints
from core.bert import corpus, pretext
from core.bert.models import NOVELS, Sentence, language, open_model, sentence, vocabulary_of
from core.data.texts import to_simplified
from core.downstream import perplexity
from core.errors import InputError

LEFT_TO_RIGHT = {"en": "gpt2/novels", "zh": "gpt2/tang"}


@dataclass(frozen=True)
class Comparison:
    """Surprisal of each word of a text by two models, in bits.

    Attributes:
        words: from left to right.
        bert: bits of each word, all its tokens hidden together, the other words visible.
        gpt: bits of each word, given the text before it.
        bert_bits_per_character, gpt_bits_per_character: of the whole text; the first is not a code length.
        unigram_bits_per_character: by the frequencies of BERT's tokens; None where the checkpoint has no counts.
        chance_level: bits per character if all of BERT's tokens are equally likely.
        parameters: number of the BERT's parameters.
        partner: name of the model that reads from left to right.
        partner_parameters, partner_steps: from its card.
    """

    words: tuple[str, ...]
    bert: tuple[float, ...]
    gpt: tuple[float, ...]
    bert_bits_per_character: float
    gpt_bits_per_character: float
    unigram_bits_per_character: float | None
    chance_level: float
    parameters: int
    partner: str
    partner_parameters: int
    partner_steps: int


def compare(text: str | None, name: str = NOVELS) -> Comparison:
    """Score a text with a BERT, one word hidden at a time, and with the bundled GPT-2 of its language.

    Raises:
        InputError: empty or too long, with a gap typed as [MASK], or no such model.
    """
    loaded = open_model(name)
    read = sentence(text, loaded)
    if read.typed_gaps(loaded.mask):
        raise InputError("A gap has no surprisal. Write a word for {mark} to compare the two models.", mark=corpus.MASK)
    tokens = torch.tensor(read.tokens)
    groups = [word.positions for word in read.words]
    token_bits = pretext.pseudo_bits(loaded.score, tokens, groups, loaded.mask)  # (T - 2,)
    unigram = None if loaded.counts is None else perplexity.unigram_bits(loaded.counts.token_counts, tokens[1:-1])
    partner = LEFT_TO_RIGHT[language(name)]
    partner_card = checkpoints.read_card(partner)
    gpt = left_to_right(read, partner)
    characters = len(read.text)
    chance_bits = (len(tokens) - 2) * math.log2(len(loaded.vocabulary))
    return Comparison(
        words=tuple(word.text for word in read.words),
        bert=tuple(float(bits.sum()) for bits in token_bits.split(list(map(len, groups)))),
        gpt=gpt,
        bert_bits_per_character=perplexity.bits_per_character(float(token_bits.sum()), characters),
        gpt_bits_per_character=perplexity.bits_per_character(sum(gpt), characters),
        unigram_bits_per_character=None
        if unigram is None
        else perplexity.bits_per_character(float(unigram.sum()), characters),
        chance_level=perplexity.bits_per_character(chance_bits, characters),
        parameters=sum(parameter.numel() for parameter in loaded.model.parameters()),
        partner=partner,
        partner_parameters=partner_card.parameters,
        partner_steps=partner_card.steps,
    )


def left_to_right(read: Sentence, name: str) -> tuple[float, ...]:
    """Bits of each word by a GPT-2; a token belongs to the word in which it ends, since the vocabularies differ."""
    checkpoint = checkpoints.load(name)
    model, vocabulary = cast(Any, checkpoint.model), vocabulary_of(checkpoint.folder)
    config = model.config
    simplified = to_simplified(read.text)  # as long: one character stands for one
    cuts = vocabulary.cut(simplified if vocabulary.simplified and len(simplified) == len(read.text) else read.text)
    tokens = torch.tensor([config.start, *(cut.token for cut in cuts)])
    bits = perplexity.text_bits(lambda batch: cast(Tensor, model(batch).logits), tokens, config.context)  # (N,)
    ends = [word.last for word in read.words]
    found = [0.0] * len(ends)
    for cut, cost in zip(cuts, bits.tolist(), strict=True):
        found[next((number for number, end in enumerate(ends) if cut.last <= end), len(ends) - 1)] += cost
    return tuple(found)
