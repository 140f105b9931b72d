"""The recipe: `python -m core.audio.train --data fsdd+esc10 --root FOLDER --name sounds`.

One pass gives both losses: two views of every clip, a stretch of each hidden, the hidden frames restored and the views
matched. Labels are never seen. Afterwards two linear probes, digit and speaker, are fitted on labelled clips of the
Free Spoken Digit Dataset if it was among the data; their weights lie beside the model in probes.safetensors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from core import training
from core.audio import pretext
from core.audio.model import HEARD_S, PROBE_FILE, Config, Probe, SoundTransformer, Wav2Vec2
from core.audio.restoring import fill_by_model
from core.checkpoints import Checkpoint
from core.data import sounds, spectra
from core.data.sounds import SAMPLE_RATE_HZ, Sounds
from core.device import generator
from core.downstream.neighbours import knn_classify
from core.downstream.probe import linear_probe
from core.errors import InputError
from core.losses import nt_xent

NEIGHBOURS = 10  # chosen on takes 5 to 9 of FSDD, out of 1, 5, 10 and 20
MFCC_COUNT = 20  # likewise, out of 13, 20 and 40, for the baseline's good
MFCC_SETTINGS = spectra.MelSettings()
TEMPERATURE = 0.1
PLAIN = pretext.ViewSettings(shift=0.0, noise_db=-80.0, mix_db=-80.0, clean=1.0)  # what is restored
HIDDEN_FRAMES = (8, 24)  # shortest and longest stretch that is hidden in training
PROBE_STRENGTH = 0.01  # inverse weight of the penalty
NOTES = (
    "k-NN by cosine, k = 10, on mean, deviation and maximum of the features over time, a mean over windows of a "
    "second; mfcc_knn is the same on mean and deviation of 20 MFCC. Both are standardised by the gallery, without "
    "which MFCC has 93 %. FSDD's official split has the same six speakers on both sides; 'unheard speaker' takes each "
    "speaker's clips out of the gallery (the encoder has still heard them, without labels). 'restoring': root mean "
    "squared error in dB on 0.15 s in the middle of each test clip."
)


@dataclass(frozen=True, kw_only=True)
class AudioRecipe(training.Recipe):
    """Train a network to restore hidden stretches of sounds and to tell which two views show one clip.

    Attributes:
        width: of a frame's features.
        depth: transformer blocks of the encoder.
        stem: channels of the convolutional stem.
        window: frames of a view, 10 ms each.
        temperature: of the contrastive loss.
        extra: a further set that trains and is not measured, e.g. "folder:assets/sounds"; "" for none.
        restoring: weight of the squared error on hidden frames beside the contrastive loss.
        stretch: largest change of speed of a view.
        shift: largest move of a view along the mel bands.
        noise_db: loudest steady noise in a view, below its loudest cell.
        mix_db: loudest other sound in a view, below its loudest cell.
    """

    name: str = "sounds"
    steps: int = 2000
    batch: int = 128
    lr: float = 1e-3
    width: int = 192
    depth: int = 3
    stem: int = 32
    window: int = 96
    temperature: float = 0.2
    restoring: float = 10.0
    extra: str = ""
    stretch: float = 0.2
    shift: float = 2.0
    noise_db: float = -25.0
    mix_db: float = -15.0


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure on each set's test split, fit the probes, write the checkpoint; returns its folder."""
    recipe = training.parse(AudioRecipe, argv)
    spec = f"{recipe.data}+{recipe.extra}" if recipe.extra else recipe.data
    data = sounds.load(spec, "train", root=recipe.root, limit=64 if recipe.smoke else 0)
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(recipe.seed).get_state())
        model = SoundTransformer(Config(width=recipe.width, depth=recipe.depth, stem=recipe.stem, window=recipe.window))
    clips = pretext.bank([_trimmed(spectra.log_mel(wave, model.config.mel)) for wave in data.waves])
    views = pretext.ViewSettings(
        stretch=recipe.stretch, shift=recipe.shift, noise_db=recipe.noise_db, mix_db=recipe.mix_db
    )

    def loss(network: nn.Module, step: int, chance: torch.Generator) -> dict[str, Tensor]:
        rows = training.indices(len(data.waves), recipe.batch, step, recipe.seed).to(chance.device)
        here = clips.to(chance.device)
        pair = [pretext.view(here, rows, recipe.window, chance, views) for _ in "ab"]
        plain = pretext.view(here, rows[::2], recipe.window, chance, PLAIN)
        return losses(network, pair, plain, chance, recipe)

    result = training.train(recipe, model, loss, wing="audio")
    model.half().float()  # as shipped: the probes are fitted on what visitors get
    checkpoint = Checkpoint(f"audio/{recipe.name}", model, None, result.folder, next(model.parameters()).device)
    probes = fit_probes(checkpoint, recipe.root) if "fsdd" in recipe.data.split("+") else {}
    return training.write_checkpoint(
        recipe, result, model, wing="audio",
        data=f"{spec} without labels: takes 10 and up of FSDD, folds 1 to 4 of ESC-10, 19 of 20 clips of a folder",
        measure=lambda: measure(checkpoint, recipe, probes), notes=NOTES, extra=pack_probes(probes),
    )  # fmt: skip


