"""Checks the signature that every request carries.

https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from local.cosmos.errors import unauthorized

# The account key that every emulator of Cosmos DB has: https://learn.microsoft.com/azure/cosmos-db/emulator
KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="


def authorize(method: str, path: Sequence[str], headers: Mapping[str, str]) -> None:
    """Raises 401 unless the request, to the unquoted segments of `path`, is signed with `KEY`."""
    header = unquote(headers.get("authorization", ""))
    fields = dict(field.split("=", 1) for field in header.split("&") if "=" in field)
    if fields.get("type") != "master":
        raise unauthorized("The authorization header is missing, or not one made with an account key.")
    signature = _signature(method, path, headers.get("x-ms-date", ""))
    if not hmac.compare_digest(signature.encode(), fields.get("sig", "").encode()):
        raise unauthorized("The input authorization token can't serve the request: it has the wrong signature.")


def authorization(method: str, path: Sequence[str], date: str) -> str:
    """The authorization header of a request with `date` in its x-ms-date header."""
    return quote(f"type=master&ver=1.0&sig={_signature(method, path, date)}", safe="")


def _signature(method: str, path: Sequence[str], date: str) -> str:
    resource_type, link = _signed_resource(path)
    text = f"{method.lower()}\n{resource_type}\n{link}\n{date.lower()}\n\n"
    digest = hmac.digest(base64.b64decode(KEY), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _signed_resource(path: Sequence[str]) -> tuple[str, str]:
    """The resource's type and link; those of a feed are the type of what it holds, and its owner."""
    match path:
        case ["offers", offer_id]:  # has no name, and what goes by its resource id is signed in lower case
            return "offers", offer_id.lower()
        case [*container, "operations", _]:
            return "colls", "/".join(container)
        case [*owner, feed] if len(path) % 2:
            return feed, "/".join(owner)
        case [*_, resource_type, _]:
            return resource_type, "/".join(path)
    return "", ""
