import pytest

from callrecords.facts.endpoints import Network
from callrecords.facts.legs import Failure, Leg, leg
from callrecords.facts.parties import Kind
from callrecords.facts.streamquality import Profile, Verdict
from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    JONAS,
    LOST,
    MIRA,
    POOR_AUDIO,
    SERVICE,
    TO_CALLEE,
    TO_CALLER,
    audio,
    client,
    segment,
    session,
    telephone,
)

WIFI: JsonObject = {"connectionType": "wifi", "subnet": "10.40.3.0", "reflexiveIPAddress": "203.0.113.9"}
WIRED: JsonObject = {"connectionType": "wired", "subnet": "10.20.3.0", "reflexiveIPAddress": ""}
GATEWAY: JsonObject = {"connectionType": "wired", "subnet": "192.0.2.0"}
FAILED: JsonObject = {"failureInfo": LOST}


def read(whole: JsonObject) -> Leg:
    return leg(whole, {}, Profile.CURRENT)


def screen(direction: str | None) -> JsonObject:
    """A shared screen of too few frames, which only matters where a service receives it."""
    return {
        "label": "applicationsharing-video",
        "streams": [{"streamDirection": direction, "averageVideoFrameRate": 0.5, "averageVideoFrameLossPercentage": 1}],
    }


@pytest.mark.parametrize(
    ("caller", "callee", "direction", "verdict"),
    [
        (client(MIRA), SERVICE, TO_CALLEE, Verdict.POOR),
        (client(MIRA), SERVICE, TO_CALLER, Verdict.GOOD),
        (SERVICE, client(MIRA), TO_CALLER, Verdict.POOR),
        (SERVICE, client(MIRA), TO_CALLEE, Verdict.GOOD),
        (client(MIRA), client(JONAS), TO_CALLEE, Verdict.GOOD),
        (client(MIRA), client(JONAS), TO_CALLER, Verdict.GOOD),
        (client(MIRA), SERVICE, None, Verdict.GOOD),
        (client(MIRA), SERVICE, "newFromGraph", Verdict.GOOD),
    ],
)
def test_a_screen_is_outbound_where_a_service_receives_it(
    caller: JsonObject, callee: JsonObject, direction: str | None, verdict: Verdict
) -> None:
    (stream,) = read(session(segment(screen(direction)), caller=caller, callee=callee)).streams
    assert (stream.media, stream.direction, stream.verdict) == ("screenSharing", direction, verdict)


def test_the_ends_of_a_segment_go_before_those_of_the_session() -> None:
    own = segment(screen(TO_CALLEE), caller=client(MIRA), callee=SERVICE)
    (stream,) = read(session(own, caller=client(MIRA), callee=client(JONAS))).streams
    assert stream.verdict is Verdict.POOR


def test_the_profile_reaches_the_streams() -> None:
    whole = session(segment(audio({"packetUtilization": 480, "averageJitter": "PT0.045S"})))
    verdicts = {each: leg(whole, {}, each).streams[0].verdict for each in Profile}
    assert verdicts == {Profile.CURRENT: Verdict.UNCLASSIFIED, Profile.BEFORE_2022: Verdict.POOR}


def test_a_shared_application_counts_as_a_shared_screen_that_is_never_classified() -> None:
    shared = {"label": "applicationsharing", "streams": [{"averageVideoFrameLossPercentage": 99}]}
    (stream,) = read(session(segment(shared))).streams
    assert (stream.media, stream.verdict) == ("screenSharing", Verdict.UNCLASSIFIED)


def test_the_only_modality_of_a_session_is_that_of_a_stream_that_does_not_tell_its_own() -> None:
    (stream,) = read(session(segment({"streams": [POOR_AUDIO]}), modalities=["audio"])).streams
    assert (stream.media, stream.verdict) == ("audio", Verdict.POOR)


def test_streams_of_data_and_of_what_nothing_tells_are_left_out() -> None:
    streams = [{"label": label, "streams": [POOR_AUDIO]} for label in ("data", "main-new")]
    assert read(session(segment(*streams), modalities=["audio", "video"])).streams == []


def test_every_stream_of_every_media_and_segment_is_classified() -> None:
    whole = session(segment(audio(POOR_AUDIO, GOOD_AUDIO), audio(GOOD_AUDIO)), segment(audio(POOR_AUDIO)))
    assert [stream.verdict for stream in read(whole).streams] == ["poor", "good", "good", "poor"]


def test_networks_are_those_of_clients_and_not_of_services_and_telephones() -> None:
    between_clients = segment(audio(callerNetwork=WIFI, calleeNetwork=WIRED))
    in_a_meeting = segment(audio(callerNetwork=WIFI, calleeNetwork=GATEWAY))
    from_a_telephone = segment(audio(callerNetwork=GATEWAY, calleeNetwork=WIRED))
    wifi, wired = Network("10.40.3.0", "203.0.113.9", "wifi"), Network("10.20.3.0", None, "wired")

    networks = read(session(between_clients, caller=client(MIRA), callee=client(JONAS))).networks
    assert networks == {"caller": [wifi], "callee": [wired]}
    networks = read(session(in_a_meeting, caller=client(MIRA), callee=SERVICE)).networks
    assert networks == {"caller": [wifi], "callee": []}
    networks = read(session(from_a_telephone, caller=telephone(), callee=client(JONAS))).networks
    assert networks == {"caller": [], "callee": [wired]}


def test_a_telephone_that_only_the_list_of_participants_tells_to_be_one_has_no_network() -> None:
    whole = session(segment(audio(callerNetwork=GATEWAY)), caller=telephone("anonymous"))
    assert leg(whole, {"anonymous": Kind.PHONE}, Profile.CURRENT).networks["caller"] == []
    assert len(read(whole).networks["caller"]) == 1


@pytest.mark.parametrize("network", [None, {}, {"connectionType": None, "subnet": 7}, "wifi"])
def test_a_network_that_tells_nothing_is_left_out(network: object) -> None:
    assert read(session(segment(audio(callerNetwork=network)))).networks["caller"] == []


def test_a_stream_knows_the_subnets_of_the_clients_at_both_ends() -> None:
    media = audio(GOOD_AUDIO, callerNetwork=WIFI, calleeNetwork=WIRED)
    (between,) = read(session(segment(media), caller=client(MIRA), callee=client(JONAS))).streams
    (in_a_meeting,) = read(session(segment(media), caller=client(MIRA), callee=SERVICE)).streams
    assert between.subnets == {"10.40.3.0", "10.20.3.0"}
    assert in_a_meeting.subnets == {"10.40.3.0"}


def test_a_failure_that_session_and_segments_tell_is_one() -> None:
    other = segment(failureInfo={"reason": "The gateway refused the call."})
    found = read(session(segment(**FAILED), other, segment(failureInfo={}), **FAILED)).failures
    assert found == [
        Failure("midcall", "The client lost its network."),
        Failure(None, "The gateway refused the call."),
    ]


@pytest.mark.parametrize("told_by", ["session", "segment"])
def test_a_rating_is_found_in_the_session_or_in_a_segment(told_by: str) -> None:
    rated, silent = client(MIRA, feedback={"rating": "poor", "text": "words"}), client(MIRA, feedback={"rating": None})
    caller, own = (rated, silent) if told_by == "session" else (silent, rated)
    found = read(session(segment(caller=own), caller=caller, callee=client(JONAS)))
    assert (found.rating("caller"), found.rating("callee")) == ("poor", None)


def test_who_did_not_rate_has_no_rating() -> None:
    assert read(session(caller=client(MIRA, feedback={"rating": "notRated"}))).rating("caller") is None


def test_a_version_is_that_of_the_application_or_the_header() -> None:
    agent = {"platform": "windows", "headerValue": "CallSignalingAgent (27/1.4)"}
    both = client(MIRA, userAgent={**agent, "applicationVersion": "27.1.4"})
    found = read(session(caller=both, callee=client(JONAS, userAgent=agent))).endpoints
    assert found["caller"][0].client_version == "27.1.4"
    assert found["callee"][0].client_version == "CallSignalingAgent (27/1.4)"


@pytest.mark.parametrize(
    "endpoint",
    [SERVICE, {"userAgent": {"role": "gateway"}}, {"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint"}],
)
def test_a_service_is_known_by_its_type_or_by_its_role(endpoint: JsonObject) -> None:
    assert read(session(callee=endpoint)).endpoints["callee"][0].is_service


@pytest.mark.parametrize(
    ("start", "end", "duration"),
    [
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z", 0),
        ("2026-03-04T10:00:00.25Z", "2026-03-04T10:01:00.3754999Z", 60.125),
        ("2026-03-04T23:59:59Z", "2026-03-07T00:00:01Z", 172_802),
        ("2026-03-04T10:00:01Z", "2026-03-04T10:00:00Z", None),
        (None, "2026-03-04T10:00:00Z", None),
        ("2026-03-04T10:00:00Z", None, None),
        ("2026-03-04T10:00:00Z", "later", None),
    ],
)
def test_a_leg_lasts_from_its_start_to_its_end(start: str | None, end: str | None, duration: float | None) -> None:
    assert read(session(startDateTime=start, endDateTime=end)).duration == duration
