"""The use case behind the two anonymous routes: verify what Graph posts, and enqueue it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import batched

from callrecords.errors import Unavailable
from callrecords.queues.messages import CallMessage, CallsMessage, SubscriptionMessage
from callrecords.queues.workqueue import WorkQueue
from callrecords.webhook import notifications

log = logging.getLogger(__name__)

# Graph waits 3 s for a delivery. Where over 10 % take longer, it holds back all notifications for 10 minutes; a 503 in
# time costs the repeat of this one alone.
_ENQUEUE_SECONDS = 2.5
# A message a call is there at once; beyond a few, a queue does not take so many in time. A queue message has room for
# 48 kB, of which so many ids are 20.
_FEW, _MOST_IN_A_MESSAGE = 4, 500


class Webhook:
    """Takes what Graph posts for `tenant_id`, with one of `client_states`.

    `count_dropped` gets the number of notifications that were dropped, by the reason, and the subscriptions that they
    name. It only counts.
    """

    def __init__(
        self,
        *,
        tenant_id: str,
        client_states: tuple[str, ...],
        calls: WorkQueue,
        subscriptions: WorkQueue,
        clock: Callable[[], datetime],
        count_dropped: Callable[[Mapping[str, int], Iterable[str]], None] | None = None,
    ) -> None:
        self._tenant_id = tenant_id
        self._client_states = client_states
        self._calls = calls
        self._subscriptions = subscriptions
        self._count_dropped = count_dropped
        self._clock = clock

    async def receive(self, body: bytes) -> None:
        """Returns when every id in `body` is on the queue.

        Raises Unavailable when the queue did not take them, and NotACollection and TooLarge for what Graph never sends.
        """
        found = notifications.parse(body, self._tenant_id, self._client_states)
        if found.dropped:
            log.warning("Notifications dropped: %s.", dict(found.dropped))
            if self._count_dropped:
                self._count_dropped(found.dropped, found.dropped_for)
        try:
            async with asyncio.timeout(_ENQUEUE_SECONDS):
                await self._enqueue(found)
        except (Unavailable, TimeoutError):
            log.error("The queue takes no messages; Graph will send the notifications again.")
            raise Unavailable("The queue does not take messages now: send it again.") from None

    async def _enqueue(self, found: notifications.Notifications) -> None:
        now = self._clock()
        if found.lifecycle_events:
            log.info("Lifecycle events: %s.", dict(found.lifecycle_events))
        subscription_id = next(iter(found.subscription_ids)) if len(found.subscription_ids) == 1 else None
        await self._calls.put_all(self._call_messages(found.call_ids, now))
        await self._subscriptions.put_all(
            SubscriptionMessage(
                tenant_id=self._tenant_id, notified_at=now, event=event, subscription_id=subscription_id
            )
            for event in found.lifecycle_events
        )

    def _call_messages(self, call_ids: Sequence[str], now: datetime) -> Iterator[CallMessage | CallsMessage]:
        for some in batched(call_ids, _MOST_IN_A_MESSAGE, strict=False):
            message = CallsMessage(tenant_id=self._tenant_id, notified_at=now, call_ids=some)
            yield from message.each() if len(call_ids) <= _FEW else [message]
