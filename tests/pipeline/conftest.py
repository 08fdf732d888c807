"""One running stack for all pipeline tests: the real worker, the real SDKs, real protocol endpoints."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from local.graph import GraphSimulator
from local.operating import has_compared, until_now
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate
from tests.pipeline.waiting import until


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    folder, ports = tmp_path_factory.mktemp("stack"), Ports.any_free()
    async with running_stack(ports, folder, graph, remembered=until_now(), phone_calls=True) as stack:
        await stack.wait_until_subscribed()
        # The time before its first subscription; by that it finds no more calls.
        await until(lambda: has_compared(stack))
        yield stack


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
    return iter(generate(seed=5, calls=100, day=yesterday, tenant_id=TENANT_ID))
