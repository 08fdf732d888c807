"""One call record, whole: from Cosmos, else from Graph."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from azure.core.exceptions import ServiceRequestError

from callrecords.callrecord import CallRecord
from callrecords.collect.givenup import GivenUpCalls
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.errors import (
    CallRecordsError,
    Forbidden,
    Interrupted,
    NotFound,
    Throttled,
    Unavailable,
    Unreadable,
)
from callrecords.http import lookup
from callrecords.http.lookup import Lookup
from tests.asking import body
from tests.doubles import Clock, Queues, State
from tests.generated import DAYS, store_record, versions
from tests.invented import CALL, NOW, TENANT, call_id, call_message

RECORDS = [each[-1] for each in versions(DAYS[0], 9)]


class Graph:
    """Stands for Graph: holds one record, or fails."""

    def __init__(self, held: CallRecord | CallRecordsError | None) -> None:
        self._held = held
        self.asked: list[str] = []

    async def fetch(self, call_id: str) -> CallRecord:
        self.asked.append(call_id)
        if isinstance(self._held, CallRecord):
            return self._held
        raise self._held or NotFound(f"Call record {call_id}: Graph answered 404.")


class World:
    """A look-up with Graph and the queue around it."""

    def __init__(self, account: Account, held: CallRecord | CallRecordsError | None = None) -> None:
        self.graph, self.queues, self.clock = Graph(held), Queues(), Clock()
        store = CallRecordsStore(account, TENANT)
        self.given_up = GivenUpCalls(State(), Clock())
        self.lookup = Lookup(
            tenant_id=TENANT,
            store=store,
            records=self.graph,
            given_up=self.given_up,
            calls=self.queues.work,
            clock=self.clock,
        )


def as_graph_has_it(record: CallRecord) -> object:
    return {**record.properties, "sessions": record.sessions, "participants_v2": record.participants}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.properties["type"])
async def test_a_stored_call_is_joined_from_its_parts_without_asking_graph(
    account: Account, record: CallRecord
) -> None:
    world = World(account)
    await store_record(account, record)
    answer = await world.lookup(record.call_id)
    assert (answer.status, answer.headers["ETag"]) == (200, f'W/"{record.version}"')
    assert body(answer) == as_graph_has_it(record)
    assert (world.graph.asked, world.queues.main.sent) == ([], [])


async def test_a_call_id_may_be_in_capitals(account: Account) -> None:
    await store_record(account, RECORDS[0])
    assert (await World(account).lookup(RECORDS[0].call_id.upper())).status == 200


async def test_a_call_that_only_graph_has_is_answered_and_enqueued(account: Account) -> None:
    record = versions(DAYS[1], 9)[0][-1]
    world = World(account, record)
    answer = await world.lookup(record.call_id)
    assert (answer.status, body(answer)) == (200, as_graph_has_it(record))
    (message,) = world.queues.main.sent
    assert (message.document["callId"], message.document["reason"]) == (record.call_id, "lookup")
    assert message.document["tenantId"] == TENANT
    assert message.document["notifiedAt"] == NOW.isoformat()


async def test_a_queue_that_is_away_does_not_keep_the_answer(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    record = versions(DAYS[1], 9)[1][-1]
    world = World(account, record)
    world.queues.main.failure = ServiceRequestError("no route")
    with caplog.at_level(logging.WARNING):
        assert body(await world.lookup(record.call_id)) == as_graph_has_it(record)
    assert "The next reconciliation will find the record" in caplog.text


@pytest.mark.parametrize("call_id", ["", "x", CALL[:-1], f"{CALL} ", f"{{{CALL}}}", "..", "٣" * 36])
async def test_a_malformed_call_id_is_refused_by_name(account: Account, call_id: str) -> None:
    world = World(account)
    answer = await world.lookup(call_id)
    assert answer.status == 400
    assert body(answer)["error"].startswith("callId is ")
    assert world.graph.asked == []


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Throttled("Graph answered 429.", 17.4), 429, "18"),
        (Throttled("Graph answered 429.", 0.2), 429, "1"),
        (Throttled("Graph answered 429.", 0), 429, "1"),
        (Throttled("Graph answered 429.", None), 429, None),
        (Interrupted("Graph answered 429.", 17.4), 429, "18"),
        (Unavailable("Graph answered 500."), 503, None),
        (Forbidden("Graph answered 403."), 503, None),
        (Unreadable("Graph's answer is not JSON."), 502, None),
    ],
)
async def test_what_graph_says_is_passed_on(
    account: Account, error: CallRecordsError, status: int, retry_after: str | None
) -> None:
    world = World(account, error)
    answer = await world.lookup(CALL)
    assert (answer.status, body(answer)) == (status, {"error": str(error)})
    assert answer.headers.get("Retry-After") == retry_after


async def answer_of_404(world: World) -> str:
    """The sentence for a call that is neither in Cosmos nor in Graph."""
    answer = await world.lookup(CALL)
    assert answer.status == 404
    return str(body(answer)["error"])


@pytest.mark.parametrize(
    ("error", "enqueued"), [(Throttled("slow", 7), []), (Interrupted("slow", 7), [CALL])], ids=repr
)
async def test_a_call_is_enqueued_though_graph_throttles_it_once_graph_is_known_to_have_it(
    account: Account, error: CallRecordsError, enqueued: list[str]
) -> None:
    world = World(account, error)
    assert (await world.lookup(CALL)).status == 429
    assert [sent.document["callId"] for sent in world.queues.main.sent] == enqueued


async def test_of_a_call_that_is_stored_but_damaged_404_says_so(account: Account) -> None:
    record = replace(RECORDS[0], call_id=call_id(7), properties=RECORDS[0].properties | {"id": call_id(7)})
    await store_record(account, record)
    container = await account.container("callRecords")
    header = await container.read_item(record.call_id, [TENANT, record.call_id])
    await container.upsert_item({**header, "sessions": "AAAA"})
    answer = await World(account).lookup(record.call_id)
    assert answer.status == 404
    assert body(answer)["error"].endswith("Graph does not have it any more, and what is stored of it is damaged.")


async def test_of_a_call_that_this_app_never_heard_of_404_says_all_that_it_may_mean(account: Account) -> None:
    assert await answer_of_404(World(account, NotFound("Graph answered 404."))) == (
        f"Call record {CALL}: Graph does not have it. There is no such call, or its record does not exist yet,"
        " or it started more than 30 days ago and this app was not there to collect it, or has deleted it since, at the"
        " end of its retention (RETENTION_DAYS)."
    )


@pytest.mark.parametrize(
    ("age", "so_far"), [(timedelta(days=30), ""), (timedelta(days=31), " any more: it is older than 30 days")]
)
async def test_of_a_call_that_was_given_up_404_says_why_and_whether_it_is_too_old_by_now(
    account: Account, age: timedelta, so_far: str
) -> None:
    world = World(account, NotFound("Graph answered 404."))
    heard = NOW - age
    await world.given_up.note(call_message(age=age), "never appeared: Graph answered 404.")
    assert await answer_of_404(world) == (
        f"Call record {CALL}: Graph does not have it{so_far}. This app heard of it at {heard:%Y-%m-%d %H:%M} UTC"
        " and does not have it: never appeared: Graph answered 404."
    )


async def test_of_a_call_that_is_late_404_does_not_say_that_it_was_given_up(account: Account) -> None:
    world = World(account, NotFound("Graph answered 404."))
    age = timedelta(days=1)
    await world.given_up.note_if_late(call_message(age=age), Throttled("Graph answered 429.", None))
    assert await answer_of_404(world) == (
        f"Call record {CALL}: Graph does not have it. This app heard of it at {NOW - age:%Y-%m-%d %H:%M} UTC and does"
        " not have it: not here yet: Graph answered 429."
    )


async def test_graph_is_not_asked_again_for_a_while_for_a_call_that_it_did_not_have(account: Account) -> None:
    world = World(account)
    first, second = await world.lookup(CALL), await world.lookup(CALL.upper())
    assert (first.status, first.body) == (404, second.body)
    await world.lookup(call_id(2))
    assert world.graph.asked == [CALL, call_id(2)]
    world.clock.forward(timedelta(minutes=1))
    await world.lookup(CALL)
    assert world.graph.asked == [CALL, call_id(2), CALL]


async def test_misses_that_are_over_are_forgotten(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_MISSES", 1)
    world = World(account)
    for call in (CALL, call_id(2)):
        await world.lookup(call)
        world.clock.forward(timedelta(minutes=1))
    assert world.lookup._missed.keys() == {call_id(2)}


async def test_a_call_that_is_stored_after_a_miss_is_found(account: Account) -> None:
    world, record = World(account), versions(DAYS[1], 1)[0][-1]
    assert (await world.lookup(record.call_id)).status == 404
    await store_record(account, record)
    assert (await world.lookup(record.call_id)).status == 200
