"""The architecture as CONTRIBUTING.md draws it: import arrows, sizes, forbidden calls, and the files of the tree.

One test per rule; each lists all offenders. What ruff can check stands in pyproject.toml.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "demos").rglob("*.py")])
HOSTING = sorted((ROOT / "deploy").rglob("*.py"))  # it publishes and starts the page, and nothing imports it
METHODS = sorted(file.parent.name for file in (ROOT / "core").glob("*/train.py"))
# A tab need not be a method with a recipe: this one compares encoders, which it finds by the names on their cards.
TABS = sorted([*METHODS, "compare"])
FOUR = ("pretext", "model", "train", "explore")
HEAVY = {"torch", "torchvision", "torchaudio", "transformers", "safetensors", "accelerate", "app"}

# Parts of the tree, and the parts that each may import besides itself.
SHARED = {"core root", "core.nn", "core.data", "core.downstream", "core.training"}
ARROWS = {
    "core root": set(),
    "core.nn": {"core root"},
    "core.data": {"core root"},
    "core.downstream": {"core root", "core.nn", "core.data"},
    "core.training": {"core root", "core.nn", "core.data", "core.downstream"},
    "core top": SHARED,  # core/evaluate.py and core/cards.py
    **{f"core.{method}": SHARED for method in TABS},
    "demos.page": {"core root", "core.data"},
    "demos.training": {"core root", "core.data", "core.training", "demos.page"},
    **{
        f"demos.{method}": {"core root", "core.data", "demos.page", "demos.training", f"core.{method}"}
        for method in TABS
    },
    "app": {"core.data", "demos.page", "demos.training"},
}


def name_of(file: Path) -> str:
    """A file's module: core/vae/model.py is core.vae.model."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(file): file for file in SOURCES}
PACKAGES = {name_of(file) for file in SOURCES if file.name == "__init__.py"}


def part_of(module: str) -> str:
    """The part of the tree that a module belongs to, a key of ARROWS."""
    pieces = module.split(".")
    if len(pieces) > 1 and ".".join(pieces[:2]) in PACKAGES:
        return ".".join(pieces[:2])
    if pieces[0] == "core":
        return "core top" if module in ("core.evaluate", "core.cards") else "core root"
    return module


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def names_in(statements: Iterable[ast.AST]) -> set[str]:
    """Full names that import statements ask for: `from core import device` asks for core and core.device."""
    found = set()
    for node in statements:
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{item.name}" for item in node.names)}
    return found


@cache
def imports(file: Path) -> frozenset[str]:
    """Every module a file imports, also inside functions."""
    return frozenset(names_in(ast.walk(parsed(file))))


def ours(file: Path) -> set[str]:
    """The modules of this project among them."""
    return {name for name in imports(file) if name in MODULES}


def reached(module: str) -> set[str]:
    """All modules of this project behind one, however far."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for name in ours(MODULES[waiting.pop()]) - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def packages(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(file)}


def called(node: ast.AST) -> str:
    """`torch.cuda.manual_seed` of the expression that says so; "" for others."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = called(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls() -> Iterator[tuple[Path, str, ast.Call]]:
    """Every call in the sources: its file, its place for a message, the call."""
    for file in SOURCES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Call):
                yield file, f"{file.relative_to(ROOT)}:{node.lineno}", node


# --- arrows ---


def test_walk_sees_every_import() -> None:
    assert len(METHODS) >= 5
    assert {part_of(module) for module in MODULES} <= {*ARROWS, "core", "demos"}
    assert "core.checkpoints" in reached("core.rotation.explore")
    assert "core.data.bundled" in ours(ROOT / "core" / "data" / "pictures.py"), "an import inside a function"


def test_imports_run_one_way() -> None:
    wrong = []
    for module, file in MODULES.items():
        for name in ours(file) - PACKAGES:
            here, there = part_of(module), part_of(name)
            if here != there and there not in ARROWS[here]:
                wrong.append(f"{module} imports {name}")
    assert not wrong


