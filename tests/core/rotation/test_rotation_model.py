"""The rotation network: shapes, gradients, an exact activation map, and overfitting one batch."""

import pytest
import torch

from core.device import generator
from core.rotation import pretext
from core.rotation.model import Config, RotationNet

SMALL = Config(size=32, widths=(8, 8, 16, 16), depths=(1, 1, 1, 1))


@pytest.mark.parametrize(("batch", "side"), [(1, 32), (3, 64), (2, 45)])
def test_shapes(batch: int, side: int) -> None:
    output = RotationNet(SMALL).eval()(torch.rand(batch, 3, side, side))
    assert output.logits.shape == (batch, 4)
    assert output.features.shape == (batch, 16)
    assert output.map.shape[:2] == (batch, 16)


def test_activation_map_averages_to_logits() -> None:
    net = RotationNet(SMALL).eval()
    output = net(torch.rand(2, 3, 64, 64, generator=generator(1)))
    by_position = torch.einsum("kd,bdhw->bkhw", net.head.weight, output.map)
    assert torch.allclose(by_position.mean((2, 3)) + net.head.bias, output.logits, atol=1e-5)


def test_gradient_reaches_every_parameter() -> None:
    net = RotationNet(SMALL)
    logits = net(torch.rand(4, 3, 32, 32, generator=generator(2))).logits
    pretext.turn_loss(logits, torch.arange(4)).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_overfits_one_batch() -> None:
    net = RotationNet(SMALL)
    images, turns = pretext.all_turns(torch.rand(4, 3, 32, 32, generator=generator(3)))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    for _ in range(40):
        loss = pretext.turn_loss(net(images).logits, turns)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05
