"""An import joins the rows of each day to calls, and those of earlier days of which calls may have come since."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.phone import joining
from callrecords.errors import Unavailable
from callrecords.graphtypes import JsonObject
from callrecords.ports.phonejoin import PhonedRow
from callrecords.ports.phonerow import PhoneRow, PhoneSource
from tests.invented import NOW, call_id
from tests.unit.collect.phone.world import DAY, HOUR, World, pstn


def call(number: int, start: datetime = NOW - HOUR, end: timedelta = timedelta(seconds=60)) -> PhonedRow:
    """The call of `pstn`: of its user, with its telephone."""
    return {
        "callId": call_id(1000 + number),
        "day": start.date().isoformat(),
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
    world.joins.calls = {each["callId"]: each for each in calls}
    return world


def joined(world: World) -> dict[str, str | None]:
    """The number of the call of each row, or why it has none."""
    return {row["id"].rpartition("-")[2].lstrip("0"): told(row) for row in world.rows.held.values()}


def told(row: PhoneRow) -> str | None:
    join = row.get("joined", {})
    return "call" if "calls" in join else join.get("reason")


async def test_the_rows_of_a_day_are_joined_once_they_are_all_there() -> None:
    world = world_of([call(1)], pstn(1), pstn(2, NOW - 5 * HOUR))
    outcome = await world.run()
    assert joined(world) == {"1": "call", "2": "otherTime"}
    assert (outcome["joined"], outcome["notJoined"]) == (1, {"otherTime": 1})
    assert [*world.joins.legs[call_id(1001)]] == [f"pstn-{call_id(1)}"]


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
    world.joins.calls = {call_id(1001): call(1, start)}
    outcome = await world.run()
    assert joined(world) == {"1": "call"}
    assert (outcome["told"], outcome["joined"], outcome.get("notJoined")) == (0, 1, None)


async def test_rows_without_any_time_are_joined_with_the_next_import_or_say_why_not() -> None:
    never = {"startDateTime": None, "endDateTime": None}
    cases: list[tuple[PhoneSource, JsonObject, str]] = [
        ("pstn", pstn(1), "noTime"),
        ("directRouting", direct(1, 1), "call"),
    ]
    for source, row, expected in cases:
        world = world_of([call(1)], row | never)
        await world.run(source)
        assert {day for day, _ in world.rows.held} == {"0001-01-01"}
        assert joined(world) == {"1": None}
        await world.run(source)
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
    assert {call_id: [*legs] for call_id, legs in world.joins.legs.items()} == {
        call_id(1000 + number): [f"pstn-{call_id(number)}"] for number in range(6)
    }
