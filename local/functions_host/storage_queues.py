"""The queue service of a storage account, as the queue triggers use it."""

import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueServiceClient

log = logging.getLogger("Host.Queues")

_NEVER = -1


class StorageQueues:
    """The queues behind `connection_string`. Nothing here fails because the service is away: that is logged once,
    and once more when it is back. Messages that could not be settled come again when their lease ends."""

    def __init__(self, connection_string: str) -> None:
        self._service = QueueServiceClient.from_connection_string(
            connection_string,
            retry_total=0,
            connection_timeout=5,
            read_timeout=10,
            http_logging_level=logging.DEBUG,
        )
        self._away = False

    async def close(self) -> None:
        """Ends the connections."""
        await self._service.close()

    async def receive(self, queue: str, count: int, lease: timedelta) -> list[QueueMessage]:
        """Up to `count` messages, nobody else's for `lease`; none where there is no such queue."""
        client = self._service.get_queue_client(queue)
        pages = client.receive_messages(messages_per_page=count, visibility_timeout=_seconds(lease)).by_page()
        messages: list[QueueMessage] = []
        try:
            messages = [message async for message in await anext(pages)]
        except (StopAsyncIteration, ResourceNotFoundError):
            pass
        except AzureError as error:
            self._lost(error)
            return []
        self._answered()
        return messages

    async def hide(self, queue: str, message: QueueMessage, span: timedelta) -> None:
        """Keeps the message from everybody for `span` from now; zero gives it back."""
        client = self._service.get_queue_client(queue)
        async with self._settling(queue, message):
            hidden = await client.update_message(message.id, message.pop_receipt, visibility_timeout=_seconds(span))
            message.pop_receipt = hidden.pop_receipt

    async def delete(self, queue: str, message: QueueMessage) -> None:
        """Ends the message."""
        async with self._settling(queue, message):
            await self._service.get_queue_client(queue).delete_message(message.id, message.pop_receipt)

    async def move(self, queue: str, message: QueueMessage, target: str) -> None:
        """Puts the message, as it is, on the queue `target`, which is created if it is not there."""
        client = self._service.get_queue_client(target)
        async with self._settling(queue, message):
            with contextlib.suppress(ResourceExistsError):
                await client.create_queue()
            await client.send_message(message.content, time_to_live=_NEVER)
            await self._service.get_queue_client(queue).delete_message(message.id, message.pop_receipt)

    @contextlib.asynccontextmanager
    async def _settling(self, queue: str, message: QueueMessage) -> AsyncIterator[None]:
        try:
            yield
        except HttpResponseError as error:
            log.warning(
                "Message %s of queue %s was not settled and may come again: %s", message.id, queue, error.reason
            )
        except AzureError as error:
            self._lost(error)

    def _lost(self, error: AzureError) -> None:
        if not self._away:
            reason = str(error).partition("\n")[0]
            log.error("The queue service %s does not answer: %s", self._service.primary_endpoint, reason)
        self._away = True

    def _answered(self) -> None:
        if self._away:
            log.warning("The queue service %s answers again.", self._service.primary_endpoint)
        self._away = False


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())
