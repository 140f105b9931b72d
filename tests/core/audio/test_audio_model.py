"""Shapes, invariants and gradients of the network, one batch overfitted, and wav2vec 2.0 from a folder."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import Wav2Vec2Config, Wav2Vec2Model

from core import checkpoints
from core.audio import pretext
from core.audio.model import Block, Config, SoundTransformer, Wav2Vec2, pool
from core.data import spectra
from core.device import generator
from core.nn.losses import nt_xent

TINY = Config(n_mels=32, stem=8, width=32, depth=2, heads=2, projection=16, window=24)


@pytest.fixture(scope="module")
def model() -> SoundTransformer:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(0).get_state())
        return SoundTransformer(TINY).eval()


def mels(batch: int, frames: int, seed: int = 1) -> Tensor:
    return 2 * torch.rand(batch, TINY.n_mels, frames, generator=generator(seed)) - 1


@pytest.mark.parametrize(("batch", "frames"), [(1, 24), (3, 24), (2, 50), (1, 2)])
def test_output_shapes(model: SoundTransformer, batch: int, frames: int) -> None:
    output = model(mels(batch, frames))
    assert output.features.shape == (batch, frames // 2, 32)
    assert output.embedding.shape == (batch, 96)
    assert output.projection.shape == (batch, 16)
    assert output.restored.shape == (batch, 32, frames)


def test_hidden_frames_do_not_reach_outputs(model: SoundTransformer) -> None:
    x, hidden = mels(1, 24), torch.zeros(1, 24, dtype=torch.bool)
    hidden[:, 6:14] = True
    other = torch.where(hidden[:, None], torch.full_like(x, 0.3), x)
    assert torch.equal(model(x, hidden).restored, model(other, hidden).restored)
    assert not torch.allclose(model(x).restored, model(other).restored, atol=1e-3)


def test_untrained_network_interpolates_linearly(model: SoundTransformer) -> None:
    x, hidden = mels(2, 24), torch.zeros(2, 24, dtype=torch.bool)
    hidden[:, 9:15] = True
    assert torch.equal(model(x, hidden).restored, spectra.interpolate_hidden(x, hidden))


@pytest.mark.parametrize(("frames", "count"), [(10, 1), (24, 1), (26, 2), (48, 2), (50, 3)])
def test_windows_cover_both_ends(model: SoundTransformer, frames: int, count: int) -> None:
    mel = mels(1, frames)[0]
    cut = model.windows(mel)
    assert cut.shape == (count, 32, 24)
    if frames >= 24:
        assert torch.equal(cut[0], mel[:, :24])
        assert torch.equal(cut[-1], mel[:, -24:])


def test_batching_changes_no_embedding(model: SoundTransformer) -> None:
    waves = [0.1 * torch.randn(n, generator=generator(i)) for i, n in enumerate((1600, 8000, 1600, 40_000))]
    with torch.inference_mode():
        together = model.embed(waves)
        alone = torch.cat([model.embed([wave]) for wave in waves])
    assert torch.allclose(together, alone, atol=1e-5)
    assert not torch.allclose(together[0], together[2], atol=1e-4)


def test_features_leave_padding_out(model: SoundTransformer) -> None:
    assert model.hop_s == pytest.approx(0.02)
    for samples in (1600, 3200, 40_000):
        rows = model.features(0.1 * torch.randn(samples, generator=generator(2))).shape[0]
        assert rows == pytest.approx(samples / 16_000 / model.hop_s, abs=1)


def test_attention_equals_torchs(model: SoundTransformer) -> None:
    block, x = model.encoder[0], torch.randn(2, 7, 32, generator=generator(3))
    assert isinstance(block, Block)
    library = torch.nn.MultiheadAttention(32, 2, batch_first=True)
    library.load_state_dict(
        {
            "in_proj_weight": block.qkv.weight,
            "in_proj_bias": block.qkv.bias,
            "out_proj.weight": block.mix.weight,
            "out_proj.bias": block.mix.bias,
        }
    )
    normed = block.norm1(x)
    after = x + library(normed, normed, normed, need_weights=False)[0]
    assert torch.allclose(block(x), after + block.mlp(block.norm2(after)), atol=1e-5)


def both_losses(model: SoundTransformer, x: Tensor, hidden: Tensor) -> Tensor:
    output = model(x, hidden)
    first, second = output.projection.chunk(2)
    return nt_xent(first, second, 0.2).mean + 3 * pretext.hidden_error(output.restored, x, hidden)


def test_gradient_reaches_every_parameter() -> None:
    model, x = SoundTransformer(TINY), mels(4, 24)
    last = model.detail[4]
    assert isinstance(last, torch.nn.Conv2d)
    torch.nn.init.normal_(last.weight, std=0.1, generator=generator(4))  # zero before training: no gradient would pass
    both_losses(model, x, pretext.spans(4, 24, generator(4), shortest=4, longest=8)).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []


def test_one_batch_is_overfitted() -> None:
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(5).get_state())
        model = SoundTransformer(TINY)
    rows, rng = torch.arange(6), generator(6)
    chords = [spectra.relative_db(20 * mels(1, 1, seed)[0].expand(-1, 40)) for seed in range(6)]
    weak = pretext.ViewSettings().scaled(0.3)
    views = [pretext.view(pretext.bank(chords), rows, 24, rng, weak) for _ in "ab"]
    x, hidden = spectra.to_unit(torch.cat(views)), pretext.spans(12, 24, rng, shortest=4, longest=6)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        loss = both_losses(model, x, hidden)
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.7, "the chance level is log 11 = 2.4 plus the variance of the cells"


@pytest.fixture(scope="module")
def hub_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wav2vec2")
    config = Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8, 8),
        conv_stride=(5, 4),
        conv_kernel=(10, 4),
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        num_feat_extract_layers=2,
    )
    Wav2Vec2Model(config).save_pretrained(folder)
    return folder


def test_wav2vec2_equals_transformers(hub_folder: Path) -> None:
    loaded = checkpoints.load(str(hub_folder))
    assert isinstance(loaded.model, Wav2Vec2)
    theirs = Wav2Vec2Model.from_pretrained(hub_folder).eval()
    wave = 0.1 * torch.randn(4000, generator=generator(7))
    with torch.inference_mode():
        normed = (wave - wave.mean()) / (wave.var(correction=0) + 1e-7).sqrt()
        expected = theirs(normed[None]).last_hidden_state[0]
        found = loaded.model.features(wave)
        assert torch.allclose(found, expected, atol=1e-5)
        assert torch.allclose(loaded.model.embed([wave]), pool(expected[None]), atol=1e-5)
    assert loaded.model.hop_s == pytest.approx(20 / 16_000)
    assert len(found) == pytest.approx(len(wave) / 16_000 / loaded.model.hop_s, abs=2)


def test_wav2vec2_follows_its_feature_extractor(hub_folder: Path, tmp_path: Path) -> None:
    for file in hub_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "preprocessor_config.json").write_text('{"do_normalize": false}')
    plain = Wav2Vec2.from_hub(tmp_path).eval()
    wave = 0.1 * torch.randn(4000, generator=generator(8))
    with torch.inference_mode():
        expected = plain.network(wave[None]).last_hidden_state[0]
        assert torch.equal(plain.features(wave), expected)
