"""What notifications did not bring is found, what was given up can be had again, and health tells of both."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import aiohttp

from callrecords.graphtypes import JsonObject
from local.graph import ROLE, Fault, Status
from local.operating import reconcile
from local.stack import Stack
from local.traffic import Call
from tests.pipeline.commanding import commanded, commanded_by_script
from tests.pipeline.reading import is_given_up, is_idle, is_whole
from tests.pipeline.waiting import until

TODAY = datetime.now(UTC).date()
# Days on which no other test has calls, and which can be told complete.
WITHHELD, REFUSED = TODAY - timedelta(days=5), TODAY - timedelta(days=6)
REASON = "Call record <id>: Graph answered 400 BadRequest."


def on_day(call: Call, day: date) -> JsonObject:
    """The newest record of the call as if it had begun on `day`."""
    return call.versions[-1].record | {
        "startDateTime": f"{day}T10:00:00Z",
        "endDateTime": f"{day}T10:30:00Z",
    }


async def told(http: aiohttp.ClientSession, stack: Stack, day: date) -> JsonObject:
    """What GET completeness says of the day."""
    days = {"from": day.isoformat(), "to": day.isoformat()}
    async with http.get(f"{stack.app_url}/api/completeness", params=days) as answer:
        assert answer.status == 200
        (found,) = (await answer.json())["days"]
    return dict(found)


def figures(day: JsonObject) -> tuple[str, int, int, int, int]:
    return day["completeness"], day["listed"], day["newest"], day["late"], day["givenUp"]


def lacking(item: JsonObject) -> list[JsonObject]:
    """The calls that the item of a day names."""
    return [call for hour in item["hours"] for call in hour.get("lacking", ())]


async def test_what_was_never_announced_is_found_and_the_day_tells_of_it(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    announced, revised, withheld = (on_day(next(calls), WITHHELD) for _ in range(3))
    for record in (announced, revised):
        stack.graph.publish(record)
        stack.graph.notify(record["id"])
    await until(lambda: is_whole(stack, announced["id"], revised["id"]))
    await until(lambda: is_idle(stack))
    assert figures(await told(http, stack, WITHHELD)) == ("soFar", 0, 0, 0, 0)
    assert lacking(await reconcile(stack, WITHHELD)) == []
    before = await told(http, stack, WITHHELD)
    assert figures(before) == ("complete", 2, 2, 0, 0)

    newer = revised | {"version": revised["version"] + 1}
    stack.graph.publish(newer)
    stack.graph.publish(withheld)
    item = await reconcile(stack, WITHHELD)
    names = sorted(lacking(item), key=lambda call: "stored" in call)
    assert names == [
        {"callId": withheld["id"], "version": withheld["version"]},
        {"callId": revised["id"], "version": newer["version"], "stored": revised["version"]},
    ]
    day = await told(http, stack, WITHHELD)
    assert figures(day) == ("incomplete", 3, 1, 2, 0)
    (correction,) = day["corrections"]
    assert (correction["missing"], correction["stale"], correction["wasComplete"]) == (1, 1, True)

    await until(lambda: is_whole(stack, announced["id"], newer["id"], withheld["id"]))
    await until(lambda: is_idle(stack))
    assert lacking(await reconcile(stack, WITHHELD)) == []
    again = await told(http, stack, WITHHELD)
    assert figures(again) == ("complete", 3, 3, 0, 0)
    assert (again["digest"], again["corrected"]) == (day["digest"], 2)
    assert before["comparedAt"] < day["comparedAt"] < again["comparedAt"]


async def test_a_call_that_is_not_to_be_had_is_named_until_it_is_replayed(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    record = on_day(next(calls), REFUSED)
    stack.graph.publish(record)
    stack.graph.faults += [Fault(Status(400), call_id=record["id"], times=None)]
    stack.graph.notify(record["id"])
    await until(lambda: is_given_up(stack, record["id"]))
    assert lacking(await reconcile(stack, REFUSED)) == [{"callId": record["id"], "version": record["version"]}]
    day = await told(http, stack, REFUSED)
    assert figures(day) == ("incomplete", 1, 0, 0, 1)
    assert day["givenUpReasons"] == {REASON: 1}
    await until(lambda: is_idle(stack))  # it was tried once more

    stack.graph.faults.clear()
    await commanded(stack, "replay", queue="call-records", reason=REASON)
    await until(lambda: is_whole(stack, record["id"]))
    await until(lambda: is_idle(stack))
    assert lacking(await reconcile(stack, REFUSED)) == []
    day = await told(http, stack, REFUSED)
    assert figures(day) == ("complete", 1, 1, 0, 0)
    assert "givenUpReasons" not in day


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

    stack.graph.granted.remove(ROLE)
    # What Graph has answered is good for a minute, to the worker that asked.
    await stack.app.stop()
    await stack.app.start()
    assert not await is_graph_well()
    stack.graph.granted.add(ROLE)
    await until(is_graph_well)
