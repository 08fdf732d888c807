"""The app's reading of phone calls, through msgraph-sdk and azure-identity, against the Graph simulator."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from callrecords.errors import Forbidden, Garbled, NotFound, Refused, Throttled, Unauthorized, Unavailable, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.phonecalls import PhoneCalls
from callrecords.graphtypes import JsonObject
from callrecords.ports.phonecalls import LONGEST_SPAN, PhonePage
from callrecords.ports.phonerow import PhoneSource
from local.graph import (
    NO_LIMITS,
    PHONE_ROLE,
    Fault,
    GraphSimulator,
    Huge,
    LoneSurrogate,
    NextLinkLoop,
    NoContent,
    NotJson,
    Operation,
    OwnFailure,
    PhoneRules,
    Redirect,
    Reset,
    Status,
    Truncate,
)
from tests.contract.graph_client import client_of

# What is given is not too old, whenever the test runs.
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
END = START + timedelta(hours=1)
SOURCES: tuple[PhoneSource, ...] = ("pstn", "directRouting")


@pytest.fixture
def graph() -> GraphSimulator:
    """A simulator without limits, with three rows in a page, not served yet."""
    return GraphSimulator(
        "11112222-3333-4444-5555-666677778888",
        limits=NO_LIMITS,
        phone=PhoneRules(page_size=3),
        roles=[PHONE_ROLE],
    )


@pytest.fixture
async def client(graph: GraphSimulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphClient]:
    """The app's client of `graph`."""
    async with client_of(graph, monkeypatch) as client:
        yield client


def publish(graph: GraphSimulator, source: PhoneSource, count: int) -> list[JsonObject]:
    """As many rows, a second after the other from START on."""
    rows = [row(f"r{number}", START + timedelta(seconds=number)) for number in range(count)]
    for each in rows:
        graph.phone_rows.publish(source, each)
    return rows


def row(row_id: str, start: datetime, fraction: str = "") -> JsonObject:
    charge = Decimal("0.1230")
    return {"id": row_id, "startDateTime": f"{start:%Y-%m-%dT%H:%M:%S}{fraction}Z", "charge": charge, "userId": None}


async def read(client: GraphClient, source: PhoneSource) -> list[PhonePage]:
    return [each async for each in PhoneCalls(client).pages(source, START, END)]


def ids(pages: list[PhonePage]) -> list[str]:
    return sorted(each["id"] for page in pages for each in page.rows)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("count", "pages"), [(0, 1), (3, 1), (4, 2), (10, 4)])
async def test_every_row_is_read_with_the_digits_of_its_money(
    graph: GraphSimulator, client: GraphClient, source: PhoneSource, count: int, pages: int
) -> None:
    rows = publish(graph, source, count)
    found = await read(client, source)
    assert len(found) == pages
    assert sorted((each for page in found for each in page.rows), key=lambda each: str(each["id"])) == sorted(
        rows, key=lambda each: str(each["id"])
    )
    assert {str(each["charge"]) for page in found for each in page.rows} <= {"0.1230"}


@pytest.mark.parametrize("source", SOURCES)
async def test_rows_are_read_on_from_any_page_by_another_worker(
    graph: GraphSimulator, client: GraphClient, source: PhoneSource
) -> None:
    publish(graph, source, 10)
    calls, read, link, followed = PhoneCalls(client), list[PhonePage](), None, 0
    while not read or link:
        page = await anext(calls.pages(source, START, END, link, followed))
        read.append(page)
        link, followed = page.next_link, page.followed
    assert [page.followed for page in read] == [0, 1, 2, 3]
    assert ids(read) == [f"r{number}" for number in range(10)]


@pytest.mark.parametrize("source", SOURCES)
async def test_spans_that_touch_have_each_call_once(
    graph: GraphSimulator, client: GraphClient, source: PhoneSource
) -> None:
    moments = {
        "before": (START - timedelta(seconds=1), ".9999999"),
        "first": (START, ""),
        "last": (END - timedelta(seconds=1), ".9999999"),
        "next": (END, ""),
        "after": (END, ".0000001"),
    }
    for name, (moment, fraction) in moments.items():
        graph.phone_rows.publish(source, row(name, moment, fraction))
    assert ids(await read(client, source)) == ["first", "last"]
    following = PhoneCalls(client).pages(source, END, END + timedelta(hours=1))
    assert ids([each async for each in following]) == ["after", "next"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(Status(401), times=2), Unauthorized),
        (Fault(Status(403)), Forbidden),
        (Fault(Status(404)), NotFound),
        (Fault(Status(429, retry_after=0.1), times=3), Throttled),
        (Fault(Status(503)), Unavailable),
        (Fault(Status(500), Operation.GET_PSTN_CALLS_NEXT), Unavailable),
        (Fault(Reset()), Unavailable),
        (Fault(Truncate()), Garbled),
        (Fault(NotJson()), Garbled),
        (Fault(NoContent()), Garbled),
        (Fault(Redirect()), Garbled),
        (Fault(OwnFailure()), Garbled),
        (Fault(Huge()), Garbled),
        (Fault(Truncate(), Operation.GET_PSTN_CALLS_NEXT), Garbled),
        (Fault(NextLinkLoop(), Operation.GET_PSTN_CALLS_NEXT), Unreadable),
    ],
)
async def test_what_goes_wrong_in_graph_is_told_by_meaning(
    graph: GraphSimulator, client: GraphClient, fault: Fault, error: type[Exception]
) -> None:
    publish(graph, "pstn", 4)
    graph.faults.append(fault)
    with pytest.raises(error):
        await read(client, "pstn")
    assert graph.counters.injected.total() == fault.times
    assert len(ids(await read(client, "pstn"))) == 4


async def test_half_of_a_surrogate_pair_costs_no_row_and_no_digit(graph: GraphSimulator, client: GraphClient) -> None:
    publish(graph, "pstn", 2)
    graph.faults.append(Fault(LoneSurrogate()))
    (page,) = await read(client, "pstn")
    assert [str(each["charge"]) for each in page.rows] == ["0.1230"] * 2
    assert page.is_repaired


@pytest.mark.parametrize("source", SOURCES)
async def test_rows_are_forbidden_without_their_own_role(
    graph: GraphSimulator, client: GraphClient, source: PhoneSource
) -> None:
    graph.granted = {"CallRecords.Read.All"}
    with pytest.raises(Forbidden):
        await read(client, source)


async def test_more_than_the_longest_span_is_refused(client: GraphClient) -> None:
    calls, longest = PhoneCalls(client), END - LONGEST_SPAN
    assert [each.rows async for each in calls.pages("pstn", longest, END)] == [[]]
    with pytest.raises(Refused):
        assert [each async for each in calls.pages("pstn", longest - timedelta(seconds=1), END)]
