"""The cards of all bundled checkpoints as tables for people, and what can be done with one card.

`python -m core.cards measure NAME` measures a checkpoint and writes the figures into its card, `describe NAME` writes
its features of the bundled media beside its weights, `repeat NAME` trains it again by the command on its card, `push
NAME --repo USER/MODEL` uploads it to the Hugging Face Hub. A method without a name stands for the checkpoint that its
recipe writes by default.
"""

import argparse
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core import checkpoints, evaluate
from core.checkpoints import Card
from core.downstream import gallery
from core.errors import HubUnavailable, PretextError
from core.training import targets

HOME = "https://huggingface.co/"
TERMS = "README.txt"  # of a data set, in the folder of a checkpoint that derives from it


def all_cards(root: Path | None = None) -> list[Card]:
    """The cards of every checkpoint in the tree, by name."""
    root = root or checkpoints.ROOT
    names = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in root.glob(f"*/*/{checkpoints.CARD}"))
    return [checkpoints.read_card(name, root) for name in names]


def table(cards: Sequence[Card]) -> str:
    """Two tables in Markdown and the cards' notes: what was measured, how each checkpoint was made, known limits."""
    measured = "| checkpoint | measured on | figures |\n|---|---|---|\n" + "".join(map(_measured, cards))
    made = "| checkpoint | trained on | parameters | steps | minutes | on |\n|---|---|---|---|---|---|\n"
    notes = "".join(f"- `{card.name}`: {card.notes}\n" for card in cards if card.notes)
    return f"{measured}\n{made}{''.join(map(_made, cards))}\n{notes}"


def _measured(card: Card) -> str:
    link = f"[`{card.name}`](assets/checkpoints/{card.name}/card.json)"
    return "".join(f"| {link} | {name} | {figures(metrics)} |\n" for name, metrics in card.metrics.items())


def _made(card: Card) -> str:
    minutes = f"{card.wall_time_s / 60:.0f}"
    return f"| `{card.name}` | {card.data} | {card.parameters:,} | {card.steps:,} | {minutes} | {card.device} |\n"


def figures(metrics: dict[str, float]) -> str:
    """Metrics of one set in a line, the number of test items last."""
    shown = [f"{name} {evaluate.in_words(name, value)}" for name, value in metrics.items() if name != "n"]
    return ", ".join([*shown, f"n = {metrics['n']:,.0f}"])


def measure(name: str, root: str) -> Card:
    """Measure a bundled checkpoint on the data of its recipe and write the figures into its card."""
    found = evaluate.measure(name, root=root)
    card = targets.noted(replace(checkpoints.read_card(name), metrics=found))
    checkpoints.write_card(checkpoints.ROOT / name, card)
    return card


def repeat(name: str, root: str, flags: Sequence[str]) -> int:
    """Train a checkpoint again by the command on its card, on data unpacked under `root`; returns its exit status."""
    parts = shlex.split(checkpoints.read_card(name).command)[1:]  # what follows "python"
    if "--resume" in parts:  # begun anew, a run has nothing to go on from
        first = parts.index("--resume")
        del parts[first : first + 2]
    return subprocess.run([sys.executable, *parts, "--root", root, *flags], check=False).returncode


def full_name(name: str) -> str:
    """A full name, "<method>/<name>", as it is; for a method alone, the checkpoint of its recipe without `--name`."""
    if name not in evaluate.methods():
        return name
    return f"{name}/{evaluate.recipe_class(name)(data='').name}"


def model_page(card: Card) -> str:
    """The README.md of a model on the Hub: front matter, what it is, its figures, how to open and repeat it."""
    rows = "".join(f"| {data} | {figures(metrics)} |\n" for data, metrics in card.metrics.items())
    method = card.name.split("/")[0]
    # What derives from data with terms of their own goes with these, whatever the licence of the code.
    licence = f"other\nlicense_link: {TERMS}" if TERMS in card.sha256 else "mit"
    return (
        f"---\nlicense: {licence}\nlibrary_name: pytorch\ntags:\n  - self-supervised-learning\n"
        f"  - {method}\n---\n\n# {card.name}\n\nTrained by Pretext without labels: "
        f"{card.data}. {card.parameters:,} parameters, {card.steps:,} steps, {card.wall_time_s / 60:.0f} minutes on "
        f"{card.device}.\n\n| measured on | figures |\n|---|---|\n{rows}\n{card.notes}\n\n"
        f"Open it with `core.checkpoints.load` from a folder of these files; train it again with\n\n"
        f"```sh\n{card.command}\n```\n"
    )


def push(name: str, repo: str) -> str:
    """Upload a bundled checkpoint with its card as a model repository; returns its address.

    Args:
        name: "<method>/<name>".
        repo: "<user>/<model>"; made if it is not there. The Hub's own login says who you are.

    Raises:
        CheckpointError: there is no such checkpoint.
        HubUnavailable: no network, no right to write there, or no login.
    """
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

    card = checkpoints.read_card(name)
    hub = huggingface_hub.HfApi()
    try:
        hub.create_repo(repo, repo_type="model", exist_ok=True)
        page = model_page(card).encode()
        hub.upload_file(path_or_fileobj=page, path_in_repo="README.md", repo_id=repo)
        hub.upload_folder(repo_id=repo, folder_path=checkpoints.ROOT / name, commit_message=f"{name} of Pretext")
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError, OSError) as error:
        raise HubUnavailable(
            "The checkpoint {name} was not uploaded to {repo}: {reason}", name=name, repo=repo, reason=error
        ) from error
    return HOME + repo


def main(argv: Sequence[str] | None = None) -> int:
    """Do what is asked of one card; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure, describe, repeat or upload a bundled checkpoint.")
    parser.add_argument("task", choices=["measure", "describe", "repeat", "push"])
    parser.add_argument("name", help="METHOD/NAME, e.g. rotation/photos, or METHOD for its recipe's default")
    parser.add_argument("--root", default="data", help="folder in which the named sets lie unpacked")
    parser.add_argument("--repo", default="", help="USER/MODEL on the Hub")
    asked, flags = parser.parse_known_args(argv)
    if (asked.task == "push" and not asked.repo) or (flags and asked.task != "repeat"):
        parser.error("push needs --repo USER/MODEL" if asked.task == "push" else f"unknown: {shlex.join(flags)}")
    name = full_name(asked.name)
    try:
        if asked.task == "repeat":
            return repeat(name, asked.root, flags)
        if asked.task == "describe":
            print(evaluate.describe(name).sha256[gallery.FILE])
        else:
            print(push(name, asked.repo) if asked.task == "push" else table([measure(name, asked.root)]))
    except PretextError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
