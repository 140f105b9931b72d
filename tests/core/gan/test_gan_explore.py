"""The calls of the page: invariants on random weights, and the shipped checkpoint against its baselines."""

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import checkpoints, device, snapshots
from core.checkpoints import Card
from core.data import bundled, pictures
from core.errors import InputError
from core.gan import explore, models, reference_stats
from core.gan.model import Config, untrained
from core.gan.pretext import truncated
from tests.own_checkpoints import settle

TINY = Config(32, 9, (12, 8, 8, 6), (6, 8, 8, 8))
CAT = next(photo.image for photo in bundled.photographs() if photo.key == "cat")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The shipped checkpoints, and room for a visitor's own."""
    with pytest.MonkeyPatch.context() as patch:
        yield settle(tmp_path_factory.mktemp("checkpoints"), patch)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of a visitor in two classes, forty to train on and ten for testing."""
    root = tmp_path_factory.mktemp("pictures")
    for number, image in enumerate(bundled.emoji_gallery().images[::27][:50]):
        place = root / ("test" if number % 5 == 0 else "train") / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{number:02d}.png")
    return root


@pytest.fixture(scope="module")
def tiny(own: Path, folder: Path) -> str:
    """A visitor's own model with random weights, and its reference statistics."""
    generator, discriminator = untrained(TINY, 3)
    generator.eval()
    discriminator.eval()
    torch.nn.init.normal_(generator.last.weight, std=0.5, generator=device.generator(4))  # so that samples differ
    spec = f"folder:{folder}"
    config = dataclasses.asdict(TINY)
    card = Card("gan/tiny", "core.gan.model.Generator", config, "none", {"data": spec}, "", "", "", 0.0, 0, 0, {})
    checkpoints.save(own / "gan" / "tiny", generator, card, reference_stats.gather(generator, discriminator, spec, "."))
    return "gan/tiny"


def test_samples_come_from_their_seed(tiny: str) -> None:
    model = checkpoints.load(tiny).model
    uniform = torch.rand(5, 9, generator=device.generator(7))
    with torch.inference_mode():
        expected = model(truncated(uniform, 3.0)).permute(0, 2, 3, 1) * 255
    found = explore.sample(7, 3.0, 5, name=tiny)
    np.testing.assert_allclose(found.images, expected.numpy(), atol=0.51)
    assert found.scores.shape == (5,)
    assert found.variety > 0


def test_first_samples_ignore_the_count(tiny: str) -> None:
    few, many = (explore.sample(3, 1.0, count, name=tiny).images for count in (4, 9))
    assert np.abs(few.astype(int) - many[:4]).max() <= 1


def test_truncation_lowers_variety(tiny: str) -> None:
    """On any generator that depends on its noise."""
    tight, loose = (explore.sample(5, limit, 16, name=tiny) for limit in (0.1, 3.0))
    assert tight.variety < loose.variety
    assert tight.untruncated_variety == pytest.approx(loose.variety, rel=0.1)
    assert tight.images.std(0).mean() < 0.5 * loose.images.std(0).mean()


