"""Delivers notifications by Graph's rules, which punish a slow endpoint.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import asyncio
import itertools
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import aiohttp
import orjson
from yarl import URL

from callrecords.graphtypes import JsonObject
from local.graph.endpoint import DeliveryRules, Endpoint

type Outcome = Literal["delivered", "dropped", "abandoned"]

_LOG_LENGTH = 1_000
_CONNECTIONS = 100


@dataclass(frozen=True)
class Attempt:
    """One POST: `status` is None where there was no answer, or none in time."""

    url: str
    number: int
    notifications: int
    status: int | None
    seconds: float

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Deliveries:
    """Posts notifications in the background.

    `counters` counts notifications that were delayed, and how they ended; `log` holds the latest attempts.
    """

    def __init__(self, rules: DeliveryRules, clock: Callable[[], datetime]) -> None:
        self._rules = rules
        self._clock = clock
        self._endpoints: dict[str, Endpoint] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._connections = asyncio.Semaphore(_CONNECTIONS)
        self._session: aiohttp.ClientSession | None = None
        self.counters: Counter[Outcome | Literal["delayed"]] = Counter()
        self.log: deque[Attempt] = deque(maxlen=_LOG_LENGTH)

    def post(self, url: str, notifications: list[JsonObject]) -> None:
        """Begins to deliver `notifications` to `url`, in as many POSTs as the rules ask for."""
        for batch in itertools.batched(notifications, self._rules.max_batch, strict=False):
            task = asyncio.create_task(self._deliver(url, batch))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def idle(self) -> None:
        """Returns when everything is delivered, dropped or abandoned."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        """Ends the deliveries that are under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _deliver(self, url: str, batch: tuple[JsonObject, ...]) -> None:
        endpoint = self._endpoints.setdefault(url, Endpoint(self._rules))
        if endpoint.is_slow(self._clock()):
            self.counters["delayed"] += len(batch)
            await asyncio.sleep(self._rules.slow_delay)
        self.counters[await self._outcome(url, batch, endpoint)] += len(batch)

    async def _outcome(self, url: str, batch: tuple[JsonObject, ...], endpoint: Endpoint) -> Outcome:
        give_up = self._clock() + timedelta(seconds=self._rules.retry_for)
        for number in itertools.count(1):
            if endpoint.is_dropped(self._clock()):
                return "dropped"
            attempt = await self._attempt(url, batch, number)
            self.log.append(attempt)
            endpoint.observe(self._clock(), attempt.seconds)
            if attempt.delivered:
                return "delivered"
            pause = self._rules.retry_base * 2 ** (number - 1)
            if self._clock() + timedelta(seconds=pause) > give_up:
                break
            await asyncio.sleep(pause)
        return "abandoned"

    async def _attempt(self, url: str, batch: tuple[JsonObject, ...], number: int) -> Attempt:
        allowance = self._rules.first_allowance if number == 1 else self._rules.retry_allowance
        loop = asyncio.get_running_loop()
        status = None
        async with self._connections:
            begun = loop.time()
            try:
                async with asyncio.timeout(allowance):
                    status = await self._send(url, orjson.dumps({"value": batch}))
                seconds = loop.time() - begun
            except TimeoutError:
                seconds = allowance
            except aiohttp.ClientError:
                seconds = loop.time() - begun
        return Attempt(url, number, len(batch), status, seconds)

    async def _send(self, url: str, body: bytes) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout())
        headers = {"Content-Type": "application/json; charset=utf-8"}
        async with self._session.post(
            URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status
