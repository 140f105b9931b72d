"""Both networks: shapes, sizes, a bounded discriminator, and weights that depend on their seed alone."""

import pytest
import torch

from core.device import generator
from core.gan.model import Config, Discriminator, Generator, untrained
from core.nn.gan_blocks import power_step

TINY = Config(8, 5, (8, 6), (4, 6))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("config", [Config(), TINY, Config(16, 7, (9, 8, 7), (4, 5, 6))])
def test_shapes_and_ranges(count: int, config: Config) -> None:
    drawing, judging = untrained(config)
    images = drawing.eval()(torch.randn(count, config.latent, generator=generator(1)))
    assert images.shape == (count, 3, config.size, config.size)
    assert 0 <= images.min() <= images.max() <= 1
    found = judging(images)
    assert found.scores.shape == (count,)
    assert found.features.shape == (count, config.critic_widths[-1])


def test_a_size_that_the_blocks_cannot_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="draw 16 pixels, not 32"):
        Generator(Config(32, 4, (8, 8, 8)))


def test_both_are_as_small_as_a_core_can_train() -> None:
    sizes = [sum(p.numel() for p in network.parameters()) for network in untrained(Config())]
    assert 450_000 < sizes[0] < 1_000_000
    assert 450_000 < sizes[1] < 1_000_000


def test_weights_are_the_seeds_own() -> None:
    first, again, other = (untrained(TINY, seed) for seed in (1, 1, 2))
    for ours, theirs in zip(first, again, strict=True):
        assert all(torch.equal(value, theirs.state_dict()[name]) for name, value in ours.state_dict().items())
    assert not torch.equal(first[0].first.weight, other[0].first.weight)


def test_before_training_pictures_are_near_grey() -> None:
    drawing, _ = untrained(Config())
    images = drawing(torch.randn(16, 64, generator=generator(1)))
    assert (images - 0.5).abs().mean() < 0.2


def test_the_discriminator_is_as_steep_as_its_norms_allow() -> None:
    """Gains of its layers multiply: 2 pictures 1 apart in a sum over 16 positions differ by a bounded score."""
    judging = untrained(Config())[1].eval()
    for _ in range(50):
        power_step(judging)
    for layer in (judging.score, judging.blocks[0].conv1, judging.blocks[3].conv2):
        weight = layer.weight.detach().flatten(1)  # type: ignore[union-attr, operator]
        normed = weight / torch.linalg.vector_norm(weight.T @ layer.left)  # type: ignore[operator]
        assert torch.linalg.svdvals(normed)[0].item() == pytest.approx(1, abs=0.02)


def test_the_score_is_read_from_the_features() -> None:
    judging = untrained(TINY)[1]
    found = judging(torch.rand(4, 3, 8, 8, generator=generator(1)))
    torch.testing.assert_close(found.scores, judging.score(found.features).squeeze(1))
    assert isinstance(judging, Discriminator)
