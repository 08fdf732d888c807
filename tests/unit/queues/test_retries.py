from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.errors import (
    CallRecordsError,
    Forbidden,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
    Unexpected,
    Unreadable,
)
from callrecords.queues.messages import CallMessage
from callrecords.queues.retries import GiveUp, Later, decide
from tests.invented import NOW, call_message

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

type Decision = Later[CallMessage] | GiveUp


def decision(
    error: CallRecordsError, message: CallMessage | None = None, now: datetime = NOW, chance: float = 0
) -> Decision:
    return decide(message or call_message(), error, now, chance)


def life_with(error: CallRecordsError) -> tuple[list[timedelta], str]:
    """The delays of a message that fails with `error` every time, until it is given up, and why it is."""
    delays: list[timedelta] = []
    message, now = call_message(), NOW
    while isinstance(decided := decide(message, error, now, 0), Later):
        message, now = decided.message, now + decided.delay
        delays.append(decided.delay)
    return delays, decided.reason


def failed(error: CallRecordsError, lasting: timedelta, attempt: int = 1) -> CallMessage:
    """A message that has failed with `error` for so long."""
    return replace(call_message(), attempt=attempt, failure=type(error).__name__, failing_since=NOW - lasting)


def test_a_record_that_is_not_there_yet_is_asked_for_again_until_it_never_appeared() -> None:
    delays, reason = life_with(NotFound("Graph answered 404."))
    assert delays == [minutes * MINUTE for minutes in (1, 2, 5, 10, 20, 40, 60, 60)]
    assert reason == "never appeared: Graph answered 404."


def test_a_record_that_graph_no_longer_keeps_is_given_up_at_once() -> None:
    assert isinstance(decision(NotFound("no"), call_message(age=30 * DAY)), Later)
    expired = GiveUp("expired: Graph keeps a call record for 30 days")
    assert decision(NotFound("no"), call_message(age=30 * DAY + SECOND)) == expired


def test_what_was_throttled_for_as_long_as_graph_keeps_a_record_is_given_up() -> None:
    assert isinstance(decision(Throttled("no", 1), call_message(age=30 * DAY)), Later)
    expired = GiveUp("expired: Graph keeps a call record for 30 days")
    assert decision(Throttled("no", 1), call_message(age=30 * DAY + SECOND)) == expired


def test_an_unavailable_service_is_asked_less_and_less_often_for_four_hours() -> None:
    delays, reason = life_with(Unavailable("away"))
    assert delays[:8] == [seconds * SECOND for seconds in (10, 20, 40, 80, 160, 320, 600, 600)]
    assert set(delays[8:]) == {10 * MINUTE}
    assert 4 * HOUR < sum(delays, timedelta()) <= 4 * HOUR + 10 * MINUTE
    assert reason == "unavailable for 4 h: away"


def test_a_missing_permission_is_waited_for_a_day() -> None:
    delays, reason = life_with(Forbidden("no"))
    assert delays == [15 * MINUTE] * (24 * 4 + 1)
    assert reason == "forbidden for 24 h: no"


def test_what_nobody_foresaw_is_tried_four_times_more() -> None:
    delays, reason = life_with(Unexpected("An unexpected KeyError."))
    assert delays == [seconds * SECOND for seconds in (10, 20, 40, 80)]
    assert reason == "An unexpected KeyError."


@pytest.mark.parametrize(("error", "lasting"), [(Unavailable("away"), 4 * HOUR), (Forbidden("no"), DAY)])
def test_the_last_moment_of_a_failure_that_lasts_still_counts(error: CallRecordsError, lasting: timedelta) -> None:
    assert isinstance(decision(error, failed(error, lasting)), Later)
    assert isinstance(decision(error, failed(error, lasting + SECOND)), GiveUp)


@pytest.mark.parametrize("error", [Refused("bad request"), Unreadable("not JSON"), CallRecordsError("unforeseen")])
def test_anything_else_is_given_up_at_once(error: CallRecordsError) -> None:
    assert decision(error) == GiveUp(str(error))


@pytest.mark.parametrize("error", [NotFound("no"), Unavailable("away"), Forbidden("no"), Unexpected("defect")])
def test_a_failure_is_counted_with_its_kind_and_since_when(error: CallRecordsError) -> None:
    first = decision(error)
    assert isinstance(first, Later)
    assert first.message == failed(error, timedelta(), attempt=1)
    second = decision(error, first.message, NOW + MINUTE)
    assert isinstance(second, Later)
    assert second.message == failed(error, timedelta(), attempt=2)


@pytest.mark.parametrize("error", [NotFound("no"), Unavailable("away"), Forbidden("no"), Unexpected("defect")])
def test_a_failure_of_another_kind_begins_to_count_anew(error: CallRecordsError) -> None:
    before = failed(Throttled("", None), lasting=29 * DAY, attempt=90)
    assert decision(error, before) == decision(error)


@pytest.mark.parametrize("error", [Unavailable("away"), Forbidden("no"), Unexpected("defect")])
def test_the_first_failure_of_a_message_that_waited_long_is_not_its_end(error: CallRecordsError) -> None:
    assert isinstance(decision(error, call_message(age=29 * DAY)), Later)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [(None, 30), (17, 17), (2.128, 2.128), (0, 1), (0.2, 1), (3_600, 3_600), (3_601, 3_600), (1e300, 3_600)],
)
def test_a_throttled_message_comes_back_when_the_service_said(retry_after: float | None, seconds: float) -> None:
    message = failed(NotFound("no"), HOUR, attempt=3)
    assert decision(Throttled("slow", retry_after), message) == Later(message, timedelta(seconds=seconds))


def test_messages_that_were_throttled_together_come_back_apart_but_never_early() -> None:
    decided = [decision(Throttled("slow", 100), chance=chance) for chance in (0, 0.5, 1)]
    assert decided == [Later(call_message(), timedelta(seconds=seconds)) for seconds in (100, 112.5, 125)]


@given(st.none() | st.floats(0, allow_nan=False), st.floats(0, 1))
def test_no_jitter_brings_a_message_back_early_or_over_a_quarter_late(retry_after: float | None, chance: float) -> None:
    decided = decision(Throttled("slow", retry_after), chance=chance)
    assert isinstance(decided, Later)
    asked = min(max(30 if retry_after is None else retry_after, 1), 3_600)
    assert timedelta(seconds=asked) <= decided.delay <= timedelta(seconds=asked) * 1.25
    assert decided.message == call_message()


def test_chance_changes_nothing_but_throttling() -> None:
    for error in (NotFound("no"), Unavailable("away"), Forbidden("no"), Unexpected("defect")):
        assert decision(error, chance=1) == decision(error, chance=0)
