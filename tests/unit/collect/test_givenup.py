"""What is remembered of records that were given up, and what that keeps away from the queues."""

from dataclasses import replace
from datetime import timedelta

import pytest

from callrecords.collect.givenup import GivenUpCalls
from callrecords.errors import Throttled, Unavailable, Unreadable
from callrecords.queues.messages import CallMessage
from tests.doubles import Clock, State
from tests.invented import CALL, NOW, OTHER_CALL, call_message, call_record
from tests.unit.collect.ingest_world import World as IngestWorld
from tests.unit.collect.ingest_world import stored

HOUR = timedelta(hours=1)
AWAY = Unavailable("Cosmos could not be reached.")
BY_COMPARISON = replace(call_message(), reason="reconcile", version=3)


@pytest.fixture
def given_up() -> GivenUpCalls:
    return GivenUpCalls(State(), Clock())


async def test_what_was_never_given_up_is_not_known(given_up: GivenUpCalls) -> None:
    assert await given_up.find(CALL) is None
    assert await given_up.all() == []


async def test_why_and_when_a_record_was_given_up_is_known(given_up: GivenUpCalls) -> None:
    await given_up.note(BY_COMPARISON, "no")
    known = await given_up.find(CALL)
    assert known
    assert (known.reason, known.at, known.version) == ("no", NOW, 3)
    assert await given_up.find(OTHER_CALL) is None


@pytest.mark.parametrize(
    ("known", "again", "reason", "is_repeated"),
    [
        (BY_COMPARISON, BY_COMPARISON, "no", True),
        (call_message(), BY_COMPARISON, "no", True),
        (BY_COMPARISON, replace(BY_COMPARISON, reason="audit"), "no", True),
        (BY_COMPARISON, BY_COMPARISON, "another reason", False),
        (BY_COMPARISON, replace(BY_COMPARISON, version=4), "no", False),
        (BY_COMPARISON, replace(BY_COMPARISON, reason="replay"), "no", False),
        (BY_COMPARISON, call_message(), "no", False),
        (BY_COMPARISON, replace(BY_COMPARISON, call_id=OTHER_CALL), "no", False),
    ],
)
async def test_a_comparison_repeats_what_is_known_of_the_same_version(
    given_up: GivenUpCalls, known: CallMessage, again: CallMessage, reason: str, is_repeated: bool
) -> None:
    await given_up.note(known, "no")
    assert await given_up.is_repeated(again, reason) is is_repeated


async def test_while_cosmos_is_away_nothing_is_taken_for_a_repeat(caplog: pytest.LogCaptureFixture) -> None:
    given_up = GivenUpCalls(State(failing={"": AWAY}), Clock())
    await given_up.note(BY_COMPARISON, "no")
    assert caplog.messages == [f"It is not remembered that call record {CALL} is missing: {AWAY}"]
    assert not await given_up.is_repeated(BY_COMPARISON, "no")


async def test_a_record_that_was_given_up_is_poison_once_however_often_a_comparison_brings_it_up() -> None:
    world = IngestWorld()
    world.steps.failing = {"start": Unreadable("Graph's answer is not JSON.")}
    for message in (call_message(), BY_COMPARISON, BY_COMPARISON):
        await world.ingest(str(message), 1)
    assert world.queues.poison_reasons == ["Graph's answer is not JSON."]
    await world.ingest(str(replace(BY_COMPARISON, reason="replay")), 1)
    assert len(world.queues.poison.sent) == 2


async def test_a_record_that_came_after_all_is_forgotten() -> None:
    world = IngestWorld()
    given_up = GivenUpCalls(world.state, Clock())
    for call in (CALL, OTHER_CALL):
        await given_up.note(call_message(call), "no")
    await world.ingest(str(replace(call_message(), reason="replay")), 1)
    assert await given_up.find(CALL) is None
    assert await given_up.find(OTHER_CALL) is not None


@pytest.mark.parametrize(("given_up", "is_forgotten"), [(None, True), (2, True), (3, False)])
async def test_a_record_that_came_in_an_older_version_is_not_forgotten(
    given_up: int | None, is_forgotten: bool
) -> None:
    world = IngestWorld()
    memory = GivenUpCalls(world.state, Clock())
    await memory.note(replace(call_message(), version=given_up), "no")
    await world.ingest(str(replace(call_message(), failure="NotFound", attempt=1, failing_since=NOW)), 1)
    assert (await memory.find(CALL) is None) is is_forgotten


async def test_a_call_stays_named_where_nobody_has_asked_graph_since_it_was_given_up() -> None:
    world = IngestWorld()
    world.store.found = world.store.latest = replace(stored(1), fetched_at=NOW)
    world.store.loaded = call_record(1)
    world.clock.forward(HOUR)
    given_up = GivenUpCalls(world.state, world.clock)
    await given_up.note(call_message(), "no")
    world.steps.failing = {"start": Throttled("slow", 30)}
    await world.ingest(str(replace(call_message(), reason="audit", version=1)), 1)
    await world.ingest(str(replace(call_message(age=HOUR), failure="NotFound", attempt=1, failing_since=NOW)), 1)
    assert world.queues.main.sent == []
    assert await given_up.find(CALL)


async def test_what_cannot_be_forgotten_is_no_failure_of_the_record() -> None:
    world = IngestWorld()
    world.state.failing = {"": AWAY}
    await world.ingest(str(replace(call_message(), reason="lookup")), 1)
    assert world.queues.main.sent == world.queues.poison.sent == []


async def test_a_first_notification_asks_nothing_of_what_is_remembered() -> None:
    world = IngestWorld()
    await world.ingest(str(call_message()), 1)
    assert world.state.asked == 0


async def test_a_call_that_is_late_between_two_times_is_poison_once() -> None:
    clock, state = Clock(), State()
    given_up = GivenUpCalls(state, clock)
    await given_up.note(BY_COMPARISON, "no")
    clock.forward(13 * HOUR)
    await given_up.note_if_late(BY_COMPARISON, AWAY)
    known = await given_up.find(CALL)
    assert known
    assert known.reason == f"not here yet: {AWAY}"
    assert await given_up.is_repeated(BY_COMPARISON, "no")
    assert not await given_up.is_repeated(BY_COMPARISON, f"not here yet: {AWAY}")


@pytest.mark.parametrize(("age", "is_told"), [(12 * HOUR, False), (13 * HOUR, True)])
async def test_a_message_that_comes_back_for_over_twelve_hours_is_told_of(age: timedelta, is_told: bool) -> None:
    world = IngestWorld()
    world.steps.failing = {"start": Throttled("held back for 300 s", 300)}
    await world.ingest(str(call_message(age=age)), 1)
    assert len(world.queues.main.sent) == 1
    known = await GivenUpCalls(world.state, Clock()).find(CALL)
    assert (known and known.reason) == ("not here yet: held back for 300 s" if is_told else None)


async def test_a_message_that_comes_back_for_long_is_told_of_once_an_hour() -> None:
    clock, state = Clock(), State()
    given_up, message = GivenUpCalls(state, clock), call_message(age=13 * HOUR)
    told = []
    for _ in range(130):
        await given_up.note_if_late(message, AWAY)
        known = await given_up.find(CALL)
        assert known
        told.append(known.at)
        clock.forward(timedelta(minutes=1))
    assert len(set(told)) == 3
