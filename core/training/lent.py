"""A run in a process that a host lends together with its GPU, such as ZeroGPU's fork of the page's process.

What trains is imported by name, there only: the page's own process never does.
"""

import functools
import importlib
import traceback
from collections.abc import Callable, Generator, Iterator
from contextvars import Context
from typing import Any

Report = dict[str, Any]
Lend = Callable[[Callable[[], Iterator[Report]]], Generator[Report]]  # of a run's reports; none if no GPU is lent


def reports(order: Report) -> Iterator[Report]:
    """In the lent process: see `core.training.worker.reports`."""
    yield from importlib.import_module("core.training.worker").reports(order)


def take_all(lend: Lend, order: Report, context: Context, take: Callable[[Report], bool]) -> bool | None:
    """Have a run trained and take its reports; what the host does about its visitor it finds in the context.

    Args:
        lend: of the host.
        order: as the worker gets it, with "stop".
        context: of the visitor's event.
        take: gets each report; whether it was the last one.

    Returns:
        Whether the last one came; None if no GPU was lent.
    """
    begun, last = None, False
    lent = context.run(lend, functools.partial(reports, order))
    try:
        while not last and (report := context.run(next, lent, None)) is not None:
            begun, last = True, take(report)
    except RuntimeError:  # the host ended it
        traceback.print_exc()
        return False
    finally:
        lent.close()
    return begun and last
