"""Findings on curves made by hand, on both sides of each border, and on recorded runs; reading CSVs and folders."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import InputError
from core.training import curves as reading
from core.training import diagnosis, rules, runs
from core.training.curves import Curves, from_csv, from_folder, from_rows
from core.training.diagnosis import Chance, diagnose
from core.training.findings import EXPLANATIONS, fields
from core.training.recipe import Recipe
from tests.bench import diagnosis as bench
from tests.bench.diagnosis import expected, read

STEPS = np.arange(0, 600, 20)
FALLING = 1.0 + np.exp(-STEPS / 60)  # from 2 to 1, flat at the end
CURVES = Path(__file__).parent / "curves"
LONG = CURVES / "gpt2-long-0.jsonl"  # the usual recipe for 40 s, every third row
RECORDED = sorted({*CURVES.glob("*.jsonl")} - {LONG})


def curves(method: str = "", /, **columns: Sequence[float] | NDArray[np.float64] | float) -> Curves:
    """Curves of 30 rows; a number stands for a constant column."""
    given = {"loss": FALLING} | columns
    values = {name: np.broadcast_to(np.asarray(column, float), STEPS.shape) for name, column in given.items()}
    rows = [{"step": int(step)} | {name: float(v[i]) for name, v in values.items()} for i, step in enumerate(STEPS)]
    return from_rows(rows, method, {"batch": 128})


def towards(first: float, last: float) -> list[float]:
    """A column that starts at one value and stays at another from the second row on."""
    return [first] + [last] * (len(STEPS) - 1)


def conditions(found: Curves, chance: Chance | None = None) -> list[str]:
    return [finding.condition for finding in diagnose(found, chance)]


# --- one rule after another ---


def test_a_loss_that_falls_and_flattens_is_normal() -> None:
    (found,) = diagnose(curves(knn=towards(0.3, 0.5)))
    assert found.condition == "normal"
    assert found.numbers == pytest.approx({"first_loss": 2.0, "loss": 1.0, "first_knn": 0.3, "knn": 0.5}, abs=1e-3)


BORDERS: dict[str, tuple[Curves, Curves]] = {  # condition -> a run that has it, and one just beside
    "not_finite": (curves(loss=[*FALLING[:-1], math.nan]), curves()),
    "diverged": (curves(loss=[*FALLING[:15], *[1.6] * 15]), curves(loss=[*FALLING[:15], *[1.4] * 15])),
    "posterior_collapse": (curves(kl=0.5, active=0), curves(kl=12, active=6)),
    "collapsed": (
        curves(spread=towards(0.5, 0.01), rank=towards(50, 2)),
        curves(spread=towards(0.5, 0.01), rank=towards(50, 40)),
    ),
    "dead_codes": (curves(used=20, codes=128), curves(used=60, codes=128)),
    "shortcut": (
        curves("rotation", loss=towards(1.4, 0.1), accuracy=towards(0.25, 0.99), knn=towards(0.3, 0.3)),
        curves("rotation", loss=towards(1.4, 0.1), accuracy=towards(0.25, 0.99), knn=towards(0.3, 0.4)),
    ),
    "memorising": (
        curves(seen_loss=2 - STEPS / 400, held_out_loss=[2.0] * 5 + [1.5] * 5 + [1.9] * 20),
        curves(seen_loss=2 - STEPS / 400, held_out_loss=2 - STEPS / 500),
    ),
    "too_easy": (curves(relative_mse=towards(1, 0.1)), curves(relative_mse=towards(1, 0.5))),
    "uniform": (
        curves("rotation", loss=math.log(4), accuracy=0.25),
        curves("rotation", loss=math.log(4) - 0.02, accuracy=towards(0.25, 0.34)),
    ),
    "dimensional_collapse": (
        curves(spread=0.5, rank=towards(50, 10), knn=towards(0.4, 0.35)),
        curves(spread=0.5, rank=towards(50, 40), knn=towards(0.4, 0.35)),
    ),
    "unregularised": (curves(kl=200, active=10), curves(kl=20, active=10)),
    "flat": (curves(loss=towards(2, 1.99)), curves(loss=towards(2, 1.97))),
    "bad_start": (curves("contrastive", loss=[40.0, *[4.0] * 29]), curves("contrastive", loss=[5.6, *[4.0] * 29])),
}


@pytest.mark.parametrize("condition", BORDERS)
def test_a_condition_is_found_on_its_side_of_the_border(condition: str) -> None:
    having, beside = BORDERS[condition]
    assert conditions(having) == [condition]
    assert conditions(beside) == ["normal"]


def test_every_condition_can_be_found() -> None:
    assert {*BORDERS, "normal", "still_improving", "too_short"} == EXPLANATIONS.keys()


def test_chance_level_of_the_loss_is_a_closed_form() -> None:
    def level(name: str, /, **recipe: object) -> float:
        found = diagnosis.chance_of(Curves({}, name, recipe))
        return math.nan if found is None else found.loss

    assert level("rotation") == pytest.approx(math.log(4))
    assert level("contrastive", batch=128) == pytest.approx(math.log(255))
    assert level("contrastive", method="moco", batch=8, queue=1024) == pytest.approx(math.log(1025))
    assert math.isnan(level("contrastive", batch=128, negatives=False)), "without negatives nothing is guessed"
    assert math.isnan(level("contrastive")), "a recipe without its batch"
    assert math.isnan(level("masked"))


def test_a_constant_loss_is_uniform_only_at_the_chance_level_given() -> None:
    flat = curves(loss=math.log(100))
    assert conditions(flat, Chance(math.log(100))) == ["uniform"]
    assert conditions(flat, Chance(math.log(100) / 0.9)) == ["normal"]
    assert conditions(flat) == ["flat"]
    falling = curves(loss=np.linspace(1.7, 1.4, len(STEPS)))
    assert "uniform" not in conditions(falling, Chance(1.4)), "it only passes chance level"


def test_noise_is_no_improvement() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, len(STEPS))
    steady = 2 - STEPS / 600
    assert conditions(curves(loss=steady + noise / 5)) == ["normal", "still_improving"]
    assert conditions(curves(loss=2 + noise)) == ["flat"]
    assert conditions(curves(loss=2 + STEPS / 3000)) == ["flat"], "a rise is none"


def test_a_collapse_is_a_small_spread_unless_the_task_is_solved() -> None:
    assert conditions(curves(spread=0.02)) == ["collapsed"]
    assert conditions(curves(spread=0.05)) == ["normal"], "without a rank that is not enough"
    solved = {"accuracy": towards(0.25, 0.99), "knn": towards(0.3, 0.3)}
    assert conditions(curves("rotation", spread=0.02, rank=towards(50, 10), **solved)) == ["shortcut"]
    points = towards(-0.2, -0.001)
    assert conditions(curves(spread=0.6, uniformity=points)) == ["collapsed"], "of the projections alone"


def test_a_text_is_judged_by_its_bits() -> None:
    assert conditions(curves(bits=4.5, unigram_bits=4.6)) == ["uniform"]
    assert conditions(curves(bits=3.5, unigram_bits=4.6)) == ["normal"]
    assert conditions(curves(bits=0.1, unigram_bits=4.6)) == ["too_easy"]


def test_an_easy_mask_is_one_whose_features_do_not_gain() -> None:
    errors = towards(1, 0.38)
    assert conditions(curves(relative_mse=errors, knn=towards(0.3, 0.32))) == ["too_easy"]
    assert conditions(curves(relative_mse=errors, knn=towards(0.3, 0.4))) == ["normal"]


def test_a_shortcut_is_found_while_it_is_learned() -> None:
    half = {"loss": towards(1.4, 0.9), "accuracy": towards(0.25, 0.6)}
    assert conditions(curves("rotation", knn=towards(0.3, 0.3), **half)) == ["shortcut"]
    assert conditions(curves("rotation", knn=towards(0.3, 0.35), **half)) == ["normal"]


def test_a_failure_hides_what_follows_from_it() -> None:
    points = {"spread": towards(0.5, 0.0), "rank": towards(50, 1.0), "knn": towards(0.4, 0.1)}
    assert conditions(curves("rotation", loss=math.log(4), accuracy=0.25, **points)) == ["collapsed"]
    assert conditions(curves(kl=0.0, active=0, **points)) == ["posterior_collapse"]
    assert conditions(curves(used=1, codes=128, **points)) == ["collapsed", "dead_codes"], "another cause is kept"


def test_an_overflow_is_found_in_what_is_measured() -> None:
    rank = [*[10.0] * 20, math.nan, *[10.0] * 9]
    (found,) = diagnose(curves(rank=rank, spread=[*[0.5] * 29, math.inf]))
    assert (found.condition, found.numbers) == ("not_finite", {"step": 400.0})


def test_few_rows_are_not_judged() -> None:
    rows = [{"step": step, "loss": 1.0} for step in range(rules.ROWS)]
    assert conditions(from_rows(rows[:-1])) == ["too_short"]
    assert conditions(from_rows(rows)) == ["flat"]
    assert conditions(from_rows([{"step": 0, "loss": math.inf}])) == ["not_finite"]


def test_a_log_of_every_step_says_what_its_means_say() -> None:
    """A metrics.jsonl has thousands of noisy losses and few measurements."""
    rng = np.random.default_rng(0)
    rows: list[dict[str, float]] = []
    for step in range(3000):
        row = {"step": step, "loss": 5.5 - 2 * step / 3000 + float(rng.normal(0, 0.3)), "accuracy": 0.3}
        rows.append(row | ({"knn": 0.3 + step / 10000, "rank": 30.0} if step % 100 == 0 else {}))
    assert conditions(from_rows(rows, "contrastive", {"batch": 128})) == ["normal", "still_improving"]


# --- recorded runs ---


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_run_is_what_its_name_says(path: Path) -> None:
    assert conditions(read(path)[1])[0] in expected(path.stem.rpartition("-")[0])
    assert path.stat().st_size < 20_000


@pytest.mark.parametrize("path", [path for path in RECORDED if "healthy" in path.stem], ids=lambda path: path.stem)
def test_a_healthy_run_is_never_called_a_failure(path: Path) -> None:
    """Also while it runs: after each of its rows. A GPT-2 may know frequencies alone for a while, which is said."""
    head, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    on_the_way = [
        conditions(from_rows(rows[:count], head["method"], head["recipe"]))[0]
        for count in range(rules.ROWS, len(rows) + 1)
    ]
    assert set(on_the_way) <= ({"normal", "uniform"} if head["method"] == "gpt2" else {"normal"}), on_the_way
    assert on_the_way[-1] == "normal"


def test_a_small_text_is_memorised_in_time() -> None:
    """A real run on 10,000 characters: at first it learns what is common, and the held-out loss falls."""
    head, *rows = map(json.loads, LONG.read_text(encoding="utf-8").splitlines())
    found = [conditions(from_rows(rows[:count], head["method"])) for count in (6, 10, len(rows))]
    assert [first for first, *_ in found] == ["normal", "normal", "memorising"]
    assert found[-1] == ["memorising"], "that other texts cost many bits follows from it"


def test_three_seeds_of_each_preset_are_recorded() -> None:
    names = Counter(path.stem.rpartition("-")[0] for path in RECORDED)
    assert set(names) == {f"{method}-{preset}" for method in bench.methods() for preset in bench.presets(method)}
    assert set(names.values()) == {3}
    assert all(expected(name) for name in names)


def test_table_of_the_benchmark_keeps_other_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "RECORDED", CURVES)
    monkeypatch.setattr(bench, "DOCS", tmp_path / "diagnosis.md")
    rows = bench.table()
    assert rows["vae", "kl_50"] == "| vae | kl_50 | 10 | posterior_collapse | posterior_collapse 3 | 3 of 3 | so far |"
    assert bench.written() == {}
    bench.DOCS.write_text(bench.HEAD + "\n".join(rows.values()))
    assert bench.written() == rows


# --- words ---


def test_every_condition_is_explained() -> None:
    for condition, words in EXPLANATIONS.items():
        assert words.seen, condition
        assert all(line.endswith(".") for line in (*words.seen, words.means, words.attempt)), condition
        assert any(character.isdigit() for character in words.source), condition


@pytest.mark.parametrize("condition", BORDERS)
def test_a_finding_has_the_numbers_of_its_sentence(condition: str) -> None:
    (found,) = diagnose(BORDERS[condition][0])
    assert found.seen, "at least one sentence"
    assert all(line.format(**found.numbers) for line in found.seen)
    assert found.numbers.keys() <= set().union(*map(fields, found.explanation.seen)), "no number that nothing says"
    assert all(math.isfinite(number) for number in found.numbers.values())


# --- files ---


def written(folder: Path, text: str | bytes, name: str = "run.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_csv_columns_are_read(tmp_path: Path) -> None:
    text = "\ufeffStep, Loss ,knn,run\n0,2.0,0.1,first\n\n10,1.5,,first\n20,nan,0.3,first\n"
    found = from_csv(written(tmp_path, text))
    assert set(found.columns) == {"loss", "knn"}, "a name is no curve"
    assert found.points("knn").tolist() == [[0, 0.1], [20, 0.3]], "an empty cell was not measured"
    assert found.values("loss")[:2].tolist() == [2.0, 1.5]
    assert conditions(found) == ["not_finite"]


MANY = "step,loss\n" + "".join(f"{step},1\n" for step in range(11))
BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "step and loss is missing"),
    "no_loss": ("step,accuracy\n0,1\n", "loss is missing"),
    "words": ("step,loss\n0,low\n", "Row 1 has no number in the column loss"),
    "no_step": ("step,loss\n0,1\n,1\n", "Row 2 has no number in the column step"),
    "endless_step": ("step,loss\ninf,1\n", "Row 1 has no number in the column step"),
    "backwards": ("step,loss\n1,1\n0,1\n", "go back at row 2"),
    "twice": ("step,loss,loss\n0,1,1\n", "different names"),
    "wide": ("step,loss," + ",".join(f"c{i}" for i in range(80)) + "\n", "at most 64"),
    "long": (MANY, "11 rows; at most 10"),
    "large": ("step,loss\n" + "0" * 2**20, "larger than 1 MB"),
    "binary": (b"\xff\xfe\x00\x01", "not text"),
    "huge_cell": ('step,loss\n0,"' + "1" * 200_000 + '"\n', "cannot be read as CSV"),
    "no_rows": ("step,loss\n", "no column loss"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_csv_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(reading, "ROWS", 10)
    monkeypatch.setattr(reading, "CSV_BYTES", 2**20)
    text, sentence = BAD[name]
    with pytest.raises(InputError, match=sentence):
        diagnose(from_csv(written(tmp_path, text)))


def test_a_run_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "rotation" / "mine" / "20260101-000000"
    folder.mkdir(parents=True)
    with runs.Log(folder, Recipe(data="x"), "toys", 0) as log:
        for step in range(40):
            log.report(step, step / 10, {"loss": math.log(4)} | ({"accuracy": 0.25} if step % 10 == 0 else {}))
    (folder / "recipe.json").write_text(json.dumps({"batch": 64}))
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 40, "lo')  # a line cut short by a kill
    found = from_folder(folder)
    assert (found.method, found.recipe, found.last_step) == ("rotation", {"batch": 64}, 39)
    assert len(found.points("accuracy")) == 4
    assert set(found.columns) == {"loss", "accuracy"}, "seconds are no curve"
    assert conditions(found) == ["uniform"]
    assert conditions(from_folder(folder, "masked")) == ["flat"], "a method without a chance level"
    (folder / "recipe.json").unlink()
    assert from_folder(folder).recipe == {}


@pytest.mark.parametrize("line", ["nonsense\n", "[1]\n", '{"loss": 1}\n', '{"step": 0, "loss": "low"}\n'])
def test_a_bad_log_is_one_sentence(tmp_path: Path, line: str) -> None:
    written(tmp_path, line, "metrics.jsonl")
    with pytest.raises(InputError, match=r"(Line 1 is not JSON|Row 1 has no number)"):
        from_folder(tmp_path)


# --- command ---


def test_command_prints_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "step,loss\n" + "".join(f"{step},1.386\n" for step in range(20)))
    assert diagnosis.main([str(path)]) == 0
    assert capsys.readouterr().out.startswith("Flat. The loss was 1.386 at first and 1.386 at the end.")
    assert diagnosis.main([str(path), "--chance-loss", "1.3863"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Uniform. The loss is 1.386, and 1.386 is chance level.")
    assert "Try: " in said
    assert "Source: " in said


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_command_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert diagnosis.main([str(tmp_path / name)]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.count("\n") == 1
    assert said.err.startswith("There is no ")
