"""Both networks: shapes, sizes, spectral norms, and weights that depend on the seed alone."""

import pytest
import torch

from core import device
from core.gan.model import Config, Discriminator, Generator, untrained
from core.nn.gan_blocks import power_step

TINY = Config(8, 5, (8, 6), (4, 6))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("config", [Config(), TINY, Config(16, 7, (9, 8, 7), (4, 5, 6))])
def test_shapes_and_ranges(count: int, config: Config) -> None:
    generator, discriminator = untrained(config)
    images = generator.eval()(torch.randn(count, config.latent, generator=device.generator(1)))
    assert images.shape == (count, 3, config.size, config.size)
    assert 0 <= images.min() <= images.max() <= 1
    found = discriminator(images)
    assert found.scores.shape == (count,)
    assert found.features.shape == (count, config.discriminator_widths[-1])


def test_wrong_picture_size_is_refused() -> None:
    with pytest.raises(ValueError, match="draw 16 pixels, not 32"):
        Generator(Config(32, 4, (8, 8, 8)))


def test_both_networks_are_small() -> None:
    sizes = [sum(p.numel() for p in network.parameters()) for network in untrained(Config())]
    assert 450_000 < sizes[0] < 1_000_000
    assert 450_000 < sizes[1] < 1_000_000


def test_weights_depend_on_the_seed_alone() -> None:
    first, again, other = (untrained(TINY, seed) for seed in (1, 1, 2))
    for ours, theirs in zip(first, again, strict=True):
        assert all(torch.equal(value, theirs.state_dict()[name]) for name, value in ours.state_dict().items())
    assert not torch.equal(first[0].first.weight, other[0].first.weight)


def test_untrained_pictures_are_near_grey() -> None:
    generator, _ = untrained(Config())
    images = generator(torch.randn(16, 64, generator=device.generator(1)))
    assert (images - 0.5).abs().mean() < 0.2


def test_normalised_weights_have_spectral_norm_one() -> None:
    discriminator = untrained(Config())[1].eval()
    for _ in range(50):
        power_step(discriminator)
    for layer in (discriminator.score, discriminator.blocks[0].conv1, discriminator.blocks[3].conv2):
        weight = layer.weight.detach().flatten(1)  # type: ignore[union-attr, operator]
        normed = weight / torch.linalg.vector_norm(weight.T @ layer.left)  # type: ignore[union-attr, operator]
        assert torch.linalg.svdvals(normed)[0].item() == pytest.approx(1, abs=0.02)


def test_score_is_linear_in_the_features() -> None:
    discriminator = untrained(TINY)[1]
    found = discriminator(torch.rand(4, 3, 8, 8, generator=device.generator(1)))
    torch.testing.assert_close(found.scores, discriminator.score(found.features).squeeze(1))
    assert isinstance(discriminator, Discriminator)
