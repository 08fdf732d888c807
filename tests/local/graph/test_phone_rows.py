"""GET /communications/callRecords/getPstnCalls and getDirectRoutingCalls."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import ClientSession

from callrecords.graphtypes import JsonObject
from callrecords.ports.phonerow import PhoneSource
from local.graph import NO_LIMITS, PHONE_ROLE, ROLE, GraphSimulator, Limit, Limits, Operation, PhoneRules

RECORDS = "/v1.0/communications/callRecords"
PSTN, DIRECT_ROUTING = f"{RECORDS}/getPstnCalls", f"{RECORDS}/getDirectRoutingCalls"
FUNCTIONS: list[tuple[PhoneSource, str]] = [("pstn", PSTN), ("directRouting", DIRECT_ROUTING)]
DAY = "(fromDateTime=2026-03-04,toDateTime=2026-03-05)"

type Serve = Callable[[GraphSimulator], Awaitable[ClientSession]]


def simulator(now: list[datetime], limits: Limits = NO_LIMITS, **rules: object) -> GraphSimulator:
    """One for whom both roles are granted."""
    phone = PhoneRules(**rules)  # type: ignore[arg-type]
    return GraphSimulator("a-tenant", limits=limits, clock=lambda: now[0], phone=phone, roles=[ROLE, PHONE_ROLE])


@pytest.fixture
def graph(now: list[datetime]) -> GraphSimulator:
    """A simulator with three rows in a page, on the day after."""
    now[0] = datetime(2026, 3, 5, 12, tzinfo=UTC)
    return simulator(now, page_size=3)


def row(row_id: str = "r1", start: str = "2026-03-04T10:00:00Z", **columns: object) -> JsonObject:
    return {"id": row_id, "startDateTime": start, **columns}


async def get(client: ClientSession, path: str) -> JsonObject:
    async with client.get(path) as response:
        page: JsonObject = await response.json()
    return page


async def list_pages(client: ClientSession, path: str) -> list[JsonObject]:
    pages, link = [], path
    while link:
        pages.append(await get(client, link))
        link = pages[-1].get("@odata.nextLink", "")
    return pages


async def ids(client: ClientSession, path: str) -> list[str]:
    return sorted(each["id"] for page in await list_pages(client, path) for each in page["value"])


async def code_of(client: ClientSession, path: str) -> str:
    return str((await get(client, path))["error"]["code"])


@pytest.mark.parametrize(("source", "path"), FUNCTIONS)
async def test_rows_come_in_pages_with_their_count_and_a_link_whose_arguments_have_other_names(
    graph: GraphSimulator, client: ClientSession, source: PhoneSource, path: str
) -> None:
    for number in range(7):
        graph.phone_rows.publish(source, row(f"r{number}"))
    pages = await list_pages(client, f"{path}{DAY}")
    assert [page["@odata.count"] for page in pages] == [3, 3, 1] == [len(page["value"]) for page in pages]
    assert sorted(each["id"] for page in pages for each in page["value"]) == [f"r{number}" for number in range(7)]
    assert pages[0]["@odata.nextLink"].endswith(f"{path}(from=2026-03-04,to=2026-03-05)?$skip=3")
    assert graph.counters.requests.total() == 3
    operation = Operation.GET_PSTN_CALLS if source == "pstn" else Operation.GET_DIRECT_ROUTING_CALLS
    assert graph.counters.requests[operation] == 1


async def test_a_page_holds_1000_rows(serve: Serve, now: list[datetime]) -> None:
    now[0] = datetime(2026, 3, 5, tzinfo=UTC)
    graph = simulator(now)
    for number in range(1_001):
        graph.phone_rows.publish("pstn", row(f"r{number}"))
    assert [page["@odata.count"] for page in await list_pages(await serve(graph), f"{PSTN}{DAY}")] == [1_000, 1]


@pytest.mark.parametrize(("path", "at_the_end"), [(PSTN, ["end"]), (DIRECT_ROUTING, [])])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-04", "2026-03-05"),
        ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00.0000000Z"),
        ("2026-03-04T01:00:00%2B01:00", "2026-03-04T23:00:00-01:00"),
    ],
)
async def test_the_start_is_in_the_span_and_the_end_only_in_that_of_pstn(
    graph: GraphSimulator, client: ClientSession, path: str, at_the_end: list[str], start: str, end: str
) -> None:
    for source, _ in FUNCTIONS:
        graph.phone_rows.publish(source, row("before", "2026-03-03T23:59:59.9999999Z"))
        graph.phone_rows.publish(source, row("start", "2026-03-04T00:00:00Z"))
        graph.phone_rows.publish(source, row("end", "2026-03-05T00:00:00Z"))
        graph.phone_rows.publish(source, row("after", "2026-03-05T00:00:00.0000001Z"))
    assert await ids(client, f"{path}(fromDateTime={start},toDateTime={end})") == [*at_the_end, "start"]


async def test_a_function_may_be_called_with_its_namespace(graph: GraphSimulator, client: ClientSession) -> None:
    graph.phone_rows.publish("pstn", row())
    assert await ids(client, f"{RECORDS}/microsoft.graph.callRecords.getPstnCalls{DAY}") == ["r1"]


async def test_pstn_takes_90_days_and_direct_routing_more(client: ClientSession) -> None:
    quarter, more = (
        f"(fromDateTime={first},toDateTime=2026-03-05T00:00:00Z)"
        for first in ("2025-12-05T00:00:00Z", "2025-12-04T23:59:59Z")
    )
    assert await ids(client, f"{PSTN}{quarter}") == []
    assert await code_of(client, f"{PSTN}{more}") == "BadRequest"
    assert await ids(client, f"{DIRECT_ROUTING}{more}") == []


@pytest.mark.parametrize(
    "call",
    [
        "()",
        "(fromDateTime=2026-03-04)",
        "(toDateTime=2026-03-05,fromDateTime=2026-03-04)",
        "(fromDateTime=2026-03-04toDateTime=2026-03-05)",
        "(from=2026-03-04,to=2026-03-05)",
        "(fromDateTime=2026-03-05,toDateTime=2026-03-04)",
        "(fromDateTime=2026-02-30,toDateTime=2026-03-04)",
        "(fromDateTime=2026-03-04T00:00:00,toDateTime=2026-03-05)",
        f"{DAY}?$top=5",
        f"{DAY}?$filter=callType eq 'user_in'",
        "(from=2026-03-04,to=2026-03-05)?$skip=-1",
    ],
)
async def test_what_graph_does_not_document_for_the_functions_is_refused(client: ClientSession, call: str) -> None:
    assert await code_of(client, f"{PSTN}{call}") == "BadRequest"


@pytest.mark.parametrize(("_source", "path"), FUNCTIONS)
async def test_rows_need_a_role_of_their_own(
    graph: GraphSimulator, client: ClientSession, _source: PhoneSource, path: str
) -> None:
    graph.granted = {ROLE}
    assert await code_of(client, f"{path}{DAY}") == "Forbidden"
    assert await code_of(client, f"{RECORDS}/7b1d0c52-9f6e-4f0c-8d0e-000000000001") == "NotFound"
    graph.granted = {PHONE_ROLE}
    assert await ids(client, f"{path}{DAY}") == []
    assert await code_of(client, RECORDS) == "Forbidden"


async def test_money_has_just_the_digits_that_were_published(graph: GraphSimulator, client: ClientSession) -> None:
    texts = ["0.00", "0.1000", "12345678901234567.8901", "0.0000001", "1200"]
    graph.phone_rows.publish("pstn", row() | {f"m{number}": Decimal(text) for number, text in enumerate(texts)})
    async with client.get(f"{PSTN}{DAY}") as response:
        body = await response.read()
    assert all(f'"m{number}":{text}'.encode() in body for number, text in enumerate(texts))


async def test_a_column_that_nobody_knows_is_shown_and_so_is_null(graph: GraphSimulator, client: ClientSession) -> None:
    sent = row(newColumn={"a": [1]}, userId=None)
    graph.phone_rows.publish("pstn", sent)
    async with client.get(f"{PSTN}{DAY}", headers={"Prefer": "omit-values=nulls"}) as response:
        assert (await response.json())["value"] == [sent]


async def test_a_call_that_never_started_counts_from_the_invitation(
    graph: GraphSimulator, client: ClientSession
) -> None:
    failed = row(start="0001-01-01T00:00:00Z", inviteDateTime="2026-03-04T10:00:00.201Z")
    graph.phone_rows.publish("directRouting", failed)
    assert (await get(client, f"{DIRECT_ROUTING}{DAY}"))["value"] == [failed]


@pytest.mark.parametrize("shows", [True, False])
async def test_who_transferred_is_told_or_not(serve: Serve, now: list[datetime], shows: bool) -> None:
    now[0] = datetime(2026, 3, 5, tzinfo=UTC)
    graph = simulator(now, shows_transferor=shows)
    graph.phone_rows.publish("directRouting", row(transferorCorrelationId="c1"))
    (found,) = (await get(await serve(graph), f"{DIRECT_ROUTING}{DAY}"))["value"]
    assert ("transferorCorrelationId" in found) == shows


@pytest.mark.parametrize(
    ("country", "call_type", "caller", "callee"),
    [
        ("US", "user_out", "+15550100", "+15550199"),
        ("DE", "user_out", "+15550100", "+15550***"),
        ("CH", "user_out", "+15550100", "+1555****"),
        ("FR", "user_in", "+1555****", "+15550199"),
        ("NL", "conf_in", "+15550***", "+15550199"),
        ("SE", "user_out_forwarding", "+15550100", "+15550***"),
        ("IT", "ByotIn", "+15550***", "+15550199"),
        ("IT", "ByotInUcap", "+15550***", "+15550199"),
        ("IT", "ByotOutUserTransfer", "+15550100", "+15550***"),
        ("DK", None, "+15550100", "+15550***"),
    ],
)
async def test_the_last_digits_outside_are_stars_in_some_countries(
    serve: Serve, now: list[datetime], country: str, call_type: str | None, caller: str, callee: str
) -> None:
    now[0] = datetime(2026, 3, 5, tzinfo=UTC)
    graph = simulator(now, country=country)
    columns = {"callType": call_type, "callerNumber": "+15550100", "calleeNumber": "+15550199"}
    graph.phone_rows.publish("pstn", row() | columns)
    (found,) = (await get(await serve(graph), f"{PSTN}{DAY}"))["value"]
    assert (found["callerNumber"], found["calleeNumber"]) == (caller, callee)


@pytest.mark.parametrize(("number", "shown"), [("112", "***"), ("sales desk 112", "sales desk 112"), (None, None)])
async def test_a_short_number_is_stars_alone_and_a_name_stays(
    serve: Serve, now: list[datetime], number: str | None, shown: str | None
) -> None:
    now[0] = datetime(2026, 3, 5, tzinfo=UTC)
    graph = simulator(now, country="DE")
    graph.phone_rows.publish("directRouting", row(callType="ByotOut", calleeNumber=number))
    (found,) = (await get(await serve(graph), f"{DIRECT_ROUTING}{DAY}"))["value"]
    assert found["calleeNumber"] == shown


async def test_rows_appear_a_day_or_two_after_their_calls(serve: Serve, now: list[datetime]) -> None:
    graph = simulator(now, delay=(timedelta(hours=24), timedelta(hours=48)))
    for number in range(20):
        graph.phone_rows.publish("pstn", row(f"r{number}"))
    counts = []
    for hours in (24, 36, 48):
        now[0] = datetime(2026, 3, 4, 10, tzinfo=UTC) + timedelta(hours=hours)
        counts.append(len(await ids(await serve(graph), f"{PSTN}{DAY}")))
    assert counts[0] == 0 < counts[1] < counts[2] == 20


async def test_a_row_that_comes_again_takes_the_place_of_the_earlier_one(
    graph: GraphSimulator, client: ClientSession
) -> None:
    graph.phone_rows.publish("pstn", row(charge=Decimal("0.00")))
    graph.phone_rows.publish("pstn", row(charge=Decimal("0.05")))
    (found,) = (await get(client, f"{PSTN}{DAY}"))["value"]
    assert found["charge"] == 0.05
    graph.phone_rows.forget("pstn", "r1")
    assert await ids(client, f"{PSTN}{DAY}") == []


@pytest.mark.parametrize(("source", "path", "days"), [(*FUNCTIONS[0], 365), (*FUNCTIONS[1], 150)])
async def test_rows_are_kept_longer_than_records(
    graph: GraphSimulator, serve: Serve, now: list[datetime], source: PhoneSource, path: str, days: int
) -> None:
    graph.phone_rows.publish(source, row())
    now[0] = datetime(2026, 3, 4, 9, 59, tzinfo=UTC) + timedelta(days=days)
    client = await serve(graph)
    assert await ids(client, f"{path}{DAY}") == ["r1"]
    now[0] += timedelta(minutes=1)
    assert await ids(client, f"{path}{DAY}") == []


@pytest.mark.parametrize("wrong", [{"id": None}, {"startDateTime": "0001-01-01T00:00:00Z"}, {"startDateTime": "noon"}])
def test_a_row_that_cannot_be_served_is_refused_at_once(graph: GraphSimulator, wrong: JsonObject) -> None:
    with pytest.raises(ValueError, match=r"expected|is not a date"):
        graph.phone_rows.publish("directRouting", row() | wrong)


async def test_rows_count_in_the_limit_of_the_app_and_in_one_of_their_own_where_there_is_one(
    serve: Serve, now: list[datetime]
) -> None:
    one = await serve(simulator(now, Limits(app_and_tenant=Limit(1, 20))))
    assert [await code_of(one, f"{PSTN}{DAY}?$top=1"), await code_of(one, RECORDS)] == ["BadRequest", "TooManyRequests"]
    other = await serve(simulator(now, Limits(phone_rows=Limit(1, 20))))
    assert await ids(other, f"{PSTN}{DAY}") == []
    assert await code_of(other, f"{DIRECT_ROUTING}{DAY}") == "TooManyRequests"
