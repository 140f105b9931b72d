"""What a visitor gets of a VAE: invariants on random weights, and the shipped checkpoint against its baselines."""

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from core import checkpoints, snapshots
from core.checkpoints import Card
from core.data import bundled
from core.device import generator
from core.errors import InputError
from core.vae import explore
from core.vae.model import VAE, Config
from tests.own_checkpoints import settle


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tree with the shipped checkpoints and a visitor's own."""
    with pytest.MonkeyPatch.context() as patch:
        yield settle(tmp_path_factory.mktemp("checkpoints"), patch)


def save(root: Path, name: str, latent: int) -> str:
    """A random VAE whose decoder maps different codes to different pictures, saved as a checkpoint."""
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(5).get_state())
        model = VAE(Config(hidden=32, latent=latent))
    torch.nn.init.normal_(model.decoder.weight, std=1.0, generator=generator(6))
    torch.nn.init.normal_(model.to_mu.weight, std=1.0, generator=generator(7))
    config = dataclasses.asdict(model.config)
    card = Card(name, "core.vae.model.VAE", config, "none", {}, "", "", "", 0.0, 0, 0, {})
    checkpoints.save(root / name, model, card)
    return name


@pytest.fixture(scope="module")
def tiny(own: Path) -> str:
    """A visitor's own model with ten axes."""
    return save(own, "vae/tiny", 10)


def digit(index: int) -> explore.Bytes:
    return np.stack([bundled.digits().images[index]] * 3, -1)


@pytest.mark.parametrize("path", explore.PATHS)
@pytest.mark.parametrize("steps", [3, 16])
def test_interpolation_ends_are_reconstructions(tiny: str, path: str, steps: int) -> None:
    found = explore.interpolate(digit(3), digit(150), steps, path, name=tiny)
    ends = np.stack([explore.reconstruct(digit(index), name=tiny) for index in (3, 150)])
    assert found.images.shape == found.blends.shape == (steps, 28, 28)
    for images in (found.images, found.blends):
        assert np.abs(images[[0, -1]].astype(int) - ends).max() <= 1, "one level of rounding"
    assert found.z.shape == (steps, 10)


def test_unchanged_axes_give_the_reconstruction(tiny: str) -> None:
    mu = explore.encode(digit(3), name=tiny).mu
    values = [float(mu[axis]) for axis in explore.most_active(4, name=tiny)]
    assert max(map(abs, values)) < explore.REACH
    np.testing.assert_array_equal(explore.decode(digit(3), values, name=tiny), explore.reconstruct(digit(3), name=tiny))
    moved = explore.decode(digit(3), [values[0] + 1, *values[1:]], name=tiny)
    assert np.abs(moved.astype(int) - explore.reconstruct(digit(3), name=tiny)).max() > 10


def test_sample_is_reparameterised_noise(tiny: str) -> None:
    found = explore.encode(digit(3), 11, name=tiny)
    noise = torch.randn(1, 10, generator=generator(11)).numpy()[0]
    np.testing.assert_allclose(found.z, found.mu + found.sigma * noise, rtol=1e-4, atol=1e-5)
    assert not np.array_equal(found.z, explore.encode(digit(3), 12, name=tiny).z)


def test_costs_are_ordered(tiny: str) -> None:
    found = explore.encode(digit(3), name=tiny)
    assert found.nats == pytest.approx(found.reconstruction_nats + found.kl_nats.sum())
    assert found.perfect_nats < found.reconstruction_nats
    assert found.perfect_nats < found.mean_digit_nats < found.uniform_nats == pytest.approx(543.43, abs=0.01)


def test_axes_are_ordered_by_kl(tiny: str) -> None:
    order = explore.most_active(10, name=tiny)
    assert sorted(order) == list(range(10))
    total = np.sum([explore.encode(digit(index), name=tiny).kl_nats for index in range(0, 200, 10)], 0)
    assert total[order[0]] > total[order[-1]]
    plane = explore.plane(name=tiny)
    assert plane.axes == order[:2]
    assert plane.xy.shape == (200, 2)
    np.testing.assert_allclose(plane.xy[3], explore.encode(digit(3), name=tiny).mu[list(order[:2])], atol=1e-5)


def test_neighbours_exclude_the_picture(tiny: str) -> None:
    neighbours = explore.neighbours(digit(3), count=5, name=tiny)
    for found in (neighbours.by_latent, neighbours.by_pixels):
        assert len(found) == 5
        assert not any(np.array_equal(item.image, digit(3)[..., 0]) for item in found)
        assert [item.similarity for item in found] == sorted((item.similarity for item in found), reverse=True)


def test_samples_decode_the_prior(tiny: str) -> None:
    model = checkpoints.load(tiny).model
    z = torch.randn(7, 10, generator=generator(4))
    with torch.inference_mode():
        expected = model.decode(z).sigmoid()[:, 0] * 255  # type: ignore[operator]
    np.testing.assert_allclose(explore.sample(4, 7, name=tiny), expected.numpy(), atol=0.51)


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: explore.encode(None, name=name),
        lambda name: explore.encode(digit(3), -1, name=name),
        lambda name: explore.encode(digit(3), float("nan"), name=name),
        lambda name: explore.encode(np.full((60, 60, 3), 9, np.uint8), name=name),
        lambda name: explore.encode(np.zeros((1, 1, 3), np.uint8), name=name),
        lambda name: explore.interpolate(digit(3), None, name=name),
        lambda name: explore.interpolate(digit(3), digit(4), 2, name=name),
        lambda name: explore.interpolate(digit(3), digit(4), 17, name=name),
        lambda name: explore.interpolate(digit(3), digit(4), 4.5, name=name),
        lambda name: explore.interpolate(digit(3), digit(4), 4, "crooked", name=name),
        lambda name: explore.decode(digit(3), [4.1], name=name),
        lambda name: explore.decode(digit(3), [float("inf")], name=name),
        lambda name: explore.decode(digit(3), [0.0] * 11, name=name),
        lambda name: explore.sample(None, name=name),  # type: ignore[arg-type]
        lambda name: explore.sample(0, 65, name=name),
        lambda name: explore.neighbours(digit(3), count=0, name=name),
    ],
)
def test_bad_input_is_refused(tiny: str, ask: Callable[[str], object]) -> None:
    with pytest.raises(InputError):
        ask(tiny)


