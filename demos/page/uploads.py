"""The upload route: bounded while it is read, by request, by visitor and by room, and without leftovers.

Gradio checks the size of each file alone and lets a thousand of them pass. An upload that breaks off or does not fit
leaves its parts behind there. Here they lie in one folder with a random name, which goes if anything fails.

Gradio's browser client sends uploads without the session they belong to. What a visitor may send per hour is therefore
counted by network address.
"""

import os
import secrets
import shutil
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from gradio.route_utils import FileUploadProgress, GradioMultiPartParser, GradioUploadFile
from gradio_client import utils as client_utils
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from core.errors import InputError, PretextError
from core.shortage import FULL, storage_full
from demos.page.folder import size_mb
from demos.page.limits import Limits
from demos.page.words import LANGUAGES, Say

MAX_FILES = 32  # a gallery takes 16
REQUEST_MB = 200
HOURLY_MB = 2000  # of one network address
HELD_MB = 4000  # of all uploads and results on this server
RESERVE_MB = 200  # left free on the disk
HOUR_S = 3600


class Refused(Exception):
    """An upload that is not taken.

    Args:
        status: of the answer over HTTP.
        reason: the sentence for the visitor.
    """

    def __init__(self, status: int, reason: PretextError) -> None:
        super().__init__(str(reason))
        self.status = status
        self.reason = reason


def explain(request: Request, refused: Exception) -> Response:
    """The answer to a refused upload: its sentence in the language of the page that sent it."""
    assert isinstance(refused, Refused)
    ending = urlsplit(request.headers.get("referer", "")).path.rstrip("/").rpartition("/")[2]
    say = next((Say(language) for language in LANGUAGES if language == ending), Say(LANGUAGES[0]))
    return PlainTextResponse(say.error(refused.reason), refused.status)


class Uploads:
    """Takes uploads, and knows how much each visitor has sent in the last hour.

    Args:
        limits: on how many there may be, and what the address of a visitor is.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.sent: dict[str, tuple[float, int]] = {}  # network address -> since when, bytes

    async def receive(
        self,
        request: Request,
        upload_dir: str,
        max_file_size: float,
        upload_id: str | None,
        force_move: bool = True,
        upload_progress: FileUploadProgress | None = None,
    ) -> tuple[list[str], list[str], list[str]]:
        """Store what a request brings; arguments and first result are those of Gradio's `upload_fn`.

        Raises:
            Refused: too many files or bytes, no multipart form, or no room.
        """
        if fast := self.limits.refusal(request.scope):
            raise Refused(429, fast)
        await self._check_room(request, Path(upload_dir))
        if upload_id and upload_progress:
            upload_progress.track(upload_id)
        folder = Path(upload_dir) / secrets.token_hex(16)
        kept = False
        try:
            (folder / "parts").mkdir(parents=True)
            parser = GradioMultiPartParser(
                request.headers,
                self._bounded(request),
                max_files=MAX_FILES,
                max_fields=0,  # fields are kept in memory, and the page sends none
                upload_dir=folder / "parts",
                max_file_size=max_file_size,
                upload_id=upload_id,
                upload_progress=upload_progress,
            )
            stored = await _store(parser, folder)
            kept = True
            return stored, [], []
        except OSError as error:
            if error.errno in FULL:
                raise Refused(507, storage_full()) from error
            raise
        finally:
            if upload_id and upload_progress:
                upload_progress.set_done(upload_id)
            shutil.rmtree(folder / "parts" if kept else folder, ignore_errors=True)

    async def _check_room(self, request: Request, folder: Path) -> None:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise Refused(400, InputError("Send files as a form (multipart/form-data)."))
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > REQUEST_MB * 1e6:
            raise _too_large()
        folder.mkdir(parents=True, exist_ok=True)
        held = await anyio.to_thread.run_sync(size_mb, folder)
        if held > HELD_MB or shutil.disk_usage(folder).free < RESERVE_MB * 1e6:
            raise Refused(507, storage_full())

    async def _bounded(self, request: Request) -> AsyncGenerator[bytes, None]:
        """The body of a request, until it is too long."""
        visitor = self.limits.address(request.scope)
        total = 0
        async for chunk in request.stream():
            total += len(chunk)
            if total > REQUEST_MB * 1e6:
                raise _too_large()
            if self.count(visitor, len(chunk)) > HOURLY_MB * 1e6:
                raise Refused(429, InputError("You may upload {limit} MB per hour. Try again later.", limit=HOURLY_MB))
            yield chunk

    def count(self, visitor: str, more: int, now: float | None = None) -> int:
        """Add bytes to what a visitor has sent, and return the sum since his hour began."""
        now = time.time() if now is None else now
        if visitor not in self.sent:
            self.sent = {key: value for key, value in self.sent.items() if value[0] > now - HOUR_S}
        since, total = self.sent.get(visitor, (now, 0))
        if since <= now - HOUR_S:
            since, total = now, 0
        self.sent[visitor] = since, total + more
        return total + more


def _too_large() -> Refused:
    return Refused(413, InputError("One upload may have at most {limit} MB.", limit=REQUEST_MB))


async def _store(parser: GradioMultiPartParser, folder: Path) -> list[str]:
    """Read a form to its end, and move its files each into a folder of its own, since names may repeat."""
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if "of files" in error.message:
            raise Refused(413, InputError("One upload may have at most {limit} files.", limit=MAX_FILES)) from error
        raise
    except ClientDisconnect as error:  # nobody reads the answer, and the visitor did nothing wrong
        raise Refused(400, InputError("Send files as a form (multipart/form-data).")) from error
    finally:
        for opened in parser._files_to_close_on_error:
            opened.close()
    stored = []
    for number, file in enumerate(form.getlist("files")):
        assert isinstance(file, GradioUploadFile)  # a field would have been refused
        name = client_utils.strip_invalid_filename_characters(Path(file.filename or "").name)
        target = folder / str(number) / (name if name.strip(".") else "file")
        target.parent.mkdir()
        os.rename(file.file.name, target)
        stored.append(str(target))
    return stored
