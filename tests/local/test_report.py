"""What the demo says of the completeness of its day."""

import pytest

from callrecords.graphtypes import JsonObject
from local.report import completeness_line

DAY: JsonObject = {
    "day": "2026-11-24",
    "completeness": "complete",
    "listed": 1200,
    "newest": 1200,
    "share": 1.0,
    "comparedAt": "2026-11-27T10:41:59+01:00",
}
RATED = "calls that Graph lists are here at their newest version; compared 2026-11-27 09:41 UTC."


@pytest.mark.parametrize(
    ("others", "line"),
    [
        ({}, f"complete, 1,200 of 1,200 {RATED}"),
        ({"completeness": "soFar"}, f"so far, 1,200 of 1,200 {RATED}"),
        ({"completeness": "incomplete", "newest": 1198}, f"incomplete, 1,198 of 1,200 {RATED}"),
        ({"completeness": "sampled", "share": 0.5}, f"sampled, in 50 % of its minutes 1,200 of 1,200 {RATED}"),
    ],
)
def test_the_line_has_the_word_and_the_figures_of_the_day(others: JsonObject, line: str) -> None:
    assert completeness_line(DAY | others) == f"The app itself says (GET /api/completeness): 2026-11-24 is {line}"


def test_of_a_day_of_which_nothing_was_compared_it_says_so() -> None:
    day = {"day": "2026-11-24", "completeness": "soFar", "listed": 0, "newest": 0, "share": 0.0}
    assert (
        completeness_line(day)
        == "The app itself says (GET /api/completeness): 2026-11-24 is so far, nothing of it was compared."
    )
