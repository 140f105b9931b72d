"""The house as it was drawn: which file may import which, how long anything may grow, and what nobody may write."""

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "demos").rglob("*.py")])
METHODS = sorted(file.parent.name for file in (ROOT / "core").glob("*/train.py"))
ROOMS = ("pretext", "model", "train", "explore")
TOP = {
    "app.py",
    "demos",
    "core",
    "assets",
    "tests",
    "requirements.txt",
    "requirements-dev.txt",
    "pyproject.toml",
    "Makefile",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
}
HEAVY = {"torch", "torchvision", "torchaudio", "transformers", "safetensors", "accelerate", "app"}
HIDDEN = {".ci", ".gitignore", ".gitattributes", ".github"}


def name_of(file: Path) -> str:
    """A file's module: core/vae/model.py is core.vae.model."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(file): file for file in SOURCES}
each_source = pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def names_in(statements: Iterator[ast.AST]) -> set[str]:
    """Full names that import statements ask for: `from core import device` asks for core and core.device."""
    found = set()
    for node in statements:
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute here"
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
    seen, waiting = set(), [module]
    while waiting:
        for name in ours(MODULES[waiting.pop()]) - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def packages(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(file)}


def method_of(module: str) -> str | None:
    """The method a module lies in; None for the foundation."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "core" and parts[1] in METHODS else None


# --- arrows ---


def test_the_walk_sees_the_house() -> None:
    assert len(METHODS) >= 5
    assert "core.checkpoints" in reached("core.rotation.explore")
    assert "core.data.bundled" in ours(ROOT / "core" / "data" / "pictures.py"), "an import inside a function"


def test_core_knows_no_page() -> None:
    for module, file in MODULES.items():
        if module.split(".")[0] == "core":
            assert not packages(file) & {"gradio", "plotly", "demos", "app", "spaces"}, module


def test_demos_know_no_torch_and_reach_core_by_few_doors() -> None:
    for module, file in MODULES.items():
        if module.split(".")[0] == "demos":
            assert not packages(file) & HEAVY, module
            doors = {name for name in ours(file) if name.startswith("core.")}
            shut = {name for name in doors if not re.fullmatch(r"core\.data\.\w+|core\.\w+\.explore", name)}
            assert shut <= {"core.errors", "core.data", *(f"core.{method}" for method in METHODS)}, module


def test_figures_know_no_gradio_and_words_only_errors() -> None:
    assert not packages(MODULES["demos.page.figures"]) & {"gradio", "core", "demos"}
    assert ours(MODULES["demos.page.words"]) <= {"core", "core.errors"}
    for method in METHODS:
        assert not imports(MODULES[f"demos.{method}.words"])


def test_a_tab_knows_its_own_wing_and_no_other_tab() -> None:
    for module, file in MODULES.items():
        if module.startswith("demos."):
            own = module.split(".")[1]
            tabs = {name.split(".")[1] for name in ours(file) if name.startswith("demos.")} - {"page"}
            assert tabs <= {own}, f"{module} imports another tab"
            methods = {method_of(name) for name in ours(file)} - {None}
            assert methods <= {own}, module


def test_the_app_knows_pages_and_limits_only() -> None:
    doors = {name for name in ours(ROOT / "app.py") if name.startswith("core.")}
    assert doors <= {"core.data", "core.data.pictures", "core.data.sounds", "core.errors"}
    assert not packages(ROOT / "app.py") & HEAVY


def test_the_foundation_imports_no_wing_and_no_wing_another() -> None:
    for module, file in MODULES.items():
        if module.startswith("core."):
            strangers = {name for name in ours(file) if method_of(name) not in (None, method_of(module))}
            assert not strangers, module


def test_modules_are_imported_by_name_in_three_places_only() -> None:
    by_name = {
        module
        for module, file in MODULES.items()
        if any(isinstance(n, ast.Attribute) and n.attr == "import_module" for n in ast.walk(parsed(file)))
    }
    assert by_name == {"app", "core.checkpoints", "core.evaluate"}


@pytest.mark.parametrize("method", METHODS)
def test_the_four_rooms_and_the_arrows_between_them(method: str) -> None:
    missing = [room for room in ROOMS if f"core.{method}.{room}" not in MODULES]
    assert not missing
    above = {f"core.{method}.explore", f"core.{method}.train", "core.training.loop", "core.evaluate"}
    for room in ("pretext", "model"):
        assert not reached(f"core.{method}.{room}") & above, room
    assert not reached(f"core.{method}.explore") & {f"core.{method}.train", "core.training.loop", "core.evaluate"}
    assert f"core.{method}.explore" not in reached(f"core.{method}.train")
    assert reached(f"core.{method}.train") >= {"core.training.loop", f"core.{method}.model", f"core.{method}.pretext"}
    assert f"core.{method}.model" in reached(f"core.{method}.explore")


