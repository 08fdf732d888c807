import gc
import logging
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import pytest

from callrecords.app import App, start
from callrecords.operate.flow import FLOW, merged
from callrecords.operate.meter import Meter
from callrecords.settings.read import Settings
from tests.doubles import Clock, State
from tests.invented import CLIENT_STATE, DAY, ENVIRONMENT, NOW, PREVIOUS_CLIENT_STATE, call_message
from tests.unit.collect.ingest_world import World

QUIET = ("azure", "httpx", "httpcore")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", dict(ENVIRONMENT))


@pytest.fixture
def app() -> App:
    app, problems = start()
    assert app
    assert problems == []
    return app


def quiet_meter(world: World) -> Meter:
    """One that writes when it is told to, and never in the background."""

    async def state() -> State:
        return world.state

    return Meter(state=state, held_for=lambda: 0, clock=Clock(), write_soon=lambda: None)


@pytest.mark.parametrize("part", [name for name, each in vars(App).items() if isinstance(each, cached_property)])
async def test_every_part_can_be_made_before_anything_can_be_reached(app: App, part: str) -> None:
    assert getattr(app, part) is not None


def wire(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Gives every app the parts of the world."""
    parts = {
        "_call_records": world.graph,
        "_call_record_store": world.store,
        "_calls_store": world.rows,
        "_state": world.state,
        "_meter": quiet_meter(world),
    }
    for name, part in parts.items():
        monkeypatch.setattr(App, name, part)


async def test_fact_rows_are_of_the_quality_profile_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUALITY_PROFILE", "before2022")
    app, _ = start()
    assert app
    world = World()
    wire(monkeypatch, world)
    await app.ingest.on_message(str(call_message()), 1)
    assert world.rows.rows[DAY]["qualityProfile"] == "before2022"


async def test_what_arrives_and_what_the_webhook_drops_are_counted_together(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    wire(monkeypatch, world)
    await app.ingest.on_message(str(call_message()), 1)
    await app.webhook.receive(b'{"value": [{"clientState": "guessed"}]}')
    await app._meter.write()
    known = merged(await world.state.starting_with(FLOW), NOW)
    assert (known.arrivals, known.dropped) == ({"inf": 1}, {"wrong clientState": 1})


async def test_a_new_subscription_has_the_present_secret_and_the_former_one_is_still_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRAPH_CLIENT_STATE_PREVIOUS", PREVIOUS_CLIENT_STATE)
    app, _ = start()
    assert app
    assert app.settings.client_states == (CLIENT_STATE, PREVIOUS_CLIENT_STATE)
    assert app.subscription._target.client_state == CLIENT_STATE


async def test_a_part_is_made_once(app: App) -> None:
    assert app.webhook is app.webhook
    assert app.health is app.health


async def test_every_queue_has_its_poison_queue(app: App) -> None:
    assert [*app.poison_queues] == [
        "call-records",
        "subscriptions",
        "reconcile",
        "audit",
        "derive",
        "operations",
        "phone-calls",
    ]


@pytest.mark.parametrize("imports", [True, False])
async def test_the_import_of_rows_of_phone_calls_is_watched_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, imports: bool
) -> None:
    monkeypatch.setenv("PHONE_CALLS", str(imports).lower())
    app, _ = start()
    assert app
    timers = {"import_pstn_calls": "0 15 4,16 * * *", "import_direct_routing_calls": "0 15 1,7,13,19 * * *"}
    watch = app.health._watch
    assert {name: watch.schedules.get(name) for name in timers} == (timers if imports else dict.fromkeys(timers))
    assert ("import_phone_calls" in watch.functions.values()) is imports
    assert ("phone-calls" in app.health._queues) is imports
    assert watch.functions.keys() == app.health._queues.keys()


def test_an_app_that_starts_quietens_clients_whose_logs_tell_urls_and_headers() -> None:
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    start()
    assert not any(logging.getLogger(f"{name}.inner").isEnabledFor(logging.INFO) for name in QUIET)


def test_an_app_that_starts_lets_a_page_of_a_record_be_read_without_a_search_for_garbage() -> None:
    before = gc.get_threshold()
    start()
    found = gc.get_threshold()
    gc.set_threshold(*before)
    assert found[0] > 20_000
    assert found[1:] == before[1:]


def test_wrong_settings_are_told_and_logged_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = {**ENVIRONMENT, "GRAPH_CLOUD": "moon", "GRAPH_TENANT_ID": "", "GRAPH_CLIENT_STATE_PREVIOUS": "too-short"}
    monkeypatch.setattr("os.environ", wrong)
    app, problems = start()
    assert app is None
    assert [problem.split()[0] for problem in problems] == [
        "GRAPH_TENANT_ID",
        "GRAPH_CLIENT_STATE_PREVIOUS",
        "GRAPH_CLOUD",
    ]
    assert caplog.messages == problems
    assert not any(secret in caplog.text for secret in ("too-short", CLIENT_STATE))


def test_every_setting_reaches_a_part_of_the_app() -> None:
    root = Path(__file__).parents[2]
    wiring = (root / "callrecords/app.py").read_text() + (root / "function_app.py").read_text()
    assert [field.name for field in fields(Settings) if f"settings.{field.name}" not in wiring] == []
