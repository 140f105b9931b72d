"""Freed memory that the C library keeps for itself: less of it, and what sessions leave behind is given back.

glibc lets threads allocate from up to eight arenas per core, so that they wait for one another less, and returns of
each only what lies at its end. Here threads compute one at a time for the most part: with two arenas the page took
1,363 MB after all tabs were opened, with its own count 1,464 to 1,571 (`python -m tests.bench memory`).
"""

import ctypes
import functools
import platform

M_ARENA_MAX = -8  # malloc.h
ARENAS = 2


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


def keep_little() -> None:
    """Bound the arenas of this process; before its threads start. Elsewhere than on glibc nothing happens."""
    if (library := _glibc()) is not None:
        library.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return to the system what is free now."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)