def test_other_files_are_refused(tiny: str, text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(InputError):
            explore.encode(str(file), name=tiny)


def test_parallel_visitors_get_own_samples(tiny: str) -> None:
    alone = {seed: explore.sample(seed, 16, name=tiny) for seed in (1, 2)}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: (seed, explore.sample(seed, 16, name=tiny)), [1, 2] * 10))
    assert all(np.array_equal(found, alone[seed]) for seed, found in together)
    assert not np.array_equal(alone[1], alone[2])


def test_shipped_model_beats_mean_digit() -> None:
    """On twenty bundled test digits, two of each class; the chance level is 543 nats."""
    found = [explore.encode(digit(index)) for index in range(0, 200, 10)]
    nats, baseline = (np.mean([getattr(item, field) for item in found]) for field in ("nats", "mean_digit_nats"))
    assert nats < 115
    assert nats < baseline - 80
    assert all(item.nats < item.uniform_nats / 2 for item in found)


def test_card_keeps_the_floor() -> None:
    card = explore.metrics()
    assert card["n"] == 10_000
    assert card["nats"] <= 108


def test_latent_midpoint_beats_pixel_blend() -> None:
    interpolations = [explore.interpolate(digit(a), digit(b), 9) for a, b in ((40, 140), (3, 85), (60, 160), (21, 181))]
    middles = np.array([[found.image_nats[4], found.blend_nats[4]] for found in interpolations])
    assert middles[:, 0].mean() < 0.7 * middles[:, 1].mean()


def test_code_classifies_above_chance_level() -> None:
    found = explore.knn_accuracy()
    assert found.n == 200
    assert found.latent > found.chance_level + 0.6
    assert found.latent > found.pixels - 0.05


# --- a visitor's own models ---


def test_own_models_are_offered(own: Path, tiny: str) -> None:
    save(own, "vae/another", 3)
    assert explore.names() == (explore.NAME, "vae/another", tiny)


@pytest.mark.parametrize(
    "name",
    ["vae/none", "mnist", "", "../vae/mnist", "rotation/photos", "vae/mnist@7", "vae/mnist@x", "vae/mnist@", "gpt2"],
)
def test_other_models_are_refused(name: str) -> None:
    for ask in (explore.encode, explore.reconstruct, explore.neighbours):
        with pytest.raises(InputError, match="Choose one of the models offered"):
            ask(digit(3), name=name)
    for look in (explore.plane, explore.most_active, explore.knn_accuracy):
        with pytest.raises(InputError, match="Choose one of the models offered"):
            look(name=name)


@pytest.mark.parametrize("latent", [1, 2, 7, 30])
def test_at_most_eight_active_axes(own: Path, latent: int) -> None:
    name = save(own, f"vae/axes{latent}", latent)
    axes = explore.most_active(name=name)
    assert len(axes) == min(latent, 8)
    assert explore.latent(name) == latent
    assert explore.plane(name=name).xy.shape == (200, 2)
    assert explore.decode(digit(3), [0.5] * len(axes), name=name).shape == (28, 28)
    assert explore.interpolate(digit(3), digit(4), 4, name=name).z.shape == (4, latent)


# --- snapshots ---


def test_training_lowers_the_cost() -> None:
    """Grey costs log 2 per pixel, 543 nats; the shipped network needs about 100."""
    before, after = (explore.grow(digit(40), stage) for stage in (0, 4))
    assert before.nats > 3 * after.nats
    assert before.nats > before.mean_digit_nats > after.nats
    seen = explore.view(digit(40)).astype(float)
    off = [((found.reconstruction - seen) ** 2).mean() for found in (before, after)]
    assert off[0] > 5 * off[1]
    assert np.abs(before.reconstruction.astype(int) - 127).max() < 60, "grey"


def test_last_stage_is_finished_model() -> None:
    found = explore.grow(digit(40), 4)
    np.testing.assert_array_equal(found.reconstruction, explore.reconstruct(digit(40)))
    np.testing.assert_array_equal(found.samples, explore.sample(0, 9))
    assert found.nats == pytest.approx(explore.encode(digit(40)).nats)


def test_snapshot_costs_fall() -> None:
    reached = explore.reached()
    assert len(reached) == len(snapshots.PERCENTS)
    assert reached[0] > explore.UNIFORM_NATS - 20, "no better than a coin"
    assert reached[0] > 3 * reached[-1]
    assert reached[-1] == pytest.approx(explore.metrics()["nats"])
    assert reached[-1] < explore.mean_digit_nats() - 80


def test_mean_digit_cost_equals_slow_loop() -> None:
    images = bundled.digits().images / 255.0
    light = (images.sum(0) + 1) / (len(images) + 2)
    nats = [-(x * np.log(light) + (1 - x) * np.log(1 - light)).sum() for x in images]
    assert explore.mean_digit_nats() == pytest.approx(np.mean(nats), rel=1e-5)


@pytest.mark.parametrize("stage", [-1, 5, 0.5, float("nan"), True, None])
def test_other_stages_are_refused(stage: float) -> None:
    with pytest.raises(InputError):
        explore.grow(digit(3), stage)
