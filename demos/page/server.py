"""What the server adds to Gradio: closed doors, compression, files that are kept as long as needed, a queue that idles.

What belongs together is in a module of its own: `doors.py` (routes, names, origins), `headers.py`, `uploads.py`,
`files.py` and `folder.py` (uploads and results), `readers.py` (who gets an answer), `sessions.py`,
`operations.py` (log-in, limits, metrics, the log).

Gradio puts the name of an uploaded file into the address of the file as it is, and shows nothing if the name holds a
percent sign, a quotation mark or the like. Here such characters are left out of the stored name.

Gradio asks its queue for work a thousand times per second, which costs an idle server several per cent of a core. Here
it asks fifty times per second.
"""

import contextlib
import functools
import os
import secrets
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import gradio as gr
from gradio import processing_utils, routes
from gradio.queueing import Event, Queue
from gradio_client import utils as client_utils
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import InputError
from demos.page import doors, files, headers, layout, leases, uploads
from demos.page.calls import Gate, say_of
from demos.page.doors import route_path
from demos.page.folder import OwnFolder
from demos.page.health import Health
from demos.page.limits import Limits
from demos.page.operations import Operations
from demos.page.readers import OwnAnswers
from demos.page.restart import Ending, name_start
from demos.page.sessions import CAPACITY, Heartbeats, Sessions
from demos.page.sessions import prepare as keep_lean

GZIP_LEVEL = 5  # 2.7 MB of configuration become 284 KB in 17 ms; level 9: 264 KB in 52 ms
IN_ADDRESSES = str.maketrans("", "", "%#?&\"'\\`<>")
strip_name = client_utils.strip_invalid_filename_characters
QUEUE_POLL_S, PROGRESS_POLL_S = 0.02, 0.1  # Gradio's own: 0.001 and 0.01, on Windows 0.05 and 0.1
SWEEP_S = 60
MAX_RUNNING = 400  # events at once, viewers of trainings included; Gradio's own 40 would be filled by one class


@dataclass(frozen=True)
class Hosting:
    """How the page is served.

    Attributes:
        host, port: where it listens; None leaves it to Gradio, which is what Hugging Face Spaces expects.
        share: whether Gradio opens a public link.
        hosts: the names that the server answers to.
        frames: the sites that may show the page in a frame.
        folder: where the folder for uploads and results is made.
        operations: log-in, limits, metrics and the log.
    """

    host: str | None
    port: int | None
    share: bool
    hosts: doors.Hosts
    frames: str
    folder: Path
    operations: Operations

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Hosting":
        """Read HOST, PORT, SHARE, HOSTS, FRAMES and GRADIO_TEMP_DIR, and SPACE_HOST, which Hugging Face sets.

        `Operations` reads its own.
        """
        share = environ.get("SHARE") == "1"
        return cls(
            host=environ.get("HOST"),
            port=int(environ["PORT"]) if "PORT" in environ else None,
            share=share,
            hosts=doors.Hosts.of(environ.get("HOSTS"), share=share, space=environ.get("SPACE_HOST")),
            frames=environ.get("FRAMES", headers.FRAMES),
            folder=Path(environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()),
            operations=Operations.of(environ),
        )


class Trainings(leases.Trainings, Protocol):
    """The trainings of the page, as far as the server has to do with them."""

    def leave(self, session: str) -> None:
        """The last window of a session has closed."""

    def sweep(self) -> None:
        """Forget those that nobody has looked at for long."""

    def stop_all(self) -> None:
        """End them, since the server ends."""

    def counts(self) -> dict[str, int]:
        """How many are running and how many wait."""


