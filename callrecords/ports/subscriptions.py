"""Graph's subscriptions to call records (graph.subscriptions)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription to call records as Graph holds it."""

    id: str
    change_type: str | None
    notification_url: str | None
    lifecycle_url: str | None
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class NotificationTarget:
    """Where Graph is to post, and the secret that it is to repeat."""

    notification_url: str
    lifecycle_url: str
    client_state: str

    @property
    def digest(self) -> str:
        """Tells whether the secret is another one, without telling the secret."""
        return hashlib.sha256(self.client_state.encode()).hexdigest()[:16]


class Subscriptions(Protocol):
    """The subscriptions to call records that this app's identity has in Graph."""

    async def all(self) -> list[Subscription]: ...

    async def create(self, target: NotificationTarget, change_type: str, expires: datetime) -> Subscription: ...

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription: ...

    async def delete(self, subscription_id: str) -> None: ...
