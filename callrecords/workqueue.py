"""The storage queues: putting a message there now, back for later, or, given up, on the poison queue."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import orjson
from azure.core.exceptions import AzureError

from callrecords import retries
from callrecords.errors import CallRecordsError, Unavailable
from callrecords.messages import Message

log = logging.getLogger(__name__)

CALL_RECORDS = "call-records"
SUBSCRIPTIONS = "subscriptions"
POISON_SUFFIX = "-poison"
QUEUES = (CALL_RECORDS, SUBSCRIPTIONS)

_NEVER = -1
_SENDERS = 32


class QueueSender(Protocol):
    """The part of azure.storage.queue.aio.QueueClient that this module uses."""

    def send_message(
        self, content: object, *, visibility_timeout: int | None = ..., time_to_live: int | None = ...
    ) -> Awaitable[object]: ...


class WorkQueue:
    """One storage queue and its poison queue."""

    def __init__(self, queue: QueueSender, poison_queue: QueueSender) -> None:
        self._queue = queue
        self._poison_queue = poison_queue

    async def put_all(self, messages: Iterable[Message]) -> None:
        """Puts every message or raises Unavailable, in which case some of them may be there."""
        senders = asyncio.Semaphore(_SENDERS)

        async def put(message: Message) -> None:
            async with senders:
                await _send(self._queue, str(message))

        await asyncio.gather(*map(put, messages))

    async def put_back(self, message: Message, error: CallRecordsError, now: datetime) -> None:
        """Puts a message that could not be handled because of `error` back for later or gives it up, as the
        failure table says. Unavailable where the queue did not take it: the host then keeps the old one."""
        chance = random.random()  # noqa: S311 - spreads load
        decision = retries.decide(error, message.attempt, message.first_seen, now, chance)
        if isinstance(decision, retries.GiveUp):
            await self.poison(str(message), decision.reason, now)
            return
        # The host deletes the old message after this: a crash in between makes a harmless twin.
        await _send(self._queue, str(message.after_failure() if decision.counts else message), decision.delay)
        log.warning("%s Tried again in %d s.", error, decision.delay.total_seconds())

    async def poison(self, text: str, reason: str, now: datetime) -> None:
        """Keeps a message that was given up, as it was and with the reason, on the poison queue."""
        entry = {"reason": reason, "poisonedAt": now, "message": text}
        await _send(self._poison_queue, orjson.dumps(entry).decode())
        log.error("A message was moved to the poison queue: %s", reason)


async def _send(queue: QueueSender, text: str, delay: timedelta = timedelta()) -> None:
    seconds = round(delay.total_seconds())
    try:
        await queue.send_message(text, visibility_timeout=seconds, time_to_live=_NEVER)
    except AzureError as error:
        raise Unavailable(f"The queue did not take a message ({type(error).__name__}).") from error
