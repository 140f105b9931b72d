"""The recipe: `python -m core.contrastive.train --data cifar10 --root FOLDER --preset cpu --name simclr-cifar10`.

SimCLR compares each view with all others of the batch, of every process; `--method moco` with a queue of keys from
earlier batches. Both train the same network on the same views and are tested in the same way. Left out on purpose: the
paper's LARS optimizer. On CIFAR-10 the paper searches learning rates 0.5 to 1.5, batches of 256 to 4,096 and
temperatures 0.1 to 1.0, of which 0.5 is best, with weight decay 1e-6 as on ImageNet (Chen et al. 2020, appendix B.9).
AdamW, a batch of 256 and temperature 0.2 are this project's choice for one core; they were not compared with LARS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple, cast

import torch
from torch import Tensor, nn

from core.checkpoints import Checkpoint
from core.contrastive import gallery, pretext, weight_history
from core.contrastive.moco import MoCo
from core.contrastive.model import Config, ContrastiveNet, untrained
from core.data import labelled, pictures
from core.data.batches import OnDevice, indices
from core.data.labelled import Queries
from core.data.pictures import Pictures
from core.downstream.features import embed
from core.downstream.neighbours import knn_accuracy
from core.downstream.probe import linear_accuracy
from core.nn.losses import gather, info_nce
from core.training import loop, runs
from core.training.export import write_checkpoint
from core.training.recipe import Recipe, parse

METHODS = ("simclr", "moco")
NEIGHBOURS = 200
NOTES = (
    "On the encoder's features, as shares: k-NN (k = 200, temperature 0.1) and a linear probe (logistic regression); "
    "untrained is the same network with weights drawn from seed 0."
)
JPEG_NOTE = " The CIFAR-10 used here was passed through JPEG (quality 75, 4:2:0)."


@dataclass(frozen=True, kw_only=True)
class ContrastiveRecipe(Recipe):
    """Train a network to find the other view of each picture among views of other pictures.

    Attributes:
        method: "simclr" takes the negatives from the batch, "moco" from a queue of keys.
        size: side of the pictures in pixels.
        width: channels of the first stage; each later stage has twice as many.
        stages: number of stages, each half as large as the one before.
        depth: blocks per stage.
        stem_stride: 2 halves the picture before the first stage.
        hidden: width of the projection head's hidden layer.
        projection: width of the projection head's output.
        temperature: of the loss.
        queue: its length in keys (moco).
        momentum: share of the key network's weights that stays at each step (moco).
        shards: parts of a batch of keys that are normalised separately (moco); 1 does not split it.
        weight_history: record the query network's weights up to this step, for the page; 0 records nothing (moco).
        symmetric: make queries of both views of each picture instead of one, at twice the cost (moco).
        min_crop: smallest share of the area that a view keeps.
        jitter: strength of the colour jitter.
        greyscale: share of the views that lose their colour.
        blur: share of the views that are blurred.
        flip: share of the views that are mirrored.
        negatives: push the views of different pictures apart (simclr); without it the network collapses.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # 1.3 M parameters; on one core (AVX512-BF16) 22 minutes gave SimCLR 2,500 steps, 60 gave MoCo 5,400
        "cpu": {"width": 64, "stages": 3, "depth": 1, "stem_stride": 2, "minutes": 30.0, "steps": 100_000},
        # 0.4 M parameters, with snapshots; 4 minutes on one core (AVX512-BF16), 470 steps
        "small": {"width": 32, "stages": 3, "depth": 1, "minutes": 4.0, "steps": 100_000, "snapshots": True},
        # 0.1 M parameters, with recorded weights of the first half of its steps; 2 minutes on one core (AVX512-BF16)
        "dictionary": {
            "method": "moco",
            "width": 16,
            "stages": 3,
            "depth": 1,
            "hidden": 128,
            "projection": 64,
            "temperature": 0.1,
            "steps": 1024,
            "weight_history": 512,
        },
        # ResNet-18, 11.4 M parameters, up to 200 epochs of CIFAR-10; not yet timed on a GPU, so the clock ends it
        "gpu": {
            "width": 64,
            "stages": 4,
            "depth": 2,
            "stem_stride": 1,
            "hidden": 512,
            "batch": 512,
            "minutes": 9.0,
            "steps": 18_600,
        },
    }

    name: str = "simclr-cifar10"
    steps: int = 6000
    batch: int = 256
    lr: float = 2e-3
    weight_decay: float = 0.01
    method: str = "simclr"
    size: int = 32
    width: int = 64
    stages: int = 3
    depth: int = 1
    stem_stride: int = 2
    hidden: int = 256
    projection: int = 128
    temperature: float = 0.2
    queue: int = 4096
    momentum: float = 0.99
    shards: int = 4
    symmetric: bool = False
    weight_history: int = 0
    min_crop: float = 0.2
    jitter: float = 0.5
    greyscale: float = 0.2
    blur: float = 0.0
    flip: float = 0.5
    negatives: bool = True


