"""Which arms part from which: judged by both networks, by all seeds, and told how much luck could do."""

import itertools

import pytest

from core.generation import comparison, report
from core.generation.evaluation import EFFICIENTNET
from core.generation.pretext import ARMS
from core.generation.report import Arm, Spread, Study


def study(values: dict[str, tuple[list[float], list[float]]]) -> Study:
    """A study of made-up distances: arm -> by SimCLR's features, by EfficientNet's."""
    arms = tuple(
        Arm(
            arm,
            tuple(range(len(ours))),
            {
                "": {"frechet": Spread(tuple(ours))},
                EFFICIENTNET: {"frechet": Spread(tuple(theirs))},
                "10,000 samples": {"frechet": Spread(tuple(value - 1 for value in ours))},
            },
            100,
            1.0,
            10,
        )
        for arm, (ours, theirs) in values.items()
    )
    return Study("cifar10", arms, {})


MADE_UP = {
    "plain": ([10.0, 11.0], [100.0, 110.0]),
    "rotation": ([8.0, 9.0], [80.0, 90.0]),
    "contrastive": ([12.0, 13.0], [120.0, 130.0]),
    "references": ([8.0, 9.0], [105.0, 106.0]),
    "untrained": ([20.0, 21.0], [200.0, 210.0]),
    "mean": ([8.5, 8.6], [101.0, 120.0]),
}


def test_an_arm_parts_only_if_both_networks_and_all_seeds_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "study", lambda data: study(MADE_UP))
    found = comparison.findings()
    assert found.seeds == 2
    assert found.lower == ("rotation",)
    assert found.higher == ("contrastive", "untrained")
    assert found.undecided == ("references", "mean"), "lower by our own network alone"
    assert found.control == "lower"
    assert found.attention == "apart_not"
    assert found.order == ("rotation", "plain", "references", "mean", "contrastive", "untrained")


def test_one_seed_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    single = {arm: (ours[:1], theirs[:1]) for arm, (ours, theirs) in MADE_UP.items()}
    monkeypatch.setattr(comparison, "study", lambda data: study(single))
    found = comparison.findings()
    assert (found.seeds, found.lower, found.higher, found.control) == (1, (), (), "one_seed")
    assert found.undecided == ARMS[1:]


@pytest.mark.parametrize("seeds", [2, 3])
def test_luck_is_counted_over_all_orders(seeds: int) -> None:
    ranks = range(2 * seeds)
    parted = [max(first) < seeds or min(first) >= seeds for first in itertools.combinations(ranks, seeds)]
    found = comparison.Findings(seeds, ARMS, (), (), ARMS[1:], "apart_not", "apart_not")
    assert found.luck == pytest.approx(sum(parted) / len(parted))


def test_the_record_is_of_the_generator_that_ships_the_fewest_pictures_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "study", lambda data: study(MADE_UP))
    assert comparison.recorded("plain") == ((5_000, 10.0), (10_000, 9.0)), "not the mean over seeds: that is another's"
    assert report.compare(Spread((1.0,)), Spread((2.0, 3.0))) == "one_seed"
