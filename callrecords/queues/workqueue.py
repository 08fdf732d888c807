"""The storage queues: putting a message there now, back for later, or, given up, on the poison queue."""

import asyncio
import base64
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineResponse
from azure.storage.queue import TextBase64DecodePolicy

from callrecords.errors import CallRecordsError, Unavailable, Unexpected, Unreadable, own, time_limit
from callrecords.queues import retries
from callrecords.queues.messages import Message

log = logging.getLogger(__name__)

CALL_RECORDS = "call-records"
SUBSCRIPTIONS = "subscriptions"
RECONCILE = "reconcile"
AUDIT = "audit"
DERIVE = "derive"
OPERATIONS = "operations"
PHONE_CALLS = "phone-calls"
POISON_SUFFIX = "-poison"
# No function is triggered by it: whether the account takes messages is tried there.
PROBE = "probe"
QUEUES = (CALL_RECORDS, SUBSCRIPTIONS, RECONCILE, AUDIT, DERIVE, OPERATIONS, PHONE_CALLS)

# A message is taken again where its worker ended, or could not put it back. Once more than this (host.json:
# maxDequeueCount), and the host would give it up: without a reason, and for 7 days.
LAST_TRY = 4

# What an invocation may take. The host's lease on the message is longer, so that no other worker takes it meanwhile.
_MOST_SECONDS = 300

_NEVER = -1
_SENDERS = 32
# A queue message holds 64 kB of base64. Of a longer text the start is kept, even if each character of it is escaped.
_MOST_BYTES, _LONGEST, LONGEST_REASON = 48_000, 7_000, 500


class LenientDecodePolicy(TextBase64DecodePolicy):
    """Reads base64, which is what this app writes, and anything else as it is: the host moves that to poison, too."""

    def decode(self, content: str, response: PipelineResponse[Any, Any]) -> str:  # noqa: ARG002 - as in the base class
        try:
            return base64.b64decode(content, validate=True).decode()
        except ValueError:
            return content


class QueueSender(Protocol):
    """The part of azure.storage.queue.aio.QueueClient that this module uses."""

    def send_message(
        self, content: object, *, visibility_timeout: int | None = ..., time_to_live: int | None = ...
    ) -> Awaitable[object]: ...


@dataclass(frozen=True)
class Unfinished[M: Message]:
    """Work that stopped at `error` and is to go on with `message`, which tells what was done."""

    message: M
    error: CallRecordsError


class WorkQueue:
    """One storage queue and its poison queue, for the work of `tenant_id`."""

    def __init__(
        self, *, queue: QueueSender, poison_queue: QueueSender, tenant_id: str, clock: Callable[[], datetime]
    ) -> None:
        self._queue = queue
        self._poison_queue = poison_queue
        self._tenant_id = tenant_id
        self._clock = clock

    async def put(self, message: Message, delay: timedelta = timedelta()) -> None:
        """Puts the message, to be seen after `delay`; Unavailable where the queue did not take it."""
        await _send(self._queue, str(message), delay)

    async def put_all(self, messages: Iterable[Message]) -> None:
        """Puts every message or raises Unavailable, in which case some of them may be there."""
        senders = asyncio.Semaphore(_SENDERS)

        async def put(message: Message) -> None:
            async with senders:
                await self.put(message)

        await asyncio.gather(*map(put, messages))

    async def handle[M: Message](
        self,
        kind: type[M],
        text: str,
        tries: int,
        work: Callable[[M], Awaitable[Unfinished[M] | None]],
        give_up: Callable[[M, str], Awaitable[None]] | None = None,
    ) -> None:
        """Does the `work` that a message on this queue asks for. The message is done with when this returns: its
        work is done, or it is put back for later or given up, as the failure table says; `give_up` gets it and the
        reason then, in place of the poison queue. Of work that is Unfinished, the message that it names is put back.
        `tries` is how often the host has taken the message.

        Raises Unavailable when it could not be put back; the host then keeps it.
        """
        try:
            message = self._read(kind, text)
        except Unreadable as error:
            await self.poison(text, str(error))
            return
        failure: CallRecordsError | None = None
        try:
            if tries >= LAST_TRY:
                raise Unexpected(f"It was started {tries - 1} times and never finished: the worker may have ended.")
            async with time_limit(_MOST_SECONDS, "It was not finished"):
                unfinished = await work(message)
            if unfinished:
                message, failure = unfinished.message, unfinished.error
        except Exception as error:
            failure = own(error)
        # Not within the except block: what the host logs when the queue is unavailable would have the error's words.
        if failure:
            decision = retries.decide(message, failure, self._clock(), random.random())  # noqa: S311 - spreads load
            if isinstance(decision, retries.Later):
                await self._put_back(decision, failure)
            elif give_up:
                await give_up(message, decision.reason)
            else:
                await self.poison(str(message), decision.reason)

    def _read[M: Message](self, kind: type[M], text: str) -> M:
        message = kind.parse(text)
        if message.tenant_id != self._tenant_id:
            raise Unreadable(f"tenantId is {message.tenant_id[:40]!r}: this app collects for another tenant.")
        return message

    async def _put_back[M: Message](self, decision: retries.Later[M], error: CallRecordsError) -> None:
        # The host deletes the old message after this: a crash in between leaves a duplicate, which is harmless.
        await self.put(decision.message, decision.delay)
        log.warning("%s Tried again in %d s.", error, decision.delay.total_seconds())

    async def poison(self, text: str, reason: str) -> None:
        """Keeps a message that was given up, with the reason, on the poison queue; of a very long one, its start.

        Raises Unavailable where the queue did not take it.
        """
        entry = {"reason": reason[:LONGEST_REASON], "poisonedAt": self._clock(), "message": text}
        whole = orjson.dumps(entry)
        if len(whole) > _MOST_BYTES:
            whole = orjson.dumps({**entry, "message": text[:_LONGEST]})
        await _send(self._poison_queue, whole.decode())
        log.error("A message was moved to the poison queue: %s", reason)


@contextlib.contextmanager
def queue_errors(what: str) -> Iterator[None]:
    """Turns the SDK's errors into Unavailable. Their messages start with `what`."""
    try:
        yield
    except AzureError as error:
        raise Unavailable(f"{what} could not be reached ({type(error).__name__}).") from error


async def _send(queue: QueueSender, text: str, delay: timedelta = timedelta()) -> None:
    with queue_errors("The queue"):
        seconds = round(delay.total_seconds())
        await queue.send_message(text, visibility_timeout=seconds, time_to_live=_NEVER)
