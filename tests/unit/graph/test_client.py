import httpx
import orjson
import pytest

from callrecords import __version__
from callrecords.errors import Garbled, Throttled, Unavailable, Unreadable
from callrecords.graph.limits import Limit
from tests.unit.graph.fake_graph import RECORD, ROOT, SCOPE, FakeGraph, get, get_request


async def test_an_answer_is_json_with_all_that_graph_sent(graph: FakeGraph) -> None:
    document = {"id": "1", "unknownProperty": {"a": [1, 2.5, "\u2713"]}}
    graph.answer_in_turn([document])
    assert await get(graph) == document


async def test_a_request_carries_a_token_for_the_scope_and_asks_for_json_with_unknown_members(graph: FakeGraph) -> None:
    graph.answer_in_turn([{}])
    await get(graph)
    headers = graph.requests[0].headers
    assert headers["Authorization"] == f"Bearer token for {SCOPE}"
    assert headers["Prefer"] == "include-unknown-enum-members, omit-values=nulls"
    assert headers["Accept"] == "application/json"


async def test_graph_is_told_which_version_of_which_app_asks(graph: FakeGraph) -> None:
    graph.answer_in_turn([{}])
    await get(graph)
    products = graph.requests[0].headers["User-Agent"].split()
    assert products[0] == f"CallRecords/{__version__}"
    assert any(product.startswith("kiota-python/") for product in products)


@pytest.mark.parametrize("body", [b"<h1>private</h1>", b"{", b'"private', b"[" * 100_000])
async def test_an_answer_that_is_not_json_is_garbled(graph: FakeGraph, body: bytes) -> None:
    graph.answer_in_turn([httpx.Response(200, content=body)])
    with pytest.raises(Garbled, match=r"^Call record 1: Graph's answer is not JSON\.$"):
        await get(graph)


@pytest.mark.parametrize("status", [200, 204])
async def test_an_empty_answer_is_garbled(graph: FakeGraph, status: int) -> None:
    graph.answer_in_turn([httpx.Response(status)])
    with pytest.raises(Garbled, match=r"^Call record 1: Graph's answer is empty\.$"):
        await get(graph)


@pytest.mark.parametrize(("document", "kind"), [([], "list"), ("private", "str"), (5, "int"), (None, "NoneType")])
async def test_an_answer_that_is_no_object_is_garbled(graph: FakeGraph, document: object, kind: str) -> None:
    graph.answer_in_turn([httpx.Response(200, content=orjson.dumps(document))])
    with pytest.raises(Garbled, match=rf"^Call record 1: Graph's answer is a JSON {kind}, expected an object\.$"):
        await get(graph)


async def test_a_next_link_is_followed_as_it_is(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": []}])
    link = f"{ROOT}/v1.0/communications/callRecords('1')/sessions?$skiptoken=a%2Fb+c"
    assert (await graph.client.get_next(link, "Call record 1")).document == {"value": []}
    assert str(graph.requests[0].url) == link
    assert graph.requests[0].headers["Authorization"] == f"Bearer token for {SCOPE}"


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1.0/x", f"{ROOT}.evil.example/v1.0/x", f"{ROOT}/v1.0x", f"{ROOT}/beta/x", ""]
)
async def test_a_next_link_to_anywhere_else_is_not_followed(graph: FakeGraph, link: str) -> None:
    with pytest.raises(Unreadable) as raised:
        await graph.client.get_next(link, "Call record 1")
    assert str(raised.value) == f"Call record 1: Graph's nextLink does not lead to {ROOT}/v1.0."
    assert graph.requests == []


async def test_every_request_counts_in_its_buckets_and_one_too_many_is_not_sent(graph: FakeGraph) -> None:
    graph.answer = lambda _: httpx.Response(200, json={})
    client, buckets = graph.client, ((Limit(2, 60), "1"),)
    await client.send(get_request(), "Call record 1", buckets)
    await client.get_next(RECORD, "Call record 1", buckets)
    for again in (
        client.send(get_request(), "Call record 1", buckets),
        client.get_next(RECORD, "Call record 1", buckets),
    ):
        with pytest.raises(Throttled, match=r"^Call record 1: held back for \d+ s by Graph's limits\.$"):
            await again
    assert len(graph.requests) == 2


async def test_what_graph_throttles_is_held_back_for_as_long_as_it_says(graph: FakeGraph) -> None:
    graph.answer_in_turn([httpx.Response(429, headers={"Retry-After": "60"}), {}])
    client, bucket, other = graph.client, (Limit(10, 20), "1"), (Limit(10, 20), "2")
    with pytest.raises(Throttled, match="Graph answered 429"):
        await client.send(get_request(), "Call record 1", (bucket,))
    with pytest.raises(Throttled, match=r"held back for (60|59) s"):
        await client.send(get_request(), "Call record 1", (bucket,))
    assert (await client.send(get_request(), "Call record 2", (other,))).document == {}
    assert len(graph.requests) == 2


async def test_a_failure_that_is_no_throttling_holds_nothing_back(graph: FakeGraph) -> None:
    graph.answer_in_turn([httpx.Response(503), {}])
    client, bucket = graph.client, (Limit(10, 20), "1")
    with pytest.raises(Unavailable):
        await client.send(get_request(), "Call record 1", (bucket,))
    assert (await client.send(get_request(), "Call record 1", (bucket,))).document == {}
