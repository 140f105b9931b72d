"""Reading films and histories: order, ties, titles, what is refused; and fetching, from an archive on this machine."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.data import films
from core.errors import InputError
from tests.core import film_set


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return film_set.write(tmp_path / "set")


def test_histories_are_in_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n5,B (1990),Drama\n2,A (1980),(no genres listed)\n")
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n9,5,1.0,30\n9,2,5.0,10\n3,5,2.5,20\n")
    found = films.read(f"folder:{tmp_path}")
    assert found.films == (films.Film(2, "A (1980)", ()), films.Film(5, "B (1990)", ("Drama",)))
    assert [history.tolist() for history in found.histories] == [[1], [0, 1]]
    assert [times.tolist() for times in found.times_s] == [[20], [10, 30]]


def test_simultaneous_ratings_are_shuffled_deterministically(tmp_path: Path) -> None:
    rows = [f"1,{film},3.0,77" for film in range(200)]
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n" + "".join(f"{i},F{i},Drama\n" for i in range(200)))
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n" + "\n".join(rows))
    (first,), (again,) = (films.read(f"folder:{tmp_path}").histories for _ in range(2))
    assert first.tolist() == again.tolist()
    assert sorted(first.tolist()) == list(range(200))
    assert abs(np.corrcoef(first, np.arange(200))[0, 1]) < 0.2, "the list by number is gone"


def test_articles_come_first_in_titles() -> None:
    assert films.natural_title("Matrix, The (1999)") == "The Matrix (1999)"
    assert films.natural_title("Postman, The (Postino, Il) (1994)") == "The Postman (Postino, Il) (1994)"
    assert films.natural_title("I, Robot (2004)") == "I, Robot (2004)"
    assert films.natural_title("Good, the Bad and the Ugly, The (1966) ") == "The Good, the Bad and the Ugly (1966)"


def test_missing_or_strange_files_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no ratings\.csv"):
        films.read(f"folder:{tmp_path / 'nowhere'}")
    (folder / "ratings.csv").write_text("user,film\n1,2\n")
    with pytest.raises(InputError, match="not written like MovieLens"):
        films.read(f"folder:{folder}")


def archive(folder: Path, name: str = "ml-latest-small") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for path in folder.iterdir():
            file.write(path, f"{name}/{path.name}")
    return packed.getvalue()


def test_movielens_is_fetched_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = tmp_path / "sent.zip"
    sent.write_bytes(archive(folder))
    monkeypatch.setattr(films, "ADDRESS", sent.as_uri())
    root = tmp_path / "root"
    found = films.read("movielens", root=str(root))
    assert len(found.histories) == film_set.USERS
    assert {path.name for path in (root / "ml-latest-small").iterdir()} == set(films.KEPT), "its licence comes along"
    assert [path.name for path in root.iterdir()] == ["ml-latest-small"], "nothing half done is left"
    sent.unlink()
    assert len(films.read("movielens", root=str(root)).films) == film_set.FILMS


@pytest.mark.parametrize("content", [None, b"not an archive", "another"])
def test_failed_download_is_one_sentence(
    content: bytes | str | None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = tmp_path / "sent.zip"
    if content is not None:
        sent.write_bytes(archive(folder, "elsewhere") if isinstance(content, str) else content)
    monkeypatch.setattr(films, "ADDRESS", sent.as_uri())
    with pytest.raises(InputError, match=r"Unpack ml-latest-small\.zip there"):
        films.read("movielens", root=str(tmp_path / "root"))
    assert not (tmp_path / "root" / "ml-latest-small").exists()
    assert not list(tmp_path.glob("root/*"))


def test_huge_file_in_archive_is_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = tmp_path / "sent.zip"
    sent.write_bytes(archive(folder))
    monkeypatch.setattr(films, "ADDRESS", sent.as_uri())
    monkeypatch.setattr(films, "MAX_BYTES", 4000)  # the archive is smaller, ratings.csv is not
    assert len(sent.read_bytes()) < 4000 < (folder / "ratings.csv").stat().st_size
    with pytest.raises(InputError, match="did not send it"):
        films.read("movielens", root=str(tmp_path / "root"))