def test_nothing_imports_in_a_circle() -> None:
    """Module by module; what is imported inside a function is imported when it is called."""
    left = {module: names_in(parsed(file).body) & MODULES.keys() for module, file in MODULES.items()}
    while left:
        free = [module for module, behind in left.items() if not (behind - {module}) & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for module in free:
            del left[module]


def test_core_imports_no_page() -> None:
    page = {"gradio", "plotly", "demos", "app", "deploy", "spaces"}
    assert not [module for module, file in MODULES.items() if module.startswith("core") and packages(file) & page]


def test_page_imports_no_torch() -> None:
    assert not [m for m, file in MODULES.items() if m.startswith(("app", "demos")) and packages(file) & HEAVY]


def test_page_reaches_core_through_explore() -> None:
    allowed = re.compile(
        r"core\.(errors|models|compute|shortage|data\.\w+|\w+\.(explore|choices)"
        r"|training\.(jobs|curves|diagnosis|findings))"
    )
    wrong = []
    for module, file in MODULES.items():
        if module.startswith(("app", "demos")):
            behind = {name for name in ours(file) - PACKAGES if name.startswith("core.")}
            wrong += [f"{module} imports {name}" for name in behind if not allowed.fullmatch(name)]
    assert not wrong


def test_app_imports_limits_only() -> None:
    behind = {name for name in ours(ROOT / "app.py") if name.startswith("core.")}
    assert behind <= {"core.data", "core.data.pictures", "core.data.sounds", "core.errors"}


def test_figures_and_words_import_little() -> None:
    assert not packages(MODULES["demos.page.figures"]) & {"gradio", "core", "demos"}
    assert ours(MODULES["demos.page.words"]) <= {"core", "core.errors"}
    assert not [method for method in TABS if imports(MODULES[f"demos.{method}.words"])]


def test_few_modules_import_by_name() -> None:
    by_name = {
        name_of(file) for file, _, call in calls() if called(call.func).endswith("import_module")
    }  # a card names its model's class and encoder, evaluate and live a method's recipe, the app a method's tab
    assert by_name == {
        "app",
        "core.checkpoints",
        "core.compare.encoders",
        "core.evaluate",
        "core.training.lent",
        "core.training.live",
    }


def test_every_method_has_four_modules() -> None:
    names = {f"core.{method}.{module}" for method in METHODS for module in FOUR}
    names |= {f"demos.{method}.{module}" for method in TABS for module in ("tab", "words")}
    assert not names - MODULES.keys()


def test_training_and_exploring_stay_apart() -> None:
    wrong = []
    for method in METHODS:
        pretext, model, train, explore = (f"core.{method}.{module}" for module in FOUR)
        training = {train, "core.training.loop", "core.evaluate"}
        wrong += [name for name in (pretext, model) if reached(name) & {explore, *training}]
        wrong += [explore] if reached(explore) & training or model not in reached(explore) else []
        needed = {"core.training.loop", model, pretext}
        wrong += [train] if explore in reached(train) or needed - reached(train) else []
    assert not wrong


# --- sizes and docstrings ---


def test_no_file_is_too_long() -> None:
    long = []
    for file in (*SOURCES, *HOSTING):
        limit = 80 if file.name == "app.py" else 350
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if file.name != "words.py" and lines > limit:  # words.py is a table of sentences
            long.append(f"{file.relative_to(ROOT)}: {lines}")
    assert not long


def test_no_function_is_too_long() -> None:
    long = []
    for file in (*SOURCES, *HOSTING):
        for node in ast.walk(parsed(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.lineno + 1
                long += [f"{file.relative_to(ROOT)}: {node.name}: {lines}"] if lines > 60 else []
    assert not long


def test_init_files_are_one_docstring() -> None:
    files = [file for file in SOURCES if file.name == "__init__.py"]
    assert not [str(file) for file in files if len(parsed(file).body) != 1 or not ast.get_docstring(parsed(file))]


# --- forbidden calls that ruff cannot see ---


def test_no_wide_suppress() -> None:
    wide = {"Exception", "BaseException"}
    wrong = []
    for _, where, call in calls():
        if called(call.func) in ("contextlib.suppress", "suppress"):
            wrong += [where] if {called(kind) for kind in call.args} & wide else []
    for file in SOURCES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body):
                wrong.append(f"{file.relative_to(ROOT)}:{node.lineno}: a silent pass")
    assert not wrong


def test_visitors_share_no_random_state() -> None:
    """A recipe has its process alone, and draws first weights in a fork of the shared state."""
    visited = {"app", *reached("app")}
    for method in TABS:
        visited |= {f"core.{method}.explore", f"demos.{method}.tab", *reached(f"demos.{method}.tab")}
        visited |= reached(f"core.{method}.explore")
    state = "torch.random.set_rng_state"
    used = {file for file in SOURCES for node in ast.walk(parsed(file)) if called(node) == state}
    assert not {name_of(file) for file in used} & visited


def test_nothing_is_unpickled() -> None:
    """`torch.load` reads one package's weights, of a known digest, with the reader that makes only tensors."""
    wrong = []
    for file, where, call in calls():
        name = called(call.func)
        unsafe = {item.arg for item in call.keywords if getattr(item.value, "value", None) is True}
        if unsafe & {"allow_pickle", "trust_remote_code"} or name in ("compile", "__import__"):
            wrong.append(where)
        if name == "torch.load":
            checked = any(called(node.func) == "digest" for other, _, node in calls() if other == file)
            safe = any(ast.unparse(item) == "weights_only=True" for item in call.keywords)
            if name_of(file) != "core.downstream.efficientnet" or not (checked and safe):
                wrong.append(where)
    assert not wrong


def test_few_lines_are_exempt_from_ruff() -> None:
    """A rule that forbids something is switched off only for the one reader of a pickle."""
    exempt = re.compile(r"noqa(?!: SIM)")
    files = {name_of(file) for file in SOURCES if exempt.search(file.read_text(encoding="utf-8"))}
    assert files <= {"core.downstream.efficientnet"}


# --- tests and documents ---


def test_tests_mirror_the_tree() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert not [file for file in files if file.name == "__init__.py"]
    names = Counter(file.name for file in files if file.name != "conftest.py")
    assert not [name for name, count in names.items() if count > 1]
    expected = {f"tests/core/{method}/test_{method}_{module}.py" for method in METHODS for module in FOUR}
    expected |= {f"tests/demos/test_{method}_tab.py" for method in TABS}
    assert not expected - {str(file.relative_to(ROOT)) for file in files}


def test_every_method_has_a_scenario() -> None:
    folder = ROOT / "tests" / "browser" / "scenarios"
    found = {
        node.name
        for method in TABS
        for node in parsed(folder / f"{method}.py").body
        if isinstance(node, ast.FunctionDef) and node.decorator_list and node.name == method
    }
    assert found == set(TABS)


def test_every_test_asserts_something() -> None:
    """Browser tests are exempt: they wait for what they expect and fail when it does not come."""
    empty = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tests = [node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef)]
        for test in tests if file.parent.name != "browser" else ():
            names = {called(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
            asserts = any(isinstance(node, ast.Assert) for node in ast.walk(test))
            asserts = asserts or any(re.search(r"pytest\.raises|assert_\w+$", name) for name in names)
            empty += [f"{file.name}: {test.name}"] if test.name.startswith("test_") and not asserts else []
    assert not empty


def test_paths_named_in_documents_exist() -> None:
    missing = []
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"(?<![\w/.:-])((?:core|demos|deploy|tests|assets|docs)/[\w./-]*\w)", text))
        named |= {name.replace(".", "/") + ".py" for name in re.findall(r"-m (core\.[\w.]+\w)", text)}
        exists = {path for path in named if (ROOT / path).exists() or (ROOT / f"{path}.py").exists()}
        missing += [f"{page.name}: {path}" for path in named - exists]
    assert not missing
