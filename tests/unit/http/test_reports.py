"""Reports over days, as JSON and as CSV."""

import csv
import io

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.http.reports import Reports
from callrecords.ports.usage import DayRollUp
from tests.asking import body
from tests.doubles import Clock
from tests.generated import DAYS, MEDIA, day_roll_up, rows
from tests.invented import TENANT

# Days in two months.
ROLL_UPS = [
    day_roll_up(TENANT, day, [row for row in rows() if row["day"] == of])
    for day, of in zip(("2026-02-27", "2026-03-01", "2026-03-03"), DAYS, strict=True)
]
ITEMS: list[JsonObject] = [dict(item) for item in ROLL_UPS]
PERIOD = {"from": "2026-02-01", "to": "2026-03-31"}
OF_QUALITY = {"streams", "failures", "worstSubnets"}


class Usage:
    """Stands for a UsageStore: has ROLL_UPS."""

    async def save(self, item: DayRollUp) -> None:
        raise AssertionError(item)

    async def delete(self, day: str) -> None:
        raise AssertionError(day)

    async def between(self, first_day: str, last_day: str) -> list[DayRollUp]:
        return [item for item in ROLL_UPS if first_day <= item["day"] <= last_day]


@pytest.fixture
def reporting() -> Reports:
    return Reports(Usage(), Clock())


async def test_the_usage_of_days_is_their_roll_up_without_quality(reporting: Reports) -> None:
    answer = await reporting("usage", PERIOD)
    left_out = OF_QUALITY | {"id", "tenantId", "month"}
    wanted = [{name: value for name, value in item.items() if name not in left_out} for item in ITEMS]
    assert (answer.status, answer.media_type, body(answer)) == (200, "application/json", {"days": wanted})


async def test_the_quality_of_days_is_the_rest(reporting: Reports) -> None:
    answer = await reporting("quality", PERIOD | {"format": "json"})
    kept = {"day", "calls", "failedCalls", *OF_QUALITY}
    assert body(answer) == {"days": [{name: item[name] for name in item if name in kept} for item in ITEMS]}


@pytest.mark.parametrize(
    ("begin", "to", "days"),
    [
        ("2026-03-01", "2026-03-03", ["2026-03-01", "2026-03-03"]),
        ("2026-02-27", "2026-02-27", ["2026-02-27"]),
        ("2026-02-27", "2026-03-03T00:00:00Z", ["2026-02-27", "2026-03-01"]),
        ("2026-03-03T23:00:00Z", "2026-03-04", ["2026-03-03"]),
        ("2025-05-01", "2026-04-30", ["2026-02-27", "2026-03-01", "2026-03-03"]),
        ("2026-03-02", "2026-03-02", []),
    ],
)
async def test_a_report_has_the_days_that_its_period_touches(
    reporting: Reports, begin: str, to: str, days: list[str]
) -> None:
    answer = await reporting("usage", {"from": begin, "to": to})
    assert [day["day"] for day in body(answer)["days"]] == days


async def csv_rows(reporting: Reports, name: str, **period: str) -> list[dict[str, str]]:
    answer = await reporting(name, (period or PERIOD) | {"format": "csv"})
    assert (answer.status, answer.media_type) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.body.decode())))


async def test_usage_as_csv_has_a_row_a_day(reporting: Reports) -> None:
    found = await csv_rows(reporting, "usage")
    assert [row["day"] for row in found] == [item["day"] for item in ITEMS]
    assert all(row[name] == str(item[name]) for row, item in zip(found, ITEMS, strict=True) for name in row)


async def test_quality_as_csv_has_a_row_a_day_and_media(reporting: Reports) -> None:
    found = await csv_rows(reporting, "quality")
    assert [(row["day"], row["media"]) for row in found] == [
        (item["day"], media) for item in ITEMS for media in sorted(MEDIA)
    ]
    for row in found:
        item = next(item for item in ITEMS if item["day"] == row["day"])
        streams = item["streams"][row["media"]]
        classified = streams["good"] + streams["poor"]
        assert [int(row[name]) for name in ("good", "poor", "unclassified")] == [
            streams[name] for name in ("good", "poor", "unclassified")
        ]
        assert row["poorRatio"] == (str(round(streams["poor"] / classified, 4)) if classified else "")


@pytest.mark.parametrize("name", ["usage", "quality"])
async def test_a_csv_without_days_has_the_columns_of_one_with_days(reporting: Reports, name: str) -> None:
    empty = await reporting(name, {"from": "2026-04-01", "to": "2026-04-02", "format": "csv"})
    (row, *_) = await csv_rows(reporting, name)
    assert empty.body.decode().splitlines() == [",".join(row)]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"format": "xml"}, "format"),
        ({"from": "x"}, "from"),
        ({"to": "x"}, "to"),
        ({"to": "0001-01-01T00:00:00Z"}, "to"),
        ({"from": "2025-01-01", "to": "2026-03-04"}, "from"),
        ({"user": "ann@fabrikam.example"}, "user"),
    ],
)
async def test_a_malformed_parameter_is_refused_by_name(
    reporting: Reports, parameters: dict[str, str], name: str
) -> None:
    answer = await reporting("usage", parameters)
    assert answer.status == 400
    assert body(answer)["error"].startswith(f"{name} ")


async def test_a_report_that_does_not_exist_is_not_found(reporting: Reports) -> None:
    answer = await reporting("costs", {})
    assert (answer.status, body(answer)) == (404, {"error": "costs is not a report: expected usage, quality."})


async def test_a_figure_that_an_earlier_version_did_not_roll_up_is_an_empty_cell(
    reporting: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    for item in ROLL_UPS:
        monkeypatch.delitem(item, "testCalls")
    found = await csv_rows(reporting, "usage")
    assert {row["testCalls"] for row in found} == {""}
    assert all(row["calls"] for row in found)
