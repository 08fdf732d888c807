"""Who took part in a call, and when: each once, over all devices. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from callrecords.callrecord import CallRecord
from callrecords.facts.endpoints import Endpoint
from callrecords.facts.intervals import Interval, seconds, union
from callrecords.facts.parties import Kind, Party, identity_in, participant
from callrecords.graphtypes import JsonObject, as_object, distinct, known, objects, objects_of, utc
from callrecords.ports.callrow import PartyRow, PersonRow


class Person(NamedTuple):
    """One who took part, with all the time in the call, and that in sessions of each modality; `at_endpoints` are the
    mentions at endpoints."""

    party: Party
    intervals: tuple[Interval, ...]
    by_modality: Mapping[str, tuple[Interval, ...]]
    at_endpoints: Sequence[Party]

    @property
    def is_human(self) -> bool:
        """Whether it is no application, such as a recording bot, an attendant or a queue."""
        return self.party.kind is not Kind.APPLICATION


def organizer(record: CallRecord) -> Party | None:
    """The organiser, who need not have taken part."""
    said = (
        participant(as_object(record.properties.get("organizer_v2"))),
        identity_in(as_object(record.properties.get("organizer"))),
    )
    return next((party for party in said if party.id or party.display_name), None)


def listed(record: CallRecord) -> list[Party]:
    """The participants that the record lists; the deprecated list, which ends at 130, only where there is no other."""
    whole = [participant(each) for each in objects_of(record.participants)]
    return whole or [identity_in(each) for each in objects(record.properties.get("participants"))]


def kinds(parties: Iterable[Party]) -> Mapping[str, Kind]:
    """The kinds that are known, by Party.key; a user is one, whatever else its id is told to be."""
    by_kind = sorted(parties, key=lambda party: party.kind)  # users last
    return {party.key: party.kind for party in by_kind if party.key and party.kind is not Kind.UNKNOWN}


def people(parties: Sequence[Party], endpoints: Iterable[Endpoint]) -> list[Person]:
    """Those who are listed and those at endpoints, by name. One without an id is nobody else.

    Of whom an endpoint tells nothing may be any of the others: that endpoint adds nobody, and no time to anybody.
    """
    mentions: dict[str | int, list[Party]] = {}
    stays: dict[str | int, list[tuple[Party, Endpoint]]] = {}
    listed_as = Counter[str | None]()
    sessions_of: dict[str | None, dict[int, int]] = {}  # of a party's key, their places by id
    for number, party in enumerate(parties):
        mentions.setdefault(_name_of(party, listed_as[party.key]) or number, []).append(party)
        listed_as[party.key] += 1
    for number, endpoint in enumerate(endpoints, len(parties)):
        if there := endpoint.end.party:
            places = sessions_of.setdefault(there.key, {})
            place = places.setdefault(id(endpoint.session), len(places))
            stays.setdefault(_name_of(there, place) or number, []).append((there, endpoint))
    found = [_person(mentions.get(key, []), stays.get(key, [])) for key in {**mentions, **stays}]
    return sorted(found, key=lambda person: (person.party.display_name or "", *_texts(person.party), person.intervals))


def _name_of(party: Party, place: int) -> str | None:
    """What tells a party from others: of those who hide their number, the first listed is the first in a session."""
    return f"{party.key} {place}" if party.is_hidden else party.key


def people_fields(people: Sequence[Person], organized_by: Party | None, tenant_id: str) -> JsonObject:
    """What the row of a call of the tenant says of all its people together.

    `externalUserIds` are the users whom nothing tells to be of the tenant.
    """
    humans = [each for each in people if each.is_human]
    users = [each.party for each in humans if each.party.kind is Kind.USER]
    phones = [each.party.id for each in humans if each.party.kind is Kind.PHONE]
    if organized_by and organized_by.kind is Kind.PHONE:
        phones.append(organized_by.id)
    modalities = {name for each in humans for name in each.by_modality}
    return {
        "participantCount": len(humans),
        "participantSeconds": _sum(each.intervals for each in humans),
        "secondsByModality": {
            name: _sum(each.by_modality.get(name, ()) for each in humans) for name in sorted(modalities)
        },
        "userIds": distinct(user.key for user in users),
        "externalUserIds": distinct(user.key for user in users if user.tenant_id != tenant_id),
        "userPrincipalNames": distinct((user.user_principal_name or "").lower() for user in users),
        "phoneNumbers": distinct(phones),
    }


def whole_party(party: Party, people: Mapping[str, Party]) -> Party:
    """The party at an endpoint, with what the record tells of it elsewhere; `people` are those of the call by key.

    One of unknown kind is taken for no telephone or application: its streams were counted as those of a client.
    """
    known_as = people.get(party.key or "")
    if known_as is None or party.is_hidden:
        return party
    is_known = party.kind is not Kind.UNKNOWN or known_as.kind in (Kind.PHONE, Kind.APPLICATION)
    kind = party.kind if is_known else known_as.kind
    return Party(kind, party.id, *(own or other for own, other in zip(party[2:], known_as[2:], strict=True)))


def party_row(party: Party) -> PartyRow:
    """The party as a row has it."""
    return cast(
        "PartyRow",
        known(
            {
                "kind": party.kind,
                "id": party.id,
                "displayName": party.display_name,
                "userPrincipalName": party.user_principal_name,
                "tenantId": party.tenant_id,
            }
        ),
    )


def person_row(person: Person) -> PersonRow:
    """The person as a row has it, without the tenant and the user principal name that an endpoint tells."""
    times: JsonObject = {}
    if person.intervals:
        times = {
            "joined": utc(person.intervals[0].start),
            "left": utc(person.intervals[-1].end),
            "seconds": seconds(person.intervals),
        }
    row: JsonObject = {**party_row(person.party), **times}
    for name, told in (("userPrincipalName", "user_principal_name"), ("tenantId", "tenant_id")):
        if any(getattr(each, told) == row.get(name) for each in person.at_endpoints):
            row.pop(name, None)
    return cast("PersonRow", row)


def _person(listed_as: Sequence[Party], stays: Sequence[tuple[Party, Endpoint]]) -> Person:
    by_modality: dict[str, list[Interval]] = {}
    intervals = []
    for _, endpoint in stays:
        intervals += endpoint.intervals
        for modality in endpoint.session.modalities:
            by_modality.setdefault(modality, []).extend(endpoint.intervals)
    at_endpoints = [party for party, _ in stays]
    by_time = {name: union(each) for name, each in by_modality.items()}
    return Person(_together([*listed_as, *at_endpoints]), union(intervals), by_time, at_endpoints)


def _together(mentions: Sequence[Party]) -> Party:
    """What the mentions of one party tell together. Names may differ between them: the first by the alphabet counts."""
    if len(mentions) == 1:
        return mentions[0]
    by_name = sorted(mentions, key=lambda each: (each.display_name or "", *_texts(each)))
    kind = min((each.kind for each in mentions), key=lambda kind: (kind is Kind.UNKNOWN, kind is not Kind.USER, kind))
    told = (next(filter(None, values), None) for values in zip(*(each[1:] for each in by_name), strict=True))
    return Party(kind, *told)


def _sum(times: Iterable[Sequence[Interval]]) -> float:
    return round(sum(map(seconds, times)), 3)


def _texts(party: Party) -> list[str]:
    return [value or "" for value in party]
