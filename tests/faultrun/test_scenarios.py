"""The scenarios in a short form: smaller, and with times that are a part of Azure's."""

from pathlib import Path

from local.faultrun.finding import Finding
from local.faultrun.largemeeting import large_meeting_run
from local.faultrun.lease import lease_run
from local.faultrun.queuestall import queue_stall_run
from local.graph import Limit, Limits


def said_nothing(_: str) -> None:
    pass


async def test_a_meeting_that_takes_several_visits_is_whole_with_a_fresh_worker_at_each(tmp_path: Path) -> None:
    limits = Limits(record_following_pages=Limit(4, 12), retry_after=("whole",))
    found = await large_meeting_run(1, tmp_path, said_nothing, sessions=300, limits=limits, idle=3, most_minutes=2)
    assert not found.failed, found.wrong
    assert found.figures["Answers that were 429"] > 0  # so that another visit was needed
    assert found.figures["Workers that were dropped meanwhile"] > 0


async def test_a_meeting_that_is_not_whole_in_time_is_a_failure(tmp_path: Path) -> None:
    limits = Limits(record_following_pages=Limit(1, 3600), retry_after=("whole",))
    found = await large_meeting_run(1, tmp_path, said_nothing, sessions=300, limits=limits, most_minutes=0.1)
    assert found.wrong == [
        "The app is still at it.",
        "The record is not whole in Cosmos, byte for byte.",
        "The call has not one fact row, that of its record.",
    ]


async def test_the_messages_of_a_killed_worker_come_back_after_the_lease_and_no_call_is_lost(tmp_path: Path) -> None:
    found = await lease_run(1, tmp_path, said_nothing, calls=30, lease=20)
    assert not found.failed, found.wrong
    assert found.figures["Seconds until the first of them was stored"] > 10


async def test_a_queue_that_answers_nobody_for_a_while_costs_no_notification(tmp_path: Path) -> None:
    found = await queue_stall_run(1, tmp_path, said_nothing, calls=20, stall=4)
    assert not found.failed, found.wrong
    assert found.figures["Deliveries that were refused"] > 0
    assert found.figures["Calls that are whole"] == 20


def test_what_is_wrong_is_told_and_makes_a_scenario_fail() -> None:
    well, ill = Finding("A title", {"Visits": 3}, []), Finding("A title", {"Visits": 3}, ["It rains."])
    assert (well.failed, ill.failed) == (False, True)
    assert ill.as_json() == {"Visits": 3, "wrong": ["It rains."]}
    assert ill.table().row_count == 2
