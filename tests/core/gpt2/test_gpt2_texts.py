"""Texts as visitors write them: traditional characters, many tokens, invisible signs, line ends of every system."""

import pytest

from core.errors import InputError
from core.gpt2 import explore
from core.gpt2.explore import Settings

TRADITIONAL, SIMPLIFIED = "《春夜》李白：國破山河在，城春草木深。", "《春夜》李白：国破山河在，城春草木深。"


def test_traditional_costs_what_simplified_does() -> None:
    one, other = (explore.surprise(text, explore.TANG) for text in (TRADITIONAL, SIMPLIFIED))
    assert one.bits_per_character == other.bits_per_character < 13
    assert (one.converted, other.converted) == (True, False)
    assert "".join(piece.text for piece in one.pieces) == SIMPLIFIED


def test_traditional_is_continued_and_compared() -> None:
    one, other = (
        list(explore.continue_text(text, Settings(explore.TANG, length=5)))[-1] for text in (TRADITIONAL, SIMPLIFIED)
    )
    assert one.prompt == SIMPLIFIED
    assert one.tokens == other.tokens
    assert (one.converted, other.converted) == (True, False)
    assert explore.nearest_tokens("風", explore.TANG) == explore.nearest_tokens("风", explore.TANG)
    assert explore.fitting_word("風", explore.TANG) == "風"
    assert explore.similar(TRADITIONAL, explore.TANG) == explore.similar(SIMPLIFIED, explore.TANG)
    assert explore.as_read("風", explore.TANG) == "风"


def test_other_models_read_traditional_as_written() -> None:
    found = explore.surprise("國破山河在", explore.NOVELS)
    assert not found.converted
    assert "".join(piece.text for piece in found.pieces) == "國破山河在"
    assert explore.as_read("風", explore.NOVELS) == "風"


def test_many_tokens_are_a_sentence() -> None:
    for ask in (
        lambda text: explore.surprise(text),
        lambda text: next(explore.continue_text(text, Settings())),
        lambda text: explore.nearest_tokens(text),
        lambda text: explore.similar(text),
    ):
        with pytest.raises(InputError) as caught:
            ask("😀" * 2000)
        assert str(caught.value) == "A text may have at most 2,000 tokens here; this one has 8,000."
    assert explore.surprise("春" * 2000, explore.TANG).tokens == 2000


@pytest.mark.parametrize("text", ["\u200b", "\ufe0f\u200d", "\u3164"])
def test_invisible_texts_are_empty(text: str) -> None:
    with pytest.raises(InputError, match="Write the beginning"):
        explore.surprise(text)


def test_line_ends_of_every_system_are_read() -> None:
    assert explore.surprise("one\rtwo").tokens == explore.surprise("one\ntwo").tokens
    assert explore.clean("one\r\ntwo\rthree") == "one\ntwo\nthree"
