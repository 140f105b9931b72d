"""The recipe end to end on a toy set: it trains, fits probes and measures, on named sets and on any folder."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load, load_file

from core import checkpoints
from core.audio import refit, train
from core.audio.model import PROBE_FILE, Config, SoundTransformer
from core.device import generator
from core.errors import InputError
from core.training.recipe import parse
from tests.own_checkpoints import settle

RATE = 8000
TINY = ["--smoke", "--batch", "4", "--width", "32", "--depth", "1", "--stem", "8", "--window", "24", "--device", "cpu"]


def chirp(path: Path, hz: float, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    time_s = np.arange(RATE // 3) / RATE
    noise = 0.02 * np.random.default_rng(seed).standard_normal(len(time_s))
    soundfile.write(path, 0.4 * np.sin(2 * np.pi * hz * (1 + time_s) * time_s) + noise, RATE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy FSDD: two digits of three speakers, and the same as a folder of classes."""
    folder = tmp_path_factory.mktemp("data")
    for digit in (0, 1):
        for number, speaker in enumerate(("ann", "bob", "cyd")):
            for take in (0, 1, 5, 6, 10, 11, 12):
                hz, seed = 300 + 500 * digit + 40 * number, 100 * digit + 10 * take + number
                chirp(folder / "fsdd" / "recordings" / f"{digit}_{speaker}_{take}.wav", hz, seed)
                chirp(folder / "plain" / str(digit) / f"{speaker}{take}.wav", hz, seed)
    return folder


@pytest.fixture(scope="module")
def trained(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("run"))
        return train.main(["--data", "fsdd", "--root", str(root), *TINY]).absolute()


def test_probes_are_refitted_without_training(
    trained: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network stays; file, digest and figures become those that the recipe wrote."""
    settle(tmp_path / "checkpoints", monkeypatch)
    folder = tmp_path / "checkpoints" / "audio" / "mine"
    shutil.copytree(trained, folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    card = checkpoints.read_card("audio/mine")
    (folder / PROBE_FILE).write_bytes(b"stale")
    stale = card.sha256 | {PROBE_FILE: checkpoints.digest(folder / PROBE_FILE)}
    others = {name: figures for name, figures in card.metrics.items() if not name.endswith("probe")}
    checkpoints.write_card(folder, dataclasses.replace(card, sha256=stale, metrics=others))
    found = refit.refit("audio/mine", str(root))
    assert found.metrics == card.metrics
    assert found.sha256 == {name: checkpoints.digest(folder / name) for name in card.sha256}
    expected, written = load(before[PROBE_FILE]), load_file(folder / PROBE_FILE)
    assert all(torch.allclose(written[name], expected[name], rtol=1e-3, atol=0.03) for name in expected)
    assert all((folder / name).read_bytes() == before[name] for name in before if name not in (PROBE_FILE, "card.json"))


def test_card_has_every_metric(trained: Path) -> None:
    card = json.loads((trained / "card.json").read_text())
    assert card["model"] == "core.audio.model.SoundTransformer"
    assert set(card["metrics"]) == {
        "fsdd",
        "fsdd, validation takes",
        "fsdd, unheard speaker",
        "fsdd, digit probe",
        "fsdd, speaker probe",
        "fsdd, leave one speaker out",
        "fsdd, restoring",
    }
    assert set(card["metrics"]["fsdd"]) == {"knn", "mfcc_knn", "n"}
    assert card["metrics"]["fsdd"]["n"] == card["metrics"]["fsdd, restoring"]["n"] == 12
    assert card["metrics"]["fsdd"]["mfcc_knn"] == 1, "two tones"
    for kind in ("digit probe", "speaker probe", "leave one speaker out"):
        assert {"accuracy", "mfcc_accuracy", "untrained_accuracy"} <= set(card["metrics"][f"fsdd, {kind}"]), kind
    assert {"knn", "mfcc_knn", "untrained_knn"} <= set(card["metrics"]["fsdd, unheard speaker"])
    assert "without labels" in card["notes"]
    assert all(
        0 <= value <= 1
        for name, found in card["metrics"].items()
        for key, value in found.items()
        if key != "n" and "restoring" not in name
    )


def test_card_is_measured_again_from_folder(trained: Path, root: Path) -> None:
    checkpoint = checkpoints.load(str(trained))
    assert checkpoint.card is not None
    again = train.RECIPE(**{**checkpoint.card.recipe, "root": str(root)})
    for name, figures in train.measure(checkpoint, again).items():
        assert figures == pytest.approx(checkpoint.card.metrics[name], rel=1e-4), name


def test_flags_override_presets() -> None:
    for preset in train.RECIPE.PRESETS:
        recipe = parse(train.RECIPE, ["--data", "fsdd", "--preset", preset, "--batch", "7"])
        expected = {**train.RECIPE.PRESETS[preset], "batch": 7}
        assert {key: getattr(recipe, key) for key in expected} == expected


def test_shipped_model_has_cpu_preset() -> None:
    card = checkpoints.read_card("audio/sounds")
    recipe = parse(train.RECIPE, ["--data", card.recipe["data"], "--preset", "cpu"])
    assert {key: card.recipe[key] for key in train.RECIPE.PRESETS["cpu"]} == train.RECIPE.PRESETS["cpu"]
    assert (recipe.width, recipe.depth) == (card.config["width"], card.config["depth"])


def test_folder_of_classes_trains(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = train.main(["--data", f"folder:{root / 'plain'}", "--extra", f"folder:{root / 'fsdd'}", *TINY])
    card = json.loads((folder / "card.json").read_text())
    assert list(card["metrics"]) == [f"folder:{root / 'plain'}", f"folder:{root / 'plain'}, restoring"]
    assert not (folder / "probes.safetensors").exists()


def test_flat_folder_trains(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wave, rate_hz = soundfile.read(root / "plain" / "0" / "ann0.wav")
    for name, samples in {"a.wav": wave, "b.ogg": wave[::-1], "c.flac": 0.5 * wave, "d.WAV": wave**3}.items():
        (tmp_path / "flat").mkdir(exist_ok=True)
        soundfile.write(tmp_path / "flat" / name, samples, rate_hz)
    folder = train.main(["--data", "folder:flat", *TINY])
    (figures,) = json.loads((folder / "card.json").read_text())["metrics"].values()
    assert set(figures) == {"model_db", "linear_db", "mean_db", "n"}, "sounds of one class are not classified"
    assert figures["n"] == 4


def test_single_sound_is_refused(tmp_path: Path) -> None:
    chirp(tmp_path / "a.wav", 400, 0)
    with pytest.raises(InputError):
        train.main(["--data", f"folder:{tmp_path}", *TINY])


def test_losses_are_repeatable_and_add_up(root: Path) -> None:
    model = SoundTransformer(Config(n_mels=32, width=32, depth=1, stem=8, window=24))
    recipe = train.AudioRecipe(data="fsdd")
    *pair, plain = [40 * torch.rand(3, 32, 24, generator=generator(i)) - 40 for i in range(3)]
    one, two = (train.losses(model, pair, plain, generator(7), recipe) for _ in range(2))
    assert torch.equal(one["loss"], two["loss"])
    assert torch.allclose(one["hidden_error"], one["straight_lines"]), "untrained"
    assert torch.allclose(one["loss"], one["contrast"] + recipe.restoring * one["hidden_error"])