RECIPE = ContrastiveRecipe


class Trained(NamedTuple):
    """A finished run: the network that ships, the result of the loop, and the recorded weights, if any."""

    model: ContrastiveNet
    result: loop.Result
    history: weight_history.WeightHistory | None


def main(argv: Sequence[str] | None = None) -> Path:
    """Train, test on each set, write the checkpoint; returns its folder."""
    recipe = parse(ContrastiveRecipe, argv)
    trained = run(recipe)
    return write_checkpoint(
        recipe,
        trained.result,
        trained.model,
        method="contrastive",
        data=f"{recipe.data}, training split but for every 20th picture",
        measure=measure,
        evaluate=evaluate,
        describe=gallery.describe,
        notes=NOTES + (JPEG_NOTE if "cifar10" in recipe.data.split("+") else ""),
        extra={weight_history.FILE: trained.history.to_bytes()} if trained.history else None,
    )


def run(recipe: ContrastiveRecipe) -> Trained:
    """Train; the network in the result is the one that ships, in eval mode."""
    if recipe.method not in METHODS:
        raise SystemExit(f"--method is {' or '.join(METHODS)}, not {recipe.method}.")
    if recipe.weight_history and recipe.resume:
        raise SystemExit("--weight-history keeps weights in memory: such a run cannot be resumed.")
    data = pictures.load(recipe.data, "train", size=recipe.size, root=recipe.root, limit=_limit(recipe))
    images = OnDevice(data.images)
    model = build(recipe)
    moco = MoCo(model, queue=recipe.queue, momentum=recipe.momentum, shards=recipe.shards, seed=recipe.seed)
    history = None
    if recipe.weight_history:
        history = weight_history.WeightHistory(min(recipe.weight_history, recipe.steps - 1))

    def loss(network: nn.Module, number: int, rng: torch.Generator) -> dict[str, Tensor]:
        if history is not None:
            history.record(number, model)
        rows = indices(len(images), recipe.batch, number, recipe.seed)
        batch = images.take(rows, rng.device)
        if recipe.method == "simclr":
            return batch_loss(network, batch, rng, recipe) | {"ids": rows}
        found, keys = moco_loss(network, draw_views(batch, rng, recipe), rng, recipe)
        moco.enqueue(keys)
        return found | {"ids": rows}

    result = loop.train(recipe, moco if recipe.method == "moco" else model, loss, method="contrastive")
    runs.keep_part(result.folder, "query")
    return Trained(model.eval(), result, history)


def build(recipe: ContrastiveRecipe) -> ContrastiveNet:
    """The network of a recipe, untrained."""
    return untrained(config_of(recipe), recipe.seed)


def draw_views(images: Tensor, rng: torch.Generator, recipe: ContrastiveRecipe) -> tuple[Tensor, Tensor]:
    """Two random views (B, 3, S, S) in [0, 1] of each of the pictures (B, 3, S, S) uint8."""
    views = pretext.ViewSettings(recipe.min_crop, recipe.jitter, recipe.greyscale, recipe.blur, recipe.flip)
    with torch.autocast(rng.device.type, enabled=False):  # colour jitter needs full precision
        return pretext.two_views(images.float() / 255, rng, views)


def batch_loss(
    network: nn.Module, images: Tensor, rng: torch.Generator, recipe: ContrastiveRecipe
) -> dict[str, Tensor]:
    """SimCLR's loss and accuracy of a batch of bytes (B, 3, S, S), of each of which two views are drawn."""
    return simclr_loss(network, draw_views(images, rng, recipe), recipe)


