"""Scale to zero, as Flex Consumption has it: an app without work has no worker, and gets a fresh one when work comes.

https://learn.microsoft.com/azure/azure-functions/event-driven-scaling. There each queue and timer has instances of its
own; here all functions share one, which HTTP requests and timers bring back as well.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable, Iterator

from azure.core.exceptions import AzureError
from azure.storage.queue.aio import QueueClient

from callrecords.queues.workqueue import QUEUES
from local.functions_host import WAS_IDLE
from local.processes import Process

_PEEK_SECONDS = 0.5


class ScaleController:
    """Starts the functions host `app` again whenever it has ended and a message can be seen on a queue of `connection`,
    a request waits at `listening`, or a timer is due, after `timer_seconds` at most; `dropped` counts how often it had
    ended because it was idle."""

    def __init__(self, app: Process, connection: str, listening: socket.socket, timer_seconds: float) -> None:
        self.dropped = 0
        self._app = app
        self._connection = connection
        self._listening = listening
        self._timer_seconds = timer_seconds

    async def run(self) -> None:
        """Does so for good. Raises StackError where the host does not start."""
        async with contextlib.AsyncExitStack() as clients:
            queues = [
                await clients.enter_async_context(
                    QueueClient.from_connection_string(self._connection, name, retry_total=0)
                )
                for name in QUEUES
            ]
            while True:
                if await self._app.ended() == WAS_IDLE:
                    self.dropped += 1
                await self._needed(queues)
                await self._app.start()

    async def _needed(self, queues: Iterable[QueueClient]) -> None:
        """Returns when there is work. Requests wait meanwhile."""
        requested = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._listening, requested.set)
        try:
            async with asyncio.timeout(self._timer_seconds):
                while not requested.is_set() and not await _is_any_visible(queues):
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(requested.wait(), _PEEK_SECONDS)
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(self._listening)


@contextlib.contextmanager
def listening_at(port: int) -> Iterator[socket.socket]:
    """A socket for an app that is not always there: who connects to it waits for an answer."""
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listening:
        yield listening


@contextlib.asynccontextmanager
async def scaled(
    app: Process, connection: str, listening: socket.socket, timer_seconds: float
) -> AsyncIterator[ScaleController]:
    """Lets a ScaleController run until the block ends. Raises what ended it before."""
    controller = ScaleController(app, connection, listening, timer_seconds)
    running = asyncio.create_task(controller.run())
    try:
        yield controller
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _is_any_visible(queues: Iterable[QueueClient]) -> bool:
    try:
        return any([await queue.peek_messages() for queue in queues])
    except AzureError:  # the queue service is away
        return False
