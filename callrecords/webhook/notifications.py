"""Parses and verifies what Graph posts to the webhook. Pure: nothing here reads the network or the clock.

Sources: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks and
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import hmac
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeGuard

import orjson

from callrecords.callrecord import CALL_ID
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject

MAX_BODY_BYTES = 256 * 1024
MAX_NOTIFICATIONS = 1_000

_LONGEST_NAME = 100

_GUID = CALL_ID  # ids of subscriptions are GUIDs as well
_RESOURCE = re.compile(r"/?communications/callRecords(?:/(?P<id>[^/?]+))?/?", re.IGNORECASE)


class NotACollection(CallRecordsError):
    """The body is not a change notification collection."""


class TooLarge(CallRecordsError):
    """The body is over a limit of the webhook."""


@dataclass(frozen=True)
class LifecycleEvent:
    """Graph says that a subscription has to be renewed, for example by `reauthorizationRequired`."""

    event: str
    subscription_id: str


@dataclass
class Notifications:
    """What one POST held: ids of changed calls, each once, in order; lifecycle events; drops by reason, and the
    subscriptions that these name."""

    call_ids: list[str] = field(default_factory=list)
    lifecycle_events: list[LifecycleEvent] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    dropped_for: set[str] = field(default_factory=set, compare=False)

    def drop(self, item: object, reason: str) -> None:
        """Counts a notification that is not taken."""
        self.dropped[reason] += 1
        subscription_id = item.get("subscriptionId") if isinstance(item, dict) else None
        if isinstance(subscription_id, str) and _GUID.fullmatch(subscription_id.lower()):
            self.dropped_for.add(subscription_id.lower())


def parse(body: bytes, tenant_id: str, client_states: tuple[str, ...]) -> Notifications:
    """The notifications in `body` that are for this tenant and carry one of `client_states`.

    Everything else is counted in `dropped` and is not an error: Graph has to be told that it arrived, or it would
    send it again for four hours. Raises NotACollection and TooLarge.
    """
    found = Notifications()
    for item in _collection(body):
        reason = _reject(item, tenant_id, client_states) or _take(item, found)
        if reason:
            found.drop(item, reason)
    found.call_ids = list(dict.fromkeys(found.call_ids))
    found.lifecycle_events = list(dict.fromkeys(found.lifecycle_events))
    return found


def _collection(body: bytes) -> list[object]:
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"The body has {len(body)} bytes; at most {MAX_BODY_BYTES} are accepted.")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotACollection("The body is not JSON.") from None
    items = document.get("value") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise NotACollection('The body is not a change notification collection: expected {"value": [...]}.')
    if len(items) > MAX_NOTIFICATIONS:
        raise TooLarge(f"The body has {len(items)} notifications; at most {MAX_NOTIFICATIONS} are accepted.")
    return items


def _reject(item: object, tenant_id: str, client_states: tuple[str, ...]) -> str | None:
    if not isinstance(item, dict):
        return "malformed"
    if not _is_known(item.get("clientState"), client_states):
        return "wrong clientState"
    if str(item.get("tenantId")).lower() != tenant_id:
        return "unknown tenant"
    return None


def _is_known(client_state: object, client_states: tuple[str, ...]) -> bool:
    given = client_state.encode(errors="replace") if isinstance(client_state, str) else b""
    # Each is compared, whatever the result of the one before, so that time tells nothing.
    matches = [hmac.compare_digest(given, known.encode()) for known in client_states]
    return any(matches)


def _take(item: object, found: Notifications) -> str | None:
    """Adds `item` to `found`, or returns why it can't be."""
    assert isinstance(item, dict)
    if item.get("lifecycleEvent") is not None:
        event, subscription_id = item["lifecycleEvent"], item.get("subscriptionId")
        if not _is_short_text(event) or not _is_short_text(subscription_id):
            return "malformed"
        found.lifecycle_events.append(LifecycleEvent(event, subscription_id))
        return None
    resource = _RESOURCE.fullmatch(str(item.get("resource")))
    if not resource:
        return "foreign resource"
    call_id = _call_id(item, resource["id"])
    if call_id is None:
        return "malformed"
    found.call_ids.append(call_id)
    return None


def _call_id(item: JsonObject, from_resource: str | None) -> str | None:
    data = item.get("resourceData")
    candidate = data.get("id") if isinstance(data, dict) else from_resource
    if isinstance(candidate, str) and CALL_ID.fullmatch(candidate.lower()):
        return candidate.lower()
    return None


def _is_short_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME
