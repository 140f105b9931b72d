"""Augmentations against torchvision's functions, one picture at a time, and against what chance must do."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
import torchvision.transforms.v2.functional as T
from torch import Tensor
from torchvision.transforms import RandomResizedCrop

from core.data import augment
from core.device import generator

IMAGES = torch.rand(6, 3, 24, 20, generator=generator(0))
SQUARE = torch.rand(6, 3, 24, 24, generator=generator(0))

ALL: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "crop": lambda images, chance: augment.random_resized_crop(images, 17, chance),
    "flip": augment.horizontal_flip,
    "grey": augment.greyscale,
    "jitter": augment.colour_jitter,
    "blur": augment.gaussian_blur,
    "reencode": augment.reencode,
}


@pytest.mark.parametrize("name", ALL)
def test_equal_generators_equal_pictures_and_the_input_is_left_alone(name: str) -> None:
    before = IMAGES.clone()
    first, again = ALL[name](IMAGES, generator(5)), ALL[name](IMAGES, generator(5))
    others = [ALL[name](IMAGES, generator(seed)) for seed in range(6, 10)]
    assert torch.equal(first, again)
    assert not all(torch.equal(first, other) for other in others)
    assert torch.equal(IMAGES, before)
    assert first.data_ptr() != IMAGES.data_ptr()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("seed", range(4))
def test_results_are_pictures(name: str, seed: int) -> None:
    result = ALL[name](IMAGES.round(), generator(seed))  # zeros and ones: the hardest to stay between
    assert result.dtype == torch.float32
    assert result.shape == (IMAGES.shape if name != "crop" else (6, 3, 17, 17))
    assert float(result.min()) >= -1e-6
    assert float(result.max()) <= 1 + 1e-6


@pytest.mark.parametrize("name", ALL)
def test_each_picture_of_a_batch_draws_its_own(name: str) -> None:
    same = IMAGES[:1].expand(32, -1, -1, -1)
    result = ALL[name](same, generator(1))
    assert len({picture.numpy().tobytes() for picture in result}) > 1


@pytest.mark.parametrize("name", ["flip", "grey", "jitter", "blur", "reencode"])
def test_a_share_of_none_changes_nothing_and_of_all_everything(name: str) -> None:
    def apply(share: float) -> Tensor:
        function = {
            "flip": augment.horizontal_flip, "grey": augment.greyscale, "jitter": augment.colour_jitter,
            "blur": partial(augment.gaussian_blur, sigma=(1.0, 2.0)), "reencode": augment.reencode,
        }[name]  # fmt: skip
        return function(IMAGES, generator(2), share=share)

    assert torch.equal(apply(0.0), IMAGES)
    assert not any(torch.equal(a, b) for a, b in zip(apply(1.0), IMAGES, strict=True))


# --- chance ---


def test_uniform_fills_its_range() -> None:
    drawn = augment.uniform(10_000, -2, 3, generator(0))
    assert drawn.shape == (10_000,)
    assert -2 <= float(drawn.min()) < -1.99
    assert 2.99 < float(drawn.max()) <= 3
    assert float(drawn.mean()) == pytest.approx(0.5, abs=0.05)
    assert float(drawn.std()) == pytest.approx(5 / math.sqrt(12), abs=0.05)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_chosen_is_true_as_often_as_asked(share: float) -> None:
    drawn = augment.chosen(10_000, share, generator(3))
    assert drawn.shape == (10_000, 1, 1, 1)
    assert float(drawn.float().mean()) == pytest.approx(share, abs=0.02)


def test_half_of_many_are_mirrored_and_the_rest_left() -> None:
    many = IMAGES[:1].expand(2000, -1, -1, -1)
    result = augment.horizontal_flip(many, generator(0))
    mirrored = (result == T.horizontal_flip(IMAGES[:1])).flatten(1).all(1)
    kept = (result == IMAGES[:1]).flatten(1).all(1)
    assert bool((mirrored ^ kept).all())
    assert float(mirrored.float().mean()) == pytest.approx(0.5, abs=0.04)


# --- crop ---


def test_the_whole_picture_at_its_own_size_is_the_picture() -> None:
    result = augment.random_resized_crop(SQUARE, 24, generator(0), scale=(1, 1), ratio=(1, 1))
    assert torch.allclose(result, SQUARE, atol=1e-5)


def test_the_whole_picture_enlarged_is_torchvision_s_resize() -> None:
    result = augment.random_resized_crop(SQUARE, 48, generator(0), scale=(1, 1), ratio=(1, 1))
    expected = T.resize(SQUARE, [48, 48], antialias=False)
    inside = (slice(None), slice(None), slice(1, -1), slice(1, -1))  # grid_sample mirrors where resize repeats the edge
    assert torch.allclose(result[inside], expected[inside], atol=1e-5)


def parts(batch: int, **settings: tuple[float, float]) -> Tensor:
    """(B, 4): left, right, top and bottom of random crops in units of the picture, read off two ramps."""
    ramp = (torch.arange(256) + 0.5) / 256
    pictures = torch.stack([ramp.expand(256, 256), ramp[:, None].expand(256, 256), torch.zeros(256, 256)])
    views = augment.random_resized_crop(pictures.expand(batch, -1, -1, -1), 8, generator(0), **settings)
    across, down = views[:, 0, 4, :], views[:, 1, :, 4]
    edges = []
    for line in (across, down):
        step = (line[:, -2] - line[:, 1]) / 5  # one pixel of eight; the outermost may be clamped at the border
        edges += [line[:, 1] - 1.5 * step, line[:, -2] + 1.5 * step]
    return torch.stack(edges, 1)


def test_crops_lie_inside_and_keep_scale_and_ratio() -> None:
    left, right, top, bottom = parts(4000, scale=(0.2, 0.5)).unbind(1)
    width, height = right - left, bottom - top
    for low, high in ((left, right), (top, bottom)):
        assert float(low.min()) >= -1e-3
        assert float(high.max()) <= 1 + 1e-3
    area, ratio = width * height, width / height
    assert 0.2 - 2e-3 <= float(area.min()) <= 0.21
    assert 0.49 <= float(area.max()) <= 0.5 + 2e-3
    assert 3 / 4 - 1e-2 <= float(ratio.min()) <= 0.76
    assert 1.32 <= float(ratio.max()) <= 4 / 3 + 1e-2
    assert float(ratio.log().mean()) == pytest.approx(0, abs=0.01)
    assert float(left.mean()) == pytest.approx(float((1 - right).mean()), abs=0.02)


@pytest.mark.parametrize("scale", [(0.2, 1.0), (0.08, 1.0), (0.5, 0.6)])
def test_crops_are_as_large_as_torchvision_s(scale: tuple[float, float]) -> None:
    """Torchvision draws again what does not fit, here it is cut off: up to 0.05 of the area more on average."""
    left, right, top, bottom = parts(4000, scale=scale).unbind(1)
    ours = (right - left) * (bottom - top)
    blank = torch.zeros(3, 256, 256)
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(0).get_state())
        sides = [RandomResizedCrop.get_params(blank, list(scale), [3 / 4, 4 / 3])[2:] for _ in range(4000)]
    theirs = torch.tensor([height * width / 256**2 for height, width in sides])
    assert -0.005 <= float(ours.mean() - theirs.mean()) <= 0.05
    assert float(ours.std()) == pytest.approx(float(theirs.std()), abs=0.02)


# --- colour ---


def test_greyscale_is_torchvision_s() -> None:
    result = augment.greyscale(IMAGES, generator(0), share=1.0)
    assert torch.allclose(result, T.rgb_to_grayscale(IMAGES, num_output_channels=3), atol=2e-4)  # it rounds 0.299 down


def slow_jitter(image: Tensor, brightness: float, contrast: float, saturation: float) -> Tensor:
    """One picture (3, H, W) through torchvision's three functions, in this order."""
    image = T.adjust_brightness(image, brightness)
    image = T.adjust_contrast(image, contrast)
    return T.adjust_saturation(image, saturation)


