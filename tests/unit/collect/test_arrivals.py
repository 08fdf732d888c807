from dataclasses import replace
from datetime import timedelta
from typing import get_args

from callrecords.collect.arrivals import LAST_ARRIVAL, Arrivals
from callrecords.errors import Unavailable
from callrecords.queues.messages import FetchReason
from tests.doubles import Clock, State
from tests.invented import NOW, call_message

SECOND = timedelta(seconds=1)


async def test_the_arrival_of_a_record_is_noted_with_how_long_it_took() -> None:
    state = State()
    await Arrivals(state, Clock()).note(call_message(age=90 * SECOND))
    assert state.items == {
        LAST_ARRIVAL.id: {"at": NOW.isoformat(), "notifiedAt": (NOW - 90 * SECOND).isoformat(), "lagSeconds": 90.0}
    }


async def test_of_many_arrivals_one_in_fifteen_seconds_is_noted() -> None:
    state, clock, noted = State(), Clock(), []
    arrivals = Arrivals(state, clock)
    for _ in range(31):
        await arrivals.note(call_message())
        noted.append(state.items[LAST_ARRIVAL.id]["at"])
        clock.forward(SECOND)
    assert [noted.count(time) for time in dict.fromkeys(noted)] == [15, 15, 1]


async def test_an_arrival_that_cannot_be_noted_is_not_worth_a_failure_nor_another_try_at_once() -> None:
    state, clock = State(failing={"": Unavailable("away")}), Clock()
    arrivals = Arrivals(state, clock)
    await arrivals.note(call_message())
    state.failing.clear()
    await arrivals.note(call_message())
    assert state.items == {}
    clock.forward(15 * SECOND)
    await arrivals.note(call_message())
    assert LAST_ARRIVAL.id in state.items


async def test_how_long_a_record_took_that_graph_had_announced_is_counted_and_of_no_other() -> None:
    counted: list[timedelta] = []
    arrivals = Arrivals(State(), Clock(), counted.append)
    for reason in get_args(FetchReason):
        await arrivals.note(replace(call_message(age=3 * SECOND), reason=reason))
    assert counted == [3 * SECOND]
