import base64
import gzip
from typing import Any

import orjson
import pytest

from callrecords.errors import Unreadable
from callrecords.facts.details import Details, details, pack, unpack
from callrecords.facts.streamcolumns import streams_of
from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    JONAS,
    LOST,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
    audio,
    call_of,
    client,
    segment,
    session,
    times,
    to_callee,
    to_caller,
)


def of(*sessions: JsonObject) -> Details:
    return unpack(pack(details(call_of(*sessions).sessions)))


def stream(**properties: Any) -> JsonObject:
    """What the details have of a stream with these properties."""
    found = of(session(segment(audio(properties)), caller=client(MIRA), callee=SERVICE))
    (only,) = streams_of(found["streams"])
    return only


def test_every_stream_is_told_with_its_segment_its_ends_and_all_its_numbers() -> None:
    between = session(
        segment(audio(to_callee(POOR_AUDIO, streamId="1"), to_caller(GOOD_AUDIO, audioCodec="satin"))),
        id="a",
        caller=client(MIRA),
        callee=client(JONAS),
    )
    meeting = session(segment(audio(GOOD_AUDIO), id="own"), id="b", caller=client(MIRA), callee=SERVICE)
    data = session(segment({"label": "data", "streams": [to_callee({})]}), id="c", caller=client(MIRA), callee=SERVICE)
    found = of(between, meeting, data)
    good = {
        "medium": "audio",
        "label": "main-audio",
        "verdict": "good",
        "packetUtilization": 501,
        "averageJitter": "PT0.007S",
    }
    poor = {"verdict": "poor", "streamId": "1", "averageJitter": "PT0.045S"}
    assert [*streams_of(found["streams"])] == [
        {**good, **poor, "segment": 0, "sender": 0, "receiver": 1},
        {**good, "segment": 0, "sender": 1, "receiver": 0, "audioCodec": "satin"},
        {**good, "segment": 1},
        {"segment": 2, "label": "data", "sender": 3},
    ]
    assert len(found["clients"]) == 4
    assert found["streams"].keys() == {*good, "segment", "sender", "receiver", "streamId", "audioCodec"}


def test_segments_tell_their_session_time_roles_and_failure() -> None:
    own = segment(id="s2", callee={"userAgent": {"role": "gateway"}}, failureInfo=LOST, **times("01:00", "02:00"))
    found = of(session(segment(id="s1"), own, id="s1", caller=client(MIRA), callee=SERVICE))
    assert found["segments"] == [
        {"sessionId": "s1", "calleeRole": "skypeForBusinessAudioVideoMcu"},
        {
            "sessionId": "s1",
            "segmentId": "s2",
            "start": "2026-03-04T10:01:00Z",
            "end": "2026-03-04T10:02:00Z",
            "calleeRole": "gateway",
            "failure": {"kind": "drop", **LOST},
        },
    ]


def test_clients_tell_what_their_rows_lack() -> None:
    wifi = {"wifiSignalStrength": 71, "linkSpeed": 866_000_000}
    device = {"captureDeviceName": "Mic", "captureDeviceDriver": "Example: 1.0", "howlingEventCount": 0}
    media = [
        audio(callerNetwork={**HOME, **wifi, "port": 50_012}, callerDevice=device),
        {"label": "main-video", "callerNetwork": {**HOME, **wifi, "port": 50_022}},
    ]
    mira = client(MIRA, cpuName="Example CPU", cpuCoresCount=8)
    (found,) = of(session(segment(*media), caller=mira, callee=SERVICE, modalities=["video", "audio"]))["clients"]
    assert found == {
        "cpuName": "Example CPU",
        "cpuCoresCount": 8,
        "productFamily": "teams",
        "modalities": ["audio", "video"],
        "network": wifi,
        "media": [
            {"label": "main-audio", "network": {"port": 50_012}, "device": device},
            {"label": "main-video", "network": {"port": 50_022}},
        ],
    }


def test_of_two_networks_each_is_told_whole() -> None:
    media = audio(callerNetwork=HOME), audio(callerNetwork=OFFICE)
    (found,) = of(session(segment(*media), caller=client(MIRA), callee=SERVICE))["clients"]
    assert [each["network"] for each in found["media"]] == [HOME, OFFICE]


def test_a_stream_that_goes_between_clients_and_services_names_the_client_alone() -> None:
    found = of(session(segment(audio(to_callee({}), to_caller({}))), caller=client(MIRA), callee=SERVICE))
    sent, received = streams_of(found["streams"])
    assert (sent.get("sender"), sent.get("receiver")) == (received.get("receiver"), received.get("sender")) == (0, None)


@pytest.mark.parametrize("oddity", [None, "", -1, 2**70, [1], {"a": 1}, "0001-01-01T00:00:00Z"])
def test_what_is_of_another_type_than_graphs_counts_as_missing(oddity: Any) -> None:
    names = ("packetUtilization", "averagePacketLossRate", "wasMediaBypassed", "startDateTime")
    assert not {*names} & stream(**dict.fromkeys(names, oddity)).keys()
    is_text = isinstance(oddity, str) and oddity != ""
    assert ("audioCodec" in stream(audioCodec=oddity)) is is_text


@pytest.mark.parametrize("oddity", ["soon", "-PT1S", "PT1E9S", "0.016", "P1Y", 0.016, None])
def test_what_is_no_duration_counts_as_missing(oddity: object) -> None:
    assert "maxJitter" not in stream(maxJitter=oddity)
    assert stream(maxJitter="PT0.016S")["maxJitter"] == "PT0.016S"


def test_numbers_are_rounded_and_zeros_and_falsehoods_are_told() -> None:
    found = stream(averagePacketLossRate=0.123456789, packetUtilization=0, wasMediaBypassed=False, videoCodec="unknown")
    assert (found["averagePacketLossRate"], found["packetUtilization"], found["wasMediaBypassed"]) == (
        0.123457,
        0,
        False,
    )
    assert "videoCodec" not in found
    assert "audioCodec" not in stream(audioCodec="unknownFutureValue")
    assert stream(startDateTime="2026-03-04T10:00:00Z")["startDateTime"] == "2026-03-04T10:00:00Z"


def test_a_call_of_which_nothing_is_told_has_empty_details() -> None:
    assert of() == {"clients": [], "segments": [], "streams": {}}
    assert [*streams_of({})] == []


def test_the_same_details_are_packed_in_the_same_bytes_and_larger_ones_can_be_read_too() -> None:
    large = of(*(session(segment(audio(POOR_AUDIO)), id=f"{n:036}", caller=client(MIRA)) for n in range(1_000)))
    assert pack(large) == pack(unpack(pack(large)))
    assert len([*streams_of(unpack(pack(large))["streams"])]) == 1_000


@pytest.mark.parametrize(
    "packed",
    [
        "",
        "no base64",
        base64.b64encode(b"no gzip").decode(),
        base64.b64encode(gzip.compress(b'{"streams": []}', mtime=0)[:-12]).decode(),
        base64.b64encode(gzip.compress(b"x", mtime=0)[:10] + b"\xff" * 30).decode(),
        base64.b64encode(gzip.compress(b"no JSON", mtime=0)).decode(),
        base64.b64encode(gzip.compress(orjson.dumps([1]), mtime=0)).decode(),
    ],
)
def test_what_is_damaged_is_unreadable(packed: str) -> None:
    with pytest.raises(Unreadable, match="JSON object in gzip in base64"):
        unpack(packed)
