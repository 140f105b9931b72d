"""Texts that come with the project, for trainings in the page: names, one per line.

"emoji" are the English names of the bundled emoji (Unicode CLDR, see NOTICE), about 17,000 characters. "repeated" is
one line over and over: a text that teaches nothing but itself.
"""

from typing import Literal

from core.data import bundled

NAMES = ("emoji", "repeated")
TEST_EVERY = 20  # of the names; the rest is for training
LINE, TIMES = "the quick brown fox jumps over the lazy dog", 450


def read(name: str, split: Literal["train", "test"]) -> str:
    """A bundled text; every line ends with a line end.

    The emoji are sorted by kind. Here every TEST_EVERY-th one stands together, so that the end of the text, which is
    held out, has names of all kinds.

    Args:
        name: one of NAMES.
        split: "test" has every TEST_EVERY-th name, "train" the others; of "repeated" both are the same.
    """
    if name == "repeated":
        return f"{LINE}\n" * TIMES
    names = [english for english, _ in bundled.emoji_gallery().names]
    firsts = (0,) if split == "test" else range(1, TEST_EVERY)
    return "".join(f"{name}\n" for first in firsts for name in names[first::TEST_EVERY])
