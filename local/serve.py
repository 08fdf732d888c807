"""Serves an aiohttp application on a port of this machine, within a block of async or of plain code."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from aiohttp import web

_SHUTDOWN_SECONDS = 1.0  # for answers under way; connections that idle are closed at once


@dataclass(frozen=True)
class Served:
    """A running application; `url` is where it answers, such as `http://127.0.0.1:8081`."""

    url: str


@contextlib.asynccontextmanager
async def serve(app: web.Application, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Served]:
    """Serves `app` until the block ends; port 0 takes a free one. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    try:
        await runner.setup()
        async with _listening(runner, host, port) as served_port:
            yield Served(f"http://{host}:{served_port}")
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _listening(runner: web.AppRunner, host: str, port: int) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    assert runner.server
    server = await loop.create_server(runner.server, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        # A server that is closed while it takes a connection prints a traceback: none is taken from here on, and the
        # last one gets its turn of the loop.
        for listening in server.sockets:
            loop.remove_reader(listening)
        await asyncio.sleep(0)
        server.close()


@contextlib.contextmanager
def serve_in_thread(app_factory: Callable[[], web.Application]) -> Iterator[Served]:
    """Serves what `app_factory` makes until the block ends, in a thread with an event loop of its own.

    Raises what the factory or the start of the application raises.
    """
    started: Future[tuple[Served, Callable[[], object]]] = Future()

    async def run() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with serve(app_factory()) as served:
            started.set_result((served, lambda: loop.call_soon_threadsafe(stopping.set)))
            await stopping.wait()

    def run_and_report() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run_and_report, name="served application", daemon=True)
    thread.start()
    served, stop = started.result()
    try:
        yield served
    finally:
        stop()
        thread.join()
