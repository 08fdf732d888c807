"""What is damaged in Cosmos is found by the audit, and mended or named."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import aiohttp

from callrecords.callrecord import CallRecord
from callrecords.cosmos.items import split
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from local.stack import TENANT_ID, Stack
from local.traffic import Call
from tests.generated import call_record
from tests.pipeline.commanding import commanded
from tests.pipeline.reading import is_whole
from tests.pipeline.waiting import until

TODAY = datetime.now(UTC).date()
# The newest day that a night audits, and one of which Graph has forgotten every call.
DUE, FORGOTTEN = (TODAY - timedelta(days=3)).isoformat(), (TODAY - timedelta(days=40)).isoformat()


def on_day(call: Call, day: str) -> JsonObject:
    """The newest record of the call as if it had begun on `day`."""
    return call.versions[-1].record | {
        "startDateTime": f"{day}T10:00:00Z",
        "endDateTime": f"{day}T10:30:00Z",
    }


async def items(stack: Stack, container: str, *key: str) -> dict[str, JsonObject]:
    """What is in the partition, by id."""
    found = stack.database.get_container_client(container).query_items("SELECT * FROM c", partition_key=[*key])
    return {item["id"]: item async for item in found}


async def delete(stack: Stack, container: str, item_id: str, *key: str) -> None:
    await stack.database.get_container_client(container).delete_item(item_id, partition_key=[TENANT_ID, *key])


async def collected(stack: Stack, call: Call, day: str) -> str:
    """The id of the call, which began on `day` and arrived whole, with its row."""
    record = on_day(call, day)
    stack.graph.publish(record)
    stack.graph.notify(call.call_id)
    await until(lambda: is_whole(stack, call.call_id))

    async def has_row() -> bool:
        return call.call_id in await items(stack, "calls", TENANT_ID, day)

    await until(has_row)
    return call.call_id


async def stored_in_parts(stack: Stack, record: CallRecord) -> list[str]:
    """Stores the record as if it were too large for one item, with its row; the ids of its parts."""
    whole = split(record, TENANT_ID).header
    items = split(record, TENANT_ID, item_bytes=len(json.dumps(whole, separators=(",", ":"))) - 100)
    container = stack.database.get_container_client("callRecords")
    for item in (*items.parts, items.header):
        await container.create_item(item)
    await stack.database.get_container_client("calls").create_item(dict(fact_row(record, TENANT_ID)))
    return [part["id"] for part in items.parts]


async def outcome(stack: Stack, audit: str, began: str) -> JsonObject:
    """That of the audit which was started after `began`."""
    found: JsonObject = {}

    async def is_finished() -> bool:
        item_id = f"{TENANT_ID}:audit-{audit}"
        found.update((await items(stack, "state", item_id)).get(item_id, {}))
        return str(found.get("finished", "")) > began

    await until(is_finished)
    return found


async def audited(stack: Stack, day: str) -> JsonObject:
    """The outcome of an audit of the day on command."""
    began = datetime.now(UTC).isoformat()
    assert (await commanded(stack, "audit", first_day=day, last_day=day))["started"] == 1
    return await outcome(stack, "command", began)


async def test_what_was_damaged_is_whole_after_the_night(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    header, row, whole = [await collected(stack, next(calls), DUE) for _ in range(3)]
    in_parts = on_day(next(calls), DUE)
    part: str = in_parts["id"]
    stack.graph.publish(in_parts)
    names = await stored_in_parts(stack, call_record(in_parts))
    moved = await collected(stack, next(calls), (TODAY - timedelta(days=1)).isoformat())
    await delete(stack, "callRecords", header, header)
    await delete(stack, "callRecords", names[0], part)
    await delete(stack, "calls", row, DUE, row)
    left = (await items(stack, "calls", TENANT_ID, (TODAY - timedelta(days=1)).isoformat()))[moved]
    own = {name: value for name, value in left.items() if not name.startswith("_")}
    await stack.database.get_container_client("calls").create_item({**own, "day": DUE})

    began = datetime.now(UTC).isoformat()
    async with http.post(f"{stack.app_url}/admin/functions/audit", json={}) as answer:
        assert answer.status == 202
    found = await outcome(stack, "early", began)
    counted = {name: found[name] for name in ("compared", "whole", "damaged", "withoutHeader", "withoutRow")}
    assert counted == {"compared": 5, "whole": 1, "damaged": 1, "withoutHeader": 1, "withoutRow": 1}
    assert (found["leftoverRow"], found["enqueued"]) == (1, 4)

    async def is_mended() -> bool:
        rows = await items(stack, "calls", TENANT_ID, DUE)
        return rows.keys() == {header, part, row, whole} and await is_whole(stack, header, part, row, whole, moved)

    await until(is_mended)

    async def is_announced() -> bool:
        rows = await items(stack, "calls", TENANT_ID, (TODAY - timedelta(days=1)).isoformat())
        return bool(rows[moved]["formerDays"] == [DUE])

    await until(is_announced)
    again = await audited(stack, DUE)
    assert (again["compared"], again["whole"], again["enqueued"]) == (4, 4, 0)
    async with http.get(f"{stack.app_url}/api/health/details") as answer:
        link = (await answer.json())["links"]["audit"]
    assert (link["ok"], link["early"]["compared"], link["command"]["whole"]) == (True, 5, 4)


async def test_a_call_that_cannot_be_mended_is_named(stack: Stack, calls: Iterator[Call]) -> None:
    record = call_record(on_day(next(calls), FORGOTTEN))
    names = await stored_in_parts(stack, record)
    await delete(stack, "callRecords", names[0], record.call_id)
    found = await audited(stack, FORGOTTEN)
    assert (found["compared"], found["damaged"], found["enqueued"]) == (1, 1, 1)
    named: JsonObject = {}

    async def is_named() -> bool:
        item_id = f"{TENANT_ID}:given-up-{record.call_id}"
        named.update((await items(stack, "state", item_id)).get(item_id, {}))
        return str(named.get("reason")).startswith("expired")

    await until(is_named)
    assert named["version"] == record.version
    assert named["reason"] == "expired: Graph keeps a call record for 30 days"
    done = await commanded(stack, "discard", queue="call-records", reason=named["reason"])
    assert done["discarded"] == 1


async def test_what_an_audit_would_cost_is_told(stack: Stack, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{stack.app_url}/api/audit", params={"from": DUE, "to": DUE}) as answer:
        assert answer.status == 200
        assert (await answer.json()).keys() == {
            "from", "to", "calls", "requestUnits", "requestUnitsPerCall", "measured"
        }  # fmt: skip
    async with http.get(f"{stack.app_url}/api/audit") as answer:
        assert (answer.status, "from is ''" in await answer.text()) == (400, True)
