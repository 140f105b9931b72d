"""The recipe: `python -m core.contrastive.train --data cifar10 --root FOLDER --name simclr-cifar10`.

Left out on purpose: negatives from other processes (each process contrasts its own share of the batch), the LARS
optimizer and batches of thousands. At a batch of 256 AdamW with a lower temperature does as well (appendix B.9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import torch
from torch import Tensor, nn

from core import training
from core.checkpoints import Checkpoint
from core.contrastive import pretext
from core.contrastive.model import Config, SimCLR, embed_features, untrained
from core.data import pictures
from core.downstream.neighbours import knn_accuracy

NEIGHBOURS = 200
NOTES = (
    "k-NN (k = 200, temperature 0.1) on the encoder's features, as a share; untrained_knn is the same network with "
    "weights drawn from seed 0. The CIFAR-10 used here was passed through JPEG (quality 75, 4:2:0)."
)


@dataclass(frozen=True, kw_only=True)
class ContrastiveRecipe(training.Recipe):
    """Train a network to find the other view of each picture among all views of a batch.

    Attributes:
        size: side of the pictures in pixels.
        width: channels of the first stage; each later stage has twice as many.
        stages: number of stages, each half as large as the one before.
        depth: blocks a stage.
        stem_stride: 2 halves the picture before the first stage.
        hidden: width of the projection head's hidden layer.
        projection: width of the projection head's output.
        temperature: of the loss.
        min_crop: smallest share of the area that a view keeps.
        jitter: strength of the colour jitter.
        greyscale: share of the views that lose their colour.
        blur: share of the views that are blurred.
        flip: share of the views that are mirrored.
    """

    name: str = "simclr-cifar10"
    steps: int = 6000
    batch: int = 256
    lr: float = 2e-3
    weight_decay: float = 0.01
    size: int = 32
    width: int = 64
    stages: int = 3
    depth: int = 1
    stem_stride: int = 2
    hidden: int = 256
    projection: int = 128
    temperature: float = 0.2
    min_crop: float = 0.2
    jitter: float = 0.5
    greyscale: float = 0.2
    blur: float = 0.0
    flip: float = 0.5


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, measure k-NN on each set, write the checkpoint; returns its folder."""
    recipe = training.parse(ContrastiveRecipe, argv)
    limit = 512 if recipe.smoke else 0
    data = pictures.load(recipe.data, "train", size=recipe.size, root=recipe.root, limit=limit)
    views = pretext.ViewSettings(recipe.min_crop, recipe.jitter, recipe.greyscale, recipe.blur, recipe.flip)
    model = untrained(config_of(recipe), recipe.seed)

    def loss(network: nn.Module, step: int, chance: torch.Generator) -> dict[str, Tensor]:
        rows = training.indices(len(data.images), recipe.batch, step, recipe.seed)
        with torch.autocast(chance.device.type, enabled=False):  # colours need all their digits
            both = torch.cat(pretext.two_views(data.images[rows].to(chance.device).float() / 255, chance, views))
        first, second = network(both).projections.chunk(2)  # (B, P) each
        found = pretext.nt_xent(first, second, recipe.temperature)
        return {"loss": found.mean, "accuracy": pretext.hits(found.cosine).float().mean()}

    result = training.train(recipe, model, loss, wing="contrastive")
    where = next(model.parameters()).device

    def measure() -> dict[str, dict[str, float]]:
        checkpoint = Checkpoint(f"contrastive/{recipe.name}", model, None, result.folder, where)
        found = {}
        for spec in recipe.data.split("+"):
            found[spec] = evaluate(checkpoint, spec, root=recipe.root, limit=limit)
            found[f"{spec}, validation"] = evaluate(checkpoint, spec, root=recipe.root, queries="val", limit=limit)
        return found

    return training.write_checkpoint(
        recipe, result, model, wing="contrastive", data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure, notes=NOTES,
    )  # fmt: skip


def config_of(recipe: ContrastiveRecipe) -> Config:
    """The architecture that a recipe asks for."""
    widths = tuple(recipe.width * 2**stage for stage in range(recipe.stages))
    depths = (recipe.depth,) * recipe.stages
    return Config(recipe.size, widths, depths, recipe.stem_stride, recipe.hidden, recipe.projection)


def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", queries: Literal["test", "val"] = "test", limit: int = 0
) -> dict[str, float]:
    """k-NN accuracy on features, beside that of the same network untrained.

    Args:
        checkpoint: with a SimCLR.
        spec: named set or "folder:PATH"; a folder without train/ and test/ inside is cut into 19 parts of gallery and
            1 part of queries.
        root: folder that holds the named sets.
        queries: "test" asks the test split with all training pictures as gallery, "val" the pictures kept aside.
        limit: at most so many pictures of each split; 0 takes all.

    Returns:
        {"knn": share right, "untrained_knn": share right, "n": number of pictures asked}.
    """
    model = cast(SimCLR, checkpoint.model)
    gallery, asked = _sets(spec, model.config.size, root, queries, limit)
    fresh = untrained(model.config).to(checkpoint.device).eval()
    return {
        "knn": _knn(model, gallery, asked, checkpoint.device),
        "untrained_knn": _knn(fresh, gallery, asked, checkpoint.device),
        "n": len(asked.images),
    }


def _sets(spec: str, size: int, root: str, queries: str, limit: int) -> tuple[pictures.Pictures, pictures.Pictures]:
    """Gallery and queries that share no picture."""
    train = pictures.load(spec, "train", size=size, root=root, limit=limit)
    val = pictures.load(spec, "val", size=size, root=root, limit=limit)
    if queries == "val" or spec == "emoji" or not _has_test(spec, root):
        return train, val
    return _joined(train, val), pictures.load(spec, "test", size=size, root=root, limit=limit)


def _has_test(spec: str, root: str) -> bool:
    trained_on = {*pictures.find_files(spec, "train", root), *pictures.find_files(spec, "val", root)}
    return trained_on.isdisjoint(pictures.find_files(spec, "test", root))


def _joined(first: pictures.Pictures, second: pictures.Pictures) -> pictures.Pictures:
    classes = tuple(dict.fromkeys(first.classes + second.classes))
    labels = torch.cat([relabel(first, classes), relabel(second, classes)])
    return pictures.Pictures(torch.cat([first.images, second.images]), labels, classes)


def relabel(data: pictures.Pictures, classes: Sequence[str]) -> Tensor:
    """Labels (N,) of a set as indices into other classes; a class that is not among them becomes -1."""
    places = torch.tensor([classes.index(name) if name in classes else -1 for name in data.classes])
    return places[data.labels]


def _knn(model: SimCLR, gallery: pictures.Pictures, asked: pictures.Pictures, device: torch.device) -> float:
    known = embed_features(model.encoder, gallery.images, device=device)
    features = embed_features(model.encoder, asked.images, device=device)
    labels = relabel(asked, gallery.classes)
    return knn_accuracy(known, gallery.labels, features, labels, k=min(NEIGHBOURS, len(known)))


if __name__ == "__main__":
    main()
