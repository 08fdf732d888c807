"""The use case behind the two anonymous routes: verify what Graph posts, and enqueue it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from callrecords.errors import Unavailable
from callrecords.queues.messages import CallMessage, SubscriptionMessage
from callrecords.queues.workqueue import WorkQueue
from callrecords.webhook import notifications

log = logging.getLogger(__name__)

# Graph takes 3 s for a delivery and 10 s for a repeated one; a queue that takes longer gets the repeat.
_ENQUEUE_SECONDS = 8


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
        await self._calls.put_all(
            CallMessage(tenant_id=self._tenant_id, notified_at=now, call_id=call_id, reason="notification")
            for call_id in found.call_ids
        )
        await self._subscriptions.put_all(
            SubscriptionMessage(
                tenant_id=self._tenant_id, notified_at=now, event=each.event, subscription_id=each.subscription_id
            )
            for each in found.lifecycle_events
        )
