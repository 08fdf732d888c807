"""Whole call records from their sessions: https://learn.microsoft.com/graph/api/resources/callrecords-callrecord."""

from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.identities import deprecated_identity_set, participant
from local.traffic.people import Party
from local.traffic.primitives import Span, date_time

# Graph cuts the deprecated list of participants there.
_DEPRECATED_PARTICIPANTS = 130


def call_record(
    rng: Random,
    call_id: str,
    call_type: str,
    span: Span,
    parties: list[Party],
    sessions: list[JsonObject],
    join_url: str | None = None,
) -> JsonObject:
    """The callRecord of a call that `parties[0]` organised, with sessions and participants_v2 complete.

    `version` and `lastModifiedDateTime` are for whoever publishes it to set. Every second record is without
    the properties that Microsoft is removing: organizer, participants, and identity of each endpoint.
    """
    record = {
        "id": call_id,
        "version": None,
        "type": call_type,
        "modalities": list(dict.fromkeys(name for session in sessions for name in session["modalities"])),
        "lastModifiedDateTime": None,
        "startDateTime": date_time(span.start),
        "endDateTime": date_time(span.end),
        "joinWebUrl": join_url,
        "organizer": deprecated_identity_set(parties[0]),
        "participants": [deprecated_identity_set(party) for party in parties[:_DEPRECATED_PARTICIPANTS]],
        "organizer_v2": participant(parties[0]),
        "sessions": sessions,
        "participants_v2": [participant(party) for party in parties],
    }
    if rng.random() < 0.5:
        _remove_deprecated(record)
    return record


def _remove_deprecated(record: JsonObject) -> None:
    del record["organizer"], record["participants"]
    for session in record["sessions"]:
        for leg in (session, *session["segments"]):
            for end in ("caller", "callee"):
                leg[end].pop("identity", None)  # a session shares its endpoints with its segments
