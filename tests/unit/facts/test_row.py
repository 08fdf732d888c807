import pytest

from callrecords.errors import Unreadable
from callrecords.facts.row import FACTS_VERSION, Rules, fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, DAY, START, TENANT
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    JONAS,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
    audio,
    client,
    record,
    row_of,
    segment,
    session,
    telephone,
)


def test_the_row_tells_of_the_call_as_a_whole() -> None:
    row = row_of(
        type="peerToPeer",
        version=3,
        modalities=["video", "audio", "video"],
        endDateTime="2026-03-04T10:29:48Z",
        lastModifiedDateTime="2026-03-04T11:02:17.4412345Z",
        joinWebUrl="https://teams.example/l/meetup-join/19%3ameeting_x%40thread.v2/0",
    )
    expected = {
        "id": CALL,
        "tenantId": TENANT,
        "day": DAY,
        "callId": CALL,
        "version": 1,
        "caveats": [],
        "factsVersion": FACTS_VERSION,
        "type": "peerToPeer",
        "modalities": ["audio", "video"],
        "startDateTime": "2026-03-04T10:00:03Z",
        "endDateTime": "2026-03-04T10:29:48Z",
        "lastModifiedDateTime": "2026-03-04T11:02:17Z",
        "durationSeconds": 1784.882,
        "joinWebUrl": "https://teams.example/l/meetup-join/19%3ameeting_x%40thread.v2/0",
        "threadId": "19:meeting_x@thread.v2",
        "qualityProfile": "current",
    }
    assert {name: row[name] for name in expected} == expected


def test_what_a_record_does_not_tell_is_missing_or_empty() -> None:
    row = row_of()
    named = {"id", "tenantId", "day", "callId", "version", "factsVersion", "startDateTime", "qualityProfile"}
    told = {name for name, value in row.items() if value not in ([], {}, 0, False)}
    assert told == named | {"sessions", "packing", "details"}
    assert set(row["sessions"].values()) == {0}
    assert None not in row.values()


def test_the_other_days_on_which_the_call_once_began_are_told_in_order() -> None:
    assert fact_row(record(), TENANT, {"2026-03-06", "2026-02-28", "2026-03-01"})["formerDays"] == [
        "2026-02-28",
        "2026-03-01",
        "2026-03-06",
    ]


@pytest.mark.parametrize(
    ("end", "duration"),
    [
        (START, 0),
        ("2026-03-05T00:30:03.1180021Z", 52_200),
        ("2026-03-09T10:00:03.1180021Z", 432_000),
        ("2026-03-04T10:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("later", None),
    ],
)
def test_a_call_is_in_the_day_of_its_start_however_long_it_is(end: str, duration: float | None) -> None:
    row = row_of(endDateTime=end)
    assert (row["day"], row.get("durationSeconds")) == (DAY, duration)


@pytest.mark.parametrize(
    "start",
    [None, "", "private", "2026-03-04T10:00:03", "2026-03-04", 1772618403, ["private"], "0001-01-01T00:00:00+14:00"],
)
def test_a_call_whose_start_is_no_time_is_unreadable(start: object) -> None:
    with pytest.raises(Unreadable) as raised:
        row_of(startDateTime=start)
    assert CALL in str(raised.value)
    assert "private" not in str(raised.value)


def test_a_call_whose_start_is_not_set_has_no_duration() -> None:
    row = row_of(startDateTime="0001-01-01T00:00:00Z", endDateTime="2026-03-04T10:00:00Z")
    assert (row["startDateTime"], "durationSeconds" in row) == ("0001-01-01T00:00:00Z", False)


@pytest.mark.parametrize(
    ("tests", "expected"),
    [([], None), ([None], None), ([False], False), ([None, False], False), ([False, True], True), (["yes"], None)],
)
def test_a_call_is_a_test_where_one_of_its_sessions_is(tests: list[object], expected: bool | None) -> None:
    row = row_of(*(session(id=str(number), isTest=each) for number, each in enumerate(tests)))
    assert row.get("isTest") is expected


def test_clients_are_told_each_once_and_telephones_and_services_are_none() -> None:
    web = {"userAgent": {"platform": "web", "headerValue": "ACS Web (calling)"}}
    row = row_of(
        session(id="1", caller=client(MIRA), callee=SERVICE),
        session(id="2", caller=client(MIRA), callee=telephone()),
        session(id="3", callee=web),
        session(id="4", caller=client(JONAS, "unknown")),
    )
    assert (row["platforms"], row["clientVersions"]) == (["web", "windows"], ["ACS Web (calling)"])


def test_no_list_is_cut() -> None:
    versions = [f"27/1.{number:03}" for number in range(300)]
    sessions = [
        session(id=each, caller=client(MIRA, userAgent={"platform": "web", "applicationVersion": each}))
        for each in versions
    ]
    assert row_of(*sessions)["clientVersions"] == versions


def test_networks_are_told_each_once() -> None:
    between = session(
        segment(audio(callerNetwork=HOME, calleeNetwork=OFFICE), audio(callerNetwork=OFFICE)),
        id="1",
        caller=client(MIRA),
        callee=client(JONAS),
    )
    tunnel = segment(audio(callerNetwork={"connectionType": "tunnel"}))
    row = row_of(between, session(tunnel, id="2", caller=client(MIRA)))
    assert row["connectionTypes"] == ["tunnel", "wifi", "wired"]
    assert row["subnets"] == ["10.20.3.0", "192.168.178.0"]
    assert row["publicAddresses"] == ["203.0.113.77", "203.0.113.9"]


@pytest.mark.parametrize("end", [None, {}, {"userAgent": {"platform": "unknown"}}])
def test_the_network_of_an_end_of_which_nothing_is_known_is_no_clients(end: JsonObject | None) -> None:
    row = row_of(session(segment(audio(GOOD_AUDIO, calleeNetwork=OFFICE)), caller=client(MIRA), callee=end))
    assert (row["subnets"], row["connectionTypes"], row["audioBySubnet"]) == ([], [], [])


def test_the_network_of_a_client_is_told_whoever_was_at_it() -> None:
    nobody = {"userAgent": {"platform": "windows"}}
    row = row_of(session(segment(audio(GOOD_AUDIO, calleeNetwork=OFFICE)), callee=nobody))
    assert row["subnets"] == [OFFICE["subnet"]]


def test_the_older_profile_can_be_asked_for_and_the_row_says_so() -> None:
    stream = {"packetUtilization": 480, "averageJitter": "PT0.045S"}
    whole = record(session(segment(audio(stream)), caller=client(MIRA), callee=SERVICE))
    row = fact_row(whole, TENANT, rules=Rules(Profile.BEFORE_2022))
    assert (row["qualityProfile"], row["quality"]["audio"]["verdict"]) == ("before2022", "poor")
    assert fact_row(whole, TENANT)["quality"]["audio"]["verdict"] == "unclassified"


def test_a_row_has_as_much_plain_as_it_has_room_for() -> None:
    whole = record(session(segment(audio(POOR_AUDIO)), caller=client(MIRA), callee=SERVICE))
    assert [fact_row(whole, TENANT, row_bytes=most)["packing"] for most in (10_000, 0)] == ["details", "nothing"]


def test_a_record_is_left_as_it_was() -> None:
    whole = record(session(segment(audio(POOR_AUDIO)), caller=client(MIRA), callee=SERVICE))
    before = str(whole)
    fact_row(whole, TENANT)
    assert str(whole) == before
