"""The rows of large meetings: what is plain, what is packed, and that nothing is cut in silence."""

from datetime import date
from functools import cache

import orjson
import pytest

from callrecords.facts.details import unpack
from callrecords.facts.packing import ROW_BYTES
from callrecords.facts.row import fact_row
from callrecords.facts.streamcolumns import streams_of
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow
from local.traffic import large_meeting
from tests.generated import call_record
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import SERVICE, client, session, user
from tests.unit.facts.invented_sessions import record as invented_record

MOST_BYTES_OF_AN_ITEM = 2 * 1024 * 1024


@cache
def meeting(sessions: int) -> JsonObject:
    return large_meeting(7, sessions, date(2026, 3, 4), TENANT)


@cache
def row(sessions: int) -> CallRow:
    return fact_row(call_record(meeting(sessions)), TENANT)


def test_a_meeting_of_300_endpoints_has_a_row_of_less_than_700_kilobytes() -> None:
    assert len(orjson.dumps(row(300))) < 700_000


@pytest.mark.parametrize("sessions", [300, 700])
def test_up_to_700_endpoints_are_plain_and_whole(sessions: int) -> None:
    found = row(sessions)
    assert found["packing"] == "details"
    assert len(found["endpoints"]) == found["endpointCount"] == sessions
    assert len(found["participants"]) == found["participantCount"] == len(meeting(sessions)["participants_v2"])
    assert len(orjson.dumps(found)) <= ROW_BYTES


def test_of_more_endpoints_all_are_packed_and_all_are_there() -> None:
    whole, found = meeting(1_000), row(1_000)
    packed = unpack(found["details"])
    assert found["packing"] == "endpointsAndDetails"
    assert not {"participants", "endpoints"} & found.keys()
    assert len(packed["endpoints"]) == len(packed["clients"]) == found["endpointCount"] == 1_000
    assert len(packed["participants"]) == found["participantCount"] == len(whole["participants_v2"])
    streams = sum(
        len(media["streams"]) for each in whole["sessions"] for part in each["segments"] for media in part["media"]
    )
    assert sum(1 for _ in streams_of(packed["streams"])) == streams
    users = {each["id"] for each in whole["participants_v2"] if each["identity"]["user"]}
    assert {*found["userIds"]} == users


def test_a_meeting_of_5000_sessions_and_5000_participants_is_one_item_that_says_how_it_is_packed() -> None:
    whole = meeting(1_000)
    names = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(5_000)]
    sessions, participants = [], []
    for number, name in enumerate(names):
        model = whole["sessions"][number % 1_000]
        mira = client(name, name=f"LT-{number}")
        segments = [{**part, "id": name, "caller": mira} for part in model["segments"]]
        sessions.append(
            session(*segments, **{**model, "segments": segments, "id": name, "caller": mira, "callee": SERVICE})
        )
        participants.append(user(name, f"Person {number}", userPrincipalName=f"person.{number}@fabrikam.example"))
    found = fact_row(invented_record(*sessions, participants_v2=participants), TENANT)
    assert len(orjson.dumps(found)) <= ROW_BYTES < MOST_BYTES_OF_AN_ITEM
    assert (found["endpointCount"], found["participantCount"], len(found["userIds"])) == (5_000, 5_000, 5_000)
    assert found["packing"] in ("endpointsAndDetails", "endpoints", "nothing")
    if found["packing"] != "nothing":
        packed = unpack(found["details"])
        assert len(packed["endpoints"]) == len(packed["participants"]) == 5_000
