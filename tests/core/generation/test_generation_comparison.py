"""Which arms differ: by both networks and all seeds, by precision and recall, and the rule's false positive rate."""

import itertools
import json

import pytest

from core.generation import comparison, report
from core.generation.comparison import Sides
from core.generation.evaluation import EFFICIENTNET, RESULTS
from core.generation.explore import CONDITIONED
from core.generation.pretext import ARMS
from core.generation.report import Arm, Spread, Study

NONE = Sides((), (), ARMS[1:])


def study(values: dict[str, tuple[list[float], list[float]]]) -> Study:
    """A study of made-up distances: arm -> by SimCLR's features, by EfficientNet's."""
    arms = tuple(
        Arm(
            arm,
            tuple(range(len(ours))),
            {
                "": {
                    "frechet": Spread(tuple(ours)),
                    "precision": Spread(tuple(PRECISION[arm][: len(ours)])),
                    "recall": Spread(tuple(RECALL[arm][: len(ours)])),
                },
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


PRECISION = {arm: [0.5, 0.6] for arm in ARMS} | {"mean": [0.61, 0.7], "untrained": [0.4, 0.5]}
RECALL = {
    "plain": [0.07, 0.12],
    "rotation": [0.06, 0.15],
    "contrastive": [0.13, 0.2],
    "references": [0.044, 0.02],
    "untrained": [0.03, 0.005],
    "mean": [0.03, 0.069],
}
MADE_UP = {
    "plain": ([10.0, 11.0], [100.0, 110.0]),
    "rotation": ([8.0, 9.0], [80.0, 90.0]),
    "contrastive": ([12.0, 13.0], [120.0, 130.0]),
    "references": ([8.0, 9.0], [105.0, 106.0]),
    "untrained": ([20.0, 21.0], [200.0, 210.0]),
    "mean": ([8.5, 8.6], [101.0, 120.0]),
}


def test_arms_differ_if_both_networks_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "study", lambda data: study(MADE_UP))
    found = comparison.findings()
    assert found.seeds == 2
    assert found.distance.lower == ("rotation",)
    assert found.distance.higher == ("contrastive", "untrained")
    assert found.distance.undecided == ("references", "mean"), "lower on one network only"
    assert found.control == "lower"
    assert found.attention == "undecided"
    assert found.order == ("rotation", "plain", "references", "mean", "contrastive", "untrained")


def test_shares_are_compared_like_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "study", lambda data: study(MADE_UP))
    found = comparison.findings()
    assert found.recall == Sides(("references", "untrained", "mean"), ("contrastive",), ("rotation",))
    assert found.precision == Sides((), ("mean",), ("rotation", "contrastive", "references", "untrained"))


def test_text_names_arms_and_ranges() -> None:
    text = comparison.as_text(study(MADE_UP))
    assert "distance on both networks: lower rotation; higher contrastive, untrained." in text
    assert (
        "recall (SimCLR): lower references, untrained, mean (0.5% to 6.9%); higher contrastive (13.0% to 20.0%)" in text
    )
    assert "plain 7.0% to 12.0%" in text
    assert "precision (SimCLR): lower none; higher mean (61.0% to 70.0%)" in text
    assert "33%" in text, "the false positive rate with two seeds"
    single = {arm: (ours[:1], theirs[:1]) for arm, (ours, theirs) in MADE_UP.items()}
    assert "once" in comparison.as_text(study(single))


@pytest.mark.parametrize(("data", "lower"), [("cifar10", CONDITIONED), ("mnist", ())])
def test_recorded_recall_separates_references(data: str, lower: tuple[str, ...]) -> None:
    """On CIFAR-10 every run with references draws less of the real pictures than every plain run."""
    runs: dict[str, list[float]] = {arm: [] for arm in ("plain", *CONDITIONED)}
    for path in (RESULTS / data).glob("*/run.json"):
        arm = path.parent.name.rpartition("-")[0]
        if arm in runs:
            runs[arm].append(json.loads(path.read_text())["metrics"][data]["recall"])
    below = tuple(arm for arm in CONDITIONED if max(runs[arm]) < min(runs["plain"]))
    assert below == lower == comparison.findings(data).recall.lower


def test_one_seed_compares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    single = {arm: (ours[:1], theirs[:1]) for arm, (ours, theirs) in MADE_UP.items()}
    monkeypatch.setattr(comparison, "study", lambda data: study(single))
    found = comparison.findings()
    assert (found.seeds, found.control) == (1, "one_seed")
    assert found.distance == found.precision == found.recall == Sides((), (), ARMS[1:])


@pytest.mark.parametrize("seeds", [2, 3])
def test_false_positive_rate_counts_all_orders(seeds: int) -> None:
    ranks = range(2 * seeds)
    parted = [max(first) < seeds or min(first) >= seeds for first in itertools.combinations(ranks, seeds)]
    found = comparison.Findings(seeds, ARMS, NONE, NONE, NONE, "undecided", "undecided")
    assert found.false_positive_rate == pytest.approx(sum(parted) / len(parted))


def test_recorded_distances_are_the_shipped_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "study", lambda data: study(MADE_UP))
    assert comparison.recorded("plain") == ((5_000, 10.0), (10_000, 9.0)), "not the mean over seeds"
    assert report.compare(Spread((1.0,)), Spread((2.0, 3.0))) == "one_seed"
