"""The masked autoencoder: shapes, masking, parity with transformers, gradients, overfitting one batch."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import ViTMAEConfig, ViTMAEForPreTraining

from core import checkpoints
from core.device import generator
from core.errors import CheckpointError
from core.masked import pretext
from core.masked.model import Config, MaskedAutoencoder, inverse_distance_weights, sine_positions

SMALL = Config(
    size=32, patch=8, width=32, depth=2, heads=2, decoder_width=16, decoder_depth=2, decoder_heads=2, expansion=2
)


def make(config: Config = SMALL, seed: int = 0) -> MaskedAutoencoder:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(seed).get_state())
        return MaskedAutoencoder(config)


def images(batch: int, seed: int = 1) -> Tensor:
    return torch.rand(batch, 3, 32, 32, generator=generator(seed))


@pytest.mark.parametrize(("batch", "visible"), [(1, 1), (1, 15), (3, 4), (2, 16)])
def test_shapes_for_any_visible_count(batch: int, visible: int) -> None:
    keep = pretext._keep_largest(torch.rand(batch, 16, generator=generator(2)), visible)
    output = make()(images(batch), keep)
    assert output.patches.shape == output.raw.shape == (batch, 16, 192)
    assert output.latent.shape == (batch, 1 + visible, 32)
    assert [weights.shape for weights in output.attention] == [(batch, 2, 1 + visible, 1 + visible)] * 2
    assert all(torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-5) for weights in output.attention)
    assert bool(torch.isfinite(output.patches).all())


@pytest.mark.parametrize("target", ["residual", "pixels", "normalised"])
def test_hidden_patches_have_no_influence(target: str) -> None:
    model = make(Config(**{**vars(SMALL), "target": target}))
    keep = pretext.random_keep(2, 16, 0.75, generator(3))
    patches, noise = pretext.patchify(images(2), 8), pretext.patchify(images(2, seed=9), 8)
    other = torch.where(keep[..., None], patches, noise)
    first, second = (model(pretext.unpatchify(each, 8, 4), keep).patches for each in (patches, other))
    assert torch.equal(first, second)


def test_batch_equals_single_pictures() -> None:
    model, batch = make(), images(3)
    keep = pretext.random_keep(3, 16, 0.5, generator(4))
    together = model(batch, keep).patches
    for row in range(3):
        alone = model(batch[row : row + 1], keep[row : row + 1]).patches
        assert torch.allclose(together[row], alone[0], atol=1e-5)


def test_unequal_mask_rows_are_refused() -> None:
    keep = torch.ones(2, 16, dtype=torch.bool)
    keep[1, 0] = False
    for mask in (keep, torch.zeros(2, 16, dtype=torch.bool)):
        with pytest.raises(ValueError, match="same number"):
            make()(images(2), mask)


def test_gradient_reaches_every_parameter() -> None:
    model, batch = make(), images(4)
    keep = pretext.random_keep(4, 16, 0.75, generator(5))
    pretext.hidden_loss(model(batch, keep).patches, pretext.patchify(batch, 8), keep).backward()
    without_gradient = [name for name, p in model.named_parameters() if p.grad is None or p.grad.abs().sum() == 0]
    assert without_gradient == []


def test_overfits_one_batch() -> None:
    model, batch = make(), images(2).round()  # noise can only be memorised; mean fill has 0.25
    keep = pretext.random_keep(2, 16, 0.5, generator(6))
    target = pretext.patchify(batch, 8)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        loss = pretext.hidden_loss(model(batch, keep).patches, target, keep)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


def test_positions_are_the_papers_sines() -> None:
    positions = sine_positions(4, 16)
    assert positions.shape == (17, 16)
    assert positions[0].tolist() == [0] * 16
    row, column, speed = 2, 3, 1 / 10000 ** (1 / 4)
    here = positions[1 + row * 4 + column]
    for axis, at in ((0, column), (8, row)):
        assert here[axis + 1] == pytest.approx(float(torch.tensor(at * speed).sin()), abs=1e-6)
        assert here[axis + 4 + 1] == pytest.approx(float(torch.tensor(at * speed).cos()), abs=1e-6)


def test_inverse_distance_weights_by_hand() -> None:
    keep = torch.tensor([[True, False, True, False, False, False, False, False, False]])
    weights = inverse_distance_weights(3, keep)[0]
    assert torch.allclose(weights.sum(1), torch.ones(9))
    assert weights[0, 0] > 0.999
    assert weights[1].tolist() == pytest.approx([0.5, 0, 0.5, 0, 0, 0, 0, 0, 0], abs=1e-3)


def hub_model(folder: Path, *, normalised: bool) -> ViTMAEForPreTraining:
    """A tiny ViTMAE with random weights, saved in the Hub's format."""
    config = ViTMAEConfig(
        image_size=32,
        patch_size=8,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        decoder_hidden_size=16,
        decoder_num_hidden_layers=2,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=32,
        norm_pix_loss=normalised,
    )
    model = ViTMAEForPreTraining(config).eval()
    rng = generator(11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=rng))
    model.save_pretrained(folder)
    return model


@pytest.mark.parametrize("normalised", [False, True])
def test_equals_transformers_on_same_weights(tmp_path: Path, normalised: bool) -> None:
    theirs = hub_model(tmp_path, normalised=normalised)
    ours = checkpoints.load(str(tmp_path)).model
    assert isinstance(ours, MaskedAutoencoder)
    batch, noise = images(2, seed=12), torch.rand(2, 16, generator=generator(13))
    keep = torch.zeros(2, 16, dtype=torch.bool).scatter_(
        1, noise.argsort(1)[:, :4], True
    )  # the patches with the least noise stay
    with torch.no_grad():
        read = pretext.unpatchify(ours.normalise(pretext.patchify(batch, 8)), 8, 4)
        expected, output = theirs(read, noise=noise), ours(batch, keep)
    assert torch.equal(expected.mask == 0, keep)
    assert torch.allclose(output.raw, expected.logits, atol=1e-4)
    target = pretext.patchify(batch, 8)
    if not normalised:  # the losses are equal in units of ImageNet's deviation
        loss = pretext.hidden_loss(ours.normalise(output.patches), ours.normalise(target), keep)
        assert loss.item() == pytest.approx(expected.loss.item(), rel=1e-4)


def test_normalised_patches_are_denormalised() -> None:
    model = make(Config(**{**vars(SMALL), "target": "normalised"}))
    pattern = torch.rand(1, 1, 192, generator=generator(14)).expand(1, 16, 192)  # every patch alike
    keep = pretext.random_keep(1, 16, 0.75, generator(15))
    read = model.normalise(pattern)
    raw = (read - read.mean(-1, keepdim=True)) / read.std(-1, keepdim=True)
    assert torch.allclose(model.to_pixels(raw, read, keep), pattern, atol=1e-4)


def test_hub_folder_without_safetensors_refused(tmp_path: Path) -> None:
    hub_model(tmp_path, normalised=False)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="safetensors"):
        checkpoints.load(str(tmp_path))
