"""Faults on demand."""

import asyncio
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import orjson
import pytest
from aiohttp import ClientSession

from callrecords.graphtypes import JsonObject
from local.graph import (
    Delay,
    Endless,
    Fault,
    GraphSimulator,
    Huge,
    LoneSurrogate,
    NextLinkLoop,
    NoContent,
    NotJson,
    Operation,
    OwnFailure,
    Redirect,
    Reset,
    Status,
    Truncate,
)

RECORDS = "/v1.0/communications/callRecords"

type NewCall = Callable[..., JsonObject]


@pytest.fixture
def graph(graph: GraphSimulator, new_call: NewCall) -> GraphSimulator:
    """A simulator that holds two calls of 121 sessions."""
    for number in (1, 2):
        graph.publish(new_call(number, sessions=121))
    return graph


@pytest.fixture
def record(new_call: NewCall) -> str:
    """The path of the first of them."""
    return f"{RECORDS}/{new_call(1)['id']}"


async def statuses(client: ClientSession, path: str, times: int) -> list[int]:
    found = []
    for _ in range(times):
        async with client.get(path) as response:
            found.append(response.status)
    return found


async def test_a_fault_leaves_the_first_requests_alone_and_ends_after_its_times(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    graph.faults.append(Fault(Status(503), skip=1, times=2))
    assert await statuses(client, record, 4) == [200, 503, 503, 200]
    assert graph.counters.injected == {"Status": 2}
    assert graph.faults[0].seen == 4


async def test_a_fault_is_of_an_operation_and_of_a_call(
    graph: GraphSimulator, client: ClientSession, record: str, new_call: NewCall
) -> None:
    call_id = new_call(2)["id"]
    graph.faults.append(Fault(Status(500), Operation.LIST_SESSIONS, call_id, times=None))
    other = f"{RECORDS}/{call_id}"
    assert await statuses(client, f"{record}/sessions", 1) == [200]
    assert await statuses(client, other, 1) == [200]
    assert await statuses(client, f"{other}/sessions", 2) == [500, 500]


async def test_the_first_fault_that_takes_a_request_does_it(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    graph.faults += [Fault(Status(500)), Fault(Status(502))]
    assert await statuses(client, record, 3) == [500, 502, 200]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "InvalidAuthenticationToken"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
    ],
)
async def test_an_injected_status_comes_with_graphs_body(
    graph: GraphSimulator, client: ClientSession, record: str, status: int, code: str
) -> None:
    graph.faults.append(Fault(Status(status)))
    async with client.get(record) as response:
        assert response.status == status
        assert (await response.json())["error"]["code"] == code
        assert "Retry-After" not in response.headers


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [
        (7, "7"),
        (2.128, "2.128"),
        (datetime(2026, 3, 4, 12, 0, 30, tzinfo=UTC), "Wed, 04 Mar 2026 12:00:30 GMT"),
    ],
)
async def test_an_injected_status_says_when_to_come_back_in_every_form_of_http(
    graph: GraphSimulator, client: ClientSession, record: str, retry_after: float | datetime, header: str
) -> None:
    graph.faults.append(Fault(Status(429, retry_after)))
    async with client.get(record) as response:
        assert response.headers["Retry-After"] == header


@pytest.mark.parametrize(("do", "start"), [(Truncate(), b'{"@odata.context"'), (NotJson(), b"<html>")])
async def test_a_body_can_be_cut_or_no_json(
    graph: GraphSimulator, client: ClientSession, record: str, do: Truncate | NotJson, start: bytes
) -> None:
    graph.faults.append(Fault(do))
    async with client.get(record) as response:
        assert response.status == 200
        body = await response.read()
    assert body.startswith(start)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)


