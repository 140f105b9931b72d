"""What the page costs stays within 1.3 times what `python -m tests.bench` found when it was last recorded."""

import pytest
from playwright.sync_api import Browser

from tests.bench import page
from tests.bench.__main__ import READY

pytestmark = pytest.mark.browser
SLACK = 1.3
START_CPU = 1.47  # times the page of one button, in the same run
PAGE_MB = 1.12
SESSIONS_MB = 97  # of 1,000 sessions with one question each
VISITORS = 300


def test_start_costs_no_more() -> None:
    ours, plain = (page.start(program)["start_cpu"] for program in (page.PAGE, page.PLAIN))
    assert ours / plain < SLACK * START_CPU


def test_page_sends_no_more(browser: Browser) -> None:
    assert page.sent_and_ready(browser, page.PAGE, READY)["page_bytes"] / 1e6 < SLACK * PAGE_MB


def test_sessions_hold_no_more() -> None:
    assert page.sessions(VISITORS, wait_s=0)["session_memory"] < SLACK * SESSIONS_MB * VISITORS / 1000
