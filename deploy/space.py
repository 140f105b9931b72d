"""`python -m deploy.space USER/NAME`: publish the page as a Space of Hugging Face.

The Hub refuses a `git push` that contains a binary file outside its own storage, so the files go there through
`huggingface_hub`, in one commit that also deletes what is no longer part of the page. What the page does not open stays
at home: tests, documents, and everything that git does not know, such as training runs and data.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import huggingface_hub
from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

from deploy import front_matter

ROOT = Path(__file__).resolve().parents[1]
HOME = "https://huggingface.co/spaces/"
PARTS = ("app.py", "core/", "demos/", "assets/", "requirements.txt", "README.md", "LICENSE", "NOTICE")
PICTURES = "assets/screenshots/"  # only those that README.md shows
EXAMPLE = "you/pretext"  # in README.md, where the name of the Space belongs
MOST_MB = 1000  # of a Space that pays nothing


class SpaceRefused(ValueError):
    """What the Hub would refuse, or has refused."""


def files(root: Path) -> list[str]:
    """Paths of the files that a Space needs, below `root`."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    shown = (root / "README.md").read_text(encoding="utf-8")
    return [
        path
        for path in listed.split("\0")
        if path and path.startswith(PARTS) and (not path.startswith(PICTURES) or path in shown)
    ]


def readme(space: str, root: Path) -> str:
    """README.md with the name of the Space in its badge and commands."""
    return (root / "README.md").read_text(encoding="utf-8").replace(EXAMPLE, space)


def check(root: Path) -> list[str]:
    """Check all that can be known before the upload; returns the paths to upload.

    Raises:
        SpaceRefused: the front matter or the size.
    """
    paths = files(root)
    megabytes = sum((root / path).stat().st_size for path in paths) / 1e6
    found = front_matter.wrong(root, paths)
    if megabytes > MOST_MB:
        found.append(f"The files have {megabytes:.0f} MB; a Space may have {MOST_MB}.")
    if found:
        raise SpaceRefused("\n".join(found))
    return paths


def publish(space: str, root: Path = ROOT) -> str:
    """Upload the page as a Space; returns its address. The Hub's own login says who you are.

    Args:
        space: "<user>/<name>"; made if it is not there.
        root: of the tree.

    Raises:
        SpaceRefused: the front matter, the name, no network, no right to write there, or no login.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", space):
        raise SpaceRefused(f"{space} is no name of a Space: USER/NAME.")
    paths = check(root)
    hub = huggingface_hub.HfApi()
    try:
        hub.create_repo(space, repo_type="space", space_sdk="gradio", exist_ok=True)
        present = hub.list_repo_files(space, repo_type="space")
        content: dict[str, str | bytes] = {path: str(root / path) for path in paths}
        content["README.md"] = readme(space, root).encode()
        gone = sorted({*present} - {*paths, ".gitattributes"})
        hub.create_commit(
            space,
            [
                *(CommitOperationAdd(path, source) for path, source in content.items()),
                *(CommitOperationDelete(path) for path in gone),
            ],
            commit_message="Publish Pretext",
            repo_type="space",
        )
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError, OSError) as error:
        raise SpaceRefused(f"The Space {space} was not published: {error}") from error
    return HOME + space


def main(argv: Sequence[str] | None = None) -> int:
    """Publish or check, as asked; returns the exit status."""
    parser = argparse.ArgumentParser(description="Publish the page as a Space of Hugging Face.")
    parser.add_argument("space", nargs="?", default="", help="USER/NAME; without it the files are checked and listed")
    asked = parser.parse_args(argv)
    try:
        print(publish(asked.space) if asked.space else "\n".join(check(ROOT)))
    except SpaceRefused as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
