"""The fact row of a call, derived from its record: pure. docs/schemas/calls.schema.json tells of every field."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from callrecords.callrecord import CallRecord
from callrecords.facts.callquality import audio_by_subnet, poor_streams, quality
from callrecords.facts.details import details
from callrecords.facts.endpointrows import endpoint_row
from callrecords.facts.farends import impairing
from callrecords.facts.intervals import interval, seconds, told
from callrecords.facts.meetings import thread_id
from callrecords.facts.outcomes import is_client, outcome
from callrecords.facts.packing import ROW_BYTES, packed
from callrecords.facts.people import party_row, people_fields, person_row
from callrecords.facts.reading import Call, read
from callrecords.facts.sessions import Session
from callrecords.facts.streamquality import Profile
from callrecords.facts.voice.row import voice
from callrecords.graphtypes import JsonObject, distinct, moment, text, texts, utc
from callrecords.ports.callrow import CallRow, EndpointRow

FACTS_VERSION = 1
"""Of the rules by which rows are derived: raised whenever the same record comes to another row."""


class Rules(NamedTuple):
    """How rows are derived: how streams are classified, and whether rows have what people wrote about calls."""

    profile: Profile = Profile.CURRENT
    with_words: bool = False


def fact_row(
    record: CallRecord,
    tenant_id: str,
    former_days: Iterable[str] = (),
    rules: Rules = Rules(),  # noqa: B008 - a constant
    row_bytes: int = ROW_BYTES,
) -> CallRow:
    """The item of the `calls` container: one a call, under the UTC day on which the call started.

    `former_days`: the other days on which earlier versions started. A row that would have more than `row_bytes` packs
    its endpoints too, and says so. Records that differ only in the order of sessions, segments and participants have
    equal rows. Raises Unreadable where startDateTime is not a time; all else may be missing or malformed.
    """
    call = read(record, rules.profile)
    sessions, streams, at_ends = [session for session, _, _ in call.sessions], call.streams, call.endpoints
    endpoints = _endpoints(call, rules)
    row: JsonObject = {
        "id": record.call_id,
        "tenantId": tenant_id,
        "day": record.day,
        "formerDays": sorted(former_days),
        "callId": record.call_id,
        "version": record.version,
        "caveats": list(record.caveats),
        "factsVersion": FACTS_VERSION,
        "qualityProfile": rules.profile.value,
        **_call_fields(record.properties, sessions),
        "organizer": party_row(call.organized_by) if call.organized_by else None,
        **people_fields(call.people, call.organized_by, tenant_id),
        **_client_fields(endpoints),
        **outcome(sessions, endpoints),
        "poorStreams": poor_streams(streams),
        "quality": quality(streams),
        "audioBySubnet": audio_by_subnet(at_ends),
        "voice": voice(record, tenant_id, sessions=sessions, persons=call.people, organized_by=call.organized_by),
    }
    row = {name: value for name, value in row.items() if value is not None}
    persons = [person_row(each) for each in call.people]
    return cast("CallRow", packed(row, persons, endpoints, details(call.sessions), row_bytes))


def _endpoints(call: Call, rules: Rules) -> list[EndpointRow]:
    by = impairing(call.endpoints)
    people = {key: each.party for each in call.people if (key := each.party.key)}
    return [
        endpoint_row(each, by.get(each.endpoint_id), people, with_words=rules.with_words) for each in call.endpoints
    ]


def _call_fields(properties: JsonObject, sessions: Sequence[Session]) -> JsonObject:
    start, end = properties.get("startDateTime"), told(properties.get("endDateTime"))
    duration = interval(told(start), end)
    tests = {item.is_test for session in sessions for item in session.items}
    join_url = text(properties.get("joinWebUrl"))
    return {
        "type": text(properties.get("type")),
        "modalities": distinct(texts(properties.get("modalities"))),
        "startDateTime": utc(moment(start)),
        "endDateTime": utc(end),
        "lastModifiedDateTime": utc(told(properties.get("lastModifiedDateTime"))),
        "durationSeconds": seconds([duration]) if duration else None,
        "isTest": True if True in tests else False if False in tests else None,
        "joinWebUrl": join_url,
        "threadId": thread_id(join_url),
    }


def _client_fields(endpoints: Iterable[EndpointRow]) -> JsonObject:
    """The clients and networks of all endpoints together."""
    clients = [each for each in endpoints if is_client(each)]
    networks = [network for each in clients for network in each.get("networks", ())]
    return {
        "platforms": distinct(each.get("platform") for each in clients),
        "clientVersions": distinct(each.get("clientVersion") for each in clients),
        "connectionTypes": distinct(each.get("connectionType") for each in networks),
        "subnets": distinct(each.get("subnet") for each in networks),
        "publicAddresses": distinct(each.get("publicAddress") for each in networks),
    }
