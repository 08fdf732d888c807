"""Deriving rows again as its queue carries it along."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.factrows import Derived
from callrecords.collect.rederiverun import CALLS_A_SECOND, DeriveMessage, Outcome
from callrecords.collect.slicedrun import ALL_IDS, bound, position_of
from callrecords.errors import Unreadable
from tests.invented import DAY, NOW, TENANT, call_id

MESSAGE = DeriveMessage(
    tenant_id=TENANT,
    notified_at=NOW,
    first_day="2026-03-03",
    last_day=DAY,
    day="2026-03-03",
    facts_version=1,
    quality_profile="current",
)
DAMAGED = Unreadable("It is damaged.")


def test_a_message_says_all_that_is_needed_to_go_on() -> None:
    message = replace(MESSAGE, day=DAY, position=7, width=9, all_rows=True).counted([Derived.WRITTEN, DAMAGED])
    assert DeriveMessage.parse(str(message)) == message


@pytest.mark.parametrize("change", [{"width": 0}, {"day": "today"}])
def test_a_message_that_says_no_position_is_unreadable(change: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        DeriveMessage.parse(str(replace(MESSAGE, **change)))  # type: ignore[arg-type]


def test_calls_are_counted_by_what_became_of_their_rows_and_the_last_error_is_kept() -> None:
    message = MESSAGE.derived_slice([Derived.WRITTEN, DAMAGED, Derived.KEPT, Unreadable("x" * 500)])
    message = message.derived_slice([Derived.WRITTEN])
    assert (message.calls, message.rewritten, message.kept, message.errors) == (5, 2, 1, 2)
    assert message.last_error == "x" * 300


@given(st.integers(0, ALL_IDS - 1))
def test_the_position_of_a_call_is_the_last_before_it(position: int) -> None:
    assert position_of(f"{position:04x}0000-0000-4000-8000-000000000000") == position
    assert position_of(f"{position:04x}ffff-ffff-4fff-8fff-ffffffffffff") == position
    assert position_of(bound(position)) == position


def test_half_a_slice_ends_at_the_call_that_failed() -> None:
    outcomes: dict[str, Outcome] = {
        call_id(1): Derived.WRITTEN,
        "0007" + call_id(1)[4:]: Derived.KEPT,
        "0008" + call_id(1)[4:]: Derived.WRITTEN,
    }
    stopped = MESSAGE.derived_until("0008" + call_id(2)[4:], outcomes)
    # The call before it begins with the same four digits, so it is looked at again.
    assert (stopped.bounds[0], stopped.calls, stopped.rewritten, stopped.kept) == ("0008", 2, 1, 1)
    assert MESSAGE.derived_until(call_id(2), {call_id(1): Derived.WRITTEN}) == MESSAGE


def test_rows_that_were_written_and_calls_that_could_not_be_take_their_time_and_others_none() -> None:
    since = MESSAGE.counted([Derived.WRITTEN] * 7)
    message = since.counted([Derived.WRITTEN] * 2 * CALLS_A_SECOND + [DAMAGED] * CALLS_A_SECOND + [Derived.KEPT] * 99)
    assert message.least_time(since) == timedelta(seconds=3)


def test_it_begins_again_by_other_rules_and_goes_on_by_the_same() -> None:
    message = replace(MESSAGE, day=DAY, position=7, all_rows=True).counted([Derived.WRITTEN])
    assert message.by(1, "current") == message
    for rules in ((2, "current"), (1, "before2022")):
        again = replace(MESSAGE, facts_version=rules[0], quality_profile=rules[1], all_rows=True)
        assert message.by(*rules) == again


def test_the_outcome_says_by_which_rules_and_since_when() -> None:
    outcome = MESSAGE.outcome(NOW + timedelta(hours=1))
    assert (outcome.facts_version, outcome.quality_profile, outcome.all_rows) == (1, "current", False)
    assert (outcome.started, outcome.at, outcome.finished) == (NOW, NOW + timedelta(hours=1), None)
