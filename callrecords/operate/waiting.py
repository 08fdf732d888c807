"""What waits on the queues, and what was given up."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from azure.storage.queue.aio import QueueClient

from callrecords.graphtypes import JsonObject
from callrecords.operate.checks import checked
from callrecords.operate.heartbeats import Heartbeat, heartbeat
from callrecords.operate.report import Link
from callrecords.ports.state import StateItems
from callrecords.queues.poison import PoisonQueue
from callrecords.queues.workqueue import queue_errors

# A message that waits for its record is hidden for an hour at most, and was made before that.
OLDEST_MESSAGE = timedelta(minutes=90)
# One that nobody has put back is seen from the beginning.
UNTOUCHED_FOR = timedelta(minutes=15)
_PUT_AT_ONCE = timedelta(minutes=1)
_PEEKED = 32

type Queues = Mapping[str, tuple[QueueClient, PoisonQueue]]
"""Each queue and its poison queue, by the name of the queue."""


@dataclass(frozen=True)
class Waiting:
    """What is on a queue: how many messages, those that are hidden included; how long ago the oldest of those that can
    be seen was put there, as it is and at first; and the oldest that nobody has taken yet."""

    depth: int
    oldest: timedelta = timedelta()
    first_seen: timedelta = timedelta()
    untouched: timedelta = timedelta()

    def as_json(self) -> JsonObject:
        """The numbers, in seconds."""
        return {
            "depth": self.depth,
            "oldestSeconds": round(self.oldest.total_seconds()),
            "firstSeenSeconds": round(self.first_seen.total_seconds()),
        }


async def waiting(queues: Queues, now: datetime) -> dict[str, Waiting | Link]:
    """What is on each queue; a link where that cannot be told."""
    found = await asyncio.gather(*(checked("the queue", _waiting(queue, now)) for queue, _ in queues.values()))
    return dict(zip(queues, found, strict=True))


async def _waiting(queue: QueueClient, now: datetime) -> Waiting:
    with queue_errors("The queue"):
        depth = (await queue.get_queue_properties()).approximate_message_count or 0
        messages = await queue.peek_messages(max_messages=_PEEKED)
    put = [message.inserted_on or now for message in messages]
    noted = [_notified_at(message.content) or at for message, at in zip(messages, put, strict=True)]
    untouched = [at for at, first in zip(put, noted, strict=True) if at - first < _PUT_AT_ONCE]
    return Waiting(depth, *(now - min(times, default=now) for times in (put, noted, untouched)))


def _notified_at(message: object) -> datetime | None:
    """When the app first heard of what the message is about: a message that comes back keeps it."""
    try:
        return datetime.fromisoformat(orjson.loads(str(message))["notifiedAt"])
    except (orjson.JSONDecodeError, LookupError, TypeError, ValueError):
        return None


def queues(found: Mapping[str, Waiting | Link], functions: Mapping[str, str], items: StateItems, now: datetime) -> Link:
    """Broken where a queue cannot be reached, a message has waited for long, or the function of a queue (`functions`)
    ends nothing while messages wait for it."""
    reasons: list[str | None] = []
    facts = {}
    for name, each in found.items():
        if isinstance(each, Link):
            reasons.append(f"{name}: {each.why}")
            continue
        beat = items.get(heartbeat(functions[name])) if name in functions else None
        facts[name] = each.as_json() | ({"lastEnd": beat.at.isoformat()} if beat and beat.at else {})
        reasons.append(_why(name, each, functions.get(name), beat, now))
    return Link(next(filter(None, reasons), None), facts)


def _why(name: str, waiting: Waiting, function: str | None, beat: Heartbeat | None, now: datetime) -> str | None:
    if beat and waiting.untouched > UNTOUCHED_FOR and now - beat.since > UNTOUCHED_FOR:
        return f"{function} has come to no end since {beat.since.isoformat()}, though messages wait on {name}"
    if waiting.oldest > OLDEST_MESSAGE:
        return f"messages of {name} have waited for {waiting.oldest}"
    return None


async def poison(queues: Queues) -> Link:
    """Broken where messages were given up and are still there."""
    counts = await asyncio.gather(*(poison.count() for _, poison in queues.values()))
    found = {name: count for name, count in zip(queues, counts, strict=True) if count}
    facts = {name: {"count": count, "reasons": await queues[name][1].reasons()} for name, count in found.items()}
    return Link(f"{sum(found.values())} messages were given up" if found else None, facts)
