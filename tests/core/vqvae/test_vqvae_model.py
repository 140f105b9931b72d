"""The networks: shapes at any size, a gradient for every parameter, one batch by heart, the codebook in between."""

import pytest
import torch
from torch import Tensor

from core.checkpoints import fill, half_weights
from core.device import generator
from core.vqvae import pretext
from core.vqvae.model import VQVAE, Config, GaussianAutoencoder, GaussianConfig, encoder, widths

TINY = Config(num_embeddings=16, embedding_dim=6, width=12, depth=1)
TINY_GAUSSIAN = GaussianConfig(latent=4, width=12, depth=1)


def fresh(config: Config = TINY, seed: int = 0) -> VQVAE:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(seed).get_state())
        return VQVAE(config)


def fresh_gaussian() -> GaussianAutoencoder:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(0).get_state())
        return GaussianAutoencoder(TINY_GAUSSIAN)


def pictures(*shape: int, seed: int = 3) -> Tensor:
    return torch.rand(*shape, generator=generator(seed))


@pytest.mark.parametrize(("batch", "height", "width"), [(1, 64, 64), (2, 32, 32), (3, 20, 44)])
def test_one_network_takes_pictures_of_any_side_that_four_divides(batch: int, height: int, width: int) -> None:
    found = fresh()(pictures(batch, 3, height, width))
    assert found.reconstruction.shape == (batch, 3, height, width)
    assert found.codes.shape == (batch, height // 4, width // 4)
    assert found.latents.shape == found.quantised.shape == (batch, 6, height // 4, width // 4)
    noise = torch.zeros(batch, 4, height // 4, width // 4)
    gaussian = fresh_gaussian()(pictures(batch, 3, height, width), noise)
    assert gaussian.reconstruction.shape == (batch, 3, height, width)
    assert gaussian.mu.shape == gaussian.logvar.shape == noise.shape


@pytest.mark.parametrize("halvings", [1, 2, 3])
def test_a_code_covers_two_to_the_halvings(halvings: int) -> None:
    assert encoder(8, 1, halvings, 5)(pictures(1, 3, 32, 32)).shape == (1, 5, 32 // 2**halvings, 32 // 2**halvings)
    assert widths(8, halvings)[0] == 3
    assert widths(8, halvings)[-1] == 8


def test_what_is_decoded_are_the_entries_of_the_codes() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    with torch.inference_mode():
        found = model(images)
        latents, codes = model.encode(images)
        assert torch.equal(found.codes, codes)
        torch.testing.assert_close(found.reconstruction, model.decode_codes(codes), rtol=1e-4, atol=1e-5)
        for row, column in ((0, 0), (3, 5)):
            entry = model.codebook.entries[codes[1, row, column]]
            assert torch.equal(found.quantised[1, :, row, column], entry)
            distances = (model.codebook.entries - latents[1, :, row, column]).norm(dim=1)
            assert int(distances.argmin()) == int(codes[1, row, column])


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    model, images = fresh(), pictures(3, 3, 32, 32)
    with torch.inference_mode():
        alone = model(images[1:2]).reconstruction
        torch.testing.assert_close(alone, model(images).reconstruction[1:2], rtol=1e-4, atol=1e-5)


def test_a_code_changes_its_surroundings_and_nothing_far_away() -> None:
    model = fresh()
    codes = torch.zeros(1, 16, 16, dtype=torch.int64)
    other = codes.clone()
    other[0, 8, 8] = 5
    with torch.inference_mode():
        changed = (model.decode_codes(codes) != model.decode_codes(other)).any(1)[0]  # (64, 64)
    rows, columns = changed.nonzero().unbind(1)
    assert len(rows) > 16, "the place itself"
    reach = 4 * 2 + 4  # two 3 x 3 convolutions on the map of cells of 4 pixels, and the transposed ones
    assert int(rows.min()) >= 32 - reach
    assert int(rows.max()) <= 35 + reach
    assert int(columns.min()) >= 32 - reach
    assert int(columns.max()) <= 35 + reach


def test_a_gradient_reaches_every_parameter_and_none_is_in_the_codebook() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    found = model(images)
    pretext.vq_loss(found.reconstruction, images, found.latents, found.quantised, variance=0.1).mean.backward()
    assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in model.parameters())
    assert not list(model.codebook.parameters())


def test_the_encoder_learns_from_the_reconstruction_alone() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    (model(images).reconstruction - images).square().mean().backward()
    assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in model.encoder.parameters())


def test_a_gradient_reaches_every_parameter_of_the_yardstick() -> None:
    model, images = fresh_gaussian(), pictures(2, 3, 32, 32)
    found = model(images, torch.randn(2, 4, 8, 8, generator=generator(1)))
    bits = found.mu.square().flatten(1).sum(1)
    loss = pretext.capacity_loss(found.reconstruction, images, bits, variance=0.1, capacity_bits=0.1, weight=1.0)
    loss.backward()
    assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in model.parameters())


def test_noise_is_an_argument() -> None:
    model, images = fresh_gaussian(), pictures(1, 3, 32, 32)
    noise = torch.randn(1, 4, 8, 8, generator=generator(1))
    with torch.inference_mode():
        assert torch.equal(model(images, noise).reconstruction, model(images, noise).reconstruction)
        assert not torch.equal(model(images, noise).reconstruction, model(images, -noise).reconstruction)


def test_one_batch_is_learned_by_heart() -> None:
    """Four pictures of coloured squares on eight codes."""
    model = fresh(Config(num_embeddings=8, embedding_dim=6, width=16, depth=1))
    squares = pictures(4, 3, 2, 2)
    images = squares.repeat_interleave(8, 2).repeat_interleave(8, 3)  # (4, 3, 16, 16)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    variance = float(images.var())
    for step in range(250):
        found = model(images)
        cost = pretext.vq_loss(found.reconstruction, images, found.latents, found.quantised, variance=variance)
        optimizer.zero_grad()
        cost.mean.backward()
        optimizer.step()
        model.codebook.learn(found.latents, found.codes, generator(step), decay=0.9)
    with torch.inference_mode():
        wrong = float((model(images).reconstruction - images).square().mean()) / variance
    assert wrong < 0.15, "one grey would be 1"


def test_half_precision_keeps_the_codes_of_trained_averages() -> None:
    model, images = fresh(), pictures(4, 3, 32, 32)
    for step in range(30):
        found = model(images)
        model.codebook.learn(found.latents, found.codes, generator(step))
    again = fresh(seed=1)
    fill(again, half_weights(model))
    with torch.inference_mode():
        same = (again.encode(images)[1] == model.encode(images)[1]).float().mean()
    assert float(same) > 0.9
    assert bool(torch.isfinite(again.codebook.entries).all())
    assert float(again.codebook.shares.min()) > 0


def test_under_autocast_codes_stay_those_of_float32_latents() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        found = model(images)
    assert found.latents.dtype == found.quantised.dtype == torch.float32
    vectors = found.latents.permute(0, 2, 3, 1).reshape(-1, 6)
    assert torch.equal(found.codes.flatten(), torch.cdist(vectors, model.codebook.entries).argmin(1))
