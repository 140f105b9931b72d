"""How a scenario is kept: the function of a method, named like it, and the outputs that its tab opens with.

A scenario begins with the tab on screen and ends by reading a result of its own. Its decorator lists the outputs that
show something as soon as the tab opens.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.page_actions import Files

Action = Callable[[Page, Files], None]


@dataclass(frozen=True)
class Scenario:
    """Ids of the outputs that must not be empty when the tab opens, and the main action on a visitor's own file."""

    first: tuple[str, ...]
    act: Action


SCENARIOS: dict[str, Scenario] = {}  # by method


def opens_with(*first: str) -> Callable[[Action], Action]:
    """Keep a function as the scenario of the method it is named after."""

    def keep(act: Action) -> Action:
        SCENARIOS[act.__name__] = Scenario(first, act)
        return act

    return keep
