import pytest

from callrecords.facts.streamquality import Profile
from callrecords.settings.forms import GRAPH_ROOTS
from callrecords.settings.read import SETTINGS, Setting, Settings, SettingsError, read_settings
from tests.invented import ACCOUNT_KEY, CLIENT_STATE, ENVIRONMENT, PREVIOUS_CLIENT_STATE, TENANT


def read_with(**changes: str | None) -> Settings:
    """The settings of the least environment with `changes`; None takes a setting out."""
    return read_settings({name: text for name, text in {**ENVIRONMENT, **changes}.items() if text is not None})


def problems_with(**changes: str | None) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        read_with(**changes)
    return raised.value.problems


def test_the_least_environment_gives_the_defaults() -> None:
    settings = read_settings(ENVIRONMENT)
    assert settings.tenant_id == TENANT
    assert settings.client_states == (CLIENT_STATE,)
    assert settings.graph_root == "https://graph.microsoft.com"
    assert settings.graph_scope == "https://graph.microsoft.com/.default"
    assert settings.client_id is None
    assert settings.notification_base_url == "https://calls.fabrikam.example"
    assert settings.cosmos_database == "callrecords"
    assert settings.quality_profile is Profile.CURRENT
    assert settings.phone_calls is False
    assert settings.phone_backfill_days == 30


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("SUBSCRIPTION_SCHEDULE", "0 */15 * * * *"),
        ("RECONCILE_SCHEDULE", "0 */10 * * * *"),
        ("AUDIT_SCHEDULE", "0 50 1 * * *"),
        ("USAGE_SCHEDULE", "0 5,35 * * * *"),
        ("PSTN_SCHEDULE", "0 15 4,16 * * *"),
        ("DIRECT_ROUTING_SCHEDULE", "0 15 1,7,13,19 * * *"),
    ],
)
def test_each_schedule_has_its_own_setting(name: str, default: str) -> None:
    assert getattr(read_settings(ENVIRONMENT), name.lower()) == default
    assert getattr(read_with(**{name: "1 * * * * *"}), name.lower()) == "1 * * * * *"


@pytest.mark.parametrize("profile", Profile)
def test_the_quality_profile_is_named_as_in_fact_rows(profile: Profile) -> None:
    assert read_with(QUALITY_PROFILE=profile.value).quality_profile is profile


def test_rows_of_phone_calls_are_imported_where_that_is_wanted_and_from_as_long_ago() -> None:
    settings = read_with(PHONE_CALLS="true", PHONE_BACKFILL_DAYS="365")
    assert (settings.phone_calls, settings.phone_backfill_days) == (True, 365)


def test_each_connection_comes_from_its_own_setting() -> None:
    settings = read_settings(ENVIRONMENT)
    assert settings.queue.connection_string == ENVIRONMENT["CallRecordsQueue"]
    assert settings.cosmos.connection_string == ENVIRONMENT["CallRecordsCosmos"]


def test_the_previous_secret_is_accepted_after_the_current_one() -> None:
    settings = read_with(GRAPH_CLIENT_STATE_PREVIOUS=PREVIOUS_CLIENT_STATE)
    assert settings.client_states == (CLIENT_STATE, PREVIOUS_CLIENT_STATE)


@pytest.mark.parametrize("cloud", GRAPH_ROOTS)
def test_a_cloud_has_its_own_root_and_scope(cloud: str) -> None:
    settings = read_with(GRAPH_CLOUD=cloud)
    assert (settings.graph_root, settings.graph_scope) == (GRAPH_ROOTS[cloud], f"{GRAPH_ROOTS[cloud]}/.default")


def test_another_root_of_graph_keeps_the_scope_of_the_cloud() -> None:
    settings = read_with(GRAPH_CLOUD="usgov", GRAPH_BASE_URL="http://127.0.0.1:8800/")
    assert settings.graph_root == "http://127.0.0.1:8800"
    assert settings.graph_scope == "https://graph.microsoft.us/.default"


def test_the_host_name_in_azure_is_the_default_that_graph_posts_to() -> None:
    settings = read_with(NOTIFICATION_BASE_URL=None, WEBSITE_HOSTNAME="fabrikam.azurewebsites.example")
    assert settings.notification_base_url == "https://fabrikam.azurewebsites.example"


