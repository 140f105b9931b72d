"""The metrics of the card: probes and neighbours against slow loops and on features whose accuracy is known."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load, load_file
from torch import Tensor, nn

from core import checkpoints, evaluate
from core.audio import evaluation
from core.audio.evaluation import ClipFeatures
from core.audio.model import PROBE_FILE, Config, SoundTransformer
from core.audio.models import probes
from core.audio.restoration import HiddenStretch, hide_stretch
from core.checkpoints import Checkpoint
from core.data.sounds import Sounds
from core.device import generator
from core.downstream.probe import STRENGTHS, Floats, Labels, leave_group_out, linear_probe
from core.errors import InputError

SPEAKERS, DIGITS = ("ann", "bob", "cyd", "dan"), ("0", "1", "2")


class StubEncoder(nn.Module):
    """Embeds each clip by a function of its samples; has no weights and the smallest shape."""

    config = Config(n_mels=32, width=32, depth=1, stem=8, window=24)

    def __init__(self, embedding: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.embedding = embedding

    def embed(self, waves: list[Tensor]) -> Tensor:
        """(N, D)."""
        return torch.stack([self.embedding(wave) for wave in waves])


def checkpoint(embedding: Callable[[Tensor], Tensor]) -> Checkpoint:
    return Checkpoint("audio/stub", StubEncoder(embedding), None, Path(), torch.device("cpu"))


def clips(takes: int, seed: int, embedding: Callable[[int, int, Tensor], Tensor]) -> ClipFeatures:
    """Every digit by every speaker, `takes` times, with made-up features; those of the baselines are noise."""
    digit, speaker, _ = torch.cartesian_prod(torch.arange(3), torch.arange(4), torch.arange(takes)).T
    noise = torch.randn(len(digit), 6, generator=generator(seed))
    rows = torch.stack([embedding(int(d), int(s), n) for d, s, n in zip(digit, speaker, noise, strict=True)])
    waves = tuple(torch.zeros(1) for _ in digit)
    return ClipFeatures(Sounds(waves, digit, DIGITS, tuple(SPEAKERS[s] for s in speaker)), (rows, noise, noise[:, :3]))


def by_speaker(digit: int, speaker: int, noise: Tensor) -> Tensor:
    """One class per pair of digit and speaker: no feature of a digit is shared by two speakers."""
    return 0.02 * torch.cat([noise, noise]) + nn.functional.one_hot(torch.tensor(4 * digit + speaker), 12)


def by_digit(digit: int, speaker: int, noise: Tensor) -> Tensor:
    return 0.02 * noise + nn.functional.one_hot(torch.tensor(digit), 6)


def test_speaker_specific_digits_do_not_generalise() -> None:
    known, kept, asked = (clips(takes, seed, by_speaker) for seed, takes in enumerate((8, 2, 10)))
    fitted = evaluation.fit_probes(known, kept)
    assert bool((evaluation._predict(fitted["digit"], asked.rows[0]) == asked.data.labels).all()), "the ordinary probe"
    found = evaluation._leave_one_speaker_out((known, kept), asked)
    assert found["n"] == 120
    assert found["accuracy"] == pytest.approx(1 / 3, abs=0.15)
    assert found["mfcc_accuracy"] == pytest.approx(1 / 3, abs=0.15)
    assert found["untrained_accuracy"] == pytest.approx(1 / 3, abs=0.15)
    assert found["worst_accuracy"] <= found["accuracy"]


def test_speaker_independent_digits_generalise() -> None:
    known, kept, asked = (clips(takes, seed, by_digit) for seed, takes in enumerate((8, 2, 10)))
    found = evaluation._leave_one_speaker_out((known, kept), asked)
    assert found["accuracy"] == found["worst_accuracy"] == 1


def test_worst_speaker_is_the_outlier() -> None:
    def swapped(digit: int, speaker: int, noise: Tensor) -> Tensor:
        return by_digit((digit + (speaker == 2)) % 3, speaker, noise)

    known, kept, asked = (clips(takes, seed, swapped) for seed, takes in enumerate((8, 2, 10)))
    found = evaluation._leave_one_speaker_out((known, kept), asked)
    assert found["worst_accuracy"] == 0
    assert found["accuracy"] == pytest.approx(0.75, abs=0.05), "the odd one also confuses the probes of the others"
    assert evaluation._unseen_speaker_accuracy(known, asked, 0) == pytest.approx(0.75, abs=0.1)


@pytest.fixture(autouse=True)
def few_penalties(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two penalties to choose from instead of five: each one more is a fit per left-out group."""
    few = functools.partial(leave_group_out, strengths=STRENGTHS[1::2])
    monkeypatch.setattr(evaluation, "leave_group_out", few)


