"""Every visible string is in a `words.py` in both languages, every error has its Chinese, and no entry is unused.

One test per rule; each lists all offenders.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from core.errors import CheckpointError, InputError
from demos.page.words import ERRORS, LANGUAGES, Say
from tests.demos.voices import ALL_WORDS as WORDS
from tests.demos.voices import METHODS, voice

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "app.py", *(file for file in sorted((ROOT / "demos").rglob("*.py")) if file.name != "words.py")]
STEMS = ("page", "training", *METHODS)

HAN = re.compile("[\u3400-\u9fff]")
LETTER = re.compile("[A-Za-z\u00c0-\u024f\u3400-\u9fff]")
TAG = re.compile(r"<[^<>]*>")
HOLE = re.compile(r"%?\{[^{}]*\}")
LATIN = re.compile(r"[A-Za-z][\w'’-]*(?:[ ,:;]+[A-Za-z][\w'’-]*){3,}")  # four words on end are a sentence
NAMES = {"page.name", "page.other_language"}  # a name, and a language called by its own name
QUOTES = {"gpt2.example_poem", "gpt2.example_moon"}  # openings of Tang poems
SHARED = {  # in both
    "Pretext",
    "A",
    "B",
    "z",
    "dB",
    "Hz",
    "kHz",
    "MSE",
    "PSNR",
    "KL",
    "MFCC",
    "SimCLR",
    "MoCo",
    "VAE",
    "GPT",
    "VQ",
}
TWINS = {"wan": "millions"}  # ten thousands, by which Chinese counts, beside millions


def plain(text: str) -> str:
    """What a reader sees: without placeholders, tags and what Plotly fills in."""
    return TAG.sub(" ", HOLE.sub(" ", text))


def placeholders(text: str) -> set[str]:
    """Names of the placeholders, Plotly's included; wan counts as millions."""
    names = (re.split(r"[:!.]", hole.strip("%{}"))[0] for hole in HOLE.findall(text))
    return {TWINS.get(name, name) for name in names}


