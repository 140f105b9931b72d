"""Two methods asked the same questions: is one of them right more often than chance explains?"""

import math


def mcnemar(first_only: int, second_only: int) -> float:
    """Exact two-sided McNemar test: how probable chance alone makes a split of the discordant cases at least so uneven.

    McNemar 1947, "Note on the sampling error of the difference between correlated proportions or percentages", as the
    sign test: under chance each case that only one of two methods gets right is a fair coin.

    Args:
        first_only: cases that only the first method gets right.
        second_only: cases that only the second method gets right.

    Returns:
        The p-value, 0..1; 1 if there is no such case.
    """
    total, fewer = first_only + second_only, min(first_only, second_only)
    tail = sum(math.comb(total, k) for k in range(fewer + 1))
    return min(1.0, tail / float(2 ** (total - 1))) if total else 1.0
