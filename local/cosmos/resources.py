"""What requests do with the account, its databases and their containers."""

import base64
import os
import time
import uuid
from collections.abc import Mapping
from typing import Any

from callrecords.graphtypes import JsonObject
from local.cosmos import errors
from local.cosmos.call import Answer, Call, feed
from local.cosmos.containers import Container, define, redefine
from local.cosmos.partitions import Scope
from local.cosmos.queries import selected
from local.cosmos.storage import Storage
from local.cosmos.throughput import initial_throughput


def answer_account(call: Call) -> Answer:
    """What clients discover: one region, to read and to write, at the address that they asked."""
    if call.method != "GET":
        raise _unsupported(call)
    region = [{"name": "Local", "databaseAccountEndpoint": f"{call.origin}/"}]
    body = {
        "id": "local",
        "_rid": "local",
        "_self": "",
        "writableLocations": region,
        "readableLocations": region,
        "enableMultipleWriteLocations": False,
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
    }
    return Answer(200, body)


def answer_databases(call: Call, storage: Storage) -> Answer:
    """Creates, reads, deletes, lists or queries databases."""
    match call.method, call.path[1:]:
        case "POST", () if not call.is_query:
            return _create_database(call, storage)
        case "POST" | "GET", ():
            return feed("Databases", selected(call, storage.databases()))
        case "GET", (database_id,):
            return _resource(200, _database(storage, database_id))
        case "DELETE", (database_id,):
            _database(storage, database_id)
            storage.remove_database(database_id)
            return Answer(204)
    raise _unsupported(call)


def answer_containers(call: Call, storage: Storage) -> Answer:
    """Creates, reads, replaces, deletes, lists or queries the containers of a database."""
    database_id = call.path[1]
    match call.method, call.path[3:]:
        case "POST", () if not call.is_query:
            return _create_container(call, storage)
        case "POST" | "GET", ():
            _database(storage, database_id)
            bodies = [container.body for container in storage.containers(database_id)]
            return feed("DocumentCollections", selected(call, bodies))
        case "GET", (_,):
            return _resource(200, existing_container(call, storage).body)
        case "PUT", (_,):
            return _replace_container(call, storage)
        case "DELETE", (_,):
            storage.remove_container(existing_container(call, storage).rid)
            return Answer(204)
    raise _unsupported(call)


def answer_partition_key_ranges(call: Call, container: Container, partitions: Mapping[str, Scope]) -> Answer:
    """The physical partitions of a container, or 304 to who knows them."""
    if call.method != "GET":
        raise _unsupported(call)
    etag = '"1"'
    if call.headers.get("if-none-match") == etag:
        return Answer(304, headers={"etag": etag})
    ranges = [
        {
            "id": range_id,
            "_rid": container.rid,
            "_self": f"{container.body['_self']}pkranges/{range_id}/",
            "_etag": etag,
            "minInclusive": scope.low,
            "maxExclusive": scope.high,
            "status": "online",
            "parents": [],
        }
        for range_id, scope in partitions.items()
    ]
    return feed("PartitionKeyRanges", ranges, {"etag": etag})


def existing_container(call: Call, storage: Storage) -> Container:
    """The container that the call is about. Raises 404; 400 where the client means one that was deleted."""
    database_id, container_id = call.path[1], call.path[3]
    container = storage.container(database_id, container_id)
    if not container:
        message = f"There is no container {container_id!r} in a database {database_id!r}."
        raise errors.not_found(message) if call.resource == "colls" else errors.owner_not_found(message)
    if call.headers.get("x-ms-cosmos-intended-collection-rid", container.rid) != container.rid:
        raise errors.container_was_recreated()
    return container


def _create_database(call: Call, storage: Storage) -> Answer:
    database_id = _id_of(call.json())
    if storage.database(database_id):
        raise errors.conflict()
    if "x-ms-offer-throughput" in call.headers or "x-ms-cosmos-offer-autopilot-settings" in call.headers:
        raise errors.bad_request("This server does not support throughput that containers share.")
    body = {"id": database_id, **_system_properties("", "dbs"), "_colls": "colls/"}
    storage.add_database(body)
    return _resource(201, body)


def _create_container(call: Call, storage: Storage) -> Answer:
    database, definition = _database(storage, call.path[1]), call.json()
    if storage.container(database["id"], _id_of(definition)):
        raise errors.conflict()
    body = define(definition) | _system_properties(database["_self"], "colls") | {"_docs": "docs/"}
    storage.add_container(database["id"], Container(body), initial_throughput(call))
    return _resource(201, body)


def _replace_container(call: Call, storage: Storage) -> Answer:
    old = existing_container(call, storage)
    kept = {name: value for name, value in old.body.items() if name.startswith("_")}
    new = Container(kept | redefine(old, call.json()) | {"_etag": _new_etag(), "_ts": int(time.time())})
    storage.change_container(new)
    storage.items.reschedule(new.rid, new.default_ttl)
    return _resource(200, new.body)


def _database(storage: Storage, database_id: str) -> JsonObject:
    body = storage.database(database_id)
    if not body:
        raise errors.not_found(f"There is no database {database_id!r}.")
    return body


def _id_of(definition: Any) -> str:
    match definition:
        case {"id": str(resource_id)} if resource_id and not set(resource_id) & set("/\\?#"):
            return resource_id
    raise errors.bad_request(f"The resource is {definition!r}; expected an object with an id without any of / \\ ? #.")


def _system_properties(owner: str, kind: str) -> JsonObject:
    """For a new resource of `kind` below the one whose link is `owner`."""
    above = base64.b64decode(owner.rstrip("/").rpartition("/")[2], b"+-")
    rid = base64.b64encode(above + os.urandom(4), b"+-").decode()
    return {"_rid": rid, "_self": f"{owner}{kind}/{rid}/", "_etag": _new_etag(), "_ts": int(time.time())}


def _new_etag() -> str:
    return f'"{uuid.uuid4()}"'


def _resource(status: int, body: JsonObject) -> Answer:
    return Answer(status, body, {"etag": body["_etag"]})


def _unsupported(call: Call) -> errors.CosmosError:
    return errors.bad_request(f"This server does not support {call.method} for {call.resource or 'the account'}.")
