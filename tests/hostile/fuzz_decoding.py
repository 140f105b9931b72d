"""Spoil files byte by byte and open them, until one raises what is no sentence: make fuzz.

The corpus begins with the files of `media.py`. The first byte says whether the rest is a picture or a sound; libFuzzer
takes the arguments, e.g. -max_total_time=60, and leaves a file that broke something in the working directory. Sounds
that soundfile does not read are decoded in a process of their own, in which nothing is followed.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core.data"]):
    from core.data import pictures, sounds
from core.errors import InputError
from tests.hostile.media import PICTURES, SOUNDS

PICTURE, SOUND = b"\0", b"\1"
LIMITS = ["-max_len=200000", "-rss_limit_mb=2048", "-timeout=60"]


def open_once(data: bytes) -> None:
    """Open one file; a sentence is an answer, anything else ends the run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data[1:])
        try:
            if data[:1] == SOUND:
                sounds.open_recording(path)
            else:
                pictures.open_with_notes(str(path))
        except InputError:
            return


def write_corpus(folder: Path) -> None:
    """Write the files to begin with."""
    for kind, files in ((PICTURE, PICTURES), (SOUND, SOUNDS)):
        for name, (write, _) in files.items():
            path = folder / name
            write(path)
            if path.stat().st_size < 200_000:
                (folder / f"{kind.hex()}-{len(list(folder.iterdir()))}").write_bytes(kind + path.read_bytes())
            path.unlink()


def main() -> None:
    """Fuzz with a corpus in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder))
        atheris.Setup([sys.argv[0], *LIMITS, *sys.argv[1:], folder], open_once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
