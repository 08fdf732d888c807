"""The renewal of a subscription in a world of doubles: Graph's subscriptions, the state, the queue."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from callrecords.collect.subscription import SUBSCRIPTION, SubscriptionRenewal, SubscriptionState
from callrecords.errors import CallRecordsError, Conflict, NotFound
from callrecords.graphtypes import JsonObject
from callrecords.ports.subscriptions import NotificationTarget, Subscription
from tests.doubles import Clock, Queues, State
from tests.invented import CLIENT_STATE, NOW

NOTIFICATIONS = "https://calls.fabrikam.example/api/graph/notifications"
LIFECYCLE = "https://calls.fabrikam.example/api/graph/lifecycle"
HALF_A_MINUTE = timedelta(seconds=30)
TARGET = NotificationTarget(notification_url=NOTIFICATIONS, lifecycle_url=LIFECYCLE, client_state=CLIENT_STATE)
LIVE = Subscription(
    id="s-1",
    change_type="updated",
    notification_url=NOTIFICATIONS,
    lifecycle_url=LIFECYCLE,
    expires=NOW + timedelta(days=2, minutes=1),
)
AGEING = replace(LIVE, expires=NOW + timedelta(days=2))


@dataclass
class Graph:
    """Graph's subscriptions; those in `lost` are listed and not there, and `failing` names a failing request."""

    held: list[Subscription]
    lost: set[str] = field(default_factory=set)
    failing: dict[str, Exception] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    client_states: list[str] = field(default_factory=list)
    refuses_duplicates: bool = False

    def _request(self, name: str, subscription_id: str = "") -> None:
        self.requests.append(f"{name} {subscription_id}".rstrip())
        if name in self.failing:
            raise self.failing[name]
        if subscription_id in self.lost:
            raise NotFound("gone")

    async def all(self) -> list[Subscription]:
        self._request("list")
        return list(self.held)

    async def create(self, target: NotificationTarget, change_type: str, expires: datetime) -> Subscription:
        self._request("create")
        if self.refuses_duplicates and self.held:
            raise Conflict("Graph answered 409.")
        self.client_states.append(target.client_state)
        created = Subscription(
            id=f"s-new-{len(self.client_states)}",
            change_type=change_type,
            notification_url=target.notification_url,
            lifecycle_url=target.lifecycle_url,
            expires=expires,
        )
        self.held.append(created)
        return created

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription:
        self._request("renew", subscription_id)
        (found,) = (each for each in self.held if each.id == subscription_id)
        renewed = replace(found, expires=expires)
        self.held[self.held.index(found)] = renewed
        return renewed

    async def delete(self, subscription_id: str) -> None:
        self._request("delete", subscription_id)
        self.held = [each for each in self.held if each.id != subscription_id]


@dataclass
class Gaps:
    """Keeps from when on it was asked to reconcile; or fails."""

    reconciled: list[datetime] = field(default_factory=list)
    failure: CallRecordsError | None = None

    async def reconcile(self, alive_until: datetime) -> None:
        if self.failure:
            raise self.failure
        self.reconciled.append(alive_until)


class World:
    """The renewal of a subscription, with all that is around it."""

    def __init__(self, *held: Subscription, known: bool = True) -> None:
        """`known`: the app remembers the first of `held` as its own."""
        self.graph, self.state, self.clock = Graph(list(held)), State(), Clock()
        self.queues, self.gaps = Queues(self.clock), Gaps()
        self.renewal = self.renewal_for(TARGET)
        if known and held:
            remembered = SubscriptionState(
                action="kept", subscription_id=held[0].id, client_state_digest=TARGET.digest, at=self.clock()
            )
            self.state.hold(SUBSCRIPTION, remembered)

    def renewal_for(self, target: NotificationTarget) -> SubscriptionRenewal:
        """The renewal as a worker with other settings has it."""
        return SubscriptionRenewal(
            target=target,
            subscriptions=self.graph,
            state=self.state,
            reconcile_gap=self.gaps.reconcile,
            queue=self.queues.work,
            clock=self.clock,
        )

    @property
    def held_ids(self) -> list[str]:
        return [each.id for each in self.graph.held]

    @property
    def recorded(self) -> JsonObject:
        return self.state.items[SUBSCRIPTION.id]


async def renewed(*held: Subscription) -> World:
    """A world in which the app has recorded its subscription, half a minute ago."""
    world = World(*held)
    await world.renewal.on_schedule()
    world.clock.forward(HALF_A_MINUTE)
    world.graph.requests.clear()
    world.gaps.reconciled.clear()
    return world
