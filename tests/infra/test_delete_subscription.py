"""The script that deletes the Graph subscription before a deployment is removed."""

import base64

import pytest

from tests.infra.commands import SCRIPTS, Commands

URL, CLIENT = "https://func-test.fabrikam.example", "5a1c0f4e-2b7d-4e93-8f60-3d9b1c7e2a48"
PROVISIONED = {
    "AZURE_RESOURCE_GROUP": "rg-test",
    "FUNCTION_APP_NAME": "func-test",
    "FUNCTION_APP_URL": URL,
    "IDENTITY_RESOURCE_ID": "/identities/id-test",
    "IDENTITY_CLIENT_ID": CLIENT,
}
GRAPH = "https://graph.fabrikam.example/v1.0/subscriptions"


@pytest.fixture
def quick(commands: Commands) -> Commands:
    """Commands with which no time passes."""
    commands.answer("sleep", {})
    return commands


def container(exit_code: int) -> dict[str, str]:
    """The answers of az about a container that has ended."""
    return {
        "'cloud show'*": "echo AzureCloud",
        "*currentState.state*": "echo Terminated",
        "*currentState.exitCode*": f"echo {exit_code}",
        "'container logs'*": "echo Deleted subscription s.",
    }


def test_a_container_deletes_it_as_the_app_once_the_app_is_stopped(quick: Commands) -> None:
    quick.answer("az", container(exit_code=0))
    done = quick.run("delete-subscription", **PROVISIONED)
    assert (done.returncode, done.stdout) == (0, "Deleted subscription s.\n")
    calls = [call for call in quick.calls("az") if not call.startswith(("cloud show", "container show"))]
    stop, create, logs, delete = calls
    assert stop.startswith("functionapp stop ")
    assert f" --assign-identity {PROVISIONED['IDENTITY_RESOURCE_ID']} " in create
    assert logs.startswith("container logs ")
    assert delete.startswith("container delete ")
    encoded = create.partition("echo ")[2].partition(" ")[0]
    assert base64.b64decode(encoded) == (SCRIPTS / "delete-subscription-in-container.sh").read_bytes()


def test_it_says_so_when_the_subscription_could_not_be_deleted(quick: Commands) -> None:
    quick.answer("az", container(exit_code=1))
    done = quick.run("delete-subscription", **PROVISIONED)
    assert done.returncode == 1
    assert "Graph ends it by itself within 3 days" in done.stderr
    assert quick.calls("az")[-1].startswith("container delete ")


def test_only_the_subscriptions_of_the_app_are_deleted(commands: Commands) -> None:
    own = f"*\"starts_with(notificationUrl, '{URL}/')\"*"
    commands.answer("az", {"'cloud show'*": "echo https://graph.fabrikam.example/", own: "echo s1; echo s2"})
    environment = {"APP_URL": URL, "CLIENT_ID": CLIENT, "CLOUD": "AzureUSGovernment"}
    done = commands.run("delete-subscription-in-container", **environment)
    assert (done.returncode, done.stdout) == (0, "Deleted subscription s1.\nDeleted subscription s2.\n")
    cloud, login, *_ = commands.calls("az")
    assert cloud == "cloud set --name AzureUSGovernment"
    assert login.startswith(f"login --identity --client-id {CLIENT} ")
    assert commands.calls("az")[-2:] == [f"rest --method delete --url {GRAPH}/{each}" for each in ("s1", "s2")]