class EarlyScript:
    """ASGI middleware that puts a script at the beginning of the page, and names the page's language.

    Gradio's own `head` runs after its scripts, and it says that every page is English: a browser then offers to
    translate the Chinese one, after which values that change no longer do.
    """

    def __init__(self, app: ASGIApp, script: str) -> None:
        self.app = app
        self.script = script.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; of a whole page in HTML, hold the start back until its length is known."""
        held: list[Message] = []
        parts: list[bytes] = []

        async def send_with_script(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                held.append(message)
            elif not held or message["type"] != "http.response.body":
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = b"".join(parts).replace(b"<head>", b"<head>" + self.script, 1)
                    body = body.replace(b'lang="en"', f'lang="{language_of(route_path(scope))}"'.encode(), 1)
                    fixed = [pair for pair in held[0]["headers"] if pair[0] != b"content-length"]
                    await send({**held[0], "headers": [*fixed, (b"content-length", str(len(body)).encode())]})
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_with_script if scope["type"] == "http" else send)


def language_of(path: str) -> str:
    """The language of the page at a path, as HTML names it."""
    last = path.rstrip("/").rpartition("/")[2]
    return "zh-Hans" if last == "zh" else "en"


def _is_html(message: Message) -> bool:
    return any(name == b"content-type" and kind.startswith(b"text/html") for name, kind in message.get("headers", []))


def app_settings(sessions: Sessions, hosting: Hosting, queue: Callable[[], Queue]) -> dict[str, Any]:
    """Settings of the FastAPI application that Gradio builds.

    Starlette compresses what is text and worth it; event streams, pictures and sounds pass as they are.
    """
    return {
        "middleware": [
            Middleware(headers.SafetyHeaders, headers.content_policy(hosting.frames, share=hosting.share)),
            Middleware(doors.OwnNames, hosting.hosts),
            Middleware(doors.Routes),
            Middleware(OwnAnswers, queue),
            Middleware(Heartbeats, sessions),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=GZIP_LEVEL),
            Middleware(EarlyScript, layout.EARLY),
        ],
        "exception_handlers": {uploads.Refused: uploads.explain},
    }


@contextlib.contextmanager
def own_folder(parent: Path) -> Iterator[OwnFolder]:
    """Keep every temporary file of this process in a folder of its own until it ends, by SIGTERM as well.

    For the whole process, and for the page that is built inside. Gradio closes its server on an interrupt.
    """
    folder = OwnFolder(parent)
    os.environ["GRADIO_TEMP_DIR"] = str(folder.files)  # where Gradio's components store files
    tempfile.tempdir = str(folder.parts)
    processing_utils.hash_seed = secrets.token_bytes(32)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield folder
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        folder.remove()


def prepare(
    page: gr.Blocks, hosting: Hosting, folder: Path, trainings: Trainings, ending: Ending | None = None
) -> dict[str, Any]:
    """Have Gradio serve a page by the rules of this package; uploads and results lie in `folder`, and nothing else.

    Args:
        page: that is served.
        hosting: how.
        folder: of uploads and results.
        trainings: of the page.
        ending: gets the page, to end it.

    Returns:
        The arguments of `page.launch` that go with it.
    """
    leases.begin(trainings)
    keep_lean(sessions := Sessions(trainings.leave))
    replace_functions(hosting.hosts.sites, hosting.operations.limits)
    page.has_launched = True  # until then Gradio copies any file that a call names, for ever in a page that is mounted
    queue = page._queue
    queue.sleep_when_free = QUEUE_POLL_S
    queue.progress_update_sleep_when_free = PROGRESS_POLL_S
    keeper = files.Keeper(folder)
    keeper.keep_present()
    note_files(page, keeper)
    threading.Thread(target=sweep_forever, args=(page, keeper, sessions, trainings), name="sweep", daemon=True).start()
    settings = app_settings(sessions, hosting, lambda: page._queue)
    doors_first, watch = hosting.operations.begin(page, sessions, trainings)
    settings["middleware"] += [Middleware(Health, page, sessions, lambda: watch.ending), Middleware(Gate, page)]
    settings["middleware"][2:2] = doors_first  # behind the names
    name_start(page)
    if ending is not None:
        ending.watch(page, watch.refuse_all, trainings.stop_all)
    place = {"server_name": hosting.host, "server_port": hosting.port}
    return {"app_kwargs": settings, "state_session_capacity": CAPACITY, "max_threads": MAX_RUNNING, **place}


def replace_functions(sites: tuple[str, ...], limits: Limits) -> None:
    """Put the functions of this package in the place of Gradio's; the page is published under `sites`."""
    processing_utils.save_pil_to_cache = files.save_picture
    processing_utils.save_audio_to_cache = files.save_sound
    processing_utils.async_ssrf_protected_download = files.refuse_download
    client_utils.strip_invalid_filename_characters = plain_name
    own_origin = functools.partial(doors.OwnOrigin, sites=sites)
    vars(routes).update(upload_fn=uploads.Uploads(limits).receive, CustomCORSMiddleware=own_origin)


def busy(page: gr.Blocks, event: int) -> tuple[bool, str, str]:
    """What a full queue answers: a sentence in the language of the page, where Gradio has one in English."""
    sentence = InputError(
        "The page is busy: {count} questions are waiting. Try again in a minute.", count=len(page._queue)
    )
    return False, say_of(page.fns[event]).error(sentence), "error"


def note_files(page: gr.Blocks, keeper: files.Keeper) -> None:
    """Tell `keeper` of every file that a session sends or gets."""
    queue = page._queue
    push, send = queue.push, queue.send_message

    async def push_and_note(body: Any, request: Any, username: str | None) -> Any:
        pushed = await push(body, request, username)
        keeper.note(body.session_hash, body.data)  # by now a call without a session has one
        return busy(page, body.fn_index) if pushed[2] == "queue_full" else pushed

    def send_and_note(event: Event, event_message: Any) -> None:
        keeper.note(event.session_hash, getattr(event_message, "output", None))
        send(event, event_message)

    queue.push = push_and_note  # type: ignore[method-assign]
    queue.send_message = send_and_note  # type: ignore[method-assign]


def sweep_forever(page: gr.Blocks, keeper: files.Keeper, sessions: Sessions, trainings: Trainings) -> None:
    """Delete every minute what nobody needs, and have Gradio forget it as well."""
    while True:
        time.sleep(SWEEP_S)
        trainings.sweep()
        deleted = keeper.sweep(sessions.living())
        for remembered in page.temp_file_sets:
            remembered -= deleted


def plain_name(filename: str, max_bytes: int = 200) -> str:
    """Name under which an upload is stored: Gradio's, without what means something else in an address."""
    stem, suffix = (part.translate(IN_ADDRESSES) for part in os.path.splitext(filename))
    stored: str = strip_name((stem or "file") + suffix, max_bytes)
    return stored
