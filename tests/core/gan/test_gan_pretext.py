"""The losses of both networks, and the truncation trick against its distribution."""

import math

import pytest
import torch
from scipy import stats

from core.device import generator
from core.gan import pretext
from core.nn.gan_game import DiscriminatorOutput, GameOutput


def output(real: list[float], generated: list[float]) -> GameOutput:
    judged = [DiscriminatorOutput(torch.zeros(len(scores), 1), torch.tensor(scores)) for scores in (real, generated)]
    return GameOutput(torch.zeros(len(generated), 3, 1, 1), judged[0], judged[1], judged[1])


def test_losses_by_hand() -> None:
    found = pretext.losses(output([2.0, 0.5, -1.0, 0.2], [-2.0, -0.5, 1.0, 0.3]))
    assert found.discriminator.item() == pytest.approx((0.5 + 2 + 0.8) / 4 + (0.5 + 2 + 1.3) / 4)
    assert found.generator.item() == pytest.approx(-(-2 - 0.5 + 1 + 0.3) / 4)
    assert found.total.item() == pytest.approx(found.discriminator.item() + found.generator.item())
    assert found.accuracy.item() == pytest.approx(5 / 8)


def test_zero_scores_have_the_chance_loss() -> None:
    assert pretext.losses(output([0.0] * 3, [0.0] * 3)).discriminator.item() == pretext.CHANCE_LOSS


@pytest.mark.parametrize("limit", [0.3, 1.0, 2.0])
def test_truncated_numbers_match_scipys_distribution(limit: float) -> None:
    """A Kolmogorov-Smirnov test against scipy's distribution."""
    drawn = pretext.truncated(torch.rand(20_000, generator=generator(1)), limit)
    assert drawn.abs().max() <= limit
    assert stats.kstest(drawn.numpy(), stats.truncnorm(-limit, limit).cdf).pvalue > 0.01


def test_no_limit_is_standard_normal() -> None:
    drawn = pretext.truncated(torch.rand(20_000, generator=generator(1)), pretext.NO_LIMIT)
    assert stats.kstest(drawn.numpy(), "norm").pvalue > 0.01


def test_limit_keeps_order_and_sign() -> None:
    uniform = torch.rand(50, generator=generator(2))
    near, far = (pretext.truncated(uniform, limit) for limit in (1.0, 1.01))
    assert (near - far).abs().max() < 0.02
    assert torch.equal(near.argsort(), far.argsort())
    assert torch.equal(near.sign(), far.sign())


def test_ends_of_range_are_finite() -> None:
    ends = torch.tensor([0.0, 0.5, 1 - 2**-24])
    for limit in (0.01, 1.0, pretext.NO_LIMIT):
        drawn = pretext.truncated(ends, limit)
        assert all(math.isfinite(value) for value in drawn.tolist())
        assert drawn.abs().max() <= limit
