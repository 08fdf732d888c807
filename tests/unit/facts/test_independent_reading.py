"""The rows of a day of calls against a reader of their own, which knows nothing of the code of the facts.

It reads the records as Graph has them: who received which poor stream by the rules of
https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard, and who was there for how
long. It knows of such records only as much as those of the generator need.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from local.traffic import generate
from tests.generated import call_record
from tests.invented import TENANT

CALLS = {
    call.call_id: call.versions[-1].record
    for call in generate(seed=11, calls=200, day=date(2026, 3, 4), tenant_id=TENANT)
}
ROWS = {call_id: fact_row(call_record(record), TENANT) for call_id, record in CALLS.items()}


def kinds(record: JsonObject) -> dict[str, str]:
    """By the id of each participant which kind of identity it has."""
    return {
        each["id"]: next(name for name in each["identity"] if each["identity"][name])
        for each in record["participants_v2"]
    }


def person_at(end: JsonObject) -> str | None:
    """The id of who is at an end; None where a service is."""
    identity = end.get("associatedIdentity") or {}
    person: str | None = identity.get("id")
    return person


def duration(value: str | None) -> float:
    return float(value.removeprefix("PT").removesuffix("S")) if value else 0


def is_poor(label: str, stream: JsonObject, is_received_by_service: bool) -> bool:
    """Whether the rules of audio, video and video-based screen sharing call the stream poor."""
    frame_loss, frame_rate = stream["averageVideoFrameLossPercentage"], stream["averageVideoFrameRate"]
    if label == "main-audio":
        is_measured = (stream["packetUtilization"] or 0) > 500
        is_bad = duration(stream["averageRoundTripTime"]) > 0.5 or duration(stream["averageJitter"]) > 0.03
        return is_measured and (is_bad or (stream["averagePacketLossRate"] or 0) > 0.1)
    if label == "main-video":
        if frame_loss is not None:
            return bool(frame_loss > 50)
        if frame_rate is not None:
            return bool(frame_rate < 7)
        return (stream["postForwardErrorCorrectionPacketLossRate"] or 0) > 0.15
    if label == "applicationsharing-video":
        if is_received_by_service or stream["videoCodec"] == "h264s":
            return frame_rate is not None and frame_rate < 1
        return frame_loss is not None and frame_loss > 50
    return False


def poor_persons(record: JsonObject) -> set[str]:
    """Who received a poor stream on a client of their own."""
    found = set()
    for session in record["sessions"]:
        for segment in session["segments"]:
            for media in segment["media"]:
                for stream in media["streams"]:
                    side = "callee" if stream["streamDirection"] == "callerToCallee" else "caller"
                    person = person_at(segment[side])
                    if is_poor(media["label"], stream, person is None) and person:
                        found.add(person)
    return {person for person in found if kinds(record)[person] not in ("phone", "applicationInstance", "application")}


def seconds_of_persons(record: JsonObject) -> dict[str, float]:
    """How long each person was there: by the moments at which somebody comes or goes, one after the other."""
    stays: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for session in record["sessions"]:
        start, end = (datetime.fromisoformat(session[name]) for name in ("startDateTime", "endDateTime"))
        for side in ("caller", "callee"):
            if person := person_at(session[side]):
                stays[person].append((start, end))
    found = {}
    for person, times in stays.items():
        moments = sorted({moment for stay in times for moment in stay})
        there = timedelta()
        for start, end in pairwise(moments):
            if any(came <= start and end <= left for came, left in times):
                there += end - start
        found[person] = there.total_seconds()
    return found


def test_there_is_enough_to_compare() -> None:
    pairs = [(call_id, person) for call_id, record in CALLS.items() for person in poor_persons(record)]
    assert len(pairs) > 50
    assert len({call_id for call_id, _ in pairs}) > 20
    in_poor_calls = sum(len(seconds_of_persons(CALLS[call_id])) for call_id in {call_id for call_id, _ in pairs})
    assert len(pairs) < in_poor_calls  # else the grain of a whole call would do


@pytest.mark.parametrize("call_id", CALLS)
def test_a_call_was_poor_for_those_who_received_it_so_and_for_no_others(call_id: str) -> None:
    record, row = CALLS[call_id], ROWS[call_id]
    expected = poor_persons(record)
    by_endpoint = {
        each["who"].get("id")
        for each in row["endpoints"]
        if each["quality"] == "poor" and each["who"]["kind"] not in ("phone", "application")
    }
    assert by_endpoint == expected
    assert {*row["poorUserIds"]} == {person for person in expected if kinds(record)[person] == "user"}
    assert (row["affectedEndpoints"] > 0) == bool(expected)


@pytest.mark.parametrize("call_id", CALLS)
def test_everybody_was_there_for_as_long_as_the_sessions_tell(call_id: str) -> None:
    record, row = CALLS[call_id], ROWS[call_id]
    expected = seconds_of_persons(record)
    found: dict[Any, float] = {each.get("id"): each["seconds"] for each in row["participants"] if "seconds" in each}
    assert found == pytest.approx(expected, abs=0.001)
    humans = {person for person in expected if not kinds(record)[person].lower().startswith("application")}
    assert row["participantSeconds"] == pytest.approx(sum(expected[each] for each in humans), abs=0.001 * len(expected))
