"""Blocks of generators and discriminators: the spectral norm, against SVD and against torch."""

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from core.device import generator
from core.nn.backbones import initialise
from core.nn.gan_blocks import DownBlock, SpectralConv2d, SpectralLinear, UpBlock, largest_singular_value, power_step


def drawn(layer: nn.Module, seed: int = 1) -> nn.Module:
    return initialise(layer, generator(seed))


def test_power_iteration_finds_the_largest_singular_value() -> None:
    for layer in (drawn(SpectralLinear(7, 5)), drawn(SpectralConv2d(3, 6, 3))):
        truth = torch.linalg.svdvals(layer.weight.detach().flatten(1).double())[0].item()  # type: ignore[operator]
        first = largest_singular_value(layer.weight, layer.left).item()  # type: ignore[arg-type]
        assert first <= truth + 1e-5, "never too large"
        for _ in range(300):
            power_step(layer)
        assert largest_singular_value(layer.weight, layer.left).item() == pytest.approx(truth, rel=1e-4)  # type: ignore[arg-type]


def test_no_input_is_stretched() -> None:
    layer = drawn(SpectralLinear(40, 30))
    for _ in range(300):
        power_step(layer)
    x = torch.randn(500, 40, generator=generator(2))
    with torch.no_grad():
        stretched = (layer(x) - layer.bias).norm(dim=1) / x.norm(dim=1)
    assert stretched.max() <= 1 + 1e-4
    assert torch.linalg.svdvals(layer.weight.detach())[0] > 1.2, "without normalisation inputs would be stretched"  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["linear", "conv"])
def test_layers_equal_torchs_spectral_norm(kind: str) -> None:
    ours = drawn(SpectralLinear(6, 4) if kind == "linear" else SpectralConv2d(6, 4, 3, padding=1))
    theirs = nn.Linear(6, 4) if kind == "linear" else nn.Conv2d(6, 4, 3, padding=1)
    theirs.load_state_dict({name: ours.state_dict()[name] for name in ("weight", "bias")})
    with torch.random.fork_rng():
        normed = spectral_norm(theirs, n_power_iterations=1).eval()
    x = torch.randn(3, 6, generator=generator(3)) if kind == "linear" else torch.randn(3, 6, 5, 5)
    hidden = normed.parametrizations.weight[0]  # type: ignore[union-attr, index]
    ours.left.copy_(hidden._u)  # type: ignore[union-attr, operator]
    torch.testing.assert_close(ours(x), normed(x), rtol=1e-3, atol=1e-4)
    normed.train()
    for _ in range(4):
        normed(x)
        power_step(ours)
    normed.eval()
    torch.testing.assert_close(ours(x), normed(x), rtol=1e-3, atol=1e-4)


def test_forward_changes_no_state() -> None:
    layer = drawn(SpectralConv2d(3, 5, 3))
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    layer(torch.randn(2, 3, 6, 6, generator=generator(1)))
    assert all(torch.equal(before[name], value) for name, value in layer.state_dict().items())


def test_gradient_equals_finite_differences() -> None:
    """d/dW of sum(W / s) c with s = |W^T u|, against finite differences in double precision."""
    weight = torch.randn(4, 3, generator=generator(5), dtype=torch.double, requires_grad=True)
    left = nn.functional.normalize(torch.randn(4, generator=generator(6), dtype=torch.double), dim=0)
    assert torch.autograd.gradcheck(lambda w: w / largest_singular_value(w, left), (weight,))


@pytest.mark.parametrize("count", [1, 4])
def test_blocks_double_and_halve(count: int) -> None:
    up, down = UpBlock(6, 4).eval(), DownBlock(4, 6)
    x = torch.randn(count, 6, 5, 5, generator=generator(1))
    assert up(x).shape == (count, 4, 10, 10)
    assert down(up(x)).shape == (count, 6, 5, 5)
    assert DownBlock(6, 6, halve=False)(x).shape == x.shape
    assert DownBlock(6, 6, halve=False).shortcut is None


def test_shortcut_and_upsampling_commute() -> None:
    """The order in the paper's figure, which costs four times as much."""
    up = drawn(UpBlock(6, 4)).eval()
    x = torch.randn(2, 6, 5, 5, generator=generator(1))
    large = nn.functional.interpolate(x, scale_factor=2)
    body = up.conv2(up.norm2(up.conv1(nn.functional.interpolate(up.norm1(x).relu(), scale_factor=2))).relu())  # type: ignore[operator]
    torch.testing.assert_close(up(x), body + up.shortcut(large), rtol=1e-4, atol=1e-5)  # type: ignore[operator]


def test_down_block_treats_pictures_separately() -> None:
    down, x = DownBlock(3, 6, first=True).train(), torch.randn(4, 3, 8, 8, generator=generator(1))
    torch.testing.assert_close(down(x)[:1], down(x[:1]))
