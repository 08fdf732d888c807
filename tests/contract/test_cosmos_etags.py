"""Optimistic concurrency."""

import asyncio
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.cosmos.exceptions import CosmosAccessConditionFailedError

from tests.contract.cosmos_sdk import done, refused

_UNCHANGED = MatchConditions.IfNotModified


@pytest.fixture
async def etags(container: Any) -> tuple[str, str]:
    """The etag that an item had, and the one that it has."""
    stale = await done(container.create_item({"id": "1", "pk": "a", "v": 1}))
    fresh = await done(container.upsert_item({"id": "1", "pk": "a", "v": 2}))
    return stale["_etag"], fresh["_etag"]


async def test_a_replace_needs_the_current_etag(container: Any, etags: tuple[str, str]) -> None:
    stale, fresh = etags
    item = {"id": "1", "pk": "a", "v": 3}

    with pytest.raises(CosmosAccessConditionFailedError):
        await done(container.replace_item("1", item, etag=stale, match_condition=_UNCHANGED))
    assert (await done(container.replace_item("1", item, etag=fresh, match_condition=_UNCHANGED)))["v"] == 3


async def test_an_upsert_of_an_existing_item_needs_the_current_etag(container: Any, etags: tuple[str, str]) -> None:
    item = {"id": "1", "pk": "a", "v": 3}

    with refused(412):
        await done(container.upsert_item(item, etag=etags[0], match_condition=_UNCHANGED))
    assert (await done(container.read_item("1", "a")))["v"] == 2


async def test_an_upsert_creates_a_missing_item_whatever_the_etag(container: Any, etags: tuple[str, str]) -> None:
    item = {"id": "2", "pk": "a"}

    created = await done(container.upsert_item(item, etag=etags[0], match_condition=_UNCHANGED))

    assert created["id"] == "2"


async def test_a_delete_needs_the_current_etag(container: Any, etags: tuple[str, str]) -> None:
    stale, fresh = etags

    with refused(412):
        await done(container.delete_item("1", "a", etag=stale, match_condition=_UNCHANGED))
    await done(container.delete_item("1", "a", etag=fresh, match_condition=_UNCHANGED))
    with refused(404):
        await done(container.read_item("1", "a"))


async def test_a_patch_needs_the_current_etag(container: Any, etags: tuple[str, str]) -> None:
    change = [{"op": "incr", "path": "/v", "value": 10}]

    with refused(412):
        await done(container.patch_item("1", "a", change, etag=etags[0], match_condition=_UNCHANGED))
    patched = await done(container.patch_item("1", "a", change, etag=etags[1], match_condition=_UNCHANGED))
    assert patched["v"] == 12


async def test_a_read_of_what_the_client_has_gives_nothing(container: Any, etags: tuple[str, str]) -> None:
    stale, fresh = etags
    changed = MatchConditions.IfModified

    assert (await done(container.read_item("1", "a", etag=stale, match_condition=changed)))["v"] == 2
    assert not await done(container.read_item("1", "a", etag=fresh, match_condition=changed))


async def test_of_many_writers_with_one_etag_one_wins(container: Any, etags: tuple[str, str]) -> None:
    async def replace(number: int) -> int:
        item = {"id": "1", "pk": "a", "v": number}
        try:
            await done(container.replace_item("1", item, etag=etags[1], match_condition=_UNCHANGED))
        except HttpResponseError as error:
            return error.status_code or 0
        return 200

    statuses = await asyncio.gather(*(replace(number) for number in range(20)))

    assert sorted(statuses) == [200] + [412] * 19
