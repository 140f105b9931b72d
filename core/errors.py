"""The errors a visitor or a researcher can act on, each one plain sentence.

The English sentence, with its {placeholders}, is also the key under which `demos/page/words.py` keeps the Chinese one.
Anything that is not one of these is a defect and crashes loudly into the log.
"""

import math


class PretextError(Exception):
    """A sentence with the values that belong into it.

    Args:
        sentence: plain English with {placeholders}; says what to do.
        values: what the placeholders stand for.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence = sentence
        self.values = values
        super().__init__(sentence.format(**values))


class InputError(PretextError):
    """The visitor's input cannot be used as it is."""


class CheckpointError(PretextError):
    """A checkpoint is missing, damaged or does not fit its card."""


class HubUnavailable(PretextError):
    """The Hugging Face Hub cannot be reached, or does not have what was asked for."""


class TrainingFailed(PretextError):
    """A training in the page ended by a defect."""


def within(value: float, low: float, high: float) -> float:
    """Return `value` as it came if it is a finite number in [low, high].

    Raises:
        InputError: not a number, not finite, or outside.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or (isinstance(value, float) and not math.isfinite(value)):  # an int may be too long for isfinite
        raise InputError("Give a plain number between {low} and {high}.", low=low, high=high)
    if not low <= value <= high:
        raise InputError("{value} is outside the range from {low} to {high}.", value=value, low=low, high=high)
    return value


def whole(value: float, low: int, high: int) -> int:
    """Return `value` as an int if it is a whole number in [low, high]; raises InputError like `within`."""
    if within(value, low, high) != int(value):
        raise InputError("Give a whole number between {low} and {high}.", low=low, high=high)
    return int(value)
