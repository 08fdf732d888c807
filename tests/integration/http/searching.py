"""The search as the app has it, and the same calls in rows of each packing."""

import functools
from typing import cast

import orjson

from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.callsearch import CallSearches
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.http.search import SearchCalls
from callrecords.ports.callrow import Packing
from tests.doubles import Clock
from tests.generated import DAYS, rows, versions
from tests.invented import TENANT


def searching(account: Account, clock: Clock | None = None) -> SearchCalls:
    return SearchCalls(CallSearches(account, TENANT), CallsStore(account, TENANT), clock or Clock())


@functools.cache
def packed_rows(packing: Packing) -> tuple[JsonObject, ...]:
    """The fact rows of the calls of all DAYS, with no more plain than `packing` says."""
    return tuple(_packed(day, number, packing) for day in DAYS for number in range(40))


def _packed(day: str, number: int, packing: Packing) -> JsonObject:
    record = versions(day, 40)[number][-1]
    row = fact_row(record, TENANT)
    while row["packing"] != packing:
        assert row["packing"] != "nothing"
        row = fact_row(record, TENANT, row_bytes=len(orjson.dumps(row)) - 1)
    return dict(row)


def json_rows() -> tuple[JsonObject, ...]:
    """The generated rows as JSON objects."""
    return cast("tuple[JsonObject, ...]", rows())
