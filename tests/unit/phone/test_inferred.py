"""A row of PSTN is joined to the call with its number, user and time, and to none where that is not clear."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.phone.inferred import inferred
from callrecords.phone.stays import PhonedCall, Stay
from callrecords.ports.phonerow import PhoneJoin, PhoneRow
from tests.invented import call_id
from tests.unit.phone.invented_rows import pstn_row

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
USER, OTHER = call_id(1), call_id(2)
NUMBER, ANOTHER = "+15550100", "+15550101"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def row(number: int, start: float, end: float, **changes: object) -> PhoneRow:
    """An outbound call of USER to NUMBER, from and to so many seconds after START."""
    times = {"startDateTime": at(start).isoformat(), "endDateTime": at(end).isoformat()}
    return pstn_row(**{"id": call_id(number), "userId": USER, "calleeNumber": NUMBER} | times | changes)


def call(number: int, *spans: tuple[float, float], user: str = USER, phone: str = NUMBER) -> PhonedCall:
    """A call of the user with the telephone in it, so often."""
    stays = tuple(Stay(phone, at(joined), at(left)) for joined, left in spans)
    return PhonedCall(call_id(1000 + number), frozenset({user}), stays)


def told(rows: Sequence[PhoneRow], calls: Sequence[PhonedCall]) -> list[int | str]:
    """Of each row the number of its call, or the reason why it has none."""
    joins = inferred(rows, calls)
    assert joins.keys() == {each["id"] for each in rows}
    return [number_of(joins[each["id"]]) for each in rows]


def number_of(join: PhoneJoin) -> int | str:
    if "calls" not in join:
        return join["reason"]
    (found,) = join["calls"]
    return next(number for number in range(500) if found["callId"] == call_id(1000 + number))


def test_a_row_is_joined_by_number_user_and_time_and_says_how_far_they_are_apart() -> None:
    one = row(1, 25, 63)
    assert inferred([one], [call(1, (0, 60))])[one["id"]] == {
        "digest": one["digest"],
        "calls": [
            {
                "callId": call_id(1001),
                "by": "userNumberAndTime",
                "inferred": True,
                "startSecondsApart": 25.0,
                "endSecondsApart": 3.0,
            }
        ],
    }


@pytest.mark.parametrize("user", [None, ""])
def test_a_row_without_a_user_is_joined_by_number_and_time(user: str | None) -> None:
    one = row(1, 2, 60, userId=user, callType="ucap_in", callerNumber=NUMBER)
    (found,) = inferred([one], [call(1, (0, 60), user=OTHER)])[one["id"]]["calls"]
    assert found["by"] == "numberAndTime"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (120, 170, 1),
        (-120, 150, 1),
        (121, 160, "otherTime"),
        (-121, 160, "otherTime"),
        (0, 170, 1),
        (0, 150, 1),
        (0, 171, "otherTime"),
        (0, 149, "otherTime"),
    ],
)
def test_times_may_be_so_far_apart_and_no_farther(start: float, end: float, expected: int | str) -> None:
    assert told([row(1, start, end)], [call(1, (0, 160))]) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"calleeNumber": ANOTHER}, "noCall"),
        ({"userId": OTHER}, "otherUser"),
        ({"calleeNumber": None}, "noNumber"),
        ({"calleeNumber": "anonymous"}, "noNumber"),
        ({"calleeNumber": "+15*******"}, "noNumber"),
        ({"callType": "odd"}, "noNumber"),
        ({"startDateTime": "0001-01-01T00:00:00Z"}, "noTime"),
        ({"endDateTime": None, "duration": None}, "noTime"),
        ({"endDateTime": None, "duration": 61}, 1),
        ({"endDateTime": "9999-12-31T23:59:59.9999999Z"}, "noTime"),
        ({"startDateTime": "0001-01-02T00:00:00Z"}, "noTime"),
    ],
)
def test_what_cannot_be_joined_says_why(changes: dict[str, object], expected: int | str) -> None:
    assert told([row(1, 0, 60, **changes)], [call(1, (0, 60))]) == [expected]


@pytest.mark.parametrize(
    ("in_row", "in_call", "is_joined"),
    [
        ("+15550100", "15550100", True),
        ("+1 555 01-00", "tel:+15550100;phone-context=x", True),
        ("+15550***", "+15550100", True),
        ("+15550***", "+15550***", True),
        ("+15550***", "+1555****", True),
        ("+15550100", "+15550***", False),
        ("+155501**", "+15550100", "noNumber"),
        ("+1555*****", "+155501000", "noNumber"),
        ("+15551***", "+15550100", False),
        ("+15550***", "+155501000", False),
        ("911", "+911", True),
    ],
)
def test_a_number_may_be_spelled_and_masked_in_several_ways(in_row: str, in_call: str, is_joined: bool | str) -> None:
    expected = is_joined if isinstance(is_joined, str) else 1 if is_joined else "noCall"
    assert told([row(1, 0, 60, calleeNumber=in_row)], [call(1, (0, 60), phone=in_call)]) == [expected]


def test_who_called_again_at_once_has_each_row_at_its_own_call() -> None:
    first, second = row(1, 40, 45), row(2, 49, 80)
    calls = [call(1, (0, 45)), call(2, (47, 81))]
    assert told([first, second], calls) == [1, 2]
    assert told([second, first], calls[::-1]) == [2, 1]


def test_of_two_calls_that_fit_as_well_none_is_taken() -> None:
    assert told([row(1, 0, 60)], [call(1, (0, 58)), call(2, (4, 62))]) == ["ambiguous"]


def test_calls_that_end_together_are_not_told_apart_by_their_starts_for_it_may_have_rung() -> None:
    assert told([row(1, 0, 60)], [call(1, (0, 60)), call(2, (40, 60))]) == ["ambiguous"]


def test_of_two_rows_for_one_telephone_the_one_that_fits_clearly_better_is_taken() -> None:
    assert told([row(1, 0, 53), row(2, 0, 60)], [call(1, (0, 60))]) == ["otherRow", 1]
    assert told([row(1, 0, 57), row(2, 0, 60)], [call(1, (0, 60))]) == ["ambiguous", "ambiguous"]


def test_a_row_that_fits_two_telephones_of_a_call_leaves_the_other_row_the_one_that_it_fits() -> None:
    assert told([row(1, 0, 603), row(2, 100, 600)], [call(1, (0, 600), (200, 601))]) == [1, 1]


def test_two_spellings_of_a_number_are_rivals_for_one_telephone() -> None:
    rows = [row(1, 0, 60), row(2, 0, 60, calleeNumber="15550100"), row(3, 0, 60, calleeNumber="+15550***")]
    assert told(rows, [call(1, (0, 60))]) == ["ambiguous"] * 3


def test_rows_that_fit_better_but_have_no_telephone_each_are_not_taken() -> None:
    rows = [row(number, 0, end) for number, end in enumerate((600, 600, 607, 624))]
    assert told(rows, [call(1, (0, 600), (0, 615))]) == ["ambiguous"] * 4


@pytest.mark.parametrize(
    ("hours", "expected"), [(2, "otherTime"), (-2, "otherTime"), (23, "otherTime"), (25, "noCall")]
)
def test_another_call_with_the_number_is_told_of_within_a_day(hours: float, expected: str) -> None:
    later = hours * 3_600
    assert told([row(1, 0, 60)], [call(1, (later, later + 60))]) == [expected]


def test_rows_of_two_kinds_may_be_legs_of_one_call() -> None:
    rows = [row(1, 0, 60), row(2, 1, 60, callType="user_out_transfer")]
    assert told(rows, [call(1, (0, 60))]) == [1, 1]


def test_several_telephones_behind_one_number_in_a_meeting_have_a_row_each() -> None:
    meeting = call(1, (0, 600), (3, 600), (30, 602), (300, 603))
    rows = [row(number, start, end) for number, (start, end) in enumerate([(1, 601), (2, 601), (28, 603), (301, 601)])]
    assert told(rows, [meeting]) == [1, 1, 1, 1]
    assert "ambiguous" in told([*rows, row(9, 2, 602)], [meeting])


# Calls of a user to the same two numbers, one after the other: how long it was between them, it rang and they talked.
CALLS = st.lists(
    st.tuples(st.sampled_from([NUMBER, ANOTHER]), *[st.integers(0, 8) | st.integers(0, most) for most in (40, 60, 90)]),
    min_size=1,
    max_size=12,
)
NOISE = st.tuples(*[st.sampled_from([-3.0, -1.5, 0.0, 2.0, 3.0])] * 2)


def played(
    calls: list[tuple[str, int, int, int]], noise: Callable[[], tuple[float, float]]
) -> tuple[list[PhoneRow], list[PhonedCall]]:
    """A row and a call of the same number for each."""
    rows, found, now = [], [], 0.0
    for number, (phone, pause, ringing, talking) in enumerate(calls):
        began = now + pause
        now = began + ringing + talking
        at_start, at_end = noise()
        end = now + at_end
        start = min(began + ringing + at_start, end)
        rows.append(row(number, start, end, calleeNumber=phone))
        found.append(call(number, (began, now), phone=phone))
    return rows, found


@given(CALLS, st.data())
def test_no_row_is_joined_to_another_call_of_the_same_number_however_close(
    calls: list[tuple[str, int, int, int]], data: st.DataObject
) -> None:
    rows, found = played(calls, lambda: data.draw(NOISE))
    for number, what in enumerate(told(rows, found)):
        assert what in (number, "ambiguous")


@given(CALLS, st.data())
def test_every_row_is_joined_whose_call_ends_long_enough_before_and_after_others(
    calls: list[tuple[str, int, int, int]], data: st.DataObject
) -> None:
    apart = [(phone, pause + 21, ringing, talking) for phone, pause, ringing, talking in calls]
    rows, found = played(apart, lambda: data.draw(NOISE))
    assert told(rows, found) == [*range(len(rows))]


@given(CALLS, st.data())
def test_the_order_of_rows_and_calls_means_nothing(calls: list[tuple[str, int, int, int]], data: st.DataObject) -> None:
    rows, found = played(calls, lambda: data.draw(NOISE))
    shuffled_rows, shuffled_calls = data.draw(st.permutations(rows)), data.draw(st.permutations(found))
    assert inferred(shuffled_rows, shuffled_calls) == inferred(rows, found)
