"""The recipe end to end on a toy set: it trains, measures, packs probes; k-NN against a slow transcription."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from core import checkpoints, evaluate
from core.audio import train
from core.audio.hearing import probes
from core.audio.model import SoundTransformer
from core.checkpoints import Checkpoint
from core.device import generator
from core.errors import InputError

RATE = 8000
TINY = ["--smoke", "--batch", "4", "--width", "32", "--depth", "1", "--stem", "8", "--window", "24", "--device", "cpu"]


def chirp(path: Path, hz: float, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    time_s = np.arange(RATE // 3) / RATE
    noise = 0.02 * np.random.default_rng(seed).standard_normal(len(time_s))
    soundfile.write(path, 0.4 * np.sin(2 * np.pi * hz * (1 + time_s) * time_s) + noise, RATE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy FSDD: two digits of two speakers, and the same as a folder of classes."""
    folder = tmp_path_factory.mktemp("data")
    for digit in (0, 1):
        for number, speaker in enumerate(("ann", "bob")):
            for take in (0, 1, 5, 6, 10, 11, 12):
                hz, seed = 300 + 500 * digit + 60 * number, 100 * digit + 10 * take + number
                chirp(folder / "fsdd" / "recordings" / f"{digit}_{speaker}_{take}.wav", hz, seed)
                chirp(folder / "plain" / str(digit) / f"{speaker}{take}.wav", hz, seed)
    return folder


@pytest.fixture(scope="module")
def trained(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("run"))
        return train.main(["--data", "fsdd", "--root", str(root), *TINY]).absolute()


def test_the_card_tells_all(trained: Path) -> None:
    card = json.loads((trained / "card.json").read_text())
    assert card["model"] == "core.audio.model.SoundTransformer"
    assert set(card["metrics"]) == {
        "fsdd", "fsdd, validation takes", "fsdd, unheard speaker", "fsdd, digit probe", "fsdd, speaker probe",
        "fsdd, restoring",
    }  # fmt: skip
    assert set(card["metrics"]["fsdd"]) == {"knn", "mfcc_knn", "n"}
    assert card["metrics"]["fsdd"]["n"] == card["metrics"]["fsdd, restoring"]["n"] == 8
    assert card["metrics"]["fsdd"]["mfcc_knn"] == 1, "two tones"
    assert all(
        0 <= value <= 1
        for name, found in card["metrics"].items()
        for key, value in found.items()
        if key != "n" and "restoring" not in name
    )


def test_the_shipped_probe_is_the_measured_one(trained: Path, root: Path) -> None:
    checkpoint = checkpoints.load(str(trained))
    found = probes(str(trained))
    assert found["digit"].names == ("0", "1")
    assert found["speaker"].names == ("ann", "bob")
    test = train.sounds.load("fsdd", "test", root=str(root))
    with torch.inference_mode():
        embeddings = checkpoint.model.embed(test.waves)  # type: ignore[operator]
    right = ((embeddings @ found["digit"].weight.T + found["digit"].bias).argmax(1) == test.labels).float().mean()
    assert checkpoint.card is not None
    assert float(right) == pytest.approx(checkpoint.card.metrics["fsdd, digit probe"]["accuracy"])


def test_any_folder_is_measured(trained: Path, root: Path) -> None:
    checkpoint = checkpoints.load(str(trained))
    whole = train.evaluate(checkpoint, f"folder:{root / 'plain'}")
    assert whole["n"] == 28
    assert whole["mfcc_knn"] == 1
    for half, takes in {"train": (5, 6, 10), "test": (0, 1)}.items():
        for file in (root / "plain").rglob("*.wav"):
            if int(file.stem[3:]) in takes:
                place = root / "halves" / half / file.parent.name / file.name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(file.read_bytes())
    assert train.evaluate(checkpoint, f"folder:{root / 'halves'}")["n"] == 8


def test_a_folder_trains_too(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = train.main(["--data", f"folder:{root / 'plain'}", "--extra", f"folder:{root / 'fsdd'}", *TINY])
    card = json.loads((folder / "card.json").read_text())
    assert list(card["metrics"]) == [f"folder:{root / 'plain'}", f"folder:{root / 'plain'}, restoring"]
    assert not (folder / "probes.safetensors").exists()


def test_one_sound_has_no_neighbours(trained: Path, tmp_path: Path) -> None:
    chirp(tmp_path / "alone" / "a.wav", 400, 0)
    with pytest.raises(InputError):
        train.evaluate(checkpoints.load(str(trained)), f"folder:{tmp_path}")


def test_leave_one_out_against_a_slow_loop() -> None:
    features, labels = torch.randn(30, 5, generator=generator(0)), torch.arange(30) % 3
    scaled = ((features - features.mean(0)) / features.std(0, correction=0)).numpy()
    right = 0
    for i in range(30):
        cosines = {
            j: scaled[i] @ scaled[j] / np.linalg.norm(scaled[i]) / np.linalg.norm(scaled[j])
            for j in range(30)
            if j != i
        }
        best = sorted(cosines, key=lambda j: -cosines[j])[: train.NEIGHBOURS]
        votes = [sum(np.exp(cosines[j] / 0.1) for j in best if j % 3 == label) for label in range(3)]
        right += int(np.argmax(votes) == i % 3)
    assert train._leave_one_out(features, labels) == pytest.approx(right / 30)


def test_a_step_is_repeatable_and_its_losses_add_up(root: Path) -> None:
    model = SoundTransformer(train.Config(n_mels=32, width=32, depth=1, stem=8, window=24))
    recipe = train.AudioRecipe(data="fsdd")
    *pair, plain = [40 * torch.rand(3, 32, 24, generator=generator(i)) - 40 for i in range(3)]
    one, two = (train.losses(model, pair, plain, generator(7), recipe) for _ in range(2))
    assert torch.equal(one["loss"], two["loss"])
    assert torch.allclose(one["hidden_error"], one["straight_lines"]), "untrained"
    assert torch.allclose(one["loss"], one["contrast"] + recipe.restoring * one["hidden_error"])


def test_the_shipped_checkpoint_is_measured_by_name() -> None:
    with pytest.raises(InputError):
        evaluate.evaluate("audio/sounds", "folder:nowhere")
    assert isinstance(checkpoints.load("audio/sounds"), Checkpoint)
