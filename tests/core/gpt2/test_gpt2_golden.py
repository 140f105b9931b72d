"""What the shipped models know, against baselines, and what they knew along their training."""

import math

import pytest

from core.errors import InputError
from core.gpt2 import explore

UNREAD = {  # written for this test, so no model was trained on it
    explore.NOVELS: (
        "When the old gardener came back from the village that evening, he found the gate open and the lamp in the "
        "hall still burning. He put down his basket and called for his wife, but there was no answer from the house."
    ),
    explore.TANG: "《秋夜寄友》杜甫：江上秋风起，孤舟客未归。月明千里夜，霜落满人衣。",
}


@pytest.mark.parametrize("name", UNREAD)
def test_golden_shipped_models_beat_baselines(name: str) -> None:
    found = explore.surprise(UNREAD[name], name)
    assert found.unigram is not None
    assert found.bits_per_character < found.unigram - 0.6
    assert found.bits_per_character < 0.65 * found.chance_level
    measured = explore.kinds(name)
    assert measured is not None
    assert measured.n >= 60
    assert measured.naive is not None
    assert measured.model > max(measured.naive, measured.chance_level) + 0.2


@pytest.mark.parametrize(("name", "floor"), [(explore.NOVELS, 1.6), (explore.TANG, 6.2)])
def test_cards_hold_the_floors(name: str, floor: float) -> None:
    about = explore.about(name)
    assert about.bits_per_character <= floor
    assert about.n > 70_000


# --- the small network along its training ---


def test_golden_training_lowers_the_bits() -> None:
    line = explore.LINES["en"][0].text
    costs = [explore.grow(line, stage).surprise for stage in range(5)]
    assert costs[0].bits_per_character == pytest.approx(costs[0].chance_level, rel=0.1), (
        "the untrained network is at the chance level"
    )
    assert costs[4].unigram is not None
    assert costs[4].bits_per_character < costs[4].unigram - 0.1
    assert costs[4].bits_per_character < costs[0].bits_per_character - 0.4
    assert len({found.bits_per_character for found in costs}) == 5, "five different networks"


def test_golden_card_has_every_stage() -> None:
    found = explore.reached()
    assert len(found.stages) == 5
    assert found.stages[0] == pytest.approx(found.chance_level, rel=0.05)
    assert found.stages[4] < found.unigram - 0.2 < found.chance_level - 0.5
    assert list(found.stages[1:]) == sorted(found.stages[1:], reverse=True)


def test_stages_continue_the_text_repeatably() -> None:
    grown = [explore.grow("It was late, and the", stage) for stage in (0, 4, 4)]
    for each in grown:
        assert each.text.text.startswith("It was late, and the")
        assert each.text.ended or len(each.text.bits) == explore.SNAPSHOT_TOKENS
        assert not each.replaced
    assert grown[1] == grown[2]
    assert grown[0].text.text != grown[1].text.text


@pytest.mark.parametrize(("text", "replaced"), [("春江潮水", True), ("Москва", True), ("1914", False), ("a 春", False)])
def test_unread_scripts_get_english_prompts(text: str, replaced: bool) -> None:
    grown = explore.grow(text, 4)
    assert grown.replaced == replaced
    assert grown.text.prompt == (explore.PROMPTS["novel"] if replaced else text)
    assert grown.surprise.characters == len(grown.text.prompt)


@pytest.mark.parametrize("stage", [-1, 5, 0.5, math.nan, True, None, "4"])
def test_unknown_stages_are_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow("the sea", stage)


@pytest.mark.parametrize("text", ["", "  ", None, "x" * 2001])
def test_growing_from_nothing_is_refused(text: str | None) -> None:
    with pytest.raises(InputError):
        explore.grow(text, 4)
