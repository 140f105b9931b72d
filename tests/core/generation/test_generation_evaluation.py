"""Distances of the study: real pictures beside real ones and beside noise, and rows called as the card calls them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from core.checkpoints import Checkpoint
from core.device import generator
from core.downstream import efficientnet, inception, simclr_features
from core.downstream.frechet import frechet_distance, gaussian, precision_recall
from core.errors import InputError
from core.generation import datasets, evaluation, references, sampling
from core.generation.model import Config, untrained
from core.generation.references import Library

CPU = torch.device("cpu")
SMALL = Config(latent=16, widths=(8, 6, 6, 6), critic_widths=(4, 6))


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No Inception, which would be fetched, and nobody else's pictures."""
    monkeypatch.setattr(inception, "is_here", lambda: False)
    for cached in (evaluation._known, references._library):
        cached.cache_clear()
    yield
    for cached in (evaluation._known, references._library):
        cached.cache_clear()


@pytest.fixture
def one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet, "is_here", lambda: False)


def drawing(config: Config = SMALL) -> Checkpoint:
    """A generator with random weights, whose pictures are not grey."""
    model = untrained(config, 1)[0].eval().requires_grad_(False)
    model.last.weight.mul_(20)
    return Checkpoint("generation/tiny", model, None, Path(), CPU)


def noise(count: int) -> Tensor:
    return torch.rand(count, 3, 32, 32, generator=generator(1))


def pages(root: Path, count: int) -> str:
    folder = root / str(count)
    folder.mkdir()
    for number in range(count):
        Image.new("RGB", (32, 32), (number * 12, 200 - number * 9, 30)).save(folder / f"{number:02d}.png")
    return f"folder:{folder}"


# --- distances ---


def test_real_pictures_are_nearer_to_other_real_ones_than_to_noise_on_both_networks() -> None:
    """EfficientNet too, as it is installed; few pictures look far apart, so the margin is no larger."""
    images = datasets.load("emoji", "train", limit=160)
    known, other = images[::2], images[1::2][:60]
    found = evaluation.compare("emoji", known, other, CPU)
    named = ["emoji", "emoji, 60 samples", "emoji, EfficientNet-Lite0", "emoji, EfficientNet-Lite0, 60 samples"]
    assert list(found) == named
    for row, (_, describe) in zip(named[::2], evaluation.networks(), strict=True):
        worse = frechet_distance(gaussian(describe(known, CPU)), gaussian(describe(noise(60), CPU)))
        assert 0 < found[row]["frechet"] < worse / 1.3, row


def test_rows_are_the_first_half_and_the_whole_by_every_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each figure again by hand, from features that cost nothing: a picture's mean colours."""

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


def test_the_networks_at_hand_are_named_and_the_own_one_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for lite, fid, expected in ((True, False, ["", "EfficientNet-Lite0"]), (False, True, ["", "FID"])):
        monkeypatch.setattr(efficientnet, "is_here", lambda lite=lite: lite)
        monkeypatch.setattr(inception, "is_here", lambda fid=fid: fid)
        assert [name for name, _ in evaluation.networks()] == expected


# --- a checkpoint's pictures ---


def test_evaluating_is_comparing_samples_of_seed_0_with_all_pictures_of_the_set() -> None:
    checkpoint = drawing()
    found = evaluation.evaluate(checkpoint, "emoji", samples=30)
    real = simclr_features.describe(datasets.load("emoji", "test"), CPU)
    drawn = simclr_features.describe(sampling.sample(checkpoint.model, 0, 30, None, CPU), CPU)  # type: ignore[arg-type]
    assert found["frechet"] == pytest.approx(frechet_distance(gaussian(real), gaussian(drawn)), rel=1e-5)
    assert found["n"] == len(real)
    assert set(found) == {"frechet", "precision", "recall", "n"}


def test_the_validation_split_is_measured_if_asked_for(tmp_path: Path) -> None:
    found = evaluation.evaluate(drawing(), pages(tmp_path, 105), split="val")
    assert found["n"] == 6


@pytest.mark.usefixtures("one_network")
def test_an_arm_with_references_draws_them_from_the_training_split(tmp_path: Path) -> None:
    """And needs more pictures there than references."""
    config = Config(latent=16, widths=(8, 6, 6, 6), critic_widths=(4, 6), encoder="untrained", references=6)
    with pytest.raises(InputError, match="needs 6 others to be told by; here are 5"):
        evaluation.evaluate(drawing(config), pages(tmp_path, 6))
    spec = pages(tmp_path, 20)
    found = evaluation.evaluate(drawing(config), spec)
    library = references.library(config, spec, "data", evaluation.PICTURES, CPU)
    assert library is not None
    assert len(library) == 19
    images = sampling.sample(drawing(config).model, 0, 20, library, CPU)  # type: ignore[arg-type]
    real = simclr_features.describe(datasets.load(spec, "test"), CPU)
    expected = frechet_distance(gaussian(real), gaussian(simclr_features.describe(images, CPU)))
    assert found["frechet"] == pytest.approx(expected, rel=1e-4)


def test_too_few_pictures_are_one_sentence(tmp_path: Path) -> None:
    spec = pages(tmp_path, 4)
    with pytest.raises(InputError, match="at least 5 pictures; here are 4"):
        evaluation.evaluate(drawing(), spec)


def test_five_pictures_are_enough(tmp_path: Path) -> None:
    found = evaluation.evaluate(drawing(), pages(tmp_path, 5))
    assert found["n"] == 5
    assert found["frechet"] > 0


# --- the floor ---


@pytest.mark.usefixtures("one_network")
def test_the_floor_is_written_where_the_report_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_noise_is_its_seeds_own_and_begins_the_same_however_much_follows() -> None:
    latent = Config().latent
    many = sampling.noise(3, 50, latent)
    for count in (1, 7, 50):
        assert torch.equal(sampling.noise(3, count, latent), many[:count])
    assert not torch.equal(sampling.noise(4, 50, latent), many)
    assert abs(float(many.mean())) < 0.05
    assert float(many.std()) == pytest.approx(1, abs=0.03)


def test_a_few_at_a_time_are_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(latent=16, widths=(8, 6, 6, 6), critic_widths=(4, 6), encoder="trained", features=12)
    model, z = drawing(config).model, sampling.noise(1, 25, 16)
    known = Library(torch.randn(30, 12, generator=generator(2)), torch.arange(30).unsqueeze(1))
    told = known.draw(25, 1)
    whole = sampling.paint(model, z, told, CPU)  # type: ignore[arg-type]
    monkeypatch.setattr(sampling, "CHUNK", 10)
    torch.testing.assert_close(sampling.paint(model, z, told, CPU), whole)  # type: ignore[arg-type]
    torch.testing.assert_close(sampling.sample(model, 1, 25, known, CPU), whole)  # type: ignore[arg-type]
    assert whole.shape == (25, 3, 32, 32)
    assert not torch.allclose(sampling.paint(model, z, told.flip(0), CPU), whole, atol=1e-3)  # type: ignore[arg-type]
