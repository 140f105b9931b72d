"""What every test starts from: no network, few threads, and files as a visitor would bring them."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the page, the browser and the tests share two cores

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import skimage.data
import soundfile
from PIL import Image

from core import checkpoints
from demos.page import backend
from tests import slow


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that tests/slow.txt lists."""
    for item in items:
        if slow.is_slow(item.nodeid):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph as a visitor's PNG: 320 x 240, not one of the page's own examples."""
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    Image.fromarray(skimage.data.astronaut()[:384]).resize((320, 240)).save(path)
    return path


@pytest.fixture(scope="session")
def other_photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one: a JPEG of 300 x 300."""
    path = tmp_path_factory.mktemp("photo") / "other.jpg"
    Image.fromarray(skimage.data.rocket()[:300, 100:400]).save(path)
    return path


@pytest.fixture(scope="session")
def sound_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second and a half of a plucked note as a visitor's WAV, 22.05 kHz stereo."""
    path, rate_hz = tmp_path_factory.mktemp("sound") / "note.wav", 22_050
    time_s = np.arange(int(1.5 * rate_hz)) / rate_hz
    note = 0.5 * np.exp(-3 * time_s) * sum(np.sin(2 * np.pi * 330 * k * time_s) / k for k in (1, 2, 3))
    soundfile.write(path, np.stack([note, 0.5 * note], 1), rate_hz)
    return path


@pytest.fixture(scope="session")
def bright_tops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four pictures with a bright top, a third of them for testing."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(24):
        half = "test" if number % 3 == 0 else "train"
        picture = rng.integers(0, 100, (40, 40, 3), dtype=np.uint8)
        picture[:14] += 150
        (root / half / "any").mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(root / half / "any" / f"{number}.png")
    return root


@pytest.fixture(scope="session")
def text_as_picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text file that calls itself a picture."""
    path = tmp_path_factory.mktemp("wrong") / "letter.png"
    path.write_text("Dear model,\n")
    return path


@pytest.fixture(scope="session")
def huge_picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG of some 20 kB that unpacks to 169 megapixels."""
    path = tmp_path_factory.mktemp("huge") / "huge.png"
    Image.new("1", (13_000, 13_000)).save(path, optimize=True)
    return path


@pytest.fixture(scope="session")
def built() -> gr.Blocks:
    """The page, built once per session and not served. Building it opens no checkpoint: it would fail."""
    import app

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "load", lambda name, **_: pytest.fail(f"{name} was opened by the layout"))
        return app.build()


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """A test that replaces part of a model must not get an answer of the model as it was."""
    backend.KEPT.clear()
