"""Every visible string stands in `_words.py` in both languages, every error has its Chinese, and no entry is dead."""

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
STEMS = (
    "page",
    "rotation",
    "contrastive",
    "vae",
    "vqvae",
    "gan",
    "generation",
    "masked",
    "gpt2",
    "bert",
    "audio",
    "recommendation",
)
BUILT = {"page", *METHODS}

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


def holes(text: str) -> set[str]:
    return {TWINS.get(name, name) for name in (re.split(r"[:!.]", hole.strip("%{}"))[0] for hole in HOLE.findall(text))}


def needed(text: str) -> set[str]:
    """Names that `str.format` would ask for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def trees(files: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for file in files:
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# --- both languages ---


@pytest.mark.parametrize("key", WORDS)
def test_a_key_has_both_languages_with_the_same_placeholders(key: str) -> None:
    english, chinese = WORDS[key]
    assert len(WORDS[key]) == len(LANGUAGES)
    assert english
    assert chinese
    if LETTER.search(english):  # and not what stands between two words
        assert (english, chinese) == (english.strip(), chinese.strip())
    assert holes(english) == holes(chinese)
    assert english.count("**") % 2 == chinese.count("**") % 2 == 0, "bold that does not end"
    assert key.split(".")[0] in STEMS


@pytest.mark.parametrize("key", WORDS)
def test_chinese_is_chinese_and_english_is_not(key: str) -> None:
    english, chinese = (plain(text) for text in WORDS[key])
    foreign = set(re.findall("[A-Za-z]+", chinese)) - SHARED
    assert key in NAMES or HAN.search(chinese) or not foreign, "no Chinese in it"
    assert key in NAMES | QUOTES or not HAN.search(english)
    assert not LATIN.search(chinese), "an English sentence"


@pytest.mark.parametrize("sentence", ERRORS)
def test_an_error_has_its_chinese_with_the_same_placeholders(sentence: str) -> None:
    assert holes(sentence) == holes(ERRORS[sentence])
    assert HAN.search(ERRORS[sentence])
    assert not HAN.search(plain(sentence))
    assert not LATIN.search(plain(ERRORS[sentence]))
    assert len(sentence.split()) >= 4 or "{reason}" in sentence, "a sentence says what to do"


# --- errors that are raised, and those that are kept ---

RAISED = ("InputError", "CheckpointError", "HubUnavailable")


def raised() -> Iterator[tuple[str, ast.Call]]:
    for file, tree in trees([*sorted((ROOT / "core").rglob("*.py")), *PAGES]):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in RAISED:
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_every_sentence_raised_is_kept_with_the_values_it_needs() -> None:
    for where, call in raised():
        assert len(call.args) == 1, where
        sentence = call.args[0]
        assert isinstance(sentence, ast.Constant), f"{where}: the sentence must stand there as it is, it is a key"
        assert isinstance(sentence.value, str), where
        assert sentence.value in ERRORS, f"{where}: {sentence.value}"
        assert needed(sentence.value) == {item.arg for item in call.keywords}, where


def test_no_kept_sentence_is_dead() -> None:
    said = {call.args[0].value for _, call in raised() if isinstance(call.args[0], ast.Constant)}
    assert len(said) > 15
    assert not ERRORS.keys() - said


# --- keys that are spoken, and those that are kept ---


def spoken() -> tuple[dict[str, str], dict[str, str]]:
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
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[\w-]+" for p in node.values]  # type: ignore[type-var, call-overload]
                pattern = "".join(parts)
                if re.match(rf"(?:{'|'.join(STEMS)}|\[\\w-\]\+)\\\.[\w\[\]\\+-]+$", pattern):
                    patterns[pattern] = where
    return keys, patterns


def test_every_key_that_is_spoken_exists() -> None:
    keys, patterns = spoken()
    assert len(keys) > 30
    missing = {key: where for key, where in keys.items() if key not in WORDS}
    assert not missing
    nothing = {p: where for p, where in patterns.items() if not any(re.fullmatch(p, key) for key in WORDS)}
    assert not nothing


def test_no_kept_key_is_dead() -> None:
    keys, patterns = spoken()
    dead = [
        key
        for key in WORDS
        if key.split(".")[0] in BUILT and key not in keys and not any(re.fullmatch(p, key) for p in patterns)
    ]
    assert not dead


def test_every_tab_has_its_name_and_four_steps() -> None:
    for stem in BUILT & {*STEMS[1:]}:
        for key in ("tab", *(f"step{number}{text}" for number in range(1, 5) for text in ("", "_text"))):
            assert f"{stem}.{key}" in WORDS


def test_what_is_spoken_gets_the_values_it_needs() -> None:
    """A text without values is shown as it stands, so one with a placeholder needs them, and Plotly's braces none."""
    seen = 0
    for file, tree in trees(PAGES):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "say"):
            key = call.args[0]
            if not isinstance(key, ast.Constant) or any(item.arg is None for item in call.keywords):
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
UNSEEN = {"elem_classes", "js", "css", "head", "sources", "api_name", "elem_id", "style", "font"}


