"""Requests that fail on demand."""

from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.cosmos import CosmosServer
from local.cosmos.faults import FaultRule
from local.serve import Served

_ITEM = {"id": "1", "pk": "a"}


async def _ids(container: ContainerProxy) -> list[str]:
    return [item["id"] async for item in container.query_items("SELECT c.id FROM c", partition_key="a")]


@pytest.mark.parametrize("status", [408, 409, 412, 429, 449, 500, 503])
async def test_a_status_is_answered_instead_of_the_operation(
    server: CosmosServer, container: ContainerProxy, status: int
) -> None:
    server.faults.add(FaultRule("create", times=None, status=status))

    with pytest.raises(CosmosHttpResponseError) as error:
        await container.create_item(_ITEM)

    assert error.value.status_code == status
    assert await _ids(container) == []


async def test_a_throttled_request_is_told_how_long_to_wait(server: CosmosServer, container: ContainerProxy) -> None:
    server.faults.add(FaultRule("create", times=None, status=429, retry_after_ms=12))

    with pytest.raises(CosmosHttpResponseError) as error:
        await container.create_item(_ITEM)

    assert error.value.headers["x-ms-retry-after-ms"] == "12"


async def test_a_reset_before_the_operation_leaves_it_undone(server: CosmosServer, container: ContainerProxy) -> None:
    server.faults.add(FaultRule("create", reset="before"))

    with pytest.raises(AzureError):
        await container.create_item(_ITEM)

    assert await _ids(container) == []


async def test_a_reset_after_the_operation_leaves_it_done(server: CosmosServer, container: ContainerProxy) -> None:
    server.faults.add(FaultRule("batch", reset="after"))

    with pytest.raises(AzureError):
        await container.execute_item_batch([("create", (_ITEM,))], "a")

    assert await _ids(container) == ["1"]


async def test_a_late_answer_is_right_all_the_same(server: CosmosServer, container: ContainerProxy) -> None:
    rule = server.faults.add(FaultRule("create", latency=0.01))

    await container.create_item(_ITEM)

    assert rule.injected == 1
    assert await _ids(container) == ["1"]


async def test_a_rule_skips_and_then_takes_as_many_as_it_says(server: CosmosServer, container: ContainerProxy) -> None:
    rule = server.faults.add(FaultRule("upsert", skip=1, times=2, status=500))

    failed = []
    for _ in range(5):
        try:
            await container.upsert_item(_ITEM)
        except CosmosHttpResponseError:
            failed.append(True)
        else:
            failed.append(False)

    assert failed == [False, True, True, False, False]
    assert (rule.matched, rule.injected) == (5, 2)


async def test_a_rule_without_an_end_always_fires(server: CosmosServer, container: ContainerProxy) -> None:
    server.faults.add(FaultRule("any", times=None, status=500))

    for _ in range(2):
        with pytest.raises(CosmosHttpResponseError):
            await container.upsert_item(_ITEM)
        with pytest.raises(CosmosHttpResponseError):
            await container.read()


@pytest.mark.parametrize("other", [FaultRule("delete", status=500), FaultRule("create", "d", status=500)])
async def test_a_rule_leaves_other_requests_alone(
    server: CosmosServer, container: ContainerProxy, other: FaultRule
) -> None:
    server.faults.add(other)

    await container.create_item(_ITEM)

    assert (other.matched, other.injected) == (0, 0)


async def test_cleared_rules_fire_no_more(server: CosmosServer, container: ContainerProxy) -> None:
    server.faults.add(FaultRule(times=None, status=500))
    server.faults.clear()

    assert (await container.create_item(_ITEM))["id"] == "1"


async def test_rules_can_be_kept_over_http(served: Served, container: ContainerProxy) -> None:
    rule = {"operation": "create", "container": "c", "status": 503}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{served.url}/_faults", json=rule) as answer:
            assert answer.status == 201
        with pytest.raises(CosmosHttpResponseError):
            await container.create_item(_ITEM)
        async with session.get(f"{served.url}/_faults") as answer:
            (listed,) = await answer.json()
        async with session.delete(f"{served.url}/_faults"):
            await container.create_item(_ITEM)
        async with session.get(f"{served.url}/_faults") as answer:
            assert await answer.json() == []

    assert rule.items() <= listed.items()
    assert (listed["matched"], listed["injected"]) == (1, 1)


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"operation": "write", "status": 500}, "'write'"),
        ({"status": 418}, "418"),
        ({"reset": "sometimes"}, "sometimes"),
        ({}, "status, reset and latency"),
        ({"status": 500, "latency": 1}, "status, reset and latency"),
        ({"status": 500, "stauts": 1}, "stauts"),
        ([], "list"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_in_words(served: Served, rule: Any, word: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{served.url}/_faults", json=rule) as answer,
    ):
        assert answer.status == 400
        assert word in (await answer.json())["message"]
