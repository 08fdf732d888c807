import pytest

from callrecords.errors import Unreadable
from callrecords.facts import CAPS, day_of, fact_row
from callrecords.jsontypes import JsonObject
from callrecords.quality import Profile
from tests.unit.invented import CALL, DAY, OTHER_CALL, START, TENANT, call_id
from tests.unit.invented_sessions import (
    GOOD_AUDIO,
    JONAS,
    MIRA,
    NUMBER,
    POOR_AUDIO,
    SERVICE,
    SILENT_AUDIO,
    TO_CALLEE,
    TO_CALLER,
    audio,
    client,
    record,
    segment,
    session,
    telephone,
    user,
)

NO_STREAMS = {"good": 0, "poor": 0, "unclassified": 0}
OFFICE: JsonObject = {"connectionType": "wired", "subnet": "10.20.3.0", "reflexiveIPAddress": "203.0.113.9"}
HOME: JsonObject = {"connectionType": "wifi", "subnet": "192.168.178.0", "reflexiveIPAddress": "203.0.113.77"}
LOST = {"stage": "midcall", "reason": "The client lost its network."}
BUSY = {"stage": "callSetup", "reason": "The called number was busy."}


def row_of(*sessions: JsonObject, participants_v2: list[JsonObject] | None = None, **properties: object) -> JsonObject:
    return fact_row(record(*sessions, participants_v2=participants_v2, **properties), TENANT)


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
    ("start", "day"),
    [
        ("2026-03-04T10:00:03Z", "2026-03-04"),
        ("2026-03-04T10:00:03.1Z", "2026-03-04"),
        ("2026-03-04T10:00:03.1180021Z", "2026-03-04"),
        ("2026-03-04T00:00:00Z", "2026-03-04"),
        ("2026-03-04T23:59:59.9999999Z", "2026-03-04"),
        ("2026-03-04T23:30:00-01:00", "2026-03-05"),
        ("2026-03-04T00:30:00+01:00", "2026-03-03"),
    ],
)
def test_the_day_of_a_call_is_that_of_its_start_in_utc(start: str, day: str) -> None:
    assert day_of(CALL, start) == day


@pytest.mark.parametrize(
    "start",
    [None, "", "private", "2026-03-04T10:00:03", "2026-03-04", 1772618403, ["private"], "0001-01-01T00:00:00+14:00"],
)
def test_a_start_that_is_no_time_is_unreadable_and_not_shown(start: object) -> None:
    with pytest.raises(Unreadable) as raised:
        day_of(CALL, start)
    assert str(raised.value) == f"Call record {CALL}: startDateTime is not a time with its offset from UTC."
    with pytest.raises(Unreadable):
        row_of(startDateTime=start)


@pytest.mark.parametrize(
    ("told", "is_test"),
    [([True, False], True), ([False, None], False), ([None, None], None), ([], None), (["yes"], None)],
)
def test_a_call_is_a_test_where_one_of_its_sessions_is(told: list[object], is_test: bool | None) -> None:
    assert row_of(*(session(isTest=each) for each in told))["isTest"] is is_test


def test_participants_are_each_once_by_name_with_what_is_known_of_them() -> None:
    row = row_of(
        participants_v2=[
            user(MIRA, "Mira Kovac", tenantId=TENANT, userPrincipalName="Mira.Kovac@fabrikam.example"),
            {"id": NUMBER, "identity": {"phone": {"id": NUMBER, "displayName": None}}},
            user(JONAS, "Jonas Weber"),
            user(MIRA.upper()),
        ]
    )
    assert row["participants"] == [
        {"kind": "phone", "id": NUMBER},
        {"kind": "user", "id": JONAS, "displayName": "Jonas Weber"},
        {
            "kind": "user",
            "id": MIRA,
            "displayName": "Mira Kovac",
            "userPrincipalName": "Mira.Kovac@fabrikam.example",
            "tenantId": TENANT,
        },
    ]
    assert (row["participantCount"], row["participantsCapped"]) == (3, False)


def test_participants_without_an_id_are_each_counted() -> None:
    guest = {"identity": {"guest": {"displayName": "Guest"}}}
    assert row_of(participants_v2=[guest, guest, {}])["participantCount"] == 3