def test_brightness_contrast_and_saturation_are_torchvision_s_in_this_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "_turn_hue", lambda images, angle: images)
    reddish = IMAGES * torch.tensor([1.0, 0.6, 0.2]).view(3, 1, 1)
    result = augment.colour_jitter(reddish, generator(4), strength=0.5, share=1.0)
    again = generator(4)
    factors = [augment.uniform(6, 0.6, 1.4, again).tolist() for _ in range(3)]
    expected = torch.stack([slow_jitter(image, *drawn) for image, *drawn in zip(reddish, *factors, strict=True)])
    assert torch.allclose(result, expected, atol=1e-3)
    assert not torch.allclose(result, reddish, atol=0.05)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_hue_turns_by_at_most_a_fifth_of_the_circle_times_strength(
    strength: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    angles: list[Tensor] = []
    monkeypatch.setattr(augment, "_turn_hue", lambda images, angle: angles.append(angle) or images)
    augment.colour_jitter(IMAGES[:1, :, :2, :2].expand(2000, -1, -1, -1), generator(0), strength=strength)
    reach = 0.2 * strength * 2 * math.pi
    assert float(angles[0].max()) == pytest.approx(reach, rel=0.01)
    assert float(angles[0].min()) == pytest.approx(-reach, rel=0.01)


def test_strength_zero_changes_no_colour() -> None:
    result = augment.colour_jitter(IMAGES, generator(0), strength=0.0, share=1.0)
    assert torch.allclose(result, IMAGES, atol=1e-5)


@pytest.mark.parametrize("turn", [0.0, 1.0, -1.0])
def test_a_full_turn_of_the_hue_is_none(turn: float) -> None:
    angle = torch.full((6,), turn * 2 * math.pi)
    assert torch.allclose(augment._turn_hue(IMAGES, angle), IMAGES, atol=1e-5)


def test_turning_the_hue_keeps_luma_and_greys_and_adds_up() -> None:
    angle = torch.linspace(-3, 3, 6)
    turned = augment._turn_hue(IMAGES, angle)
    assert not torch.allclose(turned, IMAGES, atol=0.05)
    assert torch.allclose(augment._luma(turned), augment._luma(IMAGES), atol=1e-5)
    grey = IMAGES[:, :1].expand_as(IMAGES)
    assert torch.allclose(augment._turn_hue(grey, angle), grey, atol=1e-3)
    assert torch.allclose(augment._turn_hue(turned, -angle), IMAGES, atol=1e-4)


def test_hue_goes_round_as_torchvision_s_does() -> None:
    """A third of a turn either way takes red nearest to green or to blue, as in HSV."""
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(2, 3, 2, 2)
    third = torch.tensor([2 * math.pi / 3, -2 * math.pi / 3])
    ours = augment._turn_hue(red, third)[:, :, 0, 0].argmax(1).tolist()
    theirs = [int(T.adjust_hue(red[0], factor)[:, 0, 0].argmax()) for factor in (1 / 3, -1 / 3)]
    assert sorted(ours) == sorted(theirs) == [1, 2]


# --- blur and JPEG ---


def test_blur_is_torchvision_s_with_each_picture_s_own_sigma() -> None:
    result = augment.gaussian_blur(IMAGES, generator(7), sigma=(0.1, 2.0), share=1.0)
    sigmas = augment.uniform(6, 0.1, 2.0, generator(7)).tolist()
    expected = torch.stack([T.gaussian_blur(i, [9, 9], [s, s]) for i, s in zip(IMAGES, sigmas, strict=True)])
    assert torch.allclose(result, expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (3, 3)])
def test_blur_of_the_smallest_pictures(size: tuple[int, int]) -> None:
    flat = torch.full((2, 3, *size), 0.25)
    assert torch.allclose(augment.gaussian_blur(flat, generator(0), share=1.0), flat, atol=1e-6)


def test_jpeg_of_high_quality_is_nearly_the_picture_and_of_low_quality_less() -> None:
    smooth = torch.linspace(0, 1, 32).expand(3, 32, 32)
    errors = [float((augment.jpeg(smooth, quality) - smooth).abs().mean()) for quality in (95, 50, 5)]
    assert errors[0] < 0.01
    assert errors[0] <= errors[1] < errors[2]


def test_reencoding_touches_the_share_it_should() -> None:
    many = IMAGES[:1].expand(200, -1, -1, -1)
    result = augment.reencode(many, generator(0), share=0.3)
    changed = (result != many).flatten(1).any(1).float().mean()
    assert float(changed) == pytest.approx(0.3, abs=0.1)
