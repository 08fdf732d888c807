"""Who took part in a call, who organised it, and how a fact row tells of them."""

from collections.abc import Iterable, Mapping, Sequence

from callrecords.callrecord import CallRecord
from callrecords.facts.parties import Kind, Party, identity_in, participant
from callrecords.graphtypes import JsonObject, as_object, known, objects, objects_of


def organizer(record: CallRecord) -> Party | None:
    """The organiser, who need not have taken part."""
    told = (
        participant(as_object(record.properties.get("organizer_v2"))),
        identity_in(as_object(record.properties.get("organizer"))),
    )
    return next((party for party in told if party.id or party.display_name), None)


def listed(record: CallRecord) -> list[Party]:
    """The participants in participants_v2, each as often as it is there."""
    return [participant(each) for each in objects_of(record.participants)]


def formerly_listed(record: CallRecord) -> list[Party]:
    """The participants in the deprecated list, which ends at 130."""
    return [identity_in(each) for each in objects(record.properties.get("participants"))]


def participants(record: CallRecord, in_list: Sequence[Party], at_ends: Iterable[Party]) -> list[Party]:
    """All participants, each once, by name: `in_list` are those in participants_v2. Where there are none, those in the
    deprecated list and at the ends of sessions."""
    return _distinct(in_list or [*formerly_listed(record), *(party for party in at_ends if party.key)])


def kinds(parties: Iterable[Party]) -> Mapping[str, Kind]:
    """The kinds that are known, by Party.key; a user is one, whatever else its id is told to be."""
    by_kind = sorted(parties, key=lambda party: party.kind)  # users last
    return {party.key: party.kind for party in by_kind if party.key and party.kind is not Kind.UNKNOWN}


def party_row(party: Party) -> JsonObject:
    """The party as a fact row has it. What is not known is left out."""
    return known(
        {
            "kind": party.kind,
            "id": party.id,
            "displayName": party.display_name,
            "userPrincipalName": party.user_principal_name,
            "tenantId": party.tenant_id,
        }
    )


def _distinct(parties: Iterable[Party]) -> list[Party]:
    """Each id once, with a name if one is told; one without an id is nobody else."""
    found: dict[str | int, Party] = {}
    by_name = sorted(parties, key=lambda party: (party.display_name or "", *(value or "" for value in party)))
    for place, party in enumerate(reversed(by_name)):
        found.setdefault(party.key or place, party)
    return [*reversed(found.values())]
