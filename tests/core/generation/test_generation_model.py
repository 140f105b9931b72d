"""Both networks of every arm: shapes, attention against a loop, references without order, weights of their seed."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from core.device import generator
from core.generation.model import Config, Discriminator, Generator, References, untrained
from core.nn.gan_blocks import power_step
from tests.core.generation.small_arms import ARMS, TINY, noise, pictures, references, told

TELLING = [arm for arm, config in ARMS.items() if config.encoder]
each_arm = pytest.mark.parametrize("arm", ARMS)
each_telling = pytest.mark.parametrize("arm", TELLING)


def stirred(network: nn.Module, seed: int = 9) -> nn.Module:
    """All parameters moved, biases too: what a training would leave, where nothing is zero by luck."""
    rng = generator(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=rng))
    return network.eval()


def reader_of(config: Config) -> References:
    drawing = untrained(config, 1)[0]
    assert drawing.reader is not None
    reader = stirred(drawing.reader)
    assert isinstance(reader, References)
    reader.fit(references(50, 1, config).squeeze(1))
    return reader


# --- shapes ---


@each_arm
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("further", [{}, {"size": 16, "widths": (9, 8, 7), "critic_widths": (3, 5), "latent": 7}])
def test_shapes_and_ranges(arm: str, count: int, further: dict[str, int]) -> None:
    config = dataclasses.replace(ARMS[arm], **further)
    drawing, judging = untrained(config)
    known = told(config, count)
    found = drawing.eval()(noise(count, config), known)
    assert found.images.shape == (count, 3, config.size, config.size)
    assert 0 <= found.images.min() <= found.images.max() <= 1
    read = judging(found.images, known)
    assert read.scores.shape == (count,)
    assert read.features.shape == (count, config.critic_widths[-1])
    assert (None if read.turns is None else read.turns.shape) == ((count, 4) if arm == "rotation" else None)
    expected = (count, config.projection) if arm == "contrastive" else None
    assert (None if read.projections is None else read.projections.shape) == expected


def test_the_studys_size_draws_32_pixels_and_another_size_is_refused() -> None:
    drawing = Generator(Config(encoder="trained")).eval()
    told_by = torch.randn(1, 5, 256, generator=generator(1))
    assert drawing(torch.randn(1, 64, generator=generator(2)), told_by).images.shape == (1, 3, 32, 32)
    with pytest.raises(ValueError, match="draw 8 pixels, not 32"):
        Generator(dataclasses.replace(TINY, size=32))


@each_arm
def test_before_training_pictures_are_near_grey(arm: str) -> None:
    found = untrained(ARMS[arm])[0](noise(16), told(ARMS[arm], 16))
    assert (found.images - 0.5).abs().mean() < 0.2


# --- attention ---


@each_telling
@pytest.mark.parametrize("k", [1, 2, 7])
def test_each_head_shares_out_all_of_its_attention(arm: str, k: int) -> None:
    found = stirred(untrained(ARMS[arm])[0])(noise(3), references(3, k))
    assert found.attention.shape == (3, TINY.heads, k)
    assert found.attention.min() >= 0
    torch.testing.assert_close(found.attention.sum(-1), torch.ones(3, TINY.heads))


def test_arms_without_references_attend_to_nothing() -> None:
    for arm in set(ARMS) - set(TELLING):
        assert untrained(ARMS[arm])[0](noise(2)).attention is None


@each_telling
def test_the_order_of_references_says_nothing(arm: str) -> None:
    """The same pictures, and each reference keeps its weight."""
    drawing, order = stirred(untrained(ARMS[arm])[0]), torch.tensor([3, 0, 4, 2, 1])
    z, known = noise(3), references(3, 5)
    forth, back = drawing(z, known), drawing(z, known[:, order])
    torch.testing.assert_close(back.images, forth.images, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(back.attention, forth.attention[..., order], rtol=1e-4, atol=1e-6)


@each_telling
def test_pictures_listen_to_their_references_and_to_no_others(arm: str) -> None:
    drawing, known = stirred(untrained(ARMS[arm])[0]), references(2, 3)
    before = drawing(noise(2), known).images
    known[1] += 1
    after = drawing(noise(2), known).images
    torch.testing.assert_close(after[0], before[0])
    assert (after[1] - before[1]).abs().max() > 1e-3


def slow_attention(reader: References, z: Tensor, known: Tensor) -> tuple[list[float], list[list[float]]]:
    """One item, Vaswani et al. 2017, eq. 1 and sec. 3.2.2, one head and one reference after the other."""
    layer = reader.attention
    bias_q, bias_k, bias_v = layer.in_proj_bias.double().chunk(3)
    standard = [(row - reader.centre.double()) / reader.scale.double() for row in known.double()]
    asked = reader.question.weight.double() @ z.double() + reader.question.bias.double()
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
def test_attention_is_the_formula_written_as_loops() -> None:
    reader, z, known = reader_of(ARMS["references"]), noise(4), references(4, 5)
    vectors, weights = reader(z, known)
    for row in range(4):
        vector, expected = slow_attention(reader, z[row], known[row])
        assert vectors[row].tolist() == pytest.approx(vector, rel=1e-4, abs=1e-5)
        for head in range(TINY.heads):
            assert weights[row, head].tolist() == pytest.approx(expected[head], rel=1e-4, abs=1e-6)
    assert weights.std(-1).mean() > 0.02, "heads that weigh evenly would test nothing"


@torch.no_grad()
def test_the_noise_decides_what_a_head_looks_at() -> None:
    reader, known = reader_of(ARMS["references"]), references(1, 5)
    weights = reader(noise(6), known.expand(6, -1, -1))[1]
    for first, second in pairwise(weights):
        assert (first - second).abs().max() > 1e-3


@torch.no_grad()
def test_a_head_without_question_and_keys_weighs_evenly() -> None:
    """Then the vector is a linear map of the references' mean, which is what the arm `mean` begins with."""
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
def test_the_arm_mean_knows_of_its_references_the_mean_only() -> None:
    """Neither their number nor their spread nor the noise: the weights are 1 / K whatever is asked."""
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


