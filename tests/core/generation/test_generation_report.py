"""The report: spreads and verdicts of hand-written runs, and stored numbers against recorded runs."""

import json
from pathlib import Path

import pytest

from core.generation import report
from core.generation.evaluation import RESULTS, SETS
from core.generation.pretext import ARMS
from core.generation.report import Arm, Spread, Study, as_json, as_text, compare, read, stored, table

needs_report = pytest.mark.skipif(
    not (RESULTS / report.REPORT).is_file(), reason="the study is not recorded yet: python -m core.generation.report"
)
NETWORK = "EfficientNet-Lite0"


def rows(data: str, first: float, second: float, *, shares: bool = True) -> dict[str, dict[str, float]]:
    """A card's metrics: two networks with few and many pictures."""
    coverage = {"precision": 0.61237, "recall": 0.125} if shares else {}
    return {
        data: {"frechet": first, "n": 100, **coverage},
        f"{data}, 10,000 samples": {"frechet": first - 0.5, "n": 100},
        f"{data}, {NETWORK}": {"frechet": second, "n": 100},
        f"{data}, {NETWORK}, 10,000 samples": {"frechet": second - 1.25, "n": 100},
    }


def write(root: Path, data: str, arm: str, seed: int, first: float, second: float) -> None:
    folder = root / data / f"{arm}-{seed}"
    folder.mkdir(parents=True)
    card = {
        "recipe": {"seed": seed, "arm": arm},
        "steps": 1500,
        "wall_time_s": 300.0 + 60 * seed,
        "parameters": 1000 + len(arm),
        "metrics": rows(data, first, second),
    }
    (folder / "run.json").write_text(json.dumps(card))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three seeds of three arms on one set, one of each on the other, written in no order."""
    for number, arm in enumerate(["mean", "references", "plain"]):
        for seed in (10, 0, 2):
            write(tmp_path, "cifar10", arm, seed, 20 + 3 * number + 0.123456 * seed, 50 + seed)
        write(tmp_path, "mnist", arm, 0, 5 + number, 9 - number)
    for data in SETS:
        (tmp_path / data / "real.json").write_text(json.dumps({"metrics": rows(data, 1.0, 2.0)}))
    return tmp_path


# --- gathering ---


def test_arms_keep_the_studys_order(root: Path) -> None:
    assert [arm.name for arm in read("cifar10", root).arms] == ["plain", "references", "mean"]
    assert read("cifar10", root).arm("mean").name == "mean"


def test_seeds_are_sorted_as_numbers(root: Path) -> None:
    found = read("cifar10", root).arm("plain")
    assert found.seeds == (0, 2, 10)
    assert found.rows[""]["frechet"].values == pytest.approx((26.0, 26.246912, 27.23456))
    assert found.rows[f"{NETWORK}, 10,000 samples"]["frechet"].values == (48.75, 50.75, 58.75)
    assert (found.steps, found.parameters) == (1500, 1005)
    assert found.minutes == pytest.approx((300 + 420 + 900) / 3 / 60)


def test_spread_is_mean_low_and_high(root: Path) -> None:
    found = read("cifar10", root).arm("references").rows[NETWORK]["frechet"]
    assert (found.mean, found.low, found.high) == (54, 50, 60)


def test_rows_lose_their_sets_name(root: Path) -> None:
    for data in SETS:
        found = read(data, root)
        expected = ["", "10,000 samples", NETWORK, f"{NETWORK}, 10,000 samples"]
        assert list(found.floor) == expected
        assert all(list(arm.rows) == expected for arm in found.arms)


def test_floor_is_that_of_real_pictures(root: Path) -> None:
    found = read("mnist", root)
    assert found.floor[""] == {"frechet": 1.0, "n": 100, "precision": 0.61237, "recall": 0.125}
    assert found.floor[f"{NETWORK}, 10,000 samples"]["frechet"] == 0.75


# --- verdicts ---


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((1.0, 2.0, 1.5), (2.1, 4.0, 3.0), "lower"),
        ((2.1, 4.0, 3.0), (1.0, 2.0, 1.5), "higher"),
        ((1.0, 3.0, 1.5), (2.0, 4.0, 5.0), "undecided"),
        ((1.0, 9.0), (2.0, 3.0), "undecided"),
        ((1.0, 2.0), (2.0, 3.0), "undecided"),
        ((2.0, 3.0), (1.0, 2.0), "undecided"),
        ((1.0,), (2.0, 3.0), "one_seed"),
        ((1.0, 2.0), (9.0,), "one_seed"),
    ],
)
def test_arms_differ_without_overlapping_seeds(
    first: tuple[float, ...], second: tuple[float, ...], expected: str
) -> None:
    assert compare(Spread(first), Spread(second)) == expected


# --- storing and showing ---


def trace(root: Path) -> int:
    """Compare every number of root/report.json with the runs; returns how many were compared."""
    stored_numbers, seen = json.loads((root / report.REPORT).read_text()), 0
    for data, study in stored_numbers.items():
        real = json.loads((root / data / "real.json").read_text())["metrics"]
        for row, metrics in study["floor"].items():
            for metric, value in metrics.items():
                assert value == round(real[f"{data}, {row}" if row else data][metric], 4)
                seen += 1
        for name, arm in study["arms"].items():
            runs = [json.loads((root / data / f"{name}-{seed}" / "run.json").read_text()) for seed in arm["seeds"]]
            assert [run["recipe"]["seed"] for run in runs] == arm["seeds"]
            assert {run["steps"] for run in runs} == {arm["steps"]}
            assert {run["parameters"] for run in runs} == {arm["parameters"]}
            assert arm["minutes"] == pytest.approx(sum(run["wall_time_s"] for run in runs) / 60 / len(runs), abs=0.0051)
            for row, metrics in arm["rows"].items():
                for metric, values in metrics.items():
                    spec = f"{data}, {row}" if row else data
                    assert values == [round(run["metrics"][spec][metric], 4) for run in runs], (
                        data,
                        name,
                        spec,
                        metric,
                    )
                    seen += len(values)
    return seen


@pytest.fixture
def written(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Write the report of the hand-written runs; returns what was printed."""
    monkeypatch.setattr(report, "RESULTS", root)
    monkeypatch.setattr(report.read, "__defaults__", (root,))
    assert report.main() == root / report.REPORT
    return capsys.readouterr().out


