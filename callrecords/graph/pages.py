"""Graph's lists, which come in pages: https://learn.microsoft.com/graph/paging"""

from collections.abc import AsyncIterator
from typing import Self

from callrecords.errors import Garbled, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import Bucket
from callrecords.graph.parsing import Parsed
from callrecords.graphtypes import JsonObject

# The largest meetings have a few thousand sessions; without a limit, a loop of nextLinks would never end.
MAX_PAGES = 500
# It has to fit in a request, and in a queue message.
_LONGEST_LINK = 8_000


class Pages:
    """The pages of the list called `name`: that in `first`, then those that follow, within `buckets`.

    A list that was expanded in its owner has a nextLink of its own beside it. Each page is the list of its elements.
    Where `first` is nothing but a nextLink, it stands for the pages that were read before: `followed` of them.
    A list that is missing or null is empty: `Prefer: omit-values=nulls` may leave empty lists out as well
    (https://learn.microsoft.com/graph/api/callrecords-callrecord-get). Iterating raises the errors of GraphClient,
    after which iterating again goes on with the page that failed; Garbled for anything else than a list of objects; and
    Unreadable for pages that do not end. Their messages start with `what`. `exact` is that of `parse`.
    """

    def __init__(
        self,
        client: GraphClient,
        first: Parsed,
        name: str,
        *,
        what: str,
        buckets: tuple[Bucket, ...] = (),
        followed: int = 0,
        exact: bool = False,
    ) -> None:
        self._client = client
        self._what = what
        self._buckets = buckets
        self._exact = exact
        self._first: tuple[JsonObject, str] | None = (first.document, name)
        self._links: set[str] = set()
        self.is_repaired = first.is_repaired
        """Whether something in the pages so far is not as Graph sent it."""
        self.followed = followed
        """How many pages were read after the first."""
        self.next_link: str | None = None
        """Where the page after those so far is."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[JsonObject]:
        if self._first:
            found = self._read(*self._first)
            self._first = None
            return found
        link = self.next_link
        if link is None:
            raise StopAsyncIteration
        if link in self._links or self.followed == MAX_PAGES:
            raise Unreadable(f"{self._what}: Graph's pages do not end after {self.followed}.")
        answer = await self._client.get_next(link, self._what, self._buckets, exact=self._exact)
        found = self._read(answer.document, "value")
        self.is_repaired |= answer.is_repaired
        self._links.add(link)
        self.followed += 1
        return found

    def _read(self, page: JsonObject, name: str) -> list[JsonObject]:
        found = self._elements(page, name)
        self.next_link = self._link(page, "@odata.nextLink" if name == "value" else f"{name}@odata.nextLink")
        return found

    def _elements(self, page: JsonObject, name: str) -> list[JsonObject]:
        found = page.get(name)
        # A page that has nothing else is one by its annotations.
        if found is None and (name != "value" or name in page or any("@odata." in each for each in page)):
            return []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise Garbled(f"{self._what}: {name} is a {type(found).__name__}, expected a list of objects.")
        return found

    def _link(self, page: JsonObject, name: str) -> str | None:
        link = page.get(name)
        if link is not None and not isinstance(link, str):
            raise Garbled(f"{self._what}: {name} is a {type(link).__name__}, expected a string.")
        if link and len(link) > _LONGEST_LINK:
            raise Unreadable(f"{self._what}: {name} has {len(link)} characters, expected at most {_LONGEST_LINK}.")
        return link


async def elements(
    client: GraphClient, first: Parsed, name: str, what: str, buckets: tuple[Bucket, ...] = ()
) -> AsyncIterator[JsonObject]:
    """The elements of all Pages of a list, one by one."""
    async for page in Pages(client, first, name, what=what, buckets=buckets):
        for element in page:
            yield element
