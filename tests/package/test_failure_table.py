"""The failure table of docs/operations.md is what becomes of a message."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from azure.core.exceptions import HttpResponseError
from kiota_abstractions.api_error import APIError

from callrecords import errors
from callrecords.cosmos.account import cosmos_errors
from callrecords.errors import CallRecordsError, Throttled
from callrecords.graph.failures import graph_errors
from callrecords.queues.messages import CallMessage
from callrecords.queues.retries import GiveUp, Later, decide
from callrecords.queues.workqueue import LAST_TRY
from tests.invented import NOW, call_message
from tests.markdown import page, table, unwrapped

SECOND = timedelta(seconds=1)
KINDS: dict[str, type[CallRecordsError]] = {
    each.__name__: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, CallRecordsError) and each.__base__ is CallRecordsError
}


@dataclass(frozen=True)
class Row:
    """The cells of a kind of failure."""

    happened: str
    comes_back: str
    given_up: str
    counted: str


ROWS = {kind.strip("`"): Row(*cells) for kind, *cells in table(page("docs/operations.md"), "When a message fails")}


def periods(text: str) -> list[timedelta]:
    """Every period that the text tells, such as 10 seconds."""
    told = re.findall(r"(\d+) (second|minute|hour|day)", text)
    return [timedelta(**{f"{unit}s": int(number)}) for number, unit in told]


def statuses(service: str, kind: str) -> list[tuple[int, dict[str, str]]]:
    """The statuses of the service's answers that are of the kind, with the headers that make them so."""
    found = re.search(rf"{service} \(([^)]*)\)", ROWS[kind].happened)
    told = re.findall(r"(\d{3})( with Retry-After)?", found[1]) if found else []
    return [(int(status), {"Retry-After": "7"} if condition else {}) for status, condition in told]


ANSWERS = [(kind, *each) for kind in ROWS for each in statuses("Graph", kind)]
COSMOS_ANSWERS = [(kind, status) for kind in ROWS for status, _ in statuses("Cosmos DB", kind)]


def failure(kind: str, retry_after: float | None = None) -> CallRecordsError:
    return Throttled("It failed.", retry_after) if kind == "Throttled" else KINDS[kind]("It failed.")


def delays(kind: str) -> list[timedelta]:
    """How long a message waits, each time, that fails in this way until it is given up."""
    message, now, found = call_message(), NOW, []
    while isinstance(decided := decide(message, failure(kind), now, 0), Later):
        message, now = decided.message, now + decided.delay
        found.append(decided.delay)
    return found


def throttled_for(retry_after: float | None, chance: float = 0) -> timedelta:
    decided = decide(call_message(), failure("Throttled", retry_after), NOW, chance)
    assert isinstance(decided, Later)
    return decided.delay


def failing(kind: str, lasting: timedelta) -> CallMessage:
    """A message that has failed in this way for so long."""
    return replace(call_message(), attempt=1, failure=kind, failing_since=NOW - lasting)


def outcome(message: CallMessage, kind: str) -> str | None:
    """Why the message is given up; None if it comes back."""
    decided = decide(message, failure(kind), NOW, 0)
    return decided.reason if isinstance(decided, GiveUp) else None


def test_every_kind_of_failure_is_in_the_table() -> None:
    assert ROWS.keys() == KINDS.keys()


def test_a_record_that_graph_does_not_have_waits_as_the_table_says() -> None:
    told = re.fullmatch(r"after ([\d, ]+) and (\d+) minutes", ROWS["NotFound"].comes_back)
    assert told
    assert delays("NotFound") == [timedelta(minutes=int(each)) for each in [*told[1].split(","), told[2]]]


@pytest.mark.parametrize("kind", ["Unavailable", "Unexpected"])
def test_waits_double_as_the_table_says(kind: str) -> None:
    first, *longest = periods(ROWS[kind].comes_back)
    assert "then twice as long each time" in ROWS[kind].comes_back
    found = delays(kind)
    assert found == [min([first * 2**tries, *longest]) for tries in range(len(found))]
    assert not longest or longest[0] in found


def test_an_unexpected_failure_comes_back_as_often_as_the_table_says() -> None:
    told = re.match(r"(\d+) times", ROWS["Unexpected"].comes_back)
    assert told
    assert len(delays("Unexpected")) == int(told[1])


