"""The recipe: from flags to a checkpoint that loads, on with the same losses after a kill, and as two processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core import checkpoints, snapshots
from core.checkpoints import Checkpoint
from core.data import pictures
from core.device import generator
from core.errors import InputError
from core.gan import evaluation, reference_stats, train
from core.gan.model import Config, untrained
from core.training.recipe import parse
from tests.core import toy_recipe
from tests.core.training.test_loop import beside

TINY = ["--data", "emoji", "--smoke", "--width", "6", "--critic-width", "6", "--latent", "8", "--batch", "4"]
TINY += ["--device", "cpu", "--no-bf16"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of twenty steps on emoji."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("run"))
        return train.main([*TINY, "--snapshots"]).resolve()


def test_smoke_run_ends_in_a_checkpoint_that_loads(written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    assert card["model"] == "core.gan.model.Generator"
    files = {"model.safetensors", "card.json", evaluation.CRITIC_FILE, reference_stats.FILE}
    files |= {checkpoints.snapshot_file(percent) for percent in snapshots.PERCENTS[:-1]}
    assert {file.name for file in written.iterdir()} == files
    assert set(card["sha256"]) == files - {"card.json"}
    again = train.evaluate(checkpoints.load(str(written)), "emoji")
    assert again == pytest.approx(card["metrics"]["emoji"], rel=1e-3)
    assert card["snapshots"]["100"] == card["metrics"]["emoji"]
    before = checkpoints.load(f"{written}@0").model.state_dict()
    assert not torch.equal(before["last.weight"], checkpoints.load(str(written)).model.state_dict()["last.weight"])


def test_measuring_gives_the_cards_figures(written: Path) -> None:
    """What `make evaluate` does: the recipe from the card, every figure anew."""
    card = checkpoints.read_card(written.name, written.parent)
    found = evaluation.measure(checkpoints.load(str(written)), train.RECIPE(**card.recipe))
    assert found.keys() == card.metrics.keys()
    for spec, metrics in card.metrics.items():
        assert found[spec] == pytest.approx(metrics, rel=1e-3, abs=1e-3), spec


def test_the_card_sets_the_generator_between_floor_and_ceiling(written: Path) -> None:
    card = checkpoints.read_card(written.name, written.parent).metrics
    distances = [card[f"emoji, {name}"]["frechet"] for name in ("training pictures", "blurred", "noise")]
    assert distances == sorted(distances)
    assert card["emoji, noise"]["precision"] == 0
    assert 0 <= card["emoji, discriminator"]["accuracy"] <= 1


def test_yardsticks_describe_the_training_pictures(written: Path) -> None:
    at = reference_stats.read(written)
    images = pictures.load("emoji", "train", size=32, limit=512).images
    assert at.codes.shape == (len(images), reference_stats.AXES)
    assert len(at.labels) == len(images)
    code = at.code(images[:20], torch.device("cpu"))
    assert (code - at.codes[:20]).norm(dim=1).max() < 0.03, "8 bits are enough"
    stranger = at.code(torch.rand(1, 3, 32, 32, generator=generator(1)), torch.device("cpu"))
    assert torch.cdist(stranger, at.codes).min() > 0.03
    assert at.copy_distances.median() < at.unseen_distances.median(), "a mirrored picture is nearer than another one"


def test_variety_is_the_mean_over_all_pairs() -> None:
    points = torch.randn(9, 3, generator=generator(2))
    pairs = [(points[i] - points[j]).norm().item() for i in range(9) for j in range(9) if i != j]
    assert reference_stats.variety(points) == pytest.approx(sum(pairs) / len(pairs), rel=1e-5)


def test_too_few_pictures_and_a_missing_discriminator_are_sentences(written: Path, tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    for number in range(4):
        pictures.Image.new("RGB", (32, 32), (number * 60, 0, 0)).save(tmp_path / "few" / f"{number}.png")
    with pytest.raises(InputError, match="at least 5 pictures; here are 4"):
        train.evaluate(checkpoints.load(str(written)), f"folder:{tmp_path / 'few'}")
    alone = Checkpoint("gan/alone", untrained(Config())[0], None, tmp_path, torch.device("cpu"))
    with pytest.raises(InputError, match="no discriminator"):
        evaluation.open_critic(alone)


def test_a_policy_that_does_not_exist_ends_the_recipe() -> None:
    with pytest.raises(SystemExit, match="none, or some of colour"):
        train.policies_of(parse(train.GANRecipe, ["--data", "x", "--augment", "colour+rain"]))
    assert train.policies_of(parse(train.GANRecipe, ["--data", "x", "--augment", "shift+cutout"])) == (
        "shift",
        "cutout",
    )


@pytest.mark.parametrize("preset", sorted(train.GANRecipe.PRESETS))
def test_presets_draw_32_pixels_and_end_by_the_clock(preset: str) -> None:
    recipe = parse(train.GANRecipe, ["--data", "cifar10", "--preset", preset])
    assert train.config_of(recipe).size == 32
    assert recipe.minutes > 0


def log(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "elapsed_s"} for line in lines]


KILLED = """
import os, signal, sys
from core.gan import train
from core.nn.gan_game import Game
follow = Game.follow
def die(self):
    if int(self.followed) == 13: os.kill(os.getpid(), signal.SIGKILL)
    follow(self)
Game.follow = die
train.main(sys.argv[1:])
"""


def test_kill_9_and_resume_log_the_same_losses_to_the_last_bit(written: Path, tmp_path: Path) -> None:
    """The generator, the average, the power iteration and the optimizer all go on where they were."""
    environment = {**os.environ, "PYTHONPATH": str(toy_recipe.ROOT), "OMP_NUM_THREADS": "1"}
    killed = subprocess.run([sys.executable, "-c", KILLED, *TINY, "--snapshots"], cwd=tmp_path, env=environment)
    assert killed.returncode == -signal.SIGKILL
    (run,) = (tmp_path / "runs" / "gan" / "cifar10").iterdir()
    assert len(log(run)) == 13
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        again = train.main([*TINY, "--snapshots", "--resume", str(run)])
    assert log(run) == log(written.parent)
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (again, written))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_two_processes_take_the_steps_of_one_that_accumulates(tmp_path: Path) -> None:
    """Norms, average and power iteration included; sums are taken in another order."""
    beside(tmp_path, "core.gan.train", *TINY, "--name", "two")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        train.main([*TINY, "--accumulate", "2", "--name", "one"])
    two, one = (log(next((tmp_path / "runs" / "gan" / name).iterdir())) for name in ("two", "one"))
    assert len(two) == 20
    for ours, theirs in zip(two[:6], one[:6], strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=2e-3)
