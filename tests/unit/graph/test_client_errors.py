"""What Graph and the network refuse, as an error of this app."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError

from callrecords.errors import (
    CallRecordsError,
    Conflict,
    Forbidden,
    Garbled,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
)
from tests.unit.graph.fake_graph import RECORD, FakeGraph, InventedCredential, get


async def failure(graph: FakeGraph, response: httpx.Response) -> CallRecordsError:
    graph.answer_in_turn([response])
    with pytest.raises(CallRecordsError) as raised:
        await get(graph)
    return raised.value


@pytest.mark.parametrize(
    ("status", "headers", "meaning"),
    [
        (400, {}, Refused),
        (403, {}, Forbidden),
        (404, {}, NotFound),
        (405, {}, Refused),
        (408, {}, Unavailable),
        (409, {}, Conflict),
        (410, {}, Refused),
        (429, {}, Throttled),
        (429, {"Retry-After": "7"}, Throttled),
        (500, {}, Unavailable),
        (500, {"Retry-After": "7"}, Unavailable),
        (502, {}, Unavailable),
        (503, {}, Unavailable),
        (503, {"Retry-After": "7"}, Throttled),
        (504, {}, Unavailable),
    ],
)
async def test_a_status_is_an_error_by_its_meaning(
    graph: FakeGraph, status: int, headers: dict[str, str], meaning: type[CallRecordsError]
) -> None:
    error = await failure(graph, httpx.Response(status, headers=headers))
    assert type(error) is meaning
    assert str(error) == f"Call record 1: Graph answered {status}."
    assert len(graph.requests) == 1  # the queue waits, not the client


def explained(code: object, message: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message}}


async def test_an_error_has_graphs_code_and_none_of_its_words(graph: FakeGraph) -> None:
    error = await failure(graph, httpx.Response(404, json=explained("NotFound", "Ann Miller, +1 555 0100")))
    assert str(error) == "Call record 1: Graph answered 404 NotFound."


@pytest.mark.parametrize(
    "code", ["UnknownError", "Authorization_RequestDenied", "Request_ResourceNotFound", "TooManyRequests", "429"]
)
async def test_a_code_of_graphs_is_told(graph: FakeGraph, code: str) -> None:
    error = await failure(graph, httpx.Response(403, json=explained(code, "")))
    assert str(error) == f"Call record 1: Graph answered 403 {code}."


@pytest.mark.parametrize(
    "code",
    [
        "",
        "Ann Miller",
        "ann@fabrikam.example",
        "+15550100",
        "15550100",
        "a" * 41,
        "Ann_Miller",
        "Ann\n",
        "é",
    ],
)
async def test_what_has_not_the_form_of_a_code_is_not_told(graph: FakeGraph, code: str) -> None:
    error = await failure(graph, httpx.Response(403, json=explained(code, None)))
    assert str(error) == "Call record 1: Graph answered 403."


async def test_half_a_character_is_no_code(graph: FakeGraph) -> None:
    body = rb'{"error": {"code": "Ann\ud83d", "message": "Ann \ud83d"}}'
    error = await failure(graph, httpx.Response(404, content=body, headers={"Content-Type": "application/json"}))
    assert str(error) == "Call record 1: Graph answered 404."


async def test_the_permissions_that_graph_misses_are_told(graph: FakeGraph) -> None:
    words = "Ann misses 'CallRecords.Read.All' or CallRecord-PstnCalls.Read.All; roles: 'User.Read.All, User.Read.All'."
    error = await failure(graph, httpx.Response(403, json=explained("Forbidden", words)))
    named = "CallRecords.Read.All, CallRecord-PstnCalls.Read.All, User.Read.All"
    assert str(error) == f"Call record 1: Graph answered 403 Forbidden (it names {named})."


@pytest.mark.parametrize(
    "words",
    ["Ann.Miller.All", "x.CallRecords.Read.All", "CallRecords.Read.Allison", "ann-Miller.Read.All", "A.Read.All"],
)
async def test_what_has_not_the_form_of_a_permission_is_not_told(graph: FakeGraph, words: str) -> None:
    error = await failure(graph, httpx.Response(403, json=explained("Forbidden", words)))
    assert str(error) == "Call record 1: Graph answered 403 Forbidden."


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/plain", ""])
@pytest.mark.parametrize("body", [b"", b"<h1>private</h1>", b'{"private": true}', b'["private"]'])
async def test_an_error_with_another_body_shows_nothing_of_it(graph: FakeGraph, kind: str, body: bytes) -> None:
    error = await failure(graph, httpx.Response(502, content=body, headers={"Content-Type": kind}))
    assert type(error) is Unavailable
    assert "private" not in str(error)


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, None), ("10", 10), ("2.128", 2.128), ("0", 0), ("-5", 0), ("soon", None), ("", None)]
)
async def test_retry_after_is_in_seconds(graph: FakeGraph, text: str | None, seconds: float | None) -> None:
    error = await failure(graph, httpx.Response(429, headers={} if text is None else {"Retry-After": text}))
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


async def test_retry_after_may_be_a_date(graph: FakeGraph) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    date = format_datetime(before + timedelta(hours=2), usegmt=True)
    error = await failure(graph, httpx.Response(429, headers={"Retry-After": date}))
    assert isinstance(error, Throttled)
    longest = timedelta(hours=2).total_seconds()
    assert longest - (datetime.now(UTC) - before).total_seconds() <= (error.retry_after or 0) <= longest


async def test_a_date_in_the_past_is_now(graph: FakeGraph) -> None:
    error = await failure(graph, httpx.Response(429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}))
    assert isinstance(error, Throttled)
    assert error.retry_after == 0


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "Wed, 21 Oct 2015 07:28:00 -0000", "Wed, 99 Oct 2015"])
async def test_a_senseless_retry_after_is_no_time_in_the_future(graph: FakeGraph, text: str) -> None:
    error = await failure(graph, httpx.Response(429, headers={"Retry-After": text}))
    assert isinstance(error, Throttled)
    assert not error.retry_after


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), httpx.DecodingError("x")],
    ids=lambda error: type(error).__name__,
)
async def test_a_network_that_fails_is_unavailable(graph: FakeGraph, error: httpx.HTTPError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    graph.answer = fail
    with pytest.raises(Unavailable, match=rf"^Call record 1: Graph could not be reached \({type(error).__name__}\)\.$"):
        await get(graph)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("location", [RECORD, "https://evil.example/v1.0/x"])
async def test_a_redirect_is_garbled_and_not_followed(graph: FakeGraph, status: int, location: str) -> None:
    error = await failure(graph, httpx.Response(status, headers={"Location": location}))
    assert type(error) is Garbled
    assert str(error) == f"Call record 1: Graph answered {status}, a redirect."
    assert [request.url.host for request in graph.requests] == ["graph.fabrikam.example"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("BadRequest", "Object reference not set to an instance of an object."),
        ("UnknownError", ""),
        ("generalException", "General exception while processing"),
    ],
)
async def test_a_failure_of_graphs_own_behind_a_400_is_garbled(graph: FakeGraph, code: str, message: str) -> None:
    body = {"error": {"code": code, "message": message}}
    assert type(await failure(graph, httpx.Response(400, json=body))) is Garbled


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ClientAuthenticationError("private"), Forbidden),
        (CredentialUnavailableError("private"), Forbidden),
        (ServiceRequestError("private"), Unavailable),
    ],
    ids=lambda each: getattr(each, "__name__", type(each).__name__),
)
async def test_without_a_token_nothing_is_asked(
    graph: FakeGraph, error: AzureError, meaning: type[CallRecordsError]
) -> None:
    class NoToken(InventedCredential):
        async def get_token(self, *scopes: str, **options: object) -> AccessToken:
            raise error

    graph.credential = NoToken()
    with pytest.raises(meaning) as raised:
        await get(graph)
    assert "private" not in str(raised.value)
    assert graph.requests == []
