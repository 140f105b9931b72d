"""The same sentence read by BERT and by GPT-2: bits of every word, against slow loops."""

import math

import pytest
import torch

from core import checkpoints
from core.bert import explore, models
from core.data.texts import Vocabulary
from core.gpt2.model import GPT2


def test_bits_of_words_equal_a_slow_loop() -> None:
    loaded = models.open_model(explore.NOVELS)
    text = "She unwrapped the parcel at the lighthouse."
    found, read = explore.compare(text), models.sentence(text, loaded)
    assert [len(word.positions) for word in read.words] == [1, 3, 1, 3, 1, 1, 2, 1]
    slow = []
    for word in read.words:
        hidden = torch.tensor([read.tokens])
        for position in word.positions:
            hidden[0, position] = loaded.mask
        with torch.inference_mode():
            probabilities = loaded.model.net(hidden).logits[0].softmax(-1)
        slow.append(sum(-math.log2(float(probabilities[at, read.tokens[at]])) for at in word.positions))
    assert found.bert == pytest.approx(slow, rel=1e-4)
    assert found.bert_bits_per_character == pytest.approx(sum(slow) / len(text), rel=1e-4)
    assert found.chance_level == pytest.approx((len(read.tokens) - 2) * math.log2(8000) / len(text))


def test_sizes_of_both_models_are_reported() -> None:
    found, own, partner = explore.compare("The moon."), *map(checkpoints.read_card, (explore.NOVELS, "gpt2/novels"))
    assert (found.parameters, found.partner_parameters) == (own.parameters, partner.parameters)
    assert (found.partner, found.partner_steps) == (partner.name, partner.steps)


def test_left_to_right_bits_equal_a_loop() -> None:
    text = "The old sailor looked at the moon."
    checkpoint = checkpoints.load("gpt2/novels")
    vocabulary = Vocabulary.read(checkpoint.folder)
    assert isinstance(checkpoint.model, GPT2)
    tokens = [checkpoint.model.config.start, *vocabulary.encode(text)]
    slow = []
    for position in range(1, len(tokens)):
        with torch.inference_mode():
            logits = checkpoint.model(torch.tensor([tokens[:position]])).logits[0, -1]
        slow.append(-float(logits.log_softmax(0)[tokens[position]]) / math.log(2))
    found = explore.compare(text)
    assert found.words == ("The", "old", "sailor", "looked", "at", "the", "moon", ".")
    assert sum(found.gpt) == pytest.approx(sum(slow), rel=1e-4)
    ends, done = [], 0
    for token in tokens[1:]:
        done += len(vocabulary.pieces[token].decode())
        ends.append(done)
    moon = [cost for cost, end in zip(slow, ends, strict=True) if text.index(" moon") < end <= len(text) - 1]
    assert found.gpt[6] == pytest.approx(sum(moon), rel=1e-4)
