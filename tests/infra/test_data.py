"""The queues and containers of a deployment are those of the code."""

import json

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.queues.workqueue import POISON_SUFFIX, PROBE, QUEUES
from tests.infra.predicted import INFRA, SNAPSHOTS, prediction

QUEUE = "Microsoft.Storage/storageAccounts/queueServices/queues"
CONTAINER = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"
DAY = 86_400

DEFINITIONS: dict[str, JsonObject] = json.loads((INFRA / "cosmos-containers.json").read_text())


def containers(parameter_set: str) -> dict[str, JsonObject]:
    found = prediction(parameter_set).of_type(CONTAINER)
    return {each["properties"]["resource"]["id"]: each["properties"] for each in found}


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_every_queue_of_the_code_and_its_poison_queue_are_there(parameter_set: str) -> None:
    names = {each["name"].rpartition("/")[2] for each in prediction(parameter_set).of_type(QUEUE)}
    assert names == {name + suffix for name in QUEUES for suffix in ("", POISON_SUFFIX)} | {PROBE}


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_every_container_has_the_keys_and_the_index_of_its_definition(parameter_set: str) -> None:
    found = containers(parameter_set)
    assert set(found) == set(DEFINITIONS)
    for name, definition in DEFINITIONS.items():
        resource = found[name]["resource"]
        paths = definition["partitionKeyPaths"]
        kind = "MultiHash" if len(paths) > 1 else "Hash"
        assert resource["partitionKey"] == {"kind": kind, "version": 2, "paths": paths}
        copied = {each: value for each, value in definition.items() if each not in ("partitionKeyPaths", "defaultTtl")}
        assert resource.items() >= copied.items()


def test_without_retention_nothing_expires_but_what_says_so_itself() -> None:
    expiry = {name: found["resource"]["defaultTtl"] for name, found in containers("default").items()}
    assert expiry == {name: definition.get("defaultTtl") for name, definition in DEFINITIONS.items()}


def test_retention_is_that_of_each_container() -> None:
    found = containers("big-tenant")
    kept = {name: each["resource"]["defaultTtl"] for name, each in found.items()}
    assert kept == {"callRecords": 90 * DAY, "calls": 90 * DAY, "phoneCalls": -1, "usage": -1, "state": -1}


def test_every_container_can_be_given_a_retention_but_what_the_app_remembers(template: JsonObject) -> None:
    can_be_given = set(template["definitions"]["RetentionDays"]["properties"])
    assert can_be_given == DEFINITIONS.keys() - {"state"}


def test_a_small_tenant_pays_for_requests_and_a_big_one_for_a_ceiling() -> None:
    account = "Microsoft.DocumentDB/databaseAccounts"
    assert prediction("default").the(account)["capabilities"] == [{"name": "EnableServerless"}]
    assert all(found["options"] == {} for found in containers("default").values())
    assert prediction("big-tenant").the(account)["capabilities"] == []
    ceilings = {
        name: found["options"]["autoscaleSettings"]["maxThroughput"] for name, found in containers("big-tenant").items()
    }
    assert ceilings == {name: 40_000 if name == "callRecords" else 4_000 for name in DEFINITIONS}


def test_records_can_be_restored() -> None:
    backup = prediction("default").the("Microsoft.DocumentDB/databaseAccounts")["backupPolicy"]
    assert backup == {"type": "Continuous", "continuousModeProperties": {"tier": "Continuous7Days"}}
