"""Who takes part in calls, out of the several ways in which Graph says so.

https://learn.microsoft.com/graph/api/resources/communicationsidentityset and
https://learn.microsoft.com/graph/api/resources/callrecords-participantendpoint
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from callrecords.graphtypes import JsonObject, as_object, text


class Kind(StrEnum):
    """What a party is. A guest is one who joined without an account; an acs is a user of Communication Services."""

    USER = "user"
    GUEST = "guest"
    PHONE = "phone"
    ACS = "acs"
    APPLICATION = "application"
    UNKNOWN = "unknown"


class Party(NamedTuple):
    """One who takes part in a call; the id of a telephone is its number. GUIDs are in lower case."""

    kind: Kind
    id: str | None
    display_name: str | None
    user_principal_name: str | None
    tenant_id: str | None

    @property
    def key(self) -> str | None:
        """The id in a form in which two spellings of one id are equal."""
        return self.id and self.id.lower()


# By the keys of an identity set, of which some are in no documentation.
_KINDS = {
    "user": Kind.USER,
    "phone": Kind.PHONE,
    "guest": Kind.GUEST,
    "acsUser": Kind.ACS,
    "azureCommunicationServicesUser": Kind.ACS,
    "application": Kind.APPLICATION,
    "applicationInstance": Kind.APPLICATION,
    "acsApplicationInstance": Kind.APPLICATION,
    "spoolApplicationInstance": Kind.APPLICATION,
}
# By the last part of @odata.type.
_TYPES = {
    "userIdentity": Kind.USER,
    "communicationsUserIdentity": Kind.USER,
    "communicationsPhoneIdentity": Kind.PHONE,
    "communicationsGuestIdentity": Kind.GUEST,
    "azureCommunicationServicesUserIdentity": Kind.ACS,
    "communicationsApplicationIdentity": Kind.APPLICATION,
    "communicationsApplicationInstanceIdentity": Kind.APPLICATION,
}
# Graph stars out the last digits of numbers in some countries.
_NUMBER = re.compile(r"\+?[0-9][0-9*]{1,19}")
_ACS_PREFIX = "8:acs:"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def participant(value: JsonObject) -> Party:
    """The party in a participant or an organizer, as participants_v2 and organizer_v2 have it."""
    kind, identity = _chosen(as_object(value.get("identity")))
    return _party(kind, identity, text(value.get("id")))


def identity_in(identity_set: JsonObject) -> Party:
    """The party in an identity set, as the deprecated properties have it."""
    return _party(*_chosen(identity_set))


def party_at(endpoint: JsonObject, kinds: Mapping[str, Kind]) -> Party | None:
    """The party at one end of a session, if any is told; `kinds` are those known by Party.key.

    An associatedIdentity does not tell of which kind it is; the deprecated identity beside it does. Where nothing does,
    an object of a tenant is a user.
    """
    identity = as_object(endpoint.get("associatedIdentity"))
    if kind := kinds.get((text(identity.get("id")) or "").lower()):
        return _party(kind, identity)
    kind, deprecated = _chosen(as_object(endpoint.get("identity")))
    party = _party(kind, identity or deprecated)
    if party.kind is Kind.UNKNOWN and not deprecated and party.tenant_id and _GUID.fullmatch(party.id or ""):
        return party._replace(kind=Kind.USER)
    return party if any(party[1:]) else None


def _chosen(identity_set: JsonObject) -> tuple[Kind, JsonObject]:
    for name, kind in _KINDS.items():
        if isinstance(identity := identity_set.get(name), dict):
            return kind, identity
    return Kind.UNKNOWN, next((each for each in identity_set.values() if isinstance(each, dict)), {})


def _party(kind: Kind, identity: JsonObject, other_id: str | None = None) -> Party:
    party_id = _lower_guid(text(identity.get("id")) or other_id)
    name = text(identity.get("userPrincipalName"))
    if kind is Kind.UNKNOWN:
        kind = _guessed(text(identity.get("@odata.type")) or "", party_id or "", name)
    return Party(kind, party_id, text(identity.get("displayName")), name, _lower_guid(text(identity.get("tenantId"))))


def _lower_guid(found: str | None) -> str | None:
    if not found or (lower := found.lower()) == found:  # nothing to change, whatever it is
        return found
    return lower if _GUID.fullmatch(found) else found


def _guessed(type_name: str, party_id: str, user_principal_name: str | None) -> Kind:
    if kind := _TYPES.get(type_name.rpartition(".")[2]):
        return kind
    if user_principal_name:
        return Kind.USER
    if _NUMBER.fullmatch(party_id):
        return Kind.PHONE
    return Kind.ACS if party_id.startswith(_ACS_PREFIX) else Kind.UNKNOWN
