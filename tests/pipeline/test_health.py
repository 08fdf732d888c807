"""Health is asked over HTTP while something fails."""

import asyncio
import time

import aiohttp

from local.cosmos.faults import FaultRule
from local.stack import Stack
from tests.pipeline.waiting import until

PROBES, WITHIN_SECONDS = 100, 3


async def test_many_probes_while_cosmos_is_frozen_are_told_the_truth_in_time(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    async def probe() -> tuple[int, float]:
        began = time.monotonic()
        async with http.get(f"{stack.app_url}/api/health") as answer:
            await answer.read()
            return answer.status, time.monotonic() - began

    async def is_well() -> bool:
        return (await probe())[0] == 200

    await until(is_well)
    stack.cosmos.faults.add(FaultRule(container="state", times=None, latency=20))
    await asyncio.sleep(5.1)  # until then the report before is good
    answers = await asyncio.gather(*(probe() for _ in range(PROBES)))
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < WITHIN_SECONDS
    stack.cosmos.faults.clear()
    await until(is_well)
