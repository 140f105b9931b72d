"""What the card of an audio model says: neighbours, linear probes and restoring, each beside something naive.

Every figure is of a test split, and what had to be chosen was chosen on other clips. The naive descriptions of a clip
are the mean and deviation of its MFCC, and the embedding that the same network gives before it learned anything; the
naive fillings of a hole are a straight line and the mean.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn

from core.audio import pretext
from core.audio.model import HEARD_S, PROBE_FILE, Config, Probe, SoundTransformer, Wav2Vec2
from core.audio.models import MFCC_SETTINGS, probes
from core.audio.restoring import fill_by_model
from core.checkpoints import Checkpoint
from core.data import sounds, spectra
from core.data.sounds import SAMPLE_RATE_HZ, Sounds
from core.downstream.neighbours import knn_classify, leave_one_out_accuracy
from core.downstream.probe import leave_group_out, linear_probe
from core.errors import InputError
from core.training import loop
from core.training.recipe import Recipe

Metrics = dict[str, float]

NEIGHBOURS = 10  # chosen on takes 5 to 9 of FSDD, out of 1, 5, 10 and 20
MFCC_COUNT = 20  # likewise, out of 13, 20 and 40, for the baseline's good
TEMPERATURE = 0.1
PROBE_STRENGTH = 0.01  # inverse weight of the penalty
MFCC_STRENGTH = 1.0  # chosen on takes 5 to 9 of FSDD, out of 0.001 to 10, for the baseline's good
KINDS = ("", "mfcc_", "untrained_")  # how a clip is described, and what the names of such figures begin with
MODEL, MFCC, UNTRAINED = range(3)
SPLITS: tuple[Literal["train", "val", "test"], ...] = ("train", "val", "test")
NOTES = (
    "k-NN by cosine, k = 10, on mean, deviation and maximum of the features over time, a mean over windows of a "
    "second; what begins with mfcc_ is the same on mean and deviation of 20 MFCC. Both are standardised by the "
    "gallery, without which MFCC has 93 %. What begins with untrained_ is the same on a network of the same shape with "
    "random weights (seed 0), which has heard nothing: already a strong baseline, and only what goes beyond it was "
    "learned. Chance is 10 % for digits and for everyday sounds, 17 % for speakers. "
    "FSDD's official split has the same six speakers on both sides; 'unheard speaker' takes each speaker's clips out "
    "of the gallery, and 'leave one speaker out' asks of each speaker's test takes a linear probe fitted on takes 5 "
    "and up of the other five, worst_accuracy being the hardest speaker's; the encoder has heard all six, without "
    "labels. 'Five-fold probe': a linear probe for each fold of ESC-10, fitted on the other four; the encoder heard "
    "folds 1 to 4 without labels and never fold 5. The penalty of these two is chosen by leaving out speakers, or "
    "folds, among those that fit the probe. 'restoring': root mean squared error in dB on 0.15 s in the middle of "
    "each test clip."
)


@dataclass(frozen=True)
class Described:
    """A set whose clips are known in the ways of `KINDS`: embeddings (N, 3 D), MFCC (N, 40), and untrained if asked."""

    data: Sounds
    rows: tuple[Tensor, ...]


def describe(checkpoint: Checkpoint, data: Sounds, *, beside: nn.Module | None = None) -> Described:
    """Describe the first seconds of every clip by the checkpoint, by MFCC and by another model, if there is one."""
    models = [checkpoint.model] if beside is None else [checkpoint.model, beside]
    heard = [wave[: round(HEARD_S * SAMPLE_RATE_HZ)] for wave in data.waves]
    cepstra = [spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS), MFCC_COUNT) for wave in heard]
    with torch.inference_mode():
        trained, *fresh = (cast("SoundTransformer | Wav2Vec2", model).embed(heard) for model in models)
    return Described(data, (trained, torch.stack(cepstra), *fresh))


def untrained(config: Config, seed: int = 0) -> SoundTransformer:
    """The network as a recipe of this seed begins, whatever else this process draws meanwhile."""
    with loop.seeded(seed):
        return SoundTransformer(config).eval()


def _untrained_beside(checkpoint: Checkpoint) -> SoundTransformer:
    return untrained(cast(SoundTransformer, checkpoint.model).config).to(checkpoint.device)


def measure(checkpoint: Checkpoint, recipe: Recipe) -> dict[str, Metrics]:
    """All metrics of the card, from the checkpoint and the recipe's `data` and `root` alone."""
    found = {}
    for spec in recipe.data.split("+"):
        found[spec] = evaluate(checkpoint, spec, root=recipe.root)
        if "knn" in found[spec]:
            found[f"{spec}, restoring"] = restoring(checkpoint, spec, root=recipe.root)
        if spec == "fsdd":
            found |= spoken_digits(checkpoint, root=recipe.root)
        if spec == "esc10":
            found["esc10, five-fold probe"] = five_folds(checkpoint, root=recipe.root)
    return found


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> Metrics:
    """k-NN on clip embeddings beside k-NN on MFCC.

    Args:
        checkpoint: with a SoundTransformer or Wav2Vec2.
        spec: "fsdd", "esc10" or "folder:PATH"; in a folder without train/ and test/ inside, each clip is asked with all
            others as gallery.
        root: folder that holds the named sets.

    Returns:
        {"knn": share right, "mfcc_knn": share right, "n": number of clips asked}; if all clips are of one kind, so that
        there is nothing to tell apart, what `restoring` says.

    Raises:
        InputError: no such set, or a single sound.
    """
    asked = sounds.load(spec, "test", root=root)
    if spec.startswith("folder:") and not sounds.has_halves(Path(spec.removeprefix("folder:"))):
        if len(asked.waves) < 2:
            raise InputError("Nearest neighbours need at least two sounds.")
        if len(asked.classes) < 2:
            return restoring(checkpoint, spec, root=root)
        return _beside(knn=[_leave_one_out(rows, asked.labels) for rows in describe(checkpoint, asked).rows], n=asked)
    gallery = sounds.joined(sounds.load(spec, "train", root=root), sounds.load(spec, "val", root=root))
    if len(gallery.classes) < 2:
        return restoring(checkpoint, spec, root=root)
    return _neighbours(describe(checkpoint, gallery), describe(checkpoint, asked))