@each_telling
def test_references_are_fitted_to_mean_0_and_spread_1(arm: str) -> None:
    reader = References(ARMS[arm])
    features = references(200, 1).squeeze(1) * torch.linspace(0.5, 4, TINY.features)
    reader.fit(features)
    found = reader.standardise(features.unsqueeze(1)).squeeze(1)  # (200, F)
    torch.testing.assert_close(found.mean(0), torch.zeros(TINY.features), rtol=0, atol=1e-5)
    torch.testing.assert_close(found.std(0), torch.ones(TINY.features), rtol=1e-4, atol=0)


def test_a_feature_that_never_changes_stays_small() -> None:
    reader, features = References(ARMS["references"]), references(200, 1).squeeze(1)
    features[:, 4] = 0.7
    features[0, 4] += 1e-4
    reader.fit(features)
    found = reader.standardise(features.unsqueeze(1))
    assert torch.isfinite(found).all()
    assert found[..., 4].abs().max() < 0.01, "and not the square root of 200, which its spread would make of it"


def test_what_was_fitted_is_part_of_the_weights() -> None:
    reader = reader_of(ARMS["references"])
    again = References(ARMS["references"])
    again.load_state_dict(reader.state_dict())
    torch.testing.assert_close(again(noise(2), references(2)), reader(noise(2), references(2)))


# --- the discriminator ---


