import pytest

from callrecords.facts.endpoints import Endpoint, Network, endpoint, network
from callrecords.graphtypes import JsonObject

MIRA = "0a11b22c-1111-4222-8333-000000000001"
USER: JsonObject = {"identity": {"user": {"id": MIRA}}}
PHONE: JsonObject = {"identity": {"phone": {"id": "+4930123456"}}}
BOT: JsonObject = {"identity": {"application": {"id": MIRA}}}
SERVICE: JsonObject = {"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint"}


def read(properties: JsonObject, **agent: object) -> Endpoint:
    return endpoint(properties | {"userAgent": agent}, {})


@pytest.mark.parametrize(
    ("end", "is_client", "is_participant"),
    [
        (read(USER, platform="windows"), True, True),
        (read(USER), True, True),
        (read(PHONE), False, True),
        (read(BOT), True, False),
        (read({}, platform="web"), True, False),
        (read({}, platform="unknown"), False, False),
        (read({}), False, False),
        (read(SERVICE, platform="windows"), False, False),
        (read(USER, role="audioTeleconferencerController"), False, False),
    ],
)
def test_which_end_has_a_network_of_its_own_and_which_is_a_participant(
    end: Endpoint, is_client: bool, is_participant: bool
) -> None:
    assert (end.is_client, end.is_participant) == (is_client, is_participant)


@pytest.mark.parametrize(
    ("agent", "version"),
    [
        ({"applicationVersion": "27/1.0", "headerValue": "CallSignalingAgent"}, "27/1.0"),
        ({"applicationVersion": None, "headerValue": "CallSignalingAgent"}, "CallSignalingAgent"),
        ({}, None),
    ],
)
def test_the_version_of_a_client_is_its_application_version_or_else_its_header(
    agent: JsonObject, version: str | None
) -> None:
    assert read(USER, **agent).client_version == version


@pytest.mark.parametrize(
    ("feedback", "rating"),
    [({"rating": "poor"}, "poor"), ({"rating": "notRated"}, None), ({"rating": None}, None), (None, None)],
)
def test_a_rating_is_what_the_person_answered(feedback: object, rating: str | None) -> None:
    assert read(USER | {"feedback": feedback}).rating == rating


@pytest.mark.parametrize("info", [None, [], "wifi", {}, {"subnet": "", "connectionType": None}])
def test_a_network_of_which_nothing_is_told_is_none(info: object) -> None:
    assert network(info) is None


def test_a_network_is_known_by_any_of_its_properties() -> None:
    assert network({"subnet": "192.0.2.0"}) == Network("192.0.2.0", None, None)
    assert network({"reflexiveIPAddress": "198.51.100.7"}) == Network(None, "198.51.100.7", None)
    assert network({"connectionType": "wifi", "linkSpeed": 1}) == Network(None, None, "wifi")
