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

    @property
    def is_hidden(self) -> bool:
        """Whether others may have the same id: the number is withheld, or its last digits are starred out."""
        return self.kind is Kind.PHONE and self.id is not None and (self.id.lower() == "anonymous" or "*" in self.id)


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
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# By the form of the id, whatever else is told: the group is the id in the form that it mostly has. Graph stars out the
# last digits of numbers in some countries. Ids of visitors and of personal accounts are told as those of users.
_FORMS = (
    (Kind.PHONE, re.compile(r"(?:4:|tel:|sip:)?(\+[0-9][0-9*]{1,19}|anonymous)(?:@.*|;.*)?", re.IGNORECASE)),
    (Kind.PHONE, re.compile(r"(?:4:|tel:)?([0-9][0-9*]{1,19})(?:;.*)?", re.IGNORECASE)),
    (Kind.USER, re.compile(rf"8:orgid:({_GUID.pattern})", re.IGNORECASE)),
    (Kind.ACS, re.compile(r"(8:(?:acs|spool):.*)", re.IGNORECASE)),
    (Kind.GUEST, re.compile(r"(?:8:)?(teamsvisitor:.*)", re.IGNORECASE)),
    (Kind.GUEST, re.compile(r"((?:8:)?live:.*)", re.IGNORECASE)),
    (Kind.APPLICATION, re.compile(r"(28:.*)", re.IGNORECASE)),
)


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
    if not any(text(identity.get(name)) for name in ("id", "displayName", "userPrincipalName", "tenantId")):
        identity = {}
    kind, deprecated = _chosen(as_object(endpoint.get("identity")))
    party = _party(kind, identity or deprecated)
    if known_kind := kinds.get(party.key or ""):
        return party._replace(kind=known_kind)
    if party.kind is Kind.UNKNOWN and not deprecated and party.tenant_id and _GUID.fullmatch(party.id or ""):
        return party._replace(kind=Kind.USER)
    return party if any(party[1:]) else None


def _chosen(identity_set: JsonObject) -> tuple[Kind, JsonObject]:
    """The identity of the set: the first by our kinds that tells something, or else the first that is there."""
    empty: tuple[Kind, JsonObject] | None = None
    for name, kind in _KINDS.items():
        if name in identity_set and isinstance(identity := identity_set[name], dict):
            if any(value for key, value in identity.items() if key != "@odata.type"):
                return kind, identity
            empty = empty or (kind, identity)
    return empty or (Kind.UNKNOWN, next((each for each in identity_set.values() if isinstance(each, dict)), {}))


def _party(kind: Kind, identity: JsonObject, other_id: str | None = None) -> Party:
    party_id = _lower_guid(text(identity.get("id")) or other_id)
    name = text(identity.get("userPrincipalName"))
    of_form, party_id = _by_form(party_id)
    if of_form:
        kind = of_form
    elif kind is Kind.UNKNOWN:
        kind = _TYPES.get((text(identity.get("@odata.type")) or "").rpartition(".")[2], Kind.UNKNOWN)
        if kind is Kind.UNKNOWN and name:
            kind = Kind.USER
    return Party(kind, party_id, text(identity.get("displayName")), name, _lower_guid(text(identity.get("tenantId"))))


def _by_form(party_id: str | None) -> tuple[Kind | None, str | None]:
    """The kind that the form of an id shows, if it shows any, and the id in the form that it mostly has."""
    if party_id is None or _GUID.fullmatch(party_id):
        return None, party_id
    for kind, form in _FORMS:
        if found := form.fullmatch(party_id):
            return kind, _lower_guid(found[1])
    return None, party_id


def _lower_guid(found: str | None) -> str | None:
    if not found or (lower := found.lower()) == found:  # nothing to change, whatever it is
        return found
    return lower if _GUID.fullmatch(found) else found
