"""Names, times and lists in words."""

import pytest

from callrecords.facts.explain.words import at_start, client_of, joined, length_in_words, name_of, stay_in_words
from callrecords.ports.callrow import EndpointRow, NetworkRow, PartyRow
from tests.unit.facts.invented_sessions import MIRA, SERVICE, client, row_of, session


@pytest.mark.parametrize(
    ("party", "name"),
    [
        ({"kind": "user", "displayName": "Mira Kovac", "id": MIRA}, "Mira Kovac"),
        ({"kind": "user", "userPrincipalName": "mira@fabrikam.example"}, "mira@fabrikam.example"),
        ({"kind": "phone", "id": "+15550123"}, "the telephone +15550123"),
        ({"kind": "guest", "id": "teamsvisitor:1"}, "a guest without a name"),
        ({"kind": "application", "id": "a"}, "an application a"),
        ({"kind": "unknown"}, "somebody"),
        ({"kind": "user"}, "a user"),
    ],
)
def test_somebody_is_named_by_the_best_that_is_known(party: PartyRow, name: str) -> None:
    assert name_of(party) == name


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (61, "1 min 1 s"), (3_600, "1 h"), (120, "2 min"), (3_725, "1 h 2 min")]
)
def test_a_length_is_told_as_people_say_it(seconds: float, words: str) -> None:
    assert length_in_words(seconds) == words


def test_a_client_of_which_nothing_is_told_has_no_words() -> None:
    (endpoint,) = row_of(session(caller=client(MIRA, "unknown"), callee=SERVICE))["endpoints"]
    assert client_of(endpoint) == ""


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (
            {"connectionType": "wifi", "wifiBand": "frequency50GHz", "subnet": "10.20.3.0"},
            "Wi-Fi 5 GHz in subnet 10.20.3.0",
        ),
        ({"connectionType": "wired"}, "wired"),
        ({"subnet": "10.20.3.0"}, "subnet 10.20.3.0"),
    ],
)
def test_a_subnet_is_not_told_as_if_it_were_the_address_of_the_client(network: NetworkRow, words: str) -> None:
    (endpoint,) = row_of(session(caller=client(MIRA, "windows"), callee=SERVICE))["endpoints"]
    endpoint["networks"] = [network]
    assert client_of(endpoint) == f"Windows, {words}"


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({}, ""),
        ({"joined": "2026-03-04T10:00:03Z", "left": "2026-03-04T10:31:12Z"}, "10:00:03 to 10:31:12"),
        (
            {
                "joined": "2026-03-04T10:00:03Z",
                "left": "2026-03-04T10:31:12Z",
                "intervals": [
                    {"joined": "2026-03-04T10:00:03Z", "left": "2026-03-04T10:05:00Z"},
                    {"joined": "2026-03-04T10:20:00Z", "left": "2026-03-04T10:31:12Z"},
                ],
            },
            "10:00:03 to 10:05:00 and 10:20:00 to 10:31:12",
        ),
        (
            {"joined": "2026-03-04T23:59:00Z", "left": "2026-03-05T00:31:12Z"},
            "4 March, 23:59:00 to 5 March, 00:31:12",
        ),
    ],
)
def test_a_stay_is_told_with_its_breaks_and_with_the_day_where_there_are_two(times: EndpointRow, words: str) -> None:
    assert stay_in_words(times) == words


def test_only_what_is_no_name_gets_a_capital_letter_at_the_start_of_a_sentence() -> None:
    assert at_start("the telephone +15550123") == "The telephone +15550123"
    assert at_start("mira@fabrikam.example") == "mira@fabrikam.example"


def test_a_list_has_its_last_word_before_its_last_member() -> None:
    assert joined(["a", "b", "c"], "or") == "a, b or c"
    assert joined(["a"]) == "a"
