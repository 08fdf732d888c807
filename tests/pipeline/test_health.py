"""Health is asked over HTTP while something fails."""

import asyncio
import time

import aiohttp

from callrecords.graphtypes import JsonObject
from local.cosmos.faults import FaultRule
from local.stack import Stack
from tests.pipeline.test_webhook import notification
from tests.pipeline.waiting import until

PROBES, WITHIN_SECONDS = 100, 3


class Asking:
    """Asks the app of the stack for its health."""

    def __init__(self, stack: Stack, http: aiohttp.ClientSession) -> None:
        self._url, self._http = f"{stack.app_url}/api/health", http

    async def probe(self) -> tuple[int, float]:
        """The status, and the seconds that it took."""
        began = time.monotonic()
        async with self._http.get(self._url) as answer:
            assert await answer.read() == b""
            return answer.status, time.monotonic() - began

    async def link(self, name: str) -> JsonObject:
        """What is told of the link."""
        async with self._http.get(f"{self._url}/details") as answer:
            link: JsonObject = (await answer.json())["links"][name]
            return link


async def test_many_probes_while_cosmos_is_frozen_are_told_the_truth_in_time(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    asking = Asking(stack, http)

    async def is_reached() -> bool:
        return bool((await asking.link("cosmos"))["ok"])

    await until(is_reached)
    stack.cosmos.faults.add(FaultRule(container="state", times=None, latency=20))
    await asyncio.sleep(5.1)  # until then the report before is good
    answers = await asyncio.gather(*(asking.probe() for _ in range(PROBES)))
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < WITHIN_SECONDS
    assert (await asking.link("cosmos"))["why"] == "Cosmos DB did not answer within 2 s"
    stack.cosmos.faults.clear()
    await until(is_reached)


async def test_what_the_webhook_drops_is_counted_where_health_sees_it(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    asking = Asking(stack, http)

    async def dropped() -> int:
        counts = (await asking.link("notifications"))["droppedInLastHour"]
        return int(counts.get("wrong clientState", 0))

    before = await dropped()
    forged = [notification("7b1d0c52-9f6e-4f0c-8d0e-2f6a5c1e9a10", clientState="guessed")] * 3
    async with http.post(f"{stack.app_url}/api/graph/notifications", json={"value": forged}) as answer:
        assert answer.status == 202

    async def are_counted() -> bool:
        return await dropped() >= before + 3  # others may have been waiting to be written

    await until(are_counted)


async def test_every_timer_and_function_is_seen_to_run(stack: Stack, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{stack.app_url}/admin/functions/probe_queue", json={}) as answer:
        assert answer.status == 202

    async def has_run() -> bool:
        return "at" in (await Asking(stack, http).link("timers"))["probe_queue"]

    await until(has_run)
    timers = await Asking(stack, http).link("timers")
    assert "error" not in timers["probe_queue"]
    assert "at" in timers["renew_subscription_on_schedule"]