def test_the_deprecated_list_and_the_ends_of_sessions_tell_who_took_part_where_there_is_no_other_list() -> None:
    deprecated = [{"user": {"id": MIRA, "displayName": "Mira Kovac"}}, {"phone": {"id": NUMBER}}]
    nameless = {"associatedIdentity": {"tenantId": TENANT}}
    whole = session(segment(caller=nameless), caller=client(MIRA), callee=client(JONAS))
    row = row_of(whole, participants=deprecated)
    assert [each["id"] for each in row["participants"]] == [NUMBER, JONAS, MIRA]
    assert row["participants"][-1]["displayName"] == "Mira Kovac"
    row = row_of(whole, participants=deprecated, participants_v2=[user(MIRA)])
    assert [each["id"] for each in row["participants"]] == [MIRA]


def test_the_organiser_is_told_but_did_not_take_part_for_that() -> None:
    new, deprecated = user(MIRA, "Mira Kovac"), {"user": {"id": JONAS, "displayName": "Jonas Weber"}}
    mira = {"kind": "user", "id": MIRA, "displayName": "Mira Kovac"}
    jonas = {"kind": "user", "id": JONAS, "displayName": "Jonas Weber"}
    row = row_of(organizer_v2=new, organizer=deprecated)
    assert (row["organizer"], row["participants"], row["userIds"]) == (mira, [], [])
    assert row_of(organizer=deprecated)["organizer"] == jonas
    assert row_of(organizer_v2={"id": None, "identity": {}}, organizer=deprecated)["organizer"] == jonas


def test_users_are_found_by_id_and_principal_name_in_lower_case() -> None:
    row = row_of(
        session(caller=client(MIRA.upper()), callee=SERVICE),
        session(segment(caller=telephone()), callee={"associatedIdentity": {"id": "8:acs:1"}}),
        participants_v2=[user(JONAS, userPrincipalName="Jonas.Weber@fabrikam.example")],
    )
    assert row["userIds"] == [MIRA, JONAS]
    assert row["userPrincipalNames"] == ["0a11@fabrikam.example", "jonas.weber@fabrikam.example"]


def test_an_end_is_of_the_kind_that_the_participants_tell() -> None:
    guest = {"id": "x1", "identity": {"guest": {"id": "x1"}}}
    unknown = {"id": JONAS, "identity": {"encrypted": {"id": JONAS}}}
    ends = {"caller": {"associatedIdentity": {"id": "X1"}}, "callee": client(JONAS)}
    row = row_of(session(**ends), participants_v2=[guest, unknown])
    (leg,) = row["legs"]
    assert (leg["caller"]["kind"], leg["callee"]["kind"]) == ("guest", "user")
    by_organiser = row_of(session(**ends), organizer_v2=guest)["legs"][0]
    assert by_organiser["caller"]["kind"] == "guest"
    deprecated = {"associatedIdentity": {"id": JONAS}, "identity": {"guest": {"id": JONAS}}}
    by_itself = row_of(session(caller=deprecated), participants_v2=[unknown])["legs"][0]
    assert by_itself["caller"]["kind"] == "guest"


def test_numbers_are_those_of_every_telephone_involved() -> None:
    phone = {"id": "+15550111", "identity": {"phone": {"id": "+15550111"}}}
    organiser = {"id": "+15550100", "identity": {"phone": {"id": "+15550100"}}}
    row = row_of(session(caller=telephone()), participants_v2=[phone, user(MIRA)], organizer_v2=organiser)
    assert row["phoneNumbers"] == ["+15550100", "+15550111", NUMBER]


def test_every_end_that_is_a_participant_adds_its_time() -> None:
    times = {"startDateTime": "2026-03-04T10:00:00Z", "endDateTime": "2026-03-04T10:01:00.5Z"}
    in_a_meeting = session(caller=client(MIRA), callee=SERVICE, **times)
    between_two = session(caller=client(MIRA), callee=telephone(), **times)
    assert row_of(in_a_meeting)["participantSeconds"] == 60.5
    assert row_of(in_a_meeting, between_two, session(callee=SERVICE))["participantSeconds"] == 181.5


def test_clients_are_those_of_participants_and_not_of_telephones_and_services() -> None:
    web = client(JONAS, "web")
    web["userAgent"] |= {"productFamily": "azureCommunicationServices", "headerValue": "ACS Web (calling)"}
    service = {"userAgent": {"role": "gateway", "headerValue": "Gateway/7"}}
    row = row_of(session(segment(caller=service), caller=client(MIRA), callee=telephone()), session(callee=web))
    assert row["platforms"] == ["web", "windows"]
    assert row["productFamilies"] == ["azureCommunicationServices", "teams"]
    assert row["clientVersions"] == ["ACS Web (calling)"]


def test_networks_are_told_each_once() -> None:
    between = session(
        segment(audio(callerNetwork=HOME, calleeNetwork=OFFICE), audio(callerNetwork=OFFICE)),
        caller=client(MIRA),
        callee=client(JONAS),
    )
    row = row_of(between, session(segment(audio(callerNetwork={"connectionType": "tunnel"}))))
    assert row["connectionTypes"] == ["tunnel", "wifi", "wired"]
    assert row["subnets"] == ["10.20.3.0", "192.168.178.0"]
    assert row["reflexiveIPAddresses"] == ["203.0.113.77", "203.0.113.9"]


def test_audio_is_told_for_each_subnet_that_it_went_from_or_to() -> None:
    between = session(
        segment(audio(POOR_AUDIO, GOOD_AUDIO, callerNetwork=HOME, calleeNetwork=OFFICE)),
        segment({"label": "main-video", "streams": [{"averageVideoFrameRate": 1}], "callerNetwork": HOME}),
    )
    meeting = session(segment(audio(SILENT_AUDIO, callerNetwork=OFFICE, calleeNetwork=HOME)), callee=SERVICE)
    assert row_of(between, meeting)["audioBySubnet"] == [
        {"subnet": "10.20.3.0", "good": 1, "poor": 1, "unclassified": 1},
        {"subnet": "192.168.178.0", "good": 1, "poor": 1, "unclassified": 0},
    ]


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


def test_quality_is_told_of_streams_and_legs_and_the_whole_call() -> None:
    video = {"label": "main-video", "streams": [{"averageVideoFrameRate": 15}, {}]}
    row = row_of(
        session(segment(audio(GOOD_AUDIO, POOR_AUDIO), video)),
        session(segment(audio(GOOD_AUDIO)), segment(audio(SILENT_AUDIO))),
        session(segment(audio(SILENT_AUDIO))),
        session(),
    )
    assert row["quality"] == {
        "audio": {
            "verdict": "poor",
            "streams": {"good": 2, "poor": 1, "unclassified": 2},
            "legs": {"good": 1, "poor": 1, "unclassified": 1},
        },
        "video": {
            "verdict": "good",
            "streams": {"good": 1, "poor": 0, "unclassified": 1},
            "legs": {"good": 1, "poor": 0, "unclassified": 0},
        },
        "screenSharing": {"verdict": "unclassified", "streams": NO_STREAMS, "legs": NO_STREAMS},
    }
    assert [each.get("quality") for each in row["legs"]] == [
        {"audio": "poor", "video": "good"},
        {"audio": "good"},
        {"audio": "unclassified"},
        None,
    ]


def test_reasons_tell_the_worst_value_and_how_many_streams_are_poor_by_it() -> None:
    streams = [{"packetUtilization": 900, "averageJitter": f"PT0.0{jitter}S"} for jitter in (45, 92, 31, 29)]
    slow = {"label": "main-video", "streams": [{"averageVideoFrameRate": rate} for rate in (3, 1, 6)]}
    row = row_of(session(segment(audio(*streams))), session(segment(slow)))
    assert row["poorReasons"] == [
        {
            "media": "audio",
            "metric": "averageJitter",
            "value": 0.092,
            "threshold": 0.03,
            "unit": "seconds",
            "streamCount": 3,
        },
        {
            "media": "video",
            "metric": "averageVideoFrameRate",
            "value": 1,
            "threshold": 7,
            "unit": "framesPerSecond",
            "streamCount": 3,
        },
    ]


