"""Messages that were given up: which there are and why, putting them back, and throwing them away."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from callrecords.callrecord import without_ids
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject
from callrecords.queues.workqueue import queue_errors

# How long a message that is looked at is hidden from others that look; enough for some ten thousand.
_HIDDEN_SECONDS = 300
_PEEKED = 32
_NO_REASON = "the host gave it up after maxDequeueCount failures"
_OF_A_TRY = ("attempt", "failure", "failingSince", "progress", "restarts", "mayHaveLeftRow", "askedAt")


@dataclass(frozen=True)
class Entry:
    """A message that was given up, and why; ids in the reason are left out, so that like reasons are alike."""

    reason: str
    message: str

    @classmethod
    def parse(cls, text: str) -> "Entry":
        """The entry that WorkQueue made, or the message alone where the Functions host moved it."""
        document = None
        with contextlib.suppress(orjson.JSONDecodeError):
            document = orjson.loads(text)
        if isinstance(document, dict) and "poisonedAt" in document:
            return cls(without_ids(str(document.get("reason"))), str(document.get("message")))
        return cls(_NO_REASON, text)

    def as_new(self) -> str:
        """The message as one that was never tried. Raises Unreadable for what is not a message of this app."""
        try:
            document: JsonObject = orjson.loads(self.message)
            fresh = {name: value for name, value in document.items() if name not in _OF_A_TRY} | {"attempt": 0}
        except (orjson.JSONDecodeError, AttributeError):
            raise Unreadable("The message is not a JSON object.") from None
        if "callId" in fresh and fresh.get("reason") != "audit":
            fresh["reason"] = "replay"
        return orjson.dumps(fresh).decode()


class PoisonQueue:
    """The poison queue of `queue`. Every method raises Unavailable where the queues cannot be reached."""

    def __init__(self, queue: QueueClient, poison_queue: QueueClient) -> None:
        self._queue = queue
        self._poison_queue = poison_queue

    async def count(self) -> int:
        """How many messages there are, about."""
        with queue_errors("The poison queue"):
            return (await self._poison_queue.get_queue_properties()).approximate_message_count or 0

    async def reasons(self) -> Counter[str]:
        """Why, with the number of messages, of the 32 oldest."""
        with queue_errors("The poison queue"):
            peeked = await self._poison_queue.peek_messages(max_messages=_PEEKED)
        return Counter(Entry.parse(message.content).reason for message in peeked)

    async def replay(self, reason: str | None, done: Counter[str] | None = None) -> JsonObject:
        """Puts the messages of `reason` (None: all) back on their queue; how many were put back, and how many
        could not be because they are no messages of this app. In `done` they are counted one by one."""
        done = Counter() if done is None else done
        done.update(replayed=0, unreadable=0)
        unreadable: list[QueueMessage] = []
        with queue_errors("The poison queue"):
            async for received, entry in self._matching(reason):
                try:
                    message = entry.as_new()
                except Unreadable:
                    done["unreadable"] += 1
                    unreadable.append(received)
                    continue
                # Sent before the old one is deleted: a crash in between leaves a duplicate, which is harmless.
                await self._queue.send_message(message, time_to_live=-1)
                await self._poison_queue.delete_message(received)
                done["replayed"] += 1
        await self._show(unreadable)  # so that a command to discard them can follow at once
        return dict(done)

    async def discard(self, reason: str | None, done: Counter[str] | None = None) -> JsonObject:
        """Deletes the messages of `reason` (None: all) for good; how many. In `done` they are counted one by one."""
        done = Counter() if done is None else done
        done.update(discarded=0)
        with queue_errors("The poison queue"):
            async for received, _ in self._matching(reason):
                await self._poison_queue.delete_message(received)
                done["discarded"] += 1
        return dict(done)

    async def _matching(self, reason: str | None) -> AsyncIterator[tuple[QueueMessage, Entry]]:
        passed_over: dict[str, QueueMessage] = {}
        started = datetime.now(UTC)
        received: Any
        async for received in self._poison_queue.receive_messages(
            messages_per_page=_PEEKED, visibility_timeout=_HIDDEN_SECONDS
        ):
            if received.id in passed_over:
                break  # these can be seen again, after so long: all others were looked at
            entry = Entry.parse(received.content)
            # What was given up again meanwhile is for the next time, or this would not end.
            if reason in (None, entry.reason) and received.inserted_on <= started:
                yield received, entry
            else:
                passed_over[received.id] = received
        await self._show(passed_over.values())

    async def _show(self, hidden: Iterable[QueueMessage]) -> None:
        for received in hidden:
            with contextlib.suppress(AzureError):  # it can be seen again by itself, later
                await self._poison_queue.update_message(received, visibility_timeout=0)
