from collections.abc import Callable
from datetime import datetime

import orjson
import pytest
from kiota_abstractions.serialization import Parsable
from msgraph.generated.models.call_records.call_record import CallRecord
from msgraph.generated.models.call_records.client_user_agent import ClientUserAgent
from msgraph.generated.models.call_records.device_info import DeviceInfo
from msgraph.generated.models.call_records.media import Media
from msgraph.generated.models.call_records.media_stream import MediaStream
from msgraph.generated.models.call_records.network_info import NetworkInfo
from msgraph.generated.models.call_records.participant_endpoint import ParticipantEndpoint
from msgraph.generated.models.call_records.segment import Segment
from msgraph.generated.models.call_records.service_user_agent import ServiceUserAgent
from msgraph.generated.models.call_records.session import Session
from msgraph.generated.models.call_records.user_feedback import UserFeedback

from callrecords.graphtypes import JsonObject
from local.traffic import Call

# https://github.com/microsoftgraph/msgraph-metadata, schemas/v1.0-Prod.csdl, namespace microsoft.graph.callRecords
ENUMS = {
    "type": "unknown groupCall peerToPeer",
    "modalities": "audio video videoBasedScreenSharing data screenSharing",
    "platform": "unknown windows macOS iOS android web ipPhone roomSystem surfaceHub holoLens",
    "productFamily": "unknown teams skypeForBusiness lync azureCommunicationServices",
    "role": "unknown customBot skypeForBusinessAudioVideoMcu skypeForBusinessApplicationSharingMcu "
    "skypeForBusinessCallQueues skypeForBusinessAutoAttendant mediationServer mediaController "
    "conferencingAttendant audioTeleconferencerController gateway voicemail",
    "stage": "unknown callSetup midcall",
    "streamDirection": "callerToCallee calleeToCaller",
    "connectionType": "unknown wired wifi mobile tunnel",
    "networkTransportProtocol": "unknown udp tcp",
    "wifiBand": "unknown frequency24GHz frequency50GHz frequency60GHz",
    "wifiRadioType": "unknown wifi80211a wifi80211b wifi80211g wifi80211n wifi80211ac wifi80211ax",
    "rating": "notRated bad poor fair good excellent",
    "audioCodec": "unknown invalid cn pcma pcmu amrWide g722 g7221 g7221c g729 multiChannelAudio muchv2 opus satin "
    "satinFullband rtAudio8 rtAudio16 silk silkNarrow silkWide siren xmsRta",
    "videoCodec": "unknown invalid av1 h263 h264 h264s h264uc h265 rtvc1 rtVideo xrtvc1",
}
# A property that only one of Graph's resources has tells which one an object is.
MODELS: dict[str, type[Parsable]] = {
    "joinWebUrl": CallRecord,
    "isTest": Session,
    "media": Segment,
    "label": Media,
    "streamDirection": MediaStream,
    "wifiBand": NetworkInfo,
    "micGlitchRate": DeviceInfo,
    "associatedIdentity": ParticipantEndpoint,
    "platform": ClientUserAgent,
    "role": ServiceUserAgent,
    "rating": UserFeedback,
}

type LastRecords = Callable[[str], list[JsonObject]]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("name", ENUMS)
def test_enums_have_members_that_graph_declares(name: str, objects: list[JsonObject]) -> None:
    values = [each[name] for each in objects if name in each]
    used = {value for each in values for value in (each if isinstance(each, list) else [each])}
    assert used
    assert used <= set(ENUMS[name].split())


@pytest.mark.parametrize("mark", MODELS)
def test_an_object_has_the_properties_that_the_graph_sdk_knows(mark: str, objects: list[JsonObject]) -> None:
    known = set(MODELS[mark]().get_field_deserializers())
    found = [each for each in objects if mark in each]
    assert found
    assert {name for each in found for name in each} <= known