@pytest.fixture
def toy_esc10(tmp_path: Path) -> Path:
    """Three classes, five folds, two clips of each, of random samples."""
    number = 0
    for kind in ("dog", "rain", "sea"):
        (tmp_path / "esc10" / kind).mkdir(parents=True)
        for fold in range(1, 6):
            for clip in "AB":
                wave = np.random.default_rng(number).uniform(-1, 1, 4000)
                soundfile.write(tmp_path / "esc10" / kind / f"{fold}-{number}-{clip}.wav", wave, 16_000)
                number += 1
    return tmp_path


def test_probes_leave_each_fold_out(toy_esc10: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Labels, Labels, Labels]] = []

    def watched(rows: Floats, labels: Labels, folds: Labels, test: Floats, test_folds: Labels) -> Labels:
        asked.append((labels, folds, test_folds))
        assert rows is test or np.array_equal(rows, test)
        return leave_group_out(rows, labels, folds, test, test_folds, strengths=STRENGTHS[1::2])

    monkeypatch.setattr(evaluation, "leave_group_out", watched)
    found = evaluation.five_fold_probe(checkpoint(lambda wave: wave[:5]), root=str(toy_esc10))
    assert found["n"] == 30
    assert len(asked) == 3, "the model, MFCC and the untrained network"
    accuracies = {f"{kind}accuracy" for kind in evaluation.FEATURE_KINDS}
    assert found.keys() == accuracies | {"n", "trained_only", "untrained_only", "mcnemar_p"}
    more = found["trained_only"] - found["untrained_only"]
    assert more / 30 == pytest.approx(found["accuracy"] - found["untrained_accuracy"])
    for labels, folds, test_folds in asked:
        assert np.array_equal(folds, test_folds)
        counts = {(kind, fold): int(((labels == kind) & (folds == fold)).sum()) for kind in range(3) for fold in folds}
        assert set(counts.values()) == {2}, "each fold's clips carry its number, whatever the split they came from"


def test_clip_specific_features_do_not_generalise(toy_esc10: Path) -> None:
    """Features of the clip alone do not generalise to another fold; features of the class do."""
    files = sorted((toy_esc10 / "esc10").rglob("*.wav"))
    kinds = {
        tuple(soundfile.read(f, dtype="float32")[0][:3]): ("dog", "rain", "sea").index(f.parent.name) for f in files
    }

    def kind(wave: Tensor) -> Tensor:
        return nn.functional.one_hot(torch.tensor(kinds[tuple(wave[:3].numpy())]), 3).float()

    assert evaluation.five_fold_probe(checkpoint(kind), root=str(toy_esc10))["accuracy"] == 1
    lost = evaluation.five_fold_probe(checkpoint(lambda wave: wave[:8]), root=str(toy_esc10))
    assert lost["accuracy"] < 0.7


def test_untrained_network_equals_initial_weights() -> None:
    before = torch.random.get_rng_state()
    one, other = (
        evaluation.untrained_network(StubEncoder.config),
        evaluation.untrained_network(StubEncoder.config, seed=1),
    )
    assert torch.equal(torch.random.get_rng_state(), before), "what others draw stays as it was"
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(0).get_state())
        begun = SoundTransformer(StubEncoder.config)
    for name, weight in begun.state_dict().items():
        assert torch.equal(one.state_dict()[name], weight), name
    assert not torch.equal(one.outwards.weight, other.outwards.weight)


def test_untrained_network_equals_its_baseline(toy_esc10: Path) -> None:
    fresh = evaluation.untrained_network(StubEncoder.config)
    itself = Checkpoint("audio/x", fresh, None, Path(), torch.device("cpu"))
    found = evaluation.five_fold_probe(itself, root=str(toy_esc10))
    assert found["accuracy"] == found["untrained_accuracy"]
    assert (found["trained_only"], found["untrained_only"], found["mcnemar_p"]) == (0, 0, 1)


def test_leave_one_out_equals_slow_loop() -> None:
    features, labels = torch.randn(30, 5, generator=generator(0)), torch.arange(30) % 3
    scaled = ((features - features.mean(0)) / features.std(0, correction=0)).numpy()
    right = 0
    for i in range(30):
        cosines = {
            j: scaled[i] @ scaled[j] / np.linalg.norm(scaled[i]) / np.linalg.norm(scaled[j])
            for j in range(30)
            if j != i
        }
        best = sorted(cosines, key=lambda j: -cosines[j])[: evaluation.NEIGHBOURS]
        votes = [sum(np.exp(cosines[j] / 0.1) for j in best if j % 3 == label) for label in range(3)]
        right += int(np.argmax(votes) == i % 3)
    assert evaluation._leave_one_out(features, labels) == pytest.approx(right / 30)


