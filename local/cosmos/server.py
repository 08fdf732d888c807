"""The Cosmos DB service, as far as its clients need it, in one aiohttp application."""

import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from callrecords.graphtypes import JsonObject
from local.cosmos.authorization import authorize
from local.cosmos.call import Answer, Call
from local.cosmos.containers import Container
from local.cosmos.documents import answer_documents
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.faults import Faults
from local.cosmos.items import Items
from local.cosmos.partitions import physical_partitions
from local.cosmos.query import QueryError
from local.cosmos.resources import (
    answer_account,
    answer_containers,
    answer_databases,
    answer_partition_key_ranges,
    existing_container,
)
from local.cosmos.storage import Storage
from local.cosmos.throughput import answer_offers

_LARGEST_BODY = 16 * 1024 * 1024  # bytes that are read at all


class CosmosServer:
    """A server that keeps its data in `file`, or in memory until the application ends.

    Each container has one physical partition, and one more for each effective partition key in `split_at`.
    `faults` makes requests fail; `requests` counts them by operation, as named in `call.OPERATIONS`.
    """

    def __init__(self, file: str = ":memory:", split_at: Sequence[str] = ()) -> None:
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self._file = file
        self._partitions = physical_partitions(split_at)

    def items(self, database_id: str, container_id: str, key: list[str]) -> Items:
        """The items of one logical partition of a running server, past authorization and faults."""
        container = self._existing(database_id, container_id)
        return Items(self._storage, container, container.partition_key.point(orjson.dumps(key).decode()))

    def in_partition(self, database_id: str, container_id: str, key: list[str]) -> list[JsonObject]:
        """What one logical partition of a running server holds, past authorization and faults; to be read only."""
        container = self._existing(database_id, container_id)
        scope, _ = container.partition_key.scope(orjson.dumps(key).decode())
        return [found.item for found in self._storage.items.scan(container.rid, scope)]

    def of_id(self, database_id: str, container_id: str, item_id: str) -> list[JsonObject]:
        """The same of the items that have this id, whatever their partition."""
        return self._storage.items.of_id(self._existing(database_id, container_id).rid, item_id)

    def app(self) -> web.Application:
        """The application: https://learn.microsoft.com/rest/api/cosmos-db/ and what `Faults.routes` says."""
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.cleanup_ctx.append(self._keep_storage)
        app.add_routes([*self.faults.routes(), web.route("*", "/{path:.*}", self._handle)])
        return app

    def _existing(self, database_id: str, container_id: str) -> Container:
        container = self._storage.container(database_id, container_id)
        assert container
        self._storage.items.purge(container.rid, time.time())
        return container

    async def _keep_storage(self, app: web.Application) -> AsyncIterator[None]:
        self._storage = Storage(self._file, self._partitions)
        yield
        self._storage.close()

    async def _handle(self, request: web.Request) -> web.Response:
        call = Call(
            request.method,
            tuple(unquote(segment) for segment in request.rel_url.raw_path.split("/") if segment),
            request.headers,
            await request.read(),
            f"{request.scheme}://{request.host}",
        )
        self.requests[call.operation] += 1
        rule = self.faults.take(call.operation, call.container)
        if not rule:
            return self._respond(call)
        try:
            return await rule.inject(request, lambda: self._respond(call))
        except CosmosError as error:
            return self._response(call, _refusal(error))

    def _respond(self, call: Call) -> web.Response:
        try:
            authorize(call.method, call.path, call.headers)
            with self._storage.transaction():
                answer = self._answer(call)
        except QueryError as error:
            answer = _refusal(bad_request(str(error)))
        except CosmosError as error:
            answer = _refusal(error)
        return self._response(call, answer)

    def _answer(self, call: Call) -> Answer:
        match call.path:
            case ():
                return answer_account(call)
            case ("dbs", *names) if len(names) <= 1:
                return answer_databases(call, self._storage)
            case ("dbs", _, "colls", *names) if len(names) <= 1:
                return answer_containers(call, self._storage)
            case ("dbs", _, "colls", _, "pkranges"):
                return answer_partition_key_ranges(
                    call, existing_container(call, self._storage), self._storage.partitions
                )
            case ("dbs", _, "colls", _, "docs", *names) if len(names) <= 1:
                return self._answer_documents(call)
            case ("offers", *names) if len(names) <= 1:
                return answer_offers(call, self._storage)
        raise bad_request(f"This server does not support {call.method} for {call.resource}.")

    def _answer_documents(self, call: Call) -> Answer:
        container = existing_container(call, self._storage)
        if container.default_ttl is not None:
            self._storage.items.purge(container.rid, time.time())
        return answer_documents(call, container, self._storage)

    def _response(self, call: Call, answer: Answer) -> web.Response:
        body = answer.body
        if body is not None and not isinstance(body, bytes):
            body = orjson.dumps(body)
        headers = {
            "x-ms-activity-id": call.headers.get("x-ms-activity-id", str(uuid.uuid4())),
            "x-ms-request-charge": f"{answer.charge:.2f}",
            "x-ms-schemaversion": "1.19",
            **answer.headers,
        }
        if call.container:
            headers["x-ms-session-token"] = f"0:-1#{self._storage.lsn}"
        return web.Response(status=answer.status, body=body, headers=headers, content_type="application/json")


def _refusal(error: CosmosError) -> Answer:
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    return Answer(error.status, body, error.headers)
