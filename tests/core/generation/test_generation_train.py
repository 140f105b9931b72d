"""The recipe: from flags to a checkpoint and its record; resuming, two processes, and the runs of the study."""

import dataclasses
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core import checkpoints
from core.data.bundled import emoji_gallery
from core.device import generator
from core.downstream import frechet
from core.generation import evaluation, references, study, train
from core.generation.model import Generator
from core.generation.pretext import ARMS
from core.generation.references import Library
from core.training.recipe import parse
from tests.core.nn import gan_processes
from tests.core.nn.gan_processes import log

TINY = ["--data", "emoji", "--smoke", "--width", "6", "--discriminator-width", "6", "--latent", "8", "--batch", "4"]
TINY += ["--device", "cpu", "--no-bf16"]
MODULE = "core.generation.train"
TRAINED = ("plain", "references", "contrastive")
each_trained = pytest.mark.parametrize("arm", TRAINED)
Write = Callable[[str], Path]


@pytest.fixture(scope="module", autouse=True)
def server() -> None:
    """The server of child processes imports torch while other tests run."""
    gan_processes.start_server()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """A checkpoint of twenty steps on emoji for each arm that is asked for, measured by SimCLR's features only."""
    root, done = tmp_path_factory.mktemp("run"), dict[str, Path]()

    def write(arm: str) -> Path:
        if arm not in done:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(root)
                patch.setattr("core.generation.evaluation.inception.is_here", lambda: False)
                patch.setattr("core.generation.evaluation.efficientnet.is_here", lambda: False)
                further = ["--snapshots"] if arm == "plain" else []
                done[arm] = train.main([*TINY, "--arm", arm, *further]).resolve()
        return done[arm]

    return write


@pytest.fixture
def one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.generation.evaluation.inception.is_here", lambda: False)
    monkeypatch.setattr("core.generation.evaluation.efficientnet.is_here", lambda: False)


# --- one run ---


@each_trained
def test_smoke_run_writes_a_checkpoint(written: Write, arm: str) -> None:
    folder = written(arm)
    card = checkpoints.read_card(folder.name, folder.parent)
    assert (card.steps, card.model, card.name) == (20, "core.generation.model.Generator", f"generation/{arm}")
    files = {"model.safetensors", "card.json"}
    files |= {references.FILE} if arm == "references" else set()
    files |= {checkpoints.snapshot_file(percent) for percent in evaluation.MOMENTS[:-1]} if arm == "plain" else set()
    assert {file.name for file in folder.iterdir()} == files
    assert set(card.sha256) == files - {"card.json"}
    model = checkpoints.load(str(folder)).model
    assert isinstance(model, Generator)
    assert card.parameters == sum(value.numel() for value in model.parameters())
    assert (model.reader is not None) == (arm == "references")


@each_trained
def test_smoke_run_stays_in_its_folder(written: Write, arm: str) -> None:
    assert written(arm).parts[-5:-2] == ("runs", "generation", arm)
    shipped = [checkpoints.read_card(name) for name in checkpoints.bundled("generation")]
    assert not [card.name for card in shipped if card.recipe["smoke"]]
    assert not (evaluation.RESULTS / "emoji").exists()


@pytest.mark.usefixtures("one_network")
@each_trained
def test_measuring_repeats_the_card(written: Write, arm: str) -> None:
    """What `make evaluate` does: the recipe from the card, every figure anew."""
    folder = written(arm)
    card = checkpoints.read_card(folder.name, folder.parent)
    found = evaluation.measure(checkpoints.load(str(folder)), train.RECIPE(**card.recipe))
    assert found.keys() == card.metrics.keys()
    for spec, metrics in card.metrics.items():
        assert found[spec] == pytest.approx(metrics, rel=1e-3, abs=1e-3), spec


@pytest.mark.parametrize("arm", ["plain", "contrastive"])
def test_evaluating_repeats_the_first_row(written: Write, arm: str) -> None:
    """Not for references: a smoke run draws them from fewer pictures than `evaluate` does."""
    folder = written(arm)
    card = checkpoints.read_card(folder.name, folder.parent)
    again = evaluation.evaluate(checkpoints.load(str(folder)), "emoji")
    assert again == pytest.approx(card.metrics["emoji"], rel=1e-3)


def test_card_reports_every_snapshot(written: Write) -> None:
    folder = written("plain")
    card = checkpoints.read_card(folder.name, folder.parent)
    assert [int(percent) for percent in card.snapshots] == list(evaluation.MOMENTS)
    assert card.snapshots["100"] == card.metrics["emoji"]
    before = checkpoints.load(f"{folder}@0").model.state_dict()
    assert not torch.equal(before["last.weight"], checkpoints.load(str(folder)).model.state_dict()["last.weight"])


