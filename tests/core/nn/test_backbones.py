"""The picture encoder is torchvision's ResNet but for its stem."""

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18

from core.device import generator
from core.nn.backbones import EncoderConfig, PictureEncoder, whiten

SMALL = EncoderConfig((4, 6, 8), (1, 2, 1))
PARTS = {"weight": (0.5, 1.5), "running_var": (0.5, 2.0)}  # a norm that has seen something


def encoder_and_resnet() -> tuple[PictureEncoder, nn.Module]:
    """An encoder, and torchvision's resnet18 with the stem for small pictures and the same weights under its names."""
    ours, theirs = PictureEncoder(EncoderConfig()).eval(), resnet18(weights=None).eval()
    theirs.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    theirs.maxpool, theirs.fc = nn.Identity(), nn.Identity()
    rng = generator(0)
    for module in ours.modules():
        if isinstance(module, nn.BatchNorm2d):
            for name, tensor in (*module.named_parameters(), *module.named_buffers()):
                low, high = PARTS.get(name, (-0.5, 0.5))
                if tensor.is_floating_point():
                    tensor.data = low + (high - low) * torch.rand(tensor.shape, generator=rng)
    renamed = {}
    for name, tensor in ours.state_dict().items():
        stage, _, rest = name.removeprefix("stages.").partition(".")
        renamed[f"layer{int(stage) + 1}.{rest}" if name.startswith("stages.") else name] = tensor
    theirs.load_state_dict(renamed)
    return ours, theirs


def test_equals_torchvision_resnet18() -> None:
    ours, theirs = encoder_and_resnet()
    images = torch.rand(2, 3, 33, 31, generator=generator(1))
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalised = (images - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    with torch.inference_mode():
        expected = theirs(normalised)
        found = ours(images)
    assert expected.std() > 1e-3
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


@pytest.mark.parametrize(("stride", "side"), [(1, 32), (2, 16)])
def test_stages_halve_the_map(stride: int, side: int) -> None:
    encoder = PictureEncoder(EncoderConfig((4, 6, 8), (1, 2, 1), stem_stride=stride)).eval()
    maps = encoder.maps(torch.rand(2, 3, 32, 32))
    assert [tuple(found.shape) for found in maps] == [
        (2, 4, side, side),
        (2, 6, side // 2, side // 2),
        (2, 8, side // 4, side // 4),
    ]
    assert encoder.out_features == 8


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (8, 64)])
def test_features_are_last_map_means(size: tuple[int, int]) -> None:
    encoder = PictureEncoder(SMALL).eval()
    images = torch.rand(1, 3, *size)
    features = encoder(images)
    assert features.shape == (1, 8)
    assert torch.equal(features, encoder.maps(images)[-1].mean((2, 3)))


def test_depths_count_blocks() -> None:
    assert [len(list(stage.children())) for stage in PictureEncoder(SMALL).stages] == [1, 2, 1]
    with pytest.raises(ValueError, match="zip"):
        PictureEncoder(EncoderConfig((4, 6), (1,)))


def test_a_gradient_reaches_every_weight() -> None:
    encoder = PictureEncoder(SMALL)
    encoder(torch.rand(4, 3, 16, 16)).square().sum().backward()
    for name, weight in encoder.named_parameters():
        assert weight.grad is not None, name
        assert bool(torch.isfinite(weight.grad).all()), name
        assert bool((weight.grad != 0).any()), name


def test_pictures_of_a_batch_are_independent() -> None:
    encoder = PictureEncoder(SMALL).eval()
    images = torch.rand(3, 3, 16, 16)
    alone: Tensor = encoder(images[1:2])
    assert torch.allclose(encoder(images)[1:2], alone, atol=1e-6)


def test_normalisation_constants_are_not_saved() -> None:
    assert not {"mean", "std"} & PictureEncoder(SMALL).state_dict().keys()


@pytest.mark.parametrize("filters", [16, 32])
def test_whitened_stem_weighs_directions_equally(filters: int) -> None:
    rng = generator(2)
    bright = torch.rand(64, 1, 1, 1, generator=rng)  # nearly all of the variance, as in photographs
    images = bright + 0.01 * torch.randn(64, 3, 24, 24, generator=rng)
    encoder = PictureEncoder(EncoderConfig((filters,), (1,)))
    whiten(encoder, images, generator(0))
    standard = (images - encoder.mean) / encoder.std  # type: ignore[operator]
    heard = nn.functional.conv2d(standard, encoder.conv1.weight, stride=3).transpose(0, 1).flatten(1)
    spread = torch.linalg.eigvalsh(torch.cov(heard))
    assert len(spread) == filters
    expected = torch.cat([torch.zeros(max(0, filters - 27)), torch.ones(min(filters, 27))])
    assert torch.allclose(spread, expected, atol=0.02)
    again = PictureEncoder(EncoderConfig((filters,), (1,)))
    whiten(again, images, generator(0))
    assert torch.equal(again.conv1.weight, encoder.conv1.weight)
