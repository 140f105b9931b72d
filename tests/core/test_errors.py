"""The errors carry their sentence and values; numbers from outside are checked before anything is computed."""

import math

import pytest

from core.errors import CheckpointError, HubUnavailable, InputError, PretextError, whole, within


@pytest.mark.parametrize("kind", [InputError, CheckpointError, HubUnavailable])
def test_error_is_its_filled_sentence(kind: type[PretextError]) -> None:
    error = kind("A clip may last {limit} s; this one lasts {length} s.", limit=60, length="3{x}00")
    assert str(error) == "A clip may last 60 s; this one lasts 3{x}00 s."
    assert error.sentence == "A clip may last {limit} s; this one lasts {length} s."
    assert error.values == {"limit": 60, "length": "3{x}00"}
    assert isinstance(error, PretextError)


def test_missing_value_is_a_defect() -> None:
    with pytest.raises(KeyError):
        InputError("At most {limit} words.")


@pytest.mark.parametrize("value", [0, 1, 0.25, 1.0])
def test_within_returns_what_it_was_given(value: float) -> None:
    assert within(value, 0, 1) is value


@pytest.mark.parametrize("value", [-1e-9, 1.0000001, 2, -5, 10**400, -(10**400)])
def test_within_names_the_range(value: float) -> None:
    with pytest.raises(InputError, match="outside the range from 0 to 1"):
        within(value, 0, 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "0.5", True, [0.5], 1j])
def test_within_refuses_what_is_no_number(value: object) -> None:
    with pytest.raises(InputError, match=r"Give a plain number between 0 and 1\."):
        within(value, 0, 1)  # type: ignore[arg-type]


def test_whole_turns_floats_into_ints() -> None:
    assert whole(3.0, 1, 5) == 3
    assert type(whole(3.0, 1, 5)) is int


@pytest.mark.parametrize("value", [2.5, 0, 6, math.nan, "3", False, 10**400])
def test_whole_refuses_the_rest(value: object) -> None:
    with pytest.raises(InputError):
        whole(value, 1, 5)  # type: ignore[arg-type]
