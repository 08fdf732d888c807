"""How the app runs and scales."""

from tests.infra.predicted import prediction

SITE = "Microsoft.Web/sites"


def test_a_small_tenant_pays_for_no_instance_at_rest() -> None:
    scale = prediction("default").the(SITE)["functionAppConfig"]["scaleAndConcurrency"]
    assert scale["alwaysReady"] == []
    assert scale["maximumInstanceCount"] == 40


def test_a_big_tenant_keeps_instances_ready_for_graph() -> None:
    scale = prediction("big-tenant").the(SITE)["functionAppConfig"]["scaleAndConcurrency"]
    assert scale["alwaysReady"] == [{"name": "http", "instanceCount": 2}]
    assert scale["maximumInstanceCount"] == 100


def test_an_instance_takes_many_notifications_at_once() -> None:
    scale = prediction("default").the(SITE)["functionAppConfig"]["scaleAndConcurrency"]
    assert scale["triggers"]["http"]["perInstanceConcurrency"] == 16


def test_the_app_runs_on_the_python_that_it_is_tested_with() -> None:
    assert prediction("default").the(SITE)["functionAppConfig"]["runtime"] == {"name": "python", "version": "3.13"}


def test_the_package_is_fetched_as_the_identity() -> None:
    storage = prediction("default").the(SITE)["functionAppConfig"]["deployment"]["storage"]
    assert storage["authentication"]["type"] == "UserAssignedIdentity"
    (container,) = prediction("default").of_type("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert storage["value"].endswith(f"'{container['name'].rpartition('/')[2]}')]")


def test_every_resource_has_the_tags() -> None:
    for each in prediction("big-tenant").resources:
        if "tags" in each:
            assert each["tags"].items() >= {"azd-env-name": "big-tenant", "costCenter": "telephony"}.items()
