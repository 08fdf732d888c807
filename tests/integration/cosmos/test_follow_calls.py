"""The example of a change-feed consumer, as a process of its own that is stopped and started again."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callrecords.cosmos.account import Account
from local.cosmos import KEY
from local.environment import inherited
from tests.generated import rows, store_rows
from tests.integration.cosmos.cosmosaccount import DATABASE, CosmosAccount
from tests.pipeline.waiting import until

EXAMPLE = Path(__file__).parents[3] / "docs/examples/follow_calls.py"


class Consumer:
    """A consumer that can be started again, and the (call id, version) pairs that it printed in all its lives."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environ = inherited() | {"COSMOS_ENDPOINT": url, "COSMOS_KEY": KEY, "COSMOS_DATABASE": DATABASE}
        self._environ["PAUSE_SECONDS"] = "0.05"
        self._position, self._outputs = folder / "position.txt", list[Path]()
        self._folder = folder

    @property
    def seen(self) -> list[tuple[str, int]]:
        lines = (line for output in self._outputs for line in output.read_text().splitlines(keepends=True))
        whole = [line for line in lines if line.endswith("\n")]  # the last one of a life may be cut short
        return [(row["callId"], row["version"]) for row in map(json.loads, whole)]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Starts it; after the block it is killed wherever it is."""
        self._outputs.append(self._folder / f"output-{len(self._outputs)}.txt")
        with self._outputs[-1].open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(EXAMPLE), str(self._position), env=self._environ, stdout=output
            )
        try:
            yield
        finally:
            process.kill()
            await process.wait()


@pytest.fixture
def consumer(cosmos: CosmosAccount, tmp_path: Path) -> Consumer:
    return Consumer(cosmos.url, tmp_path)


async def test_a_consumer_that_was_stopped_goes_on_and_loses_nothing(account: Account, consumer: Consumer) -> None:
    before, meanwhile, after = rows()[:40], rows()[40:60], rows()[60:80]
    await store_rows(account, before)
    async with consumer.running():
        await until(lambda: len(consumer.seen) == 40)
        revised = {**before[0], "version": before[0]["version"] + 1}
        await store_rows(account, [revised])
        await until(lambda: len(consumer.seen) == 41)
    await store_rows(account, meanwhile)
    async with consumer.running():
        await until(lambda: len(consumer.seen) >= 61)
        await store_rows(account, after)
        await until(lambda: {row["id"] for row in after} <= {call_id for call_id, _ in consumer.seen})
    wanted = [(row["id"], row["version"]) for row in (*before, revised, *meanwhile, *after)]
    assert set(consumer.seen) == set(wanted)
    assert len(consumer.seen) <= len(wanted) + 1  # the last page, where it was killed before it saved


async def test_a_consumer_that_is_killed_while_it_works_loses_nothing(account: Account, consumer: Consumer) -> None:
    await store_rows(account, rows())
    for reached in (1, 30, 110):
        async with consumer.running():
            await until(lambda reached=reached: len(consumer.seen) >= reached)  # type: ignore[misc]
    async with consumer.running():
        await until(lambda: {row["id"] for row in rows()} <= {call_id for call_id, _ in consumer.seen})
