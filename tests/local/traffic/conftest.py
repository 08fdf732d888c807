from collections.abc import Callable, Iterator
from datetime import date

import pytest

from callrecords.graphtypes import JsonObject
from local.traffic import Call, generate


@pytest.fixture(scope="session")
def day() -> date:
    return date(2026, 3, 4)


@pytest.fixture(scope="session")
def tenant_id() -> str:
    return "11112222-3333-4444-5555-666677778888"


@pytest.fixture(scope="session")
def calls(day: date, tenant_id: str) -> list[Call]:
    return generate(3, 200, day, tenant_id)


@pytest.fixture(scope="session")
def records(calls: list[Call]) -> list[JsonObject]:
    """Every version of every record."""
    return [version.record for call in calls for version in call.versions]


@pytest.fixture(scope="session")
def objects(records: list[JsonObject]) -> list[JsonObject]:
    """Every JSON object in every record, the records themselves included."""
    return [found for record in records for found in _objects(record)]


@pytest.fixture(scope="session")
def last_records(calls: list[Call]) -> Callable[[str], list[JsonObject]]:
    """The last versions of the records of one kind."""
    return lambda kind: [call.versions[-1].record for call in calls if call.kind == kind]


def _objects(value: object) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)
