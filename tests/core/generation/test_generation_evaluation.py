"""Distances of the study: real pictures against real ones and against noise, and the rows of the card."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from core import device
from core.checkpoints import Checkpoint
from core.downstream import efficientnet, inception, simclr_features
from core.downstream.frechet import frechet_distance, gaussian, precision_recall
from core.errors import InputError
from core.generation import datasets, evaluation, references, sampling
from core.generation.model import Config, untrained
from core.generation.references import Library

CPU = torch.device("cpu")
SMALL = Config(latent=16, widths=(8, 6, 6, 6), discriminator_widths=(4, 6))


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No Inception, which would be downloaded, and empty caches."""
    monkeypatch.setattr(inception, "is_here", lambda: False)
    for cached in (evaluation._known, references._library):
        cached.cache_clear()
    yield
    for cached in (evaluation._known, references._library):
        cached.cache_clear()


@pytest.fixture
def one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet, "is_here", lambda: False)


def random_generator(config: Config = SMALL) -> Checkpoint:
    """A generator with random weights, whose pictures are not grey."""
    model = untrained(config, 1)[0].eval().requires_grad_(False)
    model.last.weight.mul_(20)
    return Checkpoint("generation/tiny", model, None, Path(), CPU)


def noise(count: int) -> Tensor:
    return torch.rand(count, 3, 32, 32, generator=device.generator(1))


def write_pictures(root: Path, count: int) -> str:
    folder = root / str(count)
    folder.mkdir()
    for number in range(count):
        Image.new("RGB", (32, 32), (number * 12, 200 - number * 9, 30)).save(folder / f"{number:02d}.png")
    return f"folder:{folder}"


# --- distances ---


def test_real_pictures_are_nearer_than_noise() -> None:
    """On EfficientNet too, which is installed; few pictures bias the distance upwards, so the margin is small."""
    images = datasets.load("emoji", "train", limit=160)
    known, other = images[::2][:30], images[1::2][:30]
    found = evaluation.compare("emoji", known, other, CPU)
    named = ["emoji", "emoji, 30 samples", "emoji, EfficientNet-Lite0", "emoji, EfficientNet-Lite0, 30 samples"]
    assert list(found) == named
    for row, (_, describe) in zip(named[::2], evaluation.networks(), strict=True):
        worse = frechet_distance(gaussian(describe(known, CPU)), gaussian(describe(noise(30), CPU)))
        assert 0 < found[row]["frechet"] < worse / 1.3, row


def test_rows_have_few_and_all_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each figure by hand, from cheap features: a picture's mean colours and its first pixel."""

    def colours(images: Tensor, where: torch.device) -> Tensor:
        return images.float().mean((2, 3))

    def corners(images: Tensor, where: torch.device) -> Tensor:
        return images.float()[:, :, 0, 0]

    monkeypatch.setattr(evaluation, "networks", lambda: iter([("", colours), ("Corners", corners)]))
    monkeypatch.setattr(evaluation, "SAMPLES", 600)
    real, drawn = noise(1_300), 0.99 * noise(1_300)[:1_200].flip(1)
    found = evaluation.compare("set", real, drawn, CPU)
    assert list(found) == ["set", "set, 1,200 samples", "set, Corners", "set, Corners, 1,200 samples"]
    for name, describe in (("set", colours), ("set, Corners", corners)):
        known, other = describe(real, CPU), describe(drawn, CPU)
        for row, count in ((name, 600), (f"{name}, 1,200 samples", 1_200)):
            assert found[row]["frechet"] == pytest.approx(frechet_distance(gaussian(known), gaussian(other[:count])))
            assert found[row]["n"] == 1_300
    evenly = colours(real, CPU)[torch.linspace(0, 1_299, 600).round().long()]
    expected = precision_recall(evenly, colours(drawn, CPU)[:600], k=3)
    assert (found["set"]["precision"], found["set"]["recall"]) == expected
    assert 0 < expected.precision < 1, "clouds that overlap in part"
    assert expected != precision_recall(colours(real, CPU)[:600], colours(drawn, CPU)[:600], k=3)
    assert not [row for row, metrics in found.items() if row != "set" and "precision" in metrics]


def test_only_installed_networks_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for lite, fid, expected in ((True, False, ["", "EfficientNet-Lite0"]), (False, True, ["", "FID"])):
        monkeypatch.setattr(efficientnet, "is_here", lambda lite=lite: lite)
        monkeypatch.setattr(inception, "is_here", lambda fid=fid: fid)
        assert [name for name, _ in evaluation.networks()] == expected


# --- a checkpoint's pictures ---


