"""Every call is checked here before Gradio reads it: by the page, by a program, with one sentence for each mistake.

A browser and Gradio's client join the queue with the number of an event, a program calls a public name. `Gate` refuses
what is no call at all, and a call by name with wrong values, with a status of 4xx. `Page` checks the values of what has
come through the queue, so that the sentence appears as a toast in the language of the page.
"""

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
import httpx
from gradio.block_function import BlockFunction
from gradio.data_classes import PredictBody
from gradio.exceptions import ComponentProcessingError
from gradio.state_holder import SessionState
from pydantic import ValidationError
from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import shortage
from core.errors import InputError, PretextError
from demos.page import payloads
from demos.page.events import guard
from demos.page.words import LANGUAGES, Say

CALL = re.compile(r"/gradio_api/(?:queue/join|(?P<kind>call/v2|call|run|api)/(?P<name>[^/]+))/?$")
ANSWER = re.compile(r"/gradio_api/(?:(?P<queue>queue/data)|call/(?:v2/)?[^/]+/(?P<event>[^/]+))$")
MOST_MB = 1  # files are uploaded, so that a call holds little but text
LONGEST_SESSION = 100  # characters
LOST = 200  # the status of a stream of messages, the first of which says that the session is not known
DEEPEST = 32  # lists and objects within each other; Gradio walks through them by recursion
MAY_BE_EMPTIED = (gr.Number, gr.Slider, gr.Image, gr.Audio, gr.Gallery)
Body = dict[str, Any]


class Refusal(Exception):
    """A call that gets no place in the queue: the HTTP status and the sentence."""

    def __init__(self, status: int, error: InputError, event: BlockFunction | None = None) -> None:
        self.status, self.error, self.event = status, error, event
        super().__init__(str(error))


class Page(gr.Blocks):
    """Gradio's page, with a sentence for every mistake in what an event carries.

    Gradio asks seven times for the configuration of all components until the page is served, a second of processor time
    in all that is spent once: it is worked out anew only when there are more of them, and when the page is launched.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        config, worked_out = self.default_config, self.default_config.get_config
        known: dict[tuple[int | bool, ...], Any] = {}

        def get_config(renderable: Any = None) -> Any:
            if renderable is not None:
                return worked_out(renderable)
            now = (len(config.blocks), len(config.fns), len(self.pages), len(self.children), self.has_launched)
            if now not in known:
                known.clear()
                known[now] = worked_out()
            return known[now]

        config.get_config = get_config  # type: ignore[method-assign]

    async def process_api(self, *args: Any, **given: Any) -> dict[str, Any]:
        """Check what came before Gradio reads it; skip an event whose cause is an input that was emptied."""
        event, inputs = given["block_fn"], given["inputs"]
        if given.get("iterator") is None:
            if was_emptied(event, inputs, given.get("event_data")):
                return nothing_new(event)
            with guard(say_of(event)):
                check_values(self, event, inputs, given.get("state"))
                check_cause(self, event, getattr(given.get("event_data"), "_data", None))
        with guard(say_of(event)), shortage.as_sentence():
            try:
                return await super().process_api(*args, **given)
            except ComponentProcessingError as error:  # Gradio's, around what a component raised
                cause = error.__cause__
                if isinstance(cause, PretextError) or (cause and shortage.found(cause)):
                    raise cause from None
                raise

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], state: SessionState | None, explicit_call: bool = False
    ) -> list[Any]:
        """Say in a sentence that a file is not one of the uploads, or no longer."""
        try:
            values: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
            return values
        except gr.Error:
            raise
        except (ValueError, OSError, httpx.HTTPError) as error:  # what Gradio raises about paths and addresses
            cause = error
        with guard(say_of(block_fn)):
            raise InputError("This file is not here, or no longer. Upload it again.") from cause


def say_of(event: BlockFunction) -> Say:
    """The strings of the language whose page an event belongs to; that of the layout stands at the root."""
    page = next((str(block.page) for block in (*event.outputs, *event.inputs)), "")
    return Say(next((language for language in LANGUAGES if language == page), LANGUAGES[0]))


def was_emptied(event: BlockFunction, inputs: Sequence[Any], cause: gr.EventData | None) -> bool:
    """Whether what caused an event is an input that its visitor has emptied, to put something else into it.

    A button or a call without such an input is a mistake.
    """
    target = None if cause is None else cause.target
    return any(
        target is not None and target._id == block._id and isinstance(block, MAY_BE_EMPTIED) and value in (None, [])
        for block, value in zip(event.inputs, inputs, strict=False)
    )


def nothing_new(event: BlockFunction) -> dict[str, Any]:
    """The answer of Gradio's `process_api` when every output stays as it is."""
    skipped = [gr.skip() for _ in event.outputs]
    empty: dict[str, Any] = dict.fromkeys(("iterator", "average_duration", "render_config", "used_cache"))
    return {"data": skipped, "is_generating": False, "duration": 0.0, "changed_state_ids": [], **empty}