def needed(text: str) -> set[str]:
    """Names that `str.format` would ask for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def trees(files: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for file in files:
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# --- both languages ---


def uneven(key: str) -> list[str]:
    """What is wrong with the pair of a key: its placeholders, spaces, bold marks or prefix."""
    english, chinese = WORDS[key]
    wrong = [] if english and chinese and len(WORDS[key]) == len(LANGUAGES) else ["one is missing"]
    if LETTER.search(english) and (english, chinese) != (english.strip(), chinese.strip()):
        wrong.append("space at an end")  # allowed only where a string stands between two words
    if placeholders(english) != placeholders(chinese):
        wrong.append("placeholders differ")
    if english.count("**") % 2 or chinese.count("**") % 2:
        wrong.append("bold that does not end")
    if key.split(".")[0] not in STEMS:
        wrong.append("no tab has this prefix")
    return wrong


def test_both_languages_fit_each_other() -> None:
    assert len(WORDS) > 300
    assert not {key: wrong for key in WORDS if (wrong := uneven(key))}


def mixed(key: str) -> list[str]:
    """Which language of a key is written in the other one."""
    english, chinese = (plain(text) for text in WORDS[key])
    foreign = set(re.findall("[A-Za-z]+", chinese)) - SHARED
    wrong = [] if key in NAMES or HAN.search(chinese) or not foreign else ["no Chinese in it"]
    wrong += ["Chinese in the English"] if key not in NAMES | QUOTES and HAN.search(english) else []
    return wrong + (["an English sentence in the Chinese"] if LATIN.search(chinese) else [])


def test_each_language_is_itself() -> None:
    assert not {key: wrong for key in WORDS if (wrong := mixed(key))}


def test_every_error_has_its_chinese() -> None:
    wrong = [
        english
        for english, chinese in ERRORS.items()
        if placeholders(english) != placeholders(chinese)
        or not HAN.search(chinese)
        or HAN.search(plain(english))
        or LATIN.search(plain(chinese))
    ]
    assert not wrong


def test_error_sentences_are_sentences() -> None:
    assert not [text for text in ERRORS if len(text.split()) < 4 and "{reason}" not in text]


# --- errors that are raised, and those that are stored ---

RAISED = ("InputError", "CheckpointError", "HubUnavailable", "StorageFull", "MemoryFull", "TrainingFailed")


def raised() -> Iterator[tuple[str, ast.Call]]:
    for file, tree in trees([*sorted((ROOT / "core").rglob("*.py")), *PAGES]):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in RAISED:
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_every_raised_sentence_is_known() -> None:
    """The sentence must stand literally where it is raised, because it is a key, with the values that it needs."""
    for where, call in raised():
        assert len(call.args) == 1, where
        sentence = call.args[0]
        assert isinstance(sentence, ast.Constant), f"{where}: the sentence must stand there as it is, it is a key"
        assert isinstance(sentence.value, str), where
        assert sentence.value in ERRORS, f"{where}: {sentence.value}"
        assert needed(sentence.value) == {item.arg for item in call.keywords}, where


def test_every_error_sentence_is_raised() -> None:
    said = {call.args[0].value for _, call in raised() if isinstance(call.args[0], ast.Constant)}
    assert len(said) > 15
    assert not ERRORS.keys() - said


# --- keys that are used, and those that are stored ---


def used() -> tuple[dict[str, str], dict[str, str]]:
    """Keys, and patterns of keys that are put together, each with the place where it stands."""
    keys, patterns = {}, {}
    for file, tree in trees(PAGES):
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            where = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                if re.fullmatch(rf"(?:{'|'.join(STEMS)})\.\w+", node.value):
                    keys[node.value] = where
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w-]+" for p in node.values]
                pattern = "".join(parts)
                if re.match(rf"(?:{'|'.join(STEMS)}|\[\\w-\]\+)\\\.[\w\[\]\\+-]+$", pattern):
                    patterns[pattern] = where
    return keys, patterns


def test_every_used_key_exists() -> None:
    keys, patterns = used()
    assert len(keys) > 30
    missing = {key: where for key, where in keys.items() if key not in WORDS}
    assert not missing
    nothing = {p: where for p, where in patterns.items() if not any(re.fullmatch(p, key) for key in WORDS)}
    assert not nothing


def test_every_key_is_used() -> None:
    keys, patterns = used()
    dead = [key for key in WORDS if key not in keys and not any(re.fullmatch(p, key) for p in patterns)]
    assert not dead


def test_every_tab_has_four_steps() -> None:
    for stem in METHODS:
        for key in ("tab", *(f"step{number}{text}" for number in range(1, 5) for text in ("", "_text"))):
            assert f"{stem}.{key}" in WORDS


def test_strings_get_their_values() -> None:
    """A text without values is shown as it stands, so one with a placeholder needs them, and Plotly's braces none."""
    seen = 0
    for file, tree in trees(PAGES):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "say"):
            key = call.args[0]
            if (
                not isinstance(key, ast.Constant)
                or not isinstance(key.value, str)
                or any(item.arg is None for item in call.keywords)
            ):
                continue
            seen += 1
            where, given = f"{file.name}:{call.lineno}: {key.value}", {item.arg for item in call.keywords}
            for text in WORDS[key.value]:
                if given:
                    assert needed(text) <= given, where
                    assert "%{" not in text.replace("%{{", ""), f"{where}: double Plotly's braces"
                else:
                    assert not re.search(r"(?<!%)\{", text), f"{where}: its values are not given"
    assert seen > 30


# --- nothing visible that is not from there ---

VISIBLE = {"label", "placeholder", "info", "title", "x", "y", "hover", "text", "submit_btn", "hovertemplate"}
VALUED = {
    "Markdown",
    "HTML",
    "Button",
    "Textbox",
    "DownloadButton",
    "UploadButton",
    "Label",
    "Tab",
    "Accordion",
    "Error",
    "Warning",
    "Info",
    "TextArea",
    "Code",
}
ATTRIBUTE = re.compile(r"(?:title|alt|aria-label|placeholder)=[\"'][^\"'{}]*[A-Za-z]{2}")
MACHINE = {  # names of scripts, metrics, fonts, styles and errors
    "CALL",
    "ANSWER",
    "HEAD",
    "CLOCKS",
    "EARLY",
    "ABOUT",
    "FAILED",
    "sans",
    "style",
}
UNSEEN = {"elem_classes", "js", "css", "head", "sources", "api_name", "elem_id", "style", "font"}