def test_nothing_imports_in_a_circle() -> None:
    """Module by module; what is imported inside a function is imported when it is called."""
    first = {module: names_in(iter(parsed(file).body)) & MODULES.keys() for module, file in MODULES.items()}
    left = dict(first)
    while left:
        free = [module for module, behind in left.items() if not (behind - {module}) & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for module in free:
            del left[module]


# --- sizes ---


@each_source
def test_no_file_and_no_function_is_too_long(file: Path) -> None:
    if file.name != "words.py":  # a table of sentences
        limit = 80 if file.name == "app.py" else 350
        assert len(file.read_text(encoding="utf-8").splitlines()) <= limit
    functions = [node for node in ast.walk(parsed(file)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if (f.end_lineno or 0) - f.lineno + 1 > 60}
    assert not long


@each_source
def test_modules_and_what_they_offer_say_what_they_are(file: Path) -> None:
    assert ast.get_docstring(parsed(file)), "the module"
    public = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        node.name
        for node in parsed(file).body
        if isinstance(node, public) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent
    if file.name == "__init__.py":
        assert len(parsed(file).body) == 1, "an __init__ is a sentence"


# --- what nobody may write ---


def dotted(node: ast.AST) -> str:
    """`torch.cuda.manual_seed` of the expression that says so; "" for others."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


@each_source
def test_no_error_is_swallowed(file: Path) -> None:
    for node in ast.walk(parsed(file)):
        where = f"line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, where
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            assert not {dotted(kind) for kind in caught} & {"Exception", "BaseException"}, where
            assert not all(isinstance(step, ast.Pass) for step in node.body), f"{where}: a silent pass"
        if isinstance(node, ast.Call) and dotted(node.func) in ("contextlib.suppress", "suppress"):
            assert not {dotted(kind) for kind in node.args} & {"Exception", "BaseException"}, where


@each_source
def test_no_shared_luck(file: Path) -> None:
    """Visitors share a process: only a generator of one's own may be seeded."""
    shared = {
        "torch.manual_seed",
        "torch.random.manual_seed",
        "torch.cuda.manual_seed",
        "torch.cuda.manual_seed_all",
        "torch.seed",
        "random.seed",
        "np.random.seed",
        "numpy.random.seed",
        "transformers.set_seed",
    }
    used = {dotted(node) for node in ast.walk(parsed(file)) if isinstance(node, (ast.Attribute, ast.Name))}
    assert not used & shared
    assert "random" not in packages(file)
    visited = {"app", *reached("app"), *(name for method in METHODS for name in reached(f"core.{method}.explore"))}
    if name_of(file) in visited:  # a recipe has its process alone, and draws first weights in a fork of the shared one
        assert "torch.random.set_rng_state" not in used


@each_source
def test_nothing_is_unpickled_and_no_text_becomes_code(file: Path) -> None:
    assert not packages(file) & {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"}
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            assert called not in {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}, node.lineno
            assert called not in {"torch.hub.load", "torch.jit.load", "torch.save"}, node.lineno
            if called == "torch.load":  # a package's weights, of a known digest, by the reader that makes only tensors
                assert name_of(file) == "core.downstream.efficientnet", node.lineno
                assert any(ast.unparse(item) == "weights_only=True" for item in node.keywords)
                calls = {dotted(other.func) for other in ast.walk(parsed(file)) if isinstance(other, ast.Call)}
                assert "digest" in calls
            unsafe = {item.arg for item in node.keywords if getattr(item.value, "value", None) is True}
            assert not unsafe & {"allow_pickle", "trust_remote_code", "shell"}, node.lineno


@each_source
def test_pyplot_is_for_one_thread_and_this_page_has_many(file: Path) -> None:
    assert not {name for name in imports(file) if name.startswith("matplotlib.pyplot") or name == "pylab"}


# --- the tree ---


@cache
def tracked() -> tuple[str, ...]:
    """Paths of the files under version control; of all files where there is none."""
    asked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode:
        return tuple(str(file.relative_to(ROOT)) for file in ROOT.rglob("*") if file.is_file())
    return tuple(path for path in asked.stdout.split("\0") if (ROOT / path).is_file())


def test_the_top_level_is_as_drawn() -> None:
    found = {path.split("/")[0] for path in tracked()}
    assert found <= TOP | HIDDEN
    missing = TOP - {path.name for path in ROOT.iterdir()}
    assert not missing


def test_no_file_tells_of_the_machine_it_was_written_on() -> None:
    """An absolute path of somebody's machine; core/data and the like are places in this tree."""
    private = re.compile(r"(?<![\w.)}>*/-])/(?:data|tmp|opt|work|root|home|mnt|Users)(?:/\w|\b(?!/))")
    told = []
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8000] and path != ".gitignore":  # whose paths begin at the tree
            lines = content.decode("utf-8").splitlines()
            told += [f"{path}: {line.strip()[:90]}" for line in lines if private.search(line)]
    assert not told


def test_no_index_and_no_registry_is_named_in_the_requirements() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert lines
        assert not [line for line in lines if re.match(r"\s*(-i|-f|--\w)", line) or "://" in line]


def test_tests_mirror_the_house() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert not [file for file in files if file.name == "__init__.py"]
    names = Counter(file.name for file in files if file.name != "conftest.py")
    assert not [name for name, count in names.items() if count > 1]
    expected = {f"tests/core/{method}/test_{method}_{room}.py" for method in METHODS for room in ROOMS}
    expected |= {f"tests/demos/test_{method}_tab.py" for method in METHODS}
    assert not expected - {str(file.relative_to(ROOT)) for file in files}


def test_every_test_asserts_something() -> None:
    """But for browser tests, which wait for what they want to see and fail when it does not come."""
    empty = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tests = [node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef)]
        for test in tests if file.parent.name != "browser" else ():
            called = {dotted(part.func) for part in ast.walk(test) if isinstance(part, ast.Call)}
            asserts = any(isinstance(part, ast.Assert) for part in ast.walk(test))
            asserts = asserts or any(re.search(r"pytest\.raises|assert_\w+$", name) for name in called)
            empty += [f"{file.name}: {test.name}"] if test.name.startswith("test_") and not asserts else []
    assert not empty


PAPERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md") if (ROOT / name).is_file()]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda file: file.name)
def test_every_path_that_is_named_exists(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w/.:-])((?:core|demos|tests|assets)/[\w./-]*\w)", text))
    modules = {name.replace(".", "/") + ".py" for name in re.findall(r"-m (core\.[\w.]+\w)", text)}
    assert named
    missing = {path for path in named | modules if not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()}
    assert not missing