def test_averaged_generator_is_shipped(written: Write) -> None:
    shipped = load_file(written("plain") / "model.safetensors")
    assert not {name for name in shipped if name.startswith(("average.", "discriminator.", "generator."))}
    assert set(load_file(written("plain") / checkpoints.snapshot_file(25))) == set(shipped)


def test_shipped_references_are_training_pictures(written: Write) -> None:
    shipped = Library.unpacked(load_file(written("references") / references.FILE))
    config = train.config_of(parse(train.GenerationRecipe, ["--data", "emoji", "--arm", "references"]))
    whole = references.library(config, "emoji", "data", 512, torch.device("cpu"))
    assert whole is not None
    assert len(shipped) == min(train.SHIPPED_REFERENCES, len(whole))
    expected = whole.thinned(train.SHIPPED_REFERENCES)
    assert torch.equal(shipped.neighbours, expected.neighbours)
    step = expected.features.abs().amax(0) / 127
    assert ((shipped.features - expected.features).abs() <= 0.51 * step + 1e-6).all()


def test_shipped_references_are_standardised(written: Write) -> None:
    """Up to half precision, in which the checkpoint keeps their mean and spread."""
    model = checkpoints.load(str(written("references"))).model
    assert isinstance(model, Generator)
    assert model.reader is not None
    whole = references.library(model.config, "emoji", "data", 512, torch.device("cpu"))
    assert whole is not None
    found = model.reader.standardise(whole.features.unsqueeze(1)).squeeze(1)
    assert found.mean(0).abs().max() < 0.02
    varying = whole.features.std(0) > 0.06 * whole.features.std(0).mean()
    torch.testing.assert_close(found.std(0)[varying], torch.ones(int(varying.sum())), rtol=0.01, atol=0)


# --- killed, and as two processes ---


@pytest.mark.usefixtures("one_network")
def test_resuming_after_kill_repeats_the_run(written: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks, average, optimizer and the references' statistics continue: equal logs and weights to the last bit."""
    flags = [*TINY, "--arm", "references"]
    assert gan_processes.train_until_killed(MODULE, flags, tmp_path, step=13) == -signal.SIGKILL
    (run,) = (tmp_path / "runs" / "generation" / "references").iterdir()
    assert len(log(run)) == 13
    monkeypatch.chdir(tmp_path)
    again = gan_processes.recipe_without_metrics(MODULE, monkeypatch).main([*flags, "--resume", str(run)])
    assert log(run) == log(written("references").parent)
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (again, written("references")))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs of two arms, trained in the same two processes."""
    folder = tmp_path_factory.mktemp("two")
    runs = [[*TINY, "--arm", arm, "--name", f"two-{arm}"] for arm in ("rotation", "references")]
    gan_processes.train_in_two(MODULE, runs, folder)
    return folder


@pytest.mark.parametrize("arm", ["rotation", "references"])
def test_two_processes_equal_accumulated_passes(two_processes: Path, monkeypatch: pytest.MonkeyPatch, arm: str) -> None:
    """One of the two writes the record. Sums are taken in another order, so only the first steps are alike."""
    monkeypatch.chdir(two_processes)
    recipe = gan_processes.recipe_without_metrics(MODULE, monkeypatch)
    recipe.main([*TINY, "--arm", arm, "--accumulate", "2", "--name", f"one-{arm}"])
    two, one = (next((two_processes / "runs" / "generation" / f"{name}-{arm}").iterdir()) for name in ("two", "one"))
    assert (two / f"{arm}-0" / "run.json").is_file()
    assert len(log(two)) == 20
    for ours, theirs in zip(log(two)[:6], log(one)[:6], strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=2e-3)


# --- its record ---


@each_trained
def test_smoke_record_stays_in_its_folder(written: Write, arm: str) -> None:
    folder = written(arm)
    record = folder.parent / f"{arm}-0"
    assert {file.name for file in record.iterdir()} == {"run.json", "metrics.jsonl"}
    assert json.loads((record / "run.json").read_text()) == json.loads((folder / "card.json").read_text())
    lines = [json.loads(line) for line in (record / "metrics.jsonl").read_text().splitlines()]
    assert len(lines) == 20
    for line in lines:
        assert line["loss"] == pytest.approx(line["discriminator"] + line["generator"], abs=1e-4)
        assert 0 <= line["accuracy"] <= 1
        assert (line["task"] > 0) == (arm == "contrastive")


def test_study_record_goes_to_results(written: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "RESULTS", tmp_path)
    recipe = parse(train.GenerationRecipe, study.flags("mnist", "mean", 3))
    run = written("plain").parent
    assert train.record(recipe, run) == tmp_path / "mnist" / "mean-3"
    assert (tmp_path / "mnist" / "mean-3" / "run.json").is_file()
    mine = dataclasses.replace(recipe, name="mine")
    assert train.record(mine, run) == run / "mean-3", "not a run of the study"


def test_further_task_changes_the_pictures(written: Write) -> None:
    """The two arms differ only in the discriminator's task."""
    noise = torch.randn(4, 8, generator=generator(1))
    plain, contrastive = (checkpoints.load(str(written(arm))).model(noise).images for arm in ("plain", "contrastive"))
    assert plain.shape == (4, 3, 32, 32)
    assert (plain - contrastive).abs().max() > 1e-4


