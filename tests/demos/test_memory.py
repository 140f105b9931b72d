"""What the C library keeps of freed memory, in processes of their own: the bound holds for good."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")


def printed(program: str) -> str:
    """What a program prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_threads_share_two_arenas() -> None:
    program = """
import ctypes, sys, tempfile, threading
from demos.page import memory
{bound}
libc, barrier = ctypes.CDLL(None), threading.Barrier(12)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p

def allocate():
    libc.malloc(ctypes.c_size_t(1000))
    barrier.wait()

threads = [threading.Thread(target=allocate) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
with tempfile.NamedTemporaryFile() as file:
    report = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, report)
    libc.fclose(report)
    print(open(file.name).read().count("<heap nr="))
"""
    assert int(printed(program.format(bound="memory.keep_little()"))) <= 2
    assert int(printed(program.format(bound=""))) > 2, "what glibc does by itself"


def test_freed_memory_is_given_back() -> None:
    program = """
import ctypes, psutil
from demos.page import memory
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
blocks = [libc.malloc(ctypes.c_size_t(10_000)) for _ in range(10_000)]
for block in blocks:
    ctypes.memset(block, 1, 10_000)
for block in blocks[:-1]:  # the last one keeps what lies before it from being returned
    libc.free(ctypes.c_void_p(block))
before = psutil.Process().memory_info().rss
memory.give_back()
print((before - psutil.Process().memory_info().rss) // 1_000_000)
"""
    assert int(printed(program)) > 80
