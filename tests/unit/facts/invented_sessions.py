"""Invented pieces of call records: sessions, their ends, media and streams, as Graph has them."""

from typing import Any, cast

from callrecords.callrecord import CallRecord
from callrecords.facts.reading import Call, read
from callrecords.facts.row import fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, OTHER_CALL, START, TENANT

MIRA, JONAS = "0a11b22c-1111-4222-8333-444455556666", "5d77e88f-2222-4333-8444-555566667777"
CEM = "6e88f990-3333-4444-8555-666677778888"
NUMBER = "+15550123"
TO_CALLEE, TO_CALLER = "callerToCallee", "calleeToCaller"
END = "2026-03-04T11:00:03Z"
"""Of the calls that have one: an hour after their start."""

POOR_AUDIO: JsonObject = {"packetUtilization": 501, "averageJitter": "PT0.045S"}
GOOD_AUDIO: JsonObject = {"packetUtilization": 501, "averageJitter": "PT0.007S"}
SILENT_AUDIO: JsonObject = {"packetUtilization": 12, "averageJitter": "PT0.007S"}

SERVICE: JsonObject = {
    "@odata.type": "#microsoft.graph.callRecords.serviceEndpoint",
    "userAgent": {"role": "skypeForBusinessAudioVideoMcu"},
}
QUEUE: JsonObject = {**SERVICE, "userAgent": {"role": "skypeForBusinessCallQueues"}}
MAILBOX: JsonObject = {**SERVICE, "userAgent": {"role": "voicemail"}}
# As services really come at times: as a client of which nothing is known.
SILENT_SERVICE: JsonObject = {
    "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
    "userAgent": {
        "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
        "platform": "unknown",
        "productFamily": "unknown",
    },
}

OFFICE: JsonObject = {"connectionType": "wired", "subnet": "10.20.3.0", "reflexiveIPAddress": "203.0.113.9"}
HOME: JsonObject = {"connectionType": "wifi", "subnet": "192.168.178.0", "reflexiveIPAddress": "203.0.113.77"}

LOST = {"stage": "midcall", "reason": "The client lost its network."}
BUSY = {"stage": "callSetup", "reason": "The called number was busy."}


def record(*sessions: JsonObject, participants_v2: list[JsonObject] | None = None, **properties: object) -> CallRecord:
    """A call record of these sessions and participants."""
    own = {"id": CALL, "version": 1, "startDateTime": START, **properties}
    return CallRecord(call_id=CALL, version=1, properties=own, sessions=[*sessions], participants=participants_v2 or [])


def row_of(*sessions: JsonObject, participants_v2: list[JsonObject] | None = None, **properties: object) -> JsonObject:
    """The fact row of a call record of these sessions and participants."""
    return cast("JsonObject", fact_row(record(*sessions, participants_v2=participants_v2, **properties), TENANT))


def call_of(*sessions: JsonObject, participants_v2: list[JsonObject] | None = None, **properties: object) -> Call:
    """The same, read."""
    return read(record(*sessions, participants_v2=participants_v2, **properties), Profile.CURRENT)


def session(*segments: JsonObject, **properties: object) -> JsonObject:
    """A session of an invented id with two ends of which nothing is known, unless told otherwise."""
    return {"id": OTHER_CALL, "caller": {}, "callee": {}, "segments": [*segments], **properties}


def segment(*media: JsonObject, **properties: object) -> JsonObject:
    """A segment, which says nothing of its ends unless told otherwise."""
    return {"media": [*media], **properties}


def audio(*streams: JsonObject, **properties: object) -> JsonObject:
    """A media of audio."""
    return {"label": "main-audio", "streams": [*streams], **properties}


def to_callee(stream: JsonObject, **properties: object) -> JsonObject:
    """The stream from the caller to the callee."""
    return {**stream, "streamDirection": TO_CALLEE, **properties}


def to_caller(stream: JsonObject, **properties: object) -> JsonObject:
    """The stream from the callee to the caller."""
    return {**stream, "streamDirection": TO_CALLER, **properties}


def times(start: str, end: str) -> JsonObject:
    """When a session or segment of the invented call began and ended, told by minutes and seconds such as 00:30."""
    return {"startDateTime": f"2026-03-04T10:{start}Z", "endDateTime": f"2026-03-04T10:{end}Z"}


def client(user_id: str, platform: str = "windows", **properties: object) -> JsonObject:
    """A participantEndpoint of one user."""
    return {
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "associatedIdentity": {"id": user_id, "userPrincipalName": f"{user_id[:4]}@fabrikam.example"},
        "userAgent": {"platform": platform, "productFamily": "teams"},
        **properties,
    }


def telephone(number: str = NUMBER) -> JsonObject:
    """A participantEndpoint of a telephone, whose network is that of a gateway."""
    return {
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "associatedIdentity": {"id": number},
        "userAgent": {"platform": "unknown", "productFamily": "unknown"},
    }


def user(user_id: str, name: str | None = None, **identity: object) -> JsonObject:
    """A user as participant or organizer."""
    return {"id": user_id, "identity": {"user": {"id": user_id, "displayName": name, **identity}}}


def at(value: Any, path: str) -> Any:
    """What stands at a path such as `endpoints.0.who.kind`; None where it is missing."""
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
