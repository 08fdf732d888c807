"""The worked queries of docs/data.md, run as they stand there; each answer is computed in Python as well."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from callrecords.cosmos import phonejoins, slices
from callrecords.cosmos.account import Account
from callrecords.cosmos.completeness import CompletenessItems
from callrecords.graphtypes import JsonObject
from callrecords.ports.completeness import Change, DayCompleteness
from local.cosmos import CosmosServer
from local.cosmos.query import compile_query
from tests.documented import ROOT, DocumentedQuery, documented_queries
from tests.generated import store_phone_rows, store_record, store_roll_ups, store_rows
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.integration.cosmos.documentedanswers import ANSWERS, COMPLETENESS, DAY, KEYS, PHONE_ROWS, RECORD, ROWS, USAGE
from tests.invented import OTHER_TENANT, TENANT

QUERIES = documented_queries()
DATA = (ROOT / "docs/data.md").read_text()
DEFINITIONS: dict[str, JsonObject] = orjson.loads((ROOT / "infra/cosmos-containers.json").read_bytes())


@pytest.fixture(scope="module")
async def filled() -> AsyncIterator[CosmosAccount]:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        await store_rows(account, ROWS)
        await store_phone_rows(account, PHONE_ROWS)
        await store_record(account, RECORD)
        await store_roll_ups(account, USAGE)
        await store_completeness(account)
        yield cosmos


async def store_completeness(account: Account) -> None:
    """Stores COMPLETENESS for this tenant, and its days for another one as well."""
    for tenant in (TENANT, OTHER_TENANT):
        stored = CompletenessItems(account, tenant)
        for each in COMPLETENESS:
            await stored.change(each.day, always(replace(each, tenant_id=tenant)))


def always(document: DayCompleteness) -> Change:
    return lambda _: document


async def answer(cosmos: CosmosAccount, query: DocumentedQuery, parameters: JsonObject) -> list[Any]:
    container = cosmos.database.get_container_client(query.container)
    values = {"@day": DAY, **parameters}
    given: list[dict[str, object]] = [
        {"name": name, "value": value} for name, value in values.items() if name in query.text
    ]
    key = [KEYS[name] for name in query.scope if name != "none"]
    within: JsonObject = {"partition_key": key} if key else {}
    return [row async for row in container.query_items(query.text, parameters=given, **within)]


def without_system_properties(row: Any) -> Any:
    return {name: row[name] for name in row if not name.startswith("_")} if isinstance(row, dict) else row


@pytest.mark.parametrize("title", QUERIES)
async def test_a_worked_query_finds_what_it_says(filled: CosmosAccount, title: str) -> None:
    wanted = ANSWERS[title]
    found = [without_system_properties(row) for row in await answer(filled, QUERIES[title], wanted.parameters)]
    assert wanted.expected not in ([], [0])
    if wanted.ordered:
        assert found == wanted.expected
    else:
        assert sorted(found, key=str) == sorted(wanted.expected, key=str)


def test_there_are_worked_queries_with_an_answer_each_and_ten_at_least_are_of_calls() -> None:
    assert list(QUERIES) == list(ANSWERS)
    assert len(of("calls")) >= 10


# What queries look up in each row that their other conditions leave over: many rows have it, or it is of one endpoint,
# of which two conditions would be looked up each by itself. An index costs 0.64 RU a value in every write.
NOT_INDEXED = {
    "calls": {
        "/type",
        "/failures/[]/kind",
        "/quality/video/verdict",
        "/endpoints/[]/who/id",
        "/endpoints/[]/quality",
        "/endpoints/[]/failed",
        "/endpoints/[]/rating",
        "/endpoints/[]/captureDevices",
        "/endpoints/[]/received/audio/verdict",
        "/endpoints/[]/received/audio/good",
        "/endpoints/[]/received/audio/poor",
        "/isTest",
        "/endpoints/[]/networks/[]/subnet",
        "/endpoints/[]/networks/[]/wifiBand",
        "/endpoints/[]/impairedBy",
        "/endpoints/[]/endpointId",
    },
    "phoneCalls": {"/joined/reason"},
    "state": {"/completeness"},
}
# Cosmos DB indexes the id of items by itself: https://learn.microsoft.com/azure/cosmos-db/index-policy
INDEXED_BY_ITSELF = {"state": {"/id"}}
# One of these at least is in every query: the others are met by rows of all days.
NARROWEST = {
    "calls": {"/day", "/callId", "/startDateTime", "/threadId"},
    "phoneCalls": {"/day", "/startDateTime", "/number", "/joined/calls/[]/callId"},
    "usage": {"/day"},
    "state": {"/id"},
    "callRecords": set[str](),
}


def indexed_paths(container: str) -> set[str]:
    """What has an index: the paths of properties, those of lists for the values in them."""
    policy = DEFINITIONS[container]["indexingPolicy"]
    assert policy["excludedPaths"] == [{"path": "/*"}]
    paths = [entry["path"] for entry in policy["includedPaths"]]
    assert all(path.endswith("/?") for path in paths)
    return {path.removesuffix("/?").removesuffix("/[]") for path in paths} | INDEXED_BY_ITSELF.get(container, set())


def used_paths(query: str) -> set[str]:
    """What the query filters by, and sorts by if it is one property, in the same form; the endpoints that it joins are
    no condition."""
    compiled = compile_query(query)
    unordered = compile_query(query.partition("ORDER BY")[0])
    paths = (unordered if len(compiled.order_by) > 1 else compiled).filter_paths
    inmost = [path for path in paths if not any(other.startswith(f"{path}/") for other in paths)]
    return {path.removesuffix("/[]") for path in inmost} - {"/endpoints", "/phoneLegs"}


@pytest.mark.parametrize("title", QUERIES)
def test_a_worked_query_narrows_by_what_is_indexed(title: str) -> None:
    query = QUERIES[title]
    narrows_by = used_paths(query.text) - NOT_INDEXED.get(query.container, set())
    assert narrows_by <= indexed_paths(query.container)
    assert narrows_by & NARROWEST[query.container] or not NARROWEST[query.container]


def test_nothing_is_indexed_that_no_worked_query_no_audit_and_no_join_uses() -> None:
    used = {name: {path for query in of(name) for path in used_paths(query)} for name in DEFINITIONS}
    used["callRecords"] |= used_paths(slices.RECORDS)
    used["calls"] |= used_paths(slices.ROWS) | used_paths(phonejoins.TOLD_OF)
    used["phoneCalls"] |= used_paths(phonejoins.WITH_NUMBERS.format("c.number = @number"))
    expected = {name: indexed_paths(name) | NOT_INDEXED.get(name, set()) for name in DEFINITIONS}
    assert used == expected


def test_the_composite_indexes_serve_the_audit_by_day_and_call_and_the_calls_by_start_and_by_how_bad_they_were() -> (
    None
):
    policies = {name: definition["indexingPolicy"] for name, definition in DEFINITIONS.items()}
    assert {name: policy["compositeIndexes"] for name, policy in policies.items() if "compositeIndexes" in policy} == {
        "callRecords": [[{"path": "/day", "order": "ascending"}, {"path": "/callId", "order": "ascending"}]],
        "calls": [
            [{"path": "/startDateTime", "order": "descending"}, {"path": "/callId", "order": "ascending"}],
            [
                {"path": "/day", "order": "descending"},
                {"path": "/affectedEndpoints", "order": "descending"},
                {"path": "/poorStreams", "order": "descending"},
                {"path": "/callId", "order": "ascending"},
            ],
        ],
        "phoneCalls": [[{"path": "/startDateTime", "order": "descending"}, {"path": "/id", "order": "ascending"}]],
    }
    assert "c.day = @day AND c.callId >= @from AND c.callId < @to" in slices.RECORDS


def of(container: str) -> list[str]:
    return [query.text for query in QUERIES.values() if query.container == container]


def test_the_table_of_containers_is_that_of_the_deployment() -> None:
    table = re.findall(r"^\| `(\w+)` \| (.+?) \| .* \| \[(.+?)\]\((.+?)\) \|$", DATA, re.M)
    assert {name: re.findall(r"`(.+?)`", paths) for name, paths, *_ in table} == {
        name: definition["partitionKeyPaths"] for name, definition in DEFINITIONS.items()
    }
    assert all(target == f"schemas/{name}.schema.json" for name, _, _, target in table)


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", DATA)
    assert targets
    assert all((ROOT / "docs" / target).is_file() for target in targets)
