"""Unique keys."""

from typing import Any

import pytest

from tests.contract.cosmos_sdk import CreateContainer, done, refused


@pytest.fixture
async def people(create_container: CreateContainer) -> Any:
    """A container where e-mail is unique, and so is the pair of names."""
    unique_keys = [{"paths": ["/email"]}, {"paths": ["/name/first", "/name/last"]}]
    return await create_container(unique_key_policy={"uniqueKeys": unique_keys})


def _person(item_id: str, email: str, first: str, last: str, partition: str = "a") -> dict[str, Any]:
    return {"id": item_id, "pk": partition, "email": email, "name": {"first": first, "last": last}}


async def test_a_unique_value_cannot_be_taken_twice_in_a_partition(people: Any) -> None:
    await done(people.create_item(_person("1", "ada@fabrikam.example", "Ada", "A")))

    with refused(409):
        await done(people.create_item(_person("2", "ada@fabrikam.example", "Eve", "E")))
    await done(people.create_item(_person("2", "ada@fabrikam.example", "Eve", "E", partition="b")))


async def test_of_a_compound_unique_key_the_whole_must_differ(people: Any) -> None:
    await done(people.create_item(_person("1", "ada@fabrikam.example", "Ada", "A")))
    await done(people.create_item(_person("2", "bea@fabrikam.example", "Ada", "B")))

    with refused(409):
        await done(people.create_item(_person("3", "cleo@fabrikam.example", "Ada", "B")))


async def test_a_unique_value_cannot_be_taken_by_an_update(people: Any) -> None:
    await done(people.create_item(_person("1", "ada@fabrikam.example", "Ada", "A")))
    await done(people.create_item(_person("2", "bea@fabrikam.example", "Bea", "B")))

    with refused(409):
        await done(people.upsert_item(_person("2", "ada@fabrikam.example", "Bea", "B")))
    with refused(409):
        change = [{"op": "set", "path": "/email", "value": "ada@fabrikam.example"}]
        await done(people.patch_item("2", "a", change))


async def test_a_unique_value_is_free_again_when_its_item_has_another(people: Any) -> None:
    await done(people.create_item(_person("1", "ada@fabrikam.example", "Ada", "A")))
    await done(people.upsert_item(_person("1", "lovelace@fabrikam.example", "Ada", "A")))

    created = await done(people.create_item(_person("2", "ada@fabrikam.example", "Bea", "B")))

    assert created["email"] == "ada@fabrikam.example"
