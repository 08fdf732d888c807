from dataclasses import dataclass, field, replace

import pytest

from callrecords.collect.missing import Lack, Missing
from callrecords.ports.records import Listed
from callrecords.ports.rows import Row
from tests.invented import CALL, DAY, OTHER_CALL

LISTED = Listed(call_id=CALL, version=2, day=DAY)
OTHER = replace(LISTED, call_id=OTHER_CALL)


@dataclass
class Rows:
    """Stands for a CallsStore: has versions, all of `DAY`, and notes for which days it is asked."""

    held: dict[str, int]
    caveats: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    async def versions(self, day: str) -> dict[str, Row]:
        self.asked.append(day)
        held = {call_id: Row(version, self.caveats) for call_id, version in self.held.items()}
        return held if day == DAY else {}


@pytest.mark.parametrize(
    ("held", "given_up", "lack"),
    [
        ({}, {}, "missing"),
        ({OTHER_CALL: 2}, {OTHER_CALL: 2}, "missing"),
        ({CALL: 1}, {}, "stale"),
        ({CALL: 2}, {}, None),
        ({CALL: 3}, {}, None),
        ({}, {CALL: 2}, "given up"),
        ({CALL: 1}, {CALL: 2}, "given up"),
        ({CALL: 2}, {CALL: 2}, None),
        ({}, {CALL: 1}, "missing"),
        ({CALL: 1}, {CALL: 1}, "stale"),
        ({}, {CALL: None}, "given up"),
        ({CALL: 1}, {CALL: None}, "stale"),
    ],
)
async def test_what_cosmos_lacks_is_told_by_what_it_has_and_what_was_given_up(
    held: dict[str, int], given_up: dict[str, int | None], lack: Lack
) -> None:
    assert await Missing(Rows(held), given_up).lack(LISTED) == lack


@pytest.mark.parametrize(
    ("held", "caveats", "lack"),
    [
        (2, {"noSessions"}, "no sessions"),
        (2, {"noSessions", "repaired"}, "no sessions"),
        (2, {"participantsRefused", "repaired"}, None),
        (3, {"noSessions"}, None),
        (1, {"noSessions"}, "stale"),
    ],
)
async def test_a_record_that_is_stored_without_sessions_lacks_them(held: int, caveats: set[str], lack: Lack) -> None:
    assert await Missing(Rows({CALL: held}, frozenset(caveats)), {}).lack(LISTED) == lack


async def test_a_record_that_was_given_up_for_its_lack_of_sessions_is_not_fetched_in_vain() -> None:
    assert await Missing(Rows({CALL: 2}, frozenset({"noSessions"})), {CALL: 2}).lack(LISTED) == "given up"


@pytest.mark.parametrize("record", [replace(LISTED, version=None), replace(LISTED, day=None)])
async def test_a_record_of_unknown_version_or_day_is_missing_and_cosmos_is_not_asked(record: Listed) -> None:
    rows = Rows({CALL: 2})
    assert await Missing(rows, {CALL: 2}).lack(record) == "missing"
    assert rows.asked == []


async def test_cosmos_is_asked_once_for_each_day() -> None:
    rows = Rows({CALL: 2})
    missing = Missing(rows, {})
    records = [LISTED, replace(LISTED, day="2026-03-05"), OTHER, replace(OTHER, day="2026-03-05")]
    assert [await missing.lack(record) for record in records] == [None, "missing", "missing", "missing"]
    assert rows.asked == [DAY, "2026-03-05"]
