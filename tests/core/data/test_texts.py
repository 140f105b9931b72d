"""Texts and vocabularies: every character comes back, whatever the script, and nothing a visitor writes is a mark."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from core.data import texts
from core.data.texts import END, Vocabulary
from core.errors import CheckpointError, InputError

HARD = (
    "😀👩‍👩‍👧 مرحبا بالعالم שלום",
    "自监督学习在生成式 AI 中的应用是",
    "a\n\nb\t c",
    f"no {END} mark",
    "<0xE4> \u200f \x00",
    "é\U0001f9ff",
)


@pytest.fixture(scope="module", params=["bytes", "characters"])
def vocabulary(request: pytest.FixtureRequest) -> Vocabulary:
    sample = ["the sea, the sea and the ship", "春江潮水连海平，海上明月共潮生。\n春江潮水\n"]
    if request.param == "bytes":
        return Vocabulary(texts.train_bytes_bpe(sample, 300).to_str())
    return Vocabulary(texts.train_characters(sample, 2).to_str())


@pytest.mark.parametrize("text", HARD)
def test_any_text_comes_back(vocabulary: Vocabulary, text: str) -> None:
    tokens = vocabulary.encode(text)
    assert vocabulary.decode(tokens) == text
    assert vocabulary.end not in tokens
    assert b"".join(vocabulary.pieces[token] for token in tokens) == text.encode()


def test_frequent_words_are_short_tokens(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.encode("春")) < 3 or vocabulary.encode("the")  # one of the two is known to each kind
    assert len(vocabulary.encode("龘")) == 3


def test_encode_all_marks_each_start(vocabulary: Vocabulary) -> None:
    documents = [f"the ship {i}" for i in range(20)]
    tokens = vocabulary.encode_all(documents, vocabulary.end).tolist()
    assert tokens == [token for text in documents for token in (vocabulary.end, *vocabulary.encode(text))]


def test_cut_gives_each_tokens_characters(vocabulary: Vocabulary) -> None:
    text = "the sea 春江, 龘"
    cuts = vocabulary.cut(text)
    assert [cut.token for cut in cuts] == vocabulary.encode(text)
    assert {place for cut in cuts for place in range(cut.first, cut.last)} == set(range(len(text)))
    assert [cut.first for cut in cuts] == sorted(cut.first for cut in cuts)
    for cut in cuts:
        assert vocabulary.pieces[cut.token] in text[cut.first : cut.last].encode()


def test_wordpiece_is_cut_by_words() -> None:
    entries = ["[UNK]", "[MASK]", "the", "cap", "##tain", "春", "[", "mask", "]"]
    tokenizer = Tokenizer(models.WordPiece({entry: i for i, entry in enumerate(entries)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[UNK]", "[MASK]"])
    found = Vocabulary(tokenizer.to_str())
    assert found.by_words
    assert found.marks == (0, 1)
    assert [found.pieces[i] for i in range(6)] == [b"", b"", b" the", b" cap", b"tain", " 春".encode()]
    assert found.cut("The Captain春 sea [MASK]") == [
        (2, 0, 3, 0),
        (3, 4, 7, 1),
        (4, 7, 11, 1),
        (5, 11, 12, 2),
        (0, 13, 16, 3),
        (6, 17, 18, 4),
        (7, 18, 22, 5),
        (8, 22, 23, 6),
    ]
    assert found.mark("[MASK]") == 1
    for name in ("[CLS]", "the"):
        with pytest.raises(CheckpointError, match="has no mark"):
            found.mark(name)


def test_marks_first_and_no_controls() -> None:
    found = Vocabulary(texts.train_bytes_bpe(["the sea"], 270, ["[A]", "[B]"]).to_str())
    assert found.marks == (found.mark("[A]"), found.mark("[B]")) == (0, 1)
    assert found.end == -1
    assert not found.by_words
    assert texts.without_controls("a\x00b\r\nc\td ") == "ab\nc d "


def test_sample_is_spread_evenly() -> None:
    long = ["a" * 250_000, "b" * 50_000]
    found = list(texts.sample(long, 0.15))
    assert [piece[0] for piece in found] == ["a", "a", "a", "b"]
    assert sum(map(len, found)) == pytest.approx(200_000, abs=51_000)
    assert "".join(texts.sample(long, 1)) == "".join(long)


def test_gpt2s_alphabet_covers_every_byte() -> None:
    assert sorted(texts.BYTE_OF.values()) == list(range(256))
    assert len(texts.BYTE_OF) == 256


def test_documents_of_sets_and_folders(tmp_path: Path) -> None:
    named, folder = tmp_path / "novels", tmp_path / "mine" / "deep"
    named.mkdir()
    folder.mkdir(parents=True)
    (named / "train.txt").write_text(f"one{END}two")
    (named / "test_a.txt").write_bytes(b"three\r\n")
    (folder / "x.txt").write_text("four")
    root, own = str(tmp_path), f"folder:{tmp_path / 'mine'}"
    assert texts.documents("novels", "train", root=root) == ["one", "two"]
    assert texts.documents("novels", "test", root=root) == ["three\r\n"]
    assert texts.documents(f"novels+{own}", "test", root=root) == ["three\r\n", "four"]
    assert texts.documents(own, "train", limit=2) == ["fo"]


def test_folder_with_halves_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.txt").write_text(split)
    assert texts.documents(f"folder:{tmp_path}", "train") == ["train"]
    assert texts.documents(f"folder:{tmp_path}", "test") == ["test"]


def test_missing_or_not_utf8_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no texts in"):
        texts.documents(f"folder:{tmp_path}", "test")
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not a text in UTF-8"):
        texts.documents(f"folder:{tmp_path}", "test")
    with pytest.raises(CheckpointError, match=r"has no tokenizer\.json"):
        Vocabulary.read(tmp_path)


# --- what visitors write ---


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\n"])
def test_every_line_end_stays(end: str) -> None:
    assert texts.without_controls(f"one{end}two") == "one\ntwo"


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ufe0f", "\u200d\u2060 \ufeff", "\u3164", "\u2800", "\u0301"])
def test_text_without_signs_is_blank(text: str) -> None:
    assert texts.is_blank(text)


@pytest.mark.parametrize("text", ["a", ".", "春", "😀", "\u200b1", "שלום", "ไทย"])
def test_text_with_signs_is_not_blank(text: str) -> None:
    assert not texts.is_blank(text)


def test_traditional_characters_become_simplified() -> None:
    assert texts.to_simplified("國破山河在，城春草木深。") == "国破山河在，城春草木深。"
    assert texts.to_simplified("乾坤 and tea") == "乾坤 and tea"


def test_vocabulary_knows_its_script() -> None:
    pairs = "".join(texts.SIMPLIFIED), "".join(texts.TRADITIONAL)
    simplified, both = (Vocabulary(texts.train_characters([text], 1).to_str()) for text in (pairs[0], "".join(pairs)))
    assert simplified.simplified
    assert not both.simplified
    assert not Vocabulary(texts.train_bytes_bpe(["the sea"], 270).to_str()).simplified


@pytest.mark.parametrize(
    ("before", "text", "joined"),
    [
        ("e", "\u0301", True),
        ("👩", "\u200d", True),
        ("👩\u200d", "💻", True),
        ("👍", "🏽", True),
        ("❤", "\ufe0f", True),
        ("🇩", "🇪", True),
        ("🇩🇪", "🇫", False),
        ("नम", "स्ते", False),
        ("a", "b", False),
        ("\n", "\u0301", False),
        ("", "a", False),
        ("a\u200d", "b", False),
    ],
)
def test_characters_of_several_signs_stay_whole(before: str, text: str, joined: bool) -> None:
    assert texts.goes_on(before, text) is joined
