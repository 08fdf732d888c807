"""Which messages of one call need not ask Graph, because another one has asked since, or will.

Graph may announce a call many times in a short while. Each message stays on the queue until its call is stored or it is
given up. So whatever one message finds out after another was sent holds for that one as well. Where it finds out
nothing, it comes back in place of that one, too. So a message that has asked is dropped only for one that asked later.
"""

import contextlib
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.errors import Throttled
from callrecords.ports.records import Stored
from callrecords.queues.messages import CallMessage

log = logging.getLogger(__name__)

# The clocks of workers differ, by less than this.
_CLOCKS_DIFFER = timedelta(seconds=5)
# After so long a message comes back that was sent while another one of its call was asking.
_SOON = timedelta(seconds=10)
_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Asked:
    """When Graph was last asked for a call, for which message: by when that was sent."""

    at: datetime
    notified_at: datetime


class Repeats:
    """Remembers when this worker asked Graph for which call."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._latest: OrderedDict[str, _Asked] = OrderedDict()
        self._under_way = Counter[str]()

    def has_asked_since(self, message: CallMessage) -> bool:
        """Whether another message of the call has asked since this one was sent and has asked itself, and so has stored
        what this one is about, or comes back for it.

        Raises Throttled where that is too close to tell: this one comes back soon, and by then it is clear.
        """
        asked = self._latest.get(message.call_id)
        if asked is None or asked.notified_at == message.notified_at or not _asks_for_no_more(message):
            return False
        if asked.at - message.open_since >= _CLOCKS_DIFFER:
            log.info("Call record %s: another message has asked for it since.", message.call_id)
            return True
        if message.call_id in self._under_way or self._clock() - asked.at < _SOON:
            raise Throttled(
                f"Call record {message.call_id}: another message has just asked for it.", _SOON.total_seconds()
            )
        return False

    @contextlib.contextmanager
    def asking(self, message: CallMessage) -> Iterator[datetime]:
        """The time at which Graph is asked for the message: now."""
        now, call_id = self._clock(), message.call_id
        if message.reason != "audit":  # it may be done without an answer, and does not come back then
            self._latest[call_id] = _Asked(now, message.notified_at)
            self._latest.move_to_end(call_id)
        if len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)
        self._under_way[call_id] += 1
        try:
            yield now
        finally:
            self._under_way[call_id] -= 1
            if not self._under_way[call_id]:
                del self._under_way[call_id]

    def is_stored_since(self, message: CallMessage, found: Stored) -> bool:
        """Whether what was found was fetched after the message was sent and has asked, by whatever worker, and lacks
        nothing. A time that is still to come tells nothing: some clock was wrong."""
        is_whole = not found.is_damaged and "noSessions" not in found.caveats
        since, until = message.open_since + _CLOCKS_DIFFER, self._clock() + _CLOCKS_DIFFER
        is_since = found.fetched_at is not None and since <= found.fetched_at <= until
        return is_whole and is_since and _asks_for_no_more(message)


def _asks_for_no_more(message: CallMessage) -> bool:
    """Whether the message does no more than announce the call, and leaves nothing behind if it is dropped."""
    is_as_sent = message.progress is None and not message.may_have_left_row and message.failure in (None, "NotFound")
    return message.reason == "notification" and message.version is None and is_as_sent
