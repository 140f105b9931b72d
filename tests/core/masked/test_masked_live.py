"""A masked autoencoder trained in the page: what it reports, and a mask ratio that stays the same."""

import math
from typing import Any, cast

import numpy as np
import pytest
import torch

from core import checkpoints
from core.device import generator
from core.masked import pretext, train
from core.masked.model import MaskedAutoencoder
from core.training import live
from tests.core.live_runs import ALWAYS, FEATURES, Watched, paint, watch

PATCHES = 64


def usual(**changes: Any) -> train.MaskedRecipe:
    return cast(train.MaskedRecipe, live.usual("masked", **changes))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    root = tmp_path_factory.mktemp("masked")
    return watch("masked", paint(root / "set"), root / "run", batch=8, width=32, depth=1, mask_ratio=0.25)


def test_rows_hold_the_columns(run: Watched) -> None:
    assert {*ALWAYS, *FEATURES, "relative_mse", "psnr_db"} == run.rows[-1].keys()
    assert all(map(math.isfinite, run.rows[-1].values()))
    assert run.rows[0]["relative_mse"] == pytest.approx(1, abs=0.1), "an untrained network fills with the mean"


def test_hidden_patches_are_grey(run: Watched) -> None:
    assert isinstance(checkpoints.load(str(run.checkpoint)).model, MaskedAutoencoder)
    assert len(run.updates[-1].examples) == 4
    for example in run.updates[-1].examples:
        masked, restored = (
            pretext.patchify(torch.from_numpy(picture.copy()).permute(2, 0, 1)[None], 4)[0]
            for picture in example.pictures
        )
        hidden = (masked == 128).all(1)
        assert int(hidden.sum()) == PATCHES * 0.25
        assert np.array_equal(masked[~hidden].numpy(), restored[~hidden].numpy()), "visible patches are as they were"
        assert not (restored[hidden] == 128).all()


def test_fixed_ratio_hides_as_many_in_every_step() -> None:
    recipe = usual(mask_ratio=0.6)
    hidden = {int((~train.make_mask(3, generator(seed), recipe)).sum(1).unique()) for seed in range(20)}
    assert hidden == {round(0.6 * PATCHES)}


def test_without_one_the_ratio_is_drawn() -> None:
    recipe = usual(mask_ratio=0.0, min_ratio=0.5, max_ratio=0.9)
    hidden = [int((~train.make_mask(1, generator(seed), recipe)).sum()) / PATCHES for seed in range(40)]
    assert len(set(hidden)) > 5
    assert min(hidden) >= 0.49
    assert max(hidden) <= 0.91


def test_batch_loss_equals_a_slow_mean() -> None:
    recipe = usual(width=32, depth=1, mask_ratio=0.5)
    network, images = train.build(recipe).eval(), torch.rand(2, 3, 32, 32, generator=generator(1))
    keep, target = train.make_mask(2, generator(2), recipe), pretext.patchify(images, 4)
    with torch.inference_mode():
        predicted = network(images, keep).patches
        found = train.batch_loss(network, images, generator(2), recipe)
    errors, baselines = [], []
    for row in range(2):
        mean = target[row][keep[row]].view(-1, 3).mean(0).repeat(16)
        for patch in range(PATCHES):
            if not keep[row, patch]:
                errors.append(float((predicted[row, patch] - target[row, patch]).square().mean()))
                baselines.append(float((mean - target[row, patch]).square().mean()))
    assert found["loss"].item() == pytest.approx(float(np.mean(errors)), rel=1e-4)
    assert found["relative_mse"].item() == pytest.approx(float(np.mean(errors) / np.mean(baselines)), rel=1e-4)
