"""The worked queries of docs/data.md, run as they stand there; each answer is computed in Python as well."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from callrecords.cosmos import slices
from callrecords.cosmos.items import split
from callrecords.graphtypes import JsonObject
from callrecords.http.search import parse
from local.cosmos import CosmosServer
from local.cosmos.query import compile_query
from tests.documented import ROOT, DocumentedQuery, documented_queries
from tests.generated import DAYS, roll_up, rows, store_record, store_roll_ups, store_rows, versions
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.invented import NOW, TENANT

QUERIES = documented_queries()
DATA = (ROOT / "docs/data.md").read_text()
DEFINITIONS: dict[str, JsonObject] = orjson.loads((ROOT / "infra/cosmos-containers.json").read_bytes())
DAY = DAYS[1]
OF_DAY = [row for row in rows() if row["day"] == DAY]
RECORD = versions(DAY, 9)[0][-1]
USAGE = [roll_up(TENANT, day, [row for row in rows() if row["day"] == day]) for day in DAYS]

KEYS = {"tenant": TENANT, "day": DAY, "month": DAY[:7], "call": RECORD.call_id}

USER = next(user for row in OF_DAY for user in row["userIds"])
USER_PRINCIPAL_NAME = next(name for row in OF_DAY for name in row["userPrincipalNames"])
NUMBER = next(number for row in OF_DAY for number in row["phoneNumbers"])
SUBNET = next(each["subnet"] for row in OF_DAY for each in row["audioBySubnet"] if each["poor"])


@dataclass(frozen=True)
class Answer:
    """What a query is to find with the given parameters; `ordered` where the order counts."""

    expected: list[Any]
    parameters: JsonObject
    ordered: bool = False


def chosen(rows: list[JsonObject], *names: str) -> list[JsonObject]:
    return [{name: row[name] for name in names} for row in rows]


def by_start(rows: list[JsonObject]) -> list[JsonObject]:
    return sorted(rows, key=lambda row: str(row["startDateTime"]))


def poor_audio_on_the_subnet() -> list[JsonObject]:
    found = [row for row in OF_DAY if any(each["subnet"] == SUBNET and each["poor"] for each in row["audioBySubnet"])]
    return [
        {
            "callId": row["callId"],
            "startDateTime": row["startDateTime"],
            "reasons": [reason for reason in row["poorReasons"] if reason["media"] == "audio"],
        }
        for row in found
    ]


def failed_meetings() -> list[JsonObject]:
    found = [row for row in OF_DAY if row["failed"] and row["type"] == "groupCall"]
    return chosen(by_start(found), "callId", "startDateTime", "failures")


def calls_with_poor_video() -> list[int]:
    return [sum("video" in row["modalities"] and row["quality"]["video"]["verdict"] == "poor" for row in OF_DAY)]


def items_of_the_call() -> list[JsonObject]:
    items = split(RECORD, TENANT)
    return [items.header, *items.parts]


ANSWERS = {
    "The newest calls of a day": Answer(
        chosen(
            by_start(OF_DAY)[:-21:-1], "callId", "type", "startDateTime", "durationSeconds", "participantCount"
        ),
        {},
        ordered=True,
    ),
    "A person's calls on a day": Answer(
        chosen(
            by_start([row for row in OF_DAY if USER in row["userIds"]]),
            "callId", "startDateTime", "durationSeconds", "modalities",
        ),
        {"@user": USER},
        ordered=True,
    ),
    "A person's calls in a week": Answer(
        chosen(
            [row for row in rows() if USER_PRINCIPAL_NAME in row["userPrincipalNames"] and row["day"] < DAYS[2]],
            "callId", "day", "startDateTime", "durationSeconds",
        ),
        {"@user": USER_PRINCIPAL_NAME, "@from": f"{DAYS[0]}T00:00:00Z", "@to": f"{DAYS[2]}T00:00:00Z"},
    ),
    "Calls with a number": Answer(
        chosen(
            [row for row in OF_DAY if NUMBER in row["phoneNumbers"]],
            "callId", "startDateTime", "phoneNumbers", "userIds",
        ),
        {"@number": NUMBER},
    ),
    "Poor audio on a subnet, and why": Answer(poor_audio_on_the_subnet(), {"@subnet": SUBNET}),
    "Failed meetings, and what failed": Answer(failed_meetings(), {}, ordered=True),
    "How many calls had video that was poor": Answer(calls_with_poor_video(), {}),
    "Which versions there are": Answer(chosen(OF_DAY, "callId", "version"), {}),
    "Daily active users": Answer(
        chosen(USAGE[1:], "day", "distinctOwnUsers", "calls", "participantMinutes"),
        {"@from": DAYS[1], "@to": DAYS[2]},
        ordered=True,
    ),
    "All items of a call": Answer(items_of_the_call(), {}),
}  # fmt: skip


@pytest.fixture(scope="module")
async def filled() -> AsyncIterator[CosmosAccount]:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        await store_rows(account, rows())
        await store_record(account, RECORD)
        await store_roll_ups(account, USAGE)
        yield cosmos


async def answer(cosmos: CosmosAccount, query: DocumentedQuery, parameters: JsonObject) -> list[Any]:
    container = cosmos.database.get_container_client(query.container)
    values = {"@day": DAY, **parameters}
    given: list[dict[str, object]] = [
        {"name": name, "value": value} for name, value in values.items() if name in query.text
    ]
    key = [KEYS[name] for name in query.scope]
    return [row async for row in container.query_items(query.text, parameters=given, partition_key=key)]


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


def test_there_are_ten_worked_queries_with_an_answer_each() -> None:
    assert list(QUERIES) == list(ANSWERS)
    assert len(QUERIES) == 10


def indexed_paths(container: str) -> set[str]:
    """What has an index: the paths of properties, those of lists for the values in them."""
    policy = DEFINITIONS[container]["indexingPolicy"]
    assert policy["excludedPaths"] == [{"path": "/*"}]
    paths = [entry["path"] for entry in policy["includedPaths"]]
    assert all(path.endswith("/?") for path in paths)
    return {path.removesuffix("/?").removesuffix("/[]") for path in paths}


def used_paths(query: str) -> set[str]:
    """What the query filters and sorts by, in the same form."""
    paths = compile_query(query).filter_paths
    inmost = [path for path in paths if not any(other.startswith(f"{path}/") for other in paths)]
    return {path.removesuffix("/[]") for path in inmost}


@pytest.mark.parametrize("title", QUERIES)
def test_a_worked_query_filters_and_sorts_by_what_is_indexed(title: str) -> None:
    query = QUERIES[title]
    assert used_paths(query.text) <= indexed_paths(query.container)


def test_nothing_is_indexed_that_neither_a_worked_query_nor_the_search_nor_an_audit_uses() -> None:
    asked = {"user": "a", "number": "b", "type": "c", "modality": "d", "subnet": "e", "failed": "true"}
    searches = [parse({**asked, "quality": quality}, NOW).search for quality in ("poor", "good", "unclassified")]
    used = {name: {path for query in of(name) for path in used_paths(query)} for name in DEFINITIONS}
    used["calls"] |= {path for search in searches for path in used_paths(search.query(search.place))}
    used["callRecords"] |= used_paths(slices.RECORDS)
    used["calls"] |= used_paths(slices.ROWS)
    assert used == {name: indexed_paths(name) for name in DEFINITIONS}


def test_the_composite_indexes_serve_the_audit_by_day_and_call_and_the_search_by_start_and_call() -> None:
    policies = {name: definition["indexingPolicy"] for name, definition in DEFINITIONS.items()}
    assert {name: policy["compositeIndexes"] for name, policy in policies.items() if "compositeIndexes" in policy} == {
        "callRecords": [[{"path": "/day", "order": "ascending"}, {"path": "/callId", "order": "ascending"}]],
        "calls": [[{"path": "/startDateTime", "order": "descending"}, {"path": "/callId", "order": "ascending"}]],
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
