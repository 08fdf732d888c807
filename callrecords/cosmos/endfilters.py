"""What a search asks of one endpoint, as conditions of a Cosmos query and as a test of an endpoint at hand: pure.

All conditions are of the same endpoint: a client, which is neither a telephone nor an application. Those on networks
are of the same network. The index does not serve conditions on endpoints, so the fields of the call that it serves are
asked as well. Where these say all that is asked, they are enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callrecords.ports.callrow import EndpointRow, NetworkRow, VerdictName

_NO_CLIENTS = ("phone", "application")

# By the names of the parameters: what is asked of the call, of its endpoint `e` and of the endpoint's network `n`.
_OF_CALL = {
    "platform": "ARRAY_CONTAINS(c.platforms, @platform)",
    "clientVersion": "ARRAY_CONTAINS(c.clientVersions, @clientVersion)",
    "connectionType": "ARRAY_CONTAINS(c.connectionTypes, @connectionType)",
    "publicAddress": "ARRAY_CONTAINS(c.publicAddresses, @publicAddress)",
    "subnet": "ARRAY_CONTAINS(c.subnets, @subnet)",
    "rating": 'ARRAY_CONTAINS(c.ratings, {"rating": @rating}, true)',
}
_OF_ENDPOINT = {
    "platform": "e.platform = @platform",
    "clientVersion": "e.clientVersion = @clientVersion",
    "device": " OR ".join(
        f"EXISTS(SELECT VALUE d FROM d IN e.{devices} WHERE CONTAINS(d, @device, true))"  # noqa: S608 - names
        for devices in ("captureDevices", "renderDevices", "cameras")
    ),
    "rating": "e.rating = @rating",
    "quality": "e.quality = @quality",
    "failed": "e.failed = @failed",
}
_OF_NETWORK = {
    "connectionType": "n.connectionType = @connectionType",
    "publicAddress": "n.publicAddress = @publicAddress",
    "subnet": "n.subnet = @subnet",
}

# The names of all parameters that speak of an endpoint.
OF_AN_END = ("user", *_OF_ENDPOINT, *_OF_NETWORK)


@dataclass(frozen=True, kw_only=True)
class EndFilters:
    """What one endpoint must have, in the form in which rows have it; None is not asked for.

    `user` is in lower case: an id, or a user principal name, which has an @. `device` is a part of the name of a
    microphone, loudspeaker or camera, in any case.
    """

    user: str | None = None
    platform: str | None = None
    client_version: str | None = None
    connection_type: str | None = None
    public_address: str | None = None
    subnet: str | None = None
    device: str | None = None
    rating: str | None = None
    quality: VerdictName | None = None
    failed: bool | None = None

    @property
    def values(self) -> Mapping[str, object]:
        """What is asked for, by the name of its parameter."""
        told = {
            "user": self.user,
            "platform": self.platform,
            "clientVersion": self.client_version,
            "connectionType": self.connection_type,
            "publicAddress": self.public_address,
            "subnet": self.subnet,
            "device": self.device,
            "rating": self.rating,
            "quality": self.quality,
            "failed": self.failed,
        }
        return {name: value for name, value in told.items() if value is not None}

    @property
    def of_call(self) -> list[str]:
        """Conditions on a row `c` that every call meets which has such an endpoint."""
        return [
            *self._of_people,
            *(condition for name, condition in _OF_CALL.items() if name in self.values),
        ]

    @property
    def of_endpoint(self) -> str | None:
        """The condition that a row `c` has such an endpoint; None where `of_call` says it all."""
        if self._is_said_of_call:
            return None
        networks = [condition for name, condition in _OF_NETWORK.items() if name in self.values]
        conditions = [
            f"NOT ARRAY_CONTAINS([{', '.join(map('"{}"'.format, _NO_CLIENTS))}], e.who.kind)",
            *([self._of_user] if self.user else []),
            *(f"({condition})" for name, condition in _OF_ENDPOINT.items() if name in self.values),
            *networks,
        ]
        source = "e IN c.endpoints JOIN n IN e.networks" if networks else "e IN c.endpoints"
        return f"EXISTS(SELECT VALUE e FROM {source} WHERE {' AND '.join(conditions)})"  # noqa: S608 - parameters

    def are_met_by(self, endpoint: EndpointRow) -> bool:
        """Whether the endpoint has all that is asked for: the same as `of_endpoint` says."""
        return endpoint["who"]["kind"] not in _NO_CLIENTS and all(self._met_by(endpoint))

    def _met_by(self, endpoint: EndpointRow) -> Iterator[bool]:
        who = endpoint["who"]
        if self.user:
            yield self.user == (who.get("userPrincipalName", "") if self._is_by_name else who.get("id", "")).lower()
        if self.device:
            names = (
                *endpoint.get("captureDevices", ()),
                *endpoint.get("renderDevices", ()),
                *endpoint.get("cameras", ()),
            )
            yield any(self.device.lower() in name.lower() for name in names)
        yield self.platform in (None, endpoint.get("platform"))
        yield self.client_version in (None, endpoint.get("clientVersion"))
        yield self.rating in (None, endpoint.get("rating"))
        yield self.quality in (None, endpoint["quality"])
        yield self.failed in (None, endpoint["failed"])
        if _OF_NETWORK.keys() & self.values.keys():
            yield any(map(self._is_on, endpoint.get("networks", ())))

    def _is_on(self, network: NetworkRow) -> bool:
        return (
            self.connection_type in (None, network.get("connectionType"))
            and self.public_address in (None, network.get("publicAddress"))
            and self.subnet in (None, network.get("subnet"))
        )

    @property
    def _is_by_name(self) -> bool:
        return self.user is not None and "@" in self.user

    @property
    def _of_user(self) -> str:
        name = "userPrincipalName" if self._is_by_name else "id"
        return f"STRINGEQUALS(e.who.{name}, @user, true)"

    @property
    def _of_people(self) -> Iterator[str]:
        """The conditions on the call that come of user, quality and failed: of an id it tells whose end was poor."""
        is_by_id = self.user is not None and not self._is_by_name
        is_poor, has_failed = self.quality == "poor", self.failed is True
        if is_by_id and is_poor:
            yield "ARRAY_CONTAINS(c.poorUserIds, @user)"
        elif is_poor:
            yield "c.affectedEndpoints > 0"
        if is_by_id and has_failed:
            yield "ARRAY_CONTAINS(c.failedUserIds, @user)"
        elif has_failed or (self.failed is False and len(self.values) == 1):
            yield "c.failed = @failed"
        if self._is_by_name:
            yield "ARRAY_CONTAINS(c.userPrincipalNames, @user)"
        elif is_by_id and not (is_poor or has_failed):
            yield "ARRAY_CONTAINS(c.userIds, @user)"

    @property
    def _is_said_of_call(self) -> bool:
        """Whether no more is asked than one field of the call says."""
        match sorted(self.values):
            case []:
                return True
            case ["quality"]:
                return self.quality == "poor"
            case ["quality", "user"]:
                return self.quality == "poor" and not self._is_by_name
            case ["failed", "user"]:
                return self.failed is True and not self._is_by_name
            case [name]:
                return name != "device"
        return False
