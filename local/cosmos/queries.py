"""Queries over the items of a container, page by page.

Where every result is made of one item, a page goes on after the last item, whatever became of it and of others.
Results of TOP, OFFSET LIMIT, DISTINCT, JOIN, GROUP BY and aggregates go on by their number.
"""

import contextlib
import gc
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

import orjson

from callrecords.graphtypes import JsonObject
from local.cosmos.call import Answer, Call, feed
from local.cosmos.containers import Container
from local.cosmos.errors import bad_request
from local.cosmos.indexing import check_order
from local.cosmos.itemtable import START, Found, Position
from local.cosmos.paging import continuation, fill_page, mark_of
from local.cosmos.partitions import requested_scope
from local.cosmos.query import Query, Row, compile_query
from local.cosmos.storage import Storage

_ALL = {"query": "SELECT * FROM c"}
# As its index on ids has the service look up few items among many.
_BY_ID = re.compile(r"\sWHERE ARRAY_CONTAINS\((@\w+), c\.id\)$")
_CHUNK = 1000  # items; a page seldom takes more
_SCOPED_BY = ("x-ms-documentdb-partitionkey", "x-ms-documentdb-partitionkeyrangeid", "x-ms-start-epk")

type _Results = Iterator[tuple[Any, Any]]


def selected(call: Call, resources: list[JsonObject]) -> list[Any]:
    """All of `resources`, or what the call's query makes of them. Raises 400 and QueryError."""
    if not call.is_query:
        return resources
    query, parameters = _parsed(call.json())
    return [row.value for row in query.run(resources, parameters)]


def list_items(call: Call, container: Container, storage: Storage) -> Answer:
    """A page of all items."""
    return _page(call, container, storage, _ALL)


def query_items(call: Call, container: Container, storage: Storage) -> Answer:
    """A page of a query's results. Raises 400 where the service would not serve it to this client, and QueryError.

    https://learn.microsoft.com/python/api/overview/azure/cosmos-readme#limitations
    """
    if not call.flag("x-ms-documentdb-query-enablecrosspartition") and not any(
        header in call.headers for header in _SCOPED_BY
    ):
        raise bad_request(
            "Cross partition query is required but disabled. Please set "
            "x-ms-documentdb-query-enablecrosspartition to true, or specify x-ms-documentdb-partitionkey."
        )
    return _page(call, container, storage, call.json())


def _page(call: Call, container: Container, storage: Storage, body: Any) -> Answer:
    query, parameters = _parsed(body)
    scope, is_one_partition = requested_scope(call.headers, container.partition_key, storage.partitions)
    _check(query, container, is_one_partition)
    text, token = orjson.dumps(body), call.headers.get("x-ms-continuation")
    after = mark_of(token, text) if token else None
    by_id = _BY_ID.search(body["query"])
    if by_id and isinstance(ids := parameters.get(by_id[1]), list):
        found = sorted(storage.items.of_ids(container.rid, ids, scope), key=lambda each: each.position)
        start = Position(*after) if after else START
        results = _by_position(query, (each for each in found if each.position > start), parameters)
    elif not _is_of_single_items(query, parameters):
        results = _by_number(query, storage.items.scan(container.rid, scope), parameters, after)
    elif query.order_by:
        results = _by_order(query, storage.items.scan(container.rid, scope), parameters, after)
    else:
        start = Position(*after) if after else START
        results = _by_position(query, storage.items.scan(container.rid, scope, start), parameters)
    with _garbage_collection_paused():
        page = fill_page(results, call.headers)
    headers = {"x-ms-continuation": continuation(text, page.last)} if page.more else {}
    return feed("Documents", page.values, headers)


def _parsed(body: Any) -> tuple[Query, dict[str, Any]]:
    """The query of a request's body, and its parameters by name."""
    try:
        parameters = {entry["name"]: entry["value"] for entry in body.get("parameters") or ()}
        return compile_query(body["query"]), parameters
    except (AttributeError, KeyError, TypeError):
        raise bad_request(
            f"The query is {body!r}; expected an object of query and parameters, each of name and value."
        ) from None


def _check(query: Query, container: Container, is_one_partition: bool) -> None:
    if not is_one_partition and query.grouped:
        raise bad_request("Cross partition query with GROUP BY is not supported by the client.")
    if not is_one_partition and query.aggregates and not query.value_only:
        raise bad_request("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.")
    order = [(path, descending) for path, descending in query.order_by if path is not None]
    if len(order) < len(query.order_by):
        raise bad_request("Unsupported ORDER BY clause: an item of it is not the path of a property.")
    check_order(container.indexing_policy, order)


@contextlib.contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Rows come by the thousand and make no cycles: looking for some takes as long as the query does."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _is_of_single_items(query: Query, parameters: dict[str, Any]) -> bool:
    """Whether every item gives one result or none, whatever the others are."""
    if query.aggregates or query.grouped or query.distinct or query.limited or query.joined:
        return False
    return not any(query.run([], parameters))  # without FROM, it has a result even of nothing


def _by_position(query: Query, found: Iterable[Found], parameters: dict[str, Any]) -> _Results:
    """The results as their items lie. Their mark is where that is."""
    for chunk in batched(found, _CHUNK, strict=False):
        sources = _by_identity(chunk)
        for row in query.run([each.item for each in chunk], parameters):
            yield row.value, [*sources[id(row.source)].position]


def _by_order(query: Query, found: Iterable[Found], parameters: dict[str, Any], after: Any) -> _Results:
    """The results in the query's order. Their mark is the sort key and where their items lie."""
    every = list(found)
    sources = _by_identity(every)

    def mark(row: Row) -> list[Any]:
        return [orjson.loads(orjson.dumps(query.sort_key(row))), *sources[id(row.source)].position]

    rows: Iterable[Row] = query.run((each.item for each in every), parameters)
    if after:
        rows = list(rows)
        rows = rows[bisect_right(rows, after, key=mark) :]
    for row in rows:
        yield row.value, mark(row)


def _by_number(query: Query, found: Iterable[Found], parameters: dict[str, Any], after: Any) -> _Results:
    """The results of a query that is not made of single items. Their mark is how many there are up to them."""
    rows = query.run((each.item for each in found), parameters)
    for number, row in enumerate(rows, 1):
        if number > (after or 0):
            yield row.value, number


def _by_identity(found: Iterable[Found]) -> dict[int, Found]:
    return {id(each.item): each for each in found}
