"""Augmentations against torchvision: the same draw gives the same picture, many draws have the same moments."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
import torchvision.transforms.v2.functional as T
from torch import Tensor
from torchvision import transforms

from core.data import augment, bundled
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
def test_equal_generators_give_equal_pictures(name: str) -> None:
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
@pytest.mark.parametrize("shape", [(1, 3, 24, 20), (1, 3, 1, 1), (2, 3, 17, 33), (1, 3, 7, 2)])
def test_one_picture_and_odd_sizes(name: str, shape: tuple[int, ...]) -> None:
    images = torch.rand(shape, generator=generator(0))
    result = ALL[name](images, generator(1))
    assert result.shape == (shape if name != "crop" else (*shape[:2], 17, 17))
    assert bool(result.isfinite().all())


@pytest.mark.parametrize("name", ALL)
def test_autocast_rounds_no_picture(name: str) -> None:
    expected = ALL[name](IMAGES, generator(5))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = ALL[name](IMAGES, generator(5))
    assert torch.equal(result, expected)


@pytest.mark.parametrize("name", ALL)
def test_each_picture_draws_its_own(name: str) -> None:
    same = IMAGES[:1].expand(32, -1, -1, -1)
    result = ALL[name](same, generator(1))
    assert len({picture.numpy().tobytes() for picture in result}) > 1


@pytest.mark.parametrize("name", ["flip", "grey", "jitter", "blur", "reencode"])
def test_share_zero_and_one(name: str) -> None:
    def apply(share: float) -> Tensor:
        functions: dict[str, Callable[..., Tensor]] = {
            "flip": augment.horizontal_flip,
            "grey": augment.greyscale,
            "jitter": augment.colour_jitter,
            "blur": partial(augment.gaussian_blur, sigma=(1.0, 2.0)),
            "reencode": augment.reencode,
        }
        return functions[name](IMAGES, generator(2), share=share)

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
def test_chosen_has_the_given_share(share: float) -> None:
    drawn = augment.chosen(10_000, share, generator(3))
    assert drawn.shape == (10_000, 1, 1, 1)
    assert float(drawn.float().mean()) == pytest.approx(share, abs=0.02)


def test_half_of_many_are_mirrored() -> None:
    many = IMAGES[:1].expand(2000, -1, -1, -1)
    result = augment.horizontal_flip(many, generator(0))
    mirrored = (result == T.horizontal_flip(IMAGES[:1])).flatten(1).all(1)
    kept = (result == IMAGES[:1]).flatten(1).all(1)
    assert bool((mirrored ^ kept).all())
    assert float(mirrored.float().mean()) == pytest.approx(0.5, abs=0.04)


# --- crop ---


def test_full_crop_is_the_identity() -> None:
    result = augment.random_resized_crop(SQUARE, 24, generator(0), scale=(1, 1), ratio=(1, 1))
    assert torch.allclose(result, SQUARE, atol=1e-6)


@pytest.mark.parametrize("size", [7, 17, 48])  # made smaller, about the same, larger
def test_crop_equals_torchvision_on_same_box(size: int) -> None:
    result = augment.random_resized_crop(IMAGES, size, generator(3), scale=(0.2, 1.0))
    boxes = augment._boxes(6, (24, 20), (0.2, 1.0), (3 / 4, 4 / 3), generator(3)).int().tolist()
    expected = [
        T.resized_crop(image, top, left, height, width, [size, size], antialias=True)
        for image, (left, top, width, height) in zip(IMAGES, boxes, strict=True)
    ]
    assert torch.allclose(result, torch.stack(expected), atol=1e-5)


def boxes_of(batch: int, sides: tuple[int, int], scale: tuple[float, float], size: int = 40) -> Tensor:
    """(B, 4): left, top, width and height in pixels of random crops, read off two ramps."""
    down, across = torch.meshgrid(*[torch.arange(side) + 0.5 for side in sides], indexing="ij")
    pictures = torch.stack([across, down, across])
    views = augment.random_resized_crop(pictures.expand(batch, -1, -1, -1), size, generator(0), scale=scale)
    starts, lengths = [], []
    near, far = size // 4, size - size // 4  # inside, where the border repeats no pixel
    for line in (views[:, 0, size // 2, :], views[:, 1, :, size // 2]):
        step = (line[:, far] - line[:, near]) / (far - near)
        starts.append(line[:, near] - (near + 0.5) * step)
        lengths.append(size * step)
    return torch.stack(starts + lengths, 1)


def torchvision_s(batch: int, seed: int, draw: Callable[[], Tensor]) -> Tensor:
    """Stack `batch` results of what draws from torch's global chance, leaving that as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.random.set_rng_state(generator(seed).get_state())
        return torch.stack([draw() for _ in range(batch)])