def test_evaluation_compares_samples_of_seed_0() -> None:
    checkpoint = random_generator()
    found = evaluation.evaluate(checkpoint, "emoji", samples=30)
    real = simclr_features.describe(datasets.load("emoji", "test"), CPU)
    drawn = simclr_features.describe(sampling.sample(checkpoint.model, 0, 30, None, CPU), CPU)  # type: ignore[arg-type]
    assert found["frechet"] == pytest.approx(frechet_distance(gaussian(real), gaussian(drawn)), rel=1e-5)
    assert found["n"] == len(real)
    assert set(found) == {"frechet", "precision", "recall", "n"}


def test_validation_split_can_be_measured(tmp_path: Path) -> None:
    found = evaluation.evaluate(random_generator(), write_pictures(tmp_path, 105), split="val")
    assert found["n"] == 6


@pytest.mark.usefixtures("one_network")
def test_references_come_from_the_training_split(tmp_path: Path) -> None:
    """The split must have more pictures than references."""
    config = Config(latent=16, widths=(8, 6, 6, 6), discriminator_widths=(4, 6), encoder="untrained", references=6)
    with pytest.raises(InputError, match="needs 6 others as references; here are 5"):
        evaluation.evaluate(random_generator(config), write_pictures(tmp_path, 6))
    spec = write_pictures(tmp_path, 20)
    found = evaluation.evaluate(random_generator(config), spec)
    library = references.library(config, spec, "data", evaluation.PICTURES, CPU)
    assert library is not None
    assert len(library) == 19
    images = sampling.sample(random_generator(config).model, 0, 20, library, CPU)  # type: ignore[arg-type]
    real = simclr_features.describe(datasets.load(spec, "test"), CPU)
    expected = frechet_distance(gaussian(real), gaussian(simclr_features.describe(images, CPU)))
    assert found["frechet"] == pytest.approx(expected, rel=1e-4)


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    spec = write_pictures(tmp_path, 4)
    with pytest.raises(InputError, match="at least 5 pictures; here are 4"):
        evaluation.evaluate(random_generator(), spec)


def test_five_pictures_are_enough(tmp_path: Path) -> None:
    found = evaluation.evaluate(random_generator(), write_pictures(tmp_path, 5))
    assert found["n"] == 5
    assert found["frechet"] > 0


# --- the floor ---


@pytest.mark.usefixtures("one_network")
def test_floor_is_written_for_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "RESULTS", tmp_path)
    path = evaluation.main(["--data", "emoji", "--device", "cpu"])
    assert path == tmp_path / "emoji" / "real.json"
    record, count = json.loads(path.read_text()), len(datasets.load("emoji", "test"))
    assert list(record["metrics"]) == ["emoji", f"emoji, {count} samples"]
    assert record["metrics"]["emoji"]["n"] == count
    assert record["metrics"]["emoji"]["frechet"] > 0
    kept = load_file(path.parent / evaluation.REAL_FILE)
    expected = gaussian(simclr_features.describe(datasets.load("emoji", "test"), CPU))
    torch.testing.assert_close(kept["mean"], expected.mean.float())
    torch.testing.assert_close(kept["covariance"], expected.covariance.float())
    worse = evaluation.compare("emoji", datasets.load("emoji", "test"), noise(count), CPU)
    assert record["metrics"]["emoji"]["frechet"] < worse["emoji"]["frechet"] / 3


# --- samples ---


def test_noise_depends_on_the_seed_alone() -> None:
    latent = Config().latent
    many = sampling.noise(3, 50, latent)
    for count in (1, 7, 50):
        assert torch.equal(sampling.noise(3, count, latent), many[:count])
    assert not torch.equal(sampling.noise(4, 50, latent), many)
    assert abs(float(many.mean())) < 0.05
    assert float(many.std()) == pytest.approx(1, abs=0.03)


def test_chunks_do_not_change_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(latent=16, widths=(8, 6, 6, 6), discriminator_widths=(4, 6), encoder="trained", features=12)
    model, z = random_generator(config).model, sampling.noise(1, 25, 16)
    known = Library(torch.randn(30, 12, generator=device.generator(2)), torch.arange(30).unsqueeze(1))
    drawn_references = known.draw(25, 1)
    whole = sampling.generate(model, z, drawn_references, CPU)  # type: ignore[arg-type]
    monkeypatch.setattr(sampling, "CHUNK", 10)
    torch.testing.assert_close(sampling.generate(model, z, drawn_references, CPU), whole)  # type: ignore[arg-type]
    torch.testing.assert_close(sampling.sample(model, 1, 25, known, CPU), whole)  # type: ignore[arg-type]
    assert whole.shape == (25, 3, 32, 32)
    assert not torch.allclose(sampling.generate(model, z, drawn_references.flip(0), CPU), whole, atol=1e-3)  # type: ignore[arg-type]
