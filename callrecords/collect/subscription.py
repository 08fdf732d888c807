"""The use case that keeps exactly one live Graph subscription for this app's URL."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.documents import Document
from callrecords.errors import CallRecordsError, Conflict, NotFound, own
from callrecords.ports.state import State, StateKey
from callrecords.ports.subscriptions import NotificationTarget, Subscription, Subscriptions
from callrecords.queues.messages import SubscriptionMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

# `updated` brings the first version of a record and every later one; `created` only the first.
CHANGE_TYPE = "updated"

# Graph takes at most 4,230 minutes; what is kept back allows for clocks that differ.
LIFETIME = timedelta(minutes=4_230) - timedelta(minutes=10)
# Renewed when two of its nearly three days are left: many failed renewals fit in before it is too late.
RENEW_BEFORE = timedelta(days=2)
# Graph tries to deliver a notification for so long: one that it missed is of a call that it announced since then.
_DELIVERED_FOR = timedelta(hours=4)
# Lifecycle events of so short a time are about the same matter.
_SAME_MATTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class SubscriptionState(Document):
    """The subscription as the last renewal left it at `at`; after a failure, what was known before, and the failure.

    `missed_since` is there while the reconciliation of a gap is still to be started: the time from which on. The last
    renewal that changed the subscription began at `reauthorized_at`, the last reconciliation of a gap at `compared_at`.
    """

    action: Literal["creating", "created", "renewed", "recreated", "kept", "failed"]
    subscription_id: str | None = None
    expires: datetime | None = None
    notification_url: str | None = None
    client_state_digest: str | None = None
    former_ids: tuple[str, ...] = ()
    alive_at: datetime | None = None
    missed_since: datetime | None = None
    reauthorized_at: datetime | None = None
    compared_at: datetime | None = None
    error: str | None = None
    at: datetime


SUBSCRIPTION = StateKey("subscription", SubscriptionState)


@dataclass(frozen=True, kw_only=True)
class _Renewed:
    """What a renewal did, the subscription that is live now, and others of this app's that are to go."""

    action: Literal["created", "renewed", "recreated", "kept"]
    subscription: Subscription
    others: list[Subscription]


class SubscriptionRenewal:
    """Creates, renews and de-duplicates the subscription that posts to `target`.

    `reconcile_gap` is told until when the one before was alive.
    """

    def __init__(
        self,
        *,
        target: NotificationTarget,
        subscriptions: Subscriptions,
        state: State,
        reconcile_gap: Callable[[datetime], Awaitable[None]],
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._target = target
        self._subscriptions = subscriptions
        self._state = state
        self._reconcile_gap = reconcile_gap
        self._queue = queue
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def on_schedule(self) -> None:
        """Leaves one live subscription. A failure is recorded and logged: the next run tries again."""
        try:
            async with self._one_at_a_time:
                await self._renew(await self._state.read(SUBSCRIPTION), reauthorize=False)
        except CallRecordsError as error:
            log.error("%s", error)

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `subscriptions` queue, as WorkQueue.handle does: whatever its age and event, the
        subscription is renewed, unless it was since. `missed` has what Graph may have missed reconciled as well."""
        await self._queue.handle(SubscriptionMessage, text, tries, self._on_lifecycle_event)

    async def _on_lifecycle_event(self, message: SubscriptionMessage) -> None:
        async with self._one_at_a_time:
            known = await self._state.read(SUBSCRIPTION)
            told = f"Graph sent {message.event} for subscription {message.subscription_id or 'unknown'}"
            if known and _is_repeated(message, known):
                log.info("%s: that is done already.", told)
                return
            log.info("%s.", told)
            if known and message.event == "missed":
                last_told = self._clock() - _DELIVERED_FOR
                known = replace(known, missed_since=min(known.missed_since or known.alive_at or last_told, last_told))
            await self._renew(known, reauthorize=True)

    async def _renew(self, known: SubscriptionState | None, *, reauthorize: bool) -> None:
        began = self._clock()
        try:
            renewed = await self._renewed(known, reauthorize=reauthorize)
        except Exception as error:
            failure = own(error)
            await self._remember(known, "failed", error=str(failure))
            raise failure from None
        live = renewed.subscription
        log.info("Subscription %s: %s, expires %s.", live.id, renewed.action, live.expires)
        await self._remember_live(known, renewed, began)
        for other in renewed.others:
            await self._delete(other)

    async def _remember_live(self, known: SubscriptionState | None, renewed: _Renewed, began: datetime) -> None:
        """Remembers what is live, and has the gap before it reconciled if there may be one."""
        now = self._clock()
        outcome = SubscriptionState(
            action=renewed.action,
            subscription_id=renewed.subscription.id,
            expires=renewed.subscription.expires,
            notification_url=renewed.subscription.notification_url,
            client_state_digest=self._target.digest,
            former_ids=tuple(other.id for other in renewed.others),
            alive_at=now,
            reauthorized_at=began if renewed.action != "kept" else known.reauthorized_at if known else None,
            compared_at=known.compared_at if known else None,
            at=now,
        )
        if known is None or known.missed_since or renewed.subscription.id != known.subscription_id:
            last_alive = (known.missed_since or known.alive_at) if known else None
            missed_since = last_alive or now - GRAPH_KEEPS
            # Remembered first: after a stop it would be taken for one with another secret.
            await self._state.write(SUBSCRIPTION, replace(outcome, missed_since=missed_since))
            await self._reconcile_gap(missed_since)
            outcome = replace(outcome, compared_at=now)
        await self._state.write(SUBSCRIPTION, outcome)

    async def _renewed(self, known: SubscriptionState | None, *, reauthorize: bool) -> _Renewed:
        # Those that this app made for the URL it had before are its own as well.
        own_url = self._target.notification_url
        own_ids = {known.subscription_id, *known.former_ids} if known else set()
        own = [
            each for each in await self._subscriptions.all() if each.notification_url == own_url or each.id in own_ids
        ]
        usable = next((each for each in own if known and self._is_usable(each, known)), None)
        if usable and not reauthorize and usable.expires - self._clock() > RENEW_BEFORE:
            return _renewed("kept", usable, own)
        if usable and (extended := await self._extended(usable)):
            return _renewed("renewed", extended, own)
        return _renewed("recreated" if usable else "created", await self._create(known, own), own)

    def _is_usable(self, subscription: Subscription, known: SubscriptionState) -> bool:
        # Neither the secret nor a lifecycle URL can be changed later. Graph does not tell the secret: one that is not
        # remembered may have another.
        return (
            subscription.id == known.subscription_id
            and known.client_state_digest == self._target.digest
            and subscription.notification_url == self._target.notification_url
            and subscription.lifecycle_url == self._target.lifecycle_url
            and subscription.change_type == CHANGE_TYPE
        )

    async def _extended(self, subscription: Subscription) -> Subscription | None:
        try:
            return await self._subscriptions.renew(subscription.id, self._clock() + LIFETIME)
        except NotFound:
            return None

    async def _create(self, known: SubscriptionState | None, own: list[Subscription]) -> Subscription:
        # Where nothing can be remembered, each run would create another.
        await self._remember(known, "creating")
        try:
            return await self._subscriptions.create(self._target, CHANGE_TYPE, self._clock() + LIFETIME)
        except Conflict:
            for duplicate in own:
                await self._delete(duplicate)
            return await self._subscriptions.create(self._target, CHANGE_TYPE, self._clock() + LIFETIME)

    async def _remember(
        self, known: SubscriptionState | None, action: Literal["creating", "failed"], error: str | None = None
    ) -> None:
        """Remembers what is tried or has failed, beside what was known."""
        now = self._clock()
        outcome = replace(known, action=action, error=error, at=now) if known else None
        await self._state.write(SUBSCRIPTION, outcome or SubscriptionState(action=action, error=error, at=now))

    async def _delete(self, subscription: Subscription) -> None:
        try:
            await self._subscriptions.delete(subscription.id)
        except NotFound:
            return  # another run has deleted it, or Graph had lost it
        log.warning("Subscription %s has a successor or is a duplicate, and was deleted.", subscription.id)


def _renewed(
    action: Literal["created", "renewed", "recreated", "kept"], live: Subscription, own: list[Subscription]
) -> _Renewed:
    return _Renewed(action=action, subscription=live, others=[each for each in own if each.id != live.id])


def _is_repeated(message: SubscriptionMessage, known: SubscriptionState) -> bool:
    """Whether what the event asks for was done since it was sent, or was just being done."""
    if known.action == "failed" or known.missed_since:
        return False
    done_at = known.compared_at if message.event == "missed" else known.reauthorized_at
    # Not so for a subscription that Graph has removed after it was renewed.
    is_removed = message.event == "subscriptionRemoved" and message.subscription_id in (None, known.subscription_id)
    return done_at is not None and message.notified_at <= done_at + (timedelta() if is_removed else _SAME_MATTER)
