"""The two ends of sessions and segments, and the networks that they were on.

https://learn.microsoft.com/graph/api/resources/callrecords-endpoint and
https://learn.microsoft.com/graph/api/resources/callrecords-networkinfo
"""

from collections.abc import Mapping
from typing import NamedTuple

from callrecords.facts.parties import Kind, Party, party_at
from callrecords.graphtypes import JsonObject, as_object, text

_NOT_RATED = "notRated"
_NO_PLATFORM = (None, "unknown")


class Endpoint(NamedTuple):
    """One end: a party with its client, or a service of Teams, of which only the role is known. Of some nothing is.

    `client_version` is the applicationVersion, or else the header of the user agent, which has a version in it.
    `rating` is what the person answered after the call.
    """

    party: Party | None
    is_service: bool
    role: str | None
    platform: str | None
    product_family: str | None
    client_version: str | None
    rating: str | None

    @property
    def is_client(self) -> bool:
        """Whether its network is a party's own: that of a service or a telephone is not."""
        if self.is_service or (self.party and self.party.kind is Kind.PHONE):
            return False
        return self.party is not None or self.platform not in _NO_PLATFORM

    @property
    def is_participant(self) -> bool:
        """Whether its time in the call is a participant's: that of a recording bot or a call queue is not."""
        return not self.is_service and self.party is not None and self.party.kind is not Kind.APPLICATION


class Network(NamedTuple):
    """What one medium of a segment tells of the network at one end."""

    subnet: str | None
    reflexive_ip_address: str | None
    connection_type: str | None


def endpoint(properties: JsonObject, kinds: Mapping[str, Kind]) -> Endpoint:
    """The endpoint with these properties; `kinds` are those known by Party.key."""
    agent = as_object(properties.get("userAgent"))
    role = text(agent.get("role"))
    rating = text(as_object(properties.get("feedback")).get("rating"))
    return Endpoint(
        party=party_at(properties, kinds),
        is_service=bool(role) or (text(properties.get("@odata.type")) or "").endswith("serviceEndpoint"),
        role=role,
        platform=text(agent.get("platform")),
        product_family=text(agent.get("productFamily")),
        client_version=text(agent.get("applicationVersion")) or text(agent.get("headerValue")),
        rating=None if rating == _NOT_RATED else rating,
    )


def network(value: object) -> Network | None:
    """The network in a networkInfo, if that tells anything."""
    info = as_object(value)
    found = Network(text(info.get("subnet")), text(info.get("reflexiveIPAddress")), text(info.get("connectionType")))
    return found if any(found) else None
