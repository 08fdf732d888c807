"""What the voice facts say of any record: evidence for each, the same in any order, and nothing that is not told."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from random import Random
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.facts.row import fact_row
from callrecords.facts.voice.answers import Proof
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import Certainty, Direction, Expected
from local.traffic import generate
from tests.generated import call_record
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import (
    BUSY,
    GOOD_AUDIO,
    JONAS,
    LOST,
    MAILBOX,
    MIRA,
    NUMBER,
    audio,
    client,
    row_of,
    segment,
    session,
    telephone,
    times,
    to_callee,
    to_caller,
    user,
)
from tests.unit.facts.voice.test_cases import CASES

OUTCOMES = {"answered", "voicemail", "failed", *get_args(Expected.__value__)}
RECORDS = [
    *(orjson.dumps(case["given"]) for case in CASES.values()),
    *(
        orjson.dumps(call.versions[-1].record)
        for call in generate(1, 60, date(2026, 3, 4), TENANT)
        if "meeting" not in call.kind
    ),
]
ODDITIES: list[Any] = [None, "", "text", -1, True, [None, {}], {"id": 7}, "2026-03-04T10:00:30Z"]
HALF_A_MINUTE = {"startDateTime": "2026-03-04T10:01:00Z", "endDateTime": "2026-03-04T10:01:30Z"}


def voice_of(record: JsonObject) -> dict[str, Any]:
    return dict(fact_row(call_record(record), TENANT).get("voice", {}))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container at or below `value` with each of its keys; not what a record has always."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        if "sessions" not in value or key not in ("id", "version", "startDateTime", "sessions", "participants_v2"):
            yield value, key
        yield from places(value[key])


def mutilate(rng: Random, record: JsonObject) -> None:
    """Removes something, or puts an oddity or a piece of the same record in its place."""
    container, key = rng.choice([*places(record)])
    other, name = rng.choice([*places(record)])
    if rng.random() < 0.4:
        del container[key]
    else:
        container[key] = deepcopy(rng.choice([rng.choice(ODDITIES), other[name]]))


def texts(value: Any) -> set[str]:
    """All strings at or below the value, in small letters."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {value.lower()} if isinstance(value, str) else set().union(*map(texts, below))


