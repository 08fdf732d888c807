from datetime import timedelta

from callrecords.collect.arrivals import STATE, Progress
from callrecords.errors import Unavailable
from tests.doubles import Clock, State
from tests.invented import NOW, call_message

SECOND = timedelta(seconds=1)


async def test_the_arrival_of_a_record_is_noted_with_how_long_it_took() -> None:
    state = State()
    await Progress(state, Clock()).note(call_message(age=90 * SECOND))
    assert state.items == {
        STATE: {"at": NOW.isoformat(), "notifiedAt": (NOW - 90 * SECOND).isoformat(), "lagSeconds": 90.0}
    }


async def test_of_many_arrivals_one_in_fifteen_seconds_is_noted() -> None:
    state, clock, noted = State(), Clock(), []
    progress = Progress(state, clock)
    for _ in range(31):
        await progress.note(call_message())
        noted.append(state.items[STATE]["at"])
        clock.forward(SECOND)
    assert [noted.count(time) for time in dict.fromkeys(noted)] == [15, 15, 1]


async def test_an_arrival_that_cannot_be_noted_is_not_worth_a_failure_nor_another_try_at_once() -> None:
    state, clock = State(failing={"": Unavailable("away")}), Clock()
    progress = Progress(state, clock)
    await progress.note(call_message())
    state.failing.clear()
    await progress.note(call_message())
    assert state.items == {}
    clock.forward(15 * SECOND)
    await progress.note(call_message())
    assert STATE in state.items
