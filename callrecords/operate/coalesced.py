"""Work that is done in the background, and seldom however often it is asked for."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from callrecords.errors import CallRecordsError, unexpected

log = logging.getLogger(__name__)


class Coalesced:
    """Does `work` at once when it is asked for, but not before `seconds` after the last time.

    A failure is logged, and the work done again after as long, unless it is a defect.
    """

    def __init__(
        self,
        work: Callable[[], Awaitable[None]],
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._work = work
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._not_before = -seconds
        self._is_wanted = False
        self._run: asyncio.Future[None] | None = None

    def soon(self) -> None:
        """Asks for it, and waits for nothing."""
        self._is_wanted = True
        if self._run is None or self._run.done():
            self._run = asyncio.ensure_future(self._do())

    async def _do(self) -> None:
        while self._is_wanted:
            if (wait := self._not_before - self._clock()) > 0:
                await self._sleep(wait)
            self._is_wanted = False
            self._not_before = self._clock() + self._seconds
            try:
                await self._work()
            except CallRecordsError as error:
                log.warning("%s", error)
                self._is_wanted = True
            except Exception as error:
                log.error("%s", unexpected(error))
