"""An app without work has no worker; work brings a fresh one."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from azure.storage.queue.aio import QueueClient

from callrecords.queues.workqueue import CALL_RECORDS
from local import azurite
from local.functions_host import WAS_IDLE
from local.processes import Process, free_port, running
from local.scaling import ScaleController, scaled

# A host that answers each request with its process id, ends as idle ones do when something is posted to it, and listens
# at a socket that it inherits.
HOST = """
import os, socket, sys
from aiohttp import web

async def answer(request):
    if request.method == "POST":
        os._exit({was_idle})
    return web.Response(text=str(os.getpid()))

app = web.Application()
app.router.add_route("*", "/{{path:.*}}", answer)
web.run_app(app, sock=socket.socket(fileno=int(sys.argv[1])), print=None)
"""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
async def app(listening: socket.socket, tmp_path: Path) -> AsyncIterator[Process]:
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"

    async def answers() -> bool:
        return bool(await ask(url))

    command = (sys.executable, "-c", HOST.format(was_idle=WAS_IDLE), str(listening.fileno()))
    process = Process("A host", command, {}, tmp_path / "host.log", answers, WAS_IDLE, (listening,))
    async with running(process):
        yield process


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[str]:
    """The connection string of the app's queues."""
    port = free_port()
    async with azurite.running_azurite(port, tmp_path):
        yield azurite.connection_string(port)


@contextlib.asynccontextmanager
async def without_worker(
    app: Process, connection: str, listening: socket.socket, timer_seconds: float
) -> AsyncIterator[ScaleController]:
    """An app that has just been dropped."""
    async with scaled(app, connection, listening, timer_seconds) as controller:
        async with aiohttp.ClientSession() as session:
            with contextlib.suppress(aiohttp.ClientError):
                await session.post(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        await until(lambda: asyncio.sleep(0, controller.dropped == 1))
        yield controller


async def ask(url: str) -> str:
    patience = aiohttp.ClientTimeout(total=15)
    async with aiohttp.ClientSession(timeout=patience) as session, session.get(url) as answer:
        return await answer.text()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(15):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_a_request_waits_for_a_fresh_worker(app: Process, connection: str, listening: socket.socket) -> None:
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    first = await ask(url)
    async with without_worker(app, connection, listening, timer_seconds=3600):
        assert await ask(url) not in ("", first)


async def test_a_message_brings_a_worker_and_a_hidden_one_does_not(
    app: Process, connection: str, listening: socket.socket
) -> None:
    async with (
        without_worker(app, connection, listening, timer_seconds=3600),
        QueueClient.from_connection_string(connection, CALL_RECORDS) as queue,
    ):
        hidden = await queue.send_message("later", visibility_timeout=3600)
        await asyncio.sleep(1.5)  # what does not happen can only be waited for
        assert not app.is_running
        await queue.update_message(hidden.id, hidden.pop_receipt, visibility_timeout=0)
        await until(lambda: asyncio.sleep(0, app.is_running))


async def test_so_does_a_timer(app: Process, connection: str, listening: socket.socket) -> None:
    async with without_worker(app, connection, listening, timer_seconds=0.2):
        await until(lambda: asyncio.sleep(0, app.is_running))


async def test_a_worker_that_was_killed_was_not_dropped(
    app: Process, connection: str, listening: socket.socket
) -> None:
    async with scaled(app, connection, listening, timer_seconds=0.2) as controller:
        await app.kill()
        await until(lambda: asyncio.sleep(0, app.is_running))
        assert controller.dropped == 0
