"""The codebook's arithmetic against slow loops, hand-made gradients and closed forms."""

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
    book = Codebook(entries, dim)
    book.entries.copy_(randn(entries, dim, seed=seed))
    return book


# --- nearest entry ---


def test_nearest_is_what_brute_force_finds() -> None:
    vectors, codebook = randn(40, 5), randn(12, 5, seed=1)
    for vector, found in zip(vectors, pretext.nearest(vectors, codebook), strict=True):
        distances = [math.dist(vector.tolist(), entry.tolist()) for entry in codebook]
        assert int(found) == distances.index(min(distances))


def test_of_equally_near_entries_the_first_is_taken() -> None:
    codebook = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
    assert pretext.nearest(torch.tensor([[0.0, 3.0], [2.0, 0.0]]), codebook).tolist() == [0, 0]


def test_distances_stay_in_float32_under_autocast() -> None:
    """Two entries that bfloat16 cannot tell apart."""
    codebook = torch.tensor([[1.0, 0.5], [1.0 + 1 / 512, 0.5]])
    vectors = torch.tensor([[1.0 + 1 / 512, 0.5]])
    assert torch.equal(codebook[0].bfloat16(), codebook[1].bfloat16())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert pretext.nearest(vectors, codebook).tolist() == [1]
        assert pretext.nearest(vectors.bfloat16(), codebook).dtype == torch.int64


# --- straight-through ---


def test_the_gradient_passes_as_if_nothing_was_rounded() -> None:
    latents = randn(3, 4).requires_grad_()
    codebook, weight = randn(6, 4, seed=1), randn(3, 4, seed=2)
    quantised = codebook[pretext.nearest(latents.detach(), codebook)]
    passed = pretext.straight_through(latents, quantised)
    torch.testing.assert_close(passed, quantised)
    (weight * passed.square()).sum().backward()
    torch.testing.assert_close(latents.grad, 2 * weight * quantised, msg="by hand: dL/dq at q, given to z unchanged")


def test_the_commitment_pulls_the_latents_and_leaves_the_entries() -> None:
    latents, quantised = randn(2, 4, 3, 3).requires_grad_(), randn(2, 4, 3, 3, seed=1).requires_grad_()
    images = torch.rand(2, 3, 6, 6, generator=generator(2))
    cost = pretext.vq_loss(images, images, latents, quantised, variance=0.1, beta=0.25)
    cost.mean.backward()
    by_hand = 0.25 * 2 * (latents - quantised).detach() / latents.numel()
    torch.testing.assert_close(latents.grad, by_hand)
    assert quantised.grad is None
    assert float(cost.reconstruction) == 0


def test_one_grey_costs_one() -> None:
    images = torch.rand(64, 3, 8, 8, generator=generator(0))
    grey = images.mean().expand_as(images)
    nothing = torch.zeros(64, 2, 2, 2)
    cost = pretext.vq_loss(grey, images, nothing, nothing, variance=float(images.var(correction=0)))
    assert float(cost.mean) == pytest.approx(1, rel=1e-5)


# --- moving averages ---


