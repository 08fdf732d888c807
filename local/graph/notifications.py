"""The payloads of notifications, with the oddities that Graph's own have. No version is in them.

https://learn.microsoft.com/graph/changenotifications-for-callrecords and
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from datetime import UTC

from callrecords.graphtypes import JsonObject
from local.graph.subscriptions import Subscription


def change_notification(subscription: Subscription, tenant_id: str, change_type: str, call_id: str) -> JsonObject:
    """One element of a changeNotificationCollection."""
    resource = f"communications/callRecords/{call_id}"
    expires = subscription.expires.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "subscriptionId": subscription.id,
        "clientState": subscription.client_state,
        "changeType": change_type,
        "resource": resource,
        "subscriptionExpirationDateTime": expires,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.callrecord",
            "@odata.id": resource,
            "id": call_id,
        },
        "tenantId": tenant_id,
    }


def lifecycle_notification(subscription: Subscription, tenant_id: str, event: str) -> JsonObject:
    """One element of a collection for the lifecycleNotificationUrl."""
    expires = subscription.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    return {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": expires,
        "tenantId": tenant_id,
        "clientState": subscription.client_state,
        "lifecycleEvent": event,
    }
