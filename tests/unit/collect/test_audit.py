"""The store audits itself."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from azure.core.exceptions import ServiceRequestError

from callrecords.collect import dayrunner
from callrecords.collect.auditrun import AuditMessage
from callrecords.collect.givenup import GIVEN_UP, GivenUpCall
from callrecords.errors import Forbidden, NotFound, Throttled, Unavailable
from callrecords.ports.slices import DayRow, Held, Slice
from callrecords.ports.state import StateKey
from callrecords.queues.messages import CallMessage
from callrecords.queues.retries import GiveUp, Later, decide
from tests.invented import CALL, DAY, NOW, OTHER_CALL, TENANT, call_id, call_message
from tests.unit.collect.audit_world import DAYS, HOUR, WHOLE, World, header, part, stored

EARLY, LATE = "2026-03-01", "2026-02-03"


@pytest.fixture
def world() -> World:
    return World()


def with_calls(*days: str, count: int = 3) -> World:
    """So many whole calls on each day."""
    world = World()
    for number, day in enumerate(days):
        world.cosmos.days[day] = {call_id(number * count + each): WHOLE for each in range(count)}
    return world


async def test_the_first_night_audits_the_newest_day_of_each_age() -> None:
    world = with_calls(EARLY, LATE)
    await world.audit.on_schedule()
    assert [(sent.document["audit"], sent.document["firstDay"]) for sent in world.queues.main.sent] == [
        ("early", EARLY),
        ("late", LATE),
    ]
    await world.run()
    for audit, day in (("early", EARLY), ("late", LATE)):
        outcome = world.outcome(audit)
        assert (outcome["firstDay"], outcome["lastDay"], outcome["compared"], outcome["whole"]) == (day, day, 3, 3)
        assert outcome["finished"] == NOW.isoformat()
    assert world.enqueued == []
    assert world.cosmos.looked == []


async def test_a_night_audits_what_the_last_did_not_and_no_day_twice(world: World) -> None:
    await world.audit.on_schedule()
    await world.run()
    await world.audit.on_schedule()
    assert world.queues.main.sent == []
    world.clock.forward(3 * DAYS)
    await world.audit.on_schedule()
    early, _ = (AuditMessage.parse(sent.text) for sent in world.queues.main.sent)
    assert (early.first_day, early.last_day) == ("2026-03-02", "2026-03-04")


async def test_a_call_whose_part_is_gone_is_fetched_again(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(header=header(3, part(3)), row=DayRow(3)), OTHER_CALL: WHOLE}
    world.cosmos.looks[CALL] = replace(stored(3, part(3)), part_ids=frozenset())
    outcome = await world.run_over(DAY)
    assert (outcome["compared"], outcome["whole"], outcome["damaged"], outcome["enqueued"]) == (2, 1, 1, 1)
    end_of_day = datetime.fromisoformat(f"{DAY}T00:00:00Z") + timedelta(days=1)
    expected = CallMessage(
        tenant_id=TENANT, notified_at=NOW, call_id=CALL, reason="audit", version=3, started_by=end_of_day
    )
    assert [CallMessage.parse(sent.text) for sent in world.calls.main.sent] == [expected]


@pytest.mark.parametrize(
    ("held", "count"),
    [
        (Held(row=DayRow(3)), "withoutHeader"),
        (Held(header=header(3)), "withoutRow"),
        (Held(header=header(3), row=DayRow(2)), "otherRow"),
        (Held(parts=(part(1),)), "orphanedParts"),
    ],
)
async def test_a_call_that_is_not_whole_is_on_the_queue_and_is_counted(world: World, held: Held, count: str) -> None:
    world.cosmos.days[DAY] = {CALL: held}
    outcome = await world.run_over(DAY)
    assert (outcome[count], outcome["compared"], outcome["whole"], outcome["enqueued"]) == (1, 1, 0, 1)
    assert [message["callId"] for message in world.enqueued] == [CALL]
    assert world.cosmos.steps == []


async def test_what_could_not_be_read_in_one_moment_is_looked_at_once_more(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(header=header(1, part(1)), row=DayRow(2))}
    world.cosmos.looks[CALL] = stored(2, part(2))
    outcome = await world.run_over(DAY)
    assert (outcome["whole"], outcome["enqueued"]) == (1, 0)


async def test_a_leftover_row_is_announced_as_of_a_former_day_before_it_is_deleted(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(row=DayRow(2))}
    world.cosmos.looks[CALL] = stored(2, day="2026-03-05")
    world.calls.main.failure = ServiceRequestError("no route")
    assert await world.audit.start("command", DAY, DAY)
    await world.take()
    assert world.cosmos.steps == [f"former day {CALL} {DAY}"]
    world.calls.main.failure = None
    await world.run()
    assert world.cosmos.steps[1:] == [f"former day {CALL} {DAY}", f"delete {CALL} {DAY} 3"]
    assert [message["callId"] for message in world.enqueued] == [CALL]
    assert (world.outcome("command")["leftoverRow"], world.outcome("command")["enqueued"]) == (1, 1)


async def test_parts_that_an_older_version_left_are_deleted_without_graph(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(header=header(2), parts=(part(1),), row=DayRow(2))}
    world.cosmos.looks[CALL] = stored(2, others=(part(1),))
    outcome = await world.run_over(DAY)
    assert (outcome["orphanedParts"], outcome["enqueued"]) == (1, 0)
    assert world.cosmos.steps == [f"tidy {CALL}"]


async def test_parts_whose_header_is_to_come_are_left_alone(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(parts=(part(1, written=NOW - HOUR),))}
    outcome = await world.run_over(DAY)
    assert (outcome["underWay"], outcome["enqueued"], world.cosmos.steps) == (1, 0, [])


def given_up(version: int | None) -> GivenUpCall:
    return GivenUpCall(
        call_id=CALL, version=version, reason="no", notified_at=NOW, since=NOW - 9 * DAYS, at=NOW - HOUR, ttl=9
    )


@pytest.mark.parametrize(
    ("held", "known", "enqueued"),
    [
        (Held(row=DayRow(3)), 3, 0),
        (Held(row=DayRow(3)), None, 0),
        (Held(row=DayRow(3)), 2, 1),
        (Held(header=header(3)), 3, 1),
    ],
)
async def test_a_call_that_was_given_up_again_and_again_is_left_alone_unless_graph_is_not_needed(
    world: World, held: Held, known: int | None, enqueued: int
) -> None:
    world.cosmos.days[DAY] = {CALL: held}
    world.state.hold(StateKey(GIVEN_UP.id + CALL, GivenUpCall), given_up(known))
    outcome = await world.run_over(DAY)
    assert (outcome["givenUp"], outcome["enqueued"]) == (1 - enqueued, enqueued)


async def test_a_damaged_call_is_fetched_though_an_unknown_version_of_it_was_given_up(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(header=header(3, part(3)), row=DayRow(3))}
    world.cosmos.looks[CALL] = replace(stored(3, part(3)), part_ids=frozenset())
    world.state.hold(StateKey(GIVEN_UP.id + CALL, GivenUpCall), given_up(None))
    assert (await world.run_over(DAY))["enqueued"] == 1


@pytest.mark.parametrize(("day", "is_given_up"), [("2026-02-02", False), ("2026-02-01", True)])
async def test_what_graph_has_forgotten_is_given_up_at_once_and_what_is_throttled_is_not(
    world: World, day: str, is_given_up: bool
) -> None:
    world.cosmos.days[day] = {CALL: Held(row=DayRow(1))}
    await world.run_over(day)
    (sent,) = world.calls.main.sent
    message = CallMessage.parse(sent.text)
    assert message.notified_at == NOW
    assert isinstance(decide(message, NotFound("Graph answered 404."), NOW, 0), GiveUp) is is_given_up
    assert isinstance(decide(message, Throttled("slow", 1), NOW, 0), Later)


async def test_a_call_that_somebody_has_restored_is_named_no_longer(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(header=header(3), row=DayRow(3)), OTHER_CALL: Held(header=header(2))}
    for call in (CALL, OTHER_CALL):
        await world.given_up.note(replace(call_message(call), version=3), "no")
    await world.run_over(DAY)
    assert [each.call_id for each in await world.given_up.all()] == [OTHER_CALL]


async def test_a_slice_that_is_too_large_is_read_in_narrower_ones() -> None:
    world = with_calls(DAY, count=3_000)
    outcome = await world.run_over(DAY)
    assert (outcome["compared"], outcome["whole"]) == (3_000, 3_000)
    assert ("0000", "0001") in [(first, end) for _, first, end in world.cosmos.read_slices]
    charged = sum(3.0 for _ in world.cosmos.read_slices)
    assert outcome["requestUnits"] > charged + 300


async def test_an_audit_comes_back_after_two_minutes_of_work_with_its_position() -> None:
    world = with_calls(DAY)
    world.cosmos.takes = timedelta(seconds=61)
    assert await world.audit.start("command", DAY, DAY)
    await world.take()
    assert len(world.cosmos.read_slices) == 2
    assert (world.waiting.bounds[0], world.queues.main.sent[0].delay) == (world.cosmos.read_slices[-1][2], 0)
    assert world.state.items["audit-command-running"]["day"] == DAY
    await world.run()
    assert world.outcome("command")["compared"] == 3


@pytest.mark.parametrize("failure", [Throttled("slow", 200), Forbidden("no")])
async def test_an_audit_that_fails_on_its_way_keeps_what_it_has_done(failure: Throttled | Forbidden) -> None:
    world = with_calls(DAY)
    world.cosmos.failing = {2: failure}
    assert await world.audit.start("command", DAY, DAY)
    await world.take()
    assert (world.waiting.compared, world.waiting.attempt, world.queues.main.sent[0].delay) == (3, 0, 0)
    await world.run()
    assert world.outcome("command")["compared"] == 3


async def test_an_audit_that_fails_at_its_first_slice_is_put_back_as_the_failure_table_says(world: World) -> None:
    world.cosmos.failing = {1: Forbidden("no")}
    assert await world.audit.start("command", DAY, DAY)
    await world.take()
    assert (world.waiting.failure, world.queues.main.sent[0].delay) == ("Forbidden", 900)


async def test_a_slice_that_takes_too_long_is_given_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: object) -> Slice:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(dayrunner, "_SLICE_SECONDS", 0.1)
    monkeypatch.setattr(world.cosmos, "read", slow)
    assert await world.audit.start("command", DAY, DAY)
    await world.take()
    assert world.waiting.failure == "Unavailable"


async def test_what_the_queue_of_calls_does_not_take_is_compared_again(world: World) -> None:
    world.cosmos.days[DAY] = {call_id(1): Held(row=DayRow(1))}
    world.calls.main.failure = ServiceRequestError("no route")
    assert await world.audit.start("command", DAY, DAY)
    await world.take()
    assert (world.waiting.compared, world.waiting.failure) == (0, "Unavailable")
    world.calls.main.failure = None
    await world.run()
    assert [message["callId"] for message in world.enqueued] == [call_id(1)]


async def test_an_audit_whose_outcome_is_not_taken_does_not_begin_again() -> None:
    world = with_calls(DAY)
    assert await world.audit.start("command", DAY, DAY)
    world.state.failing = {"audit-command": Unavailable("away")}
    await world.take()
    assert world.waiting.is_done
    world.state.failing = {}
    reads = len(world.cosmos.read_slices)
    await world.run()
    assert (len(world.cosmos.read_slices), world.outcome("command")["compared"]) == (reads, 3)


async def test_while_an_audit_goes_on_no_other_like_it_is_begun(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.audit.on_schedule()
    await world.audit.on_schedule()
    assert len(world.queues.main.sent) == 2
    assert "The last early audit is still under way: no other is started." in caplog.messages
    assert await world.audit.start("command", DAY, DAY)
    assert not await world.audit.start("command", DAY, DAY)


async def test_an_audit_that_was_not_heard_of_for_hours_is_not_waited_for(world: World) -> None:
    assert await world.audit.start("command", DAY, DAY)
    world.clock.forward(2 * HOUR)
    assert await world.audit.start("command", DAY, DAY)


async def test_an_audit_is_started_whose_start_is_not_remembered(world: World) -> None:
    world.state.failing_writes = Unavailable("away")
    assert await world.audit.start("command", DAY, DAY)
    assert world.waiting.day == DAY


async def test_an_audit_that_ends_days_late_does_not_let_days_be_audited_twice(world: World) -> None:
    assert await world.audit.start("early", EARLY, EARLY)
    late = world.queues.main.sent.pop()
    world.clock.forward(DAYS)
    await world.audit.on_schedule()
    await world.run()
    assert world.outcome("early")["lastDay"] == "2026-03-02"
    await world.audit.on_message(late.text, 1)
    assert world.outcome("early")["lastDay"] == "2026-03-02"
    assert world.state.items["audit-early-running"]["lastDay"] == EARLY


async def test_days_whose_items_may_have_expired_are_no_business_of_an_audit(world: World) -> None:
    assert await world.audit.oldest_day() == "0001-01-01"
    world.cosmos.keeps = 7 * DAYS
    assert await world.audit.oldest_day() == "2026-02-26"
    await world.audit.on_schedule()
    assert world.waiting.audit == "early"
    await world.run()
    world.clock.forward(20 * DAYS)
    await world.audit.on_schedule()
    assert (world.waiting.first_day, world.waiting.last_day) == ("2026-03-18", "2026-03-21")


async def test_the_log_tells_what_was_audited(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await with_calls(DAY).run_over(DAY)
    assert f"Audited {DAY} to {DAY}: 3 calls, 3 whole." in caplog.messages
