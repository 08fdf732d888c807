"""What Graph asks of a subscription to call records: pure.

https://learn.microsoft.com/graph/api/resources/subscription and
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import ipaddress
from datetime import datetime, timedelta

from yarl import URL

from callrecords.graphtypes import JsonObject
from local.graph.errors import GraphError
from local.graph.odata import parse_instant

_LONGEST = timedelta(minutes=4_230)
_SHORTEST = timedelta(minutes=45)
# Teams resources need a lifecycleNotificationUrl beyond this.
_WITHOUT_LIFECYCLE_URL = timedelta(hours=1)
# Of one organisation, all its apps together.
QUOTA = 100
_RESOURCE = "communications/callRecords"

_REQUIRED = ("changeType", "notificationUrl", "resource", "expirationDateTime")
_TEXTS = (*_REQUIRED, "lifecycleNotificationUrl", "clientState", "latestSupportedTlsVersion")
_UPDATABLE = ("expirationDateTime", "notificationUrl")
_CHANGE_TYPES = {"created", "updated"}
_TLS_VERSIONS = (None, "v1_0", "v1_1", "v1_2", "v1_3")
_MOST_CLIENT_STATE = 128


def check_creation(body: JsonObject) -> None:
    """Raises GraphError 400 when `body` can't become a subscription, whatever its expiry."""
    for name in _REQUIRED:
        if not body.get(name):
            raise _invalid(f"Property '{name}' is required.")
    _check_values(body, (*_TEXTS, "includeResourceData"))
    if not set(body["changeType"].split(",")) <= _CHANGE_TYPES:
        raise _invalid(f"Property 'changeType' is '{body['changeType']}': callRecord has created and updated.")
    if body["resource"].removeprefix("/") != _RESOURCE:
        raise _invalid(f"Resource '{body['resource']}' is not served here: expected /{_RESOURCE}.")
    if len(body.get("clientState") or "") > _MOST_CLIENT_STATE:
        raise _invalid(f"Property 'clientState' is longer than {_MOST_CLIENT_STATE} characters.")
    if body.get("latestSupportedTlsVersion") not in _TLS_VERSIONS:
        raise _invalid(f"Property 'latestSupportedTlsVersion' is '{body['latestSupportedTlsVersion']}'.")
    if body.get("includeResourceData"):
        raise _invalid("Property 'includeResourceData' can't be true: callRecord has no rich notifications.")


def check_update(body: JsonObject) -> None:
    """Raises GraphError 400 when `body` is no change that a subscription allows, whatever its expiry."""
    if not body:
        raise _invalid(f"Expected one of {', '.join(_UPDATABLE)}.")
    _check_values(body, _UPDATABLE)


def expiry(text: str, now: datetime, has_lifecycle_url: bool) -> datetime:
    """When a subscription ends that is to end at `text`. Raises GraphError 400 when that is too late."""
    try:
        wanted, _ = parse_instant(text)
    except ValueError as error:
        raise _invalid(f"Property 'expirationDateTime' is malformed: {error}") from None
    if wanted > now + _LONGEST:
        raise _invalid("Subscription expiration can only be 4230 minutes in the future.")
    if wanted > now + _WITHOUT_LIFECYCLE_URL and not has_lifecycle_url:
        raise _invalid("Property 'lifecycleNotificationUrl' is required when the expiration is over 1 hour away.")
    return max(wanted, now + _SHORTEST)


def _invalid(message: str) -> GraphError:
    """For a subscription that breaks a rule."""
    return GraphError(400, "InvalidRequest", message)


def _check_values(body: JsonObject, names: tuple[str, ...]) -> None:
    for name, value in body.items():
        if name not in names:
            raise _invalid(f"Property '{name}' can't be given here: expected {', '.join(names)}.")
        if name in _TEXTS and not isinstance(value, str | None):
            raise _invalid(f"Property '{name}' is {value!r}: expected a string.")
        if name.endswith("Url") and value is not None:
            _check_url(name, value)


def _check_url(name: str, text: str) -> None:
    try:
        url = URL(text)
    except ValueError:
        raise _invalid(f"Property '{name}' is not a URL: '{text}'.") from None
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host or "")):
        raise _invalid(f"Property '{name}' is '{text}': expected an https URL.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
