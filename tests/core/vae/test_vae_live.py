"""A VAE trained in the page: what it reports, the weight on the KL term and active axes against closed forms."""

import math
from pathlib import Path

import pytest
import torch

from core import checkpoints
from core.data import digits
from core.device import generator
from core.vae import pretext
from core.vae.model import VAE
from tests.core.live_runs import ALWAYS, FEATURES, Watched, paint, watch


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    root = tmp_path_factory.mktemp("vae")
    return watch("vae", paint(root / "set"), root / "run", batch=16, hidden=16, latent=3)


def test_rows_hold_the_columns(run: Watched) -> None:
    assert {*ALWAYS, *FEATURES, "reconstruction", "kl", "active"} == run.rows[-1].keys()
    assert all(map(math.isfinite, run.rows[-1].values()))
    assert 0 <= run.rows[-1]["active"] <= 3
    assert run.rows[0]["reconstruction"] == pytest.approx(pretext.UNIFORM_NATS, rel=0.1), "nothing learned yet"


def test_value_is_the_squared_error(run: Watched) -> None:
    assert isinstance(checkpoints.load(str(run.checkpoint)).model, VAE)
    assert len(run.updates[-1].examples) == 4
    for example in run.updates[-1].examples:
        before, after = (torch.from_numpy(picture.copy()).float() / 255 for picture in example.pictures)
        assert before.shape == (digits.SIDE, digits.SIDE, 3)
        assert example.value == pytest.approx(float((before - after).square().mean()), abs=1e-3)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 50.0])
def test_weighted_bound_equals_its_parts(weight: float) -> None:
    logits, mu, logvar = torch.zeros(1, 784), torch.tensor([[2.0, 0.0]]), torch.zeros(1, 2)
    found = pretext.negative_elbo(logits, torch.ones(1, 784), mu, logvar, weight)
    assert found.mean.item() == pytest.approx(pretext.UNIFORM_NATS + weight * 2.0, rel=1e-6)
    assert found.kl.sum().item() == pytest.approx(2.0), "the parts carry no weight"


def test_the_usual_weight_is_one() -> None:
    logits, images = torch.randn(4, 9, generator=generator(1)), torch.rand(4, 9, generator=generator(2))
    mu, logvar = torch.randn(2, 4, 3, generator=generator(3))
    plain, weighted = (pretext.negative_elbo(logits, images, mu, logvar, *weight) for weight in ((), (1.0,)))
    assert torch.equal(plain.mean, weighted.mean)
    assert torch.equal(plain.mean, (plain.reconstruction + plain.kl.sum(1)).mean())


def test_active_axes_are_those_that_vary() -> None:
    sign = torch.tensor([1.0, -1.0]).repeat(50)
    mu = torch.stack([torch.full((100,), 7.0), 0.09 * sign, 0.11 * sign, 3 * sign], 1)  # variances 0, .0081, .0121, 9
    assert pretext.active_axes(mu) == 2
    assert pretext.active_axes(mu[:, :1]) == 0


def test_a_run_says_how_heavy_the_kl_is(tmp_path: Path) -> None:
    """The compared losses are of the recipe's own weight: with 0 they are the reconstruction alone."""
    data = paint(tmp_path / "set")
    heavy, none = (
        watch("vae", data, tmp_path / str(weight), steps=1, batch=16, hidden=16, latent=3, kl_weight=weight).rows[0]
        for weight in (1000.0, 0.0)
    )
    assert heavy["kl"] == none["kl"]
    assert heavy["seen_loss"] > none["seen_loss"] + 100 * heavy["kl"]
