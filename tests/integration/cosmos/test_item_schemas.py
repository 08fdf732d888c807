"""Every item that the code writes is as its schema says, and the schemas refuse what is not promised."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from callrecords.callrecord import CallRecord, Piece
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.auditrun import Audit
from callrecords.collect.givenup import GivenUpCalls
from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.completeness import CompletenessItems
from callrecords.cosmos.items import split, split_piece
from callrecords.cosmos.state import StateStore
from callrecords.cosmos.usage import UsageStore
from callrecords.elements import Elements
from callrecords.errors import Forbidden, Refused, Unavailable
from callrecords.graphtypes import JsonObject
from callrecords.operate.commands import Action
from callrecords.operate.heartbeats import Heartbeats
from callrecords.operate.meter import Meter
from callrecords.usage.rollup import RollUp
from tests.documented import complaints, schema
from tests.doubles import Clock, State
from tests.generated import DAYS, phone_call_rows, roll_up, rows, store_phone_rows, store_record, store_rows, versions
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.invented import CALL, NOW, TENANT, call_message
from tests.unit.collect.audit_world import WHOLE
from tests.unit.collect.audit_world import World as AuditWorld
from tests.unit.collect.phone.world import World as PhoneWorld
from tests.unit.collect.phone.world import pstn
from tests.unit.collect.reconcile.world import World as ReconcileWorld
from tests.unit.collect.reconcile.world import calls_every
from tests.unit.collect.rederive_world import OLD
from tests.unit.collect.rederive_world import World as RederiveWorld
from tests.unit.collect.subscription_world import AGEING, LIVE
from tests.unit.collect.subscription_world import World as SubscriptionWorld
from tests.unit.http.knowndays import COMPARED
from tests.unit.operate.operations_world import World as OperationsWorld
from tests.unit.operate.operations_world import command

CONTAINERS = ("callRecords", "calls", "phoneCalls", "usage", "state")
RECORD = replace(versions(DAYS[0], 9)[0][-1], fetched_at=NOW)
ROLLED = ("at", "failedDays")
ITEMS = split(RECORD, TENANT, ["2026-03-01"])
PART = split_piece(
    Piece(call_id=CALL, version=1, day="2026-03-04", sessions=Elements(RECORD.sessions), participants=Elements()),
    TENANT,
)[0]


async def items(cosmos: CosmosAccount, container: str) -> list[JsonObject]:
    """All that is in the container, as Cosmos has it."""
    found = cosmos.database.get_container_client(container).read_all_items()
    return [dict(item) async for item in found]


def places(value: Any) -> Iterator[JsonObject]:
    """Every object in the schema."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from places(each)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_schema_is_valid_and_describes_every_property(container: str) -> None:
    Draft202012Validator.check_schema(schema(container))
    for place in places(schema(container)):
        if place.get("type") == "object" and "properties" in place:
            assert all(each.get("description") for each in place["properties"].values())


async def test_call_records_are_stored_as_promised(account: Account, cosmos: CosmosAccount) -> None:
    for each in versions(DAYS[1], 20):
        if len(each[-1].sessions) < 60:  # aiohttp warns of large bodies
            await store_record(account, each[-1])
    await store_record(account, replace(RECORD, sessions=[], participants=[]))
    stored = await items(cosmos, "callRecords")
    assert len(stored) > 15
    assert [complaints("callRecords", item) for item in stored] == [[]] * len(stored)
    headers = [item for item in stored if "parts" in item]
    assert all(header["id"] == header["callId"] for header in headers)


def test_the_items_of_large_and_revised_records_are_as_promised() -> None:
    for each in versions(DAYS[0], 50):
        for record in each:
            found = split(record, TENANT, ["2026-03-01"], item_bytes=60_000)
            assert [complaints("callRecords", item) for item in (found.header, *found.parts)] == [[]] * (
                len(found.parts) + 1
            )


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1"},
        {"day": "2026-03-04T10:00:00Z"},
        {"record": {"startDateTime": "2026-03-04"}},
        {"ttl": 1},
        {"parts": ["sessions-1"]},
        {"formerDays": ["yesterday"]},
        {"callId": "A" * 36},
        {"sessions": []},
        {"record": ITEMS.header["record"] | {"sessions": []}},
    ],
    ids=str,
)
def test_a_header_that_is_not_as_promised_is_refused(change: JsonObject) -> None:
    new = {"record": ITEMS.header["record"] | {"newFromGraph": 1, "ttl": 1, "parts": 1}}
    assert complaints("callRecords", ITEMS.header | new) == []
    assert complaints("callRecords", ITEMS.header | change)


