"""Codebook and losses against slow loops, gradients by hand and closed forms."""

import math

import pytest
import torch
from torch import Tensor

from core.device import generator
from core.vqvae import pretext
from core.vqvae.codebook import Codebook
from core.vqvae.pretext import Averages


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=generator(seed))


def seeded(entries: int, dim: int, seed: int = 0) -> Codebook:
    """A codebook whose first entries are drawn from a seed."""
    codebook = Codebook(entries, dim)
    codebook.entries.copy_(randn(entries, dim, seed=seed))
    return codebook


# --- nearest entry ---


def test_nearest_equals_brute_force() -> None:
    vectors, codebook = randn(40, 5), randn(12, 5, seed=1)
    for vector, found in zip(vectors, pretext.nearest(vectors, codebook), strict=True):
        distances = [math.dist(vector.tolist(), entry.tolist()) for entry in codebook]
        assert int(found) == distances.index(min(distances))


def test_first_of_equally_near_entries() -> None:
    codebook = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
    assert pretext.nearest(torch.tensor([[0.0, 3.0], [2.0, 0.0]]), codebook).tolist() == [0, 0]


def test_distances_stay_in_float32_under_autocast() -> None:
    """Two entries that are equal in bfloat16."""
    codebook = torch.tensor([[1.0, 0.5], [1.0 + 1 / 512, 0.5]])
    vectors = torch.tensor([[1.0 + 1 / 512, 0.5]])
    assert torch.equal(codebook[0].bfloat16(), codebook[1].bfloat16())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert pretext.nearest(vectors, codebook).tolist() == [1]
        assert pretext.nearest(vectors.bfloat16(), codebook).dtype == torch.int64


# --- straight-through ---


def test_straight_through_gradient_by_hand() -> None:
    latents = randn(3, 4).requires_grad_()
    codebook, weight = randn(6, 4, seed=1), randn(3, 4, seed=2)
    quantised = codebook[pretext.nearest(latents.detach(), codebook)]
    passed = pretext.straight_through(latents, quantised)
    torch.testing.assert_close(passed, quantised)
    (weight * passed.square()).sum().backward()
    torch.testing.assert_close(latents.grad, 2 * weight * quantised, msg="by hand: dL/dq at q, given to z unchanged")


def test_commitment_gradient_by_hand() -> None:
    latents, quantised = randn(2, 4, 3, 3).requires_grad_(), randn(2, 4, 3, 3, seed=1).requires_grad_()
    images = torch.rand(2, 3, 6, 6, generator=generator(2))
    cost = pretext.vq_loss(images, images, latents, quantised, variance=0.1, beta=0.25)
    cost.mean.backward()
    by_hand = 0.25 * 2 * (latents - quantised).detach() / latents.numel()
    torch.testing.assert_close(latents.grad, by_hand)
    assert quantised.grad is None
    assert float(cost.reconstruction) == 0


def test_single_grey_has_loss_one() -> None:
    images = torch.rand(64, 3, 8, 8, generator=generator(0))
    grey = images.mean().expand_as(images)
    nothing = torch.zeros(64, 2, 2, 2)
    cost = pretext.vq_loss(grey, images, nothing, nothing, variance=float(images.var(correction=0)))
    assert float(cost.mean) == pytest.approx(1, rel=1e-5)


# --- moving averages ---


def slow_averages(
    counts: list[float], sums: list[list[float]], vectors: Tensor, codes: Tensor, decay: float
) -> tuple[list[float], list[list[float]]]:
    """Appendix A.1, eq. 6 and 7, as they are printed."""
    for entry in range(len(counts)):
        chosen = [vector.tolist() for vector, code in zip(vectors, codes, strict=True) if int(code) == entry]
        counts[entry] = decay * counts[entry] + (1 - decay) * len(chosen)
        for axis in range(len(sums[entry])):
            brought = sum(vector[axis] for vector in chosen)
            sums[entry][axis] = decay * sums[entry][axis] + (1 - decay) * brought
    return counts, sums


def test_codebook_update_equals_slow_loop() -> None:
    codebook, (entries, dim, batch) = seeded(5, 3), (5, 3, 2 * 4 * 4)
    counts, sums = [0.0] * entries, [[0.0] * dim for _ in range(entries)]
    for step in range(12):
        latents = randn(2, dim, 4, 4, seed=step)
        codes = codebook(latents)
        vectors = latents.permute(0, 2, 3, 1).reshape(-1, dim)
        before = codebook.entries.clone()
        dead = codebook.update(latents, codes, generator(step), decay=0.8, floor=0.0)
        counts, sums = slow_averages(counts, sums, vectors, codes.flatten(), 0.8)
        for entry in range(entries):
            if counts[entry] > 0:
                expected = torch.tensor(sums[entry]) / counts[entry]
                torch.testing.assert_close(codebook.entries[entry], expected, rtol=1e-4, atol=1e-5)
                assert float(codebook.shares[entry]) == pytest.approx(counts[entry] / batch, rel=1e-4)
        assert not torch.equal(before, codebook.entries)
        assert not dead.any(), "no floor, no restart"


def test_shares_sum_to_one() -> None:
    averages = Averages(torch.full((4,), 0.25), torch.zeros(4, 2))
    after = pretext.update_averages(averages, randn(10, 2), torch.tensor([0, 1] * 5), 0.9)
    assert float(after.shares.sum()) == pytest.approx(1)
    assert after.shares.tolist() == pytest.approx([0.275, 0.275, 0.225, 0.225])


