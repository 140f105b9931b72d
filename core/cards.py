"""The cards of all bundled checkpoints as tables for people, in Markdown. `make readme` puts them into the README."""

from pathlib import Path

from core import checkpoints
from core.checkpoints import Card

SHARES = {"accuracy", "chance", "knn", "untrained_knn", "mfcc_knn"}  # metrics in 0..1, shown in per cent


def all_cards(root: Path = checkpoints.ROOT) -> list[Card]:
    """The cards of every checkpoint in the tree, by name."""
    names = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in root.glob("*/*/card.json"))
    return [checkpoints.read_card(name, root) for name in names]


def table(cards: list[Card]) -> str:
    """Two tables in Markdown and the cards' notes: what was measured, how each checkpoint was made, known limits."""
    measured = "| checkpoint | measured on | figures |\n|---|---|---|\n" + "".join(map(_measured, cards))
    made = "| checkpoint | trained on | parameters | steps | minutes | on |\n|---|---|---|---|---|---|\n"
    notes = "".join(f"- `{card.name}`: {card.notes}\n" for card in cards if card.notes)
    return f"{measured}\n{made}{''.join(map(_made, cards))}\n{notes}"


def _measured(card: Card) -> str:
    link = f"[`{card.name}`](assets/checkpoints/{card.name}/card.json)"
    return "".join(f"| {link} | {name} | {_figures(metrics)} |\n" for name, metrics in card.metrics.items())


def _made(card: Card) -> str:
    minutes = f"{card.wall_time_s / 60:.0f}"
    return f"| `{card.name}` | {card.data} | {card.parameters:,} | {card.steps:,} | {minutes} | {card.device} |\n"


def _figures(metrics: dict[str, float]) -> str:
    shown = [f"{name} {_number(name, value)}" for name, value in metrics.items() if name != "n"]
    return ", ".join([*shown, f"n = {metrics['n']:,.0f}"])


def _number(name: str, value: float) -> str:
    return f"{value:.1%}" if name in SHARES else f"{value:.4g}"
