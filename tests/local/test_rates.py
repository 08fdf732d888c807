"""Workers that share Graph's rate, in simulated time: the figures that are promised, with Graph's real limits."""

import asyncio
import dataclasses
from collections.abc import Sequence

import pytest

from local.graph import Limits
from local.rates import COMING_AND_GOING, JOINING, Figures, Load, Shift, settled, simulate
from local.rates.virtualtime import run_virtually

SECONDS = 150.0
# As Graph documents it; what an answer says may be anything.
ALWAYS_WHOLE = Load(limits=dataclasses.replace(Limits(), retry_after=("whole",)))
NEVER_SAID = Load(limits=dataclasses.replace(Limits(), retry_after=("missing",)))


def check(figures: Figures, spans: Sequence[tuple[float, float]]) -> None:
    assert figures.rate_used(spans) >= 0.85
    assert figures.throttled < 0.02
    assert figures.put_backs < 0.5
    assert figures.look_ups["answered"] >= 0.92 * figures.look_ups.total()
    waits = sorted(figures.waits)
    assert waits[len(waits) // 2] < 0.5


@pytest.mark.parametrize("workers", [1, 2, 4, 10])
def test_workers_together_use_graphs_rate_after_a_minute(workers: int) -> None:
    check(simulate([Shift()] * workers, SECONDS), [(60, SECONDS)])


def test_they_do_so_where_retry_after_is_always_in_whole_seconds() -> None:
    check(simulate([Shift()] * 4, SECONDS, load=ALWAYS_WHOLE), [(60, SECONDS)])


def test_without_retry_after_they_are_slower_and_throttled_no_more() -> None:
    figures = simulate([Shift()] * 4, 240, load=NEVER_SAID)
    assert figures.rate_used([(60, 240)]) >= 0.7
    assert figures.throttled < 0.02
    assert figures.put_backs < 0.5


@pytest.mark.parametrize("shifts", [JOINING, COMING_AND_GOING], ids=["joining", "coming and going"])
def test_they_do_so_while_others_come_and_a_minute_after_some_went(shifts: Sequence[Shift]) -> None:
    check(simulate(shifts, 500), settled(shifts, 500))


def test_the_same_seed_gives_the_same_figures() -> None:
    first, second = (simulate([Shift()] * 2, 30, seed=7) for _ in range(2))
    assert first.done == second.done


def test_forty_workers_do_not_read_in_vain() -> None:
    figures = simulate([Shift()] * 40, 120)
    assert figures.rate_of_calls([(60, 120)]) >= 0.7
    assert figures.put_backs < 0.5


def test_the_spans_that_are_settled_begin_a_minute_after_a_worker_went_or_the_first_one_came() -> None:
    shifts = [Shift(), Shift(100, 200), Shift(210, 300), Shift(0, 300), Shift(310), Shift(330)]
    assert settled(shifts[1:], 500) == [(60, 200), (260, 300), (370, 500)]
    assert settled(shifts[:1], 500) == [(60, 500)]


def test_simulated_time_passes_by_itself() -> None:
    async def day() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert run_virtually(day()) == pytest.approx(86_400)


def test_what_never_comes_is_told_of() -> None:
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="waits for something that will never come"):
        run_virtually(forever())
