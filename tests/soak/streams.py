"""`python -m tests.soak.streams [--sessions 24]`: texts that GPT-2 writes at the same time, against one alone.

Every text has a seed of its own, so that none is a kept answer. Also the same for restored sounds.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser.serving import serve
from tests.hostile.caller import Caller
from tests.soak.soak import Reply, ask, client

ALONE = 5  # texts, one after the other
LENGTH = 60  # tokens


def writing(caller: Caller) -> tuple[int, Callable[[int], list[Any]]]:
    """The event that continues a text, and its values for a seed."""
    return varied(caller, "gpt2_continue", {"gpt2-seed": lambda number: number, "gpt2-length": lambda _: LENGTH})


def restoring(caller: Caller) -> tuple[int, Callable[[int], list[Any]]]:
    """The event that restores a hidden piece of a sound, and its values for a place of it."""
    return varied(caller, "audio_restore", {"audio-place": lambda number: number % 100})


def varied(
    caller: Caller, name: str, changes: dict[str, Callable[[int], Any]]
) -> tuple[int, Callable[[int], list[Any]]]:
    """A public event and its values, some of which differ from visitor to visitor."""
    event = caller.event(name)
    idents = [item["props"].get("elem_id") for item in caller.inputs(event)]
    assert set(changes) <= set(idents), idents

    def values(number: int) -> list[Any]:
        laid_out = caller.laid_out(event)
        return [
            changes[ident](number) if ident in changes else value for ident, value in zip(idents, laid_out, strict=True)
        ]

    return event["id"], values


async def replies(url: str, event: int, values: list[list[Any]], *, together: bool) -> list[Reply]:
    """The answers to one question per visitor, all at once or one after the other."""
    async with client(url) as http:
        waiting = [ask(http, f"visitor{number}", event, given) for number, given in enumerate(values)]
        return list(await asyncio.gather(*waiting)) if together else [await each for each in waiting]


def measure(url: str, event: int, values: Callable[[int], list[Any]], sessions: int) -> str:
    """A row of the table: alone, then together."""
    asyncio.run(replies(url, event, [values(1000)], together=False))  # opens the model
    alone = asyncio.run(replies(url, event, [values(2000 + number) for number in range(ALONE)], together=False))
    found = asyncio.run(replies(url, event, [values(number) for number in range(sessions)], together=True))
    assert all(each.sentence is None for each in (*alone, *found)), [each.sentence for each in (*alone, *found)]
    lone, usual = (statistics.median(each.seconds for each in some) for some in (alone, found))
    first, most = max(each.first_s for each in found), max(each.seconds for each in found)
    return f"{lone:.2f} | {first:.2f} | {usual:.2f} | {most:.2f} | {most / lone:.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sessions", type=int, default=24)
    sessions = parser.parse_args().sessions
    print(f"| {sessions} at once | alone, s | first content, last visitor, s | median, s | last, s | last over alone |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt", "/config") as server:
        caller = Caller(server.url)
        for name, question in (("GPT-2", writing), ("restored sound", restoring)):
            print(f"| {name} | {measure(server.url, *question(caller), sessions)} |", flush=True)


if __name__ == "__main__":
    main()
