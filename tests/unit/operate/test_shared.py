import asyncio

import pytest

from callrecords.operate.shared import Shared


class Work:
    """Work that ends when it is let go; `started` is how often it was begun."""

    def __init__(self) -> None:
        self.started = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.started += 1
        await self.may_end.wait()
        return self.started


async def test_all_who_ask_while_a_run_is_under_way_get_its_outcome() -> None:
    work = Work()
    shared = Shared(work)
    asking = [asyncio.ensure_future(shared.within(60)) for _ in range(100)]
    await asyncio.sleep(0)
    work.may_end.set()
    assert await asyncio.gather(*asking) == [1] * 100


async def test_who_asks_later_gets_a_run_of_its_own() -> None:
    work = Work()
    work.may_end.set()
    shared = Shared(work)
    assert [await shared.within(60), await shared.within(60)] == [1, 2]


async def test_a_run_that_takes_long_goes_on_for_those_who_ask_later() -> None:
    work = Work()
    shared = Shared(work)
    assert await shared.within(0) is None
    assert await shared.within(0) is None
    work.may_end.set()
    assert await shared.within(60) == 1


async def test_a_run_goes_on_where_somebody_who_waits_for_it_is_gone() -> None:
    work = Work()
    shared = Shared(work)
    gone = asyncio.ensure_future(shared.within(60))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    work.may_end.set()
    assert await shared.within(60) == 1


async def test_a_run_that_fails_fails_for_all_and_is_followed_by_another() -> None:
    failures = iter([KeyError("no")])

    async def work() -> int:
        for failure in failures:
            raise failure
        return 5

    shared = Shared(work)
    with pytest.raises(KeyError):
        await shared.within(60)
    assert await shared.within(60) == 5
