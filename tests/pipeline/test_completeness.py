"""What notifications did not bring is found, what was given up can be had again, and health tells of both."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import aiohttp

from callrecords.graphtypes import JsonObject
from local.graph import Fault, Status
from local.stack import TENANT_ID, Stack
from local.traffic import Call
from tests.pipeline.commanding import commanded_by_script
from tests.pipeline.reading import is_given_up, is_whole
from tests.pipeline.waiting import until


def ended_just_now(call: Call) -> JsonObject:
    """The record of the call as if it had taken place in the last hour."""
    now = datetime.now(UTC)
    record = call.versions[-1].record
    return record | {
        "startDateTime": (now - timedelta(minutes=50)).isoformat(),
        "endDateTime": (now - timedelta(minutes=10)).isoformat(),
    }


async def outcome_of_a_run(stack: Stack, http: aiohttp.ClientSession) -> JsonObject:
    """Runs the comparison of the last hours and returns what it recorded."""
    state = stack.database.get_container_client("state")
    began = datetime.now(UTC).isoformat()
    async with http.post(f"{stack.app_url}/admin/functions/reconcile_recent", json={}) as answer:
        assert answer.status == 202
    items: list[JsonObject] = []

    async def is_finished() -> bool:
        item_id = f"{TENANT_ID}:reconcile-recent"
        items[:] = [item async for item in state.query_items("SELECT * FROM c", partition_key=item_id)]
        return bool(items) and items[0]["windowEnd"] > began and items[0]["finished"] is not None

    await until(is_finished)
    return items[0]


async def test_a_call_that_was_never_announced_is_found_and_only_once(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    record = ended_just_now(next(calls))
    stack.graph.silent = True
    stack.graph.publish(record)
    stack.graph.notify(record["id"])
    stack.graph.silent = False
    first = await outcome_of_a_run(stack, http)
    assert (first["listed"], first["missing"], first["enqueued"]) == (1, 1, 1)
    await until(lambda: is_whole(stack, record["id"]))
    second = await outcome_of_a_run(stack, http)
    assert (second["listed"], second["present"], second["enqueued"]) == (1, 1, 0)


async def test_what_was_given_up_arrives_when_it_is_replayed(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    call = next(calls)
    stack.graph.publish(call.versions[-1].record)
    stack.graph.faults += [Fault(Status(400), call_id=call.call_id)]
    stack.graph.notify(call.call_id)
    await until(lambda: is_given_up(stack, call.call_id))
    async with http.get(f"{stack.app_url}/api/poison") as answer:
        reasons = (await answer.json())["call-records"]["reasons"]
    (reason,) = (each for each in reasons if each.startswith("Call record <id>: Graph answered 400 "))
    assert reasons[reason] == 1
    async with http.get(f"{stack.app_url}/api/health") as answer:
        assert answer.status == 503
    done = await commanded_by_script(stack, "replay", "--queue", "call-records", "--reason", reason)
    assert {name: done[name] for name in ("replayed", "unreadable", "left")} == {
        "replayed": 1, "unreadable": 0, "left": 0
    }  # fmt: skip
    await until(lambda: is_whole(stack, call.call_id))
    assert not await is_given_up(stack, call.call_id)


async def test_health_names_the_permission_that_is_missing(stack: Stack, http: aiohttp.ClientSession) -> None:
    async def is_graph_well() -> bool:
        async with http.get(f"{stack.app_url}/api/health/details") as answer:
            document = await answer.json()
        assert answer.status == (200 if document["healthy"] else 503)
        return bool(document["links"].get("graph", {}).get("ok"))

    role = stack.graph.granted.pop()
    # What Graph has answered is good for a minute, to the worker that asked.
    await stack.app.stop()
    await stack.app.start()
    assert not await is_graph_well()
    stack.graph.granted.add(role)
    await until(is_graph_well)
