"""Pictures on their way to the browser.

Gradio stores a picture under a name made of its content and writes the file anew each time that picture is an answer.
A browser that is fetching it at this moment, for this visitor or another, gets a part of it and shows a torn page icon.
Here the file is written beside its place and moved there, so whoever reads it gets it whole.
"""

import os
import tempfile
from pathlib import Path

from gradio import processing_utils
from PIL import Image


def keep_whole() -> None:
    """Have Gradio write pictures by `save_whole` from now on."""
    processing_utils.save_pil_to_cache = save_whole


def save_whole(img: Image.Image, cache_dir: str, name: str = "image", format: str = "webp") -> str:
    """Write a picture into the cache; arguments and path are those of Gradio's own function."""
    content: bytes = processing_utils.encode_pil_to_bytes(img, format)  # type: ignore[no-untyped-call]
    folder = Path(cache_dir) / processing_utils.hash_bytes(content)
    folder.mkdir(exist_ok=True, parents=True)
    target = (folder / f"{name}.{format}").resolve()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
        part.write(content)
    os.replace(part.name, target)
    return str(target)
