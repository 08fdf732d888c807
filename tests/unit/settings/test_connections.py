import pytest

from callrecords.settings.connections import CONNECTIONS, Connection, ConnectionSetting, resolve
from callrecords.settings.forms import Secret
from tests.invented import ACCOUNT_KEY, TENANT

QUEUE, COSMOS = CONNECTIONS
ACCOUNT_URLS = {QUEUE: "https://fabrikam.queue.core.windows.net", COSMOS: "https://fabrikam.documents.example"}
STRINGS = [
    (QUEUE, f"DefaultEndpointsProtocol=https;AccountName=fabrikam;AccountKey={ACCOUNT_KEY}"),
    (QUEUE, f"QueueEndpoint=https://fabrikam.queue.core.windows.net;SharedAccessSignature=sig={ACCOUNT_KEY}"),
    (QUEUE, "UseDevelopmentStorage=true"),
    (COSMOS, f"AccountEndpoint=https://fabrikam.documents.example:443/;AccountKey={ACCOUNT_KEY};"),
]

both = pytest.mark.parametrize("setting", CONNECTIONS, ids=lambda setting: setting.name)


def resolved(setting: ConnectionSetting, **parts: str) -> tuple[Connection, list[str]]:
    """The connection for settings that are given without the connection's name; `string` is the name alone."""
    environ = {setting.name if part == "string" else f"{setting.name}__{part}": text for part, text in parts.items()}
    problems: list[str] = []
    return resolve(setting, environ, problems), problems


@pytest.mark.parametrize(("setting", "text"), STRINGS)
def test_a_connection_string_is_taken_as_it_is(setting: ConnectionSetting, text: str) -> None:
    assert resolved(setting, string=text) == (Connection(connection_string=Secret(text)), [])


@pytest.mark.parametrize(("setting", "text"), STRINGS)
def test_a_connection_string_does_not_show_itself(setting: ConnectionSetting, text: str) -> None:
    connection, _ = resolved(setting, string=text)
    assert text not in repr(connection)


@both
def test_an_identity_is_described_by_endpoint_credential_and_client_id(setting: ConnectionSetting) -> None:
    url = ACCOUNT_URLS[setting]
    parts = {setting.endpoint: f"{url}/", "credential": "managedidentity", "clientId": TENANT.upper()}
    assert resolved(setting, **parts) == (Connection(endpoint=url, client_id=TENANT), [])


@both
def test_an_endpoint_alone_is_the_identity_that_the_system_assigned(setting: ConnectionSetting) -> None:
    url = ACCOUNT_URLS[setting]
    assert resolved(setting, **{setting.endpoint: url}) == (Connection(endpoint=url), [])


@both
def test_a_missing_connection_names_both_ways_to_give_it(setting: ConnectionSetting) -> None:
    _, problems = resolved(setting, credential="managedidentity")
    (problem,) = problems
    assert problem == (
        f"{setting.name} is missing: expected a connection string in {setting.name}, "
        f"or an account URL in {setting.name}__{setting.endpoint}."
    )


@both
@pytest.mark.parametrize("text", ["https://fabrikam.example", ACCOUNT_KEY, f"AccountKey={ACCOUNT_KEY}"])
def test_what_is_no_connection_string_is_named_and_not_shown(setting: ConnectionSetting, text: str) -> None:
    _, problems = resolved(setting, string=text)
    assert len(problems) == 1
    assert problems[0].startswith(f"{setting.name} is not a connection string: expected ")
    assert text not in problems[0]


@both
def test_every_malformed_part_of_an_identity_is_named(setting: ConnectionSetting) -> None:
    _, problems = resolved(setting, **{setting.endpoint: "fabrikam", "credential": "password", "clientId": "me"})
    names = [f"{setting.name}__{part}" for part in ("credential", setting.endpoint, "clientId")]
    assert [problem.split()[0] for problem in problems] == names
    assert all(": expected " in problem for problem in problems)


@pytest.mark.parametrize(("setting", "text"), [(QUEUE, "AccountName=fabrikam"), (COSMOS, "AccountEndpoint=https://x")])
@pytest.mark.parametrize("key", ["", ";AccountKey", ";AccountKey=", ";OtherKey=x"])
def test_a_connection_string_without_a_key_is_named(setting: ConnectionSetting, text: str, key: str) -> None:
    assert resolved(setting, string=text + key)[1]


@both
def test_a_key_in_the_wrong_setting_is_not_shown(setting: ConnectionSetting) -> None:
    _, problems = resolved(setting, **{setting.endpoint: f"AccountName=fabrikam;AccountKey={ACCOUNT_KEY}"})
    assert ACCOUNT_KEY not in " ".join(problems)
