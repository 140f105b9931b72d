"""A machine that answers as the Hub does, for the calls that this project makes: what a model is, and its files."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants

from core import checkpoints
from core import hub as hub_client

COMMIT = "1" * 40
Files = dict[str, bytes]


@contextlib.contextmanager
def answering(models: dict[str, Files]) -> Iterator[tuple[str, list[str]]]:
    """Serve models by name; gives the address, and the paths that were asked for so far."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            asked.append(self.path)
            status, content = found(models, self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def found(models: dict[str, Files], path: str) -> tuple[int, bytes]:
    """Status and content of /api/models/NAME[/revision/COMMIT or /tree/COMMIT] or /NAME/resolve/COMMIT/FILE."""
    for name, files in models.items():
        if path in (
            f"/api/models/{name}",
            f"/api/models/{name}/revision/main",
            f"/api/models/{name}/revision/{COMMIT}",
        ):
            siblings = [{"rfilename": file, "size": len(content)} for file, content in files.items()]
            return 200, json.dumps({"id": name, "sha": COMMIT, "siblings": siblings}).encode()
        if path == f"/api/models/{name}/tree/{COMMIT}":
            entries = [{"type": "file", "path": file, "size": len(files[file]), "oid": "2" * 40} for file in files]
            return 200, json.dumps(entries).encode()
        file = path.removeprefix(f"/{name}/resolve/{COMMIT}/")
        if file in files:
            return 200, files[file]
    return 404, b"{}"


def point_at(url: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the client of the Hub ask another machine, with a cache of its own."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.HfApi, "__init__", with_endpoint(huggingface_hub.HfApi.__init__, url))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(checkpoints, "opened", {})
    hub_client.be_impatient.cache_clear()


def with_endpoint(begin: Callable[..., None], url: str) -> Callable[..., None]:
    """The beginning of a client of the Hub that asks another machine."""

    def init(api: huggingface_hub.HfApi, endpoint: str | None = None, **given: Any) -> None:
        begin(api, endpoint or url, **given)

    return init
