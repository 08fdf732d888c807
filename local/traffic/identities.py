"""Parties as identities: https://learn.microsoft.com/graph/api/resources/communicationsidentityset."""

from callrecords.graphtypes import JsonObject
from local.traffic.people import Party

# All keys are sent, those that say nothing as null; some of them no documentation declares.
_DEPRECATED_SET = dict.fromkeys(
    (
        "acsUser",
        "spoolUser",
        "phone",
        "guest",
        "encrypted",
        "onPremises",
        "acsApplicationInstance",
        "spoolApplicationInstance",
        "applicationInstance",
        "application",
        "device",
        "user",
    )
)
_SET = {"endpointType": None, **_DEPRECATED_SET, "azureCommunicationServicesUser": None, "assertedIdentity": None}
_TYPES = {
    "user": "#microsoft.graph.userIdentity",
    "guest": "#microsoft.graph.communicationsGuestIdentity",
    "phone": "#microsoft.graph.communicationsPhoneIdentity",
    "acsUser": "#microsoft.graph.azureCommunicationServicesUserIdentity",
    "encrypted": "#microsoft.graph.communicationsEncryptedIdentity",
    "applicationInstance": "#microsoft.graph.communicationsApplicationInstanceIdentity",
}


def participant(party: Party) -> JsonObject:
    """The party as participant or organizer, the resources of participants_v2 and organizer_v2."""
    unit = party.administrative_unit
    return {
        "id": party.id,
        "identity": {**_SET, party.kind: _identity(party)},
        "administrativeUnitInfos": [{"id": unit}] if unit else [],
    }


def deprecated_identity_set(party: Party) -> JsonObject:
    """The party as the older properties organizer, participants and endpoint.identity have it."""
    return {**_DEPRECATED_SET, party.kind: _plain_identity(party)}


def associated_identity(party: Party) -> JsonObject:
    """The party as participantEndpoint.associatedIdentity has it."""
    if party.kind != "user":
        return _plain_identity(party)
    return {
        "@odata.type": "#microsoft.graph.callRecords.userIdentity",
        **_plain_identity(party),
        "userPrincipalName": party.user_principal_name,
    }


def _identity(party: Party) -> JsonObject:
    identity = _plain_identity(party)
    if party.kind in _TYPES:
        identity = {"@odata.type": _TYPES[party.kind], **identity}
    match party.kind:
        case "user":
            identity["userPrincipalName"] = party.user_principal_name
        case "guest":
            identity["email"] = None
        case "acsUser":
            identity["azureCommunicationServicesResourceId"] = party.clients[0].communication_service_id
    return identity


def _plain_identity(party: Party) -> JsonObject:
    return {"id": party.id, "displayName": party.display_name, "tenantId": party.tenant_id}
