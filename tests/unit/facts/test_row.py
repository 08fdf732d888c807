import pytest

from callrecords.errors import Unreadable
from callrecords.facts.row import CAPS, fact_row
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, DAY, START, TENANT
from tests.unit.facts.invented_sessions import (
    BUSY,
    GOOD_AUDIO,
    HOME,
    JONAS,
    LOST,
    MIRA,
    NO_STREAMS,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
    SILENT_AUDIO,
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
        joinWebUrl="https://teams.fabrikam.example/l/meetup-join/x",
    )
    expected = {
        "id": CALL,
        "tenantId": TENANT,
        "day": DAY,
        "callId": CALL,
        "version": 1,
        "type": "peerToPeer",
        "modalities": ["audio", "video"],
        "startDateTime": "2026-03-04T10:00:03Z",
        "endDateTime": "2026-03-04T10:29:48Z",
        "lastModifiedDateTime": "2026-03-04T11:02:17Z",
        "durationSeconds": 1784.882,
        "qualityProfile": "current",
    }
    assert {name: row[name] for name in expected} == expected


def test_what_a_record_does_not_tell_is_null_or_empty_or_unclassified() -> None:
    row = row_of()
    named = {"id", "tenantId", "day", "callId", "version", "startDateTime", "qualityProfile", "quality"}
    told = {name: value for name, value in row.items() if name not in named and value not in (None, [], 0, False)}
    assert told == {}
    assert {name for name, value in row.items() if value is None} == {
        "type",
        "endDateTime",
        "lastModifiedDateTime",
        "durationSeconds",
        "isTest",
        "organizer",
    }
    nothing = {"verdict": "unclassified", "streams": NO_STREAMS, "legs": NO_STREAMS}
    assert row["quality"] == {"audio": nothing, "video": nothing, "screenSharing": nothing}


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
        ("later", None),
    ],
)
def test_a_call_is_in_the_day_of_its_start_however_long_it_is(end: str, duration: float | None) -> None:
    row = row_of(endDateTime=end)
    assert (row["day"], row["durationSeconds"]) == (DAY, duration)


@pytest.mark.parametrize(
    "start",
    [None, "", "private", "2026-03-04T10:00:03", "2026-03-04", 1772618403, ["private"], "0001-01-01T00:00:00+14:00"],
)
def test_a_call_whose_start_is_no_time_is_unreadable(start: object) -> None:
    with pytest.raises(Unreadable):
        row_of(startDateTime=start)


@pytest.mark.parametrize(
    ("told", "is_test"),
    [([True, False], True), ([False, None], False), ([None, None], None), ([], None), (["yes"], None)],
)
def test_a_call_is_a_test_where_one_of_its_sessions_is(told: list[object], is_test: bool | None) -> None:
    assert row_of(*(session(isTest=each) for each in told))["isTest"] is is_test


def test_clients_are_those_of_participants_and_not_of_telephones_and_services() -> None:
    web = client(JONAS, "web")
    web["userAgent"] |= {"productFamily": "azureCommunicationServices", "headerValue": "ACS Web (calling)"}
    service = {"userAgent": {"role": "gateway", "headerValue": "Gateway/7"}}
    row = row_of(session(segment(caller=service), caller=client(MIRA), callee=telephone()), session(callee=web))
    assert row["platforms"] == ["web", "windows"]
    assert row["productFamilies"] == ["azureCommunicationServices", "teams"]
    assert row["clientVersions"] == ["ACS Web (calling)"]


def test_a_list_with_more_than_a_row_holds_is_cut_and_the_row_says_so() -> None:
    versions = [f"27/1.{number:02}" for number in range(CAPS["clientVersions"] + 1)]
    sessions = [session(caller=client(MIRA, userAgent={"applicationVersion": each})) for each in versions]
    whole, cut = row_of(*sessions[:-1]), row_of(*sessions)
    assert whole["clientVersions"] == cut["clientVersions"] == versions[:-1]
    assert (whole["clientVersionsCapped"], cut["clientVersionsCapped"]) == (False, True)


