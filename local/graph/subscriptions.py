"""Graph's subscriptions to call records: made, renewed, expired, gone."""

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from callrecords.graphtypes import JsonObject
from local.graph import subscription_rules as rules
from local.graph.errors import GraphError
from local.graph.handshake import validate_endpoint

# The service principal of every app: this organisation has only one that subscribes.
_CREATOR_ID = "5a5a5a5a-0000-4000-8000-000000000002"


@dataclass(frozen=True)
class Subscription:
    """A live subscription; `change_type` as it was given, one or both of created and updated."""

    id: str
    application_id: str
    resource: str
    change_type: str
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    tls_version: str
    expires: datetime

    def shown(self, with_client_state: bool = True) -> JsonObject:
        """The subscription resource."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.application_id,
            "changeType": self.change_type,
            "clientState": self.client_state if with_client_state else None,
            "notificationUrl": self.notification_url,
            "notificationQueryOptions": None,
            "notificationUrlAppId": None,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": self.expires.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "creatorId": _CREATOR_ID,
            "includeResourceData": None,
            "latestSupportedTlsVersion": self.tls_version,
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
        }


class Subscriptions:
    """The subscriptions of the organisation; endpoints get `handshake_seconds` to validate themselves."""

    def __init__(self, handshake_seconds: float, clock: Callable[[], datetime]) -> None:
        self._handshake_seconds = handshake_seconds
        self._clock = clock
        self._by_id: dict[str, Subscription] = {}

    def live(self) -> list[Subscription]:
        """Those that have not expired; an expired one is gone for good."""
        now = self._clock()
        for expired in [each for each in self._by_id.values() if each.expires <= now]:
            del self._by_id[expired.id]
        return list(self._by_id.values())

    def get(self, subscription_id: str) -> Subscription:
        """Raises GraphError 404."""
        for subscription in self.live():
            if subscription.id == subscription_id:
                return subscription
        raise GraphError(404, "ResourceNotFound", "The object was not found.")

    def delete(self, subscription_id: str) -> None:
        """Raises GraphError 404."""
        del self._by_id[self.get(subscription_id).id]

    async def create(self, body: JsonObject, application_id: str, authorize: Callable[[], None]) -> Subscription:
        """The new subscription. Both endpoints are validated before `authorize` may refuse, as Graph does it.

        Raises GraphError 400 and 403.
        """
        rules.check_creation(body)
        lifecycle_url = body.get("lifecycleNotificationUrl")
        expires = rules.expiry(body["expirationDateTime"], self._clock(), bool(lifecycle_url))
        for url in (body["notificationUrl"], lifecycle_url):
            if url:
                await validate_endpoint(url, self._handshake_seconds)
        authorize()
        if len(self.live()) >= rules.QUOTA:
            raise GraphError(403, "Forbidden", f"The organisation has {rules.QUOTA} subscriptions, its quota.")
        subscription = Subscription(
            id=str(uuid.uuid4()),
            application_id=application_id,
            resource=body["resource"],
            change_type=body["changeType"],
            notification_url=body["notificationUrl"],
            lifecycle_url=lifecycle_url,
            client_state=body.get("clientState"),
            tls_version=body.get("latestSupportedTlsVersion") or "v1_2",
            expires=expires,
        )
        self._by_id[subscription.id] = subscription
        return subscription

    async def update(self, subscription_id: str, body: JsonObject) -> Subscription:
        """The changed subscription; a new notificationUrl is validated. Raises GraphError 400 and 404."""
        subscription = self.get(subscription_id)
        rules.check_update(body)
        changed = subscription
        if text := body.get("expirationDateTime"):
            expires = rules.expiry(text, self._clock(), bool(subscription.lifecycle_url))
            changed = dataclasses.replace(changed, expires=expires)
        if url := body.get("notificationUrl"):
            await validate_endpoint(url, self._handshake_seconds)
            changed = dataclasses.replace(changed, notification_url=url)
        self.get(subscription_id)  # it may have ended during the handshake
        self._by_id[subscription_id] = changed
        return changed
