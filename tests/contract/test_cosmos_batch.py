"""Transactional batch."""

import copy
from typing import Any

import pytest
from azure.cosmos.exceptions import CosmosBatchOperationError

from tests.contract.cosmos_sdk import CreateContainer, done, listed, refused

type Operation = tuple[str, tuple[Any, ...]] | tuple[str, tuple[Any, ...], dict[str, Any]]


async def _ids(container: Any) -> list[str]:
    return sorted(item["id"] for item in await listed(container.read_all_items()))


async def test_a_batch_does_all_of_its_operations(container: Any) -> None:
    for item_id in ("replaced", "deleted", "patched"):
        await done(container.create_item({"id": item_id, "pk": "a", "v": 1}))
    operations: list[Operation] = [
        ("create", ({"id": "created", "pk": "a"},)),
        ("upsert", ({"id": "upserted", "pk": "a"},)),
        ("replace", ("replaced", {"id": "replaced", "pk": "a", "v": 2})),
        ("read", ("replaced",)),
        (
            "patch",
            ("patched", [{"op": "incr", "path": "/v", "value": 4}]),
            {"filter_predicate": "from c where c.v = 1"},
        ),
        ("delete", ("deleted",)),
    ]

    results = await done(container.execute_item_batch(operations, "a"))

    assert [result["statusCode"] for result in results] == [201, 201, 200, 200, 200, 204]
    assert results[3]["resourceBody"]["v"] == 2
    assert results[4]["eTag"] == (await done(container.read_item("patched", "a")))["_etag"]
    assert await _ids(container) == ["created", "patched", "replaced", "upserted"]


async def test_a_batch_under_a_hierarchical_key(create_container: CreateContainer) -> None:
    container = await create_container("/tenant", "/call")
    item = {"id": "1", "tenant": "t", "call": "c"}

    await done(container.execute_item_batch([("create", (item,))], ["t", "c"]))

    assert (await done(container.read_item("1", ["t", "c"])))["id"] == "1"


@pytest.mark.parametrize(
    ("failing", "status"),
    [
        (("create", ({"id": "there", "pk": "a"},)), 409),
        (("read", ("missing",)), 404),
        (("delete", ("missing",)), 404),
        (("replace", ("missing", {"id": "missing", "pk": "a"})), 404),
        (("replace", ("there", {"id": "there", "pk": "a"}), {"if_match_etag": '"stale"'}), 412),
        (("delete", ("there",), {"if_match_etag": '"stale"'}), 412),
        (("patch", ("there", [{"op": "remove", "path": "/none"}])), 400),
    ],
)
async def test_a_batch_with_a_failing_operation_does_nothing(container: Any, failing: Operation, status: int) -> None:
    await done(container.create_item({"id": "there", "pk": "a", "v": 1}))
    operations: list[Operation] = [
        ("create", ({"id": "before", "pk": "a"},)),
        ("upsert", ({"id": "there", "pk": "a", "v": 2},)),
        copy.deepcopy(failing),  # the SDK takes the options out of what it is given
        ("create", ({"id": "after", "pk": "a"},)),
    ]

    with pytest.raises(CosmosBatchOperationError) as error:
        await done(container.execute_item_batch(operations, "a"))

    assert (error.value.error_index, error.value.status_code) == (2, status)
    assert [result["statusCode"] for result in error.value.operation_responses] == [424, 424, status, 424]
    assert await _ids(container) == ["there"]
    assert (await done(container.read_item("there", "a")))["v"] == 1


async def test_a_batch_stays_in_its_partition(container: Any) -> None:
    operations: list[Operation] = [("create", ({"id": "1", "pk": "a"},)), ("create", ({"id": "2", "pk": "b"},))]

    with refused(400):
        await done(container.execute_item_batch(operations, "a"))

    assert await _ids(container) == []


async def test_a_batch_takes_the_current_etag(container: Any) -> None:
    created = await done(container.create_item({"id": "1", "pk": "a", "v": 1}))
    replace = ("replace", ("1", {"id": "1", "pk": "a", "v": 2}), {"if_match_etag": created["_etag"]})

    await done(container.execute_item_batch([replace], "a"))

    assert (await done(container.read_item("1", "a")))["v"] == 2


async def test_operations_of_a_batch_see_those_before_them(container: Any) -> None:
    operations: list[Operation] = [
        ("create", ({"id": "1", "pk": "a", "v": 1},)),
        ("patch", ("1", [{"op": "incr", "path": "/v", "value": 1}])),
        ("read", ("1",)),
    ]

    results = await done(container.execute_item_batch(operations, "a"))

    assert results[2]["resourceBody"]["v"] == 2


async def test_a_batch_has_at_most_a_hundred_operations(container: Any) -> None:
    operations: list[Operation] = [("upsert", ({"id": str(number), "pk": "a"},)) for number in range(101)]

    assert len(await done(container.execute_item_batch(operations[:100], "a"))) == 100
    with refused(400):
        await done(container.execute_item_batch(operations, "a"))


async def test_a_batch_has_at_least_one_operation(container: Any) -> None:
    with refused(400):
        await done(container.execute_item_batch([], "a"))


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")  # aiohttp's, of the SDK
async def test_a_batch_has_at_most_two_megabytes(container: Any) -> None:
    operations: list[Operation] = [
        ("upsert", ({"id": str(number), "pk": "a", "text": "x" * 800_000},)) for number in range(3)
    ]

    assert len(await done(container.execute_item_batch(operations[:2], "a"))) == 2
    with refused(413):
        await done(container.execute_item_batch(operations, "a"))
