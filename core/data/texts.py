"""Texts: named sets or any folder of .txt files, and vocabularies that can write down every character there is.

A named set is a folder with train*.txt and test*.txt, or one of `small_texts`; `folder:PATH` is searched to its bottom.
Books inside one file are parted by <|endoftext|>. Both kinds of vocabulary here fall back on bytes, so emoji, Arabic or
a rare Chinese character cost more tokens but lose nothing, and bits per character count all of a text.
"""

import functools
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import opencc
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from core.errors import CheckpointError, InputError

TOKENIZER = "tokenizer.json"  # beside the weights: the vocabulary
END = "<|endoftext|>"
Split = Literal["train", "test"]
LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol that show nothing
JOINER = "\u200d"  # between the parts of one emoji
SKIN_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))
REGIONAL = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two of them are a flag
SIMPLIFIED, TRADITIONAL = "国来时说门马风云书长东见万归处红", "國來時說門馬風雲書長東見萬歸處紅"
PIECE = 100_000  # characters; long strings make the trainer of a vocabulary slow


def documents(spec: str, split: Split, *, root: str = "data", limit: int = 0) -> list[str]:
    """Read texts, e.g. "novels", "tang", "emoji", "folder:PATH", several joined by "+".

    Args:
        spec: named sets or folders. A folder with train/ and test/ inside is read by split, any other one whole.
        split: "train" or "test".
        root: folder that holds the named sets.
        limit: characters of each file to read at most; 0 reads all.

    Returns:
        One string per document, line ends and all characters as they stand in the file.

    Raises:
        InputError: nothing there, or a file is not UTF-8.
    """
    found = []
    for text in (text for part in spec.split("+") for text in _contents(part, split, root)):
        shortened = text[:limit] if limit else text
        found.extend(shortened.split(END) if END in shortened else [shortened])
    return [text for text in found if text]


def _contents(spec: str, split: Split, root: str) -> Iterator[str]:
    """What is in the files of one set or folder, or a bundled text."""
    from core.data import small_texts

    if spec in small_texts.NAMES:
        yield small_texts.read(spec, split)
        return
    for file in find_files(spec, split, root):
        try:
            yield file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("{file} is not a text in UTF-8. Save it as UTF-8 first.", file=file.name) from error


def find_files(spec: str, split: Split, root: str) -> list[Path]:
    """List the .txt files of one set's split in a fixed order; see `documents`."""
    if spec.startswith("folder:"):
        folder = Path(spec.removeprefix("folder:"))
        halves = (folder / "train").is_dir() and (folder / "test").is_dir()
        files = sorted((folder / split if halves else folder).rglob("*.txt"))
    else:
        folder = Path(root) / spec
        files = sorted(folder.glob(f"{split}*.txt"))
    if not files:
        raise InputError("There are no texts in {folder}. Unpack the set there, or name its place.", folder=folder)
    return files


def without_controls(text: str) -> str:
    r"""A text as a model should see it: no control characters, all line ends as \n, tabs as blanks, any script."""
    plain = LINE_END.sub("\n", text).replace("\t", " ")
    # Cc are control characters, Cs halves of a UTF-16 pair; joiners and direction marks (Cf) belong to the text.
    return "".join(c for c in plain if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))


def is_blank(text: str) -> bool:
    """Whether nothing of a text is to be seen: no letter, digit, sign or symbol, only spaces, joiners and the like."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in FILLERS for c in text)


def goes_on(before: str, text: str) -> bool:
    """Whether a text continues the character that ends the one before: an accent, or a part of a joined emoji.

    The parts of Unicode's grapheme clusters (Annex 29) that tokens cut: marks, joiners, skin tones, and flags, which
    are pairs of regional indicators.
    """
    if not before or not text:
        return False
    flags = len(before) - len(before.rstrip(REGIONAL))
    joined = before[-1] == JOINER and unicodedata.category(text[0]) == "So"
    mark = unicodedata.category(text[0]) in ("Mn", "Me", "Mc") or text[0] == JOINER or text[0] in SKIN_TONES
    return (mark and not before[-1].isspace()) or joined or (flags % 2 == 1 and text[0] in REGIONAL)


def to_simplified(text: str) -> str:
    """Traditional Chinese characters as simplified ones; a text without any is returned as it is."""
    return str(_converter().convert(text))


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def sample(texts: Sequence[str], millions: float) -> Iterator[str]:
    """Pieces of so many million characters in all, spread evenly over the texts, to learn a vocabulary from."""
    share = min(1.0, 1_000_000 * millions / sum(map(len, texts)))
    for text in texts:
        for first in range(0, len(text), PIECE):
            yield text[first : first + int(share * PIECE)]


def train_bytes_bpe(texts: Iterable[str], size: int, marks: Sequence[str] = (END,)) -> Tokenizer:
    """Byte-level byte-pair encoding, GPT-2's own kind (Radford et al. 2019, sec. 2.2): frequent words are one token.

    The first tokens are the marks, which stand for no text.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=size, special_tokens=list(marks), initial_alphabet=alphabet, show_progress=False
        ),
    )
    return tokenizer


