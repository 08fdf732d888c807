"""A search for phone calls over days, page by page, on the real Cosmos protocol."""

import base64
import csv
import io
from collections.abc import Callable
from typing import Any, cast

import orjson
import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.phonecalls import PhoneCallsStore
from callrecords.graphtypes import JsonObject
from callrecords.http.phonecalls import SearchPhoneCalls
from callrecords.ports.phonerow import PhoneRow
from tests.asking import body
from tests.doubles import Clock
from tests.generated import DAYS, phone_call_rows, store_phone_rows
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.invented import OTHER_TENANT, TENANT

ROWS = phone_call_rows()
PERIOD = {"from": DAYS[0], "to": DAYS[-1]}
USER = next(row["userId"] for row in ROWS if "userId" in row)
USER_PRINCIPAL_NAME = next(row["userPrincipalName"] for row in ROWS if "userPrincipalName" in row)
NUMBER = next(row["number"] for row in ROWS if "number" in row)
CALL = next(row["correlationId"] for row in ROWS if "correlationId" in row)
TRUNK = next(row["trunk"] for row in ROWS if "trunk" in row)


@pytest.fixture(scope="module")
async def search(account: Account) -> SearchPhoneCalls:
    """Searches ROWS."""
    await store_phone_rows(account, ROWS)
    return SearchPhoneCalls(PhoneCallsStore(account, TENANT), Clock())


def newest_first(rows: tuple[PhoneRow, ...]) -> list[PhoneRow]:
    """The rows by day, and within it by start; those without a start are the last of their day."""
    ordered = sorted(rows, key=lambda row: row["id"])
    return sorted(ordered, key=lambda row: (row["day"], row.get("startDateTime", "")), reverse=True)


async def pages(search: SearchPhoneCalls, **parameters: str) -> list[list[JsonObject]]:
    found: list[list[JsonObject]] = []
    continuation: str | None = ""
    while continuation is not None:
        asked = {**PERIOD, **parameters} | ({"continuation": continuation} if continuation else {})
        answer = await search(asked)
        assert answer.status == 200, answer.body
        page = body(answer)
        found.append(page["phoneCalls"])
        continuation = page["continuation"]
    return found


@pytest.mark.parametrize("top", ["1", "7", "40", "57", "500"])
async def test_every_row_is_found_once_newest_first(search: SearchPhoneCalls, top: str) -> None:
    found = await pages(search, top=top)
    assert [row["id"] for page in found for row in page] == [row["id"] for row in newest_first(ROWS)]
    assert all(len(page) == int(top) for page in found[:-1])
    assert len([row for row in ROWS if "startDateTime" not in row]) > 1


async def test_a_found_row_is_what_was_stored_without_the_tenant_and_the_record(search: SearchPhoneCalls) -> None:
    ((first, *_),) = await pages(search, top="500")
    wanted = dict(newest_first(ROWS)[0])
    assert first == {name: value for name, value in wanted.items() if name not in ("tenantId", "record")}
    ((first, *_),) = await pages(search, top="500", record="true")
    assert first == {name: value for name, value in wanted.items() if name != "tenantId"}


