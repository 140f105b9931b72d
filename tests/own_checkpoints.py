"""A tree of checkpoints for one test module: what is shipped, and beside it what a visitor trained himself."""

from pathlib import Path

import pytest

from core import checkpoints


def settle(root: Path, patch: pytest.MonkeyPatch) -> Path:
    """Let checkpoints be written to and found in `root`, which begins with links to all that are shipped."""
    for folder in checkpoints.ROOT.glob("*/*"):
        (root / folder.parent.name).mkdir(parents=True, exist_ok=True)
        (root / folder.parent.name / folder.name).symlink_to(folder)
    patch.setattr(checkpoints, "ROOT", root)
    for function in (checkpoints.read_card, checkpoints.bundled, checkpoints.at_hand):
        patch.setattr(function, "__defaults__", (root,))
    patch.setattr(checkpoints.load, "__kwdefaults__", {"device": "cpu", "root": root})
    return root
