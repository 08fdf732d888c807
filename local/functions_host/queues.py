"""Queue triggers: polls, holds messages while their function runs, retries, and puts aside what keeps failing.

The rules are those of https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

from azure.storage.queue import QueueMessage

from local.functions_host.host_json import QueueOptions
from local.functions_host.pauses import pause
from local.functions_host.protos import TypedData
from local.functions_host.storage_queues import StorageQueues
from local.functions_host.worker import Function, Worker

log = logging.getLogger("Host.Queues")

_MIN_POLLING_INTERVAL = timedelta(milliseconds=100)


class QueueListener:
    """Runs `function` for the messages of `queue`, each of which is nobody else's for `lease`, renewed at half of it.

    `latest` is when it last got one, by the clock of the event loop.
    """

    def __init__(
        self,
        function: Function,
        queue: str,
        queues: StorageQueues,
        options: QueueOptions,
        lease: timedelta,
        worker: Worker,
    ) -> None:
        self.function = function
        self.latest = 0.0
        self._queue = queue
        self._queues = queues
        self._options = options
        self._lease = lease
        self._worker = worker

    async def run(self, stopping: asyncio.Event) -> None:
        """Polls until `stopping` is set and what was taken by then is done; messages whose function is still
        running when this is cancelled go back to the queue."""
        interval = _MIN_POLLING_INTERVAL
        processing: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while not stopping.is_set():
                messages = await self._queues.receive(self._queue, self._options.batch_size, self._lease)
                for message in messages:
                    task = tasks.create_task(self._process(message))
                    processing.add(task)
                    task.add_done_callback(processing.discard)
                while len(processing) > self._options.new_batch_threshold:
                    await asyncio.wait(processing, return_when=asyncio.FIRST_COMPLETED)
                if messages:
                    self.latest = asyncio.get_running_loop().time()
                    interval = _MIN_POLLING_INTERVAL
                else:
                    await pause(interval.total_seconds(), stopping)
                    interval = min(interval * 2, self._options.max_polling_interval)

    async def run_once(self, text: str) -> None:
        """Runs the function on `text` as if a message had brought it, but for the id and the receipt of one."""
        metadata = {"DequeueCount": TypedData(json="0")}
        await self._worker.invoke(self.function, TypedData(string=text), metadata)

    async def _process(self, message: QueueMessage) -> None:
        dequeue_count = message.dequeue_count or 0
        if dequeue_count > self._options.max_dequeue_count:
            await self._poison(message, f"it was taken {dequeue_count} times")
            return
        try:
            text = self._decoded(message)
        except ValueError as error:
            await self._poison(message, f"it cannot be decoded: {error}")
            return
        try:
            async with self._held(message):
                response = await self._worker.invoke(self.function, TypedData(string=text), _metadata(message))
        except asyncio.CancelledError:
            await self._queues.hide(self._queue, message, timedelta())
            raise
        if not response.result.exception:
            await self._queues.delete(self._queue, message)
        elif dequeue_count == self._options.max_dequeue_count:
            await self._poison(message, f"it failed {dequeue_count} times")
        else:
            await self._queues.hide(self._queue, message, self._options.visibility_timeout)

    def _decoded(self, message: QueueMessage) -> str:
        content: str = message.content
        return base64.b64decode(content, validate=True).decode() if self._options.base64 else content

    async def _poison(self, message: QueueMessage, reason: str) -> None:
        target = f"{self._queue}-poison"
        log.error("Message %s of queue %s goes to %s: %s.", message.id, self._queue, target, reason)
        await self._queues.move(self._queue, message, target)

    @contextlib.asynccontextmanager
    async def _held(self, message: QueueMessage) -> AsyncIterator[None]:
        """Renews the lease on the message."""
        renewing = asyncio.Lock()

        async def renew() -> None:
            while True:
                await asyncio.sleep(self._lease.total_seconds() / 2)
                async with renewing:
                    await self._queues.hide(self._queue, message, self._lease)

        renewal = asyncio.create_task(renew())
        try:
            yield
        finally:
            # Not in the middle of a request: its answer has the receipt with which the message is settled.
            async with renewing:
                renewal.cancel()


def _metadata(message: QueueMessage) -> Mapping[str, TypedData]:
    return {
        "QueueTrigger": TypedData(string=message.content),
        "Id": TypedData(string=message.id),
        "DequeueCount": TypedData(json=str(message.dequeue_count)),
        "InsertionTime": _time(message.inserted_on),
        "ExpirationTime": _time(message.expires_on),
        "NextVisibleTime": _time(message.next_visible_on),
        "PopReceipt": TypedData(string=message.pop_receipt),
    }


def _time(time: datetime | None) -> TypedData:
    return TypedData(json=json.dumps(time and time.astimezone(UTC).isoformat()))
