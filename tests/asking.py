"""Asks the app as its HTTP functions do."""

from typing import Any

import orjson

from callrecords.graphtypes import JsonObject
from callrecords.http.answers import Answer
from callrecords.http.search import SearchCalls


def body(answer: Answer) -> Any:
    """What the answer says, from its JSON."""
    return orjson.loads(answer.body)


def told(answer: Answer) -> tuple[int, Any]:
    """The status of an answer, and what its JSON says."""
    assert answer.media_type == "application/json"
    return answer.status, orjson.loads(answer.body)


async def pages(search_calls: SearchCalls, **parameters: str) -> list[list[JsonObject]]:
    """All pages of a search; `begin` stands for `from`, which Python keeps for itself."""
    found: list[list[JsonObject]] = []
    continuation: str | None = ""
    while continuation is not None:
        page = await next_page(search_calls, continuation, **parameters)
        found.append(page["calls"])
        continuation = page["continuation"]
    return found


async def next_page(search_calls: SearchCalls, continuation: str, **parameters: str) -> JsonObject:
    """The page of a search that `continuation` asks for; the first where it is empty."""
    named = {"from" if name == "begin" else name: value for name, value in parameters.items()}
    answer = await search_calls(named | ({"continuation": continuation} if continuation else {}))
    assert answer.status == 200, answer.body
    page: JsonObject = body(answer)
    return page
