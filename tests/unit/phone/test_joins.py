"""A row of Direct Routing is joined to the calls that it names."""

import pytest

from callrecords.phone.joins import by_correlation, leg_row
from tests.invented import call_id
from tests.unit.phone.invented_rows import direct_row, failed_row

OWN, FORMER = call_id(1), call_id(2)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({OWN}, [(OWN, "correlationId")]),
        ({FORMER}, [(FORMER, "transferorCorrelationId")]),
        ({OWN, FORMER}, [(OWN, "correlationId"), (FORMER, "transferorCorrelationId")]),
    ],
)
def test_a_row_is_joined_to_its_own_call_and_to_the_one_it_was_transferred_from(
    known: set[str], expected: list[tuple[str, str]]
) -> None:
    row = direct_row(correlationId=OWN.upper(), transferorCorrelationId=FORMER)
    join = by_correlation(row, known)
    assert [(each["callId"], each["by"]) for each in join["calls"]] == expected
    assert not any(each["inferred"] for each in join["calls"])
    assert join["digest"] == row["digest"]


def test_a_row_that_names_one_call_twice_is_joined_to_it_once() -> None:
    row = direct_row(correlationId=OWN, transferorCorrelationId=OWN)
    assert by_correlation(row, {OWN})["calls"] == [{"callId": OWN, "by": "correlationId", "inferred": False}]


def test_a_row_whose_call_is_not_there_or_that_names_none_says_so() -> None:
    row = direct_row(correlationId=OWN, transferorCorrelationId=None)
    assert by_correlation(row, {FORMER}) == {"digest": row["digest"], "reason": "noCall"}
    row = direct_row(correlationId="00000000-0000-0000-0000-000000000000", transferorCorrelationId="")
    assert by_correlation(row, {OWN}) == {"digest": row["digest"], "reason": "noCorrelation"}


def test_the_row_of_a_call_tells_where_its_leg_is_and_how_it_was_found() -> None:
    row = failed_row(correlationId=OWN, transferorCorrelationId=None)
    (call,) = by_correlation(row, {OWN})["calls"]
    assert leg_row(row, call) == {
        "id": row["id"],
        "day": "2026-03-04",
        "source": "directRouting",
        "kind": "call",
        "by": "correlationId",
        "inferred": False,
        "successful": False,
    }