@pytest.mark.parametrize(
    ("do", "status", "text"),
    [(NoContent(), 204, ""), (Redirect(), 302, ""), (OwnFailure(), 400, "Object reference not set")],
)
async def test_an_answer_can_be_none(
    graph: GraphSimulator,
    client: ClientSession,
    record: str,
    do: NoContent | Redirect | OwnFailure,
    status: int,
    text: str,
) -> None:
    graph.faults.append(Fault(do))
    async with client.get(record, allow_redirects=False) as response:
        assert response.status == status
        assert text in await response.text()


async def test_half_of_a_surrogate_pair_can_be_in_a_body(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    async with client.get(record) as response:
        right = await response.json()
    graph.faults.append(Fault(LoneSurrogate()))
    async with client.get(record) as response:
        body = await response.read()
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)
    assert json.loads(body) == {"nickname": "\ud83d", **right}


async def test_a_nextlink_can_lead_back_to_its_own_page(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    graph.faults.append(Fault(NextLinkLoop(), Operation.LIST_SESSIONS_NEXT, times=None))
    async with client.get(f"{record}/sessions") as response:
        second = (await response.json())["@odata.nextLink"]
    async with client.get(second) as response:
        page = await response.json()
    assert len(page["value"]) == 60
    assert page["@odata.nextLink"] == second


async def test_an_answer_can_be_without_an_end_until_the_caller_has_had_enough(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    endless = Endless(seconds=0.01)
    graph.faults.append(Fault(endless))
    async with client.get(record) as response:
        assert response.status == 200
        assert await response.content.readexactly(20) == b"{" + b" " * 19
        assert not endless.lasted
        response.close()
    async with asyncio.timeout(5):
        while not endless.lasted:
            await asyncio.sleep(0.01)
    assert 0.1 < endless.lasted[0] < 5
    assert await statuses(client, record, 1) == [200]


async def test_an_answer_can_be_a_gigabyte_in_a_megabyte_of_gzip(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    graph.faults.append(Fault(Huge()))
    inflate, size, sent = zlib.decompressobj(16 + zlib.MAX_WBITS), 0, 0
    async with client.get(record, auto_decompress=False) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        async for chunk in response.content.iter_any():
            sent += len(chunk)
            left = chunk
            while left and not inflate.eof:
                size += len(inflate.decompress(left, 1024 * 1024))
                left = inflate.unconsumed_tail
    assert inflate.eof  # and zlib found length and checksum right
    assert size == 1024**3 + 2
    assert sent < 2_000_000


async def test_the_small_form_of_a_huge_answer_is_json(
    graph: GraphSimulator, client: ClientSession, record: str
) -> None:
    graph.faults.append(Fault(Huge(megabytes=1)))
    async with client.get(record) as response:
        assert await response.json() == {}


async def test_a_connection_can_be_reset(graph: GraphSimulator, client: ClientSession, record: str) -> None:
    graph.faults.append(Fault(Reset(), times=None))
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await client.get(record)


async def test_an_answer_can_come_late(graph: GraphSimulator, client: ClientSession, record: str) -> None:
    graph.faults.append(Fault(Delay(0.3)))
    with pytest.raises(TimeoutError):
        await client.get(record, timeout=aiohttp.ClientTimeout(total=0.05))
    graph.faults.append(Fault(Delay(0.001)))
    assert await statuses(client, record, 1) == [200]


async def test_subscriptions_and_tokens_can_fail_too(graph: GraphSimulator, client: ClientSession) -> None:
    graph.faults += [Fault(Status(503), Operation.LIST_SUBSCRIPTIONS), Fault(Status(500), Operation.GET_TOKEN)]
    assert await statuses(client, "/v1.0/subscriptions", 2) == [503, 200]
    assert await statuses(client, "/msi/token", 2) == [500, 401]


async def test_a_fault_of_any_operation_leaves_tokens_alone(graph: GraphSimulator, client: ClientSession) -> None:
    graph.faults.append(Fault(Status(500), times=None))
    assert await statuses(client, "/msi/token", 1) == [401]
    assert await statuses(client, "/v1.0/subscriptions", 1) == [500]
