"""`python -m tests.models_page`: the same inputs through a checkpoint and the one it replaced, to docs/models.md.

The inputs were chosen before anything was seen: the first five bundled photographs, and five sentences of this file. A
replaced checkpoint comes from the commit before its successor, so this needs the history of the repository.
"""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from core.bert import explore as bert
from core.data import bundled
from core.data.pictures import Bytes
from core.gpt2 import explore as gpt2
from core.masked import explore as masked
from core.models import OwnRun
from core.rotation import explore as rotation
from tests.browser.serving import ROOT

DOCS, PICTURES = ROOT / "docs" / "models.md", ROOT / "assets" / "models"
COUNT, SIDE, GAP = 5, 160, 6
REPLACED = {  # the commit after the weights that the present ones are compared with
    "rotation/photos": "f01d5c4",
    "masked/photos": "ddbeaa5",
    "gpt2/novels": "8cf32fc",
    "gpt2/tang": "79a67ce",
    "bert/novels": "51ea68e",
}
TURNS = (90, 180, 270, 90, 180)
RATIO, SEED = 0.75, 0
OPENINGS = (
    "The sea was calm, and",
    "She opened the letter and",
    "On the morning of the trial",
    "There was once a clockmaker who",
    "“Why do you ask?” said the doctor.",
)
FIRST_LINES = ("春風", "明月", "故人", "山中", "秋")
SENTENCES = (  # with the words to hide
    ("The old man walked slowly across the empty street.", ("man", "street.")),
    ("She closed the door and went up the stairs to her room.", ("door", "room.")),
    ("He drew his sword and turned to face the enemy.", ("sword", "face")),
    ("It was raining when they reached the village at last.", ("raining", "reached")),
    ("My father never spoke of the war to his children.", ("father", "war")),
)
HEAD = """\
<!-- Written by `python -m tests.models_page`; do not edit. -->
# Before and after

The same five inputs through the checkpoint that the page shows and through the one that it replaced. The inputs were
chosen before anything was seen: the first five bundled photographs, and sentences written for this page. The figures of
the checkpoints are in [checkpoints.md](checkpoints.md), hours and curves in [log.md](log.md).
"""


def before(name: str, folder: Path) -> OwnRun:
    """The checkpoint that the present one replaced, laid into a folder."""
    place = f"assets/checkpoints/{name}"
    packed = subprocess.run(
        ["git", "archive", f"{REPLACED[name]}~1", place], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return OwnRun(folder / place)


def both(name: str, folder: Path) -> tuple[str, str]:
    """The replaced checkpoint and the present one, by the names that `explore` takes."""
    return before(name, folder), name


def photographs() -> list[Bytes]:
    """The inputs of the picture models."""
    return [photo.image for photo in bundled.photographs()[:COUNT]]


def strip(rows: Sequence[Sequence[Bytes]], name: str) -> str:
    """Save pictures (S, S, 3) in rows, and return what shows them in Markdown."""
    width, height = (len(each) * (SIDE + GAP) - GAP for each in (rows[0], rows))
    page = Image.new("RGB", (width, height), "white")
    for top, row in enumerate(rows):
        for left, pixels in enumerate(row):
            small = Image.fromarray(np.asarray(pixels)).resize((SIDE, SIDE), Image.Resampling.NEAREST)
            page.paste(small, (left * (SIDE + GAP), top * (SIDE + GAP)))
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.save(PICTURES / f"{name}.webp", quality=85, method=6)
    return f"../assets/models/{name}.webp"


def turned(folder: Path) -> str:
    """Five turned photographs: how likely each network thought the right turn."""
    old, new = both("rotation/photos", folder)
    shown, rows = [], ["| turned by | before | after |", "|---|---|---|"]
    for picture, turn in zip(photographs(), TURNS, strict=True):
        found = [rotation.predict(picture, turn, name=name) for name in (old, new)]
        shown.append(found[1].turned)
        says = [f"{each.guess_deg}° ({each.probabilities[turn // 90]:.0%} for {turn}°)" for each in found]
        rows.append(f"| {turn}° | {' | '.join(says)} |")
    place = strip([shown], "rotation")
    return f"## Rotation\n\n![Five turned photographs]({place})\n\n" + "\n".join(rows)


def restored(folder: Path) -> str:
    """Five photographs, of which three quarters are hidden, restored by each network."""
    old, new = both("masked/photos", folder)
    found = [[masked.restore(picture, RATIO, SEED, name=name) for picture in photographs()] for name in (old, new)]
    rows = [
        [each.masked for each in found[1]],
        [each.pasted for each in found[0]],
        [each.pasted for each in found[1]],
        [each.original for each in found[1]],
    ]
    place = strip(rows, "masked")
    return (
        f"## Masked pictures\n\n{RATIO:.0%} of the patches are hidden. From above: what the network sees, before, "
        f"after, the photograph.\n\n![Five photographs restored by two networks]({place})"
    )


def continued(folder: Path, name: str, title: str, openings: Sequence[str], length: int) -> str:
    """Five texts that each network goes on with, by the same seed."""
    lines = [f"## {title}\n"]
    for opening in openings:
        lines.append(f"**{opening}**\n")
        for label, model in zip(("before", "after"), both(name, folder), strict=True):
            *_, text = gpt2.continue_text(opening, gpt2.Settings(model, length, seed=SEED))
            written = " ".join("".join(piece.text for piece in text.pieces).split())
            lines.append(f"- {label}: {written}")
        lines.append("")
    return "\n".join(lines).rstrip()


def filled(folder: Path) -> str:
    """Two words hidden in each of five sentences, and what each network puts there."""
    rows = ["## BERT\n", "| sentence, hidden words | before | after |", "|---|---|---|"]
    names = both("bert/novels", folder)
    for sentence, hidden in SENTENCES:
        cells = []
        for name in names:
            places = [bert.words(sentence, name).index(word.rstrip(".")) for word in hidden]
            found = bert.fill(sentence, places, name)
            parts = (f" **{text.strip()}** " if gap else text for text, gap in found.one_by_one.parts)
            cells.append(" ".join("".join(parts).split()).replace("** .", "**.").replace("** ,", "**,"))
        marked = sentence
        for word in hidden:
            marked = marked.replace(word.rstrip("."), f"**{word.rstrip('.')}**", 1)
        rows.append(f"| {marked} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Write docs/models.md and its pictures."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        parts = [
            turned(folder),
            restored(folder),
            continued(folder, "gpt2/novels", "GPT-2, novels", OPENINGS, 50),
            continued(folder, "gpt2/tang", "GPT-2, Tang poems", FIRST_LINES, 40),
            filled(folder),
        ]
    DOCS.write_text("\n\n".join([HEAD.rstrip(), *parts]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
