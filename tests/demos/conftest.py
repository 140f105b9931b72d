"""Gradio as the server prepares it, for one test."""

from pathlib import Path

import pytest
from gradio import processing_utils, queueing, routes
from gradio.state_holder import SessionState, StateHolder
from gradio_client import utils as client_utils

REPLACED = (
    (SessionState, ("__init__", "__setitem__", "_update_config", "_update_value_in_config")),
    (StateHolder, ("delete_all_expired_state",)),
    (processing_utils, ("save_pil_to_cache", "save_audio_to_cache", "async_ssrf_protected_download", "hash_seed")),
    (client_utils, ("strip_invalid_filename_characters",)),
    (queueing, ("traceback",)),
    (routes, ("upload_fn", "CustomCORSMiddleware")),
)


@pytest.fixture
def own_gradio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever the server replaces in Gradio is put back after the test; the folder of uploads and results."""
    for place, names in REPLACED:
        for name in names:
            monkeypatch.setattr(place, name, getattr(place, name))
    folder = tmp_path / "gradio"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder
