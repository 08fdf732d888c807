"""The use case that keeps exactly one live Graph subscription for this app's URL."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.errors import CallRecordsError, NotFound, Unreadable
from callrecords.jsontypes import JsonObject
from callrecords.messages import SubscriptionMessage
from callrecords.workqueue import WorkQueue

log = logging.getLogger(__name__)

RESOURCE = "/communications/callRecords"
# `updated` brings the first version of a record and every later one; `created` only the first.
CHANGE_TYPE = "updated"

# Graph takes at most 4,230 minutes; what is kept back allows for clocks that differ.
LIFETIME = timedelta(minutes=4_230) - timedelta(minutes=10)
# Renewed when two of its nearly three days are left: many failed renewals fit in before it is too late.
RENEW_BEFORE = timedelta(days=2)


@dataclass(frozen=True)
class Subscription:
    """A subscription as Graph holds it; `resource` without the leading slash that is optional there."""

    id: str
    resource: str
    change_type: str
    notification_url: str
    lifecycle_url: str | None
    expires: datetime


class Subscriptions(Protocol):
    """Graph's subscriptions: graph.subscriptions.Subscriptions."""

    async def all(self) -> list[Subscription]: ...

    async def create(
        self, notification_url: str, lifecycle_url: str, client_state: str, expires: datetime
    ) -> Subscription: ...

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription: ...

    async def delete(self, subscription_id: str) -> None: ...


class State(Protocol):
    """Where the outcome is recorded: state.StateStore."""

    async def write(self, item_id: str, values: JsonObject) -> None: ...


@dataclass(frozen=True)
class Endpoint:
    """Where Graph is to post, and the secret it is to repeat."""

    notification_url: str
    lifecycle_url: str
    client_state: str


class SubscriptionCare:
    """Creates, renews and de-duplicates the subscription of `tenant_id` for `endpoint`."""

    def __init__(
        self,
        tenant_id: str,
        endpoint: Endpoint,
        graph: Subscriptions,
        state: State,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._endpoint = endpoint
        self._graph = graph
        self._state = state
        self._queue = queue
        self._clock = clock

    async def on_schedule(self) -> None:
        """Leaves one live subscription. A failure is recorded and logged: the next run tries again."""
        try:
            await self._maintain_and_record(reauthorize=False)
        except CallRecordsError as error:
            log.error("%s", error)

    async def on_message(self, text: str) -> None:
        """Handles one message of the `subscriptions` queue: the subscription is renewed whatever its age.

        The message is done with when this returns. Raises Unavailable when it could not be put back.
        """
        try:
            message = SubscriptionMessage.parse(text)
        except Unreadable as error:
            await self._queue.poison(text, str(error), self._clock())
            return
        log.info("Graph sent %s for subscription %s.", message.event, message.subscription_id)
        try:
            await self._maintain_and_record(reauthorize=True)
        except CallRecordsError as error:
            await self._queue.put_back(message, error, self._clock())

    async def _maintain_and_record(self, reauthorize: bool) -> None:
        try:
            action, subscription = await self._maintain(reauthorize)
        except CallRecordsError as error:
            await self._record({"action": "failed", "error": str(error)})
            raise
        log.info("Subscription %s: %s, expires %s.", subscription.id, action, subscription.expires)
        await self._record(
            {
                "action": action,
                "subscriptionId": subscription.id,
                "expires": subscription.expires.isoformat(),
                "notificationUrl": subscription.notification_url,
            }
        )

    async def _maintain(self, reauthorize: bool) -> tuple[str, Subscription]:
        mine = [each for each in await self._graph.all() if self._is_mine(each)]
        usable = [each for each in mine if self._is_usable(each)]
        # The same choice in every run, so that two runs at once do not delete each other's.
        usable.sort(key=lambda each: (-each.expires.timestamp(), each.id))
        action, kept = await self._keep(usable[0], reauthorize) if usable else ("created", await self._create())
        for other in mine:
            if other.id != kept.id:
                await self._delete(other)
        return action, kept

    async def _keep(self, subscription: Subscription, reauthorize: bool) -> tuple[str, Subscription]:
        if not reauthorize and subscription.expires - self._clock() > RENEW_BEFORE:
            return "kept", subscription
        try:
            return "renewed", await self._graph.renew(subscription.id, self._clock() + LIFETIME)
        except NotFound:
            return "recreated", await self._create()

    def _is_mine(self, subscription: Subscription) -> bool:
        return (
            subscription.notification_url == self._endpoint.notification_url
            and subscription.resource.lower() == RESOURCE.strip("/").lower()
        )

    def _is_usable(self, subscription: Subscription) -> bool:
        # A lifecycle URL cannot be added later; without one Graph would not say that it wants a renewal.
        return subscription.change_type == CHANGE_TYPE and subscription.lifecycle_url == self._endpoint.lifecycle_url

    async def _create(self) -> Subscription:
        target = self._endpoint
        return await self._graph.create(
            target.notification_url, target.lifecycle_url, target.client_state, self._clock() + LIFETIME
        )

    async def _delete(self, subscription: Subscription) -> None:
        try:
            await self._graph.delete(subscription.id)
        except NotFound:
            return  # another run was as tidy, or Graph had lost it
        log.warning("Subscription %s was a duplicate and is deleted.", subscription.id)

    async def _record(self, outcome: JsonObject) -> None:
        now = self._clock().isoformat()
        await self._state.write(f"subscription-{self._tenant_id}", {**outcome, "at": now})
