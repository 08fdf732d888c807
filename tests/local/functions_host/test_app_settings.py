from pathlib import Path

import pytest

from local.functions_host import app_settings
from local.functions_host.errors import HostError


def test_the_environment_wins_over_local_settings(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {"FIRST": "file", "SECOND": "file"}}')
    environ = {"FIRST": "environment"}
    app_settings.complete(environ, tmp_path)
    assert environ == {"FIRST": "environment", "SECOND": "file"}


def test_local_settings_need_not_be_there(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    app_settings.complete(environ, tmp_path)
    assert environ == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"IsEncrypted": true}', "is encrypted"),
        ('{"Values": {"FIRST": 1}}', "Values is expected to be an object of texts"),
        ('{"Values": []}', "Values is expected to be an object of texts"),
        ("[]", "holds a JSON list"),
    ],
)
def test_local_settings_of_another_kind_are_refused(text: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text(text)
    with pytest.raises(HostError) as refusal:
        app_settings.complete({}, tmp_path)
    assert str(refusal.value).startswith(str(tmp_path / "local.settings.json"))
    assert fault in str(refusal.value)


def test_every_expression_in_a_text_is_resolved() -> None:
    assert app_settings.resolve("%A%-and-%B%", {"A": "one", "B": "two"}) == "one-and-two"


def test_a_connection_is_found_with_and_without_its_prefix() -> None:
    environ = {"AzureWebJobsStore": "prefixed", "Store": "plain", "Other": "plain"}
    assert app_settings.connection_string("Store", environ) == "prefixed"
    assert app_settings.connection_string("Other", environ) == "plain"
