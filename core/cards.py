"""`python -m core.cards`: write the figures of every bundled checkpoint from its card into the README.

Between the two marks below nothing is typed by hand, and a test compares the README with the cards.
"""

from pathlib import Path

from core import checkpoints
from core.checkpoints import Card

BEGIN, END = "<!-- checkpoints -->", "<!-- /checkpoints -->"
README = Path(__file__).parent.parent / "README.md"
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


def fill(text: str, cards: list[Card]) -> str:
    """Put the table between the two marks of a text."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{table(cards)}{END}{after}"


def main() -> None:
    """Rewrite the README."""
    README.write_text(fill(README.read_text(encoding="utf-8"), all_cards()), encoding="utf-8")


if __name__ == "__main__":
    main()
