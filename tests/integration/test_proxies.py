"""Cosmos and the queues are reached by the proxy of the environment; without one, nothing of it is looked at."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.app import App, start
from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.cosmos.state import StateStore
from local import azurite
from tests.integration.cosmos.cosmosaccount import CosmosAccount, account_at
from tests.invented import CALL, CLIENT_STATE, ENVIRONMENT, TENANT

NOTIFICATION = {"clientState": CLIENT_STATE, "tenantId": TENANT, "resource": f"communications/callRecords/{CALL}"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The app's settings and an empty home, no proxy."""
    monkeypatch.setattr("os.environ", {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **ENVIRONMENT})


@pytest.fixture
def netrc(tmp_path: Path) -> None:
    """A login in ~/.netrc. Where it is read, no request is sent: each has an Authorization header already."""
    (tmp_path / ".netrc").write_text("default login someone password something\n")


class Proxy:
    """Notes where it is asked to lead to, and leads nowhere."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = asyncio.Event()
        self.request = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = (await reader.readline()).decode().strip()
        self.asked.set()
        writer.close()


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """The proxy that HTTPS_PROXY names."""
    proxy = Proxy()
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        monkeypatch.setenv("HTTPS_PROXY", f"http://{host}:{port}")
        yield proxy


@contextlib.asynccontextmanager
async def started_app() -> AsyncIterator[App]:
    """An app of the settings in the environment, whose queues are closed in the end."""
    app, _ = start()
    assert app
    async with app._queue_service:
        yield app


@pytest.mark.usefixtures("netrc")
async def test_the_queues_are_reached_without_a_look_for_a_netrc(
    queue_service: QueueServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = urlsplit(queue_service.url).port
    assert port
    monkeypatch.setenv("CallRecordsQueue", azurite.connection_string(port))
    async with started_app() as app:
        await app.webhook.receive(orjson.dumps({"value": [NOTIFICATION]}))  # raises where the queue did not take it


@pytest.mark.usefixtures("netrc")
async def test_cosmos_is_reached_without_a_look_for_a_netrc(cosmos: CosmosAccount) -> None:
    async with cosmos.open() as account:
        assert await StateStore(account, TENANT).read(LAST_ARRIVAL) is None


async def test_the_queues_are_reached_by_the_proxy(proxy: Proxy) -> None:
    async with started_app() as app, asyncio.timeout(30), asyncio.TaskGroup() as group:
        posting = group.create_task(app.webhook.receive(orjson.dumps({"value": [NOTIFICATION]})))
        await proxy.asked.wait()
        posting.cancel()
    assert proxy.request == "CONNECT fabrikam.queue.core.windows.net:443 HTTP/1.1"


async def test_cosmos_is_reached_by_the_proxy(proxy: Proxy) -> None:
    async with account_at("https://fabrikam.documents.example") as account, asyncio.timeout(30):
        reading = asyncio.create_task(StateStore(account, TENANT).read(LAST_ARRIVAL))
        await proxy.asked.wait()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    assert proxy.request == "CONNECT fabrikam.documents.example:443 HTTP/1.1"
