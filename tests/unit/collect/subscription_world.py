"""The care for a subscription in a world of doubles: Graph's subscriptions, the state, the gap finder, the queue."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from callrecords.collect.subscription import STATE, Endpoint, Subscription, SubscriptionCare
from callrecords.errors import CallRecordsError, Conflict, NotFound
from callrecords.graphtypes import JsonObject
from tests.doubles import Clock, Queues, State
from tests.invented import CLIENT_STATE, NOW

NOTIFICATIONS = "https://calls.fabrikam.example/api/graph/notifications"
LIFECYCLE = "https://calls.fabrikam.example/api/graph/lifecycle"
HALF_A_MINUTE = timedelta(seconds=30)
ENDPOINT = Endpoint(NOTIFICATIONS, LIFECYCLE, CLIENT_STATE)
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
    refuses_twins: bool = False

    def _request(self, name: str, subscription_id: str = "") -> None:
        self.requests.append(f"{name} {subscription_id}".rstrip())
        if name in self.failing:
            raise self.failing[name]
        if subscription_id in self.lost:
            raise NotFound("gone")

    async def all(self) -> list[Subscription]:
        self._request("list")
        return list(self.held)

    async def create(
        self, notification_url: str, lifecycle_url: str, client_state: str, expires: datetime
    ) -> Subscription:
        self._request("create")
        if self.refuses_twins and self.held:
            raise Conflict("Graph answered 409.")
        self.client_states.append(client_state)
        new_id = f"s-new-{len(self.client_states)}"
        created = Subscription(new_id, LIVE.change_type, notification_url, lifecycle_url, expires)
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
class GapFinder:
    """Keeps since when it was asked to look; or fails."""

    begun: list[datetime | None] = field(default_factory=list)
    failure: CallRecordsError | None = None

    async def over_gap(self, alive_until: datetime | None) -> None:
        if self.failure:
            raise self.failure
        self.begun.append(alive_until)


class World:
    """The care for a subscription, with all that is around it."""

    def __init__(self, *held: Subscription, known: bool = True) -> None:
        """`known`: the app remembers the first of `held` as its own."""
        self.graph, self.state, self.clock = Graph(list(held)), State(), Clock()
        self.queues, self.gap_finder = Queues(self.clock), GapFinder()
        self.care = self.care_for(ENDPOINT)
        if known and held:
            self.state.items[STATE] = {"subscriptionId": held[0].id, "clientStateDigest": ENDPOINT.digest}

    def care_for(self, endpoint: Endpoint) -> SubscriptionCare:
        """The care as a worker with other settings has it."""
        return SubscriptionCare(endpoint, self.graph, self.state, self.gap_finder, self.queues.work, self.clock)

    @property
    def held_ids(self) -> list[str]:
        return [each.id for each in self.graph.held]

    @property
    def recorded(self) -> JsonObject:
        return self.state.items[STATE]


async def cared_for(*held: Subscription) -> World:
    """A world in which the app has recorded its subscription, half a minute ago."""
    world = World(*held)
    await world.care.on_schedule()
    world.clock.forward(HALF_A_MINUTE)
    world.graph.requests.clear()
    world.gap_finder.begun.clear()
    return world
