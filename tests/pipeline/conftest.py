"""One running stack for all pipeline tests: the real worker, the real SDKs, real protocol endpoints."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from callrecords.collect.reconcilerun import ended
from local.graph import GraphSimulator
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate
from tests.pipeline.waiting import until


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with running_stack(Ports.any_free(), tmp_path_factory.mktemp("stack"), graph) as stack:
        await stack.wait_until_subscribed()
        await until(lambda: _is_compared(stack))
        yield stack


async def _is_compared(stack: Stack) -> bool:
    """Whether the app has compared the time before its first subscription, and finds no more calls by that."""
    state = stack.database.get_container_client("state")
    query, item_id = "SELECT * FROM c", f"{TENANT_ID}:{ended('gap').id}"
    return bool([item async for item in state.query_items(query, partition_key=item_id)])


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """The stack, with no faults left behind."""
    yield running
    running.graph.faults.clear()
    running.cosmos.faults.clear()


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def calls() -> Iterator[Call]:
    """Calls that no other test has had, with one version or more."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    return iter(generate(seed=5, calls=60, day=yesterday, tenant_id=TENANT_ID))
