"""The metrics of an audio model: k-NN, linear probes and restoration error, each beside naive baselines.

Every figure is of a test split; settings are chosen on other clips. The baseline features of a clip are the mean and
deviation of its MFCC, and the embedding of the same network before training. The baselines of restoration are linear
interpolation and the mean.
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
from core.audio.model import CLIP_S, PROBE_FILE, Config, Probe, SoundTransformer, Wav2Vec2
from core.audio.models import MFCC_SETTINGS, probes
from core.audio.restoration import error_db, fill_with_model, hide_stretch
from core.checkpoints import Checkpoint
from core.data import sounds, spectra
from core.data.sounds import SAMPLE_RATE_HZ, Sounds
from core.downstream.neighbours import knn_classify, leave_one_out_accuracy
from core.downstream.paired import mcnemar
from core.downstream.probe import choose_by_validation, leave_group_out, linear_probe
from core.errors import InputError
from core.training import loop
from core.training.recipe import Recipe

Metrics = dict[str, float]

NEIGHBOURS = 10  # chosen on takes 5 to 9 of FSDD, out of 1, 5, 10 and 20
MFCC_COUNT = 20  # likewise, out of 13, 20 and 40, to favour the baseline
TEMPERATURE = 0.1
FEATURE_KINDS = ("", "mfcc_", "untrained_")  # features of a clip: prefixes of the metrics' names
MODEL, MFCC, UNTRAINED = range(3)
PROBE_STEPS = 500
SPLITS: tuple[Literal["train", "val", "test"], ...] = ("train", "val", "test")
NOTES = (
    "k-NN by cosine, k = 10, on mean, deviation and maximum of the features over time, a mean over windows of a "
    "second; what begins with mfcc_ is the same on mean and deviation of 20 MFCC. Both are standardised by the "
    "gallery, without which MFCC has 93 %. What begins with untrained_ is the same on a network of the same shape with "
    "random weights (seed 0), a strong baseline. Chance is 10 % for digits and for everyday sounds, 17 % for speakers. "
    "FSDD's official split has the same six speakers on both sides; 'unheard speaker' takes each speaker's clips out "
    "of the gallery, and 'leave one speaker out' asks of each speaker's test takes a linear probe fitted on takes 5 "
    "and up of the other five, worst_accuracy being the hardest speaker's; the encoder was trained on all six, without "
    "labels. 'Five-fold probe': a linear probe for each fold of ESC-10, fitted on the other four; the encoder was "
    "trained on folds 1 to 4 without labels. The penalty of these two is chosen by leaving out speakers, or folds, "
    "among those that fit the probe, that of the probes of digit and speaker on takes 5 to 9; each kind of features "
    "has its own. trained_only, untrained_only: clips of ESC-10 that one of the two networks alone gets right; "
    "mcnemar_p: p-value of the exact McNemar test on them. 'restoring': root mean squared error in dB on the frames "
    "that depend on 0.15 s in the middle of each test clip, all of them hidden."
)


@dataclass(frozen=True)
class ClipFeatures:
    """A set and the features of its clips.

    Attributes:
        data: N clips.
        rows: in the order of `FEATURE_KINDS`: embeddings (N, 3 D), MFCC (N, 40) and, if asked for, the embeddings of
            an untrained network (N, 3 D).
    """

    data: Sounds
    rows: tuple[Tensor, ...]


def extract_features(checkpoint: Checkpoint, data: Sounds, *, untrained: nn.Module | None = None) -> ClipFeatures:
    """Encode the first seconds of every clip by the checkpoint, by MFCC and by an untrained network, if given."""
    models = [checkpoint.model] if untrained is None else [checkpoint.model, untrained]
    waves = [wave[: round(CLIP_S * SAMPLE_RATE_HZ)] for wave in data.waves]
    cepstra = [spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS), MFCC_COUNT) for wave in waves]
    with torch.inference_mode():
        trained, *others = (cast("SoundTransformer | Wav2Vec2", model).embed(waves) for model in models)
    return ClipFeatures(data, (trained, torch.stack(cepstra), *others))


def untrained_network(config: Config, seed: int = 0) -> SoundTransformer:
    """The network as a recipe of this seed begins, whatever else this process draws meanwhile."""
    with loop.seeded(seed):
        return SoundTransformer(config).eval()


def _untrained_like(checkpoint: Checkpoint) -> SoundTransformer:
    return untrained_network(cast(SoundTransformer, checkpoint.model).config).to(checkpoint.device)


def measure(checkpoint: Checkpoint, recipe: Recipe) -> dict[str, Metrics]:
    """All metrics of the card, from the checkpoint and the recipe's `data` and `root` alone."""
    found = {}
    for spec in recipe.data.split("+"):
        found[spec] = evaluate(checkpoint, spec, root=recipe.root)
        if "knn" in found[spec]:
            found[f"{spec}, restoring"] = restoration_errors(checkpoint, spec, root=recipe.root)
        if spec == "fsdd":
            found |= spoken_digits(checkpoint, root=recipe.root)
        if spec == "esc10":
            found["esc10, five-fold probe"] = five_fold_probe(checkpoint, root=recipe.root)
    return found


