"""A new method is two folders and one word: page, make, evaluate and tests find a toy method in a copied tree."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = {
    "__init__.py": '"""A toy method."""\n',
    "pretext.py": '"""The label of the toy method."""\n',
    "model.py": '"""The model of the toy method."""\n',
    "train.py": '"""The recipe of the toy method."""\n',
    "explore.py": '"""What a visitor can ask."""\n\n\ndef double(number: float) -> float:\n    """Twice a number."""\n'
    "    return 2 * number\n",
}
TAB = '''"""The tab of the toy method."""

import gradio as gr

from core.toy import explore
from demos.page import layout
from demos.page.parts import Parts
from demos.page.words import Say


def on_double(say: Say, number: float) -> float:
    """Double a number."""
    return explore.double(number)


def build(say: Say) -> Parts:
    """Lay out the tab."""
    parts = Parts(say, "toy")
    for number in range(1, 5):
        with layout.step(say, "toy", number):
            field = gr.Number(elem_id=f"toy-number{number}")
    parts.ask(on_double, [field], [field], on=[field.change], name="toy_double")
    return parts
'''
STRINGS = ("tab", *(f"step{number}{text}" for number in range(1, 5) for text in ("", "_text")))
DEMOS = {
    "__init__.py": '"""The tab of the toy method."""\n',
    "tab.py": TAB,
    "words.py": f'"""Strings."""\n\nWORDS = { ({f"toy.{key}": ("toy", "玩具") for key in STRINGS})!r}\n',
}
FOUND = """
import json

import app
from core import evaluate
from tests import test_architecture
from tests.browser import page_actions
from tests.demos import test_app_wiring, test_words

in_groups = [method for methods in app.GROUPS.values() for method in methods]
app.GROUPS = {"pictures": ("toy",)}  # the other tabs take their time
page = app.build()
print(json.dumps({
    "groups": in_groups,
    "ids": [block.elem_id for block in page.blocks.values() if block.elem_id],
    "calls": [event.api_name for event in page.fns.values() if event.api_visibility == "public"],
    "evaluate": list(evaluate.methods()),
    "architecture": test_architecture.METHODS,
    "wiring": test_app_wiring.STEMS,
    "words": [key for key in test_words.WORDS if key.startswith("toy.")],
    "browser": list(page_actions.STEMS),
}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with a toy method: its two folders, and its name in GROUPS."""
    root = tmp_path_factory.mktemp("copy") / "tree"
    root.mkdir()
    for name in ("core", "demos", "tests"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt", "requirements-ray.txt"):
        shutil.copy(ROOT / name, root / name)
    (root / "assets").symlink_to(ROOT / "assets")
    for folder, files in (("core", CORE), ("demos", DEMOS)):
        (root / folder / "toy").mkdir()
        for name, text in files.items():
            (root / folder / "toy" / name).write_text(text, encoding="utf-8")
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert source.count('"masked")') == 1
    (root / "app.py").write_text(source.replace('"masked")', '"masked", "toy")'), encoding="utf-8")
    return root


def test_toy_method_is_found_everywhere(copy: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    child = subprocess.run(
        [sys.executable, "-c", FOUND], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stderr[-3000:]
    found = json.loads(child.stdout.splitlines()[-1])
    assert {"toy-tab", *(f"toy-step{number}" for number in range(1, 5))} <= set(found["ids"])
    assert found["calls"] == ["toy_double"]
    assert len(found["words"]) == len(STRINGS)
    missing = [name for name in ("groups", "evaluate", "architecture", "wiring", "browser") if "toy" not in found[name]]
    assert not missing


def test_toy_method_can_be_trained(copy: Path) -> None:
    asked = subprocess.run(["make", "-n", "train-toy"], cwd=copy, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    assert "core.cards repeat" in asked.stdout
    assert "toy" in asked.stdout
