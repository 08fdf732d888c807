"""What the server has not is refused, not ignored."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.cosmos import PartitionKey, ThroughputProperties
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.cosmos import KEY
from local.serve import Served

_SCRIPT = {"id": "s", "body": "function () {}"}
_ITEM = {"id": "1", "pk": "a"}
_VECTOR = {"path": "/v", "dataType": "float32", "distanceFunction": "cosine", "dimensions": 2}


async def _drain(items: Any) -> None:
    async for _ in items:
        pass


def _query(text: str) -> Callable[[ContainerProxy], Awaitable[object]]:
    return lambda container: _drain(container.query_items(text, partition_key="a"))


@pytest.mark.parametrize(
    "call",
    [
        lambda container: container.scripts.create_stored_procedure(_SCRIPT),
        lambda container: container.scripts.execute_stored_procedure("s", partition_key="a"),
        lambda container: container.scripts.create_user_defined_function(_SCRIPT),
        lambda container: container.scripts.create_trigger(
            {**_SCRIPT, "triggerType": "Pre", "triggerOperation": "All"}
        ),
        lambda container: container.create_item(_ITEM, pre_trigger_include="s"),
        lambda container: container.create_item(_ITEM, indexing_directive=1),
        lambda container: container.upsert_item(_ITEM, match_condition=MatchConditions.IfMissing),
        lambda container: container.delete_all_items_by_partition_key("a"),
        lambda container: _drain(container.query_items_change_feed(mode="AllVersionsAndDeletes")),
        _query("SELECT VALUE udf.f(c.n) FROM c"),
        _query("SELECT TOP 1 c.id FROM c ORDER BY VectorDistance(c.v, [1, 0])"),
        _query("SELECT c.id FROM c WHERE FullTextContains(c.text, 'word')"),
        _query("SELECT c.id FROM c ORDER BY UPPER(c.id)"),
    ],
)
async def test_an_unsupported_call_is_refused(
    container: ContainerProxy, call: Callable[[ContainerProxy], Awaitable[object]]
) -> None:
    with pytest.raises(CosmosHttpResponseError) as error:
        await call(container)

    assert error.value.status_code == 400


@pytest.mark.parametrize(
    "options",
    [
        {"vector_embedding_policy": {"vectorEmbeddings": [_VECTOR]}},
        {"full_text_policy": {"defaultLanguage": "en-US"}},
        {"computed_properties": [{"name": "lower", "query": "SELECT VALUE LOWER(c.name) FROM c"}]},
        {"conflict_resolution_policy": {"mode": "LastWriterWins"}},
        {"indexing_policy": {"indexingMode": "eager", "includedPaths": [{"path": "/*"}]}},
        {"indexing_policy": {"includedPaths": [{"path": "/*"}], "vectorIndexes": [{"path": "/v"}]}},
        {"default_ttl": 0},
    ],
)
async def test_a_container_with_what_is_unsupported_is_refused(
    database: DatabaseProxy, options: dict[str, Any]
) -> None:
    with pytest.raises(CosmosHttpResponseError) as error:
        await database.create_container("c", PartitionKey("/pk"), **options)

    assert error.value.status_code == 400


async def test_throughput_that_is_shared_or_scales_is_refused(served: Served) -> None:
    autoscale = ThroughputProperties(auto_scale_max_throughput=4000)

    async with CosmosClient(served.url, KEY) as client:
        with pytest.raises(CosmosHttpResponseError, match="share"):
            await client.create_database("shared", offer_throughput=400)
        database = await client.create_database("d")
        with pytest.raises(CosmosHttpResponseError, match="autoscale"):
            await database.create_container("c", PartitionKey("/pk"), offer_throughput=autoscale)


async def test_a_continuation_token_of_another_query_is_refused(container: ContainerProxy) -> None:
    for number in range(3):
        await container.create_item({"id": str(number), "pk": "a"})
    pages: Any = container.query_items("SELECT c.id FROM c", partition_key="a", max_item_count=1).by_page()
    await anext(pages)
    other = container.query_items("SELECT * FROM c", partition_key="a").by_page(pages.continuation_token)

    with pytest.raises(CosmosHttpResponseError) as error:
        await anext(other)

    assert error.value.status_code == 400
