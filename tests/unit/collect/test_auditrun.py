"""An audit as its queue carries it along."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.auditrun import AGES, Audit, AuditMessage, due
from callrecords.collect.slicedrun import ALL_IDS, bound
from callrecords.collect.verdicts import WHOLE, Finding
from callrecords.errors import Unreadable
from tests.invented import DAY, NOW, TENANT, call_id

TODAY = date(2026, 3, 4)
DAMAGED = Finding(verdict="damaged", remedy="ingest", version=1)


def message(first_day: str = DAY, last_day: str = DAY) -> AuditMessage:
    return AuditMessage(
        tenant_id=TENANT, notified_at=NOW, audit="early", first_day=first_day, last_day=last_day, day=first_day
    )


@pytest.mark.parametrize(
    ("audit", "last", "expected"),
    [
        ("early", None, ("2026-03-01", "2026-03-01")),
        ("late", None, ("2026-02-03", "2026-02-03")),
        ("early", "2026-02-28", ("2026-03-01", "2026-03-01")),
        ("early", "2026-02-25", ("2026-02-26", "2026-03-01")),
        ("late", "2026-02-01", ("2026-02-02", "2026-02-03")),
        ("late", "2025-12-24", ("2026-02-02", "2026-02-03")),
        ("early", "2025-12-24", ("2026-02-02", "2026-03-01")),
        ("early", "2026-03-01", None),
        ("late", "2026-03-01", None),
        ("early", "2026-03-05", ("2026-03-01", "2026-03-01")),
        ("early", "yesterday", ("2026-03-01", "2026-03-01")),
    ],
)
def test_the_days_that_are_due_are_those_since_the_last_as_far_back_as_graph_has_calls(
    audit: Audit, last: str | None, expected: tuple[str, str] | None
) -> None:
    assert due(audit, TODAY, last) == expected


@pytest.mark.parametrize("now", [datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 4, 23, 59, tzinfo=UTC)])
def test_every_day_is_audited_two_days_after_its_last_call_and_while_graph_has_its_calls(now: datetime) -> None:
    began = {
        audit: datetime.combine(now.date() - timedelta(days=age), datetime.min.time(), UTC)
        for audit, age in AGES.items()
    }
    assert now - (began["early"] + timedelta(days=1)) >= timedelta(days=2)
    assert now - began["late"] < timedelta(days=30)


@given(st.integers(0, ALL_IDS - 1))
def test_every_call_is_in_one_slice_however_they_are_cut(cut: int) -> None:
    ids = [call_id(0), call_id(5).replace("0000", "ffff"), f"{cut:04x}0000-0000-4000-8000-000000000000"]
    for each in ids:
        assert (bound(0) <= each < bound(cut)) != (bound(cut) <= each < bound(ALL_IDS))


@given(st.lists(st.integers(0, 5_000), min_size=300, max_size=300))
def test_whatever_the_slices_hold_the_audit_gets_through_its_days_and_leaves_nothing_out(sizes: list[int]) -> None:
    audit, slices = message("2026-03-04", "2026-03-05"), list[tuple[str, str, str]]()
    for number in range(400_000):
        if audit.is_done:
            break
        size = sizes[number % len(sizes)]
        if size > 4_000 and audit.width > 1:
            audit = audit.narrowed()
            continue
        slices.append((audit.day, *audit.bounds))
        audit = audit.compared_slice([WHOLE] * min(size, 20), 1)
    assert audit.is_done
    for day in ("2026-03-04", "2026-03-05"):
        of_day = [(first, end) for each, first, end in slices if each == day]
        assert of_day[0][0] == bound(0)
        assert of_day[-1][1] == bound(ALL_IDS)
        assert [end for _, end in of_day[:-1]] == [first for first, _ in of_day[1:]]


def test_the_last_id_of_a_day_is_a_slice_like_any_other() -> None:
    audit = replace(message(), position=ALL_IDS - 2, width=1).compared_slice([], 1)
    assert (audit.day, audit.bounds[0]) == (DAY, "ffff")
    assert audit.compared_slice([], 1).is_done


def test_a_slice_is_sized_to_hold_500_calls() -> None:
    begun = message()
    assert begun.compared_slice([WHOLE] * 1_000, 1).width == begun.width // 2
    assert begun.compared_slice([WHOLE] * 250, 1).width == begun.width * 2
    assert begun.compared_slice([], 1).width == begun.width * 8
    assert begun.compared_slice([WHOLE] * 100_000, 1).width == begun.width // 8


def test_calls_are_counted_by_verdict_and_what_is_charged_is_added_up() -> None:
    audit = message().compared_slice([WHOLE, WHOLE, DAMAGED], 3.1).charged(2.9).narrowed()
    audit = audit.compared_slice(
        [DAMAGED, Finding(verdict="leftover row", remedy="move"), Finding(verdict="orphaned parts", remedy="tidy")],
        1.25,
    )
    outcome = audit.outcome(NOW)
    assert (outcome.compared, outcome.whole, outcome.damaged, outcome.leftover_row) == (6, 2, 2, 1)
    assert (outcome.orphaned_parts, outcome.enqueued, outcome.request_units) == (1, 3, 7.25)


def test_an_audit_says_which_day_it_compares_and_when_it_has_ended() -> None:
    audit = message("2026-03-04", "2026-03-05")
    assert (audit.outcome(NOW).day, audit.outcome(NOW).finished) == ("2026-03-04", None)
    while not audit.is_done:
        audit = audit.compared_slice([], 1)
    assert (audit.outcome(NOW).day, audit.outcome(NOW).finished) == (None, NOW)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"day": "today"}, "A day is 'today': expected one such as 2026-03-04."),
        ({"last_day": "2026-02-30"}, "A day is '2026-02-30': expected one such as 2026-03-04."),
        ({"width": 0}, "width is 0: expected a number from 1."),
    ],
)
def test_a_message_of_which_no_audit_can_be_made_is_unreadable(changes: dict[str, object], expected: str) -> None:
    with pytest.raises(Unreadable, match=expected):
        AuditMessage.parse(str(replace(message(), **changes)))  # type: ignore[arg-type]
