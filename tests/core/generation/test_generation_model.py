"""Both networks of every arm: shapes, attention against a loop, order of references, weights from the seed alone."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core import device
from core.generation.model import Config, Discriminator, Generator, References, untrained
from core.nn.gan_blocks import power_step
from tests.core.generation.small_arms import ARMS, TINY, noise, pictures, references, references_for

CONDITIONED = [arm for arm, config in ARMS.items() if config.encoder]
each_arm = pytest.mark.parametrize("arm", ARMS)
each_conditioned = pytest.mark.parametrize("arm", CONDITIONED)


def stirred(network: nn.Module, seed: int = 9) -> nn.Module:
    """Add noise to all parameters, biases too, so that none is zero as after initialisation."""
    rng = device.generator(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=rng))
    return network.eval()


def reader_of(config: Config) -> References:
    generator = untrained(config, 1)[0]
    assert generator.reader is not None
    reader = stirred(generator.reader)
    assert isinstance(reader, References)
    reader.fit(references(50, 1, config).squeeze(1))
    return reader


# --- shapes ---


@each_arm
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "further", [{}, {"size": 16, "widths": (9, 8, 7), "discriminator_widths": (3, 5), "latent": 7}]
)
def test_shapes_and_ranges(arm: str, count: int, further: dict[str, Any]) -> None:
    config = dataclasses.replace(ARMS[arm], **further)
    generator, discriminator = untrained(config)
    known = references_for(config, count)
    found = generator.eval()(noise(count, config), known)
    assert found.images.shape == (count, 3, config.size, config.size)
    assert 0 <= found.images.min() <= found.images.max() <= 1
    read = discriminator(found.images, known)
    assert read.scores.shape == (count,)
    assert read.features.shape == (count, config.discriminator_widths[-1])
    assert (None if read.turns is None else read.turns.shape) == ((count, 4) if arm == "rotation" else None)
    expected = (count, config.projection) if arm == "contrastive" else None
    assert (None if read.projections is None else read.projections.shape) == expected


def test_only_32_pixels_are_drawn() -> None:
    generator = Generator(Config(encoder="trained")).eval()
    known = torch.randn(1, 5, 256, generator=device.generator(1))
    assert generator(torch.randn(1, 64, generator=device.generator(2)), known).images.shape == (1, 3, 32, 32)
    with pytest.raises(ValueError, match="draw 8 pixels, not 32"):
        Generator(dataclasses.replace(TINY, size=32))


@each_arm
def test_untrained_pictures_are_near_grey(arm: str) -> None:
    found = untrained(ARMS[arm])[0](noise(16), references_for(ARMS[arm], 16))
    assert (found.images - 0.5).abs().mean() < 0.2


# --- attention ---


@each_conditioned
@pytest.mark.parametrize("k", [1, 2, 7])
def test_attention_weights_sum_to_one(arm: str, k: int) -> None:
    found = stirred(untrained(ARMS[arm])[0])(noise(3), references(3, k))
    assert found.attention.shape == (3, TINY.heads, k)
    assert found.attention.min() >= 0
    torch.testing.assert_close(found.attention.sum(-1), torch.ones(3, TINY.heads))


def test_arms_without_references_have_no_attention() -> None:
    for arm in set(ARMS) - set(CONDITIONED):
        assert untrained(ARMS[arm])[0](noise(2)).attention is None


@each_conditioned
def test_order_of_references_is_ignored(arm: str) -> None:
    """The same pictures, and each reference keeps its weight."""
    generator, order = stirred(untrained(ARMS[arm])[0]), torch.tensor([3, 0, 4, 2, 1])
    z, known = noise(3), references(3, 5)
    forth, back = generator(z, known), generator(z, known[:, order])
    torch.testing.assert_close(back.images, forth.images, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(back.attention, forth.attention[..., order], rtol=1e-4, atol=1e-6)


@each_conditioned
def test_pictures_depend_on_their_own_references(arm: str) -> None:
    generator, known = stirred(untrained(ARMS[arm])[0]), references(2, 3)
    before = generator(noise(2), known).images
    known[1] += 1
    after = generator(noise(2), known).images
    torch.testing.assert_close(after[0], before[0])
    assert (after[1] - before[1]).abs().max() > 1e-3


def slow_attention(reader: References, z: Tensor, known: Tensor) -> tuple[list[float], list[list[float]]]:
    """One item, Vaswani et al. 2017, eq. 1 and sec. 3.2.2, one head and one reference after the other."""
    layer = reader.attention
    bias_q, bias_k, bias_v = layer.in_proj_bias.double().chunk(3)
    standard = [(row - reader.centre.double()) / reader.scale.double() for row in known.double()]
    asked = reader.query.weight.double() @ z.double() + reader.query.bias.double()
    query = layer.q_proj_weight.double() @ asked + bias_q
    keys = [layer.k_proj_weight.double() @ row + bias_k for row in standard]
    values = [layer.v_proj_weight.double() @ row + bias_v for row in standard]
    size = len(query) // reader.heads
    heads, weights = [], []
    for head in range(reader.heads):
        part = slice(head * size, (head + 1) * size)
        raw = [math.exp(float(query[part] @ key[part]) / math.sqrt(size)) for key in keys]
        weights.append([value / sum(raw) for value in raw])
        heads.append(sum(w * value[part] for w, value in zip(weights[-1], values, strict=True)))
    return (layer.out_proj.weight.double() @ torch.cat(heads) + layer.out_proj.bias.double()).tolist(), weights


@torch.no_grad()
def test_attention_equals_slow_loops() -> None:
    reader, z, known = reader_of(ARMS["references"]), noise(4), references(4, 5)
    vectors, weights = reader(z, known)
    for row in range(4):
        vector, expected = slow_attention(reader, z[row], known[row])
        assert vectors[row].tolist() == pytest.approx(vector, rel=1e-4, abs=1e-5)
        for head in range(TINY.heads):
            assert weights[row, head].tolist() == pytest.approx(expected[head], rel=1e-4, abs=1e-6)
    assert weights.std(-1).mean() > 0.02, "equal weights would test nothing"


@torch.no_grad()
def test_noise_changes_the_attention() -> None:
    reader, known = reader_of(ARMS["references"]), references(1, 5)
    weights = reader(noise(6), known.expand(6, -1, -1))[1]
    for first, second in pairwise(weights):
        assert (first - second).abs().max() > 1e-3


@torch.no_grad()
def test_zero_queries_weigh_evenly() -> None:
    """The vector is then a linear map of the references' mean, as in the arm `mean`."""
    reader = reader_of(ARMS["references"])
    layer = reader.attention
    layer.q_proj_weight.zero_()
    layer.k_proj_weight.zero_()
    layer.in_proj_bias[: 2 * TINY.context].zero_()
    known = references(2, 5)
    vector, weights = reader(noise(2), known)
    torch.testing.assert_close(weights, torch.full((2, TINY.heads, 5), 1 / 5))
    mean = reader.standardise(known).mean(1)
    value = mean @ layer.v_proj_weight.T + layer.in_proj_bias[2 * TINY.context :]
    torch.testing.assert_close(vector, layer.out_proj(value), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_mean_arm_depends_on_the_mean() -> None:
    """Their number, their spread and the noise have no effect: all weights are 1 / K."""
    reader, known = reader_of(ARMS["mean"]), references(2, 4)
    vector, weights = reader(noise(2), known)
    torch.testing.assert_close(weights, torch.full((2, TINY.heads, 4), 1 / 4))
    alone = known.mean(1, keepdim=True)
    apart = torch.cat([alone + 3, alone - 3], 1)
    for other in (alone, apart):
        torch.testing.assert_close(reader(-noise(2), other)[0], vector, rtol=1e-4, atol=1e-5)
    expected = reader.out(reader.value((alone.squeeze(1) - reader.centre) / reader.scale))
    torch.testing.assert_close(vector, expected, rtol=1e-4, atol=1e-5)
    assert (reader(noise(2), known + 1)[0] - vector).abs().max() > 1e-2


@each_conditioned
def test_references_are_standardised(arm: str) -> None:
    reader = References(ARMS[arm])
    features = references(200, 1).squeeze(1) * torch.linspace(0.5, 4, TINY.features)
    reader.fit(features)
    found = reader.standardise(features.unsqueeze(1)).squeeze(1)  # (200, F)
    torch.testing.assert_close(found.mean(0), torch.zeros(TINY.features), rtol=0, atol=1e-5)
    torch.testing.assert_close(found.std(0), torch.ones(TINY.features), rtol=1e-4, atol=0)


def test_constant_features_stay_small() -> None:
    reader, features = References(ARMS["references"]), references(200, 1).squeeze(1)
    features[:, 4] = 0.7
    features[0, 4] += 1e-4
    reader.fit(features)
    found = reader.standardise(features.unsqueeze(1))
    assert torch.isfinite(found).all()
    assert found[..., 4].abs().max() < 0.01, "division by its own spread would give the square root of 200"


def test_fitted_statistics_are_in_the_weights() -> None:
    reader = reader_of(ARMS["references"])
    again = References(ARMS["references"])
    again.load_state_dict(reader.state_dict())
    torch.testing.assert_close(again(noise(2), references(2)), reader(noise(2), references(2)))


# --- the discriminator ---


@torch.no_grad()
def test_references_add_an_inner_product() -> None:
    """2018, eq. 3, by hand: (V y)^T phi(x), V divided by its spectral norm, y the mean reference of length 1."""
    discriminator = untrained(ARMS["references"], 2)[1]
    power_step(stirred(discriminator))
    images, known = pictures(5), references(5, 3)
    alone, read = discriminator(images), discriminator(images, known)
    torch.testing.assert_close(read.features, alone.features)
    assert discriminator.conditioning is not None
    norm = (discriminator.conditioning.weight.T @ discriminator.conditioning.left).norm()
    for row in range(5):
        y = known[row].sum(0) / 3
        mapped = discriminator.conditioning.weight @ (y / y.norm()) / norm + discriminator.conditioning.bias
        added = sum(a * b for a, b in zip(mapped.tolist(), alone.features[row].tolist(), strict=True))
        assert (read.scores[row] - alone.scores[row]).item() == pytest.approx(added, rel=1e-3, abs=1e-4)
        assert abs(added) > 1e-3


@torch.no_grad()
def test_score_ignores_length_of_references() -> None:
    discriminator, images, known = untrained(ARMS["mean"], 2)[1], pictures(4), references(4)
    torch.testing.assert_close(discriminator(images, 7 * known).scores, discriminator(images, known).scores)
    assert not torch.allclose(discriminator(images, -known).scores, discriminator(images, known).scores)


@torch.no_grad()
def test_plain_arm_ignores_references() -> None:
    generator, discriminator = untrained(TINY)
    known, images = references(3), pictures(3)
    assert torch.equal(discriminator(images, known).scores, discriminator(images).scores)
    assert torch.equal(generator.eval()(noise(3), known).images, generator(noise(3)).images)


@torch.no_grad()
def test_all_heads_share_the_features() -> None:
    for arm, head in (("rotation", "turns"), ("contrastive", "projections")):
        discriminator = stirred(untrained(ARMS[arm])[1])
        assert isinstance(discriminator, Discriminator)
        read = discriminator(pictures(3))
        layer = discriminator.turns if head == "turns" else discriminator.projection_head
        assert layer is not None
        torch.testing.assert_close(getattr(read, head), layer(read.features))
        torch.testing.assert_close(read.scores, discriminator.score(read.features).squeeze(1))


# --- first weights ---


def weights(config: Config, seed: int) -> dict[str, Tensor]:
    generator, discriminator = untrained(config, seed)
    return {
        f"{side}.{name}": value
        for side, network in (("generator", generator), ("discriminator", discriminator))
        for name, value in network.state_dict().items()
    }


def equal(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(value, second[name]) for name, value in first.items())


@each_arm
def test_weights_depend_on_the_seed_alone(arm: str) -> None:
    """Whatever random numbers the process drew before."""
    with torch.random.fork_rng():
        torch.random.set_rng_state(device.generator(4).get_state())
        first = weights(ARMS[arm], 1)
        torch.rand(100)
        again, other = weights(ARMS[arm], 1), weights(ARMS[arm], 2)
    assert equal(first, again)
    drawn = [name for name, value in first.items() if value.ndim > 1]
    assert drawn
    for name in drawn:
        assert not torch.equal(first[name], other[name]), name


def test_two_seeds_in_threads_are_separate() -> None:
    config = ARMS["references"]
    alone = {seed: weights(config, seed) for seed in (1, 2)}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: (seed, weights(config, seed)), [1, 2] * 8))
    assert all(equal(found, alone[seed]) for seed, found in together)


@pytest.mark.parametrize(
    ("first", "second"),
    [("plain", "rotation"), ("plain", "contrastive"), ("references", "untrained"), ("references", "mean")],
)
def test_shared_layers_start_equal(first: str, second: str) -> None:
    ours, theirs = weights(ARMS[first], 3), weights(ARMS[second], 3)
    shared = [name for name in ours if name in theirs and ".reader." not in name]
    assert {"generator.first.weight", "generator.blocks.0.conv1.weight", "discriminator.score.weight"} <= set(shared)
    for name in shared:
        assert torch.equal(ours[name], theirs[name]), name


def test_discriminators_start_equal_in_all_arms() -> None:
    plain = untrained(TINY, 3)[1].state_dict()
    for config in ARMS.values():
        theirs = untrained(config, 3)[1].state_dict()
        assert all(torch.equal(value, theirs[name]) for name, value in plain.items())
