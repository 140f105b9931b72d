"""/healthz: what a container, a proxy or a cluster asks a server before it sends a visitor there.

It answers 200 while an event would be taken and answered, and 503 before the queue runs, from the moment that the
server is asked to end, and after the queue was closed. A full queue is no illness: the next questions are answered,
and another server would not have their sessions.
"""

import time
from collections.abc import Callable
from typing import Any

import gradio as gr
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core import models
from demos.page.doors import HEALTH, route_path
from demos.page.sessions import Sessions


class Health:
    """ASGI middleware that answers /healthz.

    Args:
        app: the application.
        page: whose queue is asked; another one, where the page is served anew.
        sessions: which of its visitors have an open window.
        ending: whether the server takes no more questions.
    """

    def __init__(self, app: ASGIApp, page: gr.Blocks, sessions: Sessions, ending: Callable[[], bool]) -> None:
        self.app = app
        self.page = page
        self.sessions = sessions
        self.ending = ending
        self.begun = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http" or route_path(scope).rstrip("/") != HEALTH:
            await self.app(scope, receive, send)
            return
        answering = bool(self.page.is_running) and not self.page._queue.stopped and not self.ending()
        state = {"status": "ok" if answering else "down", "up_s": round(time.monotonic() - self.begun)}
        report = JSONResponse(
            {**state, **found(self.page, self.sessions)}, 200 if answering else 503, {"cache-control": "no-store"}
        )
        await report(scope, receive, send)


def found(page: gr.Blocks, sessions: Sessions) -> dict[str, Any]:
    """What a server has loaded and who asks it: counts and names of models, nothing about a visitor."""
    queue = page._queue
    running = sum(job is not None for job in list(queue.active_jobs))
    return {
        "device": models.device_name(),
        "models": {"loaded": list(models.loaded()), "bundled": models.bundled_count()},
        "visitors": len(sessions.windows),
        "queue": {"running": running, "waiting": len(queue), "most": queue.max_size},
    }
