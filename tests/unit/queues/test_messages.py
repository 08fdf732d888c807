from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.errors import Unreadable
from callrecords.queues.messages import (
    CallMessage,
    CallsMessage,
    FetchReason,
    LifecycleEvent,
    Message,
    SubscriptionMessage,
)
from tests.invented import CALL, NOW, TENANT, call_message

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)  # a lone surrogate is no text in JSON
TIMES = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001 - in each of `timezones`
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
COMMON = {
    "tenant_id": TEXTS,
    "notified_at": TIMES,
    "attempt": st.integers(0, 1_000),
    "failure": st.none() | TEXTS,
    "failing_since": st.none() | TIMES,
}
GUIDS = st.uuids().map(str)
REQUIRED = ("tenantId", "callId", "reason", "notifiedAt")


@given(
    st.builds(CallMessage, **COMMON, call_id=GUIDS, reason=st.sampled_from(get_args(FetchReason)))
    | st.builds(CallsMessage, **COMMON, call_ids=st.lists(GUIDS).map(tuple))
    | st.builds(
        SubscriptionMessage,
        **COMMON,
        event=st.sampled_from(get_args(LifecycleEvent)),
        subscription_id=st.none() | TEXTS,
    )
)
def test_what_is_written_can_be_read(message: Message) -> None:
    assert type(message).parse(str(message)) == message


def test_a_call_message_has_its_fields_in_camel_case() -> None:
    assert orjson.loads(str(replace(call_message(), version=3))) == {
        "tenantId": TENANT,
        "callId": CALL,
        "reason": "notification",
        "notifiedAt": "2026-03-04T10:30:00+00:00",
        "attempt": 0,
        "version": 3,
        "restarts": 0,
        "mayHaveLeftRow": False,
    }


def test_the_first_failure_of_a_kind_is_the_first_attempt_and_tells_since_when() -> None:
    before = call_message(attempt=4)
    failed = before.failed("NotFound", NOW)
    assert failed == replace(before, attempt=1, failure="NotFound", failing_since=NOW)


def test_another_failure_of_the_same_kind_counts_an_attempt_and_changes_nothing_else() -> None:
    failed = call_message().failed("NotFound", NOW)
    assert failed.failed("NotFound", NOW + timedelta(hours=1)) == replace(failed, attempt=2)


def written(message: Message, **changes: object) -> str:
    return orjson.dumps({**orjson.loads(str(message)), **changes}).decode()


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_field_is_named(name: str) -> None:
    document = orjson.loads(str(call_message()))
    del document[name]
    with pytest.raises(Unreadable, match=rf"^{name} is None: expected "):
        CallMessage.parse(orjson.dumps(document).decode())


@pytest.mark.parametrize("value", [{}, {"attempt": None, "failure": None, "failingSince": None}])
def test_a_message_that_never_failed_need_not_say_so(value: dict[str, None]) -> None:
    document = {name: text for name, text in orjson.loads(str(call_message())).items() if name in REQUIRED}
    assert CallMessage.parse(orjson.dumps({**document, **value}).decode()) == call_message()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("tenantId", "", "a string"),
        ("tenantId", 5, "a string"),
        ("callId", [CALL], "a string"),
        ("callId", {}, "a string"),
        ("reason", "curiosity", "one of notification, reconcile, replay, lookup, audit"),
        ("reason", ["notification"], "one of notification, reconcile, replay, lookup, audit"),
        ("notifiedAt", "yesterday", "a time with its offset from UTC"),
        ("notifiedAt", "2026-03-04T10:30:00", "a time with its offset from UTC"),
        ("notifiedAt", 1772620200, "a time with its offset from UTC"),
        ("notifiedAt", True, "a time with its offset from UTC"),
        ("attempt", -1, "a number from 0"),
        ("attempt", 1.5, "a number from 0"),
        ("attempt", "1", "a number from 0"),
        ("attempt", True, "a number from 0"),
        ("attempt", 2**53 + 1, "a number from 0"),
        ("failure", 5, "a string"),
        ("failingSince", "yesterday", "a time with its offset from UTC"),
    ],
)
def test_a_malformed_field_is_named_with_what_was_expected(name: str, value: object, expected: str) -> None:
    with pytest.raises(Unreadable) as raised:
        CallMessage.parse(written(call_message(), **{name: value}))
    assert str(raised.value) == f"{name} is {value!r}: expected {expected}."


@pytest.mark.parametrize(
    "call_id", [CALL.upper(), CALL[:-1], f"{CALL}0", f"{CALL}\n", f"../{CALL}", CALL.replace("-", ""), "private"]
)
def test_a_call_id_that_is_no_guid_in_lower_case_is_named(call_id: str) -> None:
    with pytest.raises(Unreadable) as raised:
        CallMessage.parse(written(call_message(), callId=call_id))
    assert str(raised.value) == f"callId is {call_id!r}: expected a GUID in lower case."


@pytest.mark.parametrize("name", ["reason", "callId"])
def test_a_wrong_value_is_shown_cut_short(name: str) -> None:
    with pytest.raises(Unreadable) as raised:
        CallMessage.parse(written(call_message(), **{name: "x" * 10_000}))
    assert len(str(raised.value)) < 200


def test_a_field_that_nobody_knows_is_ignored() -> None:
    assert CallMessage.parse(written(call_message(), colour="red")) == call_message()


def test_a_call_message_is_no_subscription_message() -> None:
    with pytest.raises(Unreadable, match=r"^event is None"):
        SubscriptionMessage.parse(str(call_message()))


@pytest.mark.parametrize("text", ["", "{", "no message of ours", "\ud800", "NaN"])
def test_what_is_not_json_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable, match=r"^The message is not JSON\.$"):
        CallMessage.parse(text)


@pytest.mark.parametrize(("text", "kind"), [("[]", "list"), ("5", "int"), ("null", "NoneType"), ('"text"', "str")])
def test_what_is_no_json_object_is_unreadable(text: str, kind: str) -> None:
    with pytest.raises(Unreadable, match=rf"^The message is a JSON {kind}: expected an object\.$"):
        CallMessage.parse(text)