def evidence_of(fact: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """What the fact was read from: who answered, mostly from what tells that somebody did."""
    evidence: dict[str, Any] = fact["evidence"] if "evidence" in fact else facts["outcome"]["evidence"]
    return evidence


def complaints(voice: dict[str, Any], record: JsonObject) -> list[str]:
    """What the facts claim beyond the record."""
    told = texts(record)
    facts = {name: fact for name, fact in voice.items() if name != "path"}
    ids = [facts[name]["value"] for name in ("answeredBy", "forwarded", "transferred") if name in facts]
    stays = voice.get("path", [])
    names = [each[name] for each in (*facts.values(), *stays) for name in ("name", "sessionId", "role") if name in each]
    seconds = [each["seconds"] for each in stays if "seconds" in each]
    evidence = [
        value for fact in facts.values() for value in evidence_of(fact, facts).values() if isinstance(value, str)
    ]
    own_words = {*get_args(Proof.__value__), *facts.get("direction", {}).get("evidence", {}).values()}
    wrong = {
        "an id or a name": [each for each in (*ids, *names) if each.lower() not in told],
        "evidence": [each for each in evidence if each not in own_words and each.lower() not in told],
        "a time": [each for each in (*seconds, facts.get("queueWait", {}).get("value", 0)) if each < 0],
        "no evidence": [name for name, fact in facts.items() if not evidence_of(fact, facts)],
        "certainty": [fact for fact in facts.values() if fact["certainty"] not in get_args(Certainty.__value__)],
        "an outcome": {facts["outcome"]["value"]} - OUTCOMES if "outcome" in facts else (),
        "a direction": {facts["direction"]["value"]} - {*get_args(Direction.__value__)} if "direction" in facts else (),
        "an answer of no length": facts.get("outcome", {}).get("value") == "answered"
        and facts["outcome"]["evidence"].get("seconds") == 0,
        "somebody, and no answer": not {"answeredBy", "queueWait", "transferred", "forwarded"}.isdisjoint(facts)
        and facts.get("outcome", {}).get("value") != "answered",
    }
    return [f"{name}: {found}" for name, found in wrong.items() if found]


@pytest.mark.parametrize("number", range(len(RECORDS)))
def test_each_fact_has_evidence_that_stands_in_the_record(number: int) -> None:
    record = orjson.loads(RECORDS[number])
    assert complaints(voice_of(record), record) == []


@given(st.randoms())
def test_of_a_mutilated_record_nothing_is_claimed_that_is_not_told(rng: Random) -> None:
    record = orjson.loads(rng.choice(RECORDS))
    for _ in range(rng.randrange(1, 10)):
        mutilate(rng, record)
    assert complaints(voice_of(record), record) == []


@given(st.randoms())
def test_the_order_of_sessions_segments_and_participants_means_nothing(rng: Random) -> None:
    record = orjson.loads(rng.choice(RECORDS))
    for _ in range(rng.randrange(4)):
        mutilate(rng, record)
    expected = voice_of(record)
    rng.shuffle(record["sessions"])
    rng.shuffle(record["participants_v2"])
    for each in record["sessions"]:
        if isinstance(each, dict) and isinstance(each.get("segments"), list):
            rng.shuffle(each["segments"])
    assert voice_of(record) == expected


def test_an_answer_is_proved_by_media_of_the_called_and_by_nothing_else_as_surely() -> None:
    proofs = {
        name: fact_row(call_record(CASES[name]["given"]), TENANT)["voice"]["outcome"]["evidence"]["proof"]
        for name in ("blind-transfer", "short-call-of-unknown-type", "dropped", "long-call-without-media")
    }
    assert list(proofs.values()) == ["mediaOfTheCalled", "mediaOfTheCall", "droppedMidcall", "length"]


def test_a_failure_is_evidence_with_its_stage_and_its_words() -> None:
    ends = {"caller": telephone(), "callee": client(MIRA)}
    outcome = row_of(session(failureInfo=BUSY, **ends, **HALF_A_MINUTE))["voice"]["outcome"]
    evidence = {"seconds": 30.0, "failureStage": "callSetup", "failureReason": BUSY["reason"]}
    assert outcome == {"value": "busy", "certainty": "certain", "evidence": evidence}


def test_the_session_is_named_where_there_are_several_and_evidence_is_told_once() -> None:
    first = session(
        segment(audio(to_caller(GOOD_AUDIO))), id="s1", caller=telephone(), callee=client(MIRA), **HALF_A_MINUTE
    )
    voice = row_of(first)["voice"]
    assert voice["outcome"]["evidence"] == {"proof": "mediaOfTheCalled", "seconds": 30.0}
    assert voice["answeredBy"] == {"value": MIRA, "certainty": "certain"}
    second = session(id="s2", caller=telephone(), callee=client(JONAS), **times("02:00", "03:00"))
    voice = row_of(first, second)["voice"]
    assert voice["outcome"]["evidence"]["sessionId"] == "s1"
    assert voice["transferred"]["evidence"] == {"sessionId": "s2", "seconds": 60.0, "answeredFirst": MIRA}


def test_who_answered_first_has_own_evidence_where_another_was_surer_to_answer() -> None:
    first = session(id="s1", failureInfo=LOST, caller=telephone(), callee=client(MIRA), **HALF_A_MINUTE)
    second = session(
        segment(audio(to_callee(GOOD_AUDIO))),
        id="s2",
        caller=telephone(),
        callee=client(JONAS),
        **times("02:00", "03:00"),
    )
    voice = row_of(first, second)["voice"]
    assert voice["outcome"]["evidence"]["sessionId"] == "s2"
    assert voice["answeredBy"]["evidence"] == {"proof": "droppedMidcall", "sessionId": "s1", "seconds": 30.0}


def test_two_things_that_people_did_are_each_only_likely() -> None:
    ends = {"caller": telephone(), "callee": client(MIRA)}
    declined = segment(failureInfo=BUSY | {"reason": "The callee declined the call."})
    outcome = row_of(session(declined, failureInfo=BUSY, **ends, **HALF_A_MINUTE))["voice"]["outcome"]
    assert (outcome["value"], outcome["certainty"]) == ("busy", "likely")


def test_the_direction_says_by_what_kinds_of_parties_it_is_known() -> None:
    row = row_of(
        session(caller=telephone(), callee=client(MIRA), **HALF_A_MINUTE), participants_v2=[user(MIRA, tenantId=TENANT)]
    )
    assert row["voice"]["direction"] == {
        "value": "inbound",
        "certainty": "certain",
        "evidence": {"caller": "phone", "called": "user"},
    }


def test_of_an_end_whose_tenant_is_unknown_the_other_end_tells() -> None:
    direction = row_of(session(caller=telephone(), callee=client(MIRA), **HALF_A_MINUTE))["voice"]["direction"]
    assert (direction["value"], direction["certainty"]) == ("inbound", "likely")


def test_between_two_users_of_unknown_tenants_no_direction_is_told() -> None:
    assert "voice" not in row_of(session(caller=client(MIRA), callee=client(JONAS), **HALF_A_MINUTE))


def test_a_caller_who_is_not_the_organiser_is_only_likely_the_caller() -> None:
    known = [user(MIRA, tenantId=TENANT), user(JONAS, tenantId=TENANT)]
    ends = {"caller": client(MIRA), "callee": client(JONAS)}
    row = row_of(session(**ends, **HALF_A_MINUTE), participants_v2=known, organizer_v2=user(JONAS))
    assert row["voice"]["direction"]["certainty"] == "likely"


def test_a_caller_who_left_the_mailbox_at_once_did_not_reach_it() -> None:
    at_once = HALF_A_MINUTE | {"endDateTime": HALF_A_MINUTE["startDateTime"]}
    assert "outcome" in row_of(session(caller=telephone(), callee=MAILBOX, **HALF_A_MINUTE))["voice"]
    assert "outcome" not in row_of(session(caller=telephone(), callee=MAILBOX, **at_once))["voice"]


def test_a_mailbox_of_exchange_may_be_an_attendant() -> None:
    exchange = MAILBOX | {"userAgent": {"role": "exchangeUnifiedMessagingService"}}
    outcome = row_of(session(caller=telephone(), callee=exchange, **HALF_A_MINUTE))["voice"]["outcome"]
    assert (outcome["value"], outcome["certainty"]) == ("voicemail", "likely")


def test_a_call_to_a_bot_is_answered_by_nobody() -> None:
    bot = client("28:b0b0b0b0-0000-4000-8000-000000000001")
    media = segment({"label": "main-audio", "streams": [{}]})
    row = row_of(session(media, caller=client(MIRA), callee=bot, **HALF_A_MINUTE))
    assert "voice" not in row


def test_a_long_call_of_which_one_segment_failed_is_not_told_as_busy() -> None:
    mediation = {"userAgent": {"role": "mediationServer"}}
    failed = segment(id="b", caller=mediation, callee=client(JONAS), failureInfo=BUSY, **times("00:10", "00:12"))
    answered = segment(id="c", caller=mediation, callee=client(JONAS), **times("00:12", "59:00"))
    begun = segment(audio(to_caller(GOOD_AUDIO)), id="a", caller=client(MIRA), callee=mediation)
    call = session(begun, failed, answered, caller=client(MIRA), callee=client(JONAS), **times("00:10", "59:00"))
    outcome = row_of(call, type="peerToPeer")["voice"]["outcome"]
    assert (outcome["value"], outcome["certainty"]) == ("answered", "likely")


@pytest.mark.parametrize("stream", [{}, {"packetUtilization": 0}])
def test_a_stream_of_which_nothing_was_sent_is_no_answer(stream: JsonObject) -> None:
    rung = session(
        segment(audio(to_caller(stream))), id="1", caller=client(MIRA), callee=client(JONAS), **times("00:10", "00:30")
    )
    mailbox = session(id="2", caller=client(MIRA), callee=MAILBOX, **times("00:30", "01:00"))
    assert row_of(rung, mailbox, organizer_v2=user(MIRA))["voice"]["outcome"]["value"] == "voicemail"


def test_an_agent_without_a_display_name_but_with_another_answers() -> None:
    queue = {"userAgent": {"role": "skypeForBusinessCallQueues"}}
    rung = session(caller=telephone(), callee=queue, id="1", **times("00:10", "10:00"))
    agent = session(
        segment(audio(to_caller(GOOD_AUDIO))), caller=client(MIRA), callee=queue, id="2", **times("00:40", "10:00")
    )
    voice = row_of(rung, agent, organizer_v2={"id": NUMBER, "identity": {"phone": {"id": NUMBER}}})["voice"]
    assert (voice["outcome"]["value"], voice["answeredBy"]["value"]) == ("answered", MIRA)


@pytest.mark.parametrize("other", [MIRA, JONAS])
def test_a_call_is_not_transferred_to_a_second_device_of_who_answered(other: str) -> None:
    talk = audio(to_callee(GOOD_AUDIO), to_caller(GOOD_AUDIO))
    first = session(segment(talk), caller=telephone(), callee=client(MIRA), **times("00:10", "01:00"))
    again = session(segment(talk), caller=client(other), callee=client(MIRA, "iOS"), **times("01:00", "05:00"))
    voice = row_of(first, again, type="peerToPeer")["voice"]
    assert voice.get("transferred", {}).get("value") == (JONAS if other == JONAS else None)
