"""The network: shapes, noise as an argument, gradients, overfitting one batch."""

import pytest
import torch
from torch import nn

from core.device import generator
from core.vae import pretext
from core.vae.model import VAE, Config


def seeded(config: Config | None = None) -> VAE:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(3).get_state())
        return VAE(config or Config())


def test_layers_are_the_tutorials() -> None:
    widths = [(part.in_features, part.out_features) for part in seeded().modules() if isinstance(part, nn.Linear)]
    assert widths == [(784, 400), (400, 20), (400, 20), (20, 400), (400, 784)]
    assert sum(p.numel() for p in seeded().parameters()) == 652_824


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("config", [Config(), Config(side=9, hidden=11, latent=3)])
def test_output_shapes(count: int, config: Config) -> None:
    images = torch.rand(count, 1, config.side, config.side, generator=generator(1))
    output = seeded(config)(images, torch.zeros(count, config.latent))
    assert output.logits.shape == images.shape
    assert output.mu.shape == output.logvar.shape == output.z.shape == (count, config.latent)


def test_zero_noise_decodes_the_mean() -> None:
    model, images = seeded(), torch.rand(2, 1, 28, 28, generator=generator(1))
    output = model(images, torch.zeros(2, 20))
    torch.testing.assert_close(output.z, output.mu)
    torch.testing.assert_close(output.logits, model.decode(model.encode(images)[0]))


def test_noise_is_reparameterised() -> None:
    model, images = seeded(), torch.rand(2, 1, 28, 28, generator=generator(1))
    noise = torch.randn(2, 20, generator=generator(2))
    output = model(images, noise)
    torch.testing.assert_close((output.z - output.mu) / (0.5 * output.logvar).exp(), noise, rtol=1e-4, atol=1e-4)


def test_gradient_reaches_every_parameter() -> None:
    model, images = seeded(), torch.rand(4, 1, 28, 28, generator=generator(1))
    output = model(images, torch.randn(4, 20, generator=generator(2)))
    pretext.negative_elbo(output.logits, images, output.mu, output.logvar).mean.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert float(parameter.grad.abs().sum()) > 0, name


def test_overfits_one_batch() -> None:
    """Eight black-and-white pictures of 81 random pixels: the chance level is 56 nats, the index costs 2.1."""
    model = seeded(Config(side=9, hidden=64, latent=8))
    images = (torch.rand(8, 1, 9, 9, generator=generator(1)) > 0.5).float()
    optimizer, rng = torch.optim.Adam(model.parameters(), 2e-2), generator(2)
    for _ in range(120):
        output = model(images, torch.randn(8, 8, generator=rng))
        cost = pretext.negative_elbo(output.logits, images, output.mu, output.logvar).mean
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    assert float(cost.detach()) < 25
