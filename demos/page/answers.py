"""Answers that are kept: bounded by number and bytes, the one that was used least recently goes first."""

import dataclasses
import functools
import hashlib
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from core.models import Here

R = TypeVar("R")
LARGEST = 8_000_000  # bytes of one answer; a larger one is not kept
PLAIN = (type(None), bool, int, float, str, bytes)


class Kept(NamedTuple):
    """An answer and its size in bytes."""

    answer: object
    size: int


class Answers:
    """Answers by the key of their question; whoever asks what is being computed waits for it.

    Args:
        most: answers that are kept.
        most_bytes: of all of them together.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most, self.most_bytes = most, most_bytes
        self.bytes = self.hits = self.misses = 0
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._computing: weakref.WeakValueDictionary[bytes, Any] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def get(self, key: bytes, compute: Callable[[], R]) -> R:
        """The answer that is kept under a key, else the computed one; an error is nobody's answer and not kept."""
        with self._lock:
            computing = self._computing.setdefault(key, threading.Lock())
        with computing:
            with self._lock:
                found = self._kept.get(key)
                if found is not None:
                    self._kept.move_to_end(key)
                    self.hits += 1
                    return cast(R, found.answer)
                self.misses += 1
            answer = compute()
            self._keep(key, answer)
            return answer

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _keep(self, key: bytes, answer: object) -> None:
        size = freeze(answer)
        if size is None or size > LARGEST:
            return
        with self._lock:
            self._kept[key] = Kept(answer, size)
            self.bytes += size
            while len(self._kept) > self.most or self.bytes > self.most_bytes:
                self.bytes -= self._kept.popitem(last=False)[1].size


def freeze(answer: object) -> int | None:
    """Make the arrays of an answer read-only, since others will get it too.

    Returns:
        Its bytes, roughly; None if it holds anything but plain values, arrays, and tuples, dicts and frozen dataclasses
        of them.
    """
    if isinstance(answer, np.ndarray):
        answer.flags.writeable = False
        return answer.nbytes + 200
    if isinstance(answer, (*PLAIN, np.generic)):
        return len(answer) + 50 if isinstance(answer, (str, bytes)) else 50
    inside = parts_of(answer)
    sizes = [None] if inside is None else [freeze(each) for each in inside]
    return None if None in sizes else 100 + sum(size for size in sizes if size is not None)


def key_of(question: "functools.partial[Any]") -> bytes | None:
    """A digest of a function and its arguments; None if they hold what has no value of its own, such as a tensor."""
    digest = hashlib.blake2b(digest_size=20)
    function = question.func
    digest.update(f"{function.__module__}.{function.__qualname__}:".encode())
    known = all([_add(digest, each) for each in (*question.args, question.keywords)])
    return digest.digest() if known else None


def _add(digest: Any, value: object) -> bool:
    """Add a value to a digest; False if it cannot be."""
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).data)
        return not value.dtype.hasobject
    if isinstance(value, (*PLAIN, np.generic)):
        written = f"{type(value).__name__}={value!r}{_stamp(value)};"
        digest.update(written.encode(errors="surrogatepass"))
        return not isinstance(value, Here)  # a run that goes on has other weights under the same name
    inside = None if isinstance(value, Here) else parts_of(value)
    digest.update(f"{type(value).__name__}{len(inside or [])}(".encode())
    return inside is not None and all([_add(digest, each) for each in inside])


def _stamp(value: object) -> str:
    """Size and time of the file that a text names, if it does."""
    if not isinstance(value, str) or not os.path.isabs(value) or "\0" in value or len(value) > 4096:
        return ""
    try:
        found = os.stat(value)
    except OSError:
        return ""
    return f"@{found.st_size},{found.st_mtime_ns}"


def parts_of(value: object) -> list[object] | None:
    """The values inside a tuple, list, dict or frozen dataclass; None for anything else."""
    if isinstance(value, (tuple, list)):
        return list(value)
    if isinstance(value, dict):
        return [each for pair in value.items() for each in pair]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        frozen = value.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return [getattr(value, item.name) for item in dataclasses.fields(value)] if frozen else None
    return None