def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> Metrics:
    """k-NN on clip embeddings beside k-NN on MFCC.

    Args:
        checkpoint: with a SoundTransformer or Wav2Vec2.
        spec: "fsdd", "esc10" or "folder:PATH"; in a folder without train/ and test/ inside, each clip is classified by
            all others.
        root: folder that holds the named sets.

    Returns:
        {"knn": accuracy, "mfcc_knn": accuracy, "n": number of test clips}; if all clips are of one class, the result
        of `restoration_errors`.

    Raises:
        InputError: no such set, or a single sound.
    """
    test = sounds.load(spec, "test", root=root)
    if spec.startswith("folder:") and not sounds.has_halves(Path(spec.removeprefix("folder:"))):
        if len(test.waves) < 2:
            raise InputError("Nearest neighbours need at least two sounds.")
        if len(test.classes) < 2:
            return restoration_errors(checkpoint, spec, root=root)
        features = extract_features(checkpoint, test)
        return _with_baselines(knn=[_leave_one_out(rows, test.labels) for rows in features.rows], n=test)
    gallery = sounds.joined(sounds.load(spec, "train", root=root), sounds.load(spec, "val", root=root))
    if len(gallery.classes) < 2:
        return restoration_errors(checkpoint, spec, root=root)
    return _neighbours(extract_features(checkpoint, gallery), extract_features(checkpoint, test))


def restoration_errors(checkpoint: Checkpoint, spec: str, *, root: str = "data", frames: int = 15) -> Metrics:
    """How well a hidden stretch in the middle of each test clip is restored, beside two baselines.

    Args:
        checkpoint: with a SoundTransformer.
        spec: see `evaluate`.
        root: folder that holds the named sets.
        frames: length of the stretch in hops; clips shorter than twice that are left out.

    Returns:
        {"model_db", "linear_db", "mean_db": root mean squared error, mean of all clips; "n": their number}, n alone if
        all clips are short.
    """
    model = cast(SoundTransformer, checkpoint.model)
    errors = []
    for wave in sounds.load(spec, "test", root=root).waves:
        clip = wave[: round(CLIP_S * SAMPLE_RATE_HZ)]
        total = len(clip) // model.config.hop + 1
        if total >= 2 * frames:
            start = (total - frames) // 2 * model.config.hop
            stretch = hide_stretch(clip, start, start + frames * model.config.hop, model.config.mel)
            mel, hidden = stretch.mel_db, stretch.hidden
            model_filled = fill_with_model(model, mel, hidden)
            fillings = (model_filled, spectra.interpolate_hidden(mel, hidden), pretext.fill_mean(mel, hidden))
            errors.append([error_db(filled, stretch) for filled in fillings])
    means = [sum(column) / len(errors) for column in zip(*errors, strict=True)]
    return dict(zip(("model_db", "linear_db", "mean_db"), means, strict=False)) | {"n": float(len(errors))}


def spoken_digits(checkpoint: Checkpoint, *, root: str = "data") -> dict[str, Metrics]:
    """On FSDD: validation takes, unseen speakers, and linear probes of digit and speaker."""
    train, val, test = _spoken(checkpoint, root)
    unseen = [_unseen_speaker_accuracy(train, test, kind) for kind in range(len(FEATURE_KINDS))]
    found = {
        "fsdd, validation takes": _neighbours(train, val),
        "fsdd, unheard speaker": _with_baselines(knn=unseen, n=test.data),
    }
    found |= _probe_accuracies(checkpoint, train, val, test)
    return found | {"fsdd, leave one speaker out": _leave_one_speaker_out((train, val), test)}


