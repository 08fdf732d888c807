"""Parses and verifies what Graph posts to the webhook. Pure: nothing here reads the network or the clock.

Sources: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks and
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import hmac
import json
import re
from collections import Counter
from dataclasses import dataclass, field

import orjson

from callrecords.callrecord import CALL_ID
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import as_object, text
from callrecords.queues.messages import LifecycleEvent

MAX_BODY_BYTES = 256 * 1024
MAX_NOTIFICATIONS = 1_000

# As Graph writes a resource, and as it may: with the service and its version before it, and the id as an OData key.
_RESOURCE = re.compile(
    r"(?:https://[^/?#]+/(?:v1\.0|beta))?/?communications/callRecords(?:/([^/?()']*)|\('([^']*)'\))?/?(?:\?.*)?",
    re.IGNORECASE,
)

_EVENTS: tuple[LifecycleEvent, ...] = ("missed", "subscriptionRemoved", "reauthorizationRequired")


class NotACollection(CallRecordsError):
    """The body is not a change notification collection."""


class TooLarge(CallRecordsError):
    """The body is over a limit of the webhook."""


@dataclass
class Notifications:
    """What one POST held: ids of changed calls, each once, in order; how many lifecycle events of each kind there were,
    and for which subscriptions, by their ids; drops by reason, and some of the subscriptions that these name."""

    call_ids: list[str] = field(default_factory=list)
    lifecycle_events: Counter[LifecycleEvent] = field(default_factory=Counter)
    subscription_ids: set[str] = field(default_factory=set)
    dropped: Counter[str] = field(default_factory=Counter)
    dropped_for: set[str] = field(default_factory=set, compare=False)

    def drop(self, item: object, reason: str) -> None:
        """Counts a notification that is not taken."""
        self.dropped[reason] += 1
        subscription_id = item.get("subscriptionId") if isinstance(item, dict) else None
        if isinstance(subscription_id, str) and CALL_ID.fullmatch(subscription_id.lower()):
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
    return found


def _collection(body: bytes) -> list[object]:
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"The body has {len(body)} bytes; at most {MAX_BODY_BYTES} are accepted.")
    document = _json(body)
    items = document.get("value") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise NotACollection('The body is not a change notification collection: expected {"value": [...]}.')
    if len(items) > MAX_NOTIFICATIONS:
        raise TooLarge(f"The body has {len(items)} notifications; at most {MAX_NOTIFICATIONS} are accepted.")
    return items


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body)  # takes a byte order mark, UTF-16, half of a surrogate pair and NaN
    except (ValueError, RecursionError):
        raise NotACollection("The body is not JSON.") from None


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
    event = item.get("lifecycleEvent")
    if event is not None:
        found.lifecycle_events[next((known for known in _EVENTS if known == event), "unknown")] += 1
        if subscription_id := _guid(item.get("subscriptionId")):
            found.subscription_ids.add(subscription_id)
        return None
    resource, data = text(item.get("resource")), as_object(item.get("resourceData"))
    is_call_record = _RESOURCE.fullmatch(resource) if resource else _is_type_of_call_record(data.get("@odata.type"))
    if not is_call_record:
        return "foreign resource"
    named = data.get("id"), _id_in(resource), _id_in(text(data.get("@odata.id")))
    call_id = next((call_id for each in named if (call_id := _guid(each))), None)
    if call_id is None:
        return "malformed"
    found.call_ids.append(call_id)
    return None


def _is_type_of_call_record(value: object) -> bool:
    return (text(value) or "").lower().endswith(".callrecord")


def _id_in(resource: str | None) -> str | None:
    found = _RESOURCE.fullmatch(resource or "")
    return found and (found[1] or found[2])


def _guid(value: object) -> str | None:
    found = (text(value) or "").lower()
    return found if CALL_ID.fullmatch(found) else None
