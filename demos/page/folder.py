"""The temporary folder of one server, and files that are written whole or not at all.

Several servers may share a machine. Each has a folder of its own and holds a lock on it as long as it lives; the kernel
releases the lock however the process ends. A server that starts removes the folders whose lock nobody holds: they are
what a server left that was killed.
"""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from core.shortage import FULL, storage_full

NAME = re.compile(r"pretext-server-[0-9a-f]{16}")
LOCK, FILES, PARTS = "lock", "files", "parts"
placing = threading.Lock()  # held while a folder is made for a file, and while a file and its empty folder are removed


class OwnFolder:
    """A new folder below `parent` that no other process uses: `files` for uploads and results, `parts` for the rest.

    Raises:
        OSError: `parent` cannot be written.
    """

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(parent)
        # Under a name that no server looks for, until the lock is held.
        begun = Path(tempfile.mkdtemp(prefix="pretext-begun-", dir=parent.resolve()))
        self._lock = os.open(begun / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.path = begun.rename(begun.parent / f"pretext-server-{secrets.token_hex(8)}")
        self.files, self.parts = self.path / FILES, self.path / PARTS
        self.files.mkdir()
        self.parts.mkdir()

    def remove(self) -> None:
        """Delete the folder; a thread that still writes may make a part of it again, so look twice more."""
        for _ in range(3):
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def remove_abandoned(parent: Path) -> list[Path]:
    """Delete the folders of servers that are gone, and return them; others' folders and links stay."""
    gone = [folder for folder in sorted(parent.iterdir()) if NAME.fullmatch(folder.name) and _is_abandoned(folder)]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return gone


def _is_abandoned(folder: Path) -> bool:
    try:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        lock = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:  # without a lock nobody can own it
        return folder.is_dir()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


@contextlib.contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A file beside `target` to write to; it takes the place of `target` at the end, and goes if writing fails.

    Raises:
        StorageFull: there is no room for it.
    """
    try:
        with placing:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        os.close(handle)
        try:
            yield Path(name)
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        if error.errno in FULL:
            raise storage_full() from error
        raise


def is_inside(path: str | Path, folder: str | Path) -> bool:
    """Whether a path lies below a folder once links and `..` are resolved; the path need not exist or be one."""
    return "\0" not in str(path) and Path(folder).resolve() in Path(os.path.realpath(path)).parents


def size_mb(folder: Path) -> float:
    """Megabytes of all files below a folder."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                total += os.lstat(os.path.join(place, name)).st_size
    return total / 1e6
