"""What the record says of the arms: the study of a set, and which arms part from which by more than seeds differ."""

import functools
import math
from dataclasses import dataclass

from core.errors import InputError
from core.generation import report
from core.generation.evaluation import EFFICIENTNET, SAMPLES, SETS, SHIPPED
from core.generation.pretext import ARMS
from core.generation.report import Study, Verdict


@dataclass(frozen=True)
class Findings:
    """Which arms part from the plain GAN on a set, by both networks' features at 5,000 pictures.

    Attributes:
        seeds: of each arm; with one nothing is judged.
        order: all arms, the lowest distance on EfficientNet's features first.
        lower: arms whose distance is lower than the plain one's on both by more than seeds differ.
        higher: likewise higher.
        undecided: the others.
        control: references of the trained encoder against those of the untrained one.
        attention: references weighed by attention against their mean.
    """

    seeds: int
    order: tuple[str, ...]
    lower: tuple[str, ...]
    higher: tuple[str, ...]
    undecided: tuple[str, ...]
    control: Verdict
    attention: Verdict

    @property
    def luck(self) -> float:
        """How often two arms that are alike part by luck on one network: of all orders of 2n numbers, in two."""
        return 2 / math.comb(2 * self.seeds, self.seeds)


@functools.cache
def study(data: str = SETS[0]) -> report.Study:
    """What was found on a set.

    Raises:
        InputError: another set.
    """
    for found in report.stored():
        if found.data == data:
            return found
    raise InputError("Choose one of the models offered.")


def recorded(arm: str, data: str = SETS[0]) -> tuple[tuple[int, float], ...]:
    """(number of pictures, distance on SimCLR features) on record of the generator that ships, the fewest first."""
    found = study(data).arm(arm)
    many = next(row for row in found.rows if row.endswith("samples") and row.count(",") == 1)
    ours = found.seeds.index(SHIPPED)
    few, more = (found.rows[row]["frechet"].values[ours] for row in ("", many))
    return ((SAMPLES, few), (int(many.split()[0].replace(",", "")), more))


def findings(data: str = SETS[0]) -> Findings:
    """What the record says of the arms on a set.

    Raises:
        InputError: another set.
    """
    found = study(data)
    others = [arm for arm in ARMS if arm != "plain"]
    verdicts = {arm: _on_both(found, arm, "plain") for arm in others}
    distances = {arm.name: arm.rows[EFFICIENTNET]["frechet"].mean for arm in found.arms}
    return Findings(
        seeds=min(len(arm.seeds) for arm in found.arms),
        order=tuple(sorted(distances, key=lambda arm: distances[arm])),
        lower=tuple(arm for arm in others if verdicts[arm] == "lower"),
        higher=tuple(arm for arm in others if verdicts[arm] == "higher"),
        undecided=tuple(arm for arm in others if verdicts[arm] not in ("lower", "higher")),
        control=_on_both(found, "references", "untrained"),
        attention=_on_both(found, "references", "mean"),
    )


def _on_both(found: Study, first: str, second: str) -> Verdict:
    """How two arms differ if both networks' features agree on it."""
    told = {
        report.compare(*(found.arm(arm).rows[row]["frechet"] for arm in (first, second))) for row in ("", EFFICIENTNET)
    }
    return told.pop() if len(told) == 1 else "apart_not"
