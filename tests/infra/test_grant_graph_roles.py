"""The script that grants the app's identity its roles in Graph."""

import json
import subprocess

import pytest

from tests.infra.commands import Commands

IDENTITY, TENANT = "5a1c0f4e-2b7d-4e93-8f60-3d9b1c7e2a48", "99990000-aaaa-4bbb-8ccc-ddddeeeeffff"
GRAPH, ROLE = "c2e8d6b0-91f3-4a57-b4de-06f7a81c935d", "45bbb07e-7321-4fd7-a8f6-3ff27e6a81c8"
PHONE_ROLE = "a2611786-80b3-417e-adaa-707d4261a5f0"
PROVISIONED = {"IDENTITY_PRINCIPAL_ID": IDENTITY, "AZURE_TENANT_ID": TENANT}


def directory(held: int, signed_in: str = TENANT, post: str = ":") -> dict[str, str]:
    """The answers of az: how often the identity holds a role, and what comes of granting it."""
    return {
        "'account show'*": f"echo {signed_in}",
        "'cloud show'*": "echo https://graph.fabrikam.example/",
        "'ad sp show'*": f"echo {GRAPH}",
        "'rest --method get'*": f"echo {held}",
        "'rest --method post'*": post,
    }


def posts(commands: Commands) -> list[str]:
    return [call for call in commands.calls("az") if call.startswith("rest --method post")]


def test_a_role_that_is_missing_is_granted(commands: Commands) -> None:
    commands.answer("az", directory(held=0))
    done = commands.run("grant-graph-roles", **PROVISIONED)
    assert done.returncode == 0
    assert done.stdout.startswith("Granted CallRecords.Read.All.")
    (posted,) = posts(commands)
    assert f"--url https://graph.fabrikam.example/v1.0/servicePrincipals/{IDENTITY}/appRoleAssignments " in posted
    body = json.loads(posted.partition("--body ")[2].partition(" --output")[0])
    assert body == {"principalId": IDENTITY, "resourceId": GRAPH, "appRoleId": ROLE}


def test_a_role_that_is_granted_is_left_alone(commands: Commands) -> None:
    commands.answer("az", directory(held=1))
    done = commands.run("grant-graph-roles", **PROVISIONED)
    assert (done.returncode, done.stdout) == (0, "CallRecords.Read.All is granted already.\n")
    assert posts(commands) == []


def test_the_role_for_rows_of_phone_calls_is_granted_where_they_are_imported(commands: Commands) -> None:
    commands.answer("az", directory(held=0))
    done = commands.run("grant-graph-roles", **PROVISIONED, IMPORT_PHONE_CALLS="true")
    assert done.returncode == 0
    assert "Granted CallRecord-PstnCalls.Read.All." in done.stdout
    assert [PHONE_ROLE in posted for posted in posts(commands)] == [False, True]


def test_who_may_not_grant_it_is_told_how_long_graph_keeps_the_rows(commands: Commands) -> None:
    commands.answer("az", directory(held=0, post="exit 1"))
    done = commands.run("grant-graph-roles", **PROVISIONED, IMPORT_PHONE_CALLS="true")
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if "Graph keeps" in line]
    assert [line.partition("Graph keeps ")[2] for line in told] == ["the last 30 days.", "the last 150 days."]


@pytest.mark.parametrize("text", ["", "false"])
def test_the_role_for_rows_of_phone_calls_is_not_granted_where_none_are_imported(commands: Commands, text: str) -> None:
    commands.answer("az", directory(held=0))
    done = commands.run("grant-graph-roles", **PROVISIONED, IMPORT_PHONE_CALLS=text)
    assert done.returncode == 0
    assert "PstnCalls" not in done.stdout


def test_who_may_not_grant_is_told_what_to_send_to_whom(commands: Commands) -> None:
    commands.answer("az", directory(held=0, post="echo Forbidden >&2; exit 1"))
    done = commands.run("grant-graph-roles", **PROVISIONED)
    assert done.returncode == 1
    assert f"send this to a Privileged Role\nAdministrator of the tenant {TENANT}" in done.stderr
    (told,) = [line.strip() for line in done.stderr.splitlines() if line.strip().startswith("az rest")]
    commands.answer("az", {})
    subprocess.run(["sh", "-c", told], env={"PATH": commands.path}, check=True)
    tried, sent = posts(commands)
    assert tried == f"{sent} --output none"


def test_who_is_signed_in_elsewhere_is_told_where_to_sign_in(commands: Commands) -> None:
    commands.answer("az", directory(held=0, signed_in=IDENTITY))
    done = commands.run("grant-graph-roles", **PROVISIONED)
    assert done.returncode == 1
    assert f"az login --tenant {TENANT}" in done.stderr
