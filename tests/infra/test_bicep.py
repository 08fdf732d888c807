"""The Bicep files compile, are laid out as Bicep does it, and refuse values that a deployment would fail on."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from callrecords.graphtypes import JsonObject
from tests.infra.conftest import QUICK, Bicep
from tests.infra.predicted import INFRA, ROOT

SECRET = "an invented secret, 0123456789"
READER = "8d4b7a92-6c15-4f0e-a3d8-e17f5b20c964"
LEAST = {"AZURE_ENV_NAME": "test", "AZURE_LOCATION": "westeurope", "GRAPH_CLIENT_STATE": SECRET}


def test_the_template_compiles_without_a_warning(build: subprocess.CompletedProcess[str]) -> None:
    assert (build.returncode, build.stderr) == (0, "")


def test_the_linter_has_nothing_to_say(bicep: Bicep) -> None:
    done = bicep("lint", "main.bicep")
    assert (done.returncode, done.stderr) == (0, "")


def test_every_file_is_laid_out_as_bicep_format_does_it(bicep: Bicep, tmp_path: Path) -> None:
    formatted = shutil.copytree(INFRA, tmp_path / "infra")
    for kind in ("bicep", "bicepparam"):
        bicep("format", "--pattern", str(formatted / f"**/*.{kind}"))
        for file in INFRA.rglob(f"*.{kind}"):
            assert file.read_text() == (formatted / file.relative_to(INFRA)).read_text(), file


def test_the_snapshots_are_what_a_deployment_would_make(bicep_cli: str) -> None:
    command, environment = [str(ROOT / "scripts/snapshot"), "validate"], {**os.environ, **QUICK, "BICEP": bicep_cli}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nIf that is meant: scripts/snapshot"


def test_the_parameters_are_what_the_environment_says(bicep: Bicep) -> None:
    values = {
        "GRAPH_CLIENT_STATE_PREVIOUS": "the invented secret before it",
        "GRAPH_CLOUD": "dod",
        "READER_PRINCIPAL_IDS": f'["{READER}"]',
        "SIGN_IN": f'{{"clientId":"{READER}","allowedApplications":[]}}',
        "PRIVATE_NETWORK": "true",
        "COSMOS_AUTOSCALE": '{"callRecords":10000,"otherContainers":1000}',
        "RETENTION_DAYS": '{"callRecords":90}',
        "MAXIMUM_INSTANCE_COUNT": "100",
        "USAGE_SCHEDULE": "0 5 * * * *",
        "QUALITY_PROFILE": "before2022",
        "FEEDBACK_TEXT": "true",
    }
    done = bicep("build-params", "main.bicepparam", "--stdout", environment=LEAST | values)
    assert (done.returncode, done.stderr) == (0, "")
    given = json.loads(json.loads(done.stdout)["parametersJson"])["parameters"]
    assert given["graphClientState"]["value"] == SECRET
    assert given["previousGraphClientState"]["value"] == "the invented secret before it"
    assert given["graphCloud"]["value"] == "dod"
    assert given["readerPrincipalIds"]["value"] == [READER]
    assert given["signIn"]["value"] == {"clientId": READER, "allowedApplications": []}
    assert given["privateNetwork"]["value"] is True
    assert given["cosmosAutoscale"]["value"] == {"callRecords": 10000, "otherContainers": 1000}
    assert given["retentionDays"]["value"] == {"callRecords": 90}
    assert given["maximumInstanceCount"]["value"] == 100
    assert given["optionalSettings"]["value"]["USAGE_SCHEDULE"] == "0 5 * * * *"
    assert given["optionalSettings"]["value"]["QUALITY_PROFILE"] == "before2022"


def test_an_environment_that_says_little_gives_the_defaults_of_the_template(bicep: Bicep, template: JsonObject) -> None:
    done = bicep("build-params", "main.bicepparam", "--stdout", environment=LEAST)
    given = json.loads(json.loads(done.stdout)["parametersJson"])["parameters"]
    optional = given.pop("optionalSettings")["value"]
    assert set(optional.values()) == {""}
    for name, parameter in template["parameters"].items():
        if name in given and parameter.get("nullable", "defaultValue" in parameter):
            assert given[name]["value"] == parameter.get("defaultValue"), name


def test_every_value_that_is_read_from_the_environment_is_in_the_documentation_and_no_other() -> None:
    read = re.findall(r"readEnvironmentVariable\(\s*'(\w+)'", (INFRA / "main.bicepparam").read_text())
    section = (ROOT / "docs/deployment.md").read_text().split("\n## Deploy\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(read)


REFUSED = {
    "GRAPH_CLIENT_STATE": "too short",
    "GRAPH_CLOUD": "china",
    "QUALITY_PROFILE": "old",
    "FEEDBACK_TEXT": "yes",
    "TAGS": '{"costCenter":7}',
    "READER_PRINCIPAL_IDS": '["me"]',
    "SIGN_IN": '{"clientId":"me","allowedApplications":[]}',
    "PRIVATE_NETWORK": '"yes"',
    "NETWORK_ADDRESS_PREFIX": "10/8",
    "COSMOS_AUTOSCALE": '{"callRecords":400,"otherContainers":1000}',
    "COSMOS_BACKUP_TIER": "Periodic",
    "RETENTION_DAYS": '{"calls":30}',
    "LOCK_CALL_RECORDS": "1",
    "PYTHON_VERSION": "3.9",
    "INSTANCE_MEMORY_MB": "1024",
    "MAXIMUM_INSTANCE_COUNT": "1001",
    "ALWAYS_READY_HTTP_INSTANCES": "-1",
    "ALERT_EMAILS": '"voice@fabrikam.example"',
    "QUIET_HOURS": "7",
    "WORKING_TIME": '{"timeZone":"Etc/UTC","days":[7],"fromHour":8,"toHour":18}',
    "DIAGNOSTIC_LOGS": "0",
}


@pytest.fixture(scope="module")
def refusals(bicep: Bicep) -> set[int]:
    """The lines of main.bicepparam that have an error, with every value of REFUSED at once."""
    done = bicep("build-params", "main.bicepparam", "--stdout", environment=LEAST | REFUSED)
    errors = [line for line in done.stderr.splitlines() if " : Error " in line]
    return {int(error.partition("main.bicepparam(")[2].partition(",")[0]) for error in errors}


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_cannot_be_is_refused_before_anything_is_deployed(name: str, refusals: set[int]) -> None:
    lines = (INFRA / "main.bicepparam").read_text().splitlines()
    read_in = next(number for number, line in enumerate(lines, 1) if f"'{name}'" in line)
    assert refusals & {read_in, read_in - 1}


def test_a_name_that_is_not_known_or_is_missing_is_refused(bicep: Bicep) -> None:
    names = {"RETENTION_DAYS": '{"callRecord":90}', "WORKING_TIME": '{"timeZone":"Etc/UTC"}'}
    said = bicep("build-params", "main.bicepparam", "--stdout", environment=names).stderr
    assert [name in said for name in ('"callRecord"', '"fromHour"', '"AZURE_ENV_NAME"')] == [True, True, True]