@torch.no_grad()
def test_references_add_the_inner_product_of_miyato_and_koyama() -> None:
    """2018, eq. 3, by hand: (V y)^T phi(x), V divided by its gain, y the mean reference of length 1."""
    judging = untrained(ARMS["references"], 2)[1]
    power_step(stirred(judging))
    images, known = pictures(5), references(5, 3)
    alone, read = judging(images), judging(images, known)
    torch.testing.assert_close(read.features, alone.features)
    assert judging.fit is not None
    gain = (judging.fit.weight.T @ judging.fit.left).norm()
    for row in range(5):
        y = sum(known[row]) / 3
        mapped = judging.fit.weight @ (y / y.norm()) / gain + judging.fit.bias
        added = sum(a * b for a, b in zip(mapped.tolist(), alone.features[row].tolist(), strict=True))
        assert (read.scores[row] - alone.scores[row]).item() == pytest.approx(added, rel=1e-3, abs=1e-4)
        assert abs(added) > 1e-3


@torch.no_grad()
def test_the_discriminator_hears_the_direction_of_references_only() -> None:
    judging, images, known = untrained(ARMS["mean"], 2)[1], pictures(4), references(4)
    torch.testing.assert_close(judging(images, 7 * known).scores, judging(images, known).scores)
    assert not torch.allclose(judging(images, -known).scores, judging(images, known).scores)


@torch.no_grad()
def test_an_arm_without_references_does_not_hear_them() -> None:
    drawing, judging = untrained(TINY)
    known, images = references(3), pictures(3)
    assert torch.equal(judging(images, known).scores, judging(images).scores)
    assert torch.equal(drawing.eval()(noise(3), known).images, drawing(noise(3)).images)


@torch.no_grad()
def test_all_heads_read_the_same_features() -> None:
    for arm, head in (("rotation", "turns"), ("contrastive", "projections")):
        judging = stirred(untrained(ARMS[arm])[1])
        assert isinstance(judging, Discriminator)
        read = judging(pictures(3))
        layer = judging.turns if head == "turns" else judging.project
        assert layer is not None
        torch.testing.assert_close(getattr(read, head), layer(read.features))
        torch.testing.assert_close(read.scores, judging.score(read.features).squeeze(1))


# --- first weights ---


def weights(config: Config, seed: int) -> dict[str, Tensor]:
    drawing, judging = untrained(config, seed)
    return {
        f"{side}.{name}": value
        for side, network in (("drawing", drawing), ("judging", judging))
        for name, value in network.state_dict().items()
    }


def equal(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(value, second[name]) for name, value in first.items())


@each_arm
def test_weights_are_the_seeds_own(arm: str) -> None:
    """Whatever the process drew before."""
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(4).get_state())
        first = weights(ARMS[arm], 1)
        torch.rand(100)
        again, other = weights(ARMS[arm], 1), weights(ARMS[arm], 2)
    assert equal(first, again)
    drawn = [name for name, value in first.items() if value.ndim > 1]
    assert drawn
    for name in drawn:
        assert not torch.equal(first[name], other[name]), name


def test_two_seeds_drawn_at_once_are_what_each_is_alone() -> None:
    config = ARMS["references"]
    alone = {seed: weights(config, seed) for seed in (1, 2)}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: (seed, weights(config, seed)), [1, 2] * 8))
    assert all(equal(found, alone[seed]) for seed, found in together)


@pytest.mark.parametrize(
    ("first", "second"),
    [("plain", "rotation"), ("plain", "contrastive"), ("references", "untrained"), ("references", "mean")],
)
def test_arms_begin_with_the_same_weights_where_they_share_layers(first: str, second: str) -> None:
    ours, theirs = weights(ARMS[first], 3), weights(ARMS[second], 3)
    shared = [name for name in ours if name in theirs and ".reader." not in name]
    assert {"drawing.first.weight", "drawing.blocks.0.conv1.weight", "judging.score.weight"} <= set(shared)
    for name in shared:
        assert torch.equal(ours[name], theirs[name]), name


def test_the_discriminator_begins_the_same_in_all_arms() -> None:
    plain = untrained(TINY, 3)[1].state_dict()
    for config in ARMS.values():
        theirs = untrained(config, 3)[1].state_dict()
        assert all(torch.equal(value, theirs[name]) for name, value in plain.items())