def test_a_leg_tells_its_ends_and_what_was_poor_in_which_direction() -> None:
    heard = {**POOR_AUDIO, "averagePacketLossRate": 0.2, "streamDirection": TO_CALLER}
    sent = [{**POOR_AUDIO, "averageJitter": jitter, "streamDirection": TO_CALLEE} for jitter in ("PT0.05S", "PT0.06S")]
    whole = session(
        segment(audio(*sent, heard, {**GOOD_AUDIO}, callerNetwork=HOME, calleeNetwork=OFFICE)),
        caller=client(MIRA, feedback={"rating": "bad"}),
        callee=SERVICE,
        startDateTime="2026-03-04T10:00:03.118Z",
        endDateTime="2026-03-04T10:29:48Z",
        failureInfo=LOST,
    )
    reason = {"media": "audio", "metric": "averageJitter"}
    assert row_of(whole)["legs"] == [
        {
            "sessionId": OTHER_CALL,
            "startDateTime": "2026-03-04T10:00:03Z",
            "durationSeconds": 1784.882,
            "caller": {
                "kind": "user",
                "id": MIRA,
                "platform": "windows",
                "connectionType": "wifi",
                "subnet": "192.168.178.0",
                "reflexiveIPAddress": "203.0.113.77",
                "feedbackRating": "bad",
            },
            "callee": {"kind": "service", "role": "skypeForBusinessAudioVideoMcu"},
            "failures": [LOST],
            "quality": {"audio": "poor"},
            "poorReasons": [
                {**reason, "streamDirection": TO_CALLER, "value": 0.045},
                {**reason, "streamDirection": TO_CALLER, "metric": "averagePacketLossRate", "value": 0.2},
                {**reason, "streamDirection": TO_CALLEE, "value": 0.06},
            ],
        }
    ]


def test_a_leg_of_which_nothing_is_known_says_only_that_it_was() -> None:
    row = row_of({"id": None})
    assert row["legs"] == [{"caller": {"kind": "unknown"}, "callee": {"kind": "unknown"}}]
    assert row["legCount"] == 1


def test_a_poor_stream_of_unknown_direction_is_told_as_such() -> None:
    (leg,) = row_of(session(segment(audio(POOR_AUDIO))))["legs"]
    assert leg["poorReasons"][0]["streamDirection"] == "unknown"


def test_legs_are_in_order_of_their_start() -> None:
    starts = ["2026-03-04T10:02:00Z", "2026-03-04T10:00:00Z", "2026-03-04T10:01:00Z"]
    row = row_of(*(session(id=call_id(number), startDateTime=start) for number, start in enumerate(starts)))
    assert [leg["startDateTime"] for leg in row["legs"]] == sorted(starts)


def test_of_too_many_legs_those_that_were_poor_or_failed_are_kept_and_all_are_counted() -> None:
    sessions = [
        session(segment(audio(GOOD_AUDIO)), id=call_id(n), startDateTime=f"2026-03-04T10:{n % 60:02}:00Z")
        for n in range(150)
    ]
    sessions[7] = session(segment(audio(POOR_AUDIO)), id="poor", startDateTime="2026-03-04T10:59:30Z")
    sessions[9] = session(failureInfo=LOST, id="failed", startDateTime="2026-03-04T10:59:40Z")
    row = row_of(*sessions)
    starts = [leg["startDateTime"] for leg in row["legs"]]
    assert len(row["legs"]) == CAPS["legs"] == 100
    assert starts == sorted(starts)
    assert [leg["sessionId"] for leg in row["legs"][-2:]] == ["poor", "failed"]
    assert (row["legCount"], row["legsCapped"]) == (150, True)
    assert row["quality"]["audio"]["legs"] == {"good": 148, "poor": 1, "unclassified": 0}
    assert (row_of(*sessions[:100])["legsCapped"], len(row_of(*sessions[:100])["legs"])) == (False, 100)


def test_the_older_profile_can_be_asked_for_and_the_row_says_so() -> None:
    whole = record(session(segment(audio({"packetUtilization": 480, "averageJitter": "PT0.045S"}))))
    row = fact_row(whole, TENANT, Profile.BEFORE_2022)
    assert (row["qualityProfile"], row["quality"]["audio"]["verdict"]) == ("before2022", "poor")
    assert fact_row(whole, TENANT)["quality"]["audio"]["verdict"] == "unclassified"