def restoring(checkpoint: Checkpoint, spec: str, *, root: str = "data", frames: int = 15) -> Metrics:
    """How well a hidden stretch in the middle of each test clip is restored, beside two fillings that learned nothing.

    Args:
        checkpoint: with a SoundTransformer.
        spec: see `evaluate`.
        root: folder that holds the named sets.
        frames: length of the stretch; clips shorter than twice that are left out.

    Returns:
        {"model_db", "linear_db", "mean_db": root mean squared error, mean of all clips; "n": their number}, n alone if
        all clips are short.
    """
    model = cast(SoundTransformer, checkpoint.model)
    errors = []
    for wave in sounds.load(spec, "test", root=root).waves:
        mel = spectra.log_mel(wave[: round(HEARD_S * SAMPLE_RATE_HZ)], model.config.mel)
        if mel.shape[-1] >= 2 * frames:
            hidden = torch.zeros(mel.shape[-1], dtype=torch.bool)
            hidden[(mel.shape[-1] - frames) // 2 :][:frames] = True
            fillings = (fill_by_model(model, mel, hidden), spectra.bridge(mel, hidden), pretext.fill_mean(mel, hidden))
            errors.append([float((item - mel)[:, hidden].square().mean().sqrt()) for item in fillings])
    means = [sum(column) / len(errors) for column in zip(*errors, strict=True)]
    return dict(zip(("model_db", "linear_db", "mean_db"), means, strict=False)) | {"n": float(len(errors))}


def spoken_digits(checkpoint: Checkpoint, *, root: str = "data") -> dict[str, Metrics]:
    """On FSDD: validation takes, unheard speakers, and how well linear probes read digit and speaker."""
    fresh = _untrained_beside(checkpoint)
    fit, kept, asked = (describe(checkpoint, sounds.load("fsdd", split, root=root), beside=fresh) for split in SPLITS)
    found = {
        "fsdd, validation takes": _neighbours(fit, kept),
        "fsdd, unheard speaker": _beside(knn=[_unheard(fit, asked, i) for i in range(len(KINDS))], n=asked.data),
    }
    shipped = probes(str(checkpoint.folder))
    naive = fit_probes(fit.data, fit.rows[MFCC], strength=MFCC_STRENGTH)
    blank = fit_probes(fit.data, fit.rows[UNTRAINED])
    for task in shipped:
        truth = _named(asked.data, task, shipped[task].names)
        fitted = (shipped[task], naive[task], blank[task])  # in the order of KINDS
        reads = [_read(probe, rows) for probe, rows in zip(fitted, asked.rows, strict=True)]
        found[f"fsdd, {task} probe"] = _beside(accuracy=[_share(guess == truth) for guess in reads], n=asked.data)
    return found | {"fsdd, leave one speaker out": _speakers_out((fit, kept), asked)}


def _speakers_out(known: Sequence[Described], asked: Described) -> Metrics:
    """Digits read by a linear probe fitted on all other speakers: of all clips, and of the hardest speaker's."""
    names = sorted(set(asked.data.speakers))
    groups = torch.cat([_named(part.data, "speaker", names) for part in known])
    labels = torch.cat([_named(part.data, "digit", asked.data.classes) for part in known])
    speaker = _named(asked.data, "speaker", names)
    right = []
    for kind in range(len(asked.rows)):
        rows = torch.cat([part.rows[kind] for part in known])
        guesses = leave_group_out(*_arrays(rows, labels, groups, asked.rows[kind], speaker))
        right.append(torch.from_numpy(guesses) == asked.data.labels)
    worst = [min(_share(part[speaker == one]) for one in speaker.unique()) for part in right]
    return _beside(accuracy=[_share(part) for part in right], worst_accuracy=worst, n=asked.data)


def five_folds(checkpoint: Checkpoint, *, root: str = "data") -> Metrics:
    """On ESC-10: each fold read by a linear probe fitted on the other four, over all clips."""
    clips = functools.reduce(sounds.joined, [sounds.load("esc10", split, root=root) for split in SPLITS])
    files = [file for split in SPLITS for file in sounds.find_files("esc10", split, root)]  # in the order of `clips`
    folds = torch.tensor([int(file.name.split("-")[0]) for file in files])
    right = []
    for rows in describe(checkpoint, clips, beside=_untrained_beside(checkpoint)).rows:
        guesses = leave_group_out(*_arrays(rows, clips.labels, folds, rows, folds))
        right.append(_share(torch.from_numpy(guesses) == clips.labels))
    return _beside(accuracy=right, n=clips)


def _beside(*, n: Sounds, **figures: Sequence[float]) -> Metrics:
    """{"knn": 0.9, "mfcc_knn": 0.5, "n": 300.0} of knn=[0.9, 0.5], in the order of KINDS, and the clips asked."""
    found = {f"{kind}{name}": one for name, each in figures.items() for kind, one in zip(KINDS, each, strict=False)}
    return found | {"n": float(len(n.waves))}


def _share(right: Tensor) -> float:
    return int(right.sum()) / len(right)


def _standardised(gallery: Tensor, *others: Tensor) -> list[Tensor]:
    mean, deviation = gallery.mean(0), gallery.std(0, correction=0).clamp(min=1e-5)
    return [(item - mean) / deviation for item in (gallery, *others)]


def _neighbours(gallery: Described, asked: Described) -> Metrics:
    truth = sounds.relabel(asked.data, gallery.data.classes)
    right = [
        _share(_vote(known, gallery.data.labels, queries) == truth)
        for known, queries in zip(gallery.rows, asked.rows, strict=True)
    ]
    return _beside(knn=right, n=asked.data)


def _vote(gallery: Tensor, labels: Tensor, asked: Tensor) -> Tensor:
    known, queries = _standardised(gallery, asked)
    return knn_classify(known, labels, queries, k=NEIGHBOURS, temperature=TEMPERATURE)


def _leave_one_out(rows: Tensor, labels: Tensor) -> float:
    """Share of clips that their neighbours among all others get right."""
    (rows,) = _standardised(rows)
    return leave_one_out_accuracy(rows, labels, k=min(NEIGHBOURS, len(rows) - 1), temperature=TEMPERATURE)


def _unheard(gallery: Described, asked: Described, kind: int) -> float:
    """Digit accuracy with a gallery that lacks the speaker who is asked, over all speakers."""
    names = sorted(set(asked.data.speakers))
    theirs, ours = (_named(part.data, "speaker", names) for part in (gallery, asked))
    guesses = torch.empty_like(ours)
    for one in ours.unique():
        rows, labels = gallery.rows[kind][theirs != one], gallery.data.labels[theirs != one]
        guesses[ours == one] = _vote(rows, labels, asked.rows[kind][ours == one])
    return _share(guesses == asked.data.labels)


def _named(data: Sounds, task: str, names: Sequence[str]) -> Tensor:
    """(N,) int64, the place of each clip's digit or speaker among names; -1 if it is none of them."""
    if task == "digit":
        return sounds.relabel(data, names)
    return torch.tensor([names.index(name) if name in names else -1 for name in data.speakers])


def _arrays(*tensors: Tensor) -> list[Any]:
    return [tensor.numpy() for tensor in tensors]


def fit_probes(data: Sounds, rows: Tensor, *, strength: float = PROBE_STRENGTH) -> dict[str, Probe]:
    """Logistic regression of digit and of speaker on standardised descriptions.

    Args:
        data: FSDD's training takes.
        rows: (N, D), how each clip is described.
        strength: inverse weight of the penalty.
    """
    names = {"digit": data.classes, "speaker": tuple(sorted(set(data.speakers)))}
    return {task: _fit(rows, _named(data, task, of), of, strength) for task, of in names.items()}


def _fit(rows: Tensor, labels: Tensor, names: tuple[str, ...], strength: float) -> Probe:
    fitted = linear_probe(*_arrays(rows, labels), strength=strength, steps=500)
    scaler, classifier = cast(Sequence[Any], fitted)
    weight = classifier.coef_ / scaler.scale_  # (C, D)
    bias = classifier.intercept_ - weight @ scaler.mean_
    if len(names) == 2:  # of two classes there is one row, for the second
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return Probe(torch.from_numpy(weight).float().contiguous(), torch.from_numpy(bias).float(), names)


def _read(probe: Probe, rows: Tensor) -> Tensor:
    return (rows @ probe.weight.T + probe.bias).argmax(1)


def pack_probes(fitted: dict[str, Probe]) -> dict[str, bytes]:
    """The probes as one safetensors file with the names of the classes in its header; none of none."""
    if not fitted:
        return {}
    tensors = {f"{task}.weight": probe.weight for task, probe in fitted.items()}
    tensors |= {f"{task}.bias": probe.bias for task, probe in fitted.items()}
    return {PROBE_FILE: save(tensors, metadata={task: ",".join(probe.names) for task, probe in fitted.items()})}
