"""The bound against slow loops, closed forms and torch.distributions."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from core.device import generator
from core.vae import pretext


def batch(count: int = 3, pixels: int = 12, latent: int = 4) -> tuple[torch.Tensor, ...]:
    rng = generator(7)
    logits = 3 * torch.randn(count, 1, pixels, 1, generator=rng)
    images = torch.rand(count, 1, pixels, 1, generator=rng)
    mu, logvar = torch.randn(2, count, latent, generator=rng)
    return logits, images, mu, logvar


def test_bound_equals_slow_loop() -> None:
    """Kingma & Welling 2013, eq. 10 and appendix C.1, one number at a time."""
    logits, images, mu, logvar = batch()
    expected = []
    for i in range(len(images)):
        cost = 0.0
        for logit, x in zip(logits[i].flatten().tolist(), images[i].flatten().tolist(), strict=True):
            y = 1 / (1 + math.exp(-logit))
            cost -= x * math.log(y) + (1 - x) * math.log(1 - y)
        for m, s in zip(mu[i].tolist(), logvar[i].tolist(), strict=True):
            cost -= 0.5 * (1 + s - m**2 - math.exp(s))
        expected.append(cost)
    found = pretext.negative_elbo(logits, images, mu, logvar)
    assert (found.reconstruction + found.kl.sum(1)).tolist() == pytest.approx(expected, rel=1e-5)
    assert float(found.mean) == pytest.approx(sum(expected) / len(expected), rel=1e-5)


def test_reconstruction_equals_torch_distributions() -> None:
    logits, images, _, _ = batch()
    images = (images > 0.5).float()
    expected = -Bernoulli(logits=logits).log_prob(images).flatten(1).sum(1)
    torch.testing.assert_close(pretext.bernoulli_nats(logits, images), expected)


def test_kl_equals_torch_distributions() -> None:
    _, _, mu, logvar = batch()
    expected = kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(pretext.kl_nats(mu, logvar), expected)


def test_kl_equals_monte_carlo_estimate() -> None:
    mu, logvar = torch.tensor([[0.7]]), torch.tensor([[-1.1]])
    posterior, prior = Normal(mu, (0.5 * logvar).exp()), Normal(0.0, 1.0)
    z = mu + (0.5 * logvar).exp() * torch.randn(200_000, 1, generator=generator(1))
    ratio = (posterior.log_prob(z) - prior.log_prob(z)).mean()
    assert float(pretext.kl_nats(mu, logvar)) == pytest.approx(float(ratio), abs=0.01)


def test_prior_has_zero_kl() -> None:
    assert float(pretext.kl_nats(torch.zeros(2, 20), torch.zeros(2, 20)).abs().max()) == 0


def test_uniform_costs_log_two_per_pixel() -> None:
    images = torch.rand(2, 1, 28, 28, generator=generator(2))
    nats = pretext.bernoulli_nats(torch.zeros_like(images), images)
    assert nats.tolist() == pytest.approx([pretext.UNIFORM_NATS] * 2, rel=1e-6)


def test_perfect_copy_costs_its_entropy() -> None:
    _, images, _, _ = batch()
    floor = pretext.entropy_nats(images)
    torch.testing.assert_close(pretext.bernoulli_nats(images.logit(), images), floor)
    assert bool((pretext.bernoulli_nats(images.logit() + 0.3, images) > floor).all())


def test_entropy_of_binary_pixels_is_zero() -> None:
    assert float(pretext.entropy_nats(torch.tensor([[0.0, 1.0, 1.0]]))) == 0