def literal(node: ast.AST | None) -> str:
    """The literal text that an expression can show; "" for what a call or a name brings."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else " " for part in node.values)
    if isinstance(node, ast.IfExp):
        return literal(node.body) + literal(node.orelse)
    if isinstance(node, ast.BinOp):
        return literal(node.left) + literal(node.right)
    if isinstance(node, (ast.List, ast.Tuple)):
        return "".join(literal(item) for item in node.elts)
    return ""


def is_english(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}|[\u3400-\u9fff]", plain(text)))


def test_no_component_shows_its_own_string() -> None:
    """Components and figures get every visible string from a `words.py`."""
    strays = []
    for file, call in ((f, node) for f, tree in trees(PAGES) for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = called(call)
        shown = [item.value for item in call.keywords if item.arg in VISIBLE]
        if name in VALUED:
            shown += [*call.args[:1], *(item.value for item in call.keywords if item.arg == "value")]
        if name.startswith("add_"):
            shown += [item.value for item in call.keywords if item.arg == "name"]
        where = file.relative_to(ROOT)
        strays += [f"{where}:{node.lineno}: {literal(node)}" for node in shown if is_english(literal(node))]
    assert not strays


def unseen_parts(tree: ast.Module) -> set[int]:
    """Ids of the literals that nobody sees: docstrings, keys of errors, the head, classes, scripts, styles, fonts."""
    unseen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            unseen |= {id(node.value)}
        # a key, see `test_every_raised_sentence_is_known`, or what is said to whoever lays out a page
        if isinstance(node, ast.Call) and called(node) in (*RAISED, "TypeError"):
            unseen |= {id(part) for part in node.args}
        if isinstance(node, ast.keyword) and node.arg in UNSEEN:
            unseen |= {id(part) for part in ast.walk(node.value)}
        if isinstance(node, ast.Assign) and {getattr(target, "id", "") for target in node.targets} & MACHINE:
            unseen |= {id(part) for part in ast.walk(node.value)}
        if isinstance(node, ast.JoinedStr):
            unseen |= {id(part) for part in node.values}
        if isinstance(node, ast.Call) and called(node) in RAISED:  # a key of ERRORS, by another test
            unseen |= {id(part) for part in node.args}
    return unseen


def test_no_markup_carries_its_own_words() -> None:
    strays = []
    for file, tree in trees(PAGES):
        unseen = unseen_parts(tree)
        for node in ast.walk(tree):
            shown = isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in unseen
            text = literal(node) if shown else ""
            sentence = re.search(r"[A-Za-z]{2,} [A-Za-z]+ [A-Za-z]{2,}|[\u3400-\u9fff]{2}", plain(text))
            marked = "<" in text and TAG.search(text) and is_english(text)
            if sentence or marked or ATTRIBUTE.search(text):
                strays.append(f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {text}")
    assert not strays


# --- Say ---


def test_say_picks_language_and_fills_in() -> None:
    assert Say("en")("page.chance") == "chance"
    assert Say("zh")("page.chance") == "随机猜测"
    assert voice("rotation")("rotation.truth", turn=90, size=64) == "turned by 90°, 64 × 64 pixels"
    assert Say("zh").pick(("cat", "猫")) == "猫"
    with pytest.raises(KeyError):
        Say("en")("page.nowhere")
    with pytest.raises(KeyError):
        voice("rotation")("rotation.truth", angle=90)


def test_errors_are_translated_and_escaped() -> None:
    error = CheckpointError("There is no checkpoint called {name} here.", name="<b>{x}&")
    assert Say("en").error(error) == "There is no checkpoint called &lt;b&gt;{x}&amp; here."
    assert Say("zh").error(error) == "这里没有名为 &lt;b&gt;{x}&amp; 的检查点。"


def test_reasons_inside_errors_are_translated() -> None:
    reason = InputError("A picture may have at most {limit} megapixels.", limit=8)
    error = InputError("The picture {file} cannot be used: {reason}", file="<a>.png", reason=reason)
    english = "The picture &lt;a&gt;.png cannot be used: A picture may have at most 8 megapixels."
    assert Say("en").error(error) == english
    assert Say("zh").error(error) == "图片 &lt;a&gt;.png 无法使用：图片不能超过 8 百万像素。"
