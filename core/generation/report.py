"""The results of the study from its recorded runs: `python -m core.generation.report` writes and prints them.

Every number comes from assets/results/generation/SET/ARM-SEED/run.json, the card of a run; the page draws its table and
figures from the report. Two arms are called different only if all seeds of one lie on one side of all seeds of the
other; arms with one seed are not compared.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core import checkpoints
from core.generation.evaluation import RESULTS, SETS
from core.generation.pretext import ARMS

REPORT = "report.json"
SHARES = ("precision", "recall")  # measured on SimCLR's features only
Verdict = Literal["lower", "higher", "undecided", "one_seed"]
# Published FIDs of SNGAN and SSGAN, which is the same with a rotation loss: set, without, with. Both from
# github.com/kwotsin/mimicry, with equal networks and training per set, 50,000 pictures of either kind. None may be
# compared with a distance measured here, only the directions.
PUBLISHED = (
    ("CIFAR-10, 32 px", 16.77, 14.65),
    ("STL-10, 48 px", 39.56, 37.06),
    ("CelebA, 128 px", 12.93, 15.18),
    ("LSUN-Bedroom, 128 px", 25.87, 12.02),
)


@dataclass(frozen=True)
class Spread:
    """One figure over the seeds of an arm.

    Attributes:
        values: one per seed.
        mean: of them.
        low: smallest.
        high: largest.
    """

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


@dataclass(frozen=True)
class Arm:
    """All runs of one arm on one set.

    Attributes:
        name: one of ARMS.
        seeds: of its runs.
        rows: row of the card without the set's name -> metric -> values over the seeds.
        steps: of one run.
        minutes: mean wall time of the training, on a machine that may have had other load.
        parameters: number of its generator's parameters.
    """

    name: str
    seeds: tuple[int, ...]
    rows: Mapping[str, Mapping[str, Spread]]
    steps: int
    minutes: float
    parameters: int


@dataclass(frozen=True)
class Study:
    """One set: its arms in the order of ARMS, and real pictures measured against real ones, by the same rows."""

    data: str
    arms: tuple[Arm, ...]
    floor: Mapping[str, Mapping[str, float]]

    def arm(self, name: str) -> Arm:
        """An arm by its name."""
        return next(arm for arm in self.arms if arm.name == name)


def read(data: str, root: Path = RESULTS) -> Study:
    """Read the recorded runs of a set; an arm without a run is left out."""
    arms = [_arm(name, data, runs) for name in ARMS if (runs := sorted((root / data).glob(f"{name}-*/run.json")))]
    real = json.loads((root / data / "real.json").read_text(encoding="utf-8"))["metrics"]
    return Study(data, tuple(arms), {_row(spec, data): metrics for spec, metrics in real.items()})


def _arm(name: str, data: str, paths: Sequence[Path]) -> Arm:
    runs = sorted(
        (json.loads(path.read_text(encoding="utf-8")) for path in paths), key=lambda run: run["recipe"]["seed"]
    )
    rows: dict[str, dict[str, Spread]] = {}
    for spec, metrics in runs[0]["metrics"].items():
        rows[_row(spec, data)] = {
            metric: Spread(tuple(float(run["metrics"][spec][metric]) for run in runs)) for metric in metrics
        }
    return Arm(
        name=name,
        seeds=tuple(run["recipe"]["seed"] for run in runs),
        rows=rows,
        steps=runs[0]["steps"],
        minutes=sum(run["wall_time_s"] for run in runs) / len(runs) / 60,
        parameters=runs[0]["parameters"],
    )


def _row(spec: str, data: str) -> str:
    """A card's row without the name of its set: "" for the first."""
    return spec.removeprefix(data).removeprefix(", ")


def compare(first: Spread, second: Spread) -> Verdict:
    """Whether all seeds of a figure are lower or higher than all seeds of another."""
    if len(first.values) < 2 or len(second.values) < 2:
        return "one_seed"
    if first.high < second.low:
        return "lower"
    return "higher" if first.low > second.high else "undecided"


def as_json(studies: Sequence[Study]) -> dict[str, Any]:
    """The report as it is stored, rounded to four digits."""
    return {study.data: _study(study) for study in studies}


def _study(study: Study) -> dict[str, Any]:
    return {
        "floor": {
            row: {metric: round(value, 4) for metric, value in metrics.items()} for row, metrics in study.floor.items()
        },
        "arms": {
            arm.name: {
                "seeds": list(arm.seeds),
                "steps": arm.steps,
                "minutes": round(arm.minutes, 2),
                "parameters": arm.parameters,
                "rows": {
                    row: {metric: [round(value, 4) for value in spread.values] for metric, spread in metrics.items()}
                    for row, metrics in arm.rows.items()
                },
            }
            for arm in study.arms
        },
    }


def stored(root: Path = RESULTS) -> tuple[Study, ...]:
    """Read the studies of the stored report."""
    found = json.loads((root / REPORT).read_text(encoding="utf-8"))
    return tuple(_restored(data, study) for data, study in found.items())


def _restored(data: str, study: Mapping[str, Any]) -> Study:
    arms = tuple(
        Arm(
            name,
            tuple(arm["seeds"]),
            {
                row: {metric: Spread(tuple(values)) for metric, values in metrics.items()}
                for row, metrics in arm["rows"].items()
            },
            arm["steps"],
            arm["minutes"],
            arm["parameters"],
        )
        for name, arm in study["arms"].items()
    )
    return Study(data, arms, study["floor"])


def table(study: Study) -> str:
    """A set's figures in Markdown: one line per arm, and one for real pictures."""
    rows = [row for row in study.arms[0].rows if "frechet" in study.arms[0].rows[row]]
    titles = [row or "SimCLR" for row in rows]
    head = ["arm", "seeds", *titles, *SHARES, "parameters"]
    lines = [head, ["---"] * len(head)]
    for arm in study.arms:
        first = arm.rows[""]
        figures = [as_text(arm.rows[row]["frechet"]) for row in rows]
        shares = [as_text(first[name], ".1%") for name in SHARES]
        lines.append([arm.name, str(len(arm.seeds)), *figures, *shares, f"{arm.parameters:,}"])
    floor = [f"{study.floor[row]['frechet']:.2f}" if row in study.floor else "" for row in rows]
    shares = [f"{study.floor[''][name]:.1%}" for name in SHARES]
    lines.append(["real pictures", "", *floor, *shares, ""])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_text(spread: Spread, form: str = ".2f") -> str:
    """Mean and range over seeds as text, each number by the format specification."""
    if len(spread.values) == 1:
        return f"{spread.mean:{form}}"
    return f"{spread.mean:{form}} ({spread.low:{form}} to {spread.high:{form}})"


def main() -> Path:
    """Read all recorded runs, print the tables and write the report; returns its path."""
    studies = [read(data) for data in SETS]
    for study in studies:
        print(f"{study.data}, Frechet distances (low is good)\n\n{table(study)}\n")
    path: Path = RESULTS / REPORT
    checkpoints.write_whole(path, (json.dumps(as_json(studies), indent=1) + "\n").encode())
    print(f"wrote {path}")
    return path


if __name__ == "__main__":
    main()
