"""Graph's subscriptions for call records: list, create, renew, delete.

https://learn.microsoft.com/graph/api/resources/subscription
"""

from datetime import UTC, datetime

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.default_query_parameters import QueryParameters
from msgraph.generated.models.subscription import Subscription as GraphSubscription
from msgraph.generated.subscriptions.subscriptions_request_builder import SubscriptionsRequestBuilder

from callrecords.errors import Unreadable
from callrecords.graph.client import GraphClient, graph_errors
from callrecords.subscriptions import CHANGE_TYPE, RESOURCE, Subscription

_MAX_PAGES = 100


class Subscriptions:
    """The subscriptions that this app's identity has in Graph."""

    def __init__(self, client: GraphClient) -> None:
        self._builder = SubscriptionsRequestBuilder(client.adapter, {})

    async def all(self) -> list[Subscription]:
        """Every one, of whatever resource and URL. Raises the errors of `graph_errors`."""
        found: list[Subscription] = []
        with graph_errors("Subscriptions"):
            page = await self._builder.get(RequestConfiguration[QueryParameters]())  # type: ignore[arg-type]
            for _ in range(_MAX_PAGES):
                found += [_read(each) for each in (page and page.value) or []]
                if page is None or not page.odata_next_link:
                    return found
                page = await self._builder.with_url(page.odata_next_link).get()
        raise Unreadable(f"Subscriptions: Graph's pages do not end after {_MAX_PAGES}.")

    async def create(
        self, notification_url: str, lifecycle_url: str, client_state: str, expires: datetime
    ) -> Subscription:
        """A new one; Graph has called both URLs before it answers. Raises the errors of `graph_errors`."""
        wanted = GraphSubscription(
            change_type=CHANGE_TYPE,
            resource=RESOURCE,
            notification_url=notification_url,
            lifecycle_notification_url=lifecycle_url,
            client_state=str(client_state),
            expiration_date_time=expires,
            latest_supported_tls_version="v1_2",
        )
        with graph_errors("Subscription"):
            created = await self._builder.post(wanted)
        if created is None:
            raise Unreadable("Subscription: Graph's answer to its creation is empty.")
        return _read(created)

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription:
        """The subscription with a new expiry, which reauthorises it too. Raises the errors of `graph_errors`."""
        with graph_errors(f"Subscription {subscription_id}"):
            item = self._builder.by_subscription_id(subscription_id)
            renewed = await item.patch(GraphSubscription(expiration_date_time=expires))
        if renewed is None:
            raise Unreadable(f"Subscription {subscription_id}: Graph's answer to its renewal is empty.")
        return _read(renewed)

    async def delete(self, subscription_id: str) -> None:
        """Ends the subscription. Raises the errors of `graph_errors`."""
        with graph_errors(f"Subscription {subscription_id}"):
            await self._builder.by_subscription_id(subscription_id).delete()


def _read(subscription: GraphSubscription) -> Subscription:
    expires = subscription.expiration_date_time
    if not subscription.id or expires is None:
        raise Unreadable("Subscription: Graph's answer has no id or no expirationDateTime.")
    return Subscription(
        id=subscription.id,
        resource=(subscription.resource or "").lstrip("/"),
        change_type=subscription.change_type or "",
        notification_url=subscription.notification_url or "",
        lifecycle_url=subscription.lifecycle_notification_url,
        expires=expires if expires.tzinfo else expires.replace(tzinfo=UTC),
    )
