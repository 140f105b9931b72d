"""What `make fast` leaves out are tests that exist, whatever their parameters."""

import ast

import pytest

from tests.browser.serving import ROOT
from tests.slow import file_of, is_slow, listed


def test_listed_tests_exist() -> None:
    there: set[str] = set()
    for file in {file_of(name) for name in listed()}:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        there |= {file, *(f"{file}::{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef))}
    assert listed() - there == set(), "run `make slow`"


@pytest.mark.parametrize("value", ["a", "b::c[d]"])
def test_parameters_make_no_difference(value: str) -> None:
    name = next(each for each in sorted(listed()) if "::" in each)
    assert is_slow(f"{name}[{value}]")
    assert not is_slow(f"{name}_of_another_name[{value}]")