def test_media_devices_networks_and_streams_have_all_properties(objects: list[JsonObject]) -> None:
    for mark in ("label", "streamDirection", "wifiBand", "micGlitchRate"):
        expected = set(MODELS[mark]().get_field_deserializers()) - {"@odata.type"}
        assert all(each.keys() == expected for each in objects if mark in each)


def test_everything_that_happens_in_a_call_happens_between_its_start_and_its_end(records: list[JsonObject]) -> None:
    for record in records:
        for session in record["sessions"]:
            for each in (session, *session["segments"]):
                start, end = _moment(each["startDateTime"]), _moment(each["endDateTime"])
                assert _moment(record["startDateTime"]) <= start <= end <= _moment(record["endDateTime"])


def test_ids_of_sessions_are_unique_but_for_those_of_auto_attendants(calls: list[Call]) -> None:
    others = [call.versions[0].record for call in calls if call.kind != "auto attendant"]
    ids = [session["id"] for record in others for session in record["sessions"]]
    assert len(ids) == len(set(ids))


def test_times_have_0_to_7_fractional_digits(records: list[JsonObject]) -> None:
    times = [session["startDateTime"] for record in records for session in record["sessions"]]
    assert all(time.endswith("Z") for time in times)
    assert {len(time.removesuffix("Z").partition(".")[2]) for time in times} == set(range(8))


def test_a_record_is_json_and_the_meeting_of_300_is_over_2_mb_in_every_version(calls: list[Call]) -> None:
    (call,) = [call for call in calls if len(call.versions[0].record["participants_v2"]) > 130]
    for version in call.versions:
        assert len(orjson.dumps(version.record)) > 2_000_000
        assert orjson.loads(orjson.dumps(version.record)) == version.record
        assert len(version.record["sessions"]) == 300
        assert len({participant["id"] for participant in version.record["participants_v2"]}) == 300


