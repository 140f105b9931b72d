"""The recipe: from flags to a checkpoint that loads, resuming a run, and its metrics."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints
from core.checkpoints import Checkpoint
from core.data import pictures
from core.data.batches import OnDevice
from core.device import generator
from core.training.recipe import parse
from core.vqvae import evaluation, pretext, train
from core.vqvae.model import VQVAE, GaussianAutoencoder

TINY = {"width": 8, "depth": 1, "num-embeddings": 16, "embedding-dim": 6, "latent": 3, "size": 32, "batch": 8}
FLAGS = ["--device=cpu", "--no-bf16", *(f"--{name}={value}" for name, value in TINY.items())]


@pytest.fixture(scope="module", params=train.BOTTLENECKS)
def written(request: pytest.FixtureRequest, bright_tops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a smoke run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        flags = ["--smoke", f"--data=folder:{bright_tops}", f"--bottleneck={request.param}"]
        return train.main([*flags, *FLAGS]).resolve()


def test_smoke_run_writes_a_checkpoint(bright_tops: Path, written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    found = card["metrics"][f"folder:{bright_tops}"]
    assert card["steps"] == 20
    assert {"mse", "psnr_db", "mean_colour_mse", "mean_colour_psnr_db", "n"} <= set(found)
    assert found["n"] == card["metrics"][f"folder:{bright_tops}, 16 px"]["n"] == 8
    assert found["psnr_db"] == pytest.approx(-10 * math.log10(found["mse"]))
    again = train.evaluate(checkpoints.load(str(written)), f"folder:{bright_tops}")
    assert again == pytest.approx(found, rel=1e-5)
    whole = train.measure(checkpoints.load(str(written)), train.VQVAERecipe(data=f"folder:{bright_tops}", size=32))
    assert whole.keys() == card["metrics"].keys()
    for spec, metrics in whole.items():
        assert metrics == pytest.approx(card["metrics"][spec], rel=1e-5)


def test_card_has_the_bottlenecks_rate(bright_tops: Path, written: Path) -> None:
    card = json.loads((written / "card.json").read_text())
    found = card["metrics"][f"folder:{bright_tops}"]
    if card["model"].endswith("VQVAE"):
        assert found["bits_per_dim"] == pytest.approx(64 * 4 / (32 * 32 * 3)), "8 x 8 codes of 16 entries"
        assert found["entropy_bits_per_dim"] <= found["bits_per_dim"]
        assert 1 <= found["perplexity"] <= 16 * found["used_share"] + 1e-6
        assert card["metrics"][f"folder:{bright_tops}, JPEG"]["data_bytes"] > 0
    else:
        assert found["kl_bits_per_dim"] > 0
        assert "perplexity" not in found
        assert "A baseline for the codebook" in card["notes"]


def test_metrics_are_independent_of_chunk(bright_tops: Path, written: Path) -> None:
    checkpoint = checkpoints.load(str(written))
    whole, cut = (train.evaluate(checkpoint, f"folder:{bright_tops}", chunk=chunk) for chunk in (100, 3))
    assert whole == pytest.approx(cut, rel=1e-4)


def test_metrics_equal_slow_loop(bright_tops: Path, written: Path) -> None:
    checkpoint = checkpoints.load(str(written))
    if not isinstance(checkpoint.model, VQVAE):
        pytest.skip("needs a codebook")
    images = pictures.load(f"folder:{bright_tops}", "test", size=32).images.float() / 255
    errors, baseline, counts = [], [], [0] * 16
    for image in images:
        found = checkpoint.model(image[None])
        errors.append(float(((found.reconstruction[0].clamp(0, 1) - image) ** 2).mean()))
        baseline.append(float(((image.mean((1, 2))[:, None, None] - image) ** 2).mean()))
        for code in found.codes.flatten().tolist():
            counts[code] += 1
    measured = train.evaluate(checkpoint, f"folder:{bright_tops}")
    assert measured["mse"] == pytest.approx(np.mean(errors), rel=1e-4)
    assert measured["mean_colour_mse"] == pytest.approx(np.mean(baseline), rel=1e-4)
    shares = [count / sum(counts) for count in counts if count]
    assert measured["perplexity"] == pytest.approx(math.exp(-sum(s * math.log(s) for s in shares)), rel=1e-6)
    assert measured["used_share"] == pytest.approx(len(shares) / 16)


def test_resumed_run_has_same_codebook(bright_tops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The averages are buffers, so the model's saved state holds the codebook's state."""
    monkeypatch.chdir(tmp_path)
    flags = ["--smoke", f"--data=folder:{bright_tops}", *FLAGS]
    whole = train.main(flags)
    run = whole.parent
    (run / "state-00000020").rename(tmp_path / "last")
    finished = checkpoints.load(str(whole.resolve())).model.state_dict()
    again = checkpoints.load(str(train.main([*flags, f"--resume={run}"]).resolve())).model.state_dict()
    assert all(torch.equal(finished[name], tensor) for name, tensor in again.items())