def literal(node: ast.AST | None) -> str:
    """The literal text that an expression can show; "" for what a call or a name brings."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else " " for part in node.values)  # type: ignore[misc]
    if isinstance(node, ast.IfExp):
        return literal(node.body) + literal(node.orelse)
    if isinstance(node, ast.BinOp):
        return literal(node.left) + literal(node.right)
    if isinstance(node, (ast.List, ast.Tuple)):
        return "".join(literal(item) for item in node.elts)
    return ""


def is_english(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}|[\u3400-\u9fff]", plain(text)))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_no_component_or_figure_shows_a_string_of_its_own(file: Path) -> None:
    strays = []
    for call in (node for _, tree in trees([file]) for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = called(call)
        shown = [item.value for item in call.keywords if item.arg in VISIBLE]
        if name in VALUED:
            shown += [*call.args[:1], *(item.value for item in call.keywords if item.arg == "value")]
        if name.startswith("add_"):
            shown += [item.value for item in call.keywords if item.arg == "name"]
        strays += [f"line {node.lineno}: {literal(node)}" for node in shown if is_english(literal(node))]
    assert not strays


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_no_sentence_and_no_markup_carries_words_of_its_own(file: Path) -> None:
    """Every literal but docstrings, the page's head and what only a machine reads: classes, scripts, styles, fonts."""
    ((_, tree),) = trees([file])
    unseen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            unseen |= {id(node.value)}
        if isinstance(node, ast.keyword) and node.arg in UNSEEN:
            unseen |= {id(part) for part in ast.walk(node.value)}
        if isinstance(node, ast.Assign) and {getattr(t, "id", "") for t in node.targets} & {"HEAD", "sans", "style"}:
            unseen |= {id(part) for part in ast.walk(node.value)}
        if isinstance(node, ast.JoinedStr):
            unseen |= {id(part) for part in node.values}
    strays = []
    for node in ast.walk(tree):
        text = literal(node) if isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in unseen else ""
        sentence = re.search(r"[A-Za-z]{2,} [A-Za-z]+ [A-Za-z]{2,}|[\u3400-\u9fff]{2}", plain(text))
        marked = "<" in text and TAG.search(text) and is_english(text)
        if sentence or marked or ATTRIBUTE.search(text):
            strays.append(f"line {getattr(node, 'lineno', 0)}: {text}")
    assert not strays


# --- the voice ---


def test_the_voice_speaks_one_language_and_fills_in() -> None:
    assert Say("en")("page.chance") == "chance"
    assert Say("zh")("page.chance") == "随机猜测"
    assert voice("rotation")("rotation.truth", turn=90, size=64) == "turned by 90°, 64 × 64 pixels"
    assert Say("zh").pick(("cat", "猫")) == "猫"
    with pytest.raises(KeyError):
        Say("en")("page.nowhere")
    with pytest.raises(KeyError):
        voice("rotation")("rotation.truth", angle=90)


def test_an_error_is_translated_and_what_a_visitor_wrote_is_escaped() -> None:
    error = CheckpointError("There is no checkpoint called {name} here.", name="<b>{x}&")
    assert Say("en").error(error) == "There is no checkpoint called &lt;b&gt;{x}&amp; here."
    assert Say("zh").error(error) == "这里没有名为 &lt;b&gt;{x}&amp; 的检查点。"


def test_the_reason_inside_an_error_is_translated_too() -> None:
    reason = InputError("A picture may have at most {limit} megapixels.", limit=8)
    error = InputError("The picture {file} cannot be used: {reason}", file="<a>.png", reason=reason)
    english = "The picture &lt;a&gt;.png cannot be used: A picture may have at most 8 megapixels."
    assert Say("en").error(error) == english
    assert Say("zh").error(error) == "图片 &lt;a&gt;.png 无法使用：图片不能超过 8 百万像素。"
