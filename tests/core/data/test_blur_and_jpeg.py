"""Blur equals that of torchvision; re-encoding touches the pictures and qualities that it should."""

import pytest
import torch
import torchvision.transforms.v2.functional as T
from torch import Tensor

from core.data import augment
from core.device import generator

IMAGES = torch.rand(6, 3, 24, 20, generator=generator(0))


def test_blur_equals_torchvision_per_picture() -> None:
    result = augment.gaussian_blur(IMAGES, generator(7), sigma=(0.1, 2.0), share=1.0)
    sigmas = augment.uniform(6, 0.1, 2.0, generator(7)).tolist()
    expected = torch.stack([T.gaussian_blur(i, [9, 9], [s, s]) for i, s in zip(IMAGES, sigmas, strict=True)])
    assert torch.allclose(result, expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (3, 3)])
def test_blur_of_the_smallest_pictures(size: tuple[int, int]) -> None:
    flat = torch.full((2, 3, *size), 0.25)
    assert torch.allclose(augment.gaussian_blur(flat, generator(0), share=1.0), flat, atol=1e-6)


def test_reencoding_touches_the_share_it_should() -> None:
    many = IMAGES[:1].expand(500, -1, -1, -1)
    result = augment.reencode(many, generator(0), share=0.3)
    changed = (result != many).flatten(1).any(1).float().mean()
    assert float(changed) == pytest.approx(0.3, abs=0.06)


def test_reencoding_uses_the_given_qualities() -> None:
    result = augment.reencode(IMAGES, generator(3), quality=(30, 30), share=1.0)
    real = torch.stack([augment.jpeg(image, 30) for image in IMAGES])
    assert float((result - real).abs().mean()) < 2 / 255
    assert float((real - IMAGES).abs().mean()) > 20 / 255  # noise loses much


def test_qualities_reach_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tensor] = []

    def note(images: Tensor, quality: Tensor) -> Tensor:
        seen.append(quality)
        return images

    monkeypatch.setattr(augment, "simulate", note)
    augment.reencode(IMAGES[:1].expand(500, -1, -1, -1), generator(0), quality=(50, 53))
    assert seen[0].unique().tolist() == [50, 51, 52, 53]
