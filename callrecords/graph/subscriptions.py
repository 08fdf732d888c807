"""Graph's subscriptions for call records: list, create, renew, delete.

https://learn.microsoft.com/graph/api/resources/subscription
"""

from datetime import UTC, datetime

from msgraph.generated.models.subscription import Subscription as GraphSubscription

from callrecords.errors import Garbled
from callrecords.graph.client import GraphClient
from callrecords.graph.failures import graph_errors
from callrecords.graph.pages import elements
from callrecords.graphtypes import JsonObject
from callrecords.ports.subscriptions import NotificationTarget, Subscription

RESOURCE = "/communications/callRecords"

_WHAT = "Subscriptions"


class Subscriptions:
    """The subscriptions that this app's identity has in Graph. Every method raises the errors of GraphClient."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._builder = client.sdk.subscriptions

    async def all(self) -> list[Subscription]:
        """Every one on call records, of whatever URL."""
        page = await self._client.send(self._builder.to_get_request_information(), _WHAT)
        found = [each async for each in elements(self._client, page, "value", _WHAT)]
        return [_read(each, _WHAT) for each in found if _is_on_call_records(each)]

    async def create(self, target: NotificationTarget, change_type: str, expires: datetime) -> Subscription:
        """A new one; Graph has called both URLs before it answers."""
        wanted = GraphSubscription(
            change_type=change_type,
            resource=RESOURCE,
            notification_url=target.notification_url,
            lifecycle_notification_url=target.lifecycle_url,
            client_state=str(target.client_state),
            expiration_date_time=expires,
            latest_supported_tls_version="v1_2",
        )
        request = self._builder.to_post_request_information(wanted)
        return _read((await self._client.send(request, "Subscription")).document, "Subscription")

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription:
        """The subscription with a new expiry, which reauthorises it too."""
        what = f"Subscription {subscription_id}"
        item = self._builder.by_subscription_id(subscription_id)
        request = item.to_patch_request_information(GraphSubscription(expiration_date_time=expires))
        return _read((await self._client.send(request, what)).document, what)

    async def delete(self, subscription_id: str) -> None:
        """Ends the subscription."""
        with graph_errors(f"Subscription {subscription_id}"):
            await self._builder.by_subscription_id(subscription_id).delete()


def _is_on_call_records(subscription: JsonObject) -> bool:
    # The leading slash is optional there.
    return str(subscription.get("resource")).strip("/").lower() == RESOURCE.strip("/").lower()


def _read(subscription: JsonObject, what: str) -> Subscription:
    try:
        expires = datetime.fromisoformat(subscription["expirationDateTime"])
        subscription_id = subscription["id"]
    except (KeyError, TypeError, ValueError):
        raise Garbled(f"{what}: Graph's answer has no id or no expirationDateTime.") from None
    return Subscription(
        id=subscription_id,
        change_type=subscription.get("changeType"),
        notification_url=subscription.get("notificationUrl"),
        lifecycle_url=subscription.get("lifecycleNotificationUrl"),
        expires=expires if expires.tzinfo else expires.replace(tzinfo=UTC),
    )
