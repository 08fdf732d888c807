"""Graph's lists, which come in pages: https://learn.microsoft.com/graph/paging"""

from collections.abc import AsyncIterator

from callrecords.errors import Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import Bucket
from callrecords.jsontypes import JsonObject

# The largest meetings have a few thousand sessions; without an end, a loop of nextLinks would never stop.
_MAX_PAGES = 500


async def elements(
    client: GraphClient, page: JsonObject, name: str, what: str, buckets: tuple[Bucket, ...] = ()
) -> AsyncIterator[JsonObject]:
    """The elements of the list called `name` in `page`, then those of the pages that follow, within `buckets`.

    A list that was expanded in its owner has a nextLink of its own beside it. Raises the errors of GraphClient, and
    Unreadable, beginning with `what`, for what is not a list of objects and for pages that do not end.
    """
    link_name = "@odata.nextLink" if name == "value" else f"{name}@odata.nextLink"
    seen: set[str] = set()
    while True:
        for element in _objects(page, name, what):
            yield element
        next_link = page.get(link_name)
        if next_link is None:
            return
        if not isinstance(next_link, str):
            raise Unreadable(f"{what}: {link_name} is a {type(next_link).__name__}, expected a text.")
        if next_link in seen or len(seen) == _MAX_PAGES:
            raise Unreadable(f"{what}: Graph's pages do not end after {len(seen)}.")
        page = await client.get_next(next_link, what, buckets)
        seen.add(next_link)
        name, link_name = "value", "@odata.nextLink"


def _objects(page: JsonObject, name: str, what: str) -> list[JsonObject]:
    found = page.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable(f"{what}: {name} is a {type(found).__name__}, expected a list of objects.")
    return found
