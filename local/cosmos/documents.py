"""What requests do with the items of a container."""

from collections.abc import Callable

from local.cosmos import batch
from local.cosmos.call import Answer, Call
from local.cosmos.changefeed import changed_items
from local.cosmos.containers import Container
from local.cosmos.errors import bad_request, too_large
from local.cosmos.items import LARGEST_REQUEST, Items, Outcome
from local.cosmos.queries import list_items, query_items
from local.cosmos.storage import Storage

_REFUSED = (
    "x-ms-documentdb-pre-trigger-include",
    "x-ms-documentdb-post-trigger-include",
    "x-ms-indexing-directive",
    "x-ms-cosmos-is-query-plan-request",
)
_OVER_MANY: dict[str, Callable[[Call, Container, Storage], Answer]] = {
    "query": query_items,
    "list": list_items,
    "change_feed": changed_items,
}
_WRITES = ("create", "upsert", "replace", "patch")


def answer_documents(call: Call, container: Container, storage: Storage) -> Answer:
    """Does what `call` asks for. Raises CosmosError and QueryError."""
    if refused := [header for header in _REFUSED if header in call.headers]:
        raise bad_request(f"This server does not support {', '.join(refused)}.")
    if over_many := _OVER_MANY.get(call.operation):
        return over_many(call, container, storage)
    items = Items(storage, container, _partition(call, container))
    minimal = call.headers.get("prefer") == "return=minimal"
    if call.operation == "batch":
        if len(call.body) > LARGEST_REQUEST:
            raise too_large(f"The batch has {len(call.body)} bytes; at most {LARGEST_REQUEST} are allowed.")
        return batch.execute(storage, items, call.json(), minimal)
    outcome = _operate(call, items)
    body = None if minimal and call.operation in _WRITES else outcome.body or None
    return Answer(outcome.status, body, {"etag": outcome.etag} if outcome.etag else {}, outcome.charge)


def _partition(call: Call, container: Container) -> str:
    key = call.headers.get("x-ms-documentdb-partitionkey")
    if key is None:
        raise bad_request("PartitionKey value must be supplied for this operation.")
    return container.partition_key.point(key)


def _operate(call: Call, items: Items) -> Outcome:
    if_match, item_id = call.headers.get("if-match"), call.path[-1]
    if "if-none-match" in call.headers and call.operation != "read":
        raise bad_request("If-None-Match is supported for reads only.")
    match call.operation:
        case "create":
            return items.create(call.json())
        case "upsert":
            return items.upsert(call.json(), if_match)
        case "replace":
            return items.replace(item_id, call.json(), if_match)
        case "patch":
            return items.patch(item_id, call.json(), if_match)
        case "read":
            return items.read(item_id, call.headers.get("if-none-match"))
        case "delete":
            return items.delete(item_id, if_match)
    raise bad_request(f"{call.method} is not supported here.")
