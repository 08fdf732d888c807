from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from callrecords.collect.reconcilerun import LEAST_STEP, ReconcileMessage, ended, running
from tests.invented import NOW, TENANT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RUN = ReconcileMessage(
    tenant_id=TENANT,
    notified_at=NOW,
    run="history",
    window_start=NOW - 30 * DAY,
    window_end=NOW,
    position=NOW - 2 * DAY,
)


def test_a_run_is_the_same_after_its_way_over_the_queue() -> None:
    run = replace(RUN, listed=7, missing=2, passed_over=1, step_seconds=90)
    assert ReconcileMessage.parse(str(run)) == run


def test_a_step_ends_with_the_window_at_the_latest() -> None:
    assert RUN.step_end == NOW - 2 * DAY + HOUR
    assert replace(RUN, position=NOW - HOUR / 2).step_end == NOW


@pytest.mark.parametrize(
    ("seconds", "listed", "wanted"),
    [
        (3_600, 50, HOUR),
        (3_600, 100, HOUR / 2),
        (3_600, 25, 2 * HOUR),
        (3_600, 0, 4 * HOUR),
        (3_600, 100_000, HOUR / 8),
        (6, 100_000, LEAST_STEP),
        (3 * 86_400, 0, 4 * DAY),
    ],
)
def test_a_step_is_sized_by_how_many_calls_the_last_one_had(seconds: int, listed: int, wanted: timedelta) -> None:
    assert replace(RUN, step_seconds=seconds).resized(listed).step == wanted


def test_a_compared_step_is_counted_and_left_behind() -> None:
    run = replace(RUN, listed=10, present=9, missing=1, failed_steps=2)
    after = run.compared([None, "missing", "stale", "given up", None], unreadable=3)
    assert (after.position, after.failed_steps) == (run.step_end, 0)
    counted = (after.listed, after.present, after.missing, after.stale, after.given_up, after.unreadable)
    assert counted == (15, 11, 2, 1, 1, 3)


def test_a_step_that_is_passed_over_becomes_a_run_of_its_own() -> None:
    failing = replace(RUN.failed("Unavailable", NOW), listed=10, failed_steps=1)
    rest, step = failing.without_step()
    assert rest == replace(failing, position=failing.step_end, passed_over=1, failed_steps=2)
    assert (step.run, step.window_start, step.window_end) == ("step", failing.position, failing.step_end)
    assert (step.position, step.listed, step.attempt, step.failure) == (failing.position, 0, 0, None)


def test_a_run_that_went_on_has_not_failed_where_it_is_now() -> None:
    assert RUN.failed("Unavailable", NOW).untried() == RUN


@pytest.mark.parametrize(("is_finished", "finished"), [(True, NOW), (False, None)])
def test_what_is_remembered_counts_what_is_missing_or_stale_as_enqueued(
    is_finished: bool, finished: datetime | None
) -> None:
    outcome = replace(RUN, missing=2, stale=3, given_up=1).outcome(NOW, is_finished)
    assert (outcome.enqueued, outcome.given_up, outcome.finished) == (5, 1, finished)
    assert (outcome.position, outcome.at) == (RUN.position, NOW)


def test_a_run_that_ended_and_one_under_way_are_remembered_apart() -> None:
    assert ended("history") != running("history")
