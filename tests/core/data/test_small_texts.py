"""Texts that come with the project: the names of the emoji, and one line over and over."""

from collections import Counter

from core.data import bundled, small_texts, texts


def lines(spec: str, split: texts.Split) -> list[str]:
    (text,) = texts.documents(spec, split)
    assert text.endswith("\n")
    return text.splitlines()


def test_every_name_is_in_one_split() -> None:
    names = [english for english, _ in bundled.emoji_gallery().names]
    train, test = lines("emoji", "train"), lines("emoji", "test")
    assert Counter(train + test) == Counter(names)
    assert test == names[:: small_texts.TEST_EVERY]
    assert len("\n".join(train)) > 10_000


def test_the_end_has_names_of_most_kinds() -> None:
    gallery = bundled.emoji_gallery()
    group = {english: kind for (english, _), kind in zip(gallery.names, gallery.groups, strict=True)}
    last = lines("emoji", "train")[-60:]
    assert len({group[name] for name in last}) >= 7, "of nine; sorted by kind it would be two"
    assert len({group[english] for english, _ in gallery.names[-60:]}) == 2


def test_repeated_is_one_line() -> None:
    assert set(lines("repeated", "train")) == {small_texts.LINE}
    assert texts.documents("repeated", "train") == texts.documents("repeated", "test")
    assert len(texts.documents("repeated", "train")[0]) > 10_000


def test_they_join_and_are_limited_like_files() -> None:
    assert len(texts.documents("emoji+repeated", "train")) == 2
    assert [len(text) for text in texts.documents("emoji+repeated", "train", limit=100)] == [100, 100]
