"""Uploads and results: which of them may be opened, how they are written, and when they are deleted.

A file is kept for an hour, or as long as a session lives that sent or got it. The pictures that the page itself shows
stay until the server ends.

Gradio names a result after a hash of its content, and several visitors share one file. Here the hash begins with a
secret of the process, so that nobody finds a result's address from what it shows; an upload lies in a folder with a
random name (`uploads.py`). Results are written beside their place and moved there: whoever reads one gets all of it.
"""

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio import processing_utils
from gradio.utils import get_upload_folder
from numpy.typing import NDArray
from PIL import Image

from core.errors import InputError, PretextError
from demos.page.folder import is_inside, placing, written_whole
from demos.page.sessions import KEPT_S
from demos.page.words import LANGUAGES, Say

HOUR_S = 3600
FRESH_S = 60  # a file that was just written may be on its way to a session


def received(path: str | None) -> str | None:
    """The path of a file that this server received or made; None for none.

    Raises:
        InputError: it is another file, or was one of these and has been deleted; nothing tells which.
    """
    if path is None or (is_inside(path, get_upload_folder()) and os.path.isfile(path)):
        return path
    raise InputError("This file is not here, or no longer. Upload it again.")


class Keeper:
    """Knows which sessions use which files below a folder, and deletes what nobody needs any more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.pages: frozenset[str] = frozenset()  # what the page shows to everybody
        self.used: defaultdict[str, dict[str, float]] = defaultdict(dict)  # path -> session -> when it was last used

    def keep_present(self) -> None:
        """From now on, keep what is in the folder: the pictures that the layout shows."""
        self.pages = frozenset(map(str, self._present()))

    def note(self, session: str | None, data: Any) -> None:
        """A session sent or got the files in `data`, a value of JSON with {"path": ...} anywhere."""
        if session is not None:
            for path in paths(data):
                if is_inside(path, self.folder):
                    self.used[os.path.realpath(path)][session] = time.time()

    def sweep(self, living: Collection[str], now: float | None = None) -> set[str]:
        """Delete the files whose sessions are gone, and those of no session that are older than an hour.

        Args:
            living: sessions that have a window or were used lately.
            now: seconds since the epoch; the present unless given.

        Returns:
            The paths of the deleted files.
        """
        now = time.time() if now is None else now
        left = self._forget_sessions(living, now)
        deleted = set()
        for file in self._present():
            path = str(file)
            if path not in self.pages and path not in self.used:
                least_s = FRESH_S if path in left else HOUR_S
                if _delete_if_older(file, now - least_s):
                    deleted.add(path)
        return deleted

    def _forget_sessions(self, living: Collection[str], now: float) -> set[str]:
        """Drop sessions that are gone, and return the files that no session uses any more."""
        left = set()
        for path in list(self.used):
            sessions = self.used[path]
            for session, used_at in list(sessions.items()):
                if session not in living and used_at < now - KEPT_S:
                    del sessions[session]
            if not sessions:
                del self.used[path]
                left.add(path)
        return left

    def _present(self) -> Iterator[Path]:
        for place, _, names in os.walk(self.folder):
            yield from (Path(place) / name for name in names)


def paths(data: Any) -> Iterator[str]:
    """Every value of a key "path" in nested lists and dicts."""
    if isinstance(data, dict):
        if isinstance(data.get("path"), str):
            yield data["path"]
        data = list(data.values())
    if isinstance(data, (list, tuple)):
        for item in data:
            yield from paths(item)


def _delete_if_older(file: Path, than: float) -> bool:
    with placing, contextlib.suppress(FileNotFoundError):  # somebody else was faster
        if file.lstat().st_mtime < than:
            file.unlink()
            with contextlib.suppress(OSError):  # the folder holds more
                file.parent.rmdir()
            return True
    return False


# --- in the place of Gradio's functions, with their arguments and paths ---


def in_both_languages(error: PretextError) -> gr.Error:
    """An error as the page shows it, where the language of the page is not known."""
    sentences = " ".join(Say(language).error(error) for language in LANGUAGES)
    return gr.Error(sentences, duration=8, print_exception=False)


def save_bytes(data: bytes, file_name: str, cache_dir: str) -> str:
    """Write content into the cache, below a folder named after its hash."""
    target = Path(cache_dir) / processing_utils.hash_bytes(data) / Path(file_name).name
    with written_whole(target) as part:
        part.write_bytes(data)
    return str(target.resolve())


def save_picture(img: Image.Image, cache_dir: str, name: str = "image", format: str = "webp") -> str:
    """Write a picture into the cache."""
    content: bytes = processing_utils.encode_pil_to_bytes(img, format)  # type: ignore[no-untyped-call]
    return save_bytes(content, f"{name}.{format}", cache_dir)


def save_sound(data: NDArray[Any], sample_rate: int, format: str, cache_dir: str) -> str:
    """Write a sound, (samples,) or (samples, channels), into the cache."""
    kind = f"{sample_rate} {data.dtype} {data.shape}".encode()
    target = Path(cache_dir) / processing_utils.hash_bytes(kind + data.tobytes()) / f"audio.{format}"
    with written_whole(target) as part:
        processing_utils.audio_to_file(sample_rate, data, str(part), format)  # type: ignore[no-untyped-call]
    return str(target.resolve())


async def refuse_download(url: str, cache_dir: str) -> str:
    """Instead of fetching an address that a call names: uploads come through the upload route alone."""
    raise in_both_languages(InputError("Upload the file itself: this page fetches no addresses."))