def test_networks_are_told_each_once() -> None:
    between = session(
        segment(audio(callerNetwork=HOME, calleeNetwork=OFFICE), audio(callerNetwork=OFFICE)),
        caller=client(MIRA),
        callee=client(JONAS),
    )
    row = row_of(between, session(segment(audio(callerNetwork={"connectionType": "tunnel"})), caller=client(MIRA)))
    assert row["connectionTypes"] == ["tunnel", "wifi", "wired"]
    assert row["subnets"] == ["10.20.3.0", "192.168.178.0"]
    assert row["reflexiveIPAddresses"] == ["203.0.113.77", "203.0.113.9"]


@pytest.mark.parametrize("end", [None, {}, {"userAgent": {"platform": "unknown"}}])
def test_the_network_of_an_end_of_which_nothing_is_known_is_no_clients(end: JsonObject | None) -> None:
    row = row_of(session(segment(audio(GOOD_AUDIO, calleeNetwork=OFFICE)), caller=client(MIRA), callee=end))
    assert (row["subnets"], row["connectionTypes"], row["audioBySubnet"]) == ([], [], [])


def test_the_network_of_a_client_is_told_whoever_was_at_it() -> None:
    nobody = {"userAgent": {"platform": "windows"}}
    row = row_of(session(segment(audio(GOOD_AUDIO, calleeNetwork=OFFICE)), callee=nobody))
    assert row["subnets"] == [OFFICE["subnet"]]


def test_subnets_with_the_poorest_audio_are_kept_in_a_row_that_has_too_many() -> None:
    def on(subnet: str, *streams: JsonObject) -> JsonObject:
        return session(segment(audio(*streams, callerNetwork={"subnet": subnet})), caller=client(MIRA))

    silent = [on(f"10.0.{n // 250}.{n % 250}") for n in range(5)]
    good = [on(f"10.1.{n // 250}.{n % 250}", GOOD_AUDIO) for n in range(CAPS["subnets"])]
    often = on("172.16.9.0", GOOD_AUDIO, GOOD_AUDIO, SILENT_AUDIO)
    poor, poorer = on("192.168.1.0", POOR_AUDIO), on("192.168.2.0", POOR_AUDIO, POOR_AUDIO)
    row = row_of(*silent, *good, often, poor, poorer)
    assert (row["subnetsCapped"], row["audioBySubnetCapped"]) == (True, True)
    assert row["subnets"] == [each["subnet"] for each in row["audioBySubnet"]]
    assert row["subnets"][:5] == ["192.168.2.0", "192.168.1.0", "172.16.9.0", "10.1.0.0", "10.1.0.1"]
    assert row["audioBySubnet"][0] == {"subnet": "192.168.2.0", "good": 0, "poor": 2, "unclassified": 0}
    assert len(row["subnets"]) == CAPS["subnets"] == CAPS["audioBySubnet"]
    assert row_of(*silent, poor)["subnets"] == ["192.168.1.0", *(f"10.0.0.{n}" for n in range(5))]


def test_failures_are_counted_in_legs_and_the_most_frequent_is_first() -> None:
    row = row_of(
        session(segment(failureInfo=LOST), failureInfo=LOST),
        session(segment(failureInfo=BUSY)),
        session(failureInfo=LOST),
        session(failureInfo={"stage": "newFromGraph"}),
    )
    assert row["failed"]
    assert row["failures"] == [
        {**LOST, "legCount": 2},
        {**BUSY, "legCount": 1},
        {"stage": "newFromGraph", "reason": None, "legCount": 1},
    ]


def test_ratings_are_counted_without_their_words() -> None:
    feedback = {"rating": "poor", "text": "could not hear the room", "tokens": {"Echo": True}}
    rated, content = client(MIRA, feedback=feedback), client(JONAS, feedback={"rating": "excellent"})
    row = row_of(session(segment(caller=rated), caller=rated, callee=content), session(caller=rated, callee=SERVICE))
    assert row["feedbackRatings"] == [{"rating": "excellent", "count": 1}, {"rating": "poor", "count": 2}]
    assert "hear" not in str(row)
