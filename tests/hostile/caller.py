"""Calls over HTTP as a program and a browser make them, and what came back: a result, a sentence, or nothing."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

API = "/gradio_api"
WAIT_S = 60
META = {"_type": "gradio.FileData"}
Payload = list[Any]
Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """The status of the first request, and a sentence unless there is a result."""

    status: int
    sentence: str | None = None
    result: Any = None


class Caller:
    """A program that calls one server."""

    def __init__(self, url: str) -> None:
        self.asked = 0  # calls so far
        self.http = httpx.Client(base_url=url, timeout=WAIT_S, trust_env=False)
        self.config = self.http.get("/config").json()
        self.components = {item["id"]: item for item in self.config["components"]}
        self.events = {item["id"]: item for item in self.config["dependencies"]}
        self.sessions = (f"hostile{number}" for number in itertools.count())

    def public(self, tab: str = "") -> Iterator[Event]:
        """The events that a program calls by name, of one tab."""
        found = (event for event in self.events.values() if event["api_visibility"] == "public")
        return (event for event in found if event["api_name"].startswith(tab))

    def private(self, language: str) -> Iterator[Event]:
        """The events of one page that have no public name."""
        page = "" if language == "en" else language
        found = (self.events[number] for number in self.config["page"][page]["dependencies"])
        return (event for event in found if event["backend_fn"] and event["api_visibility"] == "private")

    def event(self, name: str) -> Event:
        """The public event of a name."""
        return next(event for event in self.public() if event["api_name"] == name)

    def inputs(self, event: Event) -> list[dict[str, Any]]:
        """The components whose values an event carries."""
        return [self.components[number] for number in event["inputs"]]

    def laid_out(self, event: Event) -> Payload:
        """Valid values of an event: those that its inputs are laid out with."""
        return [component["props"].get("value") for component in self.inputs(event)]

    def by_name(self, name: str, values: Any, kind: str = "call") -> Answer:
        """Call a public name with a list of values, or with a body as it is."""
        self.asked += 1
        body = values if isinstance(values, (bytes, dict)) else {"data": values}
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        began = self.http.post(f"{API}/{kind}/{name}", content=sent, headers={"content-type": "application/json"})
        if began.status_code != 200:
            return Answer(began.status_code, sentence_in(began))
        if kind == "run":
            return Answer(200, None, began.json()["data"])
        lines = iter(self.http.get(f"{API}/call/{name}/{began.json()['event_id']}").text.splitlines())
        for line in lines:
            data = json.loads(next(lines).removeprefix("data: ")) if line.startswith("event: ") else None
            if line == "event: complete":
                return Answer(200, None, data)
            if line == "event: error":
                return Answer(200, data["error"] if isinstance(data, dict) else data)
        return Answer(200)

    def by_number(self, number: int, values: Payload, **more: Any) -> Answer:
        """Cause an event as a browser does."""
        self.asked += 1
        session = next(self.sessions)
        body = {"data": values, "fn_index": number, "session_hash": session, **more}
        sent = json.dumps(body).encode()
        began = self.http.post(f"{API}/queue/join", content=sent, headers={"content-type": "application/json"})
        if began.status_code != 200:
            return Answer(began.status_code, sentence_in(began))
        for line in self.http.get(f"{API}/queue/data", params={"session_hash": session}).text.splitlines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if message.get("msg") == "process_completed":
                output = message["output"]
                return Answer(200, None, output["data"]) if message["success"] else Answer(200, output["error"])
        return Answer(200)

    def upload(self, path: Path) -> dict[str, Any]:
        """A file as an input's value after it was uploaded."""
        with path.open("rb") as file:
            (stored,) = self.http.post(f"{API}/upload", files={"files": (path.name, file)}).json()
        return {"path": stored, "meta": META}


def sentence_in(answer: httpx.Response) -> str | None:
    """The sentence of a refused call."""
    try:
        body = answer.json()
    except ValueError:
        return None
    found = body.get("detail", body.get("error"))
    return found if isinstance(found, str) else None
