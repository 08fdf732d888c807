"""What a search for phone calls may be asked, the sentences about what it may not, and its answers as JSON and CSV."""

import csv
import io
from datetime import date
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.cosmos.phonecalls import FoundPhoneRows
from callrecords.cosmos.phonesearch import PhoneSearch
from callrecords.cosmos.search import Place
from callrecords.errors import Throttled
from callrecords.http.filters import LONGEST
from callrecords.http.phonecalls import COLUMNS, DEFAULT_TOP, FIELDS, MOST_TOP, PARAMETERS, SearchPhoneCalls, parse
from callrecords.phone.joins import by_correlation
from callrecords.ports.phonerow import PhoneRow
from tests.asking import body
from tests.doubles import Clock
from tests.generated import phone_call_rows
from tests.invented import NOW, TENANT, call_id
from tests.unit.phone.invented_rows import direct_row, failed_row, pstn_row

USER = "0a11b22c-1111-4222-8333-444455556666"
SOMETHING = st.text(max_size=40) | st.sampled_from(
    ["2026-03-04", "0001-01-01", "9999-12-31", "true", "csv", "1", "W10=", "=", "bnVsbA==", "pstn", "+", "a@b"]
)


class Rows:
    """Stands for a PhoneCallsStore: finds these rows, and more after them."""

    def __init__(self, *rows: PhoneRow, is_last: bool = True) -> None:
        self.asked: list[PhoneSearch] = []
        self._found, self._is_last = [*rows], is_last

    async def days_of(self, _call_id: str) -> frozenset[date]:
        return frozenset()

    async def page(self, search: PhoneSearch) -> FoundPhoneRows:
        self.asked.append(search)
        rows = [{name: row[name] for name in search.fields if name in row} for row in cast("Any", self._found)]
        return FoundPhoneRows(cast("Any", rows), None if self._is_last else search.place_after(self._found[-1]))


def searching(rows: Rows) -> SearchPhoneCalls:
    return SearchPhoneCalls(cast("Any", rows), Clock())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "yesterday"),
        ("from", "2026-02-01"),
        ("from", "2026-03-05"),
        ("to", "9999-12-31"),
        ("source", "PSTN"),
        ("user", "mira"),
        ("user", "höger@fabrikam.example"),
        ("user", "x" * (LONGEST + 1)),
        ("number", "   "),
        ("number", "+1555\n"),
        ("trunk", "sbc\t"),
        ("failed", "yes"),
        ("kind", "voicemail"),
        ("call", "7"),
        ("joined", "yes"),
        ("format", "xml"),
        ("record", "yes"),
        ("top", "0"),
        ("top", str(MOST_TOP + 1)),
        ("continuation", "!"),
        ("continuation", "W10="),
        ("phone", "+15550100"),
    ],
)
async def test_a_wrong_parameter_is_refused_by_name(name: str, value: str) -> None:
    answer = await searching(Rows())({name: value})
    sentence = body(answer)["error"]
    assert answer.status == 400
    assert sentence.startswith(f"{name} ")
    assert ": expected " in sentence


async def test_a_search_that_cosmos_does_not_answer_is_for_later() -> None:
    class Away(Rows):
        async def page(self, search: PhoneSearch) -> FoundPhoneRows:
            raise Throttled("Search for phone calls: Cosmos answered 429.", 7)

    answer = await searching(Away())({})
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_a_record_has_no_place_in_a_table() -> None:
    answer = await searching(Rows())({"format": "csv", "record": "true"})
    assert (answer.status, body(answer)["error"].split()[0]) == (400, "record")


@given(st.dictionaries(st.sampled_from(PARAMETERS), SOMETHING))
async def test_whatever_is_asked_is_searched_for_or_refused_by_name(parameters: dict[str, str]) -> None:
    answer = await searching(Rows())(parameters)
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert body(answer)["error"].split()[0] in PARAMETERS


