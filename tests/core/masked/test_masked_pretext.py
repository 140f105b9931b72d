"""Masks, loss and baselines against slow transcriptions and closed forms."""

import numpy as np
import pytest
import torch
from torch import Tensor

from core.device import generator
from core.masked import pretext


def random_images(batch: int, height: int, width: int, seed: int = 0) -> Tensor:
    return torch.rand(batch, 3, height, width, generator=generator(seed))


@pytest.mark.parametrize(("height", "width", "patch"), [(8, 8, 8), (12, 8, 4), (6, 10, 2), (5, 5, 1)])
def test_unpatchify_undoes_patchify(height: int, width: int, patch: int) -> None:
    images = random_images(2, height, width)
    patches = pretext.patchify(images, patch)
    assert patches.shape == (2, height * width // patch**2, patch**2 * 3)
    assert torch.equal(pretext.unpatchify(patches, patch, height // patch), images)


def test_patches_are_in_reading_order() -> None:
    images = random_images(1, 6, 8)
    patches = pretext.patchify(images, 2)
    for number in range(12):
        row, column = divmod(number, 4)
        cut = images[0, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert torch.equal(patches[0, number], cut.permute(1, 2, 0).flatten())


@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.33, 0.5, 0.75, 0.95, 1.0])
@pytest.mark.parametrize("patches", [4, 144, 196])
def test_exact_share_is_hidden(ratio: float, patches: int) -> None:
    hidden = (~pretext.random_keep(5, patches, ratio, generator(3))).sum(1)
    expected = min(max(round(ratio * patches), 1), patches - 1)
    assert hidden.tolist() == [expected] * 5


def test_every_patch_is_hidden_equally_often() -> None:
    keep = pretext.random_keep(4000, 16, 0.75, generator(1))
    frequency = (~keep).float().mean(0)
    assert frequency.sub(0.75).abs().max() < 0.04, "four standard deviations of 4,000 draws are 0.027"
    assert len({tuple(row) for row in keep[:20].tolist()}) > 15


def test_larger_ratio_extends_the_mask() -> None:
    few, many = (pretext.random_keep(1, 144, ratio, generator(5)) for ratio in (0.3, 0.8))
    assert bool((few | ~many).all()), "patches visible at the larger ratio are visible at the smaller one"


@pytest.mark.parametrize("ratio", [0.5, 0.75, 0.9])
def test_clumped_masks_have_fewer_borders(ratio: float) -> None:
    clumped = pretext.clumped_keep(50, 12, ratio, generator(2)).view(50, 12, 12)
    scattered = pretext.random_keep(50, 144, ratio, generator(2)).view(50, 12, 12)
    assert (~clumped).flatten(1).sum(1).unique().tolist() == [pretext.hidden_count(144, ratio)]

    def borders(keep: Tensor) -> float:
        return float((keep[:, 1:] != keep[:, :-1]).float().mean())

    assert borders(clumped) < 0.6 * borders(scattered)


def test_loss_equals_slow_loop() -> None:
    target, predicted = random_images(2, 6, 6, 1).flatten(1).view(2, 9, 12), torch.zeros(2, 9, 12)
    keep = pretext.random_keep(2, 9, 0.5, generator(4))
    errors = [
        sum((float(predicted[b, n, d]) - float(target[b, n, d])) ** 2 for d in range(12)) / 12
        for b in range(2)
        for n in range(9)
        if not keep[b, n]
    ]
    assert float(pretext.hidden_loss(predicted, target, keep)) == pytest.approx(sum(errors) / len(errors), rel=1e-5)


def test_loss_ignores_visible_patches() -> None:
    target, keep = torch.full((1, 4, 12), 0.5), torch.tensor([[True, False, True, False]])
    assert float(pretext.hidden_loss(target + 0.3, target, keep)) == pytest.approx(0.09, rel=1e-5)
    wrong_where_seen = target + 9.0 * keep[..., None]
    assert float(pretext.hidden_loss(wrong_where_seen, target, keep)) == 0


def test_mean_fill_equals_slow_loop() -> None:
    images, keep = random_images(2, 8, 8, 7), pretext.random_keep(2, 16, 0.6, generator(8))
    filled = pretext.unpatchify(pretext.mean_fill(pretext.patchify(images, 2), keep), 2, 4)
    for b in range(2):
        visible = torch.from_numpy(pretext.pixel_mask(keep[b].numpy(), 2, 4))
        for colour in range(3):
            seen = [float(v) for v in images[b, colour][visible]]
            assert torch.allclose(filled[b, colour][~visible], torch.tensor(sum(seen) / len(seen)), atol=1e-6)
            assert torch.equal(filled[b, colour][visible], images[b, colour][visible])


def test_linear_fill_restores_a_gradient() -> None:
    across, down = np.meshgrid(np.linspace(0, 1, 24), np.linspace(0, 1, 24))
    slope = np.stack([across, down, 0.5 * (across + down)], -1).astype(np.float32)
    visible = np.ones((24, 24), bool)
    visible[4:16, 8:20] = False
    assert np.allclose(pretext.linear_fill(slope, visible), slope, atol=1e-5)
    visible[:] = False
    visible[:8, :8] = True
    filled = pretext.linear_fill(slope, visible)
    assert np.allclose(filled[23, 23], slope[7, 7])
    assert np.array_equal(filled[:8, :8], slope[:8, :8])


def test_linear_fill_without_triangles() -> None:
    picture = np.random.default_rng(0).random((8, 8, 3)).astype(np.float32)
    line = np.zeros((8, 8), bool)
    line[3] = True
    assert np.array_equal(pretext.linear_fill(picture, line)[7], picture[3])
    assert np.array_equal(pretext.linear_fill(picture, np.ones((8, 8), bool)), picture)


def test_paste_keeps_visible_patches() -> None:
    patches, painted = torch.zeros(1, 3, 12), torch.ones(1, 3, 12)
    pasted = pretext.paste(painted, patches, torch.tensor([[True, False, True]]))
    assert pasted[0, :, 0].tolist() == [0, 1, 0]


def test_psnr_of_round_numbers() -> None:
    assert pretext.psnr_db(0.01) == pytest.approx(20)
    assert pretext.psnr_db(1.0) == 0
    assert pretext.psnr_db(0.0) == float("inf")