def check_values(page: gr.Blocks, event: BlockFunction, inputs: Sequence[Any], state: SessionState | None) -> None:
    """Check what an event carries for each of its inputs.

    Args:
        page: on which the inputs are as they were laid out.
        event: that is asked for.
        inputs: one payload per input; those of `gr.State` are not read, and neither are further ones.
        state: of the session, whose inputs may have other choices; None without a session.

    Raises:
        InputError: there are too few payloads, or one does not fit its input.
    """
    if len(inputs) < len(event.inputs):
        raise InputError(
            "This call takes {count} values; here are {given}.",
            count=sum(not block.stateful for block in event.inputs),
            given=len(inputs),
        )
    for block, payload in zip(event.inputs, inputs, strict=False):
        if not block.stateful:
            laid_out = getattr(page.blocks.get(block._id), "value", None)
            now = state[block._id] if state is not None and block._id in state else block
            payloads.check(now, payload, may_lack=laid_out is None)


def check_cause(page: gr.Blocks, event: BlockFunction, data: Any) -> None:
    """Check the place of a click that an event's handler asks for; raises InputError where there is none."""
    parameters = inspect.signature(event.fn).parameters.values() if event.fn is not None else ()
    if any(each.annotation is gr.SelectData for each in parameters):
        target = next(number for number, name in event.targets if name == "select" and number is not None)
        payloads.check_selection(page.blocks[target], data)


# --- before the queue ---


