"""The recipe: `python -m core.audio.train --data fsdd+esc10 --root FOLDER --preset cpu --name sounds`.

One forward pass gives both losses: two views of every clip, a stretch of each hidden, the hidden frames restored and
the views matched. Labels are not used. Afterwards two linear probes, digit and speaker, are fitted on labelled clips of
the Free Spoken Digit Dataset if it was among the data; their weights lie beside the model in probes.safetensors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from core.audio import gallery, pretext
from core.audio.evaluation import NOTES, evaluate, extract_features, fit_probes, measure, pack_probes
from core.audio.model import Config, SoundTransformer
from core.checkpoints import Checkpoint
from core.data import sounds, spectra
from core.data.batches import indices
from core.errors import InputError
from core.nn.losses import nt_xent
from core.training import loop
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

__all__ = ["RECIPE", "AudioRecipe", "evaluate", "main", "measure"]

PLAIN = pretext.ViewSettings(shift=0.0, noise_db=-80.0, mix_db=-80.0, clean=1.0)  # what is restored
BUNDLED = "folder:assets/sounds"
HIDDEN_FRAMES = (8, 24)  # shortest and longest stretch that is hidden in training


@dataclass(frozen=True, kw_only=True)
class AudioRecipe(Recipe):
    """Train a network to restore hidden stretches of sounds and to match the two views of one clip.

    Attributes:
        width: of a frame's features.
        depth: transformer blocks of the encoder.
        stem: channels of the convolutional stem.
        window: frames of a view, 10 ms each.
        temperature: of the contrastive loss.
        extra: a further set for training that is not measured, e.g. "folder:assets/sounds"; "" for none.
        restoring: weight of the squared error on hidden frames beside the contrastive loss.
        stretch: largest change of speed of a view.
        shift: largest move of a view along the mel bands.
        noise_db: loudest steady noise in a view, below its loudest cell.
        mix_db: loudest background sound in a view, below its loudest cell.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 2.2 M parameters; on one core 18 minutes with bfloat16 (AVX512-BF16), 49 in fp32 beside other work (AVX512)
        "cpu": {"steps": 1356, "batch": 80, "extra": BUNDLED},
        # 13 M parameters; not yet timed on a GPU, so the clock ends it
        "gpu": {"width": 384, "depth": 6, "batch": 512, "minutes": 9.0, "steps": 100_000, "extra": BUNDLED},
    }

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


RECIPE = AudioRecipe


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, fit the probes, measure on each set's test split, write the checkpoint; returns its folder."""
    recipe = parse(AudioRecipe, argv)
    spec = f"{recipe.data}+{recipe.extra}" if recipe.extra else recipe.data
    data = sounds.load(spec, "train", root=recipe.root, limit=64 if recipe.smoke else 0)
    if not data.waves:  # a single sound is kept for validation, so nothing is left to train on
        raise InputError("Nearest neighbours need at least two sounds.")
    with loop.seeded(recipe.seed):
        model = SoundTransformer(Config(width=recipe.width, depth=recipe.depth, stem=recipe.stem, window=recipe.window))
    clips = pretext.bank([_trimmed(spectra.log_mel(wave, model.config.mel)) for wave in data.waves])
    views = pretext.ViewSettings(
        stretch=recipe.stretch, shift=recipe.shift, noise_db=recipe.noise_db, mix_db=recipe.mix_db
    )

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        nonlocal clips
        clips = clips.to(rng.device)  # moves once
        rows = indices(len(data.waves), recipe.batch, number, recipe.seed).to(rng.device)
        pair = [pretext.view(clips, rows, recipe.window, rng, views) for _ in "ab"]
        plain = pretext.view(clips, rows[::2], recipe.window, rng, PLAIN)
        return losses(network, pair, plain, rng, recipe) | {"ids": rows}

    result = loop.train(recipe, model, loss, method="audio")
    return write_checkpoint(
        recipe,
        result,
        model,
        method="audio",
        data=f"{spec} without labels: takes 10 and up of FSDD, folds 1 to 4 of ESC-10, 19 of 20 clips of a folder",
        measure=measure,
        evaluate=evaluate,
        describe=gallery.describe,
        notes=NOTES,
        extra=_probes(recipe, model) if "fsdd" in recipe.data.split("+") else {},
    )


def _probes(recipe: AudioRecipe, model: SoundTransformer) -> dict[str, bytes]:
    """The file of probes, fitted on the embeddings of the weights as they are shipped: rounded to half precision."""
    shipped = Checkpoint(f"audio/{recipe.name}", model.half().float().eval(), None, Path(), model.device)
    return probes_of(shipped, recipe.root)


def probes_of(checkpoint: Checkpoint, root: str) -> dict[str, bytes]:
    """The file of the probes of digit and speaker on FSDD, unpacked under `root`: name -> content."""
    train, validation = (sounds.load("fsdd", split, root=root) for split in ("train", "val"))
    return pack_probes(fit_probes(extract_features(checkpoint, train), extract_features(checkpoint, validation)))


def losses(
    network: nn.Module, pair: Sequence[Tensor], plain: Tensor, rng: torch.Generator, recipe: AudioRecipe
) -> dict[str, Tensor]:
    """Both losses and their weighted sum.

    Args:
        network: a SoundTransformer.
        pair: two views (B, F, T) in dB of the same clips, to be matched, a stretch of each hidden.
        plain: (P, F, T) in dB, to be restored, without the noise of a view: noise cannot be predicted.
        rng: draws where the stretches lie.
        recipe: weights of the losses.
    """
    mels = spectra.to_unit(torch.cat([*pair, plain]))  # (2B + P, F, T)
    longest = min(HIDDEN_FRAMES[1], mels.shape[-1] // 2)  # something must stay visible
    hidden = pretext.spans(len(mels), mels.shape[-1], rng, shortest=HIDDEN_FRAMES[0], longest=longest)
    output = network(mels, hidden)
    first, second = output.projection[: 2 * len(pair[0])].float().chunk(2)
    contrast = nt_xent(first, second, recipe.temperature).mean
    rest = slice(2 * len(pair[0]), None)
    error = pretext.hidden_error(output.restored[rest].float(), mels[rest], hidden[rest])
    lines = pretext.hidden_error(spectra.interpolate_hidden(mels[rest], hidden[rest]), mels[rest], hidden[rest])
    loss = contrast + recipe.restoring * error
    return {"loss": loss, "contrast": contrast, "hidden_error": error, "straight_lines": lines}


def _trimmed(db: Tensor, quiet_db: float = -60.0) -> Tensor:
    """Cut frames (F, T) off both ends in which nothing comes within 60 dB of the loudest cell."""
    loud = torch.nonzero(db.amax(0) > quiet_db)
    return db[:, int(loud[0]) : int(loud[-1]) + 1]


if __name__ == "__main__":
    main()
