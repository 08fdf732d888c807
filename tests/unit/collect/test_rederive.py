"""Rows are derived again after a change of the rules."""

import logging
from datetime import timedelta

import pytest

from callrecords.collect import rederive
from callrecords.collect.factrows import Derived
from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unauthorized, Unavailable, Unreadable
from callrecords.facts.row import FACTS_VERSION
from callrecords.facts.streamquality import Profile
from callrecords.ports.slices import DayRow, Held, Part
from tests.invented import CALL, DAY, NOW, OTHER_CALL, call_id
from tests.unit.collect.audit_world import header
from tests.unit.collect.rederive_world import OLD, RIGHT, World, held

NEXT_DAY = "2026-03-05"
LOST_PART = Held(parts=(Part("sessions-1-0-0123abcd", 1, NOW),))


@pytest.fixture
def world() -> World:
    return World()


def spread(number: int) -> str:
    """One of 256 calls whose ids are spread as those of Graph are."""
    return f"{number:02x}000000-0000-4000-8000-000000000000"


async def test_rows_of_other_rules_are_derived_again_and_no_others(world: World) -> None:
    calls = [OLD, RIGHT, held(FACTS_VERSION + 1), held(profile=Profile.BEFORE_2022), Held(header=header(1)), LOST_PART]
    world.cosmos.days[DAY] = {call_id(number): each for number, each in enumerate(calls)}
    await world.run()
    assert world.rows.derived == [call_id(number) for number in (0, 2, 3, 4)]
    assert world.counts == (5, 4, 1, 0)


async def test_rows_are_right_that_are_of_the_profile_of_the_settings() -> None:
    world = World(Profile.BEFORE_2022)
    world.cosmos.days[DAY] = {CALL: held(profile=Profile.BEFORE_2022), OTHER_CALL: RIGHT}
    await world.run()
    assert world.rows.derived == [OTHER_CALL]
    assert (world.outcome["factsVersion"], world.outcome["qualityProfile"]) == (FACTS_VERSION, "before2022")


async def test_every_row_is_derived_where_that_is_wanted(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: RIGHT, OTHER_CALL: OLD}
    await world.run(all_rows=True)
    assert sorted(world.rows.derived) == sorted([CALL, OTHER_CALL])
    assert (world.counts, world.outcome["allRows"]) == ((2, 2, 0, 0), True)


@pytest.mark.parametrize(
    "row",
    [
        DayRow(2, facts_version=FACTS_VERSION, quality_profile="current"),
        DayRow(1, frozenset({"repaired"}), facts_version=FACTS_VERSION, quality_profile="current"),
    ],
)
async def test_a_row_that_is_not_that_of_its_header_is_derived_though_it_is_of_the_right_rules(
    world: World, row: DayRow
) -> None:
    world.cosmos.days[DAY] = {CALL: Held(header=header(1), row=row)}
    await world.run()
    assert world.rows.derived == [CALL]


async def test_a_row_that_gives_way_to_another_writer_is_not_counted_as_written(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: OLD}
    world.rows.outcomes = {CALL: [Derived.KEPT]}
    await world.run()
    assert world.counts == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (Derived.WITHOUT_RECORD, f"Call record {CALL}: it is damaged or missing, no row can be derived from it."),
        (Refused("Facts of it: Cosmos answered 413."), "Facts of it: Cosmos answered 413."),
        (Unreadable("startDateTime is not a time."), "startDateTime is not a time."),
        (KeyError("secret"), f"Call record {CALL}: An unexpected KeyError in "),
    ],
)
async def test_a_call_whose_row_cannot_be_derived_is_counted_and_named_and_the_others_are_derived(
    world: World, caplog: pytest.LogCaptureFixture, outcome: Derived | Exception, error: str
) -> None:
    world.cosmos.days[DAY] = {CALL: OLD, OTHER_CALL: OLD}
    world.rows.outcomes = {CALL: [outcome]}
    await world.run()
    assert world.counts == (2, 1, 0, 1)
    assert world.outcome["lastError"].startswith(error)
    assert f"{world.outcome['lastError']} The row stays as it is." in caplog.messages
    assert "secret" not in caplog.text
    assert "finished" in world.outcome


async def test_a_right_row_whose_record_may_be_about_to_come_is_no_failure(world: World) -> None:
    world.cosmos.days[DAY] = {CALL: Held(row=RIGHT.row)}
    world.rows.outcomes = {CALL: [Derived.WITHOUT_RECORD]}
    await world.run()
    assert world.counts == (1, 0, 1, 0)


@pytest.mark.parametrize(
    "failure", [Throttled("slow", 200), Unavailable("away"), Unauthorized("who?"), Forbidden("no")], ids=repr
)
async def test_where_cosmos_fails_what_is_done_is_kept_and_no_call_is_counted_twice(
    world: World, failure: CallRecordsError
) -> None:
    world.cosmos.days[DAY] = {call_id(0): OLD, call_id(1): RIGHT, **{spread(number): OLD for number in range(1, 4)}}
    world.rows.outcomes = {spread(2): [failure] * 3}
    await world.start()
    await world.run_on()
    assert world.counts == (5, 4, 1, 0)
    assert world.rows.derived == [call_id(0), spread(1), *[spread(2)] * 4, spread(3)]


