import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from local.traffic import Call, Version, generate, large_meeting


def _bytes(calls: list[Call]) -> bytes:
    return orjson.dumps(calls)


def _users(calls: list[Call]) -> dict[str, str]:
    identities = [
        participant["identity"]["user"]
        for call in calls
        for participant in call.versions[-1].record["participants_v2"]
        if participant["identity"]["user"]
    ]
    return {user["userPrincipalName"]: user["id"] for user in identities}


def _began(version: Version) -> datetime:
    return datetime.fromisoformat(version.record["startDateTime"])


def _ended(version: Version) -> datetime:
    return datetime.fromisoformat(version.record["endDateTime"])


def test_the_same_arguments_give_the_same_bytes(calls: list[Call], day: date, tenant_id: str) -> None:
    assert _bytes(generate(3, 200, day, tenant_id)) == _bytes(calls)


def test_another_process_gives_the_same_bytes(tenant_id: str) -> None:
    program = (
        "import hashlib, orjson; from datetime import date; from local.traffic import generate; "
        f"print(hashlib.sha256(orjson.dumps(generate(3, 50, date(2026, 3, 4), '{tenant_id}'))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_and_another_day_give_other_calls(calls: list[Call], day: date, tenant_id: str) -> None:
    ids = {call.call_id for call in calls}
    assert ids.isdisjoint(call.call_id for call in generate(8, 200, day, tenant_id))
    assert ids.isdisjoint(call.call_id for call in generate(3, 200, day + timedelta(days=1), tenant_id))


def test_the_same_people_call_on_every_day(calls: list[Call], day: date, tenant_id: str) -> None:
    today, tomorrow = _users(calls), _users(generate(3, 200, day + timedelta(days=1), tenant_id))
    both = today.keys() & tomorrow.keys()
    assert len(both) > 150
    assert {name: today[name] for name in both} == {name: tomorrow[name] for name in both}


@pytest.mark.parametrize(
    ("count", "large"), [(0, []), (1, []), (9, []), (10, [75]), (49, [75]), (50, [75, 300]), (201, [75, 300])]
)
def test_there_are_as_many_calls_as_asked_for_and_the_large_meetings_once_each(
    count: int, large: list[int], day: date, tenant_id: str
) -> None:
    calls = generate(3, count, day, tenant_id)
    sizes = sorted(len(call.versions[-1].record["sessions"]) for call in calls)
    assert len(calls) == count
    assert [size for size in sizes if size > 60] == large


def test_a_large_meeting_has_as_many_sessions_as_asked_for_and_is_the_same_each_time(day: date, tenant_id: str) -> None:
    record = large_meeting(3, 500, day, tenant_id)
    assert len(record["sessions"]) == 500
    assert len(record["participants_v2"]) == 450
    assert record["startDateTime"].startswith(f"{day}T12")
    assert record == large_meeting(3, 500, day, tenant_id)
    assert record != large_meeting(4, 500, day, tenant_id)


def test_a_negative_number_of_calls_is_refused(day: date, tenant_id: str) -> None:
    with pytest.raises(ValueError, match="calls is -1, expected 0 or more"):
        generate(1, -1, day, tenant_id)


def test_every_kind_of_call_occurs_in_200(calls: list[Call]) -> None:
    assert {call.kind for call in calls} == {
        "peer-to-peer",
        "meeting",
        "large meeting",
        "PSTN",
        "auto attendant",
        "failed set-up",
        "mid-call failure",
        "rejoin",
        "customer call",
        "zero length",
        "over midnight",
    }


def test_a_small_day_has_the_frequent_kinds(day: date, tenant_id: str) -> None:
    kinds = {call.kind for call in generate(3, 20, day, tenant_id)}
    assert kinds >= {"peer-to-peer", "meeting", "large meeting", "PSTN", "failed set-up"}


def test_calls_begin_on_the_day_earliest_first_and_mostly_in_office_hours(calls: list[Call], day: date) -> None:
    began = [_began(call.versions[0]) for call in calls]
    assert {moment.date() for moment in began} == {day}
    assert began == sorted(began)
    assert sum(7 <= moment.hour < 18 for moment in began) > 150


def test_only_the_calls_over_midnight_end_on_the_next_day(calls: list[Call], day: date) -> None:
    next_day = {call.call_id for call in calls if _ended(call.versions[0]).date() > day}
    assert next_day == {call.call_id for call in calls if call.kind == "over midnight"}


def test_a_call_keeps_its_id_and_its_versions_rise(calls: list[Call]) -> None:
    for call in calls:
        assert {version.record["id"] for version in call.versions} == {call.call_id}
        for earlier, later in pairwise(call.versions):
            assert earlier.record["version"] < later.record["version"]
            assert earlier.published_at < later.published_at


def test_about_a_quarter_of_the_calls_have_later_versions(calls: list[Call]) -> None:
    assert 0.15 < sum(len(call.versions) > 1 for call in calls) / len(calls) < 0.35


def test_versions_neither_always_begin_at_one_nor_always_rise_by_one(calls: list[Call]) -> None:
    assert {call.versions[0].record["version"] for call in calls} >= {1, 2}
    pairs = [pair for call in calls for pair in pairwise(call.versions)]
    assert {later.record["version"] - earlier.record["version"] for earlier, later in pairs} >= {1, 2}


def test_the_first_version_comes_5_to_150_minutes_after_the_call_mostly_within_30(calls: list[Call]) -> None:
    delays = [call.versions[0].published_at - _ended(call.versions[0]) for call in calls]
    assert min(delays) >= timedelta(minutes=5)
    assert max(delays) <= timedelta(minutes=150)
    assert sorted(delays)[len(delays) // 2] < timedelta(minutes=30)


def test_a_version_was_last_modified_when_it_was_published(calls: list[Call]) -> None:
    for call in calls:
        for version in call.versions:
            assert datetime.fromisoformat(version.record["lastModifiedDateTime"]) == version.published_at


def test_notifications_follow_the_publication_and_end_30_hours_after_the_day_began(
    calls: list[Call], day: date
) -> None:
    latest = datetime.combine(day, time(), UTC) + timedelta(hours=30)
    for call in calls:
        for version in call.versions:
            assert 1 <= len(version.notified_at) <= 3
            assert version.published_at < version.notified_at[0]
            assert list(version.notified_at) == sorted(version.notified_at)
            assert version.notified_at[-1] < latest


def test_some_notifications_are_repeated_and_some_are_out_of_order(calls: list[Call]) -> None:
    versions = [version for call in calls for version in call.versions]
    assert 0.1 < sum(len(version.notified_at) > 1 for version in versions) / len(versions) < 0.3
    pairs = [pair for call in calls for pair in pairwise(call.versions)]
    assert 0 < sum(earlier.notified_at[0] > later.notified_at[0] for earlier, later in pairs) < len(pairs) / 2
