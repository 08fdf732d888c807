"""What docs/deployment.md says of the values of a deployment is what the templates do."""

import json
import re

import pytest

from callrecords.graphtypes import JsonObject
from tests.infra.predicted import INFRA, prediction
from tests.markdown import page, table, unwrapped

# Meaning and default by the name of the value. Where no default is a value of its own, the cell has words or nothing.
VALUES = {
    name: (meaning, default)
    for names, meaning, default in table(page("docs/deployment.md"), "Deploy")
    for name in re.findall(r"`(\w+)`", names)
}
READ = dict(
    re.findall(r"readEnvironmentVariable\(\s*'(\w+)'(?:,\s*'([^']*)')?\s*\)", (INFRA / "main.bicepparam").read_text())
)
MAIN, TYPES = (INFRA / "main.bicep").read_text(), (INFRA / "types.bicep").read_text()
IN_CODE = {name: default.split("`")[1] for name, (_, default) in VALUES.items() if default.startswith("`")}


def bounds(template: str, declaration: str) -> list[int]:
    """The least and the greatest value that a template lets a parameter or type have, where it has them."""
    decorators = template.partition(f"\n{declaration}")[0].rpartition("\n\n")[2]
    return [int(bound) for bound in re.findall(r"^@(?:min|max)Value\((\d+)\)", decorators, re.MULTILINE)]


def choices(declaration: str) -> list[str]:
    """The values that main.bicep lets a parameter have."""
    line = re.search(rf"^param {declaration} (.+?)(?: = .+|\?)?$", MAIN, re.MULTILINE)
    assert line
    return re.findall(r"[\w.]+", line[1])


@pytest.mark.parametrize("name", IN_CODE)
def test_a_default_in_the_table_is_that_of_the_template(name: str) -> None:
    assert READ[name] == IN_CODE[name]


def test_a_value_without_a_default_in_code_has_none_in_the_template() -> None:
    others = VALUES.keys() - IN_CODE.keys() - {"WORKING_TIME"}
    assert others == {name for name, default in READ.items() if not default}
    assert len(IN_CODE) >= 15


def test_working_time_is_by_default_that_of_the_table_in_utc() -> None:
    meaning, default = VALUES["WORKING_TIME"]
    assert default == "that, in `Etc/UTC`"
    assert json.loads(READ["WORKING_TIME"]) == json.loads(meaning.split("`")[1]) | {"timeZone": "Etc/UTC"}


@pytest.mark.parametrize(
    ("name", "template", "declaration"),
    [
        ("MAXIMUM_INSTANCE_COUNT", MAIN, "param maximumInstanceCount "),
        ("QUIET_HOURS", MAIN, "param quietHours "),
        ("RETENTION_DAYS", TYPES, "type Days "),
    ],
)
def test_the_bounds_of_a_number_are_those_of_the_template(name: str, template: str, declaration: str) -> None:
    told = re.search(r"(?:(\d+) to (\d+)|at least (\d+))$", VALUES[name][0])
    assert told
    assert [int(bound) for bound in told.groups() if bound] == bounds(template, declaration)


@pytest.mark.parametrize(
    ("name", "declaration"),
    [
        ("PYTHON_VERSION", "pythonVersion"),
        ("INSTANCE_MEMORY_MB", "instanceMemoryMB"),
        ("COSMOS_BACKUP_TIER", "cosmosBackupTier"),
        ("GRAPH_CLOUD", "graphCloud"),
    ],
)
def test_the_choices_are_those_of_the_template(name: str, declaration: str) -> None:
    meaning = VALUES[name][0].rpartition(":")[2]
    told = re.findall(r"`([^`]+)`", meaning) or re.findall(r"\d+", meaning)
    assert told == choices(declaration)


def test_the_pages_tell_how_long_logs_and_backups_are_kept() -> None:
    security = unwrapped(page("SECURITY.md"))
    days = prediction("default").the("Microsoft.OperationalInsights/workspaces")["retentionInDays"]
    assert f"Logs are kept for {days} days in the Log Analytics workspace" in security
    assert f"{bounds(TYPES, 'type Days ')[0]} days are the minimum" in security
    tiers = [re.sub(r"\D", "", tier) for tier in choices("cosmosBackupTier")]
    assert "the last {} days, or {} with `COSMOS_BACKUP_TIER`".format(*tiers) in security


def test_the_anonymous_routes_are_those_that_the_pages_name(triggers: dict[str, JsonObject]) -> None:
    http = [trigger for trigger in triggers.values() if trigger["type"] == "httpTrigger"]
    anonymous = {f"/api/{trigger['route']}" for trigger in http if trigger["authLevel"] == "anonymous"}
    told = {route.strip("`") for route, *_ in table(page("SECURITY.md"), "Trust boundaries")}
    assert told == anonymous
    (sentence,) = re.findall(r"The routes ([^.]+) are anonymous", unwrapped(page("docs/deployment.md")))
    assert set(re.findall(r"`([^`]+)`", sentence)) == anonymous
