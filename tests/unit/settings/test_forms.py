from collections.abc import Callable
from dataclasses import dataclass

import pytest

from callrecords.settings import forms
from callrecords.settings.forms import Secret
from tests.invented import CLIENT_STATE, TENANT


@pytest.mark.parametrize("text", [TENANT, TENANT.upper(), TENANT.replace("-", ""), f"{{{TENANT}}}"])
def test_a_guid_has_one_form(text: str) -> None:
    assert forms.guid(text) == TENANT


@pytest.mark.parametrize("cloud", ["global", "usgov", "dod"])
def test_a_cloud_has_a_root_of_graph(cloud: str) -> None:
    assert forms.GRAPH_ROOTS[forms.cloud(cloud)].startswith("https://")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://calls.fabrikam.example", "https://calls.fabrikam.example"),
        ("https://calls.fabrikam.example:8443/teams/", "https://calls.fabrikam.example:8443/teams"),
        ("http://localhost:7071", "http://localhost:7071"),
        ("http://127.0.0.1:7071/", "http://127.0.0.1:7071"),
        ("http://[::1]:7071", "http://[::1]:7071"),
    ],
)
def test_a_base_url_has_no_last_slash(text: str, url: str) -> None:
    assert forms.base_url(text) == url


@pytest.mark.parametrize("length", [16, 128])
def test_a_client_state_of_the_right_length_is_a_secret(length: int) -> None:
    state = forms.client_state("x" * length)
    assert (type(state), state) == (Secret, "x" * length)


@pytest.mark.parametrize("text", ["0 */15 * * * *", "0 0 8-18/2 * Jan,Feb Mon-Fri"])
def test_a_schedule_of_six_fields_is_taken_as_it_is(text: str) -> None:
    assert forms.schedule(text) == text


@pytest.mark.parametrize("text", ["1", "30", "365"])
def test_a_number_of_days_is_taken_as_it_is(text: str) -> None:
    assert forms.days(text) == text


@pytest.mark.parametrize("text", ["c", "call-records_2", "x" * 255])
def test_a_name_is_taken_as_it_is(text: str) -> None:
    assert forms.name(text) == text


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (forms.guid, "", "a GUID such as 11112222-"),
        (forms.guid, "fabrikam.example", "a GUID such as 11112222-"),
        (forms.guid, TENANT[:-1], "a GUID such as 11112222-"),
        (forms.cloud, "Global", "one of global, usgov, dod"),
        (forms.cloud, "china", "one of global, usgov, dod"),
        (forms.base_url, "", "an https URL such as "),
        (forms.base_url, "calls.fabrikam.example", "an https URL such as "),
        (forms.base_url, "http://calls.fabrikam.example", "an https URL such as "),
        (forms.base_url, "ftp://localhost", "an https URL such as "),
        (forms.base_url, "https://", "an https URL such as "),
        (forms.base_url, "https://[::1", "an https URL such as "),
        (forms.client_state, "x" * 15, "a secret of 16 to 128 characters"),
        (forms.client_state, "x" * 129, "a secret of 16 to 128 characters"),
        (forms.schedule, "*/15 * * * *", "an NCRONTAB expression of six fields"),
        (forms.schedule, "0 0 0 0 0 0 0", "an NCRONTAB expression of six fields"),
        (forms.schedule, "every quarter of an hour", "an NCRONTAB expression of six fields"),
        (forms.days, "", "a number from 1 to 365"),
        (forms.days, "0", "a number from 1 to 365"),
        (forms.days, "366", "a number from 1 to 365"),
        (forms.days, "-1", "a number from 1 to 365"),
        (forms.days, "1_0", "a number from 1 to 365"),
        (forms.days, "a month", "a number from 1 to 365"),
        (forms.name, "", "a name of letters"),
        (forms.name, "call/records", "a name of letters"),
        (forms.name, "x" * 256, "a name of letters"),
    ],
)
def test_anything_else_is_an_error_that_says_what_was_expected(
    parse: Callable[[str], str], text: str, expected: str
) -> None:
    with pytest.raises(ValueError, match=f"^{expected}"):
        parse(text)


@dataclass
class Holder:
    secret: Secret


def test_a_secret_is_masked_in_its_repr_and_in_the_repr_of_what_holds_it() -> None:
    secret = Secret(CLIENT_STATE)
    assert CLIENT_STATE not in f"{secret!r} {Holder(secret)} {[secret]} { ({'secret': secret}) }"
    assert secret == CLIENT_STATE