@pytest.mark.parametrize("count", [2, 3])
def test_folded_probe_equals_scikit_learn(count: int) -> None:
    labels = torch.arange(60) % count
    rows = 50 + torch.tensor([1e-2, 1, 30, 1]) * (torch.randn(60, 4, generator=generator(1)) + labels[:, None])
    names = tuple("abc"[:count])
    probe = evaluation._fit(rows, labels, names, 0.1)
    slow = linear_probe(rows.numpy(), labels.numpy(), strength=0.1, steps=500)
    shares = (rows @ probe.weight.T + probe.bias).softmax(1).numpy()
    assert shares.shape == (60, count)
    assert np.allclose(shares, slow.predict_proba(rows.numpy()), atol=1e-3)


def test_probes_of_all_features_are_tuned_alike() -> None:
    """Each kind of features gets the penalty with which its own probe does best on the validation takes."""
    known, kept = (clips(takes, seed, by_digit) for seed, takes in enumerate((4, 3)))
    for kind in range(len(evaluation.FEATURE_KINDS)):
        rows, asked = known.rows[kind].numpy(), kept.rows[kind].numpy()
        fitted = evaluation.fit_probes(known, kept, kind)["digit"]
        right = {
            strength: int(
                (
                    linear_probe(rows, known.data.labels.numpy(), strength=strength).predict(asked)
                    == kept.data.labels.numpy()
                ).sum()
            )
            for strength in STRENGTHS
        }
        best = int((evaluation._predict(fitted, kept.rows[kind]) == kept.data.labels).sum())
        assert best == max(right.values()), kind


# --- folders, and what is shipped ---


def sound(path: Path, hz: float, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = 0.02 * np.random.default_rng(seed).standard_normal(3000)
    soundfile.write(path, 0.4 * np.sin(2 * np.pi * hz * np.arange(3000) / 8000) + noise, 8000)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two kinds of tone: whole/KIND/*.wav, and the same cut into halves/train and halves/test."""
    folder = tmp_path_factory.mktemp("tones")
    for kind, hz in {"low": 300, "high": 900}.items():
        for seed in range(12):
            sound(folder / "whole" / kind / f"{seed}.wav", hz, seed)
            sound(folder / "halves" / ("test" if seed < 3 else "train") / kind / f"{seed}.wav", hz, seed)
    return folder


@pytest.mark.parametrize(("kind", "asked"), [("whole", 24), ("halves", 6)])
def test_any_folder_is_measured(tones: Path, kind: str, asked: int) -> None:
    found = evaluation.evaluate(checkpoints.load("audio/sounds"), f"folder:{tones / kind}")
    assert found == {"knn": 1, "mfcc_knn": 1, "n": asked}


@pytest.mark.parametrize("kind", ["whole/low", "halves/test/low"])
def test_sounds_of_one_class_are_restored(tones: Path, kind: str) -> None:
    found = evaluation.evaluate(checkpoints.load("audio/sounds"), f"folder:{tones / kind}")
    assert found.keys() == {"model_db", "linear_db", "mean_db", "n"}
    assert 0 < found["model_db"] < 40


def test_overlapping_frames_are_hidden_too(tones: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All frames that depend on the stretch are hidden: 15 of the stretch and those whose window overlaps it."""
    counted: list[int] = []

    def counting(*given: Any) -> HiddenStretch:
        stretch = hide_stretch(*given)
        assert stretch.end - stretch.start == 15 * 160
        counted.append(int(stretch.hidden.sum()))
        return stretch

    monkeypatch.setattr(evaluation, "hide_stretch", counting)
    evaluation.restoration_errors(checkpoints.load("audio/sounds"), f"folder:{tones / 'halves'}")
    assert counted == [18] * 6


def test_one_sound_has_no_neighbours(tmp_path: Path) -> None:
    sound(tmp_path / "alone" / "a.wav", 400, 0)
    with pytest.raises(InputError):
        evaluation.evaluate(checkpoints.load("audio/sounds"), f"folder:{tmp_path}")


def test_missing_folder_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no sounds"):
        evaluate.evaluate("audio/sounds", "folder:nowhere")


def test_packed_probes_equal_the_shipped_file() -> None:
    shipped = checkpoints.load("audio/sounds").folder / PROBE_FILE
    packed = evaluation.pack_probes(probes("audio/sounds"))
    assert set(packed) == {PROBE_FILE}
    assert len(packed[PROBE_FILE]) == shipped.stat().st_size
    found, expected = load(packed[PROBE_FILE]), load_file(shipped)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert evaluation.pack_probes({}) == {}