async def test_a_failure_at_the_first_call_is_put_back_as_the_failure_table_says(world: World) -> None:
    world.cosmos.days[DAY] = {call_id(0): OLD}
    world.rows.outcomes = {call_id(0): [Throttled("slow", 100)]}
    await world.start()
    await world.take()
    assert world.waiting.calls == 0
    assert 100 <= (world.delay or 0) <= 125
    await world.run_on()
    assert world.counts == (1, 1, 0, 0)


async def test_no_more_calls_are_derived_in_a_second_than_ingest_has_room_for(world: World) -> None:
    world.cosmos.days[DAY] = {call_id(number): OLD for number in range(110)}
    world.cosmos.days[DAY] |= {spread(255): OLD}
    await world.start()
    await world.take()
    assert (world.waiting.rewritten, world.delay) == (110, 5)
    assert not world.waiting.is_done
    await world.run_on()
    assert world.counts == (111, 111, 0, 0)


async def test_what_takes_its_time_anyhow_needs_no_rest(world: World) -> None:
    world.cosmos.days[DAY] = {spread(number): OLD for number in range(256)}
    world.rows.takes = timedelta(milliseconds=200)
    await world.start()
    await world.take()
    assert world.counts == (256, 256, 0, 0)


async def test_what_is_right_needs_no_rest(world: World) -> None:
    world.cosmos.days[DAY] = {spread(number): RIGHT for number in range(256)}
    await world.start()
    await world.take()
    assert world.counts == (256, 0, 256, 0)


async def test_a_slice_that_is_too_large_is_read_in_narrower_ones(world: World) -> None:
    world.cosmos.days[DAY] = {f"00{number:02x}{call_id(1)[4:]}": OLD for number in range(256)}
    world.cosmos.days[DAY] |= {call_id(number): OLD for number in range(300)}
    await world.run()
    assert world.counts == (555, 555, 0, 0)
    assert ("0000", "0020") in [(first, end) for _, first, end in world.cosmos.read_slices]


async def test_a_slice_that_takes_long_is_done_in_several(world: World) -> None:
    world.cosmos.days[DAY] = {f"00{number:02x}{call_id(1)[4:]}": RIGHT for number in range(9)}
    world.rows.takes = timedelta(seconds=25)
    await world.run(all_rows=True)
    assert world.counts == (9, 9, 0, 0)
    assert len(world.rows.derived) == 9
    assert [first for _, first, _ in world.cosmos.read_slices[:4]] == ["0000", "0003", "0006", "0106"]


async def test_a_message_whose_worker_ended_goes_on_at_its_position(world: World) -> None:
    world.cosmos.days[DAY] = {call_id(0): OLD, spread(1): OLD, spread(255): OLD}
    await world.start()
    await world.take()
    left = world.waiting
    assert (left.rewritten, left.day) == (1, DAY)
    text = await world.take()
    world.queues.main.sent.clear()
    await world.rederivation.on_message(text, 2)
    await world.run_on()
    assert world.rows.derived == [call_id(0), spread(1), spread(1), spread(255)]
    assert world.counts == (3, 3, 0, 0)


async def test_progress_is_shown_while_it_goes_on_and_after_its_end(world: World) -> None:
    assert await world.rederivation.latest() is None
    world.cosmos.days = {DAY: {call_id(0): OLD, spread(255): OLD}, NEXT_DAY: {call_id(0): OLD}}
    await world.start(NEXT_DAY)
    assert (world.outcome["day"], world.outcome["calls"]) == (DAY, 0)
    await world.take()
    await world.take()
    shown = await world.rederivation.latest()
    assert shown
    assert (shown.day, shown.calls, shown.started, shown.finished) == (DAY, 1, NOW, None)
    await world.run_on()
    shown = await world.rederivation.latest()
    assert shown
    assert (shown.day, shown.calls, shown.first_day, shown.last_day) == (None, 3, DAY, NEXT_DAY)
    assert shown.finished == shown.at == world.clock.now > NOW


async def test_one_goes_on_at_a_time(world: World) -> None:
    await world.start()
    assert not await world.rederivation.start(DAY, DAY)
    await world.run_on()
    await world.start()


async def test_one_whose_rules_change_on_its_way_begins_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.cosmos.days[DAY] = {call_id(0): OLD, spread(255): OLD}
    await world.start()
    await world.take()
    assert world.waiting.rewritten == 1
    monkeypatch.setattr(rederive, "FACTS_VERSION", FACTS_VERSION + 1)
    await world.run_on()
    assert world.rows.derived == [call_id(0), call_id(0), spread(255)]
    assert (world.counts, world.outcome["factsVersion"]) == ((2, 2, 0, 0), FACTS_VERSION + 1)


async def test_days_whose_items_may_have_expired_are_not_derived_again(world: World) -> None:
    assert await world.rederivation.oldest_day() == "0001-01-01"
    world.cosmos.keeps = timedelta(days=7)
    assert await world.rederivation.oldest_day() == "2026-02-26"


async def test_the_log_tells_what_was_derived_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.cosmos.days[DAY] = {CALL: OLD, OTHER_CALL: RIGHT}
    await world.run()
    assert f"Derived {DAY} to {DAY} again: 2 calls, 1 rewritten, 0 errors." in caplog.messages
