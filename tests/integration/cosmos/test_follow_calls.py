"""The example of a change-feed consumer, as a process of its own that is stopped and started again."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from callrecords.cosmos.account import Account
from callrecords.facts.packing import ROW_BYTES
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import EndpointRow
from local.cosmos import KEY
from local.environment import inherited
from tests.generated import DAYS, rows, store_rows, versions
from tests.integration.cosmos.cosmosaccount import DATABASE, CosmosAccount
from tests.invented import TENANT
from tests.pipeline.waiting import until

EXAMPLE = Path(__file__).parents[3] / "docs/examples/follow_calls.py"


def causes_of_what_was_received(endpoint: EndpointRow) -> list[str]:
    return [each["cause"] for each in endpoint.get("causes", []) if each["direction"] == "received"]


class Consumer:
    """A consumer that can be started again, and the (call id, version) pairs that it printed in all its lives."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environ = inherited() | {"COSMOS_ENDPOINT": url, "COSMOS_KEY": KEY, "COSMOS_DATABASE": DATABASE}
        self._environ["PAUSE_SECONDS"] = "0.05"
        self._position, self._outputs = folder / "position.txt", list[Path]()
        self._folder = folder

    @property
    def lines(self) -> list[JsonObject]:
        lines = (line for output in self._outputs for line in output.read_text().splitlines(keepends=True))
        return [json.loads(line) for line in lines if line.endswith("\n")]  # the last one of a life may be cut short

    @property
    def seen(self) -> list[tuple[str, int]]:
        return [(line["callId"], line["version"]) for line in self.lines]

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
        revised = before[0].copy()
        revised["version"] += 1
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


@pytest.mark.parametrize(("version", "packing"), [(101, "details"), (102, "endpointsAndDetails"), (103, "nothing")])
async def test_a_consumer_tells_for_whom_a_call_was_poor_and_why(
    account: Account, consumer: Consumer, version: int, packing: str
) -> None:
    record = next(each[-1] for each in versions(DAYS[1], 40) if fact_row(each[-1], TENANT)["affectedEndpoints"] > 1)
    whole = fact_row(record, TENANT)
    sizes = {"details": ROW_BYTES, "endpointsAndDetails": len(orjson.dumps(whole)) - 1, "nothing": 0}
    row = fact_row(record, TENANT, row_bytes=sizes[packing])
    assert row["packing"] == packing
    await store_rows(account, [{**row, "version": version}])
    async with consumer.running():
        await until(lambda: (row["callId"], version) in consumer.seen)
    poor = [each for each in whole["endpoints"] if each["quality"] == "poor"]
    expected = [{"who": each["who"].get("id"), "causes": causes_of_what_was_received(each)} for each in poor]
    line = next(each for each in consumer.lines if each["version"] == version)
    assert line["poor"] == ([] if packing == "nothing" else expected)