@pytest.mark.parametrize("steps", [3, 12])
def test_interpolation_ends_at_both_samples(tiny: str, steps: int) -> None:
    walk = explore.interpolate(2, 5, steps, name=tiny)
    assert walk.images.shape == walk.blends.shape == (steps, 32, 32, 3)
    model = checkpoints.load(tiny).model
    for place, seed in ((0, 2), (-1, 5)):
        z = truncated(torch.rand(1, 9, generator=device.generator(seed)), 6.0)
        with torch.inference_mode():
            expected = model(z)[0].permute(1, 2, 0).numpy() * 255
        for images in (walk.images, walk.blends):
            np.testing.assert_allclose(images[place], expected, atol=1.01)
    middle = walk.blends[0].astype(float) / 2 + walk.blends[-1] / 2
    if steps % 2:
        np.testing.assert_allclose(walk.blends[steps // 2], middle, atol=1.01)


def test_score_is_compared_with_other_scores(tiny: str) -> None:
    found = explore.judge(CAT, name=tiny)
    discriminator = models.open_discriminator(tiny)
    with torch.inference_mode():
        expected = discriminator(pictures.to_tensor(pictures.square(CAT, 32))).scores.item()
    assert found.score == pytest.approx(expected, rel=1e-3, abs=1e-4)
    assert found.above_real == pytest.approx((found.unseen_scores < found.score).mean())
    assert found.above_samples == pytest.approx((found.sample_scores < found.score).mean())
    sides = np.concatenate([found.unseen_scores > 0, found.sample_scores < 0])
    assert found.accuracy == pytest.approx(sides.mean())


def test_nearest_picture_equals_slow_loop(tiny: str, folder: Path) -> None:
    found = explore.copies(1, 3, name=tiny)
    images = pictures.load(f"folder:{folder}", "train", size=32).images
    features = reference_stats.unit(images, torch.device("cpu"))
    axes, centre = models.open_reference_stats(tiny).axes, models.open_reference_stats(tiny).centre
    for item in found.nearest:
        sample = reference_stats.unit(pictures.to_tensor(item.sample), torch.device("cpu"))[0]
        apart = [float((((feature - centre) - (sample - centre)) @ axes).norm()) for feature in features]
        assert item.distance == pytest.approx(min(apart), abs=0.05), "bytes round the sample, 8 bits the code"
        assert item.picture is not None, "the data are here"
        place = next(i for i, image in enumerate(images) if np.array_equal(image.permute(1, 2, 0), item.picture))
        assert apart[place] == pytest.approx(min(apart), abs=0.05)
        assert item.class_name in ("a", "b")
    assert found.gallery == len(images)


def test_training_picture_counts_as_copy(tiny: str, folder: Path) -> None:
    """The picture itself and the same mirrored."""
    at = models.open_reference_stats(tiny)
    images = pictures.load(f"folder:{folder}", "train", size=32).images.float() / 255
    for part in (images[:10], images[:10].flip(-1)):
        nearest = torch.cdist(at.code(part, torch.device("cpu")), at.codes).min(1).values
        assert nearest.median() < at.unseen_distances.median()


def test_copy_threshold_equals_slow_loop(tiny: str) -> None:
    """Chosen on every other mirrored training picture, tested on the ones between."""
    at = models.open_reference_stats(tiny)
    mirrored, unseen = at.copy_distances.tolist(), at.unseen_distances.tolist()
    chosen, others = sorted(mirrored[::2]), mirrored[1::2]
    found = at.copy_threshold()
    place = 0.95 * (len(chosen) - 1)
    low = int(place)
    expected = chosen[low] + (place - low) * (chosen[min(low + 1, len(chosen) - 1)] - chosen[low])
    assert found.distance == pytest.approx(expected, rel=1e-5)
    assert found.true_positive_rate == pytest.approx(sum(d < found.distance for d in others) / len(others))
    assert found.false_positive_rate == pytest.approx(sum(d < found.distance for d in unseen) / len(unseen))
    assert found.count == len(unseen)
    check = explore.copies(1, 8, name=tiny)
    assert check.threshold == found
    assert check.suspects == sum(item.distance < found.distance for item in check.nearest)


def test_files_without_their_code_are_hidden(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = models.training_files(tiny)
    assert len(files) == explore.copies(0, 1, name=tiny).gallery
    assert models.training_picture(tiny, 0) is not None
    monkeypatch.setattr(models, "training_files", lambda name: files[::-1])
    assert models.training_picture(tiny, 0) is None
    monkeypatch.setattr(models, "training_files", lambda name: ())
    assert models.training_picture(tiny, 0) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: explore.judge(None, name=name),
        lambda name: explore.judge(np.zeros((1, 1, 3), np.uint8), name=name),
        lambda name: explore.sample(-1, name=name),
        lambda name: explore.sample(float("nan"), name=name),
        lambda name: explore.sample(0, 0.05, name=name),
        lambda name: explore.sample(0, 3.1, name=name),
        lambda name: explore.sample(0, None, name=name),  # type: ignore[arg-type]
        lambda name: explore.sample(0, 1.0, 65, name=name),
        lambda name: explore.sample(0, 1.0, 1, name=name),
        lambda name: explore.interpolate(0, 1, 2, name=name),
        lambda name: explore.interpolate(0, 2.5, 4, name=name),
        lambda name: explore.interpolate(2**31, 0, 4, name=name),
        lambda name: explore.copies(0, 0, name=name),
        lambda name: explore.grow(5),
        lambda name: explore.grow(0.5),
        lambda name: explore.grow(0, -1),
    ],
)
def test_bad_input_is_refused(tiny: str, ask: Callable[[str], object]) -> None:
    with pytest.raises(InputError):
        ask(tiny)


def test_files_without_pictures_are_refused(tiny: str, text_as_picture: Path, huge_picture: Path) -> None:
    for file in (text_as_picture, huge_picture):
        with pytest.raises(InputError):
            explore.judge(str(file), name=tiny)


@pytest.mark.parametrize("name", ["gan/none", "cifar10", "", "../gan/cifar10", "vae/mnist", "gan/cifar10@7", "gpt2"])
def test_other_models_are_refused(own: Path, name: str) -> None:
    for ask in (
        lambda: explore.judge(CAT, name=name),
        lambda: explore.sample(name=name),
        lambda: explore.copies(name=name),
        lambda: explore.interpolate(name=name),
        lambda: models.open_discriminator(name),
        lambda: models.open_reference_stats(name),
    ):
        with pytest.raises(InputError, match="Choose one of the models offered"):
            ask()


def test_own_models_follow_the_shipped_one(tiny: str) -> None:
    assert explore.names() == (explore.NAME, tiny)


def test_two_visitors_get_their_own_samples(tiny: str) -> None:
    alone = {seed: explore.sample(seed, 2.0, 8, name=tiny).images for seed in (1, 2)}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: (seed, explore.sample(seed, 2.0, 8, name=tiny).images), [1, 2] * 8))
    assert all(np.array_equal(found, alone[seed]) for seed, found in together)
    assert not np.array_equal(alone[1], alone[2])