# --- flags ---


def test_unknown_arm_ends_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"--arm is one of plain, rotation.*, not best"):
        train.main([*TINY, "--arm", "best"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("preset", sorted(train.GenerationRecipe.PRESETS))
@pytest.mark.parametrize("arm", ARMS)
def test_presets_build_every_arms_config(preset: str, arm: str) -> None:
    recipe = parse(train.GenerationRecipe, ["--data", "cifar10", "--preset", preset, "--arm", arm])
    config = train.config_of(recipe)
    assert config.size == 32
    assert config.pretext == (arm if arm in ("rotation", "contrastive") else "")
    expected = {"references": ("trained", True), "untrained": ("untrained", True), "mean": ("trained", False)}
    assert (config.encoder, config.attend) == expected.get(arm, ("", True))
    assert config.references == 5
    size = sum(parameter.numel() for parameter in Generator(config).parameters())
    if preset == "cpu":
        assert 160_000 <= round(size, -4) <= 280_000, "as the preset's comment says"
        assert (recipe.steps, recipe.minutes) == (1_500, 0), "no clock: all arms take as many steps"


def test_arms_share_all_other_settings() -> None:
    """The same widths, noise, batch and number of steps for all."""
    recipes = [parse(train.GenerationRecipe, ["--data", "cifar10", "--preset", "cpu", "--arm", arm]) for arm in ARMS]
    assert len({(r.batch, r.steps, r.lr, r.pictures, r.flip, r.momentum, r.seed) for r in recipes}) == 1
    configs = [train.config_of(recipe) for recipe in recipes]
    assert len({(c.latent, c.widths, c.discriminator_widths, c.features, c.context, c.heads) for c in configs}) == 1


# --- the study ---


@pytest.mark.parametrize("arm", ARMS)
def test_only_the_first_seed_ships(arm: str) -> None:
    asked = {
        (data, seed): parse(train.GenerationRecipe, study.flags(data, arm, seed))
        for data in ("cifar10", "mnist")
        for seed in (0, 1, 2)
    }
    for (data, seed), recipe in asked.items():
        assert (recipe.data, recipe.arm, recipe.seed) == (data, arm, seed)
        assert recipe.snapshots == (data == "cifar10" and seed == 0)
        assert recipe.ship == (seed == 0)
        assert recipe.flip == (data == "cifar10"), "a mirrored digit is none"
    assert asked["cifar10", 0].name == arm
    assert asked["mnist", 0].name == f"mnist-{arm}"
    assert len({recipe.name for recipe in asked.values()}) == len(asked)


def test_flags_of_two_runs() -> None:
    assert study.flags("cifar10", "mean", 0) == [
        "--arm",
        "mean",
        "--data",
        "cifar10",
        "--seed",
        "0",
        "--name",
        "mean",
        "--snapshots",
    ]
    assert study.flags("mnist", "mean", 2) == [
        "--arm",
        "mean",
        "--data",
        "mnist",
        "--seed",
        "2",
        "--name",
        "mnist-mean-2",
        "--no-flip",
        "--no-ship",
    ]


def test_study_skips_recorded_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], *, check: bool) -> None:
        assert check
        commands.append(command)

    monkeypatch.setattr(study, "RESULTS", tmp_path)
    monkeypatch.setattr("core.generation.study.subprocess.run", run)
    (tmp_path / "cifar10" / "rotation-1").mkdir(parents=True)
    (tmp_path / "cifar10" / "rotation-1" / "run.json").write_text("{}")
    (tmp_path / "mnist" / "plain-0").mkdir(parents=True)
    (tmp_path / "mnist" / "plain-0" / "run.json").write_text("{}")
    asked = ["--arms", "plain,rotation", "--seeds", "0,1", "--root", "there", "--batch", "16"]
    assert study.main(asked) == 0
    found = [parse(train.GenerationRecipe, command[3:]) for command in commands]
    assert [(r.arm, r.seed) for r in found] == [("plain", 0), ("rotation", 0), ("plain", 1)]
    assert {(r.root, r.batch, r.preset, r.data) for r in found} == {("there", 16, "cpu", "cifar10")}
    assert all(command[:3] == [sys.executable, "-m", "core.generation.train"] for command in commands)


def test_smoke_runs_have_enough_emoji() -> None:
    assert len(emoji_gallery().images) // 20 > frechet.FEWEST