def probe_accuracies(checkpoint: Checkpoint, *, root: str = "data") -> dict[str, Metrics]:
    """On FSDD: the shipped probes of digit and speaker beside probes of the baseline features."""
    return _probe_accuracies(checkpoint, *_spoken(checkpoint, root))


def _spoken(checkpoint: Checkpoint, root: str) -> tuple[ClipFeatures, ...]:
    """FSDD's three splits with all features."""
    fresh = _untrained_like(checkpoint)
    return tuple(
        extract_features(checkpoint, sounds.load("fsdd", split, root=root), untrained=fresh) for split in SPLITS
    )


def _probe_accuracies(
    checkpoint: Checkpoint, train: ClipFeatures, val: ClipFeatures, test: ClipFeatures
) -> dict[str, Metrics]:
    shipped, found = probes(str(checkpoint.folder)), {}
    by_mfcc, by_untrained = (fit_probes(train, val, kind) for kind in (MFCC, UNTRAINED))
    for task in shipped:
        truth = _class_indices(test.data, task, shipped[task].names)
        fitted = (shipped[task], by_mfcc[task], by_untrained[task])  # in the order of FEATURE_KINDS
        predicted = [_predict(probe, rows) for probe, rows in zip(fitted, test.rows, strict=True)]
        accuracy = [_accuracy(classes == truth) for classes in predicted]
        found[f"fsdd, {task} probe"] = _with_baselines(accuracy=accuracy, n=test.data)
    return found


def _leave_one_speaker_out(known: Sequence[ClipFeatures], test: ClipFeatures) -> Metrics:
    """Accuracy of a linear digit probe fitted on all other speakers: of all clips, and of the hardest speaker's."""
    names = sorted(set(test.data.speakers))
    groups = torch.cat([_class_indices(part.data, "speaker", names) for part in known])
    labels = torch.cat([_class_indices(part.data, "digit", test.data.classes) for part in known])
    speaker = _class_indices(test.data, "speaker", names)
    right = []
    for kind in range(len(test.rows)):
        rows = torch.cat([part.rows[kind] for part in known])
        predicted = leave_group_out(*_arrays(rows, labels, groups, test.rows[kind], speaker))
        right.append(torch.from_numpy(predicted) == test.data.labels)
    worst = [min(_accuracy(part[speaker == one]) for one in speaker.unique()) for part in right]
    return _with_baselines(accuracy=[_accuracy(part) for part in right], worst_accuracy=worst, n=test.data)


def five_fold_probe(checkpoint: Checkpoint, *, root: str = "data") -> Metrics:
    """On ESC-10: accuracy of a linear probe for each fold, fitted on the other four, over all clips.

    The exact McNemar test compares the trained network with the untrained one clip by clip.
    """
    clips = functools.reduce(sounds.joined, [sounds.load("esc10", split, root=root) for split in SPLITS])
    files = [file for split in SPLITS for file in sounds.find_files("esc10", split, root)]  # in the order of `clips`
    folds = torch.tensor([int(file.name.split("-")[0]) for file in files])
    right = []
    for rows in extract_features(checkpoint, clips, untrained=_untrained_like(checkpoint)).rows:
        predicted = leave_group_out(*_arrays(rows, clips.labels, folds, rows, folds))
        right.append(torch.from_numpy(predicted) == clips.labels)
    trained_only = int((right[MODEL] & ~right[UNTRAINED]).sum())
    untrained_only = int((right[UNTRAINED] & ~right[MODEL]).sum())
    return _with_baselines(accuracy=list(map(_accuracy, right)), n=clips) | {
        "trained_only": float(trained_only),
        "untrained_only": float(untrained_only),
        "mcnemar_p": mcnemar(trained_only, untrained_only),
    }


def _with_baselines(*, n: Sounds, **figures: Sequence[float]) -> Metrics:
    """{"knn": 0.9, "mfcc_knn": 0.5, "n": 300.0} of knn=[0.9, 0.5], in the order of FEATURE_KINDS, and the clips."""
    found = {
        f"{kind}{name}": one for name, each in figures.items() for kind, one in zip(FEATURE_KINDS, each, strict=False)
    }
    return found | {"n": float(len(n.waves))}


def _accuracy(right: Tensor) -> float:
    return int(right.sum()) / len(right)