def test_a_session_has_the_size_that_graph_gives_it(last_records: LastRecords) -> None:
    sizes = sorted(len(orjson.dumps(each)) for record in last_records("meeting") for each in record["sessions"])
    assert 8_000 < sizes[len(sizes) // 2] < 16_000


def test_a_peer_to_peer_call_has_one_session_and_one_segment_with_its_id(last_records: LastRecords) -> None:
    for record in last_records("peer-to-peer"):
        (session,) = record["sessions"]
        (segment,) = session["segments"]
        assert record["type"] == "peerToPeer"
        assert record["id"] == session["id"] == segment["id"]


def test_a_meeting_has_3_to_60_sessions_with_a_service_and_a_url(last_records: LastRecords) -> None:
    for record in last_records("meeting"):
        assert record["type"] == "groupCall"
        assert 2 <= len(record["sessions"]) <= 60  # a later version can have lost one
        assert record["joinWebUrl"]
        callees = {session["callee"]["@odata.type"] for session in record["sessions"]}
        assert callees == {"#microsoft.graph.callRecords.serviceEndpoint"}


def test_telephone_calls_have_several_segments_a_phone_and_at_times_an_unknown_type(
    last_records: LastRecords,
) -> None:
    found = last_records("PSTN")
    for record in found:
        assert len(record["sessions"][0]["segments"]) > 1
        assert any(each["identity"]["phone"] for each in record["participants_v2"])
    assert {record["type"] for record in found} == {"unknown", "peerToPeer"}


def test_a_call_by_way_of_an_auto_attendant_has_one_session_id_twice_each_with_its_own_time(
    last_records: LastRecords,
) -> None:
    found = [record for record in last_records("auto attendant") if len(record["sessions"]) == 3]
    assert found
    for record in found:
        attendant, queue, answered = record["sessions"]
        assert attendant["id"] == queue["id"] != answered["id"]
        roles = [each["callee"]["userAgent"]["role"] for each in (attendant, queue)]
        assert roles == ["skypeForBusinessAutoAttendant", "skypeForBusinessCallQueues"]
        in_turn = attendant["endDateTime"] == queue["startDateTime"]
        assert in_turn or (attendant["startDateTime"], attendant["endDateTime"]) == (
            queue["startDateTime"],
            queue["endDateTime"],
        )


def test_a_failed_set_up_has_no_media(last_records: LastRecords) -> None:
    for record in last_records("failed set-up"):
        (session,) = record["sessions"]
        assert session["failureInfo"]["stage"] == "callSetup"
        assert session["segments"][0]["media"] == []


def test_a_mid_call_failure_says_so(last_records: LastRecords) -> None:
    for record in last_records("mid-call failure"):
        assert record["sessions"][0]["failureInfo"]["stage"] == "midcall"


def test_somebody_who_rejoins_has_two_sessions_one_after_the_other(calls: list[Call]) -> None:
    for record in (call.versions[0].record for call in calls if call.kind == "rejoin"):
        stays: dict[str, list[JsonObject]] = {}
        for session in record["sessions"]:
            stays.setdefault(session["caller"]["associatedIdentity"]["id"], []).append(session)
        ((first, second),) = [each for each in stays.values() if len(each) > 1]
        assert _moment(first["endDateTime"]) < _moment(second["startDateTime"])
        assert len(record["participants_v2"]) == len(record["sessions"]) - 1


def test_a_call_of_zero_length_ends_when_it_begins(last_records: LastRecords) -> None:
    assert all(record["startDateTime"] == record["endDateTime"] for record in last_records("zero length"))


def test_a_customer_call_comes_from_azure_communication_services(last_records: LastRecords) -> None:
    for record in last_records("customer call"):
        assert record["organizer_v2"]["identity"]["acsUser"]["azureCommunicationServicesResourceId"]
        assert record["sessions"][0]["caller"]["userAgent"]["productFamily"] == "azureCommunicationServices"


def test_about_half_of_the_records_have_the_deprecated_properties_everywhere(calls: list[Call]) -> None:
    records = [call.versions[0].record for call in calls]
    with_them = [record for record in records if "organizer" in record]
    assert 0.35 < len(with_them) / len(records) < 0.65
    for record in records:
        assert ("participants" in record) == ("organizer" in record)
        for session in record["sessions"]:
            ends = [session[end] for end in ("caller", "callee")]
            assert all(("identity" in end) == ("organizer" in record) for end in ends if "associatedIdentity" in end)


def test_the_deprecated_participants_stop_at_130(objects: list[JsonObject]) -> None:
    assert max(len(each["participants"]) for each in objects if "participants" in each) == 130


def test_parties_are_users_guests_phones_services_and_kinds_that_nobody_declared(records: list[JsonObject]) -> None:
    identities = [each["identity"] for record in records for each in record["participants_v2"]]
    told = {name for identity in identities for name, value in identity.items() if value is not None}
    assert told == {"user", "guest", "phone", "acsUser", "spoolUser", "encrypted", "applicationInstance"}
    assert all("spoolApplicationInstance" in identity for identity in identities)
    tenants = {identity["user"]["tenantId"] for identity in identities if identity["user"]}
    assert len(tenants) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("connectionType", value) for value in ("wired", "wifi", "mobile", "tunnel", "unknown")),
        *(("label", value) for value in ("main-audio", "main-video", "applicationsharing-video", "data")),
        *(("platform", value) for value in ("windows", "macOS", "iOS", "android", "web", "ipPhone", "roomSystem")),
        *(("rating", value) for value in ("notRated", "poor", "good")),
        ("linkSpeed", 4294967295),
        ("macAddress", "02:00:00:00:00:00"),
        ("macAddress", None),
        ("isTest", True),
        ("feedback", None),
        ("cpuInsufficentEventRatio", 0),
        ("wasMediaBypassed", True),
    ],
)
def test_a_value_that_consumers_must_expect_occurs(name: str, value: object, objects: list[JsonObject]) -> None:
    assert any(name in each and each[name] == value for each in objects)


def test_names_are_not_all_ascii(objects: list[JsonObject]) -> None:
    names = {each["displayName"] for each in objects if each.get("displayName")}
    assert any(not name.isascii() for name in names)
    assert any(name.isascii() for name in names)
