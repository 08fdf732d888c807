"""Workers that make their Cosmos calls one at a time, in the order that a test chooses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, cast

from azure.cosmos.aio import ContainerProxy

from callrecords.cosmos.account import Account


class Worker[T]:
    """Runs `work` over `account`, and holds back each of its Cosmos calls until `step` lets it pass.

    A worker that is killed between two calls is as good as one that is killed before it reads the last one's answer.
    What the app remembers in `state` is no matter of order, unless told otherwise.
    """

    def __init__(
        self, account: Account, work: Callable[[Account], Coroutine[Any, Any, T]], *, holds_state: bool = False
    ) -> None:
        self._held: list[asyncio.Future[None]] = []
        self._under_way = 0
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(work(_SteppedAccount(account, self.hold, holds_state)))
        self._task.add_done_callback(lambda _: self._changed.set())

    @property
    def ended(self) -> bool:
        return self._task.done()

    @property
    def result(self) -> T:
        """What the work returned; raises what it raised."""
        return self._task.result()

    async def step(self) -> None:
        """Lets one call pass; returns when its outcome was dealt with: the next call is held back, or the work done."""
        await self._wait_until_held()
        if self._held:
            self._held.pop(0).set_result(None)
            self._under_way += 1
            await self._wait_until_held()

    async def steps(self, count: int) -> None:
        for _ in range(count):
            await self.step()

    async def run(self) -> T:
        """Goes on to the end."""
        while not self.ended:
            await self.step()
        return self.result

    async def kill(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def hold[R](self, call: Callable[[], Awaitable[R]]) -> R:
        """Makes `call` when its turn has come."""
        turn = asyncio.get_running_loop().create_future()
        self._held.append(turn)
        self._changed.set()
        await turn
        try:
            return await call()
        finally:
            self._under_way -= 1
            self._changed.set()

    async def _wait_until_held(self) -> None:
        while not self.ended and (self._under_way or not self._held):
            self._changed.clear()
            await self._changed.wait()


type _Hold = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


class _SteppedAccount(Account):
    """An account whose containers hold back their calls, `state` only if it `holds_state`."""

    def __init__(self, account: Account, hold: _Hold, holds_state: bool) -> None:
        self._account = account
        self._hold = hold
        self._passing = () if holds_state else ("state",)

    async def container(self, name: str) -> ContainerProxy:
        container = await self._account.container(name)
        return container if name in self._passing else cast("ContainerProxy", _SteppedContainer(container, self._hold))


class _SteppedContainer:
    def __init__(self, container: ContainerProxy, hold: _Hold) -> None:
        self._container = container
        self._hold = hold

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._container, method)
        return lambda *arguments, **options: self._hold(lambda: call(*arguments, **options))

    async def query_items(self, *arguments: Any, **options: Any) -> AsyncIterator[Any]:
        async def all_items() -> list[Any]:
            return [item async for item in self._container.query_items(*arguments, **options)]

        for item in await self._hold(all_items):
            yield item
