"""The fact row of a call, derived from its record: pure. docs/schemas/calls.schema.json tells of every field."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from callrecords.callrecord import CallRecord
from callrecords.facts.callquality import audio_by_subnet, poor_reasons, quality
from callrecords.facts.endpoints import Endpoint
from callrecords.facts.legrows import leg_rows
from callrecords.facts.legs import SIDES, Leg, leg, seconds_between
from callrecords.facts.participants import formerly_listed, kinds, listed, organizer, participants, party_row
from callrecords.facts.parties import Kind, Party
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject, moment, objects_of, text, texts, utc

# The most that a row has of these lists. Where there was more, the row says so: `participantsCapped` and so on.
CAPS = {
    "participants": 100,
    "userIds": 5_000,
    "ownUserIds": 5_000,
    "userPrincipalNames": 5_000,
    "phoneNumbers": 5_000,
    "clientVersions": 50,
    "subnets": 300,
    "audioBySubnet": 300,
    "reflexiveIPAddresses": 300,
    "failures": 50,
    "legs": 100,
}


def fact_row(
    record: CallRecord, tenant_id: str, former_days: Iterable[str] = (), profile: Profile = Profile.CURRENT
) -> JsonObject:
    """The item of the `calls` container: one a call, in the partition of the UTC day on which the call started.

    `former_days`: the other days on which earlier versions started. `profile`: how streams are classified. Records that
    differ only in the order of sessions, each of which has its own id, and of participants have equal rows. Raises
    Unreadable where startDateTime is not a time; all else may be missing or malformed.
    """
    in_list = listed(record)  # once: most of a long list is compressed
    known_kinds = kinds([*(in_list or formerly_listed(record)), *filter(None, [organizer(record)])])
    legs = [leg(session, known_kinds, profile) for session in objects_of(record.sessions)]
    return {
        "id": record.call_id,
        "tenantId": tenant_id,
        "day": record.day,
        "formerDays": sorted(former_days),
        "callId": record.call_id,
        "version": record.version,
        "caveats": list(record.caveats),
        **_call(record.properties, legs),
        **_people(record, tenant_id=tenant_id, in_list=in_list, legs=legs),
        **_clients(legs),
        **_networks(legs),
        **_outcome(legs),
        "qualityProfile": profile,
        "quality": quality(legs),
        "poorReasons": poor_reasons(legs),
        "legs": leg_rows(legs, CAPS["legs"]),
        "legsCapped": len(legs) > CAPS["legs"],
        "legCount": len(legs),
    }


def _call(properties: JsonObject, legs: Sequence[Leg]) -> JsonObject:
    start, end = moment(properties.get("startDateTime")), moment(properties.get("endDateTime"))
    tests = {each.is_test for each in legs}
    return {
        "type": text(properties.get("type")),
        "modalities": _distinct(texts(properties.get("modalities"))),
        "startDateTime": utc(start),
        "endDateTime": utc(end),
        "lastModifiedDateTime": utc(moment(properties.get("lastModifiedDateTime"))),
        "durationSeconds": seconds_between(start, end),
        "isTest": True if True in tests else False if False in tests else None,
    }


def _people(record: CallRecord, *, tenant_id: str, in_list: Sequence[Party], legs: Sequence[Leg]) -> JsonObject:
    organized_by = organizer(record)
    at_ends = [end.party for end in _ends(legs) if end.party]
    took_part = participants(record, in_list, at_ends)
    everyone = [*took_part, *at_ends]
    users = [party for party in everyone if party.kind is Kind.USER]
    phones = [party for party in (*everyone, organized_by) if party and party.kind is Kind.PHONE]
    return {
        "organizer": party_row(organized_by) if organized_by else None,
        **_capped("participants", [party_row(party) for party in took_part]),
        "participantCount": len(took_part),
        "participantSeconds": _participant_seconds(legs),
        **_capped("userIds", _distinct(user.key for user in users)),
        **_capped("ownUserIds", _distinct(user.key for user in users if user.tenant_id == tenant_id)),
        **_capped("userPrincipalNames", _distinct((user.user_principal_name or "").lower() for user in users)),
        **_capped("phoneNumbers", _distinct(phone.id for phone in phones)),
    }


def _participant_seconds(legs: Iterable[Leg]) -> float:
    """A leg counts once for each end that is a participant."""
    taken = [leg.duration for leg in legs for side in SIDES if leg.endpoints[side][0].is_participant]
    return round(math.fsum(filter(None, taken)), 3)


def _clients(legs: Sequence[Leg]) -> JsonObject:
    clients = [end for end in _ends(legs) if end.is_client]
    return {
        "platforms": _distinct(client.platform for client in clients),
        "productFamilies": _distinct(client.product_family for client in clients),
        **_capped("clientVersions", _distinct(client.client_version for client in clients)),
    }


def _networks(legs: Sequence[Leg]) -> JsonObject:
    networks = [network for leg in legs for side in SIDES for network in leg.networks[side]]
    audio = audio_by_subnet(legs)
    subnets = dict.fromkeys([*(each["subnet"] for each in audio), *_distinct(network.subnet for network in networks)])
    return {
        "connectionTypes": _distinct(network.connection_type for network in networks),
        **_capped("subnets", [*subnets]),
        **_capped("reflexiveIPAddresses", _distinct(network.reflexive_ip_address for network in networks)),
        **_capped("audioBySubnet", audio),
    }


def _outcome(legs: Sequence[Leg]) -> JsonObject:
    failures = Counter(failure for leg in legs for failure in leg.failures)
    ratings = Counter(rating for leg in legs for side in SIDES if (rating := leg.rating(side)))
    by_stage = sorted(failures, key=lambda failure: [-failures[failure], *(value or "" for value in failure)])
    return {
        "failed": bool(failures),
        **_capped("failures", [{**failure._asdict(), "legCount": failures[failure]} for failure in by_stage]),
        "feedbackRatings": [{"rating": rating, "count": ratings[rating]} for rating in sorted(ratings)],
    }


def _ends(legs: Iterable[Leg]) -> list[Endpoint]:
    return [end for leg in legs for side in SIDES for end in leg.endpoints[side]]


def _distinct(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _capped(name: str, values: Sequence[object]) -> JsonObject:
    return {name: values[: CAPS[name]], f"{name}Capped": len(values) > CAPS[name]}
