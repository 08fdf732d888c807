from datetime import UTC, datetime
from typing import Any

import pytest

from local.functions_host import triggers
from local.functions_host.errors import HostError
from local.functions_host.triggers import HttpTrigger, QueueTrigger, TimerTrigger
from local.functions_host.worker import Function

HTTP = {"type": "httpTrigger", "name": "req", "authLevel": "FUNCTION"}
HTTP_OUTPUT = {"type": "http", "name": "$return"}
QUEUE = {"type": "queueTrigger", "name": "msg", "queueName": "%QUEUE%-in", "connection": "Store"}
TIMER = {"type": "timerTrigger", "name": "timer", "schedule": "0 0 9 * * *"}
ENVIRON = {"QUEUE": "Errands", "AzureWebJobsStore": "UseDevelopmentStorage=true"}


def function(trigger: dict[str, Any], *others: dict[str, Any], has_retry_policy: bool = False) -> Function:
    return Function("run", "an-id", trigger, others, has_retry_policy)


def test_an_http_trigger_has_the_functions_name_for_a_route_and_needs_the_key() -> None:
    trigger = triggers.read(function(HTTP, HTTP_OUTPUT), "api", {})
    assert isinstance(trigger, HttpTrigger)
    assert (trigger.route, trigger.methods, trigger.needs_key) == ("api/run", frozenset(), True)


def test_an_http_trigger_has_its_own_route_methods_and_level() -> None:
    binding = HTTP | {"route": "calls/{id}", "methods": ["get", "POST"], "authLevel": "ANONYMOUS"}
    trigger = triggers.read(function(binding, HTTP_OUTPUT), "", {})
    assert isinstance(trigger, HttpTrigger)
    assert (trigger.route, trigger.methods) == ("calls/{id}", frozenset({"GET", "POST"}))
    assert not trigger.needs_key


def test_a_queue_trigger_resolves_its_queue_and_its_connection() -> None:
    trigger = triggers.read(function(QUEUE), "api", ENVIRON)
    assert trigger == QueueTrigger("errands-in", "Store", "UseDevelopmentStorage=true")


def test_a_queue_trigger_without_a_connection_uses_the_apps_storage() -> None:
    environ = ENVIRON | {"AzureWebJobsStorage": "the app's"}
    trigger = triggers.read(function(QUEUE | {"connection": ""}), "api", environ)
    assert trigger == QueueTrigger("errands-in", "AzureWebJobsStorage", "the app's")


@pytest.mark.parametrize(
    ("schedule", "following"), [("%WHEN%", "09:00"), ("00:05:00", "08:05"), ("1.00:00:00", "08:00")]
)
def test_a_timer_has_an_expression_or_a_time_span(schedule: str, following: str) -> None:
    trigger = triggers.read(function(TIMER | {"schedule": schedule}), "api", {"WHEN": "0 0 9 * * *"})
    assert isinstance(trigger, TimerTrigger)
    assert f"{trigger.schedule.next(datetime(2026, 1, 1, 8, tzinfo=UTC)):%H:%M}" == following


@pytest.mark.parametrize(
    ("trigger", "fault"),
    [
        ({"type": "blobTrigger", "name": "data"}, "binding data is of type blobTrigger: expected httpTrigger"),
        (HTTP | {"route": "calls/{id:odd}"}, "Route 'api/calls/{id:odd}': constraint odd() is not known here"),
        (QUEUE | {"queueName": "%ABSENT%"}, "%ABSENT% names the app setting ABSENT, which is missing"),
        (QUEUE | {"connection": "Absent"}, "Connection Absent is missing: expected an app setting Absent or"),
        (QUEUE | {"connection": "Identity"}, "Connection Identity is identity-based"),
        (TIMER | {"schedule": "0 0 24 * * *"}, "'0 0 24 * * *': hour is '24'"),
        (TIMER | {"schedule": "24:00:00"}, "'24:00:00' is not a time span"),
        (TIMER | {"schedule": "00:00:00"}, "'00:00:00' is no time at all"),
    ],
)
def test_what_the_host_cannot_run_is_refused_by_function_and_fault(trigger: dict[str, Any], fault: str) -> None:
    environ = ENVIRON | {"Identity__queueServiceUri": "https://fabrikam.example"}
    with pytest.raises(HostError) as refusal:
        triggers.read(function(trigger, HTTP_OUTPUT), "api", environ)
    assert str(refusal.value).startswith(f"Function run: {fault}")


def test_an_output_binding_of_another_kind_is_refused() -> None:
    with pytest.raises(HostError, match=r"^Function run: binding out is of type queue"):
        triggers.read(function(TIMER, {"type": "queue", "name": "out"}), "api", {})


def test_a_retry_policy_is_refused() -> None:
    with pytest.raises(HostError, match=r"^Function run: it has a retry policy"):
        triggers.read(function(TIMER, has_retry_policy=True), "api", {})
