from collections.abc import Iterator

import httpx
import pytest

from callrecords.errors import Garbled, Throttled, Unavailable, Unreadable
from callrecords.graph import pages
from callrecords.graph.limits import Bucket, Limit
from callrecords.graph.pages import Pages, elements
from callrecords.graph.parsing import Parsed
from callrecords.graphtypes import JsonObject
from tests.unit.graph.fake_graph import ROOT, FakeGraph

WHAT = "Call record 1"


def link(token: str) -> str:
    return f"{ROOT}/v1.0/list?$skiptoken={token}"


def page(*ids: str, next_link: object = None) -> JsonObject:
    found: JsonObject = {"value": [{"id": each} for each in ids]}
    return found if next_link is None else {**found, "@odata.nextLink": next_link}


async def ids(
    graph: FakeGraph, first: JsonObject, *others: object, name: str = "value", buckets: tuple[Bucket, ...] = ()
) -> list[str]:
    """The ids of the list called `name` in `first`, where Graph answers requests with `others`."""
    graph.answer_in_turn(others)
    return [each["id"] async for each in elements(graph.client, Parsed(first, is_repaired=False), name, WHAT, buckets)]


async def test_a_list_of_one_page_needs_no_request(graph: FakeGraph) -> None:
    assert await ids(graph, page("a", "b")) == ["a", "b"]
    assert graph.requests == []


async def test_the_pages_that_follow_are_read_in_order(graph: FakeGraph) -> None:
    answers = page("a", next_link=link("1")), page(next_link=link("2")), page("b", "c")
    assert await ids(graph, *answers) == ["a", "b", "c"]
    assert [str(request.url) for request in graph.requests] == [link("1"), link("2")]


async def test_a_list_that_was_expanded_in_its_owner_goes_on_beside_it(graph: FakeGraph) -> None:
    owner = {
        "sessions": [{"id": "s1"}],
        "sessions@odata.nextLink": link("1"),
        "participants_v2": [{"id": "p"}],
        "participants_v2@odata.nextLink": link("never"),
        "value": [{"id": "never"}],
        "@odata.nextLink": link("never"),
    }
    assert await ids(graph, owner, page("s2", next_link=link("2")), page("s3"), name="sessions") == ["s1", "s2", "s3"]
    assert [str(request.url) for request in graph.requests] == [link("1"), link("2")]


async def test_who_takes_a_few_elements_asks_for_no_page_too_many(graph: FakeGraph) -> None:
    graph.answer_in_turn([])
    first = Parsed(page("a", next_link=link("1")), is_repaired=False)
    async for element in elements(graph.client, first, "value", WHAT):
        assert element == {"id": "a"}
        break
    assert graph.requests == []


async def test_pages_that_follow_count_in_their_buckets(graph: FakeGraph) -> None:
    bucket = (Limit(1, 60), "1")
    with pytest.raises(Throttled, match=f"^{WHAT}: held back for "):
        await ids(graph, page(next_link=link("1")), page(next_link=link("2")), buckets=(bucket,))
    assert len(graph.requests) == 1


async def test_who_iterates_again_after_an_error_goes_on_with_the_page_that_failed(graph: FakeGraph) -> None:
    graph.answer_in_turn([page("b", next_link=link("2")), httpx.Response(500), page("c")])
    first = Parsed(page("a", next_link=link("1")), is_repaired=False)
    pages, found = Pages(graph.client, first, "value", what=WHAT), []
    with pytest.raises(Unavailable):
        found += [each async for each in pages]
    found += [each async for each in pages]
    assert found == [[{"id": "c"}]]
    assert [str(request.url) for request in graph.requests] == [link("1"), link("2"), link("2")]
    assert pages.followed == 2


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "1"], ["1", "2", "3", "2"]])
async def test_a_loop_of_next_links_ends(graph: FakeGraph, tokens: list[str]) -> None:
    first, *others = [page(next_link=link(token)) for token in tokens]
    with pytest.raises(Unreadable) as raised:
        await ids(graph, first, *others)
    assert str(raised.value) == f"{WHAT}: Graph's pages do not end after {len(tokens) - 1}."


async def test_pages_without_end_end(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGES", 5)

    def endless() -> Iterator[JsonObject]:
        for number in range(100):
            yield page(next_link=link(str(number)))

    with pytest.raises(Unreadable, match=r"pages do not end after 5\.$"):
        await ids(graph, *endless())
    assert len(graph.requests) == 5


@pytest.mark.parametrize("found", ["private", 5, {"private": 1}, ["private"], [{}, None], [[]]])
@pytest.mark.parametrize("is_first", [True, False])
async def test_what_is_no_list_of_objects_is_garbled_and_not_shown(
    graph: FakeGraph, found: object, is_first: bool
) -> None:
    wrong: JsonObject = {"value": found}
    with pytest.raises(Garbled) as raised:
        await ids(graph, *([wrong] if is_first else [page(next_link=link("1")), wrong]))
    assert str(raised.value) == f"{WHAT}: value is a {type(found).__name__}, expected a list of objects."


@pytest.mark.parametrize("last", [{"value": None}, {"@odata.context": "sessions"}])
async def test_an_empty_page_may_have_no_list(graph: FakeGraph, last: JsonObject) -> None:
    assert await ids(graph, page("a", next_link=link("1")), last) == ["a"]


async def test_a_page_that_was_garbled_is_asked_for_again(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": "private"}, page("b")])
    first = Parsed(page("a", next_link=link("1")), is_repaired=False)
    pages, found = Pages(graph.client, first, "value", what=WHAT), []
    with pytest.raises(Garbled):
        found += [each async for each in pages]
    assert [each async for each in pages] == [[{"id": "b"}]]
    assert [str(request.url) for request in graph.requests] == [link("1")] * 2


@pytest.mark.parametrize("next_link", [5, ["private"], {"private": 1}, False])
async def test_a_next_link_that_is_no_text_is_garbled_and_not_shown(graph: FakeGraph, next_link: object) -> None:
    with pytest.raises(Garbled) as raised:
        await ids(graph, page(next_link=next_link))
    expected = f"{WHAT}: @odata.nextLink is a {type(next_link).__name__}, expected a string."
    assert str(raised.value) == expected


async def test_a_next_link_to_anywhere_else_is_not_followed(graph: FakeGraph) -> None:
    with pytest.raises(Unreadable, match="nextLink does not lead to"):
        await ids(graph, page(next_link="https://evil.example/v1.0/x"))
    assert graph.requests == []
