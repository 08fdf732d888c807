"""How much of a row is plain and how much is packed: as much plain as one item of Cosmos DB has room for."""

from collections.abc import Iterator

import orjson

from callrecords.facts.details import Details, pack
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import EndpointRow, PersonRow

# Cosmos DB refuses items over 2 MB (https://learn.microsoft.com/azure/cosmos-db/concepts-limits): room for the rest.
ROW_BYTES = 1_800_000


def packed(
    row: JsonObject, persons: list[PersonRow], endpoints: list[EndpointRow], details: Details, most: int
) -> JsonObject:
    """The row with its people, endpoints and details: as much of them as fits in `most` bytes, and `packing`, which
    says how much that is.
    """
    for fields in _from_most_to_least(persons, endpoints, details):
        whole = row | fields
        if len(orjson.dumps(whole)) <= most:
            return whole
    return row | {"packing": "nothing"}


def _from_most_to_least(
    persons: list[PersonRow], endpoints: list[EndpointRow], details: Details
) -> Iterator[JsonObject]:
    yield {"packing": "details", "participants": persons, "endpoints": endpoints, "details": pack(details)}
    whole: Details = {"participants": persons, "endpoints": endpoints, **details}
    yield {"packing": "endpointsAndDetails", "details": pack(whole)}
    yield {"packing": "endpoints", "details": pack({"participants": persons, "endpoints": endpoints})}