def slow_follow(
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


def test_the_codebook_follows_as_a_slow_loop_says() -> None:
    book, (entries, dim, batch) = seeded(5, 3), (5, 3, 2 * 4 * 4)
    counts, sums = [0.0] * entries, [[0.0] * dim for _ in range(entries)]
    for step in range(12):
        latents = randn(2, dim, 4, 4, seed=step)
        codes = book(latents)
        vectors = latents.permute(0, 2, 3, 1).reshape(-1, dim)
        before = book.entries.clone()
        dead = book.learn(latents, codes, generator(step), decay=0.8, floor=0.0)
        counts, sums = slow_follow(counts, sums, vectors, codes.flatten(), 0.8)
        for entry in range(entries):
            if counts[entry] > 0:
                expected = torch.tensor(sums[entry]) / counts[entry]
                torch.testing.assert_close(book.entries[entry], expected, rtol=1e-4, atol=1e-5)
                assert float(book.shares[entry]) == pytest.approx(counts[entry] / batch, rel=1e-4)
        assert not torch.equal(before, book.entries)
        assert not dead.any(), "no floor, no restart"


def test_shares_of_full_averages_sum_to_one() -> None:
    averages = Averages(torch.full((4,), 0.25), torch.zeros(4, 2))
    after = pretext.follow(averages, randn(10, 2), torch.tensor([0, 1] * 5), 0.9)
    assert float(after.shares.sum()) == pytest.approx(1)
    assert after.shares.tolist() == pytest.approx([0.275, 0.275, 0.225, 0.225])


def test_nothing_moves_in_forward_not_even_in_training() -> None:
    book = seeded(6, 4).train()
    before = {name: tensor.clone() for name, tensor in book.state_dict().items()}
    book(randn(2, 4, 3, 3))
    book.look_up(torch.zeros(1, 2, 2, dtype=torch.int64))
    assert all(torch.equal(before[name], tensor) for name, tensor in book.state_dict().items())
    assert set(before) == {"entries", "shares", "sums"}, "all of its state is saved and resumed"


# --- restart ---


def test_dead_entries_move_to_vectors_of_the_batch_and_live_ones_stay() -> None:
    vectors = randn(20, 3)
    averages = Averages(torch.tensor([0.5, 0.001, 0.499]), randn(3, 3, seed=1))
    rows = torch.tensor([4, 7, 11])
    after, dead = pretext.restart(averages, vectors, rows, floor=0.1)
    assert dead.tolist() == [False, True, False]
    assert torch.equal(after.sums[[0, 2]], averages.sums[[0, 2]])
    torch.testing.assert_close(after.sums[1] / after.shares[1], vectors[7])
    assert float(after.shares[1]) == pytest.approx(0.1 / 3)


def test_a_fresh_codebook_takes_its_first_places_from_the_first_batch() -> None:
    book, latents = seeded(8, 3), 50 + randn(4, 3, 4, 4)
    dead = book.learn(latents, book(latents), generator(1))
    vectors = latents.permute(0, 2, 3, 1).reshape(-1, 3)
    assert dead.sum() >= 7, "entries near 0 and vectors near 50: all choose the same one"
    nearest = (book.entries[dead][:, None] - vectors).norm(dim=2).amin(1)
    assert float(nearest.max()) < 1e-3
    assert not torch.isnan(book.entries).any()


def test_an_entry_that_stays_unchosen_is_moved_again_and_a_chosen_one_is_not() -> None:
    averages = Averages(torch.tensor([0.96, 0.04]), torch.zeros(2, 2))
    after, _ = pretext.restart(averages, randn(5, 2), torch.tensor([0, 1]), floor=0.1)
    unchosen = pretext.follow(after, randn(100, 2), torch.zeros(100, dtype=torch.int64), 0.99)
    chosen = pretext.follow(after, randn(100, 2), torch.tensor([0] * 90 + [1] * 10), 0.99)
    assert pretext.restart(unchosen, randn(5, 2), torch.tensor([0, 1]), floor=0.1)[1].tolist() == [False, True]
    assert pretext.restart(chosen, randn(5, 2), torch.tensor([0, 1]), floor=0.1)[1].tolist() == [False, False]


def test_chance_is_the_generators() -> None:
    latents = randn(2, 4, 4, 4)
    books = [seeded(30, 4) for _ in range(3)]
    for book, seed in zip(books, (5, 5, 6), strict=True):
        book.learn(latents, book(latents), generator(seed))
    assert torch.equal(books[0].entries, books[1].entries)
    assert not torch.equal(books[0].entries, books[2].entries)


# --- rates ---


@pytest.mark.parametrize("entries", [1, 2, 7, 512])
def test_perplexity_of_even_use_is_the_number_of_entries(entries: int) -> None:
    assert float(pretext.perplexity(torch.full((entries,), 3))) == pytest.approx(entries)
    assert float(pretext.entropy_bits(torch.full((entries,), 3))) == pytest.approx(math.log2(entries), abs=1e-12)


def test_perplexity_of_a_single_code_is_one_however_large_the_book() -> None:
    counts = torch.zeros(512, dtype=torch.int64)
    counts[17] = 256
    assert float(pretext.perplexity(counts)) == pytest.approx(1)


def test_perplexity_of_uneven_use_by_hand() -> None:
    bits = -(0.5 * math.log2(0.5) + 2 * 0.25 * math.log2(0.25))
    assert float(pretext.perplexity(torch.tensor([2, 1, 1, 0]))) == pytest.approx(2**bits)


def test_codewords_as_long_as_their_share_asks_for() -> None:
    shares = torch.tensor([0.5, 0.25, 0.25])
    assert float(pretext.code_bits(torch.tensor([[0, 0], [1, 2]]), shares)) == pytest.approx(6)
    assert float(pretext.code_bits(torch.tensor([0, 1]), 0.1 * shares)) == pytest.approx(3), "shares need not sum to 1"
    unseen = pretext.code_bits(torch.tensor([1]), torch.tensor([1.0, 0.0]))
    assert 10 < float(unseen) < 40, "dear, but not impossible"


def test_usage_counts_every_code() -> None:
    assert pretext.usage(torch.tensor([[3, 0], [3, 3]]), 5).tolist() == [1, 0, 0, 3, 0]


# --- the yardstick's loss ---


def test_bits_below_the_capacity_are_free_and_above_it_cost() -> None:
    images = torch.rand(2, 3, 4, 4, generator=generator(0))
    settings = {"variance": 0.1, "capacity_bits": 100.0, "weight": 2.0}
    below = pretext.capacity_loss(images, images, torch.tensor([60.0, 100.0]), **settings)
    above = pretext.capacity_loss(images, images, torch.tensor([100.0, 200.0]), **settings)
    assert float(below) == 0
    assert float(above) == pytest.approx(2 * 0.5)
