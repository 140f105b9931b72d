"""The network: shapes, lengths, gradients, weights that depend on the seed alone, and overfitting one batch."""

import pytest
import torch

from core.contrastive import pretext
from core.contrastive.model import Config, ContrastiveNet, untrained
from core.device import generator
from core.downstream.features import embed

SMALL = Config(size=16, widths=(8, 16), depths=(1, 1), stem_stride=1, hidden=16, projection=8)


@pytest.mark.parametrize(("batch", "side"), [(1, 16), (3, 32), (2, 21)])
def test_shapes(batch: int, side: int) -> None:
    found = ContrastiveNet(SMALL).eval()(torch.rand(batch, 3, side, side))
    assert found.features.shape == (batch, 16)
    assert found.projections.shape == (batch, 8)
    assert torch.allclose(found.projections.norm(dim=1), torch.ones(batch), atol=1e-5)


def test_gradient_reaches_every_parameter() -> None:
    net = untrained(SMALL)
    first, second = net(torch.rand(8, 3, 16, 16, generator=generator(2))).projections.chunk(2)
    pretext.nt_xent(first, second, 0.2).mean.backward()
    without = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


def test_weights_depend_on_seed_alone() -> None:
    torch.rand(3)
    one, same, other = untrained(SMALL, 1), untrained(SMALL, 1), untrained(SMALL, 2)
    for (name, a), b, c in zip(one.named_parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b), name
        if a.ndim > 1:
            assert not torch.equal(a, c), name


def test_features_ignore_the_chunk_size() -> None:
    net = untrained(SMALL).eval()
    images = torch.randint(0, 256, (7, 3, 16, 16), dtype=torch.uint8, generator=generator(4))
    whole = embed(net.encoder, images, device=torch.device("cpu"))
    parts = embed(net.encoder, images.float() / 255, device=torch.device("cpu"), chunk=3)
    assert torch.allclose(whole, parts, atol=1e-5)


def test_overfits_one_batch() -> None:
    net = untrained(SMALL)
    images = torch.rand(8, 3, 16, 16, generator=generator(3))
    views = torch.cat([images, (images + 0.05).clamp(0, 1)])
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    for _ in range(60):
        first, second = net(views).projections.chunk(2)
        loss = pretext.nt_xent(first, second, 0.1).mean
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1, "chance level log 15 = 2.7"