def losses(
    network: nn.Module, pair: Sequence[Tensor], plain: Tensor, chance: torch.Generator, recipe: AudioRecipe
) -> dict[str, Tensor]:
    """Both losses and their weighted sum.

    Args:
        network: a SoundTransformer.
        pair: two views (B, F, T) in dB of the same clips, to be matched, a stretch of each hidden.
        plain: (P, F, T) in dB, to be restored: noise added for a view could not be guessed by anyone.
        chance: draws where the stretches lie.
        recipe: weights of the losses.
    """
    mels = spectra.to_unit(torch.cat([*pair, plain]))  # (2B + P, F, T)
    longest = min(HIDDEN_FRAMES[1], mels.shape[-1] // 2)  # something must stay visible
    hidden = pretext.spans(len(mels), mels.shape[-1], chance, shortest=HIDDEN_FRAMES[0], longest=longest)
    heard = network(mels, hidden)
    first, second = heard.projection[: 2 * len(pair[0])].float().chunk(2)
    contrast = nt_xent(first, second, recipe.temperature).mean
    rest = slice(2 * len(pair[0]), None)
    error = pretext.hidden_error(heard.restored[rest].float(), mels[rest], hidden[rest])
    lines = pretext.hidden_error(spectra.bridge(mels[rest], hidden[rest]), mels[rest], hidden[rest])
    loss = contrast + recipe.restoring * error
    return {"loss": loss, "contrast": contrast, "hidden_error": error, "straight_lines": lines}


def _trimmed(db: Tensor, quiet_db: float = -60.0) -> Tensor:
    """Cut frames (F, T) off both ends in which nothing comes within 60 dB of the loudest cell."""
    loud = torch.nonzero(db.amax(0) > quiet_db)
    return db[:, int(loud[0]) : int(loud[-1]) + 1]


def measure(checkpoint: Checkpoint, recipe: AudioRecipe, probes: dict[str, Probe]) -> dict[str, dict[str, float]]:
    """All metrics of the card."""
    found = {}
    for spec in recipe.data.split("+"):
        found[spec] = evaluate(checkpoint, spec, root=recipe.root)
        found[f"{spec}, restoring"] = restoring(checkpoint, spec, root=recipe.root)
    if probes:
        found |= _fsdd_extras(checkpoint, recipe.root, probes)
    return found


@torch.inference_mode()
def evaluate(checkpoint: Checkpoint, spec: str, *, root: str = "data") -> dict[str, float]:
    """k-NN on clip embeddings beside k-NN on MFCC.

    Args:
        checkpoint: with a SoundTransformer or Wav2Vec2.
        spec: "fsdd", "esc10" or "folder:PATH"; in a folder without train/ and test/ inside, each clip is asked with all
            others as gallery.
        root: folder that holds the named sets.

    Returns:
        {"knn": share right, "mfcc_knn": share right, "n": number of clips asked}.
    """
    if spec.startswith("folder:") and not sounds.has_halves(Path(spec.removeprefix("folder:"))):
        data = sounds.load(spec, "test", root=root)
        if len(data.waves) < 2:
            raise InputError("Nearest neighbours need at least two sounds.")
        right = [_leave_one_out(kind, data.labels) for kind in _descriptions(checkpoint, data)]
        return {"knn": right[0], "mfcc_knn": right[1], "n": float(len(data.waves))}
    gallery = sounds.joined(sounds.load(spec, "train", root=root), sounds.load(spec, "val", root=root))
    asked = sounds.load(spec, "test", root=root)
    labels = sounds.relabel(asked, gallery.classes)
    known, queries = _descriptions(checkpoint, gallery), _descriptions(checkpoint, asked)
    right = [_knn(k, gallery.labels, q, labels) for k, q in zip(known, queries, strict=True)]
    return {"knn": right[0], "mfcc_knn": right[1], "n": float(len(asked.waves))}


@torch.inference_mode()
def restoring(checkpoint: Checkpoint, spec: str, *, root: str = "data", frames: int = 15) -> dict[str, float]:
    """How well a hidden stretch in the middle of each test clip is restored, beside two fillings that learned nothing.

    Args:
        checkpoint: with a SoundTransformer.
        spec: see `evaluate`.
        root: folder that holds the named sets.
        frames: length of the stretch; clips shorter than twice that are left out.

    Returns:
        {"model", "linear", "mean": root mean squared error in dB, mean of all clips; "n": their number}, n alone if all
        clips are short.
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
    return dict(zip(("model", "linear", "mean"), means, strict=False)) | {"n": float(len(errors))}


def _descriptions(checkpoint: Checkpoint, data: Sounds) -> tuple[Tensor, Tensor]:
    """Embeddings (N, 3 D) and MFCC means and deviations (N, 40) of the first seconds of every clip."""
    model = cast("SoundTransformer | Wav2Vec2", checkpoint.model)
    heard = [wave[: round(HEARD_S * SAMPLE_RATE_HZ)] for wave in data.waves]
    cepstra = [spectra.mfcc_summary(spectra.log_mel(wave, MFCC_SETTINGS), MFCC_COUNT) for wave in heard]
    return model.embed(heard), torch.stack(cepstra)


def _standardised(gallery: Tensor, *others: Tensor) -> list[Tensor]:
    mean, deviation = gallery.mean(0), gallery.std(0, correction=0).clamp(min=1e-5)
    return [(item - mean) / deviation for item in (gallery, *others)]


def _knn(gallery: Tensor, labels: Tensor, asked: Tensor, truth: Tensor) -> float:
    known, queries = _standardised(gallery, asked)
    guesses = knn_classify(known, labels, queries, k=min(NEIGHBOURS, len(known)), temperature=TEMPERATURE)
    return float((guesses == truth).float().mean())


def _leave_one_out(features: Tensor, labels: Tensor) -> float:
    """Share of clips that their neighbours among all others get right."""
    (features,) = _standardised(features)
    similarity = F.normalize(features, dim=1) @ F.normalize(features, dim=1).T
    similarity.fill_diagonal_(-torch.inf)
    values, index = similarity.topk(min(NEIGHBOURS, len(features) - 1), dim=1)
    votes = F.one_hot(labels[index]) * (values / TEMPERATURE).exp()[..., None]  # (N, k, classes)
    return float((votes.sum(1).argmax(1) == labels).float().mean())


@torch.inference_mode()
def _fsdd_extras(checkpoint: Checkpoint, root: str, probes: dict[str, Probe]) -> dict[str, dict[str, float]]:
    """Validation, unheard speakers, and how well linear probes read digit and speaker."""
    fit, val, test = (sounds.load("fsdd", split, root=root) for split in ("train", "val", "test"))
    known, kept, asked = (_descriptions(checkpoint, data) for data in (fit, val, test))
    right = [_knn(k, fit.labels, q, val.labels) for k, q in zip(known, kept, strict=True)]
    found = {"fsdd, validation takes": {"knn": right[0], "mfcc_knn": right[1], "n": float(len(val.waves))}}
    right = [_unheard(k, fit, q, test) for k, q in zip(known, asked, strict=True)]
    found["fsdd, unheard speaker"] = {"knn": right[0], "mfcc_knn": right[1], "n": float(len(test.waves))}
    for task, truth in {"digit": test.labels, "speaker": _speakers(test)}.items():
        guesses = (asked[0] @ probes[task].weight.T + probes[task].bias).argmax(1)
        found[f"fsdd, {task} probe"] = {"accuracy": float((guesses == truth).float().mean()), "n": float(len(truth))}
    return found


def _unheard(known: Tensor, gallery: Sounds, asked_features: Tensor, asked: Sounds) -> float:
    """Digit accuracy with a gallery that lacks the speaker who is asked, over all speakers."""
    right = 0.0
    for speaker in sorted(set(asked.speakers)):
        others = torch.tensor([name != speaker for name in gallery.speakers])
        own = torch.tensor([name == speaker for name in asked.speakers])
        share = _knn(known[others], gallery.labels[others], asked_features[own], asked.labels[own])
        right += share * int(own.sum())
    return right / len(asked.waves)


def _speakers(data: Sounds) -> Tensor:
    """(N,) int64, each clip's place among the sorted names of its set's speakers."""
    names = sorted(set(data.speakers))
    return torch.tensor([names.index(name) for name in data.speakers])


@torch.inference_mode()
def fit_probes(checkpoint: Checkpoint, root: str) -> dict[str, Probe]:
    """Logistic regression of digit and of speaker on standardised embeddings of FSDD's training takes."""
    data = sounds.load("fsdd", "train", root=root)
    features = _descriptions(checkpoint, data)[0].numpy()
    speakers = tuple(sorted(set(data.speakers)))
    return {
        "digit": _fit(features, data.labels, data.classes),
        "speaker": _fit(features, _speakers(data), speakers),
    }


def _fit(features: NDArray[np.float32], labels: Tensor, names: tuple[str, ...]) -> Probe:
    scaler, classifier = cast(Sequence[Any], linear_probe(features, labels.numpy(), strength=PROBE_STRENGTH, steps=500))
    weight = classifier.coef_ / scaler.scale_  # (C, 3 D)
    bias = classifier.intercept_ - weight @ scaler.mean_
    return Probe(torch.from_numpy(weight).float().contiguous(), torch.from_numpy(bias).float(), names)


def pack_probes(probes: dict[str, Probe]) -> dict[str, bytes]:
    """The probes as one safetensors file with the names of the classes in its header; none of none."""
    if not probes:
        return {}
    tensors = {f"{task}.weight": probe.weight for task, probe in probes.items()}
    tensors |= {f"{task}.bias": probe.bias for task, probe in probes.items()}
    return {PROBE_FILE: save(tensors, metadata={task: ",".join(probe.names) for task, probe in probes.items()})}


if __name__ == "__main__":
    main()
