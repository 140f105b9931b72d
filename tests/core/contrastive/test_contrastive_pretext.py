"""NT-Xent against the paper's formula, closed forms and symmetries; shape, range and seed of the views."""

import math

import pytest
import torch
from torch import Tensor

from core.contrastive import pretext
from core.contrastive.pretext import ViewSettings
from core.device import generator
from core.nn.losses import pair_cosines


def pairs(count: int, width: int = 7, seed: int = 0) -> tuple[Tensor, Tensor]:
    rng = generator(seed)
    return torch.randn(count, width, generator=rng), torch.randn(count, width, generator=rng)


def slow_losses(first: Tensor, second: Tensor, temperature: float) -> list[float]:
    """Chen et al. 2020, algorithm 1, transcribed: z_2k-1 and z_2k are the views of item k, counted from 1."""
    z = []
    for k in range(len(first)):
        z += [first[k].double(), second[k].double()]

    def s(i: int, j: int) -> float:
        return float(z[i] @ z[j]) / (float(z[i].norm()) * float(z[j].norm()))

    def loss(i: int, j: int) -> float:
        below = 0.0
        for k in range(len(z)):
            if k != i:
                below += math.exp(s(i, k) / temperature)
        return -math.log(math.exp(s(i, j) / temperature) / below)

    found = []
    for k in range(len(first)):
        found += [loss(2 * k, 2 * k + 1), loss(2 * k + 1, 2 * k)]
    return found


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("temperature", [0.07, 0.5, 1.0])
def test_equals_the_formula_as_loops(count: int, temperature: float) -> None:
    first, second = pairs(count)
    found = pretext.nt_xent(first, second, temperature)
    slow = slow_losses(first, second, temperature)
    assert torch.allclose(found.rows, torch.tensor(slow), atol=1e-4)
    assert found.mean.item() == pytest.approx(sum(slow) / (2 * count), abs=1e-4)


@pytest.mark.parametrize("count", [2, 3, 16])
def test_identical_embeddings_give_log_others(count: int) -> None:
    same = torch.ones(count, 4)
    assert torch.allclose(pretext.nt_xent(same, same, 0.3).rows, torch.tensor(math.log(2 * count - 1)))


def test_orthogonal_pairs_have_closed_form() -> None:
    count, temperature = 4, 0.5
    z = torch.eye(count)
    expected = math.log(math.exp(1 / temperature) + 2 * count - 2) - 1 / temperature
    assert pretext.nt_xent(z, z, temperature).mean.item() == pytest.approx(expected, abs=1e-5)


def test_swapping_the_views_swaps_the_rows() -> None:
    first, second = pairs(5)
    there, back = pretext.nt_xent(first, second, 0.2), pretext.nt_xent(second, first, 0.2)
    assert torch.allclose(there.rows, back.rows[pretext.partners(10)], atol=1e-5)
    assert torch.allclose(there.cosine, there.cosine.T, atol=1e-6)


def test_length_and_order_are_irrelevant() -> None:
    first, second = pairs(6)
    order = torch.randperm(6, generator=generator(3))
    plain = pretext.nt_xent(first, second, 0.2).mean
    assert torch.allclose(plain, pretext.nt_xent(3 * first[order], 0.1 * second[order], 0.2).mean, atol=1e-5)


def test_pair_losses_follow_from_cosines() -> None:
    first, second = pairs(4)
    found = pretext.nt_xent(first, second, 0.2)
    assert torch.equal(pretext.pair_losses(found.cosine, 0.2), found.rows)


def test_autocast_keeps_full_precision() -> None:
    first, second = pairs(8, width=64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = pretext.nt_xent(first, second, 0.1).rows
    assert torch.allclose(rounded, pretext.nt_xent(first, second, 0.1).rows, atol=1e-5)


def test_nearest_partners_are_counted() -> None:
    z = torch.eye(3)
    assert pretext.partner_is_nearest(pair_cosines(z, z)).all()
    assert pretext.partner_is_nearest(pair_cosines(z, z.roll(1, 0))).sum() == 0


def test_false_negatives_are_most_similar() -> None:
    z = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.8, 0.6], [-1.0, 0.0]])
    found = pretext.false_negatives(pair_cosines(z, z), 2)
    assert [(i, j) for i, j, _ in found] == [(0, 2), (1, 2)]
    assert [value for *_, value in found] == pytest.approx([0.8, 0.6], abs=1e-5)


def test_every_pair_appears_once() -> None:
    z = torch.eye(3)
    assert len(pretext.false_negatives(pair_cosines(z, z), 99)) == 3


@pytest.mark.parametrize("side", [32, 45, 96])
def test_views_have_shape_and_range(side: int) -> None:
    images = torch.rand(3, 3, 64, 50, generator=generator(1))
    strong = ViewSettings(min_crop=0.05, jitter=1.0, greyscale=0.5, blur=1.0)
    for view in pretext.two_views(images, generator(2), strong, side):
        assert view.shape == (3, 3, side, side)
        assert view.min() >= 0
        assert view.max() <= 1


def test_views_depend_on_seed_alone() -> None:
    images = torch.rand(4, 3, 32, 32, generator=generator(1))
    first, second = pretext.two_views(images, generator(5), ViewSettings())
    again, _ = pretext.two_views(images, generator(5), ViewSettings())
    other, _ = pretext.two_views(images, generator(6), ViewSettings())
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first, second)


def test_no_augmentation_keeps_the_picture() -> None:
    images = torch.rand(4, 3, 32, 32, generator=generator(1))
    settings = ViewSettings(min_crop=1.0, jitter=0.0, greyscale=0.0, blur=0.0, flip=0.0)
    # a crop of the whole may still be stretched: only its height or width is then cut
    view, _ = pretext.two_views(images[:, :, :1, :1].expand(-1, -1, 32, 32), generator(5), settings)
    assert torch.allclose(view, images[:, :, :1, :1].expand(-1, -1, 32, 32), atol=1e-5)


@pytest.mark.parametrize(("share", "grey"), [(0.0, 0), (1.0, 8)])
def test_grey_share_is_respected(share: float, grey: int) -> None:
    images = torch.rand(8, 3, 16, 16, generator=generator(1))
    settings = ViewSettings(jitter=0.0, greyscale=share)
    view, _ = pretext.two_views(images, generator(2), settings)
    assert int((view.amax(1) - view.amin(1)).flatten(1).amax(1).lt(1e-5).sum()) == grey
