"""The scenarios of all tabs, tests/browser/scenarios/<method>.py, each a function of the same name."""

import importlib

import app
from tests.browser.scenarios.scenario import SCENARIOS as SCENARIOS

for methods in app.GROUPS.values():
    for method in methods:
        importlib.import_module(f"tests.browser.scenarios.{method}")
