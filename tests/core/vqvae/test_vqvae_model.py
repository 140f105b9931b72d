"""The networks: shapes, gradients, locality, the codebook, overfitting one batch."""

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
def test_shapes_at_any_size(batch: int, height: int, width: int) -> None:
    found = fresh()(pictures(batch, 3, height, width))
    assert found.reconstruction.shape == (batch, 3, height, width)
    assert found.codes.shape == (batch, height // 4, width // 4)
    assert found.latents.shape == found.quantised.shape == (batch, 6, height // 4, width // 4)
    noise = torch.zeros(batch, 4, height // 4, width // 4)
    gaussian = fresh_gaussian()(pictures(batch, 3, height, width), noise)
    assert gaussian.reconstruction.shape == (batch, 3, height, width)
    assert gaussian.mu.shape == gaussian.logvar.shape == noise.shape


@pytest.mark.parametrize("halvings", [1, 2, 3])
def test_halvings_set_the_stride(halvings: int) -> None:
    assert encoder(8, 1, halvings, 5)(pictures(1, 3, 32, 32)).shape == (1, 5, 32 // 2**halvings, 32 // 2**halvings)
    assert widths(8, halvings)[0] == 3
    assert widths(8, halvings)[-1] == 8


def test_decoder_gets_nearest_entries() -> None:
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


def test_batch_equals_single_pictures() -> None:
    model, images = fresh(), pictures(3, 3, 32, 32)
    with torch.inference_mode():
        alone = model(images[1:2]).reconstruction
        torch.testing.assert_close(alone, model(images).reconstruction[1:2], rtol=1e-4, atol=1e-5)


def test_decoder_is_local() -> None:
    model = fresh()
    codes = torch.zeros(1, 16, 16, dtype=torch.int64)
    other = codes.clone()
    other[0, 8, 8] = 5
    with torch.inference_mode():
        changed = (model.decode_codes(codes) != model.decode_codes(other)).any(1)[0]  # (64, 64)
    rows, columns = changed.nonzero().unbind(1)
    assert len(rows) > 16, "the position itself"
    reach = 4 * 2 + 4  # two 3 x 3 convolutions on the map of cells of 4 pixels, and the transposed ones
    assert int(rows.min()) >= 32 - reach
    assert int(rows.max()) <= 35 + reach
    assert int(columns.min()) >= 32 - reach
    assert int(columns.max()) <= 35 + reach


def test_gradient_reaches_every_parameter() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    found = model(images)
    pretext.vq_loss(found.reconstruction, images, found.latents, found.quantised, variance=0.1).mean.backward()
    assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in model.parameters())
    assert not list(model.codebook.parameters())


def test_reconstruction_gradient_reaches_encoder() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    (model(images).reconstruction - images).square().mean().backward()
    assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in model.encoder.parameters())


def test_gradient_reaches_every_gaussian_parameter() -> None:
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


def test_overfits_one_batch() -> None:
    """Four pictures of coloured squares on eight codes."""
    model = fresh(Config(num_embeddings=8, embedding_dim=6, width=16, depth=1))
    squares = pictures(4, 3, 2, 2)
    images = squares.repeat_interleave(8, 2).repeat_interleave(8, 3)  # (4, 3, 16, 16)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    variance = float(images.var())
    for step in range(120):
        found = model(images)
        cost = pretext.vq_loss(found.reconstruction, images, found.latents, found.quantised, variance=variance)
        optimizer.zero_grad()
        cost.mean.backward()
        optimizer.step()
        model.codebook.update(found.latents, found.codes, generator(step), decay=0.8)
    with torch.inference_mode():
        error = float((model(images).reconstruction - images).square().mean()) / variance
    assert error < 0.15, "a single grey has 1"


def test_half_precision_keeps_codes() -> None:
    model, images = fresh(), pictures(4, 3, 32, 32)
    for step in range(30):
        found = model(images)
        model.codebook.update(found.latents, found.codes, generator(step))
    again = fresh(seed=1)
    fill(again, half_weights(model))
    with torch.inference_mode():
        same = (again.encode(images)[1] == model.encode(images)[1]).float().mean()
    assert float(same) > 0.9
    assert bool(torch.isfinite(again.codebook.entries).all())
    assert float(again.codebook.shares.min()) > 0


def test_autocast_keeps_codes_in_float32() -> None:
    model, images = fresh(), pictures(2, 3, 32, 32)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        found = model(images)
    assert found.latents.dtype == found.quantised.dtype == torch.float32
    vectors = found.latents.permute(0, 2, 3, 1).reshape(-1, 6)
    assert torch.equal(found.codes.flatten(), torch.cdist(vectors, model.codebook.entries).argmin(1))
