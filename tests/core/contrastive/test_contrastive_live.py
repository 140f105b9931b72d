"""SimCLR trained in the page: what it reports, and the loss without negatives against closed forms."""

import math
from pathlib import Path
from typing import cast

import pytest
import torch
import torch.nn.functional as F

from core import checkpoints
from core.contrastive import pretext, train
from core.contrastive.choices import CHOICES
from core.contrastive.model import ContrastiveNet
from core.data import pictures
from core.device import generator
from core.downstream.spread import alignment
from core.training import live
from tests.core.live_runs import ALWAYS, CHANCE, FEATURES, Watched, paint, watch


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    root = tmp_path_factory.mktemp("contrastive")
    return watch("contrastive", paint(root / "set"), root / "run", batch=16, width=8)


def test_rows_hold_the_columns(run: Watched) -> None:
    assert {*ALWAYS, *FEATURES, *CHANCE, "accuracy", "alignment", "uniformity"} == run.rows[-1].keys()
    assert all(map(math.isfinite, run.rows[-1].values()))
    assert run.rows[0]["loss"] == pytest.approx(math.log(2 * 16 - 1), rel=0.5), "the chance level"


def test_value_is_the_cosine_of_the_views(run: Watched) -> None:
    model = checkpoints.load(str(run.checkpoint)).model
    assert isinstance(model, ContrastiveNet)
    assert len(run.updates[-1].examples) == 4
    for example in run.updates[-1].examples:
        _, first, second = (pictures.to_tensor(picture) for picture in example.pictures)
        with torch.inference_mode():
            one, other = model(torch.cat([first, second])).projections
        assert example.value == pytest.approx(float(one @ other), abs=0.02), "bytes and half precision"


@pytest.mark.parametrize(("angle_deg", "expected"), [(0, 0.0), (60, 0.5), (90, 1.0), (180, 2.0)])
def test_loss_without_negatives_is_one_minus_cosine(angle_deg: float, expected: float) -> None:
    angle = math.radians(angle_deg)
    first, second = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.5 * math.cos(angle), 0.5 * math.sin(angle)]])
    assert pretext.pull_together(first, second).item() == pytest.approx(expected, abs=1e-6)


def test_loss_without_negatives_is_half_the_alignment() -> None:
    first, second = torch.randn(2, 7, 5, generator=generator(1))
    assert pretext.pull_together(first, second).item() == pytest.approx(alignment(first, second) / 2, rel=1e-5)


def test_negatives_can_be_left_out() -> None:
    recipe = cast(train.ContrastiveRecipe, live.usual("contrastive", width=8, negatives=False))
    network, images = train.build(recipe), torch.randint(0, 256, (6, 3, 32, 32), generator=generator(2)).byte()
    both = network(torch.cat(train.draw_views(images, generator(3), recipe))).projections
    expected = 1 - F.cosine_similarity(both[:6], both[6:]).mean()
    found = train.batch_loss(network, images, generator(3), recipe)["loss"]
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_no_crop_makes_equal_views(tmp_path: Path) -> None:
    changes = CHOICES.failures["no_crop"]
    assert (changes["min_crop"], changes["jitter"]) == (1.0, 0.0)
    found = watch("contrastive", paint(tmp_path / "set"), tmp_path / "run", batch=16, width=8, **changes)
    assert all(example.value == pytest.approx(1, abs=0.01) for example in found.updates[-1].examples)
