"""Graph's limits for one call record."""

import asyncio

import httpx
import pytest

from callrecords.errors import Interrupted, Throttled
from callrecords.graph.records import CallRecords
from tests.invented import CALL, OTHER_CALL, call_id
from tests.unit.graph.fake_graph import FakeGraph
from tests.unit.graph.fake_time import FakeTime
from tests.unit.graph.record_answers import PagedCall, with_participants, with_sessions


def answer(request: httpx.Request) -> httpx.Response:
    """Graph's answer to either request, for whatever call it is."""
    named = {"id": request.url.path.rpartition("/")[2]}
    return httpx.Response(200, json=with_sessions() | with_participants() | named)


async def test_of_one_call_ten_first_pages_are_asked_for_in_twenty_seconds(graph: FakeGraph) -> None:
    graph.answer = answer
    records = CallRecords(graph.client)
    for _ in range(5):
        await records.fetch(CALL)
    with pytest.raises(
        Throttled, match=rf"^Call record {CALL}: held back for (20|21) s by Graph's limits\.$"
    ) as raised:
        await records.fetch(CALL)
    assert type(raised.value) is Throttled
    assert len(graph.requests) == 10
    assert (await records.fetch(OTHER_CALL)).call_id == OTHER_CALL


async def test_a_backlog_of_records_is_read_at_the_rate_and_one_that_somebody_waits_for_at_once(
    graph: FakeGraph,
) -> None:
    graph.answer, time, client = answer, FakeTime(), graph.client
    client._limiter = time.limiter
    records = CallRecords(client)
    for number in range(50):
        await (await records.start(call_id(number))).read_on()
    assert time.sleeps[-1] > 0.5
    time.sleeps.clear()
    await records.fetch(CALL)
    assert time.sleeps == []
    await asyncio.create_task(records.start(OTHER_CALL))
    assert time.sleeps[0] > 0.5


async def test_of_one_call_fifty_pages_that_follow_are_asked_for_in_five_minutes(graph: FakeGraph) -> None:
    graph.answer = PagedCall(sessions=50)
    records = CallRecords(graph.client)
    assert len((await records.fetch(CALL)).sessions) == 51
    with pytest.raises(Interrupted, match=r"held back for 30\d s"):
        await records.fetch(CALL)
