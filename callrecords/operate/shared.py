"""Work that many ask for at once and that is done once."""

import asyncio
from collections.abc import Awaitable, Callable


class Shared[T]:
    """One run of `work` at a time, whose outcome all get who ask for it meanwhile."""

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self._work = work
        self._run: asyncio.Future[T] | None = None

    async def within(self, seconds: float) -> T | None:
        """What the run that is under way comes to, or a new one; raises what it raises.

        None where it takes longer than `seconds`: the run goes on for those who ask later. It goes on as well where
        somebody who waits for it is cancelled.
        """
        if self._run is None or self._run.done():
            self._run = asyncio.ensure_future(self._work())
        run = self._run
        await asyncio.wait([run], timeout=seconds)
        return run.result() if run.done() else None
