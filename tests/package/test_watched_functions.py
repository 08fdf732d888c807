"""Every timer and queue function is watched by health, by its own schedule and queue, and remembers when it ends."""

import ast

from callrecords.app import App
from callrecords.settings.read import read_settings
from tests.invented import ENVIRONMENT
from tests.markdown import ROOT
from tests.triggers import triggers

SETTINGS = {**ENVIRONMENT, "AUDIT_SCHEDULE": "0 1 1 * * *", "PHONE_CALLS": "true"}


def test_every_timer_is_watched_by_its_schedule() -> None:
    found = {name: each["schedule"] for name, each in triggers(SETTINGS).items() if each["type"] == "timerTrigger"}
    assert App(read_settings(SETTINGS)).schedules == found


def test_the_function_of_every_queue_is_watched() -> None:
    found = {each["queueName"]: name for name, each in triggers(SETTINGS).items() if each["type"] == "queueTrigger"}
    assert found == App(read_settings(SETTINGS)).queue_functions


def test_every_timer_and_queue_function_remembers_its_end_under_its_own_name() -> None:
    functions = {
        node.name: (ast.unparse(node.decorator_list[0]), ast.unparse(node.body[-1]))
        for node in ast.walk(ast.parse((ROOT / "function_app.py").read_text()))
        if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list
    }
    watched = {name: parts for name, parts in functions.items() if "_trigger(" in parts[0]}
    app = App(read_settings(SETTINGS))
    assert watched.keys() == {*app.queue_functions.values(), *app.schedules}
    for name, (trigger, work) in watched.items():
        kind = "timer" if ".timer_trigger(" in trigger else "queue"
        assert work.startswith(f"await app.heartbeats.{kind}('{name}', app.")
