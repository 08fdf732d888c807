import json
import os
import subprocess
import sys
from pathlib import Path

from tests.invented import ENVIRONMENT

ROOT = Path(__file__).parents[2]
REPORT = """
import json, sys
import function_app
if function_app.app:
    function_app.app.webhook
functions = [each.get_function_name() for each in function_app.functions.get_functions()]
print(json.dumps({"functions": functions, "modules": [*sys.modules]}))
"""


def imported(environment: dict[str, str]) -> tuple[list[str], set[str], list[str]]:
    """What an interpreter that imports function_app and makes the webhook then has: the names of the functions,
    the modules, and the lines that went to stderr."""
    process = subprocess.run(
        [sys.executable, "-c", REPORT],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(process.stdout)
    return report["functions"], set(report["modules"]), process.stderr.splitlines()


def test_the_app_starts_and_answers_graph_without_the_sdks_of_graph_and_cosmos() -> None:
    functions, modules, errors = imported(dict(ENVIRONMENT))
    assert set(functions) >= {
        "audit",
        "audit_days",
        "derive_days",
        "health",
        "ingest_call_record",
        "lifecycle",
        "renew_subscription",
        "renew_subscription_on_schedule",
        "notifications",
        "poison",
        "reconcile",
        "reconcile_on_schedule",
        "treat_poison",
    }
    assert "azure.storage.queue" in modules
    assert modules.isdisjoint({"msgraph", "azure.cosmos"})
    assert errors == []


def test_an_app_without_settings_says_each_in_a_sentence_and_takes_no_messages() -> None:
    functions, _, errors = imported({})
    assert sorted(functions) == ["health", "health_details", "lifecycle", "notifications"]
    assert [line.split()[:3] for line in errors] == [
        [name, "is", "missing:"]
        for name in (
            "GRAPH_TENANT_ID",
            "GRAPH_CLIENT_STATE",
            "NOTIFICATION_BASE_URL",
            "CallRecordsQueue",
            "CallRecordsCosmos",
        )
    ]
    assert all(line.endswith(".") for line in errors)
