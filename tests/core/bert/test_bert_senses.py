"""Vectors of one word in different sentences lie near those with the same sense."""

import pytest
import torch

from core.bert import explore, models, senses
from core.bert.sentences import USES


def test_bundled_words_have_two_senses() -> None:
    for language, uses in USES.items():
        for word in dict.fromkeys(use.word for use in uses):
            own = [use for use in uses if use.word == word]
            counts = [sum(use.sense == sense for use in own) for sense in dict.fromkeys(use.sense for use in own)]
            assert len(counts) == 2
            assert counts[0] == counts[1] >= 3
            assert explore.FIRST_SENTENCE[word] not in [use.text for use in own]
        assert len({use.text for use in uses}) == len(uses)
        if language == "en":
            for use in uses:
                assert use.word in [word.lower() for word in explore.words(use.text)]
        else:
            assert all(use.word in use.text for use in uses)


def test_the_use_itself_is_nearest() -> None:
    use = USES["en"][0]
    found = explore.nearest_uses(use.text, use.word)
    assert found[0].use == use
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert found[0].overlap == 1
    assert [item.similarity for item in found] == sorted((item.similarity for item in found), reverse=True)
    assert len(found) == 8


def test_the_measure_equals_a_slow_count() -> None:
    loaded = models.open_model(explore.NOVELS)
    vectors = {use: senses.vector(use.text, use.word, loaded) for use in USES["en"]}
    right = 0
    for use in USES["en"]:
        own = [other for other in USES["en"] if other.word == use.word]
        centre = torch.stack([vectors[other] for other in own]).mean(0)
        query = vectors[use] - centre
        cosines = {}
        for other in own:
            key = vectors[other] - centre
            cosines[other] = float(query @ key / query.norm() / key.norm())
        del cosines[use]
        right += max(cosines, key=lambda other: cosines[other]).sense == use.sense
    found = explore.measured()
    assert found.model == pytest.approx(right / 64)
    assert found.chance_level == pytest.approx(3 / 7)
    assert found.n == 64
    again = senses.measure(models.open_model(explore.NOVELS), USES["en"], compare=True)
    assert vars(again) == pytest.approx(vars(found)), "the card holds what is measured"


def test_overlap_counts_words_and_chinese_characters() -> None:
    assert senses.overlap("The bear.", "the BEAR, the man") == pytest.approx(2 / 3)
    assert senses.overlap("花开", "花谢了") == pytest.approx(1 / 4)
    assert senses.overlap("", "a") == 0
