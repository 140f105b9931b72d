"""Every recipe's flags for a run without downloads: `data` for a smoke run, `tiny` for networks of a few channels.

A method that is not listed trains on the bundled emoji, so a new one is tried without a line here.
"""

import shutil
from pathlib import Path
from typing import NamedTuple

from core import checkpoints, evaluate
from tests.core import film_set


class Flags(NamedTuple):
    """Flags of one run.

    Attributes:
        data: what to train on, and which of a method's variants.
        tiny: shape of a network that learns nothing and takes no time.
    """

    data: str = "--data emoji"
    tiny: str = "--batch 8"


GAN = "--width 6 --discriminator-width 6 --latent 8 --batch 4"
CONTRASTIVE = "--width 8 --stages 2 --batch 16 --size 16 --hidden 16"
SMALL = {
    "rotation": Flags(tiny="--width 4 --batch 16 --size 32"),
    "contrastive": Flags(tiny=CONTRASTIVE),
    "contrastive: moco": Flags("--data emoji --method moco", CONTRASTIVE),
    "vae": Flags(tiny="--hidden 16 --latent 5 --batch 8"),
    "vqvae": Flags(tiny="--width 8 --batch 4"),
    "vqvae: gaussian": Flags("--data emoji --bottleneck gaussian", "--width 8 --batch 4"),
    "gan": Flags(tiny=GAN),
    "generation: rotation": Flags("--data emoji --arm rotation", GAN),
    "generation: contrastive": Flags("--data emoji --arm contrastive", GAN),
    "generation: references": Flags("--data emoji --arm references", GAN),
    "masked": Flags(tiny="--batch 8 --width 32 --depth 1"),
    "gpt2": Flags(
        "--data folder:texts --tokens bytes --vocabulary 300", "--width 16 --layers 1 --heads 2 --context 32"
    ),
    "bert": Flags("--data folder:texts --vocabulary 300", "--width 16 --layers 1 --heads 2 --context 16 --batch 2"),
    "audio": Flags("--data folder:sounds", "--batch 4 --width 32 --depth 1 --stem 8 --window 24"),
    "recommendation": Flags("--data folder:films --least 1", "--context 8 --width 16"),
}
LISTED = {name.partition(":")[0] for name in SMALL}
RECIPES = SMALL | {method: Flags() for method in evaluate.methods() if method not in LISTED}


def write_data(folder: Path, *, every_sound: int = 1) -> None:
    """Small texts, one in `every_sound` of the bundled sounds, and made-up films, where `RECIPES` look for them."""
    (folder / "texts").mkdir()
    (folder / "texts" / "tale.txt").write_text("The ship went out to sea and the captain stood on the deck. " * 60)
    (folder / "sounds").mkdir()
    for file in sorted((checkpoints.TREE / "assets" / "sounds").glob("*.flac"))[::every_sound]:
        shutil.copy(file, folder / "sounds")
    film_set.write(folder / "films")


def flags_of(name: str, *, tiny: bool = False) -> list[str]:
    """The command line of a run, without the device; the checkpoint takes the name of the recipe's variant."""
    method, _, variant = name.partition(": ")
    flags = RECIPES[name]
    return ["--smoke", "--name", variant or method, *flags.data.split(), *(flags.tiny.split() if tiny else ())]
