from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import (
    BUSY,
    GOOD_AUDIO,
    JONAS,
    LOST,
    MIRA,
    POOR_AUDIO,
    SERVICE,
    audio,
    client,
    row_of,
    segment,
    session,
    telephone,
    to_callee,
    to_caller,
)

REFUSED = {"stage": "callSetup", "reason": "The gateway refused the call."}
AUDIO: JsonObject = {"modalities": ["audio"]}


def test_failures_are_counted_in_sessions_and_the_most_frequent_is_first() -> None:
    row = row_of(
        session(segment(failureInfo=LOST), id="1", failureInfo=LOST),
        session(segment(failureInfo=BUSY), id="2"),
        session(id="3", failureInfo=LOST),
        session(id="4", failureInfo={"stage": "newFromGraph"}),
        session(id="5", failureInfo={"stage": "unknown"}),
    )
    assert row["failed"]
    assert row["failures"] == [
        {"kind": "drop", **LOST, "sessions": 2},
        {"kind": "expected", **BUSY, "sessions": 1},
        {"kind": "unknown", "stage": "newFromGraph", "sessions": 1},
    ]


def test_a_call_whose_ends_were_all_to_be_expected_has_not_failed() -> None:
    row = row_of(session(caller=client(MIRA), failureInfo=BUSY))
    assert (row["failed"], row["failedUserIds"], len(row["failures"])) == (False, [], 1)


def test_sessions_are_counted_by_how_they_ended_where_they_have_audio() -> None:
    row = row_of(
        session(id="1", failureInfo=REFUSED, **AUDIO),
        session(segment(failureInfo=BUSY), id="2", failureInfo=REFUSED, **AUDIO),
        session(id="3", failureInfo=LOST, **AUDIO),
        session(id="4", failureInfo=BUSY, **AUDIO),
        session(id="5", **AUDIO),
        session(id="6", failureInfo=LOST, modalities=["data"]),
        session(id="5", **AUDIO),
    )
    assert row["sessions"] == {"all": 6, "audio": 5, "setUpFailures": 2, "drops": 1, "expectedEnds": 1}


def test_users_at_either_end_of_a_failed_session_are_named() -> None:
    row = row_of(
        session(id="1", failureInfo=LOST, caller=client(MIRA), callee=telephone()),
        session(id="2", caller=client(JONAS), callee=SERVICE),
    )
    assert row["failedUserIds"] == [MIRA]


def test_only_those_who_received_poorly_are_affected() -> None:
    poor_up, poor_down = audio(to_callee(POOR_AUDIO)), audio(to_caller(POOR_AUDIO), to_caller(GOOD_AUDIO))
    guest = {"associatedIdentity": {"id": "teamsvisitor:1f0b"}, "userAgent": {"platform": "web"}}
    row = row_of(
        session(segment(poor_up), id="1", caller=client(MIRA), callee=SERVICE),
        session(segment(poor_down), id="2", caller=client(JONAS), callee=SERVICE),
        session(segment(poor_down), id="3", caller=guest, callee=SERVICE),
        session(segment(poor_down), id="4", caller=telephone(), callee=SERVICE),
        session(segment(poor_down), id="5", caller={"associatedIdentity": {"id": "28:bot"}}, callee=SERVICE),
    )
    assert (row["endpointCount"], row["affectedEndpoints"], row["poorUserIds"]) == (5, 2, [JONAS])


def test_a_user_is_named_with_the_same_id_in_every_list() -> None:
    user = {"identity": {"user": {"id": "X1", "displayName": "Mira"}}}
    row = row_of(session(segment(audio(to_caller(POOR_AUDIO))), caller=user, callee=SERVICE, failureInfo=LOST))
    assert row["userIds"] == row["poorUserIds"] == row["failedUserIds"] == ["x1"]


def test_a_person_who_rates_a_session_twice_is_counted_once_and_two_sessions_are_two() -> None:
    bad, good = (client(MIRA, feedback={"rating": each, "text": "words"}) for each in ("bad", "good"))
    twice = session(segment(caller=bad), id="1", caller=bad, callee=client(MIRA, feedback={"rating": "bad"}))
    other = session(id="2", caller=bad, callee=client(JONAS, feedback={"rating": "excellent"}))
    row = row_of(twice, other, session(id="3", caller=good, callee=SERVICE))
    assert row["ratings"] == [
        {"rating": "bad", "count": 2},
        {"rating": "excellent", "count": 1},
        {"rating": "good", "count": 1},
    ]
    assert "words" not in str(row)


def test_two_people_of_whom_nothing_is_known_rate_each_for_themselves() -> None:
    nobody = {"userAgent": {"platform": "web"}, "feedback": {"rating": "fair"}}
    assert row_of(session(caller=nobody, callee=nobody))["ratings"] == [{"rating": "fair", "count": 2}]
