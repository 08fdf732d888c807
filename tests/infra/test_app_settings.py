"""The app settings of a deployment are those that the code knows, in the form that it takes."""

import json

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.settings import forms
from callrecords.settings import read as settings
from callrecords.settings.connections import CONNECTIONS
from callrecords.webhook.notifications import MAX_BODY_BYTES
from local.functions_host.http import BODY_LIMIT_SETTING
from local.stack import BODY_LIMIT
from tests.infra.predicted import ROOT, SNAPSHOTS, app_settings, prediction

# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
HOST_SETTINGS = {
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    BODY_LIMIT_SETTING,
}
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
NEVER_ON_FLEX = {
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_EXTENSION_VERSION",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "ENABLE_ORYX_BUILD",
    "WEBSITE_TIME_ZONE",
    "TZ",
}
# The one is for the local Graph simulator; the other has a default in Azure.
NOT_FOR_AZURE = {settings.GRAPH_BASE_URL.name, settings.NOTIFICATION_BASE_URL.name}

KNOWN = {setting.name for setting in settings.SETTINGS}
CONNECTION_SETTINGS = {
    f"{each.name}__{part}" for each in CONNECTIONS for part in (each.endpoint, "credential", "clientId")
}


def deployed(parameter_set: str) -> JsonObject:
    found: JsonObject = prediction(parameter_set).the("Microsoft.Web/sites/config", "/appsettings")
    return found


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_the_app_starts_with_the_settings_of_a_deployment(parameter_set: str) -> None:
    read = settings.read_settings(app_settings(parameter_set))
    assert read.notification_base_url == "https://calls.fabrikam.example"
    assert read.client_id
    for connection in (read.queue, read.cosmos):
        assert connection.endpoint
        assert connection.client_id == read.client_id
        assert connection.connection_string is None


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_nothing_is_set_that_neither_the_code_nor_the_host_knows(parameter_set: str) -> None:
    assert set(deployed(parameter_set)) - KNOWN - CONNECTION_SETTINGS == HOST_SETTINGS


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_nothing_is_set_that_flex_consumption_does_not_take(parameter_set: str) -> None:
    assert NEVER_ON_FLEX.isdisjoint(deployed(parameter_set))


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_the_host_refuses_a_body_that_no_route_takes_before_it_is_in_memory(parameter_set: str) -> None:
    limit = int(deployed(parameter_set)[BODY_LIMIT_SETTING])
    assert MAX_BODY_BYTES < limit <= 4 * 1024 * 1024
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    assert limit == BODY_LIMIT == int(sample[BODY_LIMIT_SETTING])


def test_every_setting_of_the_code_can_be_set_by_a_deployment() -> None:
    assert KNOWN - NOT_FOR_AZURE - set(deployed("default")) == set()


def test_a_setting_that_a_deployment_gives_is_that_of_the_app() -> None:
    assert deployed("big-tenant")["USAGE_SCHEDULE"] == "0 5 */6 * * *"


def test_rows_of_phone_calls_are_imported_only_where_a_deployment_says_so() -> None:
    imports = {name: settings.read_settings(app_settings(name)).phone_calls for name in SNAPSHOTS}
    assert imports == {"big-tenant": True, "default": False, "private-network": False}


def test_every_optional_setting_can_come_from_the_environment(template: JsonObject) -> None:
    optional = set(template["definitions"]["OptionalSettings"]["properties"])
    kinds = (forms.schedule, forms.profile, forms.truth, forms.days)
    assert optional == {each.name for each in settings.SETTINGS if each.parse in kinds} - {settings.PHONE_CALLS.name}
