"""McNemar's test against SciPy and by hand."""

import pytest

from core.downstream.paired import mcnemar


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (5, 5), (36, 37), (26, 50), (40, 2), (0, 12)])
def test_mcnemar_equals_scipys_binomial_test(first: int, second: int) -> None:
    from scipy.stats import binomtest

    expected = binomtest(first, first + second, 0.5).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, abs=1e-12)
    assert mcnemar(second, first) == mcnemar(first, second)


def test_mcnemar_by_hand() -> None:
    assert mcnemar(0, 5) == 2 / 32, "two of the 32 ways that five coins fall"
