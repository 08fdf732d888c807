"""What the fault run makes of what it finds."""

from dataclasses import replace

import pytest

from local.compare import Comparison
from local.faultrun.outcome import Outcome
from local.faultrun.poison import Poison

WELL = Outcome(
    Comparison(held=1, stored=1, newest=1, whole=1), [], [], 0, [], [], 3, 2, {"Graph 500": 3}, {}, 10, 0.0, 1.0
)
CALL, OTHER_CALL = "one call", "another call"


def test_where_nothing_is_lost_no_figure_fails() -> None:
    assert set(WELL.failures.values()) == {0}


@pytest.mark.parametrize("name", ["missing", "stale", "mixed", "broken", "orphans"])
def test_what_the_comparison_finds_is_a_failure(name: str) -> None:
    found = Comparison(held=2)
    getattr(found, name).extend([CALL, OTHER_CALL])
    outcome = replace(WELL, comparison=found)
    assert {failure: figure for failure, figure in outcome.failures.items() if figure} == {name: 2}
    assert outcome.as_json()[name] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("facts", [CALL]), ("poison", ["no"]), ("found", 1), ("completeness", ["no"]), ("phone", ["no"])],
)
def test_so_is_what_else_is_not_as_it_has_to_be(name: str, value: object) -> None:
    outcome = replace(WELL, **{name: value})  # type: ignore[arg-type]
    assert {failure: figure for failure, figure in outcome.failures.items() if figure} == {name: 1}


@pytest.mark.parametrize(
    ("poison", "is_justified"),
    [
        (Poison("call-records", CALL, "Call record one call: Graph's answer is not JSON."), True),
        (Poison("call-records", OTHER_CALL, "Call record another call: Graph's answer is not JSON."), False),
        (Poison("call-records", CALL, ""), False),
        (Poison("reconcile", None, "Call records from 2026-03-04 on: Graph's answer is not JSON."), False),
    ],
)
def test_only_for_a_call_with_an_unusable_answer_it_is_right_to_give_up(poison: Poison, is_justified: bool) -> None:
    assert poison.is_justified({CALL}) is is_justified