@pytest.mark.parametrize("change", [{"more": 1}, {"id": "x"}, {"sessions": []}, {"participants_v2": [{}]}], ids=str)
def test_a_part_that_is_not_as_promised_is_refused(change: JsonObject) -> None:
    assert complaints("callRecords", PART | {"_etag": "x"}) == []
    assert complaints("callRecords", PART | change)


async def test_rows_of_phone_calls_are_stored_as_promised(account: Account, cosmos: CosmosAccount) -> None:
    await store_phone_rows(account, phone_call_rows())
    stored = await items(cosmos, "phoneCalls")
    assert len(stored) == len(phone_call_rows())
    assert [complaints("phoneCalls", item) for item in stored] == [[]] * len(stored)


async def test_roll_ups_and_their_position_are_as_promised(account: Account, cosmos: CosmosAccount) -> None:
    rolling = RollUp(
        tenant_id=TENANT,
        calls=CallsStore(account, TENANT),
        usage=UsageStore(account, TENANT),
        state=StateStore(account, TENANT),
        clock=Clock(),
    )
    await rolling.on_schedule()
    (position,) = await items(cosmos, "state")
    assert complaints("state", position) == []
    await store_rows(account, rows())
    await rolling.on_schedule()
    stored = await items(cosmos, "usage")
    assert [item["day"] for item in stored] == list(DAYS)
    assert [complaints("usage", item) for item in stored] == [[]] * len(stored)
    (position,) = await items(cosmos, "state")
    assert position["position"]
    assert complaints("state", position) == []
    assert complaints("state", position | {"failedDays": [DAYS[0]], "error": "Cosmos answered 413."}) == []
    assert complaints("state", position | {"failedDays": ["yesterday"]})
    assert [len(complaints("state", {key: position[key] for key in position if key != name})) for name in ROLLED] == [
        1
    ] * len(ROLLED)


def test_a_roll_up_is_asked_for_every_field_and_nothing_else() -> None:
    item = roll_up(TENANT, DAYS[0], rows())
    assert list(item) == list(schema("usage")["properties"])
    assert [len(complaints("usage", {key: item[key] for key in item if key != name})) for name in item] == [1] * len(
        item
    )


@pytest.mark.parametrize(
    "change",
    [{"more": 1}, {"calls": -1}, {"minutes": -1}, {"streams": {}}, {"month": "2026"}, {"testCalls": None}],
    ids=str,
)
def test_a_roll_up_that_is_not_as_promised_is_refused(change: JsonObject) -> None:
    assert complaints("usage", roll_up(TENANT, DAYS[0], rows()) | change)


def test_the_roll_up_of_a_day_of_test_calls_alone_is_as_promised() -> None:
    item = roll_up(TENANT, DAYS[0], [{**row, "isTest": True} for row in rows()])
    assert (item["calls"], item["testCalls"]) == (0, len(rows()))
    assert complaints("usage", item) == []


def test_a_failure_without_a_stage_and_a_reason_is_as_promised() -> None:
    row = {**rows()[0], "failures": [{"kind": "unknown", "sessions": 1}], "failed": True}
    assert complaints("usage", roll_up(TENANT, DAYS[0], [row])) == []


