"""`make space`: the files of the Space build the page alone, the front matter fits the Hub, it is one commit."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import LocalTokenNotFoundError

from deploy import front_matter, space
from deploy.space import ROOT, SpaceRefused

README = (ROOT / "README.md").read_text(encoding="utf-8")


class FakeHub:
    """`HfApi` as far as a Space needs it; notes what is asked for, and answers with two files."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.commits: list[tuple[str, list[Any], dict[str, Any]]] = []

    def create_repo(self, repo: str, **settings: Any) -> None:
        self.made.append((repo, settings))
        if self.error is not None:
            raise self.error

    def list_repo_files(self, repo: str, **settings: Any) -> list[str]:
        return [".gitattributes", "README.md", "core/old_method.py"]

    def create_commit(self, repo: str, operations: list[Any], **settings: Any) -> None:
        self.commits.append((repo, operations, settings))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    found = FakeHub()
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: found)
    return found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree under version control with the README of this one."""
    for name, text in {"app.py": "", "README.md": README, "tests/test_app.py": "", "core/a.py": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


def test_files_are_those_of_the_page() -> None:
    paths = space.files(ROOT)
    assert {path.split("/")[0] for path in paths} == {part.strip("/") for part in space.PARTS}
    assert "assets/screenshots/rotation.webp" in paths, "README.md shows it"
    assert "assets/screenshots/rotation-dark.webp" not in paths
    assert not [path for path in paths if Path(path).suffix in (".zip", ".tar", ".gz", ".parquet", ".pt", ".log")]


def test_files_build_the_page_alone(tmp_path: Path) -> None:
    """In a folder of their own: nothing that stays at home is opened while the page is laid out."""
    for path in space.files(ROOT):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    counted = "import app; page = app.build(); print(len(page.fns), app.__file__)"
    alone = {"PATH": "", "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", counted]
    found = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-2000:]
    events, file = found.stdout.split()
    assert int(events) > 100
    assert Path(file).parent == tmp_path


def test_front_matter_is_within_the_limits() -> None:
    assert front_matter.wrong(ROOT, space.files(ROOT)) == []


CHANGES = {
    "emoji is 'AB'; it must be one emoji.": ("emoji: 🧩", "emoji: AB"),
    "colorTo is 'violet'; it must be one of ": ("colorTo: indigo", "colorTo: violet"),
    "sdk_version is '6.30.0'; it must be ": ("sdk_version: 6.31.0", "sdk_version: 6.30.0"),
    "python_version is '3.10'; it must be ": ('python_version: "3.12"', 'python_version: "3.10"'),
    "python_version is 3.12; it must be a text": ('python_version: "3.12"', "python_version: 3.12"),
    "app_file is 'main.py'; it must be a file": ("app_file: app.py", "app_file: main.py"),
    "a text of at most 60 characters.": ("short_description: ", "short_description: " + "x" * 40),
    "license is missing.": ("license: mit\n", ""),
    "suggested_hardware is 'gpu'; it must be": ("suggested_hardware: cpu-basic", "suggested_hardware: gpu"),
    "models is 'gpt2'; it must be a list": ("models: [", "models: gpt2\ndatasets: ["),
    "colour is no key of a Space.": ("license: mit", "license: mit\ncolour: red"),
    "pinned is 'no way'; it must be true or false.": ("license: mit", "license: mit\npinned: no way"),
    "preload_from_hub is ['gpt2']; it must be a list": ("license: mit", "license: mit\npreload_from_hub: [gpt2]"),
    "thumbnail is 'a.png'; it must be an address.": ("license: mit", "license: mit\nthumbnail: a.png"),
    "it must be a list of words.": ("tags: [", "tags: [two words, "),
}


@pytest.mark.parametrize("sentence", CHANGES)
def test_each_limit_is_checked_before_the_upload(tree: Path, hub: FakeHub, sentence: str) -> None:
    before, after = CHANGES[sentence]
    matter, _, rest = README.removeprefix("---\n").partition("---\n")
    assert before in matter
    (tree / "README.md").write_text(f"---\n{matter.replace(before, after, 1)}---\n{rest}", encoding="utf-8")
    with pytest.raises(SpaceRefused) as caught:
        space.publish("me/pretext", tree)
    assert sentence in str(caught.value)
    assert not hub.made


def test_large_trees_are_refused(tree: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "MOST_MB", 0)
    with pytest.raises(SpaceRefused, match="a Space may have 0"):
        space.publish("me/pretext", tree)
    assert not hub.made


def test_space_is_published_in_one_commit(tree: Path, hub: FakeHub) -> None:
    (tree / "core" / "untracked.py").write_text("secret = 1")
    assert space.publish("me/demo", tree) == "https://huggingface.co/spaces/me/demo"
    assert hub.made == [("me/demo", {"repo_type": "space", "space_sdk": "gradio", "exist_ok": True})]
    ((name, operations, settings),) = hub.commits
    added = {each.path_in_repo: each for each in operations if isinstance(each, CommitOperationAdd)}
    gone = [each.path_in_repo for each in operations if isinstance(each, CommitOperationDelete)]
    assert (name, settings["repo_type"]) == ("me/demo", "space")
    assert sorted(added) == ["README.md", "app.py", "core/a.py", "requirements.txt"]
    assert gone == ["core/old_method.py"], "what is no longer part of the page; the Hub's own file stays"
    content = added["README.md"].path_or_fileobj
    assert isinstance(content, bytes)
    assert "huggingface.co/spaces/me/demo?duplicate=true" in content.decode()
    assert space.EXAMPLE not in content.decode()


def test_readme_says_how_to_duplicate() -> None:
    assert f"huggingface.co/spaces/{space.EXAMPLE}?duplicate=true" in README
    assert f"make space SPACE={space.EXAMPLE}" in README


@pytest.mark.parametrize("name", ["pretext", "me/", "a/b/c", "me/my space", ""])
def test_odd_names_are_refused(hub: FakeHub, name: str) -> None:
    with pytest.raises(SpaceRefused, match="USER/NAME"):
        space.publish(name)
    assert not hub.made


def test_missing_login_is_one_sentence(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: FakeHub(LocalTokenNotFoundError("Log in first.")))
    monkeypatch.setattr(space, "ROOT", tree)
    with pytest.raises(SpaceRefused, match="was not published: Log in first"):
        space.publish("me/pretext", tree)
    assert space.main(["pretext"]) == 2
    assert "USER/NAME" in capsys.readouterr().err


def test_check_lists_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert space.main([]) == 0
    assert capsys.readouterr().out.splitlines() == space.files(ROOT)
