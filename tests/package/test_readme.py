"""The README's tables say what the code does."""

import re

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.http.reports import REPORTS
from callrecords.settings.connections import CONNECTIONS
from callrecords.settings.read import SETTINGS
from tests.invented import ENVIRONMENT
from tests.markdown import ROOT, page, table
from tests.triggers import triggers

README = page("README.md")
FUNCTIONS = table(README, "Functions")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under `heading`, without its own head."""
    return [[cell.strip("`") for cell in cells] for cells in table(README, heading)]


def test_the_settings_table_is_that_of_the_code() -> None:
    settings = [[each.name, each.meaning, each.default or ("required" if each.required else "")] for each in SETTINGS]
    connections = [[each.name, each.meaning, "required"] for each in CONNECTIONS]
    assert rows("Settings") == settings + connections


@pytest.fixture(scope="module")
def documented_triggers() -> list[tuple[str, JsonObject]]:
    """What the README says of the trigger of each function, and what it is."""
    found = triggers({**ENVIRONMENT, "PHONE_CALLS": "true"})
    return [(cell, found[name]) for names, cell, _ in FUNCTIONS for name in re.findall(r"\w+", names)]


def test_the_functions_table_has_the_routes_and_who_may_call_them(
    documented_triggers: list[tuple[str, JsonObject]],
) -> None:
    routes = [(cell, trigger) for cell, trigger in documented_triggers if trigger["type"] == "httpTrigger"]
    assert routes
    for cell, trigger in routes:
        told = re.match(r"`(\w+) /api/([^`]+)`.*, (anonymous|function key)$", cell)
        assert told, cell
        pattern = re.sub(r"\{\w+\}", "[^/]+", trigger["route"])
        assert re.fullmatch(pattern, told[2]), cell
        assert trigger["methods"] == [told[1]]
        assert {"anonymous": "anonymous", "function": "function key"}[trigger["authLevel"]] == told[3]


def test_the_functions_table_has_the_queues(documented_triggers: list[tuple[str, JsonObject]]) -> None:
    told = {cell: trigger["queueName"] for cell, trigger in documented_triggers if trigger["type"] == "queueTrigger"}
    assert told
    assert [*told] == [f"queue `{name}`" for name in told.values()]


def test_the_functions_table_has_the_schedules(documented_triggers: list[tuple[str, JsonObject]]) -> None:
    default = {each.name: each.default for each in SETTINGS}
    told = [cell for cell, trigger in documented_triggers if trigger["type"] == "timerTrigger"]
    schedules = [trigger["schedule"] for _, trigger in documented_triggers if trigger["type"] == "timerTrigger"]
    named = [name for cell in dict.fromkeys(told) for name in re.findall("`(.+?)`", cell)]
    assert [default.get(name, name) for name in named] == schedules
    assert schedules


def test_the_functions_table_has_every_report() -> None:
    (cell,) = [cell for names, cell, _ in FUNCTIONS if names == "`report`"]
    assert re.findall(r"`(?:GET /api/reports)?/(\w+)`", cell) == [*REPORTS]


def test_every_script_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"scripts/\w+", README))
    assert named
    assert all((ROOT / name).is_file() for name in named)
