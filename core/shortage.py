"""What a machine can run short of, said in a sentence: memory of its graphics processor, and room on its disk.

Neither is a visitor's mistake or a defect: a smaller question, or the same one later, is answered.
"""

import contextlib
import errno
import gc
import traceback
from collections.abc import Iterator

import torch
from safetensors import SafetensorError

from core.errors import PretextError

FULL = (errno.ENOSPC, errno.EDQUOT)


class StorageFull(PretextError):
    """The disk, or the visitor's share of it, has no room left."""


class MemoryFull(PretextError):
    """The graphics processor has no memory left for a question."""


def storage_full() -> StorageFull:
    """The error with its sentence."""
    return StorageFull("The server's temporary folder is full. Try again later.")


def found(error: BaseException) -> PretextError | None:
    """The sentence for an error that is a shortage; None for any other."""
    if isinstance(error, torch.OutOfMemoryError):
        return MemoryFull(
            "This needs more memory than the graphics processor has free. Ask for less, or try again later."
        )
    # safetensors writes by itself, and has the number of the error in its text alone
    numbers = [f"os error {number}" for number in FULL]
    by_safetensors = isinstance(error, SafetensorError) and any(each in str(error) for each in numbers)
    if by_safetensors or (isinstance(error, OSError) and error.errno in FULL):
        return storage_full()
    return None


@contextlib.contextmanager
def as_sentence() -> Iterator[None]:
    """Raise the sentence of a shortage in its place; memory that the question held is free afterwards."""
    try:
        yield
    except (RuntimeError, OSError, SafetensorError) as error:
        sentence = found(error)
        if sentence is None:
            raise
        if isinstance(sentence, MemoryFull):
            release(error)
        raise sentence from None  # the error holds the frames of the question, and they its tensors


def release(error: BaseException) -> None:
    """Let go of what the frames of an error hold, and give PyTorch's unused memory back to the processor."""
    traceback.clear_frames(error.__traceback__)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