def assert_same_means(ours: Tensor, theirs: Tensor, errors: float = 4.0) -> None:
    """Columns of independent rows (N, K) and (M, K) have equal means within `errors` standard errors."""
    spread = (ours.var(0) / len(ours) + theirs.var(0) / len(theirs)).sqrt()
    apart = (ours.mean(0) - theirs.mean(0)).abs()
    assert bool((apart <= errors * spread + 1e-4 * theirs.mean(0).abs() + 1e-6).all()), (apart / spread).tolist()


def test_crops_keep_scale_and_ratio() -> None:
    boxes = boxes_of(800, (80, 80), (0.2, 0.5), size=80)
    assert torch.allclose(boxes, boxes.round(), atol=2e-3)
    left, top, width, height = boxes.round().unbind(1)
    for start, length in ((left, width), (top, height)):
        assert float(start.min()) == 0
        assert float((start + length).max()) == 80
    area, ratio = width * height / 80**2, width / height
    assert 0.195 <= float(area.min()) <= 0.21
    assert 0.49 <= float(area.max()) <= 0.51
    assert 0.73 <= float(ratio.min()) <= 0.76  # 3/4 to 4/3 but for the rounding of 31 and more pixels
    assert 1.32 <= float(ratio.max()) <= 1.37


@pytest.mark.parametrize(
    ("sides", "scale"),
    [((40, 40), (0.2, 1.0)), ((40, 31), (0.08, 1.0)), ((12, 60), (0.2, 1.0)), ((60, 12), (0.25, 0.4))],
)  # of the last two most tries do not fit
def test_crops_have_torchvision_moments(sides: tuple[int, int], scale: tuple[float, float]) -> None:
    blank = torch.zeros(3, *sides)

    def draw() -> Tensor:
        top, left, height, width = transforms.RandomResizedCrop.get_params(blank, list(scale), [3 / 4, 4 / 3])
        return torch.tensor([left, top, width, height], dtype=torch.float32)

    def moments(boxes: Tensor) -> Tensor:
        return torch.cat([boxes, (boxes[:, :, None] * boxes[:, None, :]).flatten(1)], 1)  # (B, 4 + 16)

    assert_same_means(moments(boxes_of(2500, sides, scale).round()), moments(torchvision_s(2500, 1, draw)))


@pytest.mark.parametrize(("sides", "expected"), [((12, 60), (22, 0, 16, 12)), ((60, 12), (0, 22, 12, 16))])
def test_fallback_crop_is_the_middle(sides: tuple[int, int], expected: tuple[int, ...]) -> None:
    boxes = boxes_of(3, sides, (0.9, 1.0)).round()
    assert boxes.tolist() == [list(expected)] * 3
    blank = torch.zeros(3, *sides)
    top, left, height, width = transforms.RandomResizedCrop.get_params(blank, [0.9, 1.0], [3 / 4, 4 / 3])
    assert expected == (left, top, width, height)


# --- moments of whole pictures ---


def small_photograph() -> Tensor:
    """(3, 24, 20) of the bundled astronaut: orange, blue, white and black."""
    image = torch.from_numpy(bundled.photographs()[0].image.copy()).permute(2, 0, 1).float() / 255
    small: Tensor = T.resize(image, [24, 20], antialias=True).clamp(0, 1)
    return small


