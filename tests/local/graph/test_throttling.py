"""Graph's limits for call records."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession

from callrecords.graphtypes import JsonObject
from local.graph import Fault, GraphSimulator, Limit, Limits, Operation, Status

RECORDS = "/v1.0/communications/callRecords"

type NewCall = Callable[..., JsonObject]
type Serve = Callable[[GraphSimulator], Awaitable[ClientSession]]


@pytest.fixture
def graph(now: list[datetime], new_call: NewCall) -> GraphSimulator:
    """A simulator with Graph's own limits, and with two calls of 61 sessions and 131 participants."""
    simulator = GraphSimulator("a-tenant", clock=lambda: now[0])
    for number in (1, 2):
        simulator.publish(new_call(number, sessions=61, participants=131))
    return simulator


async def statuses(client: ClientSession, path: str, times: int) -> list[int]:
    found = []
    for _ in range(times):
        async with client.get(path) as response:
            found.append(response.status)
    return found


async def next_link(client: ClientSession, path: str) -> str:
    async with client.get(path) as response:
        return str((await response.json())["@odata.nextLink"])


async def test_a_record_can_be_read_10_times_in_20_seconds_whichever_way(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, now: list[datetime]
) -> None:
    record, other = (f"{RECORDS}/{new_call(number)['id']}" for number in (1, 2))
    assert await statuses(client, record, 4) == [200] * 4
    now[0] += timedelta(seconds=10)
    assert await statuses(client, f"{record}/sessions", 3) == [200] * 3
    assert await statuses(client, f"{record}/participants_v2", 4) == [200, 200, 200, 429]
    assert await statuses(client, other, 1) == [200]
    now[0] += timedelta(seconds=10)
    assert await statuses(client, record, 4) == [200, 200, 200, 429]
    assert graph.counters.throttled == {"record_first_page": 2}


async def test_following_pages_of_a_record_can_be_read_50_times_in_5_minutes(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, now: list[datetime]
) -> None:
    record = f"{RECORDS}/{new_call(1)['id']}"
    sessions, participants = [await next_link(client, f"{record}/{name}") for name in ("sessions", "participants_v2")]
    assert await statuses(client, sessions, 25) == [200] * 25
    assert await statuses(client, participants, 26) == [200] * 25 + [429]
    now[0] += timedelta(minutes=5)
    assert await statuses(client, sessions, 1) == [200]
    assert graph.counters.throttled == {"record_following_pages": 1}


async def test_the_list_can_be_read_15_times_in_20_seconds_and_followed_55_times_in_5_minutes(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    for number in range(100, 160):
        graph.publish(new_call(number))
    following = await next_link(client, RECORDS)
    assert await statuses(client, RECORDS, 15) == [200] * 14 + [429]
    assert await statuses(client, following, 56) == [200] * 55 + [429]
    assert graph.counters.throttled == {"list_first_page": 1, "list_following_pages": 1}
    assert graph.counters.requests == {Operation.LIST_RECORDS: 16, Operation.LIST_RECORDS_NEXT: 56}


async def test_all_requests_of_an_app_share_a_limit_that_subscriptions_do_not_touch(
    serve: Serve, new_call: NewCall, now: list[datetime]
) -> None:
    graph = GraphSimulator("a-tenant", limits=Limits(app_and_tenant=Limit(2, 20)), clock=lambda: now[0])
    client = await serve(graph)
    assert await statuses(client, "/v1.0/subscriptions", 3) == [200] * 3
    assert await statuses(client, RECORDS, 1) == [200]
    assert await statuses(client, f"{RECORDS}/{new_call(1)['id']}", 2) == [404, 429]
    assert graph.counters.throttled == {"app_and_tenant": 1}


async def test_a_throttled_request_counts_so_that_impatience_prolongs_the_wait(
    client: ClientSession, new_call: NewCall, now: list[datetime]
) -> None:
    record = f"{RECORDS}/{new_call(1)['id']}"
    assert (await statuses(client, record, 11))[-1] == 429
    now[0] += timedelta(seconds=15)
    assert await statuses(client, record, 9) == [429] * 9
    now[0] += timedelta(seconds=5)
    assert await statuses(client, record, 2) == [200, 429]


async def test_a_throttled_request_is_told_when_to_come_back_in_whole_or_fractional_seconds_or_not_at_all(
    serve: Serve, new_call: NewCall, now: list[datetime]
) -> None:
    limits = Limits(record_first_page=Limit(1, 20), retry_after=("whole", "fractional", "missing"))
    client = await serve(GraphSimulator("a-tenant", limits=limits, clock=lambda: now[0]))
    record = f"{RECORDS}/{new_call(1)['id']}"
    await statuses(client, record, 1)
    told = []
    for _ in range(4):
        now[0] += timedelta(seconds=0.5)
        async with client.get(record) as response:
            told.append(response.headers.get("Retry-After"))
    assert told == ["20", "20.000", None, "20"]


async def test_the_time_to_come_back_is_when_there_is_room_again(
    client: ClientSession, new_call: NewCall, now: list[datetime]
) -> None:
    record = f"{RECORDS}/{new_call(1)['id']}"
    for _ in range(10):
        await statuses(client, record, 1)
        now[0] += timedelta(seconds=1.1)
    async with client.get(record) as response:
        # This request counts too: there is room 20 s after the second of the ten before it, which is 9.9 s ago.
        assert response.headers["Retry-After"] == "11"
        error = (await response.json())["error"]
    assert (error["code"], error["message"]) == ("TooManyRequests", "Please retry again later.")
    assert error["innerError"]["status"] == "429"
    now[0] += timedelta(seconds=11)
    assert await statuses(client, record, 1) == [200]


async def test_a_throttled_request_uses_up_no_fault(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    record = f"{RECORDS}/{new_call(1)['id']}"
    await statuses(client, record, 10)
    graph.faults.append(Fault(Status(500)))
    assert await statuses(client, record, 1) == [429]
    assert graph.faults[0].seen == 0