def test_step_updates_the_codebook() -> None:
    recipe = parse(train.VQVAERecipe, ["--data=x", *FLAGS])
    model = train.build(recipe)
    assert isinstance(model, VQVAE)
    images = torch.rand(8, 3, 32, 32, generator=generator(0))
    before = model.codebook.entries.clone()
    model(images)
    assert torch.equal(before, model.codebook.entries)
    found = train.vq_step(model, model, images, generator(1), recipe, 0.1)
    assert not torch.equal(before, model.codebook.entries)
    assert {"loss", "reconstruction", "commitment", "perplexity", "restarted"} == found.keys()
    found["loss"].backward()  # works although the codebook was updated in place


def test_gaussian_capacity_equals_codebook() -> None:
    recipe = parse(train.VQVAERecipe, ["--data=x", *FLAGS, "--bottleneck=gaussian"])
    model = train.build(recipe)
    assert isinstance(model, GaussianAutoencoder)
    images = torch.rand(8, 3, 32, 32, generator=generator(0))
    found = train.gaussian_step(model, images, generator(1), recipe, 0.1)
    _, bits = evaluation.draw(model, images, generator(1))
    assert found["bits_of_capacity"].item() == pytest.approx(bits.mean().item() / (64 * 4), rel=1e-4)
    assert evaluation.uniform_bits(16, 512) == 2304


def test_some_batches_have_half_size() -> None:
    recipe = train.VQVAERecipe(data="none", batch=10, size=32, half_share=0.3)
    sets, rows = [OnDevice(torch.zeros(20, 3, 32, 32, dtype=torch.uint8))], [torch.arange(10)]
    sides = [train.make_batch(sets, rows, generator(seed), recipe).shape[-1] for seed in range(100)]
    assert set(sides) == {16, 32}
    assert sides.count(16) == pytest.approx(30, abs=15)


@pytest.mark.parametrize("preset", sorted(train.VQVAERecipe.PRESETS))
def test_presets_fit_their_size(preset: str) -> None:
    recipe = parse(train.VQVAERecipe, ["--data", "x", "--preset", preset])
    megabytes = 2 * sum(tensor.numel() for tensor in train.build(recipe).state_dict().values()) / 1e6
    assert recipe.minutes > 0, "limited by time"
    assert megabytes < (12 if preset == "gpu" else 3)
    assert (recipe.bottleneck == "gaussian") == (recipe.name == "gaussian")


def test_another_bottleneck_is_refused() -> None:
    with pytest.raises(SystemExit, match="vq or gaussian"):
        train.main(["--data=x", "--bottleneck=none"])


def test_fresh_network_is_below_baseline(bright_tops: Path) -> None:
    recipe = parse(train.VQVAERecipe, ["--data=x", *FLAGS])
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(0).get_state())
        model = train.build(recipe)
    checkpoint = Checkpoint("vqvae/fresh", model.eval(), None, bright_tops, torch.device("cpu"))
    found = train.evaluate(checkpoint, f"folder:{bright_tops}")
    assert found["mse"] > found["mean_colour_mse"]
    assert pretext.perplexity(torch.ones(16)) == pytest.approx(16)
