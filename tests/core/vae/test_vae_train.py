"""The recipe: from flags to a checkpoint that loads, and its metrics."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from core import checkpoints, snapshots
from core.checkpoints import Checkpoint
from core.data import bundled
from core.device import generator
from core.training.recipe import parse
from core.vae import pretext, train
from core.vae.model import VAE, Config


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty digits as files, a quarter of them for testing."""
    root = tmp_path_factory.mktemp("digits")
    for number, image in enumerate(bundled.digits().images[::5]):
        place = root / ("test" if number % 4 == 0 else "train") / "any"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{number}.png")
    return root


def test_smoke_run_writes_a_checkpoint(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = f"folder:{folder}"
    flags = ["--smoke", "--data", spec, "--hidden", "16", "--latent", "5", "--batch", "8", "--device", "cpu"]
    written = train.main([*flags, "--snapshots"]).resolve()
    card = json.loads((written / "card.json").read_text())
    assert card["steps"] == 20
    found = card["metrics"][spec]
    assert found["n"] == 10
    assert found["nats"] == pytest.approx(found["reconstruction_nats"] + found["kl_nats"])
    again = train.evaluate(checkpoints.load(str(written)), spec)
    assert again == pytest.approx(found, rel=1e-5)
    grown = card["snapshots"]
    assert grown["100"] == found
    for percent in snapshots.PERCENTS:
        again = train.evaluate(checkpoints.load(f"{written}@{percent}"), spec)
        assert again == pytest.approx(grown[str(percent)], rel=1e-5)
    assert grown["0"]["nats"] > found["nats"] + 50, "grey before the first step, some black after twenty"


def test_run_without_snapshots_ships_none(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = f"folder:{folder}"
    written = train.main(["--smoke", "--data", spec, "--hidden", "8", "--batch", "8", "--device", "cpu"])
    assert {file.name for file in written.iterdir()} == {"card.json", "model.safetensors"}
    assert json.loads((written / "card.json").read_text())["snapshots"] == {}


@pytest.mark.parametrize("preset", sorted(train.VAERecipe.PRESETS))
def test_presets_keep_the_architecture(preset: str) -> None:
    recipe = parse(train.VAERecipe, ["--data", "mnist", "--preset", preset])
    assert (recipe.hidden, recipe.latent) == (400, 20)
    assert recipe.minutes > 0, "limited by time"


def test_zero_model_costs_log_two_per_pixel(folder: Path) -> None:
    model = VAE(Config(hidden=8))
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    checkpoint = Checkpoint("vae/zeros", model.requires_grad_(False), None, folder, torch.device("cpu"))
    found = train.evaluate(checkpoint, f"folder:{folder}", chunk=3)
    assert found["nats"] == pytest.approx(pretext.UNIFORM_NATS, rel=1e-5)
    assert found["kl_nats"] == 0


def test_evaluation_is_deterministic(folder: Path) -> None:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(3).get_state())
        model = VAE(Config(hidden=8)).requires_grad_(False)
    checkpoint = Checkpoint("vae/random", model, None, folder, torch.device("cpu"))
    spec = f"folder:{folder}"
    assert train.evaluate(checkpoint, spec) == train.evaluate(checkpoint, spec)
