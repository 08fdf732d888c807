"""The completeness of days, as JSON and as CSV."""

import csv
import io
from collections.abc import Collection
from dataclasses import replace

import pytest

from callrecords.errors import Unavailable
from callrecords.http.completeness import COLUMNS, CompletenessOfDays
from callrecords.ports.completeness import DayCompleteness
from tests.asking import body, told
from tests.doubles import Clock
from tests.invented import CALL
from tests.unit.http.knowndays import COMPARED, Known

OTHER = replace(COMPARED, day="2026-03-01", completeness="complete", compared_until=None, rung=None)
DAY = {"from": COMPARED.day, "to": COMPARED.day}
NOT_COMPARED = {
    "day": "2026-03-03",
    "completeness": "soFar",
    "listed": 0,
    "stored": 0,
    "newest": 0,
    "late": 0,
    "degraded": 0,
    "givenUp": 0,
    "expired": 0,
    "unlisted": 0,
    "contradictions": 0,
    "unreadable": 0,
    "leftAside": 0,
    "digest": "0" * 32,
    "share": 0,
    "corrected": 0,
    "corrections": [],
    "lacking": [],
}


@pytest.fixture
def known() -> Known:
    return Known(COMPARED, OTHER)


@pytest.fixture
def asking(known: Known) -> CompletenessOfDays:
    return CompletenessOfDays(known, Clock())


async def test_a_day_is_its_document_with_what_is_lacking_in_place_of_its_hours(asking: CompletenessOfDays) -> None:
    document = COMPARED.as_json()
    wanted = {name: document[name] for name in document if name not in ("tenantId", "hours")}
    wanted["lacking"] = [{"callId": CALL, "version": 2, "stored": 1}]
    assert told(await asking(DAY)) == (200, {"days": [wanted]})


async def test_a_day_that_was_not_compared_is_there_with_nothing_in_it(asking: CompletenessOfDays) -> None:
    answer = await asking({"from": "2026-03-03", "to": "2026-03-03"})
    assert body(answer) == {"days": [NOT_COMPARED]}


@pytest.mark.parametrize(
    ("begin", "to", "days"),
    [
        ("2026-03-01", "2026-03-03", ["2026-03-01", "2026-03-02", "2026-03-03"]),
        ("2026-03-02", "2026-03-02", ["2026-03-02"]),
        ("2026-03-02T23:00:00Z", "2026-03-03T00:00:00Z", ["2026-03-02"]),
        ("2026-03-02T23:00:00+02:00", "2026-03-03T00:00:01Z", ["2026-03-02", "2026-03-03"]),
        ("2026-02-28", "2026-03-01", ["2026-02-28", "2026-03-01"]),
        ("2026-03-03", "2026-03-20", ["2026-03-03", "2026-03-04"]),
        ("2026-03-05", "2026-03-20", []),
        ("", "", ["2026-03-03", "2026-03-04"]),
    ],
)
async def test_the_days_are_those_that_the_period_touches_until_today(
    asking: CompletenessOfDays, known: Known, begin: str, to: str, days: list[str]
) -> None:
    answer = await asking({"from": begin, "to": to})
    assert [day["day"] for day in body(answer)["days"]] == known.asked == days


async def test_as_many_days_are_told_as_of_a_report(asking: CompletenessOfDays) -> None:
    period = {"from": "2025-03-04", "to": "2026-03-04"}
    assert len(body(await asking(period))["days"]) == 366
    assert (await asking(period | {"from": "2025-03-03"})).status == 400


async def csv_rows(asking: CompletenessOfDays, **period: str) -> list[dict[str, str]]:
    answer = await asking(period | {"format": "csv"})
    assert (answer.status, answer.media_type) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.body.decode())))


async def test_as_csv_a_day_is_a_row_with_the_same_values(asking: CompletenessOfDays) -> None:
    (day,) = body(await asking(DAY))["days"]
    (row,) = await csv_rows(asking, **DAY)
    assert row == {name: str(day[name]) for name in COLUMNS}
    assert list(row) == list(COLUMNS)


async def test_what_is_not_known_of_a_day_is_an_empty_cell(asking: CompletenessOfDays) -> None:
    without_first_hour, _, not_compared = await csv_rows(asking, **{"from": "2026-03-01", "to": "2026-03-03"})
    assert [name for name, cell in without_first_hour.items() if not cell] == ["comparedUntil", "rung"]
    assert [name for name, cell in not_compared.items() if not cell] == ["comparedUntil", "comparedAt", "rung"]


async def test_a_csv_without_days_has_the_columns(asking: CompletenessOfDays) -> None:
    answer = await asking({"from": "2026-03-05", "to": "2026-03-06", "format": "csv"})
    assert answer.body.decode().splitlines() == [",".join(COLUMNS)]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"format": "xml"}, "format"),
        ({"from": "x"}, "from"),
        ({"to": "x"}, "to"),
        ({"from": "2026-03-04", "to": "2026-03-03"}, "from"),
        ({"status": "complete"}, "status"),
    ],
)
async def test_a_malformed_parameter_is_refused_by_name(
    asking: CompletenessOfDays, parameters: dict[str, str], name: str
) -> None:
    answer = await asking(parameters)
    assert answer.status == 400
    assert body(answer)["error"].startswith(f"{name} ")


class Away(Known):
    async def days(self, days: Collection[str]) -> list[DayCompleteness]:
        raise Unavailable("State: Cosmos answered 503.")


async def test_where_cosmos_is_away_it_is_said() -> None:
    assert told(await CompletenessOfDays(Away(), Clock())({})) == (503, {"error": "State: Cosmos answered 503."})