# --- the shipped generator ---


def test_shipped_samples_beat_noise_and_blur() -> None:
    """Frechet distance on SimCLR features to test pictures: a fifteenth of pure noise's, a fourth of blurred ones'."""
    card = explore.metrics()
    assert card[""]["n"] == 10_000
    assert card[""]["frechet"] < card["noise"]["frechet"] / 15
    assert card[""]["frechet"] < card["blurred"]["frechet"] / 4
    assert card["training pictures"]["frechet"] < card[""]["frechet"]
    assert card[""]["precision"] > card["noise"]["precision"] + 0.5
    assert card[""]["recall"] > 0.15


def test_distance_falls_at_every_stage() -> None:
    reached = explore.reached()
    assert len(reached) == len(snapshots.PERCENTS)
    assert list(reached) == sorted(reached, reverse=True)
    assert reached[-1] < reached[0] / 10
    assert reached[-1] == pytest.approx(explore.metrics()[""]["frechet"])


def test_last_stage_is_the_finished_generator() -> None:
    before, after = (explore.grow(stage) for stage in (0, 4))
    assert before.shape == after.shape == (explore.GROWN, 32, 32, 3)
    finished = explore.sample(0, 3.0, explore.GROWN).images.astype(int)
    assert np.abs(after - finished).mean() < 4, "all but untruncated"
    assert np.abs(before - finished).mean() > 40


def test_shipped_copy_check_finds_copies() -> None:
    """It misses no more than one mirrored copy in twenty, and flags few real pictures; the card says the same."""
    found, card = explore.copies(0, 1).threshold, explore.metrics()["copy check"]
    assert (explore.copies(0, 1).copies < found.distance).mean() >= 0.94
    assert found.true_positive_rate == pytest.approx(reference_stats.COPIES_FOUND, abs=0.01)
    assert found.false_positive_rate < 0.05
    assert card["threshold"] == pytest.approx(found.distance)
    assert card["true_positive_rate"] == pytest.approx(found.true_positive_rate)
    assert card["false_positive_rate"] == pytest.approx(found.false_positive_rate)
    assert card["n"] == found.count


def test_shipped_samples_are_not_copies() -> None:
    """Of 64, at most three are below the threshold that finds 95 % of mirrored copies."""
    found = explore.copies(0, 64)
    assert found.suspects <= 3
    assert found.gallery == 47_500
    assert np.median([item.distance for item in found.nearest]) > 2 * np.median(found.copies)


def test_shipped_features_beat_untrained_ones() -> None:
    found = explore.metrics()["discriminator"]
    assert found["knn"] > found["untrained_knn"] + 0.05
    assert 0.5 < found["accuracy"] < 0.75, "a generator that could not fool it would leave it above"


def test_truncation_is_read_from_the_card() -> None:
    rows = explore.tradeoff()
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[0][2] < rows[-1][2], "recall is what it costs"
