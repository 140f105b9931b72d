"""Comparisons of the recorded arms: the study of a set, and which arms differ by more than their seeds do."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.generation import report
from core.generation.evaluation import EFFICIENTNET, SAMPLES, SETS, SHIPPED
from core.generation.pretext import ARMS
from core.generation.report import Study, Verdict


@dataclass(frozen=True)
class Sides:
    """On which side of the plain GAN the other arms lie by one figure.

    Attributes:
        lower: arms of which all seeds are lower than all seeds of the plain GAN.
        higher: likewise higher.
        undecided: the others.
    """

    lower: tuple[str, ...]
    higher: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """Which arms differ from the plain GAN on a set, at 5,000 pictures.

    Attributes:
        seeds: of each arm; with one seed no arm is compared.
        order: all arms, the lowest distance on EfficientNet's features first.
        distance: an arm is lower or higher only if it is so by both networks' features.
        precision: by SimCLR's features, the only ones it is measured on.
        recall: likewise.
        control: references of the trained encoder against those of the untrained one, by distance on both networks.
        attention: references weighed by attention against their mean, likewise.
    """

    seeds: int
    order: tuple[str, ...]
    distance: Sides
    precision: Sides
    recall: Sides
    control: Verdict
    attention: Verdict

    @property
    def false_positive_rate(self) -> float:
        """Probability that two equal arms differ by one figure: two of all orders of 2n numbers separate them."""
        return 2 / math.comb(2 * self.seeds, self.seeds)


@functools.cache
def study(data: str = SETS[0]) -> report.Study:
    """The recorded study of a set.

    Raises:
        InputError: no such set.
    """
    for found in report.stored():
        if found.data == data:
            return found
    raise InputError("Choose one of the models offered.")


def recorded(arm: str, data: str = SETS[0]) -> tuple[tuple[int, float], ...]:
    """The shipped generator's recorded (number of pictures, distance on SimCLR features), fewest pictures first.

    Raises:
        InputError: no such arm or set.
    """
    if arm not in ARMS:
        raise InputError("Choose one of the models offered.")
    found = study(data).arm(arm)
    many = next(row for row in found.rows if row.endswith("samples") and row.count(",") == 1)
    ours = found.seeds.index(SHIPPED)
    few, more = (found.rows[row]["frechet"].values[ours] for row in ("", many))
    return ((SAMPLES, few), (int(many.split()[0].replace(",", "")), more))


def findings(data: str = SETS[0]) -> Findings:
    """Compare the recorded arms of a set.

    Raises:
        InputError: no such set.
    """
    return _compare(study(data))


def _compare(found: Study) -> Findings:
    distances = {arm.name: arm.rows[EFFICIENTNET]["frechet"].mean for arm in found.arms}
    return Findings(
        seeds=min(len(arm.seeds) for arm in found.arms),
        order=tuple(sorted(distances, key=lambda arm: distances[arm])),
        distance=_sides(found, "frechet", ("", EFFICIENTNET)),
        precision=_sides(found, "precision"),
        recall=_sides(found, "recall"),
        control=_verdict(found, "references", "untrained", "frechet", ("", EFFICIENTNET)),
        attention=_verdict(found, "references", "mean", "frechet", ("", EFFICIENTNET)),
    )


def _sides(found: Study, metric: str, rows: Sequence[str] = ("",)) -> Sides:
    others = [arm for arm in ARMS if arm != "plain"]
    verdicts = {arm: _verdict(found, arm, "plain", metric, rows) for arm in others}
    lower, higher = (tuple(arm for arm in others if verdicts[arm] == side) for side in ("lower", "higher"))
    return Sides(lower, higher, tuple(arm for arm in others if arm not in lower + higher))


def _verdict(found: Study, first: str, second: str, metric: str, rows: Sequence[str]) -> Verdict:
    """The verdict on two arms if all rows agree; undecided otherwise."""
    verdicts = {report.compare(*(found.arm(arm).rows[row][metric] for arm in (first, second))) for row in rows}
    return verdicts.pop() if len(verdicts) == 1 else "undecided"


def joined(found: Study, arms: Sequence[str], metric: str) -> report.Spread:
    """A figure on SimCLR's features over all seeds of some arms, at least one."""
    return report.Spread(tuple(value for arm in arms for value in found.arm(arm).rows[""][metric].values))


def as_text(found: Study) -> str:
    """The findings on a set as a list in Markdown, for docs/."""
    seen = _compare(found)
    if seen.seeds < 2:
        return "Each arm was trained once: no arm is called different."
    rate = f"{seen.false_positive_rate:.0%}"
    distance = f"lower {_names(seen.distance.lower)}; higher {_names(seen.distance.higher)}"
    lines = [
        f"Arms that lie on one side of the plain GAN with all seeds (false positive rate per figure: {rate}):\n",
        f"- distance on both networks: {distance}.",
    ]
    for metric, sides in (("precision", seen.precision), ("recall", seen.recall)):
        lower, higher = (_names(arms, _range(found, arms, metric)) for arms in (sides.lower, sides.higher))
        plain = _range(found, ["plain"], metric)
        lines.append(f"- {metric} (SimCLR): lower {lower}; higher {higher}; plain {plain}.")
    return "\n".join(lines)


def _names(arms: Sequence[str], values: str = "") -> str:
    if not arms:
        return "none"
    return f"{', '.join(arms)} ({values})" if values else ", ".join(arms)


def _range(found: Study, arms: Sequence[str], metric: str) -> str:
    if not arms:
        return ""
    spread = joined(found, arms, metric)
    return f"{spread.low:.1%} to {spread.high:.1%}"