def test_a_message_whose_workers_end_is_unexpected_after_as_many_as_the_table_says() -> None:
    assert f"the worker ended {LAST_TRY - 1} times in a row" in ROWS["Unexpected"].happened


def test_what_is_forbidden_waits_the_same_time_always() -> None:
    assert ROWS["Forbidden"].comes_back.startswith("every ")
    assert {*delays("Forbidden")} == {*periods(ROWS["Forbidden"].comes_back)}


def test_what_is_throttled_waits_as_the_table_says() -> None:
    least, most, untold = periods(ROWS["Throttled"].comes_back)
    assert [throttled_for(0), throttled_for(7), throttled_for(1e6)] == [least, 7 * SECOND, most]
    assert throttled_for(None) == untold
    assert "each wait is up to a quarter longer" in ROWS["Throttled"].comes_back
    assert throttled_for(7, chance=1) == 7 * SECOND * 1.25


@pytest.mark.parametrize("kind", ["Unavailable", "Forbidden"])
def test_a_failure_lasts_as_long_as_the_table_says(kind: str) -> None:
    (lasting,) = periods(ROWS[kind].given_up)
    assert outcome(failing(kind, lasting), kind) is None
    assert outcome(failing(kind, lasting + SECOND), kind)


@pytest.mark.parametrize("kind", ["NotFound", "Throttled"])
def test_a_message_expires_at_the_age_that_the_table_tells(kind: str) -> None:
    (age,) = periods(ROWS[kind].given_up)
    assert 'as "expired"' in ROWS[kind].given_up
    assert outcome(call_message(age=age), kind) is None
    assert str(outcome(call_message(age=age + SECOND), kind)).startswith("expired")


def test_a_record_that_never_appeared_is_called_so() -> None:
    assert ROWS["NotFound"].given_up.startswith('after that, as "never appeared"')
    after_all = replace(call_message(), attempt=len(delays("NotFound")), failure="NotFound", failing_since=NOW)
    assert str(outcome(after_all, "NotFound")).startswith("never appeared")


def test_what_never_comes_back_is_given_up_at_once() -> None:
    told = {kind for kind, row in ROWS.items() if row.comes_back == "never" and row.given_up == "at once"}
    assert told == {kind for kind in KINDS if outcome(call_message(), kind)}


@pytest.mark.parametrize("kind", ROWS)
def test_an_attempt_is_counted_where_the_table_says_so(kind: str) -> None:
    decided = decide(call_message(), failure(kind), NOW, 0)
    attempts = decided.message.attempt if isinstance(decided, Later) else None
    assert {0: "no", 1: "yes", None: ""}[attempts] == ROWS[kind].counted


def test_only_failures_of_another_kind_start_attempts_again_and_throttling_does_not() -> None:
    told = "a failure of another kind starts them again. `Throttled` neither counts nor starts anything again."
    assert told in unwrapped(page("docs/operations.md"))
    attempts, message = [], call_message()
    for kind in ("Unavailable", "Unavailable", "Throttled", "Unavailable", "Forbidden"):
        decided = decide(message, failure(kind), NOW, 0)
        assert isinstance(decided, Later)
        message = decided.message
        attempts.append(message.attempt)
    assert attempts == [1, 2, 2, 3, 1]


@pytest.mark.parametrize(("kind", "status", "headers"), ANSWERS)
def test_an_answer_of_graph_is_of_the_kind_in_the_table(kind: str, status: int, headers: dict[str, str]) -> None:
    with pytest.raises(KINDS[kind]), graph_errors("It"):
        raise APIError("It failed.", status, headers)


@pytest.mark.parametrize(("kind", "status"), COSMOS_ANSWERS)
def test_an_answer_of_cosmos_db_is_of_the_kind_in_the_table(kind: str, status: int) -> None:
    error = HttpResponseError("It failed.")
    error.status_code = status
    with pytest.raises(KINDS[kind]), cosmos_errors("It"):
        raise error


def test_the_table_tells_answers_of_both_services() -> None:
    assert {status for _, status, _ in ANSWERS} >= {400, 401, 403, 404, 408, 429, 500, 503}
    assert {status for _, status in COSMOS_ANSWERS} >= {400, 401, 403, 413, 429, 503}