def simclr_loss(network: nn.Module, pair: tuple[Tensor, Tensor], recipe: ContrastiveRecipe) -> dict[str, Tensor]:
    """NT-Xent of two views (B, 3, S, S) of each picture among all views of the batch, of every process.

    Without negatives it is the mean of 1 - cosine over the pairs.
    """
    first, second = network(torch.cat(pair)).projections.chunk(2)  # (B, P) each
    found = pretext.nt_xent(gather(first), gather(second), recipe.temperature)
    loss = found.mean if recipe.negatives else pretext.pull_together(first, second)
    return {"loss": loss, "accuracy": pretext.partner_is_nearest(found.cosine).float().mean()}


def moco_loss(
    network: nn.Module, pair: tuple[Tensor, Tensor], rng: torch.Generator, recipe: ContrastiveRecipe
) -> tuple[dict[str, Tensor], Tensor]:
    """InfoNCE of one view (B, 3, S, S) of each picture against its key and the queue; also the keys to enqueue.

    Symmetric: both views are queries and keys, so there are (2B, P) keys instead of (B, P).
    """
    query_views, key_views = (torch.cat(pair), torch.cat(pair[::-1])) if recipe.symmetric else pair
    order = None
    if recipe.shards > 1:
        order = torch.randperm(len(key_views), generator=rng, device=rng.device)
    found = network(query_views, key_views, order)
    right = (found.positives > found.negatives.amax(1)).float().mean()
    loss = info_nce(found.positives, found.negatives, recipe.temperature).mean()
    means = {"positive": found.positives.mean(), "negative": found.negatives.mean()}  # cosines
    return {"loss": loss, "accuracy": right, **means}, found.keys


def config_of(recipe: ContrastiveRecipe) -> Config:
    """The architecture of a recipe."""
    widths = tuple(recipe.width * 2**stage for stage in range(recipe.stages))
    depths = (recipe.depth,) * recipe.stages
    return Config(recipe.size, widths, depths, recipe.stem_stride, recipe.hidden, recipe.projection)


def measure(checkpoint: Checkpoint, recipe: ContrastiveRecipe) -> dict[str, dict[str, float]]:
    """All metrics of the card: each set's test split, and its validation pictures."""
    found, limit = {}, _limit(recipe)
    for spec in recipe.data.split("+"):
        found[spec] = evaluate(checkpoint, spec, root=recipe.root, limit=limit)
        found[f"{spec}, validation"] = evaluate(checkpoint, spec, root=recipe.root, queries="val", limit=limit)
    return found


def evaluate(
    checkpoint: Checkpoint, spec: str, *, root: str = "data", queries: Queries = "test", limit: int = 0
) -> dict[str, float]:
    """Accuracy of k-NN and of a linear probe on the features, and on those of the same network untrained.

    Args:
        checkpoint: with a ContrastiveNet.
        spec: named set or "folder:PATH"; a folder without train/ and test/ inside is split into 19 parts of gallery
            and 1 part of queries.
        root: folder that holds the named sets.
        queries: "test" tests on the test split with all training pictures as gallery, "val" on the validation pictures.
        limit: maximum number of pictures of each split; 0 takes all.

    Returns:
        {"knn", "untrained_knn", "linear", "untrained_linear": accuracies, "n": number of test pictures}.
    """
    model = cast(ContrastiveNet, checkpoint.model)
    gallery_set, query_set = labelled.gallery_and_queries(spec, model.config.size, root, queries, limit)
    fresh = untrained(model.config).to(checkpoint.device).eval()
    trained, plain = (_probes(net.encoder, gallery_set, query_set, checkpoint.device) for net in (model, fresh))
    return {
        "knn": trained[0],
        "untrained_knn": plain[0],
        "linear": trained[1],
        "untrained_linear": plain[1],
        "n": len(query_set.images),
    }


def _probes(
    encoder: nn.Module, gallery_set: Pictures, query_set: Pictures, device: torch.device
) -> tuple[float, float]:
    """Accuracy of k-NN and of a linear probe."""
    gallery, queries = (embed(encoder, part.images, device=device) for part in (gallery_set, query_set))
    truth = labelled.relabel(query_set, gallery_set.classes)
    knn = knn_accuracy(gallery, gallery_set.labels, queries, truth, k=min(NEIGHBOURS, len(gallery)))
    if len(gallery_set.classes) == 1:  # a probe needs two classes; with one, it would answer like the neighbours
        return knn, knn
    return knn, linear_accuracy(gallery.numpy(), gallery_set.labels.numpy(), queries.numpy(), truth.numpy())


def _limit(recipe: ContrastiveRecipe) -> int:
    return 512 if recipe.smoke else 0


if __name__ == "__main__":
    main()