async def test_what_is_remembered_of_the_subscription_is_as_promised() -> None:
    found = []
    for world in (SubscriptionWorld(), SubscriptionWorld(LIVE), SubscriptionWorld(AGEING)):
        await world.renewal.on_schedule()
        found.append(world.recorded)
        world.graph.failing = {"list": Forbidden("Subscriptions: Graph answered 403.")}
        await world.renewal.on_schedule()
        found.append(world.recorded)
    never = SubscriptionWorld()
    never.graph.failing = {"list": Forbidden("Subscriptions: Graph answered 403.")}
    await never.renewal.on_schedule()
    found.append(never.recorded)
    assert {each["action"] for each in found} == {"created", "kept", "renewed", "failed"}
    for each in found:
        assert complaints("state", {"id": f"{TENANT}:subscription", **each}) == []
        assert complaints("state", {"id": f"{TENANT}:subscription", **each, "clientState": "secret"})
        assert complaints(
            "state", {"id": f"{TENANT}:subscription", **{name: each[name] for name in each if name != "at"}}
        )


async def test_what_is_remembered_of_imports_of_phone_calls_is_as_promised() -> None:
    world = PhoneWorld(pstn(1), pstn(2, callType="odd"))
    await world.run()
    world.pages.failing = lambda _: Forbidden("Graph answered 403.")
    await world.phone.on_schedule("directRouting")
    await world.take()
    assert world.state.items.keys() == {
        "phone-pstn",
        "phone-pstn-running",
        "phone-direct-routing-running",
        "phone-direct-routing-refused",
    }
    for item_id, item in world.state.items.items():
        assert complaints("state", item | {"id": f"{TENANT}:{item_id}"}) == []
        assert complaints("state", item | {"id": f"{TENANT}:{item_id}", "other": 1})


async def test_what_is_remembered_of_comparisons_is_as_promised() -> None:
    world = ReconcileWorld(*calls_every(timedelta(minutes=30), NOW - timedelta(hours=5)))
    world.is_dropping = True
    await world.reconciliation.on_schedule()
    await world.reconciliation.over_days("2026-03-03", "2026-03-04")
    asked = dict(world.state.items)
    await world.run()
    items = {**asked, **world.state.items}
    kinds = {"reconcile-ladder", "reconcile-running", "reconcile-dropped"}
    assert kinds < items.keys()
    assert len(items) == len(kinds) + 1
    for item_id, item in items.items():
        assert complaints("state", item | {"id": f"{TENANT}:{item_id}"}) == []
        assert complaints("state", item | {"id": f"{TENANT}:{item_id}", "other": 1})
    for day in world.completeness.held.values():
        assert complaints("state", day.as_json() | {"id": f"{TENANT}:completeness-{day.day}"}) == []


@pytest.mark.parametrize("audit", ["early", "late", "command"])
async def test_what_is_remembered_of_an_audit_is_as_promised(audit: Audit) -> None:
    world = AuditWorld()
    world.cosmos.days[DAYS[0]] = {CALL: WHOLE}
    assert await world.audit.start(audit, DAYS[0], DAYS[0])
    key = f"{TENANT}:audit-{audit}-running"
    assert complaints("state", {**world.outcome(f"{audit}-running"), "id": key}) == []
    await world.run()
    item = {"id": f"{TENANT}:audit-{audit}", **world.outcome(audit)}
    assert complaints("state", item) == []
    assert complaints("state", item | {"id": f"{TENANT}:audit-other"})
    assert complaints("state", item | {"firstDay": "yesterday"})
    assert complaints("state", {name: value for name, value in item.items() if name != "whole"})


async def test_what_is_remembered_of_deriving_again_is_as_promised() -> None:
    world, key = RederiveWorld(), {"id": f"{TENANT}:derive"}
    world.cosmos.days[DAYS[2]] = {CALL: OLD}
    world.rows.outcomes = {CALL: [Refused("It is too large.")]}
    await world.start()
    assert complaints("state", world.outcome | key) == []
    await world.run_on()
    assert complaints("state", world.outcome | key) == []
    assert (world.outcome["errors"], world.outcome["lastError"]) == (1, "It is too large.")
    assert complaints("state", world.outcome | key | {"errors": "none"})
    assert complaints("state", world.outcome | {"id": f"{TENANT}:derive-other"})


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("replay", {"reason": "no"}),
        ("discard", {}),
        ("audit", {"first_day": DAYS[0], "last_day": DAYS[0]}),
        ("derive", {"first_day": "never", "last_day": DAYS[0]}),
    ],
)
async def test_what_came_of_a_command_is_remembered_as_promised(action: Action, fields: dict[str, str]) -> None:
    world = OperationsWorld()
    await world.take(command(action, 1, **fields))
    item = {"id": f"{TENANT}:command-{world.outcome()['commandId']}", **world.outcome()}
    assert complaints("state", item) == []
    assert complaints("state", item | {"action": "format"})
    assert complaints("state", item | {"id": f"{TENANT}:command-1"})