def test_without_parameters_the_last_two_days_are_searched() -> None:
    search = parse({}, NOW).search
    assert [day.isoformat() for day in search.days] == ["2026-03-04", "2026-03-03"]
    assert (search.top, search.place, search.fields) == (DEFAULT_TOP, Place(date(2026, 3, 4)), FIELDS)
    assert [*search.filters.conditions] == []


def test_each_day_that_the_period_touches_is_searched() -> None:
    for begin, end in (("2026-03-02", "2026-03-03"), ("2026-03-02T23:00:00Z", "2026-03-03T00:00:01Z")):
        assert len([*parse({"from": begin, "to": end}, NOW).search.days]) == 2
    assert len([*parse({"from": "2026-03-02", "to": "2026-03-03T00:00:00Z"}, NOW).search.days]) == 1
    assert len([*parse({"from": "2026-02-02", "to": "2026-03-04"}, NOW).search.days]) == 31


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("source", "pstn", {"source": "pstn"}),
        ("user", USER.upper(), {"user": USER}),
        ("user", "Mira.Kovac@Fabrikam.example", {"user": "mira.kovac@fabrikam.example"}),
        ("number", "+15550199", {"numbers": ["+15550199", "15550199"]}),
        ("number", " 15550199", {"numbers": ["15550199", "+15550199"]}),
        ("number", "+1555019****", {"numbers": ["+1555019****", "1555019****"]}),
        ("number", "(555) 01-99", {"numbers": ["(555) 01-99", "5550199", "+5550199"]}),
        ("number", "Front Desk", {"numbers": ["Front Desk"]}),
        ("number", "#", {"numbers": ["#"]}),
        ("trunk", "SBC1.fabrikam.example", {"trunk": "sbc1.fabrikam.example"}),
        ("failed", "true", {"successful": False}),
        ("failed", "false", {"successful": True}),
        ("kind", "emergency", {"kind": "emergency"}),
        ("call", USER.upper(), {"call": USER}),
        ("joined", "true", {"joined": True}),
        ("joined", "false", {"joined": False}),
    ],
)
def test_what_is_asked_for_has_the_form_in_which_rows_have_it(
    name: str, text: str, expected: dict[str, object]
) -> None:
    assert parse({name: text}, NOW).search.filters.values == expected
    assert len([*parse({name: text}, NOW).search.filters.conditions]) == 1


async def test_rows_are_told_without_the_tenant_and_without_the_record_unless_that_is_wanted() -> None:
    row = failed_row()
    found = body(await searching(Rows(row))({}))
    wanted = {name: value for name, value in row.items() if name not in ("tenantId", "record")}
    assert found == {"phoneCalls": [wanted], "continuation": None}
    with_record = body(await searching(Rows(row))({"record": "true"}))["phoneCalls"]
    assert with_record == [{**wanted, "record": row["record"]}]


async def test_the_next_page_starts_where_the_continuation_says_in_either_format() -> None:
    rows = Rows(pstn_row(startDateTime="2026-03-04T08:00:00Z"), is_last=False)
    for form in ("json", "csv"):
        answer = await searching(rows)({"format": form})
        continuation = answer.headers["X-Continuation"] if form == "csv" else body(answer)["continuation"]
        await searching(rows)({"continuation": continuation, "top": "7"})
        place = Place(date(2026, 3, 4), ("2026-03-04T08:00:00Z", pstn_row()["id"]))
        assert (rows.asked[-1].place, rows.asked[-1].top) == (place, 7)


async def test_the_last_page_of_a_table_has_no_continuation() -> None:
    answer = await searching(Rows(pstn_row()))({"format": "csv"})
    assert (answer.media_type, answer.headers) == ("text/csv", {})


async def test_a_continuation_of_another_search_is_refused() -> None:
    search = searching(Rows(pstn_row(startDateTime="2026-03-04T08:00:00Z"), is_last=False))
    continuation = body(await search({}))["continuation"]
    for others in ({"kind": "call"}, {"from": "2026-03-01"}):
        answer = await search({**others, "continuation": continuation})
        assert answer.status == 400
        assert body(answer)["error"].startswith("continuation is of another search")