def test_a_url_that_is_set_wins_over_the_host_name() -> None:
    settings = read_with(WEBSITE_HOSTNAME="fabrikam.azurewebsites.example")
    assert settings.notification_base_url == "https://calls.fabrikam.example"


def test_an_empty_url_is_as_good_as_none() -> None:
    settings = read_with(NOTIFICATION_BASE_URL="", WEBSITE_HOSTNAME="fabrikam.azurewebsites.example")
    assert settings.notification_base_url == "https://fabrikam.azurewebsites.example"


@pytest.mark.parametrize("text", [None, ""])
@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.required], ids=lambda each: each.name)
def test_a_missing_setting_is_named_with_its_meaning(setting: Setting, text: str | None) -> None:
    assert problems_with(**{setting.name: text}) == [f"{setting.name} is missing: {setting.meaning}."]


@pytest.mark.parametrize("name", ["CallRecordsQueue", "CallRecordsCosmos"])
def test_a_missing_connection_is_named(name: str) -> None:
    (problem,) = problems_with(**{name: None})
    assert problem.startswith(f"{name} is missing: ")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("GRAPH_TENANT_ID", "fabrikam.example", "a GUID such as "),
        ("GRAPH_CLOUD", "moon", "one of global, usgov, dod"),
        ("GRAPH_BASE_URL", "http://graph.fabrikam.example", "an https URL such as "),
        ("AZURE_CLIENT_ID", "me", "a GUID such as "),
        ("NOTIFICATION_BASE_URL", "calls.fabrikam.example", "an https URL such as "),
        ("COSMOS_DATABASE", "call records", "a name of "),
        ("SUBSCRIPTION_SCHEDULE", "hourly", "an NCRONTAB expression of six fields"),
        ("RECONCILE_SCHEDULE", "hourly", "an NCRONTAB expression of six fields"),
        ("AUDIT_SCHEDULE", "nightly", "an NCRONTAB expression of six fields"),
        ("USAGE_SCHEDULE", "hourly", "an NCRONTAB expression of six fields"),
        ("QUALITY_PROFILE", "old", "one of current, before2022"),
        ("PHONE_CALLS", "yes", "true or false"),
        ("PSTN_SCHEDULE", "daily", "an NCRONTAB expression of six fields"),
        ("DIRECT_ROUTING_SCHEDULE", "daily", "an NCRONTAB expression of six fields"),
        ("PHONE_BACKFILL_DAYS", "366", "a number from 1 to 365"),
    ],
)
def test_a_malformed_setting_is_shown_with_what_was_expected(name: str, text: str, expected: str) -> None:
    (problem,) = problems_with(**{name: text})
    assert problem.startswith(f"{name} is {text!r}: expected {expected}")


@pytest.mark.parametrize("name", ["GRAPH_CLIENT_STATE", "GRAPH_CLIENT_STATE_PREVIOUS"])
def test_a_malformed_secret_is_described_and_not_shown(name: str) -> None:
    secret = "short-secret"
    assert problems_with(**{name: secret}) == [
        f"{name} is malformed (12 characters): expected a secret of 16 to 128 characters."
    ]


def test_every_problem_is_told_at_once() -> None:
    problems = problems_with(GRAPH_TENANT_ID=None, GRAPH_CLOUD="moon", CallRecordsQueue=None)
    assert [problem.split()[0] for problem in problems] == ["GRAPH_TENANT_ID", "GRAPH_CLOUD", "CallRecordsQueue"]


def test_the_error_says_every_problem() -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({})
    assert str(raised.value) == " ".join(raised.value.problems)
    assert len(raised.value.problems) == 5


def test_no_secret_is_in_the_repr_of_the_settings() -> None:
    shown = repr(read_with(GRAPH_CLIENT_STATE_PREVIOUS=PREVIOUS_CLIENT_STATE))
    assert TENANT in shown
    assert not any(secret in shown for secret in (CLIENT_STATE, PREVIOUS_CLIENT_STATE, ACCOUNT_KEY))