class Gate:
    """ASGI middleware that answers a call which is none, or has wrong values, with a sentence and a status of 4xx."""

    def __init__(self, app: ASGIApp, page: gr.Blocks) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body of a call, check it, and hand it on as it came."""
        path, method = scope.get("path", ""), scope.get("method")
        try:
            if method == "POST" and (found := CALL.search(path)):
                sent = await read(receive, Headers(scope=scope))
                check_call(self.page, parsed(sent), found["kind"], found["name"])
                receive, send = replay(sent, receive), blaming(send)
            elif method == "GET" and (found := ANSWER.search(path)):
                session = QueryParams(scope["query_string"]).get("session_hash", "")
                check_waiting(self.page, session if found["queue"] else None, found["event"])
        except Refusal as refused:
            say = say_of(refused.event) if refused.event else say_from(Headers(scope=scope))
            await answered(refused, say.error(refused.error))(scope, receive, send)
            return
        await self.app(scope, receive, send)


def answered(refused: Refusal, sentence: str) -> Response:
    """What is sent for a refusal; a window gets it in the stream that it listens to, and connects anew."""
    if refused.status != LOST:
        return JSONResponse({"detail": sentence}, refused.status)
    lost = {"msg": "unexpected_error", "message": sentence, "session_not_found": True, "success": False}
    return Response(f"data: {json.dumps(lost)}\n\n", media_type="text/event-stream")


def check_waiting(page: gr.Blocks, session: str | None, event: str | None) -> None:
    """Refuse to wait for the answers of a session, or for one event, of which the queue knows nothing."""
    queue = page._queue
    waiting = queue.pending_event_ids_session.values()
    if session is not None and session not in queue.pending_messages_per_session:
        raise Refusal(LOST, InputError("There is no answer waiting here: it was fetched, or nothing was asked."))
    if event is not None and event not in queue.event_ids_to_events and not any(event in each for each in waiting):
        raise Refusal(404, InputError("There is no answer waiting here: it was fetched, or nothing was asked."))


def say_from(headers: Headers) -> Say:
    """The strings of the page that a request comes from."""
    last = headers.get("referer", "").split("?")[0].rstrip("/").rpartition("/")[2]
    return Say(next((language for language in LANGUAGES if language == last), LANGUAGES[0]))


async def read(receive: Receive, headers: Headers) -> bytes:
    """The body of a request; Refusal where it has more than `MOST_MB`, unread."""
    most = MOST_MB * 1_000_000
    length = headers.get("content-length", "0")
    parts, more = [b""], True
    while more and sum(map(len, parts)) <= most and int(length) <= most:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    if more:
        raise Refusal(413, InputError("A call may have at most {limit} MB.", limit=MOST_MB))
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands over a body which has been read, then what else comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return first.pop() if first else await receive()

    return receive_again


def blaming(send: Send) -> Send:
    """A `send` with the status 400 where Gradio answers 500 with a sentence: what a caller did wrong is no defect."""
    held: list[Message] = []

    async def send_blaming(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 500:
            held.append(message)
            return
        if held:
            start = held.pop()
            said = message.get("body", b"")
            caused = said.startswith(b"{") and json.loads(said).get("error")
            await send({**start, "status": 400 if caused else 500})
        await send(message)

    return send_blaming


def parsed(sent: bytes) -> Body:
    """The JSON object of a body; Refusal where it is none, or nested more than `DEEPEST` times."""
    try:
        body = json.loads(sent)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of thousands of digits, a thousand brackets
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, InputError("A call is a JSON object with a list named data."))
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
        level = [item for item in level if isinstance(item, (dict, list))]
    if level:
        raise Refusal(400, InputError("This call is nested too deeply."))
    return body


def check_call(page: gr.Blocks, body: Body, kind: str | None, name: str | None) -> None:
    """Refuse a body that Gradio would not understand, and a call by name that is private or has wrong values.

    Args:
        page: with its events.
        body: of the request.
        kind: of the address: "call", "call/v2", "run" or "api"; None for the queue.
        name: of the call, None for the queue.

    What a browser sends, to the queue or past it, has the number of an event; its values are checked by `Page`.

    Raises:
        Refusal: with 404 for an unknown event, and 400 for what it carries.
    """
    by_words = kind == "call/v2"
    try:
        given = PredictBody.model_validate({"data": []} if by_words else body)
    except ValidationError as error:
        raise Refusal(400, InputError("A call is a JSON object with a list named data.")) from error
    event = find(page, name if given.fn_index is None else None, given.fn_index)
    if kind is None and not 0 < len(given.session_hash or "") <= LONGEST_SESSION:
        raise Refusal(400, InputError("A call is a JSON object with a list named data."))
    if kind is None or given.fn_index is not None:
        return
    state = page.state_holder.session_data.get(given.session_hash or "")
    try:
        values = in_order(page, event, body) if by_words else with_states(event, given.data)
        check_values(page, event, values, state)
        check_cause(page, event, given.event_data)
    except InputError as error:
        raise Refusal(400, error, event) from error


def find(page: gr.Blocks, name: str | None, number: int | None) -> BlockFunction:
    """The public event of a name, or the one of a number; Refusal if there is none that answers."""
    if name is None:
        event = page.fns.get(-1 if number is None else number)
    else:
        public = (each for each in page.fns.values() if each.api_visibility == "public")
        event = next((each for each in public if each.api_name == name), None)
    if event is None or event.fn is None:
        raise Refusal(404, InputError("There is no call named {name}.", name=number if name is None else name))
    return event


def with_states(event: BlockFunction, values: list[Any]) -> list[Any]:
    """The values of a call, which may leave out those of `gr.State`, in the places of the inputs."""
    if len(values) != sum(not block.stateful for block in event.inputs):
        return values
    rest = iter(values)
    return [None if block.stateful else next(rest) for block in event.inputs]


def in_order(page: gr.Blocks, event: BlockFunction, words: Mapping[str, Any]) -> list[Any]:
    """The values of a call by the names of its parameters, in their order; raises InputError for other names."""
    info: Any = page.get_api_info()["named_endpoints"][f"/{event.api_name}"]["parameters"]
    defaults = {each["parameter_name"]: each.get("parameter_default") for each in info}
    needed = {each["parameter_name"] for each in info if not each["parameter_has_default"]}
    names = words.keys() - {"oauth_token"}
    if not needed <= names <= defaults.keys():
        raise InputError("This call takes these values: {names}.", names=", ".join(defaults))
    return with_states(event, [words.get(name, default) for name, default in defaults.items()])
