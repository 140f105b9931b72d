"""Texts and vocabularies: every character comes back, whatever the script, and nothing a visitor writes is a mark."""

from pathlib import Path

import pytest

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


def test_frequent_is_short_and_rare_is_bytes(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.encode("春")) < 3 or vocabulary.encode("the")  # one of the two is known to each kind
    assert len(vocabulary.encode("龘")) == 3


def test_encode_all_puts_the_start_before_each_text(vocabulary: Vocabulary) -> None:
    documents = [f"the ship {i}" for i in range(20)]
    tokens = vocabulary.encode_all(documents, vocabulary.end).tolist()
    assert tokens == [token for text in documents for token in (vocabulary.end, *vocabulary.encode(text))]


def test_gpt2s_alphabet_covers_every_byte() -> None:
    assert sorted(texts.BYTE_OF.values()) == list(range(256))
    assert len(texts.BYTE_OF) == 256


def test_documents_of_a_named_set_a_folder_and_both(tmp_path: Path) -> None:
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


def test_a_folder_with_halves_is_read_by_split(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.txt").write_text(split)
    assert texts.documents(f"folder:{tmp_path}", "train") == ["train"]
    assert texts.documents(f"folder:{tmp_path}", "test") == ["test"]


def test_nothing_there_and_no_utf8_are_plain_sentences(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no texts in"):
        texts.documents(f"folder:{tmp_path}", "test")
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not a text in UTF-8"):
        texts.documents(f"folder:{tmp_path}", "test")
    with pytest.raises(CheckpointError, match=r"has no tokenizer\.json"):
        Vocabulary.read(tmp_path)
