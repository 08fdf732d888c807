from datetime import timedelta

import pytest

from callrecords.documents import Document
from callrecords.errors import Unavailable
from callrecords.operate.flow import FLOW, Flow, bound_of, freshness, merged, slot_of
from callrecords.operate.meter import Meter
from callrecords.ports.state import StateKey
from tests.doubles import Clock, State
from tests.invented import NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class World:
    """The meters of some workers, which write when they are told to."""

    def __init__(self, workers: int = 1) -> None:
        self.state, self.clock, self.held, self.asked = State(), Clock(), 0.0, 0
        self.meters = [self._meter() for _ in range(workers)]

    def _meter(self) -> Meter:
        return Meter(state=self._state, held_for=lambda: self.held, clock=self.clock, write_soon=self._ask)

    async def _state(self) -> State:
        return self.state

    def _ask(self) -> None:
        self.asked += 1

    async def written(self) -> Flow:
        """What all have seen, once they have written it."""
        for meter in self.meters:
            await meter.write()
        return merged(await self.state.starting_with(FLOW), self.clock.now)


async def test_what_several_workers_saw_adds_up() -> None:
    world = World(workers=3)
    for meter in world.meters:
        for seconds in (1, 1, 5, 700):
            meter.arrived(seconds * SECOND)
        meter.dropped({"malformed": 2, "wrong clientState": 1}, ["a subscription"])
    found = await world.written()
    assert found.arrivals == {"1.0": 6, "6.0": 3, "768.0": 3}
    assert found.dropped == {"malformed": 6, "wrong clientState": 3}
    assert found.dropped_for == ("a subscription",)


async def test_what_is_counted_asks_to_be_written_and_nothing_else_does() -> None:
    world = World()
    world.meters[0].look()
    assert world.asked == 0
    assert (await world.written(), world.state.items) == (merged([], NOW), {})
    world.meters[0].arrived(SECOND)
    world.meters[0].dropped({"malformed": 1}, [])
    world.held = 30
    world.meters[0].look()
    assert world.asked == 3
    assert (await world.written()).held_until == NOW + 30 * SECOND


async def test_what_could_not_be_written_is_written_later() -> None:
    world = World()
    world.meters[0].arrived(SECOND)
    world.state.failing_writes = Unavailable("away")
    with pytest.raises(Unavailable):
        await world.written()
    world.state.failing_writes = None
    world.clock.forward(11 * MINUTE)
    world.meters[0].arrived(2 * SECOND)
    assert (await world.written()).arrivals == {"1.0": 1, "2.0": 1}


async def test_an_hour_is_told_and_no_more() -> None:
    world = World()
    for _ in range(12):
        world.meters[0].arrived(SECOND)
        await world.meters[0].write()
        world.clock.forward(10 * MINUTE)
    assert (await world.written()).arrivals == {"1.0": 6}


async def test_an_item_is_written_again_only_where_it_has_changed() -> None:
    world = World()
    world.meters[0].arrived(SECOND)
    await world.written()
    world.state.items.clear()
    await world.written()
    assert world.state.items == {}
    world.meters[0].arrived(SECOND)
    assert (await world.written()).arrivals == {"1.0": 2}


async def test_what_arrives_while_an_item_is_written_is_written_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    write = world.state.write

    async def slowly[D: Document](key: StateKey[D], document: D) -> None:
        await write(key, document)
        monkeypatch.undo()
        world.meters[0].arrived(SECOND)

    monkeypatch.setattr(world.state, "write", slowly)
    world.meters[0].arrived(SECOND)
    assert (await world.written()).arrivals == {"1.0": 1}
    assert (await world.written()).arrivals == {"1.0": 2}


@pytest.mark.parametrize(
    ("seconds", "bound"), [(-5, "0.5"), (0.4, "0.5"), (0.5, "0.5"), (0.51, "0.75"), (3_600, "4096"), (1e6, "inf")]
)
def test_an_arrival_counts_under_the_next_bound(seconds: float, bound: str) -> None:
    assert float(bound_of(timedelta(seconds=seconds))) == float(bound)


def test_half_of_the_arrivals_and_95_percent_kept_to_bounds() -> None:
    assert freshness({"1.0": 50, "2.0": 45, "inf": 5}) == {"count": 100, "p50Seconds": 1, "p95Seconds": 2}
    assert freshness({"1.0": 50, "2.0": 44, "inf": 6}) == {"count": 100, "p50Seconds": 1, "p95Seconds": None}


def test_ten_minutes_begin_at_ten_minutes() -> None:
    assert slot_of(NOW + 9 * MINUTE + 59 * SECOND) == NOW
    assert slot_of(NOW + 10 * MINUTE) == NOW + 10 * MINUTE