async def test_the_longest_continuation_may_be_given_back() -> None:
    clock = Clock(NOW.replace(microsecond=123_456))
    search = SearchPhoneCalls(cast("Any", Rows(direct_row(id="no guid"), is_last=False)), clock)
    continuation = body(await search({}))["continuation"]
    assert (await search({"continuation": continuation})).status == 200


async def table(*rows: PhoneRow) -> list[dict[str, str]]:
    answer = await searching(Rows(*rows))({"format": "csv"})
    assert (answer.status, answer.media_type) == (200, "text/csv")
    return [*csv.DictReader(io.StringIO(answer.body.decode(), newline=""))]


async def test_a_table_has_every_flat_field_of_the_rows_as_it_is_told() -> None:
    rows = (pstn_row(), direct_row(), failed_row(), *phone_call_rows())
    found = await table(*rows)
    assert [[*cells] for cells in found] == [[*COLUMNS]] * len(rows)
    for cells, row in zip(found, rows, strict=True):
        flat = {name: value for name, value in row.items() if isinstance(value, str | int | float)}
        told = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in flat.items()}
        kept = {name: value for name, value in told.items() if name not in ("tenantId", "digest")}
        assert {name: cell for name, cell in cells.items() if name in kept} == kept
        others = {name for name, cell in cells.items() if cell} - kept.keys()
        assert others <= {"cause", "side", "flags", "lookAt", "callIds", "joinedBy", "notJoined"}


async def test_a_table_has_money_with_all_its_digits_the_flags_and_the_cause() -> None:
    paid, failed = await table(pstn_row(currency=None), failed_row())
    assert (paid["charge"], paid["connectionCharge"], paid["totalCharge"]) == ("0.0150", "0.10", "0.1150")
    assert paid["flags"] == " ".join(pstn_row(currency=None)["flags"]) != ""
    cause = failed_row()["cause"]
    assert (failed["cause"], failed["side"], failed["lookAt"]) == (cause["cause"], cause["side"], cause["lookAt"])
    assert (paid["cause"], paid["side"]) == ("", "")


async def test_a_table_has_the_calls_of_a_row_and_by_what_or_why_there_are_none() -> None:
    own, former = call_id(1), call_id(2)
    row = direct_row(correlationId=own, transferorCorrelationId=former)
    joined, lone, new = await table(
        {**row, "joined": by_correlation(row, {own, former})}, {**row, "joined": by_correlation(row, set())}, row
    )
    assert (joined["callIds"], joined["joinedBy"]) == (f"{own} {former}", "correlationId transferorCorrelationId")
    assert (lone["callIds"], lone["joinedBy"], lone["notJoined"]) == ("", "", "noCall")
    assert joined["notJoined"] == new["callIds"] == new["notJoined"] == ""


async def test_what_somebody_else_has_written_is_no_formula_in_a_table() -> None:
    row = direct_row(callerNumber="=1+1", userDisplayName="@cmd")
    (cells,) = await table(row)
    assert (cells["callerNumber"], cells["number"], cells["userDisplayName"]) == ("'=1+1", "'=1+1", "'@cmd")
    assert cells["calleeNumber"] == "+15550100"


async def test_a_table_has_as_many_rows_as_a_page_may_have_unless_told_otherwise() -> None:
    rows = Rows()
    for parameters in ({"format": "csv"}, {"format": "csv", "top": "7"}, {"format": "json"}):
        await searching(rows)(parameters)
    assert [search.top for search in rows.asked] == [MOST_TOP, 7, DEFAULT_TOP]


def test_no_row_that_is_told_names_the_tenant() -> None:
    assert "tenantId" not in FIELDS
    assert all(row["tenantId"] == TENANT for row in phone_call_rows())
