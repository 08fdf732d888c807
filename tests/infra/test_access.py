"""Nobody gets in by a key, and nobody may do more than the documentation says and why."""

import json
import re
from collections.abc import Iterator
from itertools import chain

import pytest

from callrecords.graphtypes import JsonObject
from tests.infra.predicted import INFRA, ROOT, SNAPSHOTS, prediction

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GRAPH = "00000003-0000-0000-c000-000000000000"
ROLE_ASSIGNMENTS = (
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments",
)
ACCOUNTS = ("Microsoft.Storage/storageAccounts", "Microsoft.DocumentDB/databaseAccounts")


def templates(template: JsonObject) -> Iterator[JsonObject]:
    """The template and those of its modules."""
    yield template
    for resource in template["resources"].values():
        if resource["type"] == "Microsoft.Resources/deployments":
            yield from templates(resource["properties"]["template"])


def roles_in_the_documentation() -> set[str]:
    section = (ROOT / "docs/deployment.md").read_text().split("\n## Who may do what\n")[1].split("\n## ")[0]
    return set(chain.from_iterable(GUID.findall(line) for line in section.splitlines() if line.startswith("|")))


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_keys_open_nothing(parameter_set: str) -> None:
    predicted = prediction(parameter_set)
    assert predicted.the("Microsoft.Storage/storageAccounts")["allowSharedKeyAccess"] is False
    assert predicted.the("Microsoft.DocumentDB/databaseAccounts")["disableLocalAuth"] is True
    assert predicted.the("Microsoft.Insights/components")["DisableLocalAuth"] is True
    assert predicted.the("Microsoft.OperationalInsights/workspaces")["features"] == {"disableLocalAuth": True}
    policies = predicted.of_type("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert {each["name"].rpartition("/")[2]: each["properties"]["allow"] for each in policies} == {
        "ftp": False,
        "scm": False,
    }


def test_no_key_is_read(template: JsonObject) -> None:
    assert not re.search(r"\blist\w+\(", json.dumps(template))


def test_no_secret_leaves_a_module(template: JsonObject) -> None:
    for each in templates(template):
        secrets = {name for name, parameter in each["parameters"].items() if parameter.get("type") == "securestring"}
        said = json.dumps(each.get("outputs", {}))
        assert not [name for name in (*secrets, "ConnectionString") if name in said]


def test_a_secret_is_handed_on_as_a_secret(template: JsonObject) -> None:
    found = [
        parameter["type"]
        for each in templates(template)
        for name, parameter in each["parameters"].items()
        if name.lower().endswith("clientstate")
    ]
    assert found == ["securestring"] * 4


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_connections_are_encrypted_as_they_should_be(parameter_set: str) -> None:
    predicted = prediction(parameter_set)
    site = predicted.the("Microsoft.Web/sites")
    assert (site["httpsOnly"], site["siteConfig"]["minTlsVersion"]) == (True, "1.2")
    assert predicted.the("Microsoft.Storage/storageAccounts")["minimumTlsVersion"] == "TLS1_2"
    assert predicted.the("Microsoft.DocumentDB/databaseAccounts")["minimalTlsVersion"] == "Tls12"


def test_every_role_that_is_given_is_in_the_documentation_and_no_other() -> None:
    assigned = chain.from_iterable(prediction("big-tenant").of_type(each) for each in ROLE_ASSIGNMENTS)
    given = {each["properties"]["roleDefinitionId"].rpartition("/")[2] for each in assigned}
    of_graph = GUID.findall((INFRA / "scripts/grant-graph-roles.sh").read_text())
    assert given | set(of_graph) - {GRAPH} == roles_in_the_documentation()


def test_both_scripts_grant_the_same_roles() -> None:
    scripts = [(INFRA / "scripts" / f"grant-graph-roles.{kind}").read_text() for kind in ("sh", "ps1")]
    shell, powershell = (set(GUID.findall(script)) for script in scripts)
    assert shell == powershell


def test_consumers_may_read_the_records_and_nothing_else() -> None:
    readers = {"8d4b7a92-6c15-4f0e-a3d8-e17f5b20c964", "1f6e9c03-5a8b-4d27-9e41-b0c8d73f6a52"}
    assigned = chain.from_iterable(prediction("big-tenant").of_type(each) for each in ROLE_ASSIGNMENTS)
    theirs = [each["properties"] for each in assigned if each["properties"]["principalId"] in readers]
    assert {each["principalId"] for each in theirs} == readers
    for each in theirs:
        assert each["roleDefinitionId"].endswith("/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001")
        assert each["scope"].endswith("/dbs/callrecords")


def test_sign_in_leaves_out_the_anonymous_routes_and_no_other(triggers: dict[str, JsonObject]) -> None:
    anonymous = {
        f"/api/{trigger['route']}"
        for trigger in triggers.values()
        if trigger["type"] == "httpTrigger" and trigger["authLevel"] == "anonymous"
    }
    validation = prediction("private-network").the("Microsoft.Web/sites/config", "/authsettingsV2")["globalValidation"]
    assert validation["requireAuthentication"] is True
    assert set(validation["excludedPaths"]) == anonymous


def test_without_sign_in_nothing_of_it_is_set() -> None:
    names = [each["name"] for each in prediction("default").of_type("Microsoft.Web/sites/config")]
    assert [name.rpartition("/")[2] for name in names] == ["appsettings"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_private_network_closes_the_accounts_to_all_others(account: str) -> None:
    assert prediction("default").the(account)["publicNetworkAccess"] == "Enabled"
    assert prediction("private-network").the(account)["publicNetworkAccess"] == "Disabled"


def test_a_private_network_has_an_address_for_every_endpoint_that_the_app_calls() -> None:
    predicted = prediction("private-network")
    endpoints = predicted.of_type("Microsoft.Network/privateEndpoints")
    groups = [each["properties"]["privateLinkServiceConnections"][0]["properties"]["groupIds"] for each in endpoints]
    assert groups == [["blob"], ["queue"], ["table"], ["Sql"]]
    for kind in ("privateDnsZones", "privateDnsZones/virtualNetworkLinks", "privateEndpoints/privateDnsZoneGroups"):
        assert len(predicted.of_type(f"Microsoft.Network/{kind}")) == len(endpoints)


def test_the_app_is_in_the_private_network_and_graph_still_reaches_it() -> None:
    site = prediction("private-network").the("Microsoft.Web/sites")
    assert site["virtualNetworkSubnetId"].endswith("/subnets/functions")
    assert "publicNetworkAccess" not in site
    subnets = prediction("private-network").the("Microsoft.Network/virtualNetworks")["subnets"]
    delegations = [each["properties"].get("delegations", []) for each in subnets]
    services = [[each["properties"]["serviceName"] for each in delegated] for delegated in delegations]
    assert services == [["Microsoft.App/environments"], []]


def test_the_names_of_a_cloud_come_from_the_cloud() -> None:
    said = "\n".join(file.read_text() for file in INFRA.rglob("*.bicep"))
    assert not re.search(r"windows\.net|usgovcloudapi|microsoftonline|documents\.azure|azure\.us", said)


def test_a_lock_keeps_the_records_where_it_is_wanted() -> None:
    lock = "Microsoft.Authorization/locks"
    assert prediction("default").of_type(lock) == []
    assert prediction("big-tenant").the(lock)["level"] == "CanNotDelete"
    assert "/databaseAccounts/" in prediction("big-tenant").of_type(lock)[0]["id"]