def test_forward_changes_no_state() -> None:
    codebook = seeded(6, 4).train()
    before = {name: tensor.clone() for name, tensor in codebook.state_dict().items()}
    codebook(randn(2, 4, 3, 3))
    codebook.look_up(torch.zeros(1, 2, 2, dtype=torch.int64))
    assert all(torch.equal(before[name], tensor) for name, tensor in codebook.state_dict().items())
    assert set(before) == {"entries", "shares", "sums"}, "its whole state is saved and resumed"


# --- restart ---


def test_only_dead_entries_restart() -> None:
    vectors = randn(20, 3)
    averages = Averages(torch.tensor([0.5, 0.001, 0.499]), randn(3, 3, seed=1))
    rows = torch.tensor([4, 7, 11])
    after, dead = pretext.restart_dead(averages, vectors, rows, floor=0.1)
    assert dead.tolist() == [False, True, False]
    assert torch.equal(after.sums[[0, 2]], averages.sums[[0, 2]])
    torch.testing.assert_close(after.sums[1] / after.shares[1], vectors[7])
    assert float(after.shares[1]) == pytest.approx(0.1 / 3)


def test_fresh_codebook_starts_from_batch() -> None:
    codebook, latents = seeded(8, 3), 50 + randn(4, 3, 4, 4)
    dead = codebook.update(latents, codebook(latents), generator(1))
    vectors = latents.permute(0, 2, 3, 1).reshape(-1, 3)
    assert dead.sum() >= 7, "entries are near 0, vectors near 50: all have the same nearest entry"
    nearest = (codebook.entries[dead][:, None] - vectors).norm(dim=2).amin(1)
    assert float(nearest.max()) < 1e-3
    assert not torch.isnan(codebook.entries).any()


def test_unused_entry_restarts_again() -> None:
    averages = Averages(torch.tensor([0.96, 0.04]), torch.zeros(2, 2))
    after, _ = pretext.restart_dead(averages, randn(5, 2), torch.tensor([0, 1]), floor=0.1)
    unchosen = pretext.update_averages(after, randn(100, 2), torch.zeros(100, dtype=torch.int64), 0.99)
    chosen = pretext.update_averages(after, randn(100, 2), torch.tensor([0] * 90 + [1] * 10), 0.99)
    assert pretext.restart_dead(unchosen, randn(5, 2), torch.tensor([0, 1]), floor=0.1)[1].tolist() == [False, True]
    assert pretext.restart_dead(chosen, randn(5, 2), torch.tensor([0, 1]), floor=0.1)[1].tolist() == [False, False]


def test_generator_seeds_the_restart() -> None:
    latents = randn(2, 4, 4, 4)
    codebooks = [seeded(30, 4) for _ in range(3)]
    for codebook, seed in zip(codebooks, (5, 5, 6), strict=True):
        codebook.update(latents, codebook(latents), generator(seed))
    assert torch.equal(codebooks[0].entries, codebooks[1].entries)
    assert not torch.equal(codebooks[0].entries, codebooks[2].entries)


# --- rates ---


@pytest.mark.parametrize("entries", [1, 2, 7, 512])
def test_perplexity_of_uniform_usage(entries: int) -> None:
    assert float(pretext.perplexity(torch.full((entries,), 3))) == pytest.approx(entries)
    assert float(pretext.entropy_bits(torch.full((entries,), 3))) == pytest.approx(math.log2(entries), abs=1e-12)


def test_perplexity_of_single_code() -> None:
    counts = torch.zeros(512, dtype=torch.int64)
    counts[17] = 256
    assert float(pretext.perplexity(counts)) == pytest.approx(1)


def test_perplexity_by_hand() -> None:
    bits = -(0.5 * math.log2(0.5) + 2 * 0.25 * math.log2(0.25))
    assert float(pretext.perplexity(torch.tensor([2, 1, 1, 0]))) == pytest.approx(2**bits)


def test_code_lengths_by_hand() -> None:
    shares = torch.tensor([0.5, 0.25, 0.25])
    assert float(pretext.code_bits(torch.tensor([[0, 0], [1, 2]]), shares)) == pytest.approx(6)
    assert float(pretext.code_bits(torch.tensor([0, 1]), 0.1 * shares)) == pytest.approx(3), "shares need not sum to 1"
    unseen = pretext.code_bits(torch.tensor([1]), torch.tensor([1.0, 0.0]))
    assert 10 < float(unseen) < 40, "long but finite"


def test_usage_counts_every_code() -> None:
    assert pretext.usage(torch.tensor([[3, 0], [3, 3]]), 5).tolist() == [1, 0, 0, 3, 0]


# --- the baseline's loss ---


def test_only_bits_above_capacity_cost() -> None:
    images = torch.rand(2, 3, 4, 4, generator=generator(0))
    settings = {"variance": 0.1, "capacity_bits": 100.0, "weight": 2.0}
    below = pretext.capacity_loss(images, images, torch.tensor([60.0, 100.0]), **settings)
    above = pretext.capacity_loss(images, images, torch.tensor([100.0, 200.0]), **settings)
    assert float(below) == 0
    assert float(above) == pytest.approx(2 * 0.5)