def _standardised(gallery: Tensor, *others: Tensor) -> list[Tensor]:
    mean, deviation = gallery.mean(0), gallery.std(0, correction=0).clamp(min=1e-5)
    return [(item - mean) / deviation for item in (gallery, *others)]


def _neighbours(gallery: ClipFeatures, test: ClipFeatures) -> Metrics:
    truth = sounds.relabel(test.data, gallery.data.classes)
    accuracy = [
        _accuracy(_classify(known, gallery.data.labels, queries) == truth)
        for known, queries in zip(gallery.rows, test.rows, strict=True)
    ]
    return _with_baselines(knn=accuracy, n=test.data)


def _classify(gallery: Tensor, labels: Tensor, queries: Tensor) -> Tensor:
    gallery, queries = _standardised(gallery, queries)
    return knn_classify(gallery, labels, queries, k=NEIGHBOURS, temperature=TEMPERATURE)


def _leave_one_out(rows: Tensor, labels: Tensor) -> float:
    """Accuracy of classifying each clip by its neighbours among all others."""
    (rows,) = _standardised(rows)
    return leave_one_out_accuracy(rows, labels, k=min(NEIGHBOURS, len(rows) - 1), temperature=TEMPERATURE)


def _unseen_speaker_accuracy(gallery: ClipFeatures, test: ClipFeatures, kind: int) -> float:
    """Digit accuracy with a gallery that lacks the speaker of the test clip, over all speakers."""
    names = sorted(set(test.data.speakers))
    gallery_speaker, speaker = (_class_indices(part.data, "speaker", names) for part in (gallery, test))
    predicted = torch.empty_like(speaker)
    for one in speaker.unique():
        others = gallery_speaker != one
        rows, labels = gallery.rows[kind][others], gallery.data.labels[others]
        predicted[speaker == one] = _classify(rows, labels, test.rows[kind][speaker == one])
    return _accuracy(predicted == test.data.labels)


def _class_indices(data: Sounds, task: str, names: Sequence[str]) -> Tensor:
    """(N,) int64, the index of each clip's digit or speaker among names; -1 if it is none of them."""
    if task == "digit":
        return sounds.relabel(data, names)
    return torch.tensor([names.index(name) if name in names else -1 for name in data.speakers])


def _arrays(*tensors: Tensor) -> list[Any]:
    return [tensor.numpy() for tensor in tensors]


def fit_probes(train: ClipFeatures, validation: ClipFeatures, kind: int = MODEL) -> dict[str, Probe]:
    """Logistic regression of digit and of speaker on standardised features.

    Args:
        train: FSDD's training takes.
        validation: other takes, on which the penalty of each probe is chosen.
        kind: of features, a position in `FEATURE_KINDS`.
    """
    names = {"digit": train.data.classes, "speaker": tuple(sorted(set(train.data.speakers)))}
    fitted = {}
    for task, classes in names.items():
        labels, others = (_class_indices(part.data, task, classes) for part in (train, validation))
        known = (train.rows[kind], labels)
        strength = choose_by_validation(*_arrays(*known, validation.rows[kind], others), steps=PROBE_STEPS)
        fitted[task] = _fit(*known, classes, strength)
    return fitted


def _fit(rows: Tensor, labels: Tensor, names: tuple[str, ...], strength: float) -> Probe:
    fitted = linear_probe(*_arrays(rows, labels), strength=strength, steps=PROBE_STEPS)
    scaler, classifier = cast(Sequence[Any], fitted)
    weight = classifier.coef_ / scaler.scale_  # (C, D)
    bias = classifier.intercept_ - weight @ scaler.mean_
    if len(names) == 2:  # of two classes there is one row, for the second
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return Probe(torch.from_numpy(weight).float().contiguous(), torch.from_numpy(bias).float(), names)


def _predict(probe: Probe, rows: Tensor) -> Tensor:
    return (rows @ probe.weight.T + probe.bias).argmax(1)


def pack_probes(fitted: dict[str, Probe]) -> dict[str, bytes]:
    """The probes as one safetensors file with the names of the classes in its header; none of none."""
    if not fitted:
        return {}
    tensors = {f"{task}.weight": probe.weight for task, probe in fitted.items()}
    tensors |= {f"{task}.bias": probe.bias for task, probe in fitted.items()}
    return {PROBE_FILE: save(tensors, metadata={task: ",".join(probe.names) for task, probe in fitted.items()})}
