import pytest

from callrecords.facts.ends import End, end, is_told, merged
from callrecords.facts.parties import Kind
from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import MIRA, SERVICE, SILENT_SERVICE

USER: JsonObject = {"identity": {"user": {"id": MIRA}}}
PHONE: JsonObject = {"identity": {"phone": {"id": "+15550123"}}}
BOT: JsonObject = {"identity": {"application": {"id": MIRA}}}
TYPED: JsonObject = {"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint"}


def read(properties: JsonObject, **agent: object) -> End:
    return end(properties | {"userAgent": agent}, {})


@pytest.mark.parametrize(
    ("found", "is_service", "is_client"),
    [
        (read(USER, platform="windows"), False, True),
        (read(USER), False, True),
        (read(PHONE), False, False),
        (read(BOT), False, False),
        (read({}, platform="web"), False, True),
        (read({"name": "LT-4471"}), False, True),
        (read({}, platform="unknown", productFamily="unknown"), True, False),
        (read({}), True, False),
        (read(TYPED, platform="windows"), True, False),
        (read(USER, role="audioTeleconferencerController"), True, False),
        (end(SILENT_SERVICE, {}), True, False),
    ],
)
def test_which_end_is_a_service_and_which_a_persons_own_device(found: End, is_service: bool, is_client: bool) -> None:
    assert (found.is_service, found.is_client) == (is_service, is_client)


def test_a_telephone_or_a_bot_that_only_the_participants_tell_to_be_one_is_no_client() -> None:
    anonymous = {"associatedIdentity": {"id": "x1"}}
    assert end(anonymous, {}).is_client
    assert not end(anonymous, {"x1": Kind.PHONE}).is_client
    assert not end(anonymous, {"x1": Kind.APPLICATION}).is_client


def test_a_service_of_unknown_role_is_one_without_a_role() -> None:
    assert read(TYPED, role="unknown") == End()


def test_of_a_service_only_the_role_is_known() -> None:
    assert end(SERVICE | {"name": "MCU-1"}, {}) == End(role="skypeForBusinessAudioVideoMcu")
    assert end(TYPED, {}) == End()


@pytest.mark.parametrize(
    ("agent", "version", "header"),
    [
        ({"applicationVersion": "27/1.0", "headerValue": "CallSignalingAgent"}, "27/1.0", "CallSignalingAgent"),
        ({"applicationVersion": None, "headerValue": "CallSignalingAgent"}, "CallSignalingAgent", None),
        ({}, None, None),
    ],
)
def test_the_version_of_a_client_is_its_application_version_or_else_its_header(
    agent: JsonObject, version: str | None, header: str | None
) -> None:
    found = read(USER, **agent)
    assert (found.client_version, found.others.get("headerValue")) == (version, header)


@pytest.mark.parametrize(
    ("feedback", "rating", "tokens", "words"),
    [
        ({"rating": "poor", "text": "no sound"}, "poor", (), "no sound"),
        ({"rating": "notRated", "tokens": {"Noisy": True, "Echo": True, "Odd": 1}}, None, ("Echo", "Noisy"), None),
        ({"rating": None, "text": "", "tokens": ["Echo"]}, None, (), None),
        (None, None, (), None),
    ],
)
def test_feedback_is_what_the_person_answered(
    feedback: object, rating: str | None, tokens: tuple[str, ...], words: str | None
) -> None:
    found = read(USER | {"feedback": feedback})
    assert (found.rating, found.tokens, found.words) == (rating, tokens, words)


def test_what_is_told_beside_the_fields_of_a_row_is_kept_and_what_is_not_known_left_out() -> None:
    machine = {"cpuName": "Example CPU", "cpuCoresCount": 8, "cpuProcessorSpeedInMhz": 2**70}
    found = read(USER | machine, productFamily="unknown", azureADAppId="app-1", communicationServiceId="")
    assert found.others == {"cpuName": "Example CPU", "cpuCoresCount": 8, "azureADAppId": "app-1"}


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({}, False),
        ({"@odata.type": "#microsoft.graph.callRecords.participantEndpoint", "name": None, "userAgent": {}}, False),
        (TYPED, True),
        (SILENT_SERVICE, True),
        (USER, True),
    ],
)
def test_an_end_is_told_by_anything_but_the_type_that_every_participant_has(properties: JsonObject, told: bool) -> None:
    assert is_told(properties) is told


def test_several_mentions_of_an_end_tell_together_what_each_leaves_out() -> None:
    unknown = end({"name": "LT-4471", "userAgent": {"platform": "unknown"}, "cpuName": "A"}, {})
    known = end(USER | {"userAgent": {"platform": "web", "headerValue": "x"}, "cpuName": "B", "cpuCoresCount": 4}, {})
    rated = end(USER | {"name": "other", "feedback": {"rating": "bad", "tokens": {"Echo": True}, "text": "w"}}, {})
    found = merged([unknown, known, rated])
    assert found.party
    assert (found.party.id, found.platform, found.host_name, found.client_version) == (MIRA, "web", "LT-4471", "x")
    assert (found.rating, found.tokens, found.words) == ("bad", ("Echo",), "w")
    assert found.others == {"cpuName": "A", "cpuCoresCount": 4}
    assert merged([known]) is known