def train_characters(texts: Iterable[str], least: int) -> Tokenizer:
    """One token per character that comes at least `least` times; a rarer one becomes its bytes, <0xE4> and so on."""
    counts: dict[str, int] = {}
    for text in texts:
        symbols, times = np.unique(np.array([*text]), return_counts=True)
        for symbol, n in zip(symbols.tolist(), times.tolist(), strict=True):
            counts[symbol] = counts.get(symbol, 0) + n
    known = sorted((c for c, n in counts.items() if n >= least), key=lambda c: (-counts[c], c))
    entries = [END, *(f"<0x{byte:02X}>" for byte in range(256)), *known]
    tokenizer = Tokenizer(models.BPE({entry: i for i, entry in enumerate(entries)}, [], byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([END])
    return tokenizer


class Cut(NamedTuple):
    """A token where it stands: its number, the characters [first, last) it covers, and the number of its word."""

    token: int
    first: int
    last: int
    word: int


class Vocabulary:
    """A tokenizer as the methods use it: text to numbers and back, and the bytes that each token stands for.

    Besides the two kinds above it opens WordPiece, BERT's own (Wu et al. 2016), whose tokens leave out blanks between
    words and, in most models, capitals: what was written is then found by the characters that a token covers.

    Attributes:
        names: of the tokens as the file writes them, by number.
        pieces: the bytes of each token, by its number, a blank in front where it begins a word; none for marks.
        marks: the numbers of the marks, like <|endoftext|> or [MASK].
        by_words: it is WordPiece.
        end: number of <|endoftext|>; -1 if there is none.
        simplified: of Chinese it knows the simplified characters only.
    """

    def __init__(self, serialised: str) -> None:
        self._tokenizer = Tokenizer.from_str(serialised)
        self._tokenizer.encode_special_tokens = True  # what a visitor writes is text, also where it looks like a mark
        self._tokenizer.no_truncation()
        raw = json.loads(serialised)
        marks = {entry["content"] for entry in raw["added_tokens"]}
        self._numbers = self._tokenizer.get_vocab()
        self.names = tuple(sorted(self._numbers, key=lambda name: self._numbers[name]))
        self.by_words = raw["model"].get("continuing_subword_prefix") == "##"  # older files name no type
        fallback = raw["model"].get("byte_fallback")
        to_bytes = _word_bytes if self.by_words else _fallback_bytes if fallback else _level_bytes
        self.pieces = tuple(b"" if name in marks else to_bytes(name) for name in self.names)
        self.marks = tuple(sorted(self._numbers[name] for name in marks))
        self.end = self._numbers.get(END, -1)
        known, others = (sum(len(self.encode(c)) == 1 for c in each) for each in (SIMPLIFIED, TRADITIONAL))
        self.simplified = 2 * known > len(SIMPLIFIED) and others == 0

    @classmethod
    def read(cls, folder: Path) -> "Vocabulary":
        """Open TOKENIZER of a checkpoint or Hub folder; raises CheckpointError if there is none."""
        path = folder / TOKENIZER
        if not path.is_file():
            raise CheckpointError("{name} has no tokenizer.json, so its numbers mean no words.", name=folder.name)
        return cls(path.read_text(encoding="utf-8"))

    def __len__(self) -> int:
        return len(self.pieces)

    def mark(self, name: str) -> int:
        """The number of a mark, e.g. "[MASK]"; raises CheckpointError if this vocabulary has none."""
        if self._numbers.get(name) not in self.marks:
            raise CheckpointError("This vocabulary has no mark {name}.", name=name)
        return self._numbers[name]

    def cut(self, text: str) -> list[Cut]:
        """The tokens of a text with the characters they cover; a character of several tokens belongs to each."""
        found = self._tokenizer.encode(text, add_special_tokens=False)
        words = (-1 if word is None else word for word in found.word_ids)
        spans = zip(found.ids, found.offsets, words, strict=True)
        return [Cut(token, first, last, word) for token, (first, last), word in spans]

    def encode(self, text: str) -> list[int]:
        """Text to token numbers, without loss."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        """Token numbers to text; bytes that are no whole character become the replacement sign."""
        return b"".join(self.pieces[token] for token in tokens).decode("utf-8", errors="replace")

    def encode_all(self, texts: Sequence[str], start: int) -> NDArray[np.uint16]:
        """Encode many texts at once into one array, `start` in front of each; for vocabularies below 65,536."""
        parts = []
        for first in range(0, len(texts), 8):  # a few at a time: an encoding takes many times the memory of its numbers
            for encoding in self._tokenizer.encode_batch_fast(list(texts[first : first + 8]), add_special_tokens=False):
                parts.append(np.array([start, *encoding.ids], dtype=np.uint16))
        return np.concatenate(parts)


def label(token: int, vocabulary: Vocabulary) -> str:
    """One token to read: its text, or its bytes as ‹E4 B8› where they are no whole character; "" for a mark."""
    piece = vocabulary.pieces[token]
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return f"‹{piece.hex(' ').upper()}›"


def _level_bytes(name: str) -> bytes:
    return bytes(BYTE_OF[symbol] for symbol in name)


def _fallback_bytes(name: str) -> bytes:
    return bytes([int(name[3:5], 16)]) if len(name) == 6 and name.startswith("<0x") else name.encode()


def _word_bytes(name: str) -> bytes:
    return name[2:].encode() if name.startswith("##") else f" {name}".encode()


def _byte_symbols() -> dict[str, int]:
    """GPT-2's way to write each byte as one visible symbol: printable ones as they are, the rest from U+0100 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(hidden)}


BYTE_OF = _byte_symbols()
