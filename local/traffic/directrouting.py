"""Rows of calls over a trunk: https://learn.microsoft.com/graph/api/resources/callrecords-directroutinglogrow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.phonecalls import PhoneCall, PhoneRow, number_of, user_columns
from local.traffic.primitives import date_time, guid

SHAPES = ("one leg", "transfer", "forward", "transfer with a correlation of its own")

_UNSET = "0001-01-01T00:00:00Z"
# Of an SBC as of Microsoft (https://learn.microsoft.com/microsoftteams/troubleshoot/phone-system/direct-routing/).
_OUTBOUND_FAILURES = (
    (403, 560403, "Forbidden"),
    (484, 560484, "Address Incomplete"),
    (486, 560486, "Busy Here"),
    (504, 569002, "Server Time-out"),
)
_INBOUND_FAILURES = (
    (403, 510532, "Forbidden"),
    (404, 511404, "Not Found"),
    (480, 10037, "Temporarily Unavailable"),
)
# That of an emergency call speaks of an emergency user (the same place, on 500); these words are invented.
_NO_GATEWAY = "No gateway is available for the emergency user."
_TRUNKS = ("sbc1.fabrikam.example", "sbc2.fabrikam.example")
_DATA_CENTRES = ("USEA", "USWE", "EUNO")
_LEG_TYPES = {"transfer": "ByotOutUserTransfer", "forward": "ByotOutUserForwarding", SHAPES[3]: "ByotOutUserTransfer"}


def direct_routing_rows(rng: Random, call: PhoneCall, shape: str) -> Iterator[PhoneRow]:
    """The rows of a call. What its first leg has for correlationId is the id of its record; so have the others, but
    for a transfer with a correlation of its own, which transferorCorrelationId leads back."""
    if call.has_failed:
        yield _row(rng, call, "failed", _failed(rng, call, call.call_id))
        return
    if call.bot:
        yield _row(rng, call, "bot", _leg(rng, call, "ByotInUcap", None))
    yield _row(rng, call, shape, _leg(rng, call, "ByotIn" if call.is_inbound else "ByotOut", call.user))
    if shape in _LEG_TYPES:
        own = guid(rng) if shape == SHAPES[3] else call.call_id
        moved = {"correlationId": own, "transferorCorrelationId": None if own == call.call_id else call.call_id}
        onward = {"callerNumber": call.outside, "calleeNumber": f"+155501{rng.randrange(100):02}"}
        yield _row(rng, call, shape, _leg(rng, call, _LEG_TYPES[shape], call.user) | moved | onward)


def emergency_rows(rng: Random, call: PhoneCall, number: str) -> Iterator[PhoneRow]:
    """Two calls of the user for help: one that found no gateway, which its phrase tells, and which has no record; and
    then one that is a leg of this call, which nothing but its number tells."""
    tried = replace(call, start=call.start - timedelta(seconds=30), is_inbound=False)
    refused = _failed(rng, tried, guid(rng)) | {"calleeNumber": number, "trunkFullyQualifiedDomainName": ""}
    refused |= {"finalSipCode": 500, "callEndSubReason": 510544, "finalSipCodePhrase": _NO_GATEWAY}
    yield PhoneRow("directRouting", refused["id"], None, "emergency", (refused,))
    answered = _leg(rng, call, "ByotOut", call.user) | {"calleeNumber": number}
    yield PhoneRow("directRouting", answered["id"], call.call_id, "emergency", (answered,))


def call_without_record(rng: Random, like: PhoneCall) -> PhoneRow:
    """The row of a call that came to nothing, of which Graph has no record: by the same user, a while later."""
    row = _failed(rng, like, guid(rng))
    return PhoneRow("directRouting", row["id"], None, "without record", (row,))


def _row(rng: Random, call: PhoneCall, shape: str, row: JsonObject) -> PhoneRow:
    """Of one in eight the place of the media is told later."""
    contents = ({**row, "mediaPathLocation": ""}, row) if rng.random() < 0.125 else (row,)
    return PhoneRow("directRouting", row["id"], call.call_id, shape, contents)


def _leg(rng: Random, call: PhoneCall, call_type: str, user: JsonObject | None) -> JsonObject:
    """A leg that was connected, with the ends of the call."""
    invited = call.start - timedelta(seconds=rng.uniform(0.5, 5))
    ended = {"endDateTime": date_time(call.end), "duration": call.seconds, "successfulCall": True}
    outcome = {"finalSipCode": 0, "callEndSubReason": 540000, "finalSipCodePhrase": "BYE"}
    times = _times(invited, date_time(call.start), _UNSET)
    return _columns(rng, call, call_type, user) | times | ended | outcome


def _failed(rng: Random, call: PhoneCall, correlation_id: str) -> JsonObject:
    """A leg that came to nothing: nobody tells when it started, or it started with the invitation."""
    sip, reason, phrase = rng.choice(_INBOUND_FAILURES if call.is_inbound else _OUTBOUND_FAILURES)
    started = rng.choice((_UNSET, date_time(call.start)))
    failed = date_time(call.start + timedelta(seconds=rng.uniform(0.2, 20)))
    ended = {"endDateTime": _UNSET, "duration": 0, "successfulCall": False}
    outcome = {"finalSipCode": sip, "callEndSubReason": reason, "finalSipCodePhrase": phrase}
    row = _columns(rng, call, "ByotIn" if call.is_inbound else "ByotOut", call.user)
    return row | {"correlationId": correlation_id} | _times(call.start, started, failed) | ended | outcome


def _times(invited: datetime, started: str, failed: str) -> JsonObject:
    return {"inviteDateTime": date_time(invited), "startDateTime": started, "failureDateTime": failed}


def _columns(rng: Random, call: PhoneCall, call_type: str, user: JsonObject | None) -> JsonObject:
    """The columns that do not tell what became of the call. The user of a bot is empty, not null, and at times its
    number is a name."""
    own = user or call.bot or {}
    inside = number_of(own) if user or rng.random() < 0.5 else own["displayName"]
    ends = (call.outside, inside) if call.is_inbound else (inside, call.outside)
    return {
        "id": guid(rng),
        "correlationId": call.call_id,
        **user_columns(user, empty=""),
        "callType": call_type,
        "callerNumber": ends[0],
        "calleeNumber": ends[1],
        "mediaPathLocation": rng.choice(_DATA_CENTRES),
        "signalingLocation": rng.choice(_DATA_CENTRES),
        "trunkFullyQualifiedDomainName": rng.choice(_TRUNKS),
        "mediaBypassEnabled": rng.random() < 0.3,
        "transferorCorrelationId": None,
    }
