import logging
from datetime import timedelta
from pathlib import Path

import pytest

from local.functions_host import host_json
from local.functions_host.errors import HostError

ROOT = Path(__file__).parents[3]


def test_what_is_left_out_has_azures_defaults() -> None:
    settings = host_json.parse({"version": "2.0"})
    assert settings.route_prefix == "api"
    assert settings.log_levels == {"default": logging.INFO}
    assert settings.queues == host_json.QueueOptions(
        max_polling_interval=timedelta(minutes=1),
        visibility_timeout=timedelta(),
        batch_size=16,
        new_batch_threshold=8,
        max_dequeue_count=5,
        base64=True,
    )


def test_what_is_given_is_read() -> None:
    settings = host_json.parse(
        {
            "version": "2.0",
            "extensions": {
                "http": {"routePrefix": "", "maxConcurrentRequests": 10},
                "queues": {
                    "maxPollingInterval": "00:00:00.5",
                    "visibilityTimeout": "1.02:03:04",
                    "batchSize": 32,
                    "maxDequeueCount": 1,
                    "messageEncoding": "None",
                },
            },
            "logging": {"logLevel": {"default": "Warning", "Function.tick": "Trace", "Azure": "None"}},
        }
    )
    assert settings.route_prefix == ""
    assert settings.queues == host_json.QueueOptions(
        max_polling_interval=timedelta(milliseconds=500),
        visibility_timeout=timedelta(days=1, hours=2, minutes=3, seconds=4),
        batch_size=32,
        new_batch_threshold=16,
        max_dequeue_count=1,
        base64=False,
    )
    assert settings.log_levels["default"] == logging.WARNING
    assert settings.log_levels["Function.tick"] == logging.DEBUG
    assert settings.log_levels["Azure"] > logging.CRITICAL


def test_the_projects_own_host_json_is_read() -> None:
    assert host_json.read(ROOT).queues.batch_size == 16


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, 'version is None: expected "2.0"'),
        ({"version": "1.0"}, "version is '1.0'"),
        ({"version": "2.0", "functions": ["tick"]}, "functions is not known"),
        ({"version": "2.0", "extensions": []}, "extensions is []: expected an object"),
        ({"version": "2.0", "extensions": {"http": {"customHeaders": {}}}}, "extensions.http.customHeaders"),
        ({"version": "2.0", "extensions": {"http": {"routePrefix": None}}}, "extensions.http.routePrefix is None"),
        ({"version": "2.0", "logging": {"logLevel": {"Azure": "Loud"}}}, "logging.logLevel.Azure is 'Loud'"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_path(document: dict[str, object], fault: str) -> None:
    with pytest.raises(HostError) as refusal:
        host_json.parse(document)
    assert str(refusal.value).startswith(f"host.json: {fault}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxDequeCount", 5),
        ("batchSize", 33),
        ("batchSize", True),
        ("batchSize", "16"),
        ("newBatchThreshold", -1),
        ("maxDequeueCount", 0),
        ("maxPollingInterval", "00:00:00.05"),
        ("maxPollingInterval", 2000),
        ("visibilityTimeout", "24:00:00"),
        ("visibilityTimeout", "7.00:00:01"),
        ("messageEncoding", "utf-8"),
    ],
)
def test_a_wrong_queue_setting_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(HostError, match=f"^host.json: extensions.queues.{name} is .*: expected"):
        host_json.parse({"version": "2.0", "extensions": {"queues": {name: value}}})


def test_a_file_that_is_missing_or_no_json_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"host\.json is missing"):
        host_json.read(tmp_path)
    (tmp_path / "host.json").write_text("{")
    with pytest.raises(HostError, match=r"host\.json is not JSON"):
        host_json.read(tmp_path)
