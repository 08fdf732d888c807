"""Transactional batch: operations on one logical partition that all happen, or none of them.

https://learn.microsoft.com/azure/cosmos-db/transactional-batch
"""

from typing import Any

import orjson

from callrecords.graphtypes import JsonObject
from local.cosmos.call import Answer
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.items import Items, Outcome
from local.cosmos.storage import Storage

_MOST_OPERATIONS = 100
_FAILED_DEPENDENCY = 424


def execute(storage: Storage, items: Items, operations: Any, minimal: bool) -> Answer:
    """One result an operation: 200 where all succeeded, else 207 and nothing has changed.

    With `minimal`, writes do not give the item back. Raises 400 where `operations` is no batch.
    """
    if not isinstance(operations, list) or not 1 <= len(operations) <= _MOST_OPERATIONS:
        raise bad_request(f"A batch is a list of 1 to {_MOST_OPERATIONS} operations.")
    results: list[JsonObject] = []
    try:
        with storage.transaction():
            for operation in operations:
                results.append(_result(operation, _perform(items, operation), minimal))  # noqa: PERF401 - one may raise
    except CosmosError as error:
        failed = len(results)
        statuses = [_FAILED_DEPENDENCY] * len(operations)
        statuses[failed] = error.status
        return Answer(207, [{"statusCode": status, "requestCharge": 0} for status in statuses])
    return Answer(200, results, charge=sum(result["requestCharge"] for result in results))


def _perform(items: Items, operation: Any) -> Outcome:
    match operation:
        case {"operationType": "Create", "resourceBody": item}:
            return items.create(item)
        case {"operationType": "Upsert", "resourceBody": item}:
            return items.upsert(item, operation.get("ifMatch"))
        case {"operationType": "Replace", "id": str(item_id), "resourceBody": item}:
            return items.replace(item_id, item, operation.get("ifMatch"))
        case {"operationType": "Patch", "id": str(item_id), "resourceBody": patch}:
            return items.patch(item_id, patch, operation.get("ifMatch"))
        case {"operationType": "Delete", "id": str(item_id)}:
            return items.delete(item_id, operation.get("ifMatch"))
        case {"operationType": "Read", "id": str(item_id)}:
            return items.read(item_id, operation.get("ifNoneMatch"))
    raise bad_request(f"A batch operation is {operation!r}, which is none that this server knows.")


def _result(operation: JsonObject, outcome: Outcome, minimal: bool) -> JsonObject:
    result: JsonObject = {"statusCode": outcome.status, "requestCharge": outcome.charge}
    if outcome.etag:
        result["eTag"] = outcome.etag
    if outcome.body and not (minimal and operation["operationType"] != "Read"):
        result["resourceBody"] = orjson.Fragment(outcome.body)
    return result
