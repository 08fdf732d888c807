"""An import joins the rows of each day to calls, and those of earlier days of which calls may have come since."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.phone import joining
from callrecords.errors import Refused, Unavailable
from callrecords.facts.details import Details, pack
from callrecords.graphtypes import JsonObject
from callrecords.phone.inferred import leg_of
from callrecords.ports.phonejoin import PhonedRow
from callrecords.ports.phonerow import PhoneRow, PhoneSource
from tests.invented import NOW, call_id
from tests.unit.collect.phone.world import DAY, HOUR, World, pstn


def call(number: int, start: datetime = NOW - HOUR, end: timedelta = timedelta(seconds=60)) -> PhonedRow:
    """The call of `pstn`: of its user, with its telephone."""
    return {
        "callId": call_id(1000 + number),
        "day": start.date().isoformat(),
        "version": 1,
        "startDateTime": start.isoformat(),
        "endDateTime": (start + end).isoformat(),
        "userIds": [call_id(7)],
        "phoneNumbers": ["+15550199"],
        "endpoints": [],
    }


def direct(number: int, of_call: int, start: datetime = NOW - HOUR) -> JsonObject:
    """A row of Direct Routing that names the call."""
    return pstn(number, start, correlationId=call_id(1000 + of_call), successfulCall=True, callType="ByotOut")


def world_of(calls: list[PhonedRow], *rows: JsonObject, backfill_days: int = 30) -> World:
    world = World(*rows, backfill_days=backfill_days)
    world.joins.add(*calls)
    return world


def joined(world: World) -> dict[str, str | None]:
    """The number of the call of each row, or why it has none."""
    return {short(row["id"]): told(row) for row in world.rows.held.values()}


def legs(world: World) -> dict[int, list[str]]:
    """The numbers of the rows of which each call tells, by the number of the call."""
    return {
        int(where.call_id[-12:], 16) - 1000: sorted(map(short, told))
        for where, told in world.joins.legs.items()
        if told
    }


def short(row_id: str) -> str:
    return row_id.rpartition("-")[2].lstrip("0")


def told(row: PhoneRow) -> str | None:
    join = row.get("joined", {})
    return "call" if "calls" in join else join.get("reason")


async def test_the_rows_of_a_day_are_joined_once_they_are_all_there() -> None:
    world = world_of([call(1)], pstn(1), pstn(2, NOW - 5 * HOUR))
    outcome = await world.run()
    assert joined(world) == {"1": "call", "2": "otherTime"}
    assert (outcome["joined"], outcome["notJoined"]) == (1, {"otherTime": 1})
    assert legs(world) == {1: ["1"]}


async def test_rows_of_direct_routing_are_joined_to_the_calls_that_they_name() -> None:
    world = world_of([call(1)], direct(1, 1), direct(2, 1), direct(3, 2))
    outcome = await world.run("directRouting")
    assert joined(world) == {"1": "call", "2": "call", "3": "noCall"}
    assert (outcome["joined"], outcome["notJoined"]) == (2, {"noCall": 1})


async def test_a_row_is_joined_to_a_call_that_comes_as_long_as_graph_has_calls() -> None:
    start = NOW - 25 * DAY
    world = world_of([], pstn(1, start))
    await world.run()
    assert joined(world) == {"1": "noCall"}
    world.clock.forward(5 * DAY)
    world.joins.add(call(1, start))
    outcome = await world.run()
    assert joined(world) == {"1": "call"}
    assert (outcome["told"], outcome["joined"], outcome.get("notJoined")) == (0, 1, None)


async def test_rows_without_any_time_are_joined_or_say_why_not() -> None:
    never = {"startDateTime": None, "endDateTime": None}
    cases: list[tuple[PhoneSource, JsonObject, str]] = [
        ("pstn", pstn(1), "noTime"),
        ("directRouting", direct(1, 1), "call"),
    ]
    for source, row, expected in cases:
        world = world_of([call(1)], row | never)
        await world.run(source)
        assert {day for day, _ in world.rows.held} == {"0001-01-01"}
        assert joined(world) == {"1": expected}


async def test_many_rows_of_a_day_are_joined_some_at_a_time() -> None:
    count = joining.MOST_ROWS + 5
    world = world_of([], *(pstn(number, NOW - HOUR + number * timedelta(seconds=1)) for number in range(count)))
    outcome = await world.run()
    assert outcome["notJoined"] == {"noCall": count}


async def test_a_row_with_another_content_stays_joined_until_it_is_looked_at_again() -> None:
    world = world_of([call(1)], pstn(1))
    await world.run()
    world.pages.rows = [pstn(1, charge=Decimal("7.5"))]

    def once_changed(_: int) -> Unavailable | None:
        (row,) = world.rows.held.values()
        return Unavailable("away") if row.get("charge") == "7.5" else None

    world.joins.failing = once_changed
    await world.phone.on_schedule("pstn")
    await world.take()
    (row,) = world.rows.held.values()
    assert row["joined"]["digest"] != row["digest"]
    assert told(row) == "call"
    world.joins.failing = lambda _: None
    await world.go_on()
    (row,) = world.rows.held.values()
    assert row["joined"]["digest"] == row["digest"]


@given(st.lists(st.integers(1, 40), max_size=8, unique=True), st.integers(0, 45))
async def test_wherever_joining_is_stopped_calls_and_rows_agree_in_the_end(stops: list[int], offset: int) -> None:
    starts = [NOW - HOUR + number * timedelta(minutes=5) for number in range(6)]
    calls = [call(number, start) for number, start in enumerate(starts)]
    world = world_of(calls, *(pstn(number, start) for number, start in enumerate(starts)))
    world.joins.failing = lambda number: Unavailable("503") if number - offset in stops else None
    await world.run()
    assert joined(world) == {str(number or ""): "call" for number in range(6)}
    assert legs(world) == {number: [str(number or "")] for number in range(6)}


async def test_a_row_that_is_under_the_day_before_that_under_which_graph_told_it_is_joined_too() -> None:
    midnight = (NOW - 60 * DAY).replace(hour=0, minute=0)
    row = direct(1, 1, midnight) | {
        "inviteDateTime": (midnight - timedelta(seconds=5)).isoformat(),
        "failureDateTime": midnight.isoformat(),
        "endDateTime": "0001-01-01T00:00:00Z",
        "successfulCall": False,
    }
    world = world_of([call(1, midnight)], row, backfill_days=60)
    await world.run("directRouting")
    assert [day for day, _ in world.rows.held] == ["2026-01-02"]
    assert joined(world) == {"1": "call"}


async def test_a_row_of_direct_routing_is_joined_to_its_own_call_that_comes_after_the_one_it_was_transferred_from() -> (
    None
):
    world = world_of([call(1)], direct(1, 2) | {"transferorCorrelationId": call_id(1001)})
    await world.run("directRouting")
    assert legs(world) == {1: ["1"]}
    world.joins.add(call(2))
    world.clock.forward(4 * DAY)
    await world.run("directRouting")
    assert legs(world) == {1: ["1"], 2: ["1"]}


@pytest.mark.parametrize("days", [4, 30])
async def test_a_row_moves_to_a_call_that_came_later_and_fits_better(days: int) -> None:
    world = world_of([call(1, end=timedelta(seconds=69))], pstn(1))
    await world.run()
    assert legs(world) == {1: ["1"]}
    world.clock.forward(days * DAY - DAY)
    await world.run()
    world.joins.add(call(2))
    world.clock.forward(DAY)
    outcome = await world.run()
    assert legs(world) == {2: ["1"]}
    assert outcome["joined"] == 1
    assert (await world.run())["joined"] == 0


async def test_a_call_under_two_days_tells_of_its_legs_under_both() -> None:
    world = world_of([call(1), call(1) | {"day": "2026-03-03", "version": 2}], direct(1, 1), direct(2, 1))
    await world.run("directRouting")
    assert sorted(where.day for where in world.joins.legs) == ["2026-03-03", "2026-03-04"]
    assert {len(told) for told in world.joins.legs.values()} == {2}


async def test_hundreds_of_rows_of_one_call_are_told_to_it_at_once() -> None:
    world = world_of([call(1)], *(direct(number, 1) for number in range(joining.MOST_ROWS)))
    outcome = await world.run("directRouting")
    assert outcome["joined"] == joining.MOST_ROWS
    days = 34
    assert world.joins.asked < joining.MOST_ROWS + days + 10


@pytest.mark.parametrize(
    "damage",
    [
        {"details": "!!!"},
        {"details": pack({})},
        {"details": pack(cast("Details", {"endpoints": None}))},
        {"details": pack(cast("Details", {"endpoints": [{"joined": "x"}, 7]}))},
        {"endpoints": [{"who": {"kind": "phone", "id": 7}, "joined": "x"}]},
        {"endDateTime": "x"},
        {"version": None},
        {"organizer": None},
        {"userIds": [7]},
        {"startDateTime": "2026-03-04T09:30:00Z"},
    ],
    ids=str,
)
async def test_a_damaged_call_stops_no_import(damage: dict[str, Any]) -> None:
    world = world_of([cast("PhonedRow", call(1) | damage), call(2, NOW - 2 * HOUR)], pstn(1), pstn(2, NOW - 2 * HOUR))
    outcome = await world.run()
    assert outcome["finished"]
    assert joined(world)["2"] == "call"


async def test_a_duration_of_thousands_of_years_stops_no_import() -> None:
    world = world_of([call(1)], pstn(1, endDateTime=None, duration=300_000_000_000), pstn(2))
    await world.run()
    assert joined(world) == {"1": "noTime", "2": "call"}


async def test_a_call_that_has_no_room_for_its_legs_is_told_of_by_the_rows(caplog: pytest.LogCaptureFixture) -> None:
    world = world_of([call(1)], pstn(1))
    world.joins.failing = lambda _: Refused("413") if world.joins.is_changing else None
    await world.run()
    assert joined(world) == {"1": "call"}
    assert f"Call {call_id(1001)} does not tell of 1 phone legs. 413" in caplog.messages


async def test_a_row_whose_call_is_gone_meanwhile_is_joined_later() -> None:
    world = world_of([call(1)], pstn(1), pstn(2, NOW - 5 * HOUR))
    (where,) = world.joins.calls
    kept = world.joins.calls.copy()
    world.joins.vanishing = where
    outcome = await world.run()
    assert joined(world) == {"1": None, "2": "otherTime"}
    assert outcome["joined"] == 0
    world.joins.vanishing, world.joins.calls = None, kept
    await world.run()
    assert joined(world)["1"] == "call"


@given(st.integers(1, 30), st.integers(1, 30))
async def test_what_a_displaced_row_belongs_to_is_right_wherever_an_import_is_stopped(first: int, second: int) -> None:
    world = world_of([call(1, end=timedelta(seconds=59))], pstn(1, endDateTime=end_of(66), duration=66))
    await world.run()
    world.pages.rows.append(pstn(2, endDateTime=end_of(60)))
    begun = world.joins.asked + 33
    world.joins.failing = lambda number: Unavailable("503") if number - begun in (first, second) else None
    await world.run()
    world.joins.failing = lambda _: None
    await world.run()
    assert joined(world) == {"1": "otherRow", "2": "call"}
    assert legs(world) == {1: ["2"]}


def end_of(seconds: int) -> str:
    return (NOW - HOUR + timedelta(seconds=seconds)).isoformat()


async def test_a_leg_that_a_stop_has_left_goes_when_its_row_belongs_to_another_call() -> None:
    world = world_of([call(1)], direct(1, 1))
    stopping = Unavailable("503")
    world.joins.failing = lambda _: stopping if world.joins.is_saving else None
    await world.phone.on_schedule("directRouting")
    await world.take()
    assert legs(world) == {1: ["1"]}
    world.joins.failing = lambda _: None
    world.joins.add(call(2))
    world.rows.held.clear()
    world.pages.rows = [direct(1, 2)]
    world.queues.main.sent.clear()
    world.clock.forward(DAY)
    await world.run("directRouting")
    assert legs(world) == {2: ["1"]}


@pytest.mark.parametrize("failed", [1, 15, 16, 17, 40])
async def test_each_row_is_counted_once_whichever_write_fails(failed: int) -> None:
    starts = [NOW - HOUR - number * timedelta(minutes=1) for number in range(40)]
    world = world_of(
        [call(number, start) for number, start in enumerate(starts[::2])],
        *(pstn(number, start) for number, start in enumerate(starts)),
    )
    saves: list[int] = []

    def fail(number: int) -> Unavailable | None:
        if world.joins.is_saving:
            saves.append(number)
        return Unavailable("503") if world.joins.is_saving and len(saves) == failed else None

    world.joins.failing = fail
    outcome = await world.run()
    assert (outcome["joined"], outcome["notJoined"]) == (20, {"otherTime": 20})


@pytest.mark.parametrize("gap", [1, 3, 4, 7, 40])
async def test_days_are_joined_anew_however_long_no_import_was_made(gap: int) -> None:
    world = world_of([call(1, end=timedelta(seconds=69))], pstn(1), pstn(3, NOW - 5 * HOUR, calleeNumber="+15550188"))
    await world.run()
    world.clock.forward(29 * DAY)
    await world.run()
    world.joins.add(call(2), call(3, NOW - 5 * HOUR) | {"phoneNumbers": ["+15550188"]})
    world.clock.forward(gap * DAY)
    await world.run()
    assert legs(world) == {2: ["1"], 3: ["3"]}


async def test_a_masked_row_and_one_that_is_not_are_rivals_whichever_comes_first() -> None:
    both = pstn(1), pstn(2, calleeNumber="+15550***")
    for first, second in (both, both[::-1]):
        world = world_of([call(1)], first)
        await world.run()
        world.pages.rows.append(second)
        await world.run()
        assert {*joined(world).values()} == {"ambiguous"}
        assert legs(world) == {}


async def test_a_row_whose_better_call_is_gone_meanwhile_stays_with_its_own() -> None:
    world = world_of([call(1, end=timedelta(seconds=69))], pstn(1))
    await world.run()
    world.joins.add(call(2))
    (_, better) = world.joins.calls
    world.joins.vanishing = better
    world.clock.forward(4 * DAY)
    await world.run()
    assert (joined(world), legs(world)) == ({"1": "call"}, {1: ["1"]})


async def test_a_displaced_row_is_right_though_its_import_was_given_up() -> None:
    world = world_of([call(1, end=timedelta(seconds=59))], pstn(1, endDateTime=end_of(66), duration=66))
    await world.run()
    world.pages.rows.append(pstn(2, endDateTime=end_of(60)))
    saves: list[int] = []

    def fail(number: int) -> Unavailable | None:
        saves.extend([number] if world.joins.is_saving else [])
        return Unavailable("503") if len(saves) > 1 and world.joins.is_saving else None

    world.joins.failing = fail
    await world.phone.on_schedule("pstn")
    await world.take()
    world.queues.main.sent.clear()
    world.joins.failing = lambda _: None
    world.pages.rows[1] = pstn(2, NOW - 5 * HOUR)
    world.clock.forward(DAY)
    await world.run()
    assert (joined(world), legs(world)) == ({"1": "call", "2": "otherTime"}, {1: ["1"]})


async def test_a_row_that_is_displaced_is_counted_in_the_import_that_displaces_it() -> None:
    world = world_of([call(1, end=timedelta(seconds=59))], pstn(1, endDateTime=end_of(66), duration=66))
    await world.run()
    world.pages.rows.append(pstn(2, endDateTime=end_of(60)))
    for joined_now in (1, 0):
        outcome = await world.run()
        assert (outcome["joined"], outcome["notJoined"]) == (joined_now, {"otherRow": 1})


async def test_a_row_without_any_time_is_joined_to_its_own_call_when_that_comes() -> None:
    row = direct(1, 2) | {"transferorCorrelationId": call_id(1001), "startDateTime": None, "endDateTime": None}
    world = world_of([call(1)], row)
    await world.run("directRouting")
    world.joins.add(call(2))
    await world.run("directRouting")
    assert legs(world) == {1: ["1"], 2: ["1"]}


async def test_what_nobody_thought_of_keeps_no_other_rows_from_being_joined(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(joining, "MOST_ROWS", 1)
    world = world_of([call(1), call(2, NOW - 5 * HOUR)], pstn(1), pstn(2, NOW - 5 * HOUR))

    def odd(row: PhoneRow) -> object:
        return 1 / 0 if short(row["id"]) == "1" else leg_of(row)

    monkeypatch.setattr(joining, "leg_of", odd)
    outcome = await world.run()
    assert outcome["finished"]
    assert joined(world) == {"1": None, "2": "call"}
    assert any(message.startswith("1 rows of 2026-03-04 are not joined: ") for message in caplog.messages)
