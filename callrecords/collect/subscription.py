"""The use case that keeps exactly one live Graph subscription for this app's URL."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.errors import CallRecordsError, Conflict, NotFound, unexpected
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import SubscriptionMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

RESOURCE = "/communications/callRecords"
# `updated` brings the first version of a record and every later one; `created` only the first.
CHANGE_TYPE = "updated"
STATE = "subscription"

# Graph takes at most 4,230 minutes; what is kept back allows for clocks that differ.
LIFETIME = timedelta(minutes=4_230) - timedelta(minutes=10)
# Renewed when two of its nearly three days are left: many failed renewals fit in before it is too late.
RENEW_BEFORE = timedelta(days=2)


@dataclass(frozen=True)
class Subscription:
    """A subscription on call records as Graph holds it."""

    id: str
    change_type: str | None
    notification_url: str | None
    lifecycle_url: str | None
    expires: datetime


class Subscriptions(Protocol):
    """Graph's subscriptions on call records: graph.subscriptions.Subscriptions."""

    async def all(self) -> list[Subscription]: ...

    async def create(
        self, notification_url: str, lifecycle_url: str, client_state: str, expires: datetime
    ) -> Subscription: ...

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription: ...

    async def delete(self, subscription_id: str) -> None: ...


class State(Protocol):
    """What is remembered between runs: state.StateStore."""

    async def read(self, item_id: str) -> JsonObject: ...

    async def write(self, item_id: str, values: JsonObject) -> None: ...


class GapFinder(Protocol):
    """Finds what was missed while there was no subscription: reconcile.Reconciliation."""

    async def over_gap(self, alive_until: datetime | None) -> None: ...


@dataclass(frozen=True)
class Endpoint:
    """Where Graph is to post, and the secret it is to repeat."""

    notification_url: str
    lifecycle_url: str
    client_state: str

    @property
    def digest(self) -> str:
        """Tells whether the secret is another one, without telling the secret."""
        return hashlib.sha256(self.client_state.encode()).hexdigest()[:16]


class SubscriptionCare:
    """Creates, renews and de-duplicates the subscription for `endpoint`."""

    def __init__(
        self,
        endpoint: Endpoint,
        graph: Subscriptions,
        state: State,
        gap_finder: GapFinder,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._endpoint = endpoint
        self._graph = graph
        self._state = state
        self._gap_finder = gap_finder
        self._queue = queue
        self._clock = clock

    async def on_schedule(self) -> None:
        """Leaves one live subscription. A failure is recorded and logged: the next run tries again."""
        try:
            await self._care(reauthorize=False)
        except CallRecordsError as error:
            log.error("%s", error)

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `subscriptions` queue, as WorkQueue.handle does: whatever its age, the
        subscription is renewed."""
        await self._queue.handle(SubscriptionMessage, text, tries, self._on_lifecycle_event)

    async def _on_lifecycle_event(self, message: SubscriptionMessage) -> None:
        log.info("Graph sent %s for subscription %s.", message.event, message.subscription_id)
        await self._care(reauthorize=True)

    async def _care(self, reauthorize: bool) -> None:
        known = await self._state.read(STATE)
        try:
            action, subscription, others = await self._maintain(known, reauthorize)
        except Exception as error:
            failure = error if isinstance(error, CallRecordsError) else unexpected(error)
            await self._state.write(STATE, {**known, "action": "failed", "error": str(failure), "at": self._now()})
            raise failure from None
        log.info("Subscription %s: %s, expires %s.", subscription.id, action, subscription.expires)
        outcome = {
            "action": action,
            "subscriptionId": subscription.id,
            "expires": subscription.expires.isoformat(),
            "notificationUrl": subscription.notification_url,
            "clientStateDigest": self._endpoint.digest,
            "formerIds": [other.id for other in others],
            "aliveAt": self._now(),
            "at": self._now(),
        }
        if subscription.id != known.get("subscriptionId") or "missedSince" in known:
            missed_since = known.get("missedSince", known.get("aliveAt"))
            # Remembered first: after a stop it would be taken for one with another secret.
            await self._state.write(STATE, {**outcome, "missedSince": missed_since})
            await self._gap_finder.over_gap(datetime.fromisoformat(missed_since) if missed_since else None)
        await self._state.write(STATE, outcome)
        for other in others:
            await self._delete(other)

    async def _maintain(self, known: JsonObject, reauthorize: bool) -> tuple[str, Subscription, list[Subscription]]:
        """What was done, the subscription that is live now, and others of this app's that are to go."""
        # Those that this app made for the URL it had before are its own as well.
        own_url = self._endpoint.notification_url
        own_ids = {known.get("subscriptionId"), *known.get("formerIds", ())}
        mine = [each for each in await self._graph.all() if each.notification_url == own_url or each.id in own_ids]
        usable = next((each for each in mine if self._is_usable(each, known)), None)
        if usable and not reauthorize and usable.expires - self._clock() > RENEW_BEFORE:
            action, kept = "kept", usable
        elif usable and (renewed := await self._renew(usable)):
            action, kept = "renewed", renewed
        else:
            action, kept = "recreated" if usable else "created", await self._create(known, mine)
        return action, kept, [each for each in mine if each.id != kept.id]

    def _is_usable(self, subscription: Subscription, known: JsonObject) -> bool:
        # Neither the secret nor a lifecycle URL can be changed later. Graph does not tell the secret: one that is not
        # remembered may have another.
        return (
            subscription.id == known.get("subscriptionId")
            and known["clientStateDigest"] == self._endpoint.digest
            and subscription.notification_url == self._endpoint.notification_url
            and subscription.lifecycle_url == self._endpoint.lifecycle_url
            and subscription.change_type == CHANGE_TYPE
        )

    async def _renew(self, subscription: Subscription) -> Subscription | None:
        try:
            return await self._graph.renew(subscription.id, self._clock() + LIFETIME)
        except NotFound:
            return None

    async def _create(self, known: JsonObject, twins: list[Subscription]) -> Subscription:
        # Where nothing can be remembered, each run would create another.
        await self._state.write(STATE, {**known, "action": "creating", "at": self._now()})
        target = self._endpoint
        wanted = target.notification_url, target.lifecycle_url, target.client_state
        try:
            return await self._graph.create(*wanted, self._clock() + LIFETIME)
        except Conflict:
            for twin in twins:
                await self._delete(twin)
            return await self._graph.create(*wanted, self._clock() + LIFETIME)

    async def _delete(self, subscription: Subscription) -> None:
        try:
            await self._graph.delete(subscription.id)
        except NotFound:
            return  # another run was as tidy, or Graph had lost it
        log.warning("Subscription %s has a successor or a twin and is deleted.", subscription.id)

    def _now(self) -> str:
        return self._clock().isoformat()