@pytest.mark.parametrize(
    ("parameters", "is_wanted"),
    [
        ({"source": "pstn"}, lambda row: row["source"] == "pstn"),
        ({"user": USER.upper()}, lambda row: row.get("userId") == USER),
        ({"user": USER_PRINCIPAL_NAME.title()}, lambda row: row.get("userPrincipalName") == USER_PRINCIPAL_NAME),
        ({"number": NUMBER.replace("+", " ")}, lambda row: row.get("number") == NUMBER),
        ({"number": NUMBER.removeprefix("+")}, lambda row: row.get("number") == NUMBER),
        ({"trunk": TRUNK.upper()}, lambda row: row.get("trunk") == TRUNK),
        ({"failed": "true"}, lambda row: row.get("successful") is False),
        ({"failed": "false"}, lambda row: row.get("successful") is True),
        ({"kind": "emergency"}, lambda row: row["kind"] == "emergency"),
        (
            {"source": "directRouting", "kind": "call", "failed": "true", "trunk": TRUNK},
            lambda row: row["kind"] == "call" and row.get("successful") is False and row["trunk"] == TRUNK,
        ),
        ({"call": CALL.upper()}, lambda row: row.get("correlationId") == CALL),
        ({"joined": "true"}, lambda row: "calls" in row["joined"]),
        ({"joined": "false"}, lambda row: "calls" not in row["joined"]),
        ({"from": DAYS[1], "to": DAYS[1]}, lambda row: row["day"] == DAYS[1]),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "rows",
)
async def test_the_rows_that_are_asked_for_are_found(
    search: SearchPhoneCalls, parameters: dict[str, str], is_wanted: Callable[[Any], bool]
) -> None:
    found = [row["id"] for page in await pages(search, top="3", **parameters) for row in page]
    wanted = [row["id"] for row in newest_first(ROWS) if is_wanted(row)]
    assert found == wanted
    assert 0 < len(wanted) < len(ROWS)


async def test_the_rows_of_a_call_are_found_whatever_their_day_unless_a_period_is_told(
    search: SearchPhoneCalls, account: Account
) -> None:
    other = {**next(row for row in ROWS if row.get("correlationId") == CALL), "id": "pstn-late", "day": "2025-01-01"}
    await store_phone_rows(account, [cast("PhoneRow", other)])
    wanted = ["pstn-late", *(row["id"] for row in ROWS if row.get("correlationId") == CALL)]
    found: list[str] = []
    continuation: str | None = ""
    while continuation is not None:
        more = {"continuation": continuation} if continuation else {}
        page = body(await search({"call": CALL, "top": "1", **more}))
        found += [row["id"] for row in page["phoneCalls"]]
        continuation = page["continuation"]
    assert sorted(found) == sorted(wanted)
    assert found[-1] == "pstn-late"
    (found_in_period,) = await pages(search, call=CALL, top="500")
    assert len(found_in_period) == len(wanted) - 1
    assert body(await search({"call": CALL.replace(CALL[0], "f" if CALL[0] != "f" else "e")}))["phoneCalls"] == []


async def test_a_page_goes_on_where_it_was_though_its_day_has_no_rows_of_the_call_any_more(
    search: SearchPhoneCalls, account: Account
) -> None:
    other = f"{CALL[:-1]}{'0' if CALL[-1] != '0' else '1'}"
    joined = {"digest": ROWS[0]["digest"], "calls": [{"callId": other, "by": "correlationId", "inferred": False}]}
    places = [("1", "04", ""), ("2", "03", "10:00:00"), ("3", "03", "09:00:00"), ("4", "02", "")]
    rows = [
        {name: value for name, value in ROWS[0].items() if name != "startDateTime"}
        | {"id": f"pstn-00000000-0000-4000-9000-00000000000{number}", "day": f"2026-06-{day}", "joined": joined}
        | ({"startDateTime": f"2026-06-{day}T{time}Z"} if time else {})
        for number, day, time in places
    ]
    await store_phone_rows(account, [cast("PhoneRow", row) for row in rows])
    page = body(await search({"call": other, "top": "1"}))
    assert [row["id"][-1] for row in page["phoneCalls"]] == ["1"]
    gone = {**rows[0], "joined": {"digest": ROWS[0]["digest"], "reason": "noCall"}}
    await store_phone_rows(account, [cast("PhoneRow", gone)])
    rest = body(await search({"call": other, "top": "9", "continuation": page["continuation"]}))
    assert [row["id"][-1] for row in rest["phoneCalls"]] == ["2", "3", "4"]


async def test_rows_of_any_year_are_read_page_by_page(search: SearchPhoneCalls, account: Account) -> None:
    ids = [f"pstn-00000000-0000-4000-a000-00000000000{number}" for number in range(3)]
    rows = [{**ROWS[0], "id": each, "day": "2026-06-10", "startDateTime": "1970-01-01T00:00:00Z"} for each in ids]
    await store_phone_rows(account, [cast("PhoneRow", row) for row in rows])
    found = await pages(search, **{"from": "2026-06-10", "to": "2026-06-10"}, top="1")
    assert [row["id"] for page in found for row in page] == ids


async def test_a_masked_number_is_found_as_it_is_told(account: Account, search: SearchPhoneCalls) -> None:
    masked = {**ROWS[0], "id": "pstn-masked", "day": "2026-05-01", "number": "+1555019****", "numberMasked": True}
    await store_phone_rows(account, [cast("PhoneRow", masked)])
    for number in ("+1555019****", "1555019****"):
        (found,) = await pages(search, **{"from": "2026-05-01", "to": "2026-05-01"}, number=number)
        assert [row["id"] for row in found] == ["pstn-masked"]
    (found,) = await pages(search, **{"from": "2026-05-01", "to": "2026-05-01"}, number="+15550199")
    assert found == []


@pytest.mark.parametrize("has_start", [True, False], ids=["of one second", "without a start"])
async def test_rows_that_only_their_ids_tell_apart_are_found_once(
    account: Account, search: SearchPhoneCalls, has_start: bool
) -> None:
    day = "2026-05-02" if has_start else "2026-05-03"
    ids = [f"pstn-00000000-0000-4000-9000-{number:012x}" for number in range(10)]
    start = {"startDateTime": f"{day}T10:00:00Z"} if has_start else {}
    row = {name: value for name, value in ROWS[0].items() if name != "startDateTime"}
    await store_phone_rows(account, [cast("PhoneRow", {**row, **start, "id": each, "day": day}) for each in ids[::-1]])
    found = await pages(search, **{"from": day, "to": day}, top="3")
    assert [row["id"] for page in found for row in page] == ids


async def test_a_failed_call_is_found_on_the_day_of_its_invite(account: Account, search: SearchPhoneCalls) -> None:
    row = {**ROWS[0], "id": "pstn-midnight", "day": "2026-05-04", "startDateTime": "2026-05-05T00:00:01Z"}
    await store_phone_rows(account, [cast("PhoneRow", row)])
    for day, wanted in (("2026-05-04", ["pstn-midnight"]), ("2026-05-05", [])):
        (found,) = await pages(search, **{"from": day, "to": day})
        assert [row["id"] for row in found] == wanted


async def test_a_page_that_is_full_costs_one_query(search: SearchPhoneCalls, cosmos: CosmosAccount) -> None:
    await search(PERIOD)
    before = cosmos.server.requests["query"]
    await search({**PERIOD, "top": "10"})
    assert cosmos.server.requests["query"] == before + 1


async def test_a_table_is_read_page_by_page_as_well(search: SearchPhoneCalls) -> None:
    ids: list[str] = []
    continuation = ""
    for _ in range(len(ROWS)):
        asked = {**PERIOD, "format": "csv", "top": "60"} | ({"continuation": continuation} if continuation else {})
        answer = await search(asked)
        ids += [cells["id"] for cells in csv.DictReader(io.StringIO(answer.body.decode(), newline=""))]
        continuation = answer.headers.get("X-Continuation", "")
        if not continuation:
            break
    assert ids == [row["id"] for row in newest_first(ROWS)]


@pytest.mark.usefixtures("search")
async def test_the_rows_of_another_tenant_are_not_found(account: Account) -> None:
    other = SearchPhoneCalls(PhoneCallsStore(account, OTHER_TENANT), Clock())
    assert await pages(other) == [[]]


@pytest.mark.parametrize("wrong", [7, "wrong", [], {}, [1, 2], ["", "x"], ["yesterday", "pstn-1"]], ids=str)
async def test_a_continuation_that_was_tampered_with_is_refused(search: SearchPhoneCalls, wrong: object) -> None:
    page = body(await search({**PERIOD, "top": "7"}))
    parts = orjson.loads(base64.urlsafe_b64decode(page["continuation"]))
    for place in range(len(parts)):
        tampered = base64.urlsafe_b64encode(orjson.dumps([*parts[:place], wrong, *parts[place + 1 :]])).decode()
        answer = await search({**PERIOD, "top": "7", "continuation": tampered})
        assert answer.status == 400, place
        assert body(answer)["error"].startswith("continuation is ")
