"""The two ends of a session: participants with their clients, and services.

https://learn.microsoft.com/graph/api/resources/callrecords-participantendpoint
"""

from dataclasses import dataclass
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.clients import Client
from local.traffic.identities import associated_identity, deprecated_identity_set
from local.traffic.networks import Connection, client_connection, service_connection
from local.traffic.people import Party

_UNKNOWN_CLIENT = Client(platform="unknown", header_value=None, product_family="unknown")
_TELEPHONE_ROLES = ("mediationServer", "gateway")
_FEEDBACK_TOKENS = (
    "NoSound",
    "OtherNoSound",
    "Echo",
    "Noisy",
    "LowVolume",
    "Stopped",
    "DistortedSound",
    "Interruptions",
)
_FEEDBACK_TEXTS = (None, None, "Ton abgehackt, Bild gut.", "could not hear the room", "Écho pendant toute la réunion")


@dataclass(frozen=True)
class End:
    """One end of a session. `client` is None where no client reports: services and telephones."""

    endpoint: JsonObject
    connection: Connection
    client: Client | None = None
    telephone: bool = False


def participant_end(rng: Random, party: Party) -> End:
    """`party` on one of its clients; a telephone has none."""
    if not party.clients:
        return End(_endpoint(party, _UNKNOWN_CLIENT, None), service_connection(rng), telephone=True)
    client = party.clients[0] if rng.random() < 0.8 else party.clients[-1]
    connection = client_connection(rng, client)
    return End(_endpoint(party, client, _feedback(rng, connection.conditions.poor)), connection, client)


def service_end(rng: Random, role: str) -> End:
    """A service of Teams, of which Graph tells the role alone."""
    endpoint = {
        "@odata.type": "#microsoft.graph.callRecords.serviceEndpoint",
        "userAgent": {
            "@odata.type": "#microsoft.graph.callRecords.serviceUserAgent",
            "headerValue": None,
            "applicationVersion": None,
            "role": role,
        },
    }
    return End(endpoint, service_connection(rng), telephone=role in _TELEPHONE_ROLES)


def _endpoint(party: Party, client: Client, feedback: JsonObject | None) -> JsonObject:
    return {
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "name": client.name,
        "cpuName": client.cpu_name,
        "cpuCoresCount": client.cpu_cores,
        "cpuProcessorSpeedInMhz": client.cpu_mhz,
        "userAgent": client.user_agent,
        "identity": deprecated_identity_set(party),
        "associatedIdentity": associated_identity(party),
        "feedback": feedback,
    }


def _feedback(rng: Random, poor: bool) -> JsonObject | None:
    """What the person answered after the call: mostly not asked, or no answer."""
    if rng.random() >= 0.12:
        return rng.choice((None, {"text": None, "rating": "notRated", "tokens": {}}))
    (rating,) = rng.choices(
        ("bad", "poor", "fair", "good", "excellent"), (30, 30, 20, 15, 5) if poor else (2, 5, 13, 40, 40)
    )
    if rating in ("good", "excellent"):
        return {"text": None, "rating": rating, "tokens": {}}
    tokens = {token: rng.random() < 0.2 for token in _FEEDBACK_TOKENS}
    return {"text": rng.choice(_FEEDBACK_TEXTS), "rating": rating, "tokens": tokens}