@pytest.mark.parametrize("version", [None, 3])
async def test_what_is_remembered_of_a_call_that_was_given_up_is_as_promised(
    account: Account, cosmos: CosmosAccount, version: int | None
) -> None:
    message = replace(call_message(), version=version)
    await GivenUpCalls(StateStore(account, TENANT), Clock()).note(message, "Graph's answer is not JSON.")
    (item,) = [each for each in await items(cosmos, "state") if each["id"] == f"{TENANT}:given-up-{CALL}"]
    assert (item["callId"], item.get("version")) == (CALL, version)
    assert complaints("state", item) == []
    assert complaints("state", item | {"version": "3"})


async def test_what_is_remembered_of_the_completeness_of_a_day_is_as_promised(
    account: Account, cosmos: CosmosAccount
) -> None:
    await CompletenessItems(account, TENANT).change(COMPARED.day, lambda _: COMPARED)
    (item,) = [each for each in await items(cosmos, "state") if each["id"] == f"{TENANT}:completeness-{COMPARED.day}"]
    assert complaints("state", item) == []
    (hour,), (correction,) = item["hours"], item["corrections"]
    for wrong in (
        {"completeness": "well"},
        {"id": f"{TENANT}:completeness-today"},
        {"digest": "0"},
        {"share": 1.1},
        {"hours": [hour | {"minutes": 61}]},
        {"hours": [hour | {"lacking": [{"callId": CALL}]}]},
        {"corrections": [correction | {"more": 1}]},
    ):
        assert complaints("state", item | wrong), wrong


async def test_what_is_remembered_of_progress_is_as_promised(account: Account, cosmos: CosmosAccount) -> None:
    await Arrivals(StateStore(account, TENANT), Clock()).note(call_message(age=timedelta(seconds=3)))
    (item,) = [each for each in await items(cosmos, "state") if each["id"] == f"{TENANT}:ingest"]
    assert item["lagSeconds"] == 3
    assert complaints("state", item) == []
    assert complaints("state", item | {"lagSeconds": "3"})


async def test_what_is_remembered_of_functions_and_of_what_flowed_is_as_promised() -> None:
    state, clock = State(), Clock()

    async def remembered() -> State:
        return state

    async def failing() -> None:
        raise Unavailable("away")

    meter = Meter(state=remembered, held_for=lambda: 30, clock=clock, write_soon=lambda: None)
    meter.arrived(timedelta(seconds=3))
    meter.dropped({"wrong clientState": 2}, ["00000000-0000-4000-8000-000000000000"])
    meter.look()
    await meter.write()
    with pytest.raises(Unavailable):
        await Heartbeats(state, meter.look, clock).timer("reconcile_on_schedule", failing())
    assert sorted(item_id.partition("-")[0] for item_id in state.items) == ["flow", "heartbeat"]
    for item_id, item in state.items.items():
        assert complaints("state", {**item, "id": f"{TENANT}:{item_id}"}) == []
        assert complaints("state", {**item, "id": f"{TENANT}:{item_id}", "dropped": ["wrong"], "firstSeen": "soon"})


def test_a_header_has_what_its_schema_asks_for_and_nothing_else() -> None:
    described = schema("callRecords")["$defs"]["header"]
    assert list(ITEMS.header) == list(described["properties"])
    optional = ("fetchedAt", "sessions", "participants_v2")
    assert described["required"] == [name for name in ITEMS.header if name not in optional]


def test_a_record_that_has_nothing_but_its_start_is_as_promised() -> None:
    bare = CallRecord(
        call_id=RECORD.call_id,
        version=1,
        properties={"version": 1, "startDateTime": "2026-03-04T10:00:00+01:00"},
        sessions=[],
        participants=[],
    )
    assert complaints("callRecords", split(bare, TENANT).header) == []
