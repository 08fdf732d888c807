"""Access tokens, as the managed identity of an App Service gets them.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.graphtypes import JsonObject
from local.graph.errors import invalid_token

_LIFETIME = timedelta(hours=1)
# The client id of the identity where the request for a token names none.
_SYSTEM_ASSIGNED = "5a5a5a5a-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Token:
    """Who may ask, at which service, until when."""

    client_id: str
    resource: str
    expires: datetime


class Tokens:
    """Issues tokens for any resource, and knows again those for `audience`."""

    def __init__(self, audience: str, clock: Callable[[], datetime]) -> None:
        self.audience = audience
        self._clock = clock
        self._issued: dict[str, Token] = {}

    def issue(self, resource: str, client_id: str | None) -> JsonObject:
        """The answer of the identity endpoint; `expires_on` is seconds since 1970, as a string."""
        access_token = f"local.{uuid.uuid4().hex}.token"
        token = Token(client_id or _SYSTEM_ASSIGNED, resource.rstrip("/"), self._clock() + _LIFETIME)
        self._issued[access_token] = token
        return {
            "access_token": access_token,
            "expires_on": str(int(token.expires.timestamp())),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": token.client_id,
        }

    def verify(self, authorization: str | None) -> Token:
        """The token in the Authorization header. Raises GraphError 401."""
        scheme, _, access_token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not access_token:
            raise invalid_token("Access token is empty.")
        token = self._issued.get(access_token)
        if token is None:
            raise invalid_token("IDX14100: JWT is not well formed, there are no dots (.).")
        if token.resource != self.audience:
            raise invalid_token("Access token validation failure. Invalid audience.")
        if token.expires <= self._clock():
            raise invalid_token("Lifetime validation failed, the token is expired.")
        return token
