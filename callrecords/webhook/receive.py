"""The use case behind the two anonymous routes: verify what Graph posts, enqueue it, acknowledge."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from callrecords.errors import Unavailable
from callrecords.queues.messages import CallMessage, SubscriptionMessage
from callrecords.queues.workqueue import WorkQueue
from callrecords.webhook import notifications
from callrecords.webhook.notifications import NotACollection, TooLarge

log = logging.getLogger(__name__)

# Graph takes 3 s for a delivery and 10 s for a repeated one; a queue that takes longer gets the repeat.
_ENQUEUE_SECONDS = 8


@dataclass(frozen=True)
class Answer:
    """Status and text/plain body of the HTTP answer."""

    status: int
    text: str = ""


async def answer(webhook: "Webhook | None", validation_token: str | None, body: bytes) -> Answer:
    """What Graph is told: its token back in a handshake, else what `webhook` says to the delivery in `body`.

    Without a webhook, because settings are wrong, Graph is asked to send it again.
    """
    if validation_token is not None:
        return Answer(200, validation_token)
    if webhook is None:
        return Answer(503, "This app is not configured yet.")
    return await webhook(body)


class Webhook:
    """Takes what Graph posts for `tenant_id`, with one of `client_states`."""

    def __init__(
        self,
        tenant_id: str,
        client_states: tuple[str, ...],
        calls: WorkQueue,
        subscriptions: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._client_states = client_states
        self._calls = calls
        self._subscriptions = subscriptions
        self._clock = clock

    async def __call__(self, body: bytes) -> Answer:
        """202 when every id is on the queue, 503 when not, 400 and 413 for what Graph would never send."""
        try:
            found = notifications.parse(body, self._tenant_id, self._client_states)
        except NotACollection as error:
            return Answer(400, str(error))
        except TooLarge as error:
            return Answer(413, str(error))
        if found.dropped:
            log.warning("Notifications dropped: %s.", dict(found.dropped))
        try:
            async with asyncio.timeout(_ENQUEUE_SECONDS):
                await self._enqueue(found)
        except (Unavailable, TimeoutError):
            log.error("The queue takes no messages; Graph will send the notifications again.")
            return Answer(503, "The queue does not take messages now: send it again.")
        return Answer(202)

    async def _enqueue(self, found: notifications.Notifications) -> None:
        now = self._clock()
        await self._calls.put_all(
            CallMessage.new(self._tenant_id, now, call_id=call_id, reason="notification") for call_id in found.call_ids
        )
        await self._subscriptions.put_all(
            SubscriptionMessage.new(self._tenant_id, now, event=each.event, subscription_id=each.subscription_id)
            for each in found.lifecycle_events
        )
