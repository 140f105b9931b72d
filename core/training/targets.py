"""What each figure was meant to reach, and what others have published: a table for docs/.

Published figures are of other networks, longer training or lossless data, as the table says: for orientation only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.checkpoints import Card


@dataclass(frozen=True)
class Target:
    """A figure of a card, what it should reach on either machine, and a published one.

    Attributes:
        checkpoint, data, metric: where the figure stands; with `minus` its difference to the same metric there.
        what: in words.
        gpu, cpu: to be reached; shares in 0..1; None where nothing was asked.
        lower: small is good.
        published: figure and source in words, "" without any.
        minus: another set of the same card to subtract.
    """

    checkpoint: str
    data: str
    metric: str
    what: str
    gpu: float | None
    cpu: float | None
    lower: bool = False
    published: str = ""
    minus: str = ""


SHORT = " Short of what was asked:"
LIGHTLY, SOLO = "200 epochs, lightly benchmarks", "1,000 epochs, solo-learn"
ROTNET = "arXiv 1803.07728"
TARGETS = (
    Target(
        "rotation/photos",
        "scenes96, re-encoded",
        "accuracy",
        "lost on scenes by re-encoding",
        0.03,
        0.05,
        lower=True,
        minus="scenes96",
    ),
    Target(
        "rotation/photos",
        "tinyimagenet64, re-encoded",
        "accuracy",
        "lost on objects by re-encoding",
        0.03,
        0.05,
        lower=True,
        minus="tinyimagenet64",
    ),
    Target("rotation/photos", "scenes96", "accuracy", "turns of scenes", 0.93, 0.82),
    Target("rotation/photos", "tinyimagenet64", "accuracy", "turns of objects", 0.78, 0.50),
    Target("rotation/cifar10", "cifar10", "accuracy", "turns", 0.93, 0.75),
    Target(
        "rotation/cifar10",
        "cifar10, linear probe",
        "accuracy",
        "classes, linear probe on frozen features",
        0.80,
        0.60,
        published=f"89.1 % (non-linear head, {ROTNET})",
    ),
    Target(
        "rotation/cifar10",
        "cifar10, conv head",
        "accuracy",
        "classes, conv head on frozen features",
        0.89,
        None,
        published=f"91.2 % ({ROTNET})",
    ),
    Target(
        "contrastive/simclr-cifar10",
        "cifar10",
        "knn",
        "classes, k-NN (k = 200)",
        0.86,
        0.60,
        published=f"84.8 % ({LIGHTLY})",
    ),
    Target(
        "contrastive/simclr-cifar10",
        "cifar10",
        "linear",
        "classes, linear probe",
        0.89,
        0.65,
        published=f"90.7 % ({SOLO})",
    ),
    Target(
        "contrastive/moco-cifar10",
        "cifar10",
        "knn",
        "classes, k-NN (k = 200)",
        0.87,
        0.58,
        published=f"84.7 % ({LIGHTLY})",
    ),
    Target(
        "contrastive/moco-cifar10",
        "cifar10",
        "linear",
        "classes, linear probe",
        0.90,
        0.63,
        published=f"92.9 % (MoCo v2+, {SOLO})",
    ),
    Target("masked/photos", "scenes96", "relative_mse", "error over mean fill's, 75 % hidden", 0.33, 0.55, lower=True),
    Target(
        "vae/mnist",
        "mnist",
        "nats",
        "nats per picture",
        103,
        105,
        lower=True,
        published="105.2 (pytorch/examples, ten epochs, run here)",
    ),
    Target(
        "gan/cifar10",
        "cifar10",
        "frechet",
        "Fréchet distance, SimCLR features, 5,000 samples (no FID)",
        None,
        None,
        lower=True,
    ),
    Target("gpt2/novels", "novels", "bits_per_character", "bits per character", 1.45, 1.6, lower=True),
    Target("gpt2/tang", "tang", "bits_per_character", "bits per character", 5.9, 6.2, lower=True),
    Target(
        "audio/sounds",
        "fsdd, digit probe",
        "accuracy",
        "digits, linear probe",
        0.98,
        0.93,
        published="97.0 % (supervised ResNet-18, dilne/Free-Spoken-Digit-Dataset)",
    ),
    Target(
        "audio/sounds",
        "fsdd, leave one speaker out",
        "accuracy",
        "digits of a speaker left out, linear probe",
        0.85,
        0.65,
    ),
    Target("audio/sounds", "fsdd, speaker probe", "accuracy", "speakers, linear probe", 0.97, 0.90),
    Target("audio/sounds", "esc10, five-fold probe", "accuracy", "sounds in five folds, linear probe", 0.80, 0.60),
)


def value_of(target: Target, cards: dict[str, Card]) -> float | None:
    """The figure that a target is about, from the cards; None if no card has it."""
    card = cards.get(target.checkpoint)
    rows = (target.data, target.minus) if target.minus else (target.data,)
    values = [card.metrics.get(row, {}).get(target.metric) if card else None for row in rows]
    found = [value for value in values if value is not None]
    if len(found) < len(rows):
        return None
    return found[1] - found[0] if target.minus else found[0]


def noted(card: Card) -> Card:
    """The card with a note on each figure that misses what was asked of the machine it comes from, and by how much."""
    notes, missed = card.notes.partition(SHORT)[0], []
    for target in (target for target in TARGETS if target.checkpoint == card.name):
        value, asked = value_of(target, {card.name: card}), target.cpu if "CPU" in card.device else target.gpu
        if value is None or asked is None or (value <= asked if target.lower else value >= asked):
            continue
        gap = abs(value - asked)
        by = f"{100 * gap:.1f} points" if asked <= 1 else f"{gap:.2f}"
        missed.append(f"{target.what}, by {by} (asked: {_number(target, asked)})")
    return replace(card, notes=f"{notes}{SHORT} {'; '.join(missed)}." if missed else notes)


def table(cards: Sequence[Card]) -> str:
    """The targets in Markdown: what was reached, where it was trained, what was asked there, what is published."""
    by_name = {card.name: card for card in cards}
    head = "| checkpoint | figure | here | asked on two cores | asked with a GPU | published |\n"
    return head + "|---|---|---|---|---|---|\n" + "".join(_row(target, by_name) for target in TARGETS)


def _row(target: Target, cards: dict[str, Card]) -> str:
    value = value_of(target, cards)
    asked = [_number(target, goal) for goal in (target.cpu, target.gpu)]
    here = "not measured" if value is None else f"**{_number(target, value)}**"
    return f"| `{target.checkpoint}` | {target.what} | {here} | {asked[0]} | {asked[1]} | {target.published or '-'} |\n"


def _number(target: Target, value: float | None) -> str:
    if value is None:
        return "-"
    if target.minus:
        return f"{100 * value:.1f} points"
    return f"{value:.1%}" if value <= 1 else f"{value:.2f}"
