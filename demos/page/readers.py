"""An event's answer goes to whoever asked: a session by its hash, a call without one by the event's id.

Gradio hands the messages of a whole session to whoever knows the id of one of its events. An id and a session's hash
are secrets of one client, so each is asked for where it belongs: the id alone opens a call that was made without a
session, and an event of a session opens with that session's hash beside it.
"""

import hmac
import re
from collections.abc import Callable
from urllib.parse import parse_qs

from gradio.queueing import Queue
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.page.doors import bare, route_path

CALL = re.compile(r"/gradio_api/call/(?:v2/)?[^/]+/([^/]+)")


class OwnAnswers:
    """ASGI middleware in front of /call/<name>/<event id>.

    Args:
        app: the application.
        queue: returns the queue whose events are asked for.
    """

    def __init__(self, app: ASGIApp, queue: Callable[[], Queue]) -> None:
        self.app = app
        self.queue = queue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 404 as for an event that there is not."""
        asked = CALL.fullmatch(route_path(scope)) if scope["type"] == "http" and scope["method"] == "GET" else None
        session = session_of(self.queue(), asked[1]) if asked else None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash", [""])[0]
        if session is None or hmac.compare_digest(session.encode(), given.encode()):
            await self.app(scope, receive, send)
        else:
            await bare(404)(scope, receive, send)


def session_of(queue: Queue, event_id: str) -> str | None:
    """The session of an event; None if it has none of its own or is not known."""
    event = queue.event_ids_to_events.get(event_id)
    pending = queue.pending_event_ids_session.items()
    sessions = [event.session_hash] if event else [session for session, ids in list(pending) if event_id in ids]
    return next((session for session in sessions if session != event_id), None)
