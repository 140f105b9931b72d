"""A VQ-VAE trained in the page: what it reports, and a codebook without restarts."""

import math
from pathlib import Path

import pytest
import torch

from core import checkpoints
from core.device import generator
from core.vqvae.choices import CHOICES
from core.vqvae.codebook import Codebook
from core.vqvae.model import VQVAE
from tests.core.live_runs import ALWAYS, FEATURES, Watched, paint, watch

TINY = {"batch": 8, "width": 8, "num_embeddings": 16}
CODES = {"used", "codes", "perplexity", "psnr_db"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    root = tmp_path_factory.mktemp("vqvae")
    return watch("vqvae", paint(root / "set"), root / "run", **TINY)


def test_rows_hold_the_columns(run: Watched) -> None:
    last = run.rows[-1]
    assert {*ALWAYS, *FEATURES, *CODES, "reconstruction", "commitment", "restarted"} == last.keys()
    assert all(map(math.isfinite, last.values()))
    assert last["codes"] == 16
    assert 1 <= last["perplexity"] <= last["used"] <= 16, "the entropy of so many codes is at most its logarithm"


def test_value_is_the_squared_error(run: Watched) -> None:
    assert isinstance(checkpoints.load(str(run.checkpoint)).model, VQVAE)
    assert len(run.updates[-1].examples) == 4
    for example in run.updates[-1].examples:
        before, after = (torch.from_numpy(picture.copy()).float() / 255 for picture in example.pictures)
        assert before.shape == (32, 32, 3)
        assert example.value == pytest.approx(float((before - after).square().mean()), abs=2e-3)


def test_measuring_changes_no_codebook(run: Watched, tmp_path: Path) -> None:
    """The same steps, measured at another time, end in the same weights."""
    data = paint(tmp_path / "set")
    parts = tmp_path / "run"
    watch("vqvae", data, parts, steps=1, **TINY)
    watch("vqvae", data, parts, steps=2, **TINY)
    again = watch("vqvae", data, parts, steps=3, **TINY)
    one, other = (checkpoints.load(str(found.checkpoint)).model.state_dict() for found in (run, again))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_unchosen_entries_stay_without_restarts() -> None:
    codebook = Codebook(4, 2)
    before = codebook.entries.clone()
    latents = torch.tensor([[3.0, 5.0], [1.0, 1.0]]).view(1, 2, 1, 2)  # vectors (3, 1) and (5, 1), channels first
    codes = torch.full((1, 1, 2), 2)
    dead = codebook.update(latents, codes, generator(0), decay=0.9, floor=0.0)
    assert not dead.any()
    assert codebook.entries[2].tolist() == pytest.approx([4.0, 1.0], rel=1e-6), "the mean of its vectors"
    assert torch.equal(codebook.entries[[0, 1, 3]], before[[0, 1, 3]])


def test_dead_entries_stay_dead(tmp_path: Path) -> None:
    data = paint(tmp_path / "set")
    usual, failed = (
        watch("vqvae", data, tmp_path / name, steps=8, **TINY, **changes).rows[-1]
        for name, changes in (("usual", {}), ("failed", CHOICES.failures["no_restart"]))
    )
    assert failed["restarted"] == 0
    assert failed["used"] < usual["used"] / 2
