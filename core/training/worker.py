"""The process that trains for the page: `python -m core.training.worker`, orders in and reports out, one JSON a line.

In a process of its own a training takes no time from the visitors' clicks: it has a lower priority, and its memory and
its crashes are its own. It is kept warm, because importing torch takes seconds. It ends when its input ends.

An order has "token", "method", "recipe" (fields), "files" (a visitor's own, if any) and "text" (whether these are
texts); {"stop": token} ends that run, now or when it comes. Reports: {"kept"} of the files, {"row", "examples"} at each
measurement, then {"done": true} or {"error", "values"} of a sentence. A defect ends the process, traceback in the log.
"""

import base64
import dataclasses
import io
import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import torch
from PIL import Image

from core import shortage
from core.data import archives
from core.errors import PretextError
from core.training import live

NICE = 10
Tell = Callable[[dict[str, Any]], None]


def main() -> None:
    """Train as ordered until the input ends."""
    os.nice(NICE)
    torch.set_num_threads(max(1, torch.get_num_threads() - 1))  # a core stays free for the clicks
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a recipe prints
    orders: queue.Queue[dict[str, Any]] = queue.Queue()
    ended: set[str] = set()  # tokens of runs that are to stop
    threading.Thread(target=listen, args=(sys.stdin, orders, ended), daemon=True).start()
    while True:
        order = orders.get()
        obey(order, lambda report: send(out, report), lambda token=order["token"]: token in ended)  # type: ignore[misc]
        ended.discard(order["token"])  # it may go on later


def listen(source: TextIO, orders: "queue.Queue[dict[str, Any]]", ended: set[str]) -> None:
    """Read orders; a stop is heeded at once, the end of the input ends the process."""
    for line in source:
        order = json.loads(line)
        if "stop" in order:
            ended.add(order["stop"])
        else:
            orders.put(order)
    os._exit(0)


def reports(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The reports of one run in this process, which a host lends a GPU to; a file ends it, whose path is its "stop"."""
    said: queue.Queue[dict[str, Any]] = queue.Queue()
    left = threading.Event()

    def train() -> None:
        try:
            obey(order, said.put, lambda: left.is_set() or Path(order["stop"]).exists())
        finally:
            said.put({})  # after a defect, whose traceback is in the log, there is no other end

    thread = threading.Thread(target=train, daemon=True)
    thread.start()
    try:
        while report := said.get():
            yield report
    finally:
        left.set()
        thread.join()


def obey(order: dict[str, Any], tell: Tell, stopped: Callable[[], bool]) -> None:
    """Train one run and report it."""

    def report(update: live.Update) -> None:
        examples = [dataclasses.asdict(each) | {"pictures": list(map(png, each.pictures))} for each in update.examples]
        tell({"row": update.row, "examples": examples})

    try:
        with shortage.as_sentence():
            recipe = live.recipe_of(order["method"], order["recipe"])
            if order.get("files") and not list(Path(recipe.resume).glob("state-*")):  # a run that goes on has them
                keep(order, Path(recipe.data.removeprefix("folder:")), tell, stopped)
            live.run(order["method"], recipe, report, stopped)
        tell({"done": True})
    except PretextError as error:
        tell({"error": error.sentence, "values": {key: str(value) for key, value in error.values.items()}})


def keep(order: dict[str, Any], place: Path, tell: Tell, stopped: Callable[[], bool]) -> None:
    """Unpack what a visitor brought, and report what became of pictures; an earlier try may have been stopped."""
    shutil.rmtree(place, ignore_errors=True)
    if order["text"]:
        archives.keep_text(order["files"], place)
    else:
        tell({"kept": dataclasses.asdict(archives.keep_pictures(order["files"], place, stopped))})


def send(out: TextIO, report: dict[str, Any]) -> None:
    """Write one report."""
    out.write(json.dumps(report) + "\n")
    out.flush()


def png(picture: live.Bytes) -> str:
    """A picture (H, W, 3) as a PNG in base64."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="png")
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    main()
