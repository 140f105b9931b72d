"""The recipe: from flags to a checkpoint; resuming after a kill; two processes."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from core import checkpoints, snapshots
from core.checkpoints import Checkpoint
from core.data import pictures
from core.device import generator
from core.errors import InputError
from core.gan import evaluation, reference_stats, train
from core.gan.model import Config, untrained
from core.training.recipe import parse
from tests.core.nn import gan_processes
from tests.core.nn.gan_processes import log

TINY = ["--data", "emoji", "--smoke", "--width", "6", "--discriminator-width", "6", "--latent", "8", "--batch", "4"]
TINY += ["--device", "cpu", "--no-bf16"]


@pytest.fixture(scope="module", autouse=True)
def server() -> None:
    """The server of child processes imports torch while other tests run."""
    gan_processes.start_server()


@pytest.fixture(scope="module", autouse=True)
def fewer_pictures() -> Iterator[None]:
    """Statistics of fewer pictures, and one limit of the truncation trick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference_stats, "COUNT", 60)
        patch.setattr(evaluation, "LIMITS", (1.0,))
        yield


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of twenty steps on emoji."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("run"))
        return train.main([*TINY, "--snapshots"]).resolve()


def test_smoke_run_writes_a_checkpoint(written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    assert card["model"] == "core.gan.model.Generator"
    files = {"model.safetensors", "card.json", evaluation.DISCRIMINATOR_FILE, reference_stats.FILE}
    files |= {checkpoints.snapshot_file(percent) for percent in snapshots.PERCENTS[:-1]}
    assert {file.name for file in written.iterdir()} == files
    assert set(card["sha256"]) == files - {"card.json"}
    again = evaluation.evaluate(checkpoints.load(str(written)), "emoji")
    assert again == pytest.approx(card["metrics"]["emoji"], rel=1e-3)
    assert card["snapshots"]["100"] == card["metrics"]["emoji"]
    before = checkpoints.load(f"{written}@0").model.state_dict()
    assert not torch.equal(before["last.weight"], checkpoints.load(str(written)).model.state_dict()["last.weight"])


def test_measuring_repeats_the_card(written: Path) -> None:
    """What `make evaluate` does: the recipe from the card, every figure anew."""
    card = checkpoints.read_card(written.name, written.parent)
    found = evaluation.measure(checkpoints.load(str(written)), train.RECIPE(**card.recipe))
    assert found.keys() == card.metrics.keys()
    for spec, metrics in card.metrics.items():
        assert found[spec] == pytest.approx(metrics, rel=1e-3, abs=1e-3), spec


def test_baselines_are_in_order(written: Path) -> None:
    card = checkpoints.read_card(written.name, written.parent).metrics
    distances = [card[f"emoji, {name}"]["frechet"] for name in ("training pictures", "blurred", "noise")]
    assert distances == sorted(distances)
    assert card["emoji, noise"]["precision"] == 0
    assert 0 <= card["emoji, discriminator"]["accuracy"] <= 1


def test_reference_stats_describe_training_pictures(written: Path) -> None:
    at = reference_stats.read(written)
    images = pictures.load("emoji", "train", size=32, limit=512).images
    assert at.codes.shape == (len(images), reference_stats.AXES)
    assert len(at.labels) == len(images)
    code = at.code(images[:20], torch.device("cpu"))
    assert (code - at.codes[:20]).norm(dim=1).max() < 0.03, "8 bits are enough"
    stranger = at.code(torch.rand(1, 3, 32, 32, generator=generator(1)), torch.device("cpu"))
    assert torch.cdist(stranger, at.codes).min() > 0.03
    assert at.copy_distances.median() < at.unseen_distances.median(), (
        "a mirrored picture is nearer than another picture"
    )


def test_variety_is_the_mean_over_pairs() -> None:
    points = torch.randn(9, 3, generator=generator(2))
    pairs = [(points[i] - points[j]).norm().item() for i in range(9) for j in range(9) if i != j]
    assert reference_stats.variety(points) == pytest.approx(sum(pairs) / len(pairs), rel=1e-5)


def test_missing_parts_are_input_errors(written: Path, tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    for number in range(4):
        Image.new("RGB", (32, 32), (number * 60, 0, 0)).save(tmp_path / "few" / f"{number}.png")
    with pytest.raises(InputError, match="at least 5 pictures; here are 4"):
        evaluation.evaluate(checkpoints.load(str(written)), f"folder:{tmp_path / 'few'}")
    alone = Checkpoint("gan/alone", untrained(Config())[0], None, tmp_path, torch.device("cpu"))
    with pytest.raises(InputError, match="no discriminator"):
        evaluation.load_discriminator(alone)


def test_unknown_policy_ends_the_recipe() -> None:
    with pytest.raises(SystemExit, match="none, or some of colour"):
        train.policies_of(parse(train.GANRecipe, ["--data", "x", "--augment", "colour+rain"]))
    assert train.policies_of(parse(train.GANRecipe, ["--data", "x", "--augment", "shift+cutout"])) == (
        "shift",
        "cutout",
    )


@pytest.mark.parametrize("preset", sorted(train.GANRecipe.PRESETS))
def test_presets_have_a_time_limit(preset: str) -> None:
    recipe = parse(train.GANRecipe, ["--data", "cifar10", "--preset", preset])
    assert train.config_of(recipe).size == 32
    assert recipe.minutes > 0


def test_resuming_after_kill_repeats_the_run(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generator, average, power iteration and optimizer continue: equal logs and weights to the last bit."""
    flags = [*TINY, "--snapshots"]
    assert gan_processes.train_until_killed("core.gan.train", flags, tmp_path, step=13) == -signal.SIGKILL
    (run,) = (tmp_path / "runs" / "gan" / "cifar10").iterdir()
    assert len(log(run)) == 13
    monkeypatch.chdir(tmp_path)
    again = gan_processes.recipe_without_metrics("core.gan.train", monkeypatch).main([*flags, "--resume", str(run)])
    assert log(run) == log(written.parent)
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (again, written))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_two_processes_equal_accumulated_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Norms, average and power iteration included; sums are taken in another order."""
    gan_processes.train_in_two("core.gan.train", [[*TINY, "--name", "two"]], tmp_path)
    monkeypatch.chdir(tmp_path)
    recipe = gan_processes.recipe_without_metrics("core.gan.train", monkeypatch)
    recipe.main([*TINY, "--accumulate", "2", "--name", "one"])
    two, one = (log(next((tmp_path / "runs" / "gan" / name).iterdir())) for name in ("two", "one"))
    assert len(two) == 20
    for ours, theirs in zip(two[:6], one[:6], strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=2e-3)