def moments(images: Tensor) -> Tensor:
    """(B, K): what one picture's pixels add to means, products of channels, contrasts of halves and of neighbours."""
    means = images.mean((2, 3))  # (B, 3)
    products = torch.einsum("bchw,bdhw->bcd", images, images).flatten(1) / images[0, 0].numel()  # (B, 9)
    halves = images[..., : images.shape[-1] // 2].mean((2, 3)) - means
    neighbours = torch.stack([images.diff(dim=dim).square().mean((1, 2, 3)) for dim in (2, 3)], 1)
    once = torch.cat([means, products, halves, neighbours], 1)
    return torch.cat([once, once**2], 1)  # the squares compare the spread from draw to draw


PAIRS: dict[str, tuple[Callable[[Tensor, torch.Generator], Tensor], torch.nn.Module]] = {
    "crop": (ALL["crop"], transforms.RandomResizedCrop(17, scale=(0.2, 1.0), antialias=True)),
    "flip": (augment.horizontal_flip, transforms.RandomHorizontalFlip(0.5)),
    "grey": (augment.greyscale, transforms.RandomGrayscale(0.2)),
    "jitter": (augment.colour_jitter, transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], 0.8)),
    "jitter of ImageNet": (
        partial(augment.colour_jitter, strength=1.0, share=1.0),
        transforms.ColorJitter(0.8, 0.8, 0.8, 0.2),
    ),
    "blur": (augment.gaussian_blur, transforms.RandomApply([transforms.GaussianBlur(9, (0.1, 2.0))], 0.5)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_many_draws_have_torchvision_s_moments(name: str) -> None:
    ours, theirs = PAIRS[name]
    picture, chance = small_photograph(), generator(11)
    batch = picture.expand(4, -1, -1, -1)  # the four share an order of colour changes, so their mean is one row
    rows = torch.stack([moments(ours(batch, chance)).mean(0) for _ in range(700)])
    pictures = torchvision_s(1500, 12, lambda: theirs(picture))
    assert_same_means(rows, moments(pictures))


# --- colour ---


def test_greyscale_is_torchvision_s() -> None:
    result = augment.greyscale(IMAGES, generator(0), share=1.0)
    assert torch.allclose(result, T.rgb_to_grayscale(IMAGES, num_output_channels=3), atol=2e-4)  # it rounds 0.299 down


def slow_jitter(image: Tensor, order: list[int], factors: list[float]) -> Tensor:
    """One picture (3, H, W) through torchvision's four functions in the given order."""
    changes = (T.adjust_brightness, T.adjust_contrast, T.adjust_saturation, T.adjust_hue)
    for number in order:
        image = changes[number](image, factors[number])
    return image


def test_colour_jitter_equals_torchvision() -> None:
    reddish = IMAGES * torch.tensor([1.0, 0.6, 0.2]).view(3, 1, 1)
    orders = set()
    for seed in range(40):
        result = augment.colour_jitter(reddish, generator(seed), strength=0.5, share=1.0)
        again = generator(seed)
        factors = [augment.uniform(6, 0.6, 1.4, again).tolist() for _ in range(3)]
        factors.append(augment.uniform(6, -0.1, 0.1, again).tolist())
        order = torch.randperm(4, generator=again).tolist()
        pairs = zip(reddish, zip(*factors, strict=True), strict=True)
        expected = torch.stack([slow_jitter(image, order, list(drawn)) for image, drawn in pairs])
        assert torch.allclose(result, expected, atol=1e-3)
        assert not torch.allclose(result, reddish, atol=0.05)
        orders.add(tuple(order))
    assert len(orders) > 15


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_hue_turns_within_its_range(strength: float, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[Tensor] = []

    def note(images: Tensor, turn: Tensor) -> Tensor:
        turns.append(turn)
        return images

    monkeypatch.setattr(augment, "_turn_hue", note)
    augment.colour_jitter(IMAGES[:1, :, :2, :2].expand(2000, -1, -1, -1), generator(0), strength=strength)
    reach = 0.2 * strength
    assert float(turns[0].max()) == pytest.approx(reach, rel=0.01)
    assert float(turns[0].min()) == pytest.approx(-reach, rel=0.01)


def test_strength_zero_changes_no_colour() -> None:
    result = augment.colour_jitter(IMAGES, generator(0), strength=0.0, share=1.0)
    assert torch.allclose(result, IMAGES, atol=1e-5)


HUES: dict[str, Tensor] = {
    "noise": IMAGES,
    "corners of the colour cube": IMAGES.round(),
    "greys": IMAGES[:, :1].expand_as(IMAGES),
    "two channels equal": torch.cat([IMAGES[:, :1], IMAGES[:, :1], IMAGES[:, 1:2]], 1),
}


@pytest.mark.parametrize("name", HUES)
def test_hue_wraps_like_torchvision(name: str) -> None:
    images, turns = HUES[name], [-0.5, -0.31, -1e-3, 0.0, 0.2, 0.5]
    expected = torch.stack([T.adjust_hue(image, turn) for image, turn in zip(images, turns, strict=True)])
    assert torch.allclose(augment._turn_hue(images, torch.tensor(turns)), expected, atol=1e-5)


@pytest.mark.parametrize("turn", [0.0, 0.5, -0.5])
def test_full_hue_turn_is_the_identity(turn: float) -> None:
    once = augment._turn_hue(IMAGES, torch.full((6,), turn))
    assert torch.allclose(augment._turn_hue(once, torch.full((6,), turn)), IMAGES, atol=1e-5)
