"""Partial document update."""

import asyncio
from typing import Any

import pytest

from tests.contract.cosmos_sdk import done, refused

type Change = dict[str, Any]


def _own(item: Any) -> dict[str, Any]:
    """The item without the properties that every item of this module has."""
    return {name: value for name, value in item.items() if name not in ("id", "pk") and name[0] != "_"}


async def _patched(container: Any, item: dict[str, Any], *changes: Change) -> dict[str, Any]:
    await done(container.create_item({"id": "1", "pk": "a", **item}))
    await done(container.patch_item("1", "a", list(changes)))
    return _own(await done(container.read_item("1", "a")))


@pytest.mark.parametrize(
    ("item", "change", "expected"),
    [
        ({}, {"op": "add", "path": "/v", "value": {"k": 1}}, {"v": {"k": 1}}),
        ({"v": 1}, {"op": "add", "path": "/v", "value": 2}, {"v": 2}),
        ({"v": [1, 2]}, {"op": "add", "path": "/v/0", "value": 0}, {"v": [0, 1, 2]}),
        ({"v": [1, 2]}, {"op": "add", "path": "/v/2", "value": 3}, {"v": [1, 2, 3]}),
        ({"v": [1, 2]}, {"op": "add", "path": "/v/-", "value": 3}, {"v": [1, 2, 3]}),
        ({"v": {"w": {}}}, {"op": "set", "path": "/v/w/x", "value": 1}, {"v": {"w": {"x": 1}}}),
        ({"v": [1, 2]}, {"op": "set", "path": "/v/0", "value": 0}, {"v": [0, 2]}),
        ({"v": 1}, {"op": "replace", "path": "/v", "value": None}, {"v": None}),
        ({"v": [1, 2]}, {"op": "replace", "path": "/v/1", "value": 0}, {"v": [1, 0]}),
        ({"v": 1, "w": 2}, {"op": "remove", "path": "/v"}, {"w": 2}),
        ({"v": [1, 2, 3]}, {"op": "remove", "path": "/v/1"}, {"v": [1, 3]}),
        ({"v": 1}, {"op": "incr", "path": "/v", "value": 5}, {"v": 6}),
        ({"v": 1}, {"op": "incr", "path": "/v", "value": -0.5}, {"v": 0.5}),
        ({}, {"op": "incr", "path": "/v", "value": 5}, {"v": 5}),
        ({"v": 1}, {"op": "move", "from": "/v", "path": "/w"}, {"w": 1}),
        ({"v": {"a/b": 1}}, {"op": "set", "path": "/v/a~1b", "value": 2}, {"v": {"a/b": 2}}),
    ],
)
async def test_a_patch_changes_what_it_says(
    container: Any, item: dict[str, Any], change: Change, expected: dict[str, Any]
) -> None:
    assert await _patched(container, item, change) == expected


async def test_changes_of_a_patch_build_upon_each_other(container: Any) -> None:
    changes: list[Change] = [
        {"op": "add", "path": "/list", "value": []},
        {"op": "add", "path": "/list/-", "value": 1},
        {"op": "move", "from": "/list/0", "path": "/first"},
        {"op": "incr", "path": "/first", "value": 1},
    ]

    assert await _patched(container, {}, *changes) == {"list": [], "first": 2}


@pytest.mark.parametrize(
    "changes",
    [
        [{"op": "replace", "path": "/none", "value": 1}],
        [{"op": "remove", "path": "/none"}],
        [{"op": "move", "from": "/none", "path": "/v"}],
        [{"op": "add", "path": "/none/deeper", "value": 1}],
        [{"op": "add", "path": "/list/5", "value": 1}],
        [{"op": "incr", "path": "/text", "value": 1}],
        [{"op": "set", "path": "/pk", "value": "b"}],
        [{"op": "set", "path": "/id", "value": "2"}],
        [{"op": "set", "path": "/_ts", "value": 1}],
        [{"op": "set", "path": f"/v{number}", "value": 1} for number in range(11)],
        [{"op": "set", "path": "/v", "value": 1}, {"op": "remove", "path": "/none"}],
    ],
)
async def test_a_patch_that_cannot_be_done_changes_nothing(container: Any, changes: list[Change]) -> None:
    item = {"text": "x", "list": [1]}
    await done(container.create_item({"id": "1", "pk": "a", **item}))

    with refused(400):
        await done(container.patch_item("1", "a", changes))

    assert _own(await done(container.read_item("1", "a"))) == item


async def test_a_missing_item_cannot_be_patched(container: Any) -> None:
    with refused(404):
        await done(container.patch_item("1", "a", [{"op": "set", "path": "/v", "value": 1}]))


async def test_a_patch_can_depend_on_what_its_own_item_is_like(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": "a", "status": "open"}))
    await done(container.create_item({"id": "1", "pk": "b", "status": "closed"}))
    change = [{"op": "set", "path": "/seen", "value": True}]

    await done(container.patch_item("1", "a", change, filter_predicate="from c where c.status = 'open'"))
    with refused(412):
        await done(container.patch_item("1", "a", change, filter_predicate="from c where c.status = 'closed'"))

    assert (await done(container.read_item("1", "a")))["seen"]


async def test_concurrent_increments_all_count(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": "a", "v": 0}))

    async def increment() -> None:
        await done(container.patch_item("1", "a", [{"op": "incr", "path": "/v", "value": 1}]))

    await asyncio.gather(*(increment() for _ in range(32)))

    assert (await done(container.read_item("1", "a")))["v"] == 32
