"""Many messages of one call, and how often Graph is asked for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from callrecords.collect import repeats
from callrecords.collect.repeats import Repeats
from callrecords.errors import CallRecordsError, NotFound, Throttled
from callrecords.queues.messages import CallMessage, CallsMessage
from tests.doubles import Clock
from tests.invented import CALL, NOW, OTHER_CALL, TENANT, call_message, call_record
from tests.unit.collect.ingest_world import NOTHING, World, stored

SECOND = timedelta(seconds=1)
LATER = 20 * SECOND


def sent(after: timedelta = timedelta(), call_id: str = CALL) -> CallMessage:
    """A notification that was sent some time after the first."""
    return replace(call_message(call_id), notified_at=NOW + after)


@pytest.fixture
def world() -> World:
    return World()


async def asked(world: World) -> None:
    """The first message is handled, 20 seconds after it was sent."""
    world.clock.forward(LATER)
    await world.ingest(str(sent()), 1)
    world.store.found = world.store.latest
    world.steps.done.clear()


async def test_a_message_that_was_sent_before_another_one_asked_asks_for_nothing(world: World) -> None:
    await asked(world)
    for after in range(1, 16):
        await world.ingest(str(sent(after * SECOND)), 1)
    assert (world.steps.done, world.queues.main.sent) == ([], [])


async def test_a_message_that_was_sent_later_asks_once_for_all_others(world: World) -> None:
    await asked(world)
    world.clock.forward(LATER)
    for after in (26, 27, 28):
        await world.ingest(str(sent(after * SECOND)), 1)
    assert world.steps.done.count("start") == 1


@pytest.mark.parametrize("after", [16, 20, 24])
async def test_where_clocks_may_differ_a_message_comes_back_soon_and_its_tries_do_not_count(
    world: World, after: int
) -> None:
    await asked(world)
    message = sent(after * SECOND)
    await world.ingest(str(message), 1)
    (put_back,) = world.queues.main.sent
    assert CallMessage.parse(put_back.text) == message
    assert 10 <= (put_back.delay or 0) <= 13
    world.clock.forward(10 * SECOND)
    for each in (put_back.text, str(sent((after - 1) * SECOND)), str(sent((after + 1) * SECOND))):
        await world.ingest(each, 1)
    assert world.steps.done.count("start") == 1


async def test_of_many_messages_of_a_call_that_graph_lacks_one_goes_on(world: World) -> None:
    world.steps.failing = {"start": NotFound("not there")}
    world.clock.forward(LATER)
    for after in range(10):
        await world.ingest(str(sent(after * SECOND)), 1)
    (put_back,) = world.queues.main.sent
    failed = sent().failed("NotFound", world.clock.now)
    assert CallMessage.parse(put_back.text) == replace(failed, asked_at=world.clock.now)


async def test_the_one_that_goes_on_gives_way_to_one_that_was_sent_since_and_asked(world: World) -> None:
    world.steps.failing = {"start": NotFound("not there")}
    world.clock.forward(LATER)
    await world.ingest(str(sent()), 1)
    world.clock.forward(LATER)
    await world.ingest(str(sent(LATER + LATER - SECOND)), 1)
    first, second = (CallMessage.parse(each.text) for each in world.queues.main.sent)
    world.queues.main.sent.clear()
    await world.ingest(str(first), 1)
    assert world.queues.main.sent == []
    await world.ingest(str(second), 1)
    assert len(world.queues.main.sent) == 1


@pytest.mark.parametrize("failure", [NotFound("not there"), Throttled("slow", 30)], ids=repr)
async def test_two_messages_that_two_workers_asked_for_in_vain_are_not_dropped_for_each_other(
    world: World, failure: CallRecordsError
) -> None:
    world.steps.failing = {"start": failure}
    world.clock.forward(LATER)
    for worker in (0, 1):
        await world.ingest(str(sent(worker * SECOND)), 1, worker)
    first, second = (each.text for each in world.queues.main.sent)
    world.queues.main.sent.clear()
    world.clock.forward(2 * LATER)
    await world.ingest(second, 1, 0)
    await world.ingest(first, 1, 1)
    assert world.queues.main.sent


async def test_a_message_for_which_others_were_dropped_asks_though_an_older_answer_would_do_for_it(
    world: World,
) -> None:
    world.steps.failing = {"start": Throttled("slow", 30)}
    world.clock.forward(2 * LATER)
    await world.ingest(str(sent()), 1)
    await world.ingest(str(sent(LATER)), 1)
    (put_back,) = world.queues.main.sent
    world.store.found = world.store.latest = replace(stored(1), fetched_at=NOW + LATER - SECOND)
    world.steps.done.clear()
    await world.ingest(put_back.text, 1)
    assert "start" in world.steps.done


async def test_a_look_at_what_another_worker_stored_is_not_taken_for_a_question_to_graph(world: World) -> None:
    world.store.found = world.store.latest = replace(stored(2), fetched_at=NOW + LATER)
    world.clock.forward(3 * LATER)
    await world.ingest(str(sent()), 1)
    assert "start" not in world.steps.done
    await world.ingest(str(sent(LATER + SECOND)), 1)
    assert "start" in world.steps.done


async def test_nothing_is_dropped_for_an_audit_which_needs_no_answer(world: World) -> None:
    world.store.found, world.store.loaded = stored(2), call_record(2)
    world.steps.failing = {"start": Throttled("slow", 30)}
    world.clock.forward(LATER)
    await world.ingest(str(replace(sent(LATER), reason="audit", version=2)), 1)
    assert world.queues.main.sent == []
    await world.ingest(str(sent()), 1)
    assert len(world.queues.main.sent) == 1


async def test_a_message_whose_worker_may_have_ended_tells_so_where_cosmos_holds_it_back(world: World) -> None:
    world.steps.failing = {"look": Throttled("slow", 1)}
    await world.ingest(str(sent()), 2)
    (put_back,) = world.queues.main.sent
    assert CallMessage.parse(put_back.text).may_have_left_row


async def test_a_message_of_another_call_asks(world: World) -> None:
    await asked(world)
    await world.ingest(str(sent(call_id=OTHER_CALL)), 1)
    assert "start" in world.steps.done


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "audit"},
        {"reason": "reconcile", "version": 2},
        {"reason": "replay"},
        {"may_have_left_row": True},
        {"failure": "Unavailable", "attempt": 1, "failing_since": NOW},
    ],
    ids=str,
)
async def test_a_message_that_has_more_to_do_asks(world: World, changed: dict[str, object]) -> None:
    await asked(world)
    await world.ingest(str(replace(sent(SECOND), **changed)), 1)  # type: ignore[arg-type]
    assert "start" in world.steps.done


async def test_a_message_whose_worker_may_have_ended_asks(world: World) -> None:
    await asked(world)
    await world.ingest(str(sent(SECOND)), 2)
    assert "start" in world.steps.done


@pytest.mark.parametrize(
    ("fetched_after", "is_asked"), [(5, False), (25, False), (26, True), (4, True), (-60, True), (None, True)]
)
async def test_a_record_that_another_worker_fetched_since_costs_a_look(
    world: World, fetched_after: int | None, is_asked: bool
) -> None:
    fetched_at = None if fetched_after is None else NOW + fetched_after * SECOND
    world.store.found = replace(stored(2), fetched_at=fetched_at)
    world.clock.forward(LATER)
    await world.ingest(str(sent()), 1)
    assert ("start" in world.steps.done) is is_asked
    assert is_asked or world.steps.done == ["look"]


@pytest.mark.parametrize(
    "lacking",
    [{"is_unreadable": True}, {"named_parts": frozenset({"a"})}, {"caveats": frozenset({"noSessions"})}],
    ids=str,
)
async def test_a_record_that_lacks_something_is_asked_for(world: World, lacking: dict[str, object]) -> None:
    found = replace(stored(2), fetched_at=NOW + LATER, **lacking)  # type: ignore[arg-type]
    world.store.found = found
    await world.ingest(str(sent()), 1)
    assert "start" in world.steps.done


async def test_a_record_tells_when_it_was_asked_for(world: World) -> None:
    world.clock.forward(LATER)
    await world.ingest(str(sent()), 1)
    assert world.store.saved is not None
    assert world.store.saved.fetched_at == NOW + LATER


async def test_a_message_about_many_calls_becomes_one_for_each(world: World) -> None:
    world.store.found = NOTHING
    await world.ingest(str(CallsMessage(tenant_id=TENANT, notified_at=NOW, call_ids=(CALL, OTHER_CALL))), 1)
    assert [CallMessage.parse(each.text) for each in world.queues.main.sent] == [sent(), sent(call_id=OTHER_CALL)]
    assert world.steps.done == []


async def test_a_message_about_many_calls_of_which_one_is_none_is_poison(world: World) -> None:
    message = str(CallsMessage(tenant_id=TENANT, notified_at=NOW, call_ids=(CALL, OTHER_CALL)))
    await world.ingest(message.replace(OTHER_CALL, "../x"), 1)
    assert world.queues.poison_reasons == ["callIds[1] is '../x': expected a GUID in lower case."]
    assert world.queues.main.sent == []


def test_a_call_that_is_asked_for_now_is_not_asked_for_twice() -> None:
    clock = Clock()
    found = Repeats(clock)
    with found.asking(sent()):
        clock.forward(LATER)
        with pytest.raises(Throttled, match="another message has just asked"):
            found.has_asked_since(sent(LATER))
    assert not found.has_asked_since(sent(LATER))


def test_no_more_calls_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_REMEMBERED", 1)
    clock = Clock(NOW + LATER)
    found = Repeats(clock)
    for call_id in (CALL, OTHER_CALL):
        with found.asking(sent(call_id=call_id)):
            pass
    assert not found.has_asked_since(sent(SECOND))
    assert found.has_asked_since(sent(SECOND, OTHER_CALL))