def test_report_numbers_are_in_runs(root: Path, written: str) -> None:
    assert trace(root) == (3 * 3 + 3) * 10 + 2 * 10
    assert list(json.loads((root / report.REPORT).read_text())) == list(SETS)


def test_stored_report_is_read_back(root: Path, written: str) -> None:
    for found, data in zip(stored(root), SETS, strict=True):
        fresh = read(data, root)
        assert found.data == data
        assert [(a.name, a.seeds, a.steps, a.parameters) for a in found.arms] == [
            (a.name, a.seeds, a.steps, a.parameters) for a in fresh.arms
        ]
        for ours, theirs in zip(found.arms, fresh.arms, strict=True):
            assert ours.minutes == pytest.approx(theirs.minutes, abs=0.0051)
            assert list(ours.rows) == list(theirs.rows)
            for row, metrics in theirs.rows.items():
                for metric, spread in metrics.items():
                    assert ours.rows[row][metric].values == pytest.approx(spread.values, abs=0.000051)
    assert as_json(stored(root)) == json.loads((root / report.REPORT).read_text()), "rounding twice changes nothing"


def test_table_has_one_line_per_arm(root: Path, written: str) -> None:
    for data in SETS:
        found = read(data, root)
        lines = table(found).splitlines()
        assert table(found) in written
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        assert [row[0] for row in cells] == ["arm", "---", "plain", "references", "mean", "real pictures"]
        assert len({len(row) for row in cells}) == 1
        assert cells[0][2:4] == ["SimCLR", "10,000 samples"]
    last = [cell.strip() for cell in table(read("cifar10", root)).splitlines()[2].strip("|").split("|")]
    assert last[:3] == ["plain", "3", "26.49 (26.00 to 27.23)"]
    assert last[-3:] == ["61.2% (61.2% to 61.2%)", "12.5% (12.5% to 12.5%)", "1,005"]


def test_one_seed_has_no_range() -> None:
    assert as_text(Spread((3.14159,))) == "3.14"
    assert as_text(Spread((3.0, 1.0, 2.6))) == "2.20 (1.00 to 3.00)"
    assert as_text(Spread((0.03, 0.01)), ".1%") == "2.0% (1.0% to 3.0%)"


def test_missing_floor_stays_empty() -> None:
    seen = {"frechet": Spread((2.0,)), "precision": Spread((0.5,)), "recall": Spread((0.25,))}
    arm = Arm("plain", (0,), {"": seen, "FID": {"frechet": Spread((3.0,))}}, 10, 1.0, 5)
    lines = table(Study("mnist", (arm,), {"": {"frechet": 0.1, "precision": 0.9, "recall": 0.8}})).splitlines()
    assert lines[-1] == "| real pictures |  | 0.10 |  | 90.0% | 80.0% |  |"
    assert lines[-2] == "| plain | 1 | 2.00 | 3.00 | 50.0% | 25.0% | 5 |"


# FIDs in the README of github.com/kwotsin/mimicry, of two methods that differ by the rotation loss alone.
SNGAN = {"CIFAR-10, 32 px": 16.77, "STL-10, 48 px": 39.56, "CelebA, 128 px": 12.93, "LSUN-Bedroom, 128 px": 25.87}
SSGAN = {"CIFAR-10, 32 px": 14.65, "STL-10, 48 px": 37.06, "CelebA, 128 px": 15.18, "LSUN-Bedroom, 128 px": 12.02}


def test_published_pairs_are_of_one_method() -> None:
    """Every row has the FID of SNGAN and of the same with the rotation loss, whether it helps or not."""
    assert {name: without for name, without, _ in report.PUBLISHED} == SNGAN
    assert {name: having for name, _, having in report.PUBLISHED} == SSGAN


# --- the study as it is recorded ---


@needs_report
def test_stored_report_matches_recorded_runs() -> None:
    found = json.loads((RESULTS / report.REPORT).read_text())
    assert found == as_json([read(data) for data in SETS])


@needs_report
def test_stored_numbers_are_in_recorded_runs() -> None:
    assert trace(RESULTS) > 100


@needs_report
def test_description_states_every_arms_parameters() -> None:
    """The arms are not equal in all else, and docs/ says so."""
    text = (Path(__file__).parents[3] / "docs" / "tabs.md").read_text(encoding="utf-8")
    for study in stored():
        assert len({arm.parameters for arm in study.arms}) > 1
        assert all(f"{arm.parameters:,} parameters" in text or f"{arm.parameters:,} (" in text for arm in study.arms)


@needs_report
def test_arms_have_equal_training_steps() -> None:
    for study in stored():
        assert tuple(arm.name for arm in study.arms) == ARMS
        assert len({arm.steps for arm in study.arms}) == 1
        assert all(0 in arm.seeds for arm in study.arms), "the first seed is the one that ships"
        for path in (RESULTS / study.data).glob("*/run.json"):
            run = json.loads(path.read_text())
            assert path.parent.name == f"{run['recipe']['arm']}-{run['recipe']['seed']}"
            assert (path.parent / "metrics.jsonl").is_file()
