from typing import Any

import pytest

from callrecords.facts.causes import causes
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CauseRow
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    JONAS,
    MIRA,
    POOR_AUDIO,
    SERVICE,
    audio,
    call_of,
    client,
    segment,
    session,
    telephone,
    times,
    to_callee,
    to_caller,
)

WEAK: JsonObject = {"connectionType": "wifi", "wifiSignalStrength": 20}
WIRED: JsonObject = {"connectionType": "wired"}
LATE: JsonObject = {"packetUtilization": 501, "averageRoundTripTime": "PT0.6S", "averagePacketLossRate": 0.01}


def of_caller(*segments: JsonObject, caller: JsonObject | None = None, callee: JsonObject = SERVICE) -> list[CauseRow]:
    """The causes of the caller's poor media."""
    return causes(call_of(session(*segments, caller=caller or client(MIRA), callee=callee)).endpoints[0])


def received(stream: JsonObject = POOR_AUDIO, **properties: Any) -> list[CauseRow]:
    """The causes where this was received over media with these properties."""
    return of_caller(segment(audio(to_caller(stream), **properties)))


def test_nothing_is_explained_where_nothing_was_poor() -> None:
    assert received(GOOD_AUDIO, callerNetwork=WEAK) == []


def test_where_no_rule_holds_the_cause_is_unknown() -> None:
    assert received() == [{"cause": "unknown", "direction": "received"}]


def test_what_was_received_and_what_was_sent_is_explained_apart() -> None:
    device = {"captureNotFunctioningEventRatio": 0.2, "renderNotFunctioningEventRatio": 0.01}
    poor = segment(audio(to_caller(POOR_AUDIO), to_callee(POOR_AUDIO), callerNetwork=WEAK, callerDevice=device))
    weak = {"cause": "weakWifi", "evidence": {"wifiSignalStrength": 20}}
    assert of_caller(poor) == [
        {**weak, "direction": "received"},
        {"cause": "device", "direction": "received", "evidence": {"renderNotFunctioningEventRatio": 0.01}},
        {**weak, "direction": "sent"},
        {"cause": "device", "direction": "sent", "evidence": {"captureNotFunctioningEventRatio": 0.2}},
    ]


@pytest.mark.parametrize(
    ("stream", "media", "cause", "evidence"),
    [
        (LATE, {}, "longWay", {"averageRoundTripTime": 0.6, "averagePacketLossRate": 0.01}),
        (
            POOR_AUDIO,
            {"callerNetwork": WIRED},
            "wiredLossOrJitter",
            {"connectionType": "wired", "averageJitter": 0.045},
        ),
        (
            POOR_AUDIO,
            {"callerDevice": {"cpuInsufficentEventRatio": 0.3}},
            "processor",
            {"cpuInsufficentEventRatio": 0.3},
        ),
        (POOR_AUDIO, {"callerDevice": {"deviceGlitchEventRatio": 0.1}}, "device", {"deviceGlitchEventRatio": 0.1}),
    ],
)
def test_a_cause_is_told_with_the_values_that_decided(
    stream: JsonObject, media: JsonObject, cause: str, evidence: JsonObject
) -> None:
    assert received(stream, **media) == [{"cause": cause, "direction": "received", "evidence": evidence}]


@pytest.mark.parametrize(
    ("stream", "media"),
    [
        ({**LATE, "averagePacketLossRate": 0.011}, {}),
        ({**LATE, "averagePacketLossRate": None}, {}),
        ({**LATE, "averagePacketLossRate": "0"}, {}),
        (LATE | {"averagePacketLossRate": 0.02}, {"callerNetwork": WIRED}),
        (POOR_AUDIO, {"calleeNetwork": WEAK, "calleeDevice": {"deviceGlitchEventRatio": 1}}),
        (POOR_AUDIO, {"callerDevice": {"deviceGlitchEventRatio": "1", "cpuInsufficentEventRatio": 30}}),
        (POOR_AUDIO, {"callerDevice": {"captureNotFunctioningEventRatio": 1}}),
        (POOR_AUDIO, {"callerDevice": "broken", "callerNetwork": ["wifi"]}),
    ],
)
def test_what_is_not_told_of_the_person_explains_nothing(stream: JsonObject, media: JsonObject) -> None:
    assert [each["cause"] for each in received(stream, **media)] == ["unknown"]


def test_loss_and_jitter_on_wires_are_told_by_the_worst_streams() -> None:
    worst = {**POOR_AUDIO, "averageJitter": "PT0.2S", "averagePacketLossRate": 0.3}
    poor = segment(audio(to_caller(worst), to_caller(POOR_AUDIO), callerNetwork=WIRED))
    (cause,) = of_caller(poor)
    assert cause["evidence"] == {"connectionType": "wired", "averageJitter": 0.2, "averagePacketLossRate": 0.3}


def test_loss_and_jitter_over_another_network_do_not_speak_against_the_wire() -> None:
    wireless = segment(audio(to_caller(POOR_AUDIO), callerNetwork={"connectionType": "wifi"}))
    wired = segment(audio(to_caller({**LATE, "averagePacketLossRate": 0.02}), callerNetwork=WIRED))
    assert [each["cause"] for each in of_caller(wireless, wired)] == ["unknown"]


def test_only_the_media_of_the_poor_stream_count_also_where_others_have_the_same_label() -> None:
    good, poor = audio(to_caller(GOOD_AUDIO), callerNetwork=WEAK), audio(to_caller(POOR_AUDIO), callerNetwork=WIRED)
    assert [each["cause"] for each in of_caller(segment(good, poor))] == ["wiredLossOrJitter"]
    assert [each["cause"] for each in of_caller(segment(good), segment(poor))] == ["wiredLossOrJitter"]


def test_the_network_of_a_telephone_is_that_of_a_gateway_and_explains_nothing() -> None:
    poor = segment(audio(to_caller(POOR_AUDIO), callerNetwork=WEAK))
    causes_of_phone = of_caller(poor, caller=telephone())
    assert [each["cause"] for each in causes_of_phone] == ["gatewayLeg"]


def test_a_poor_stream_behind_a_gateway_is_a_cause_with_the_ends_of_that_leg() -> None:
    gateway = {"userAgent": {"role": "gateway"}}
    first = segment(audio(to_caller(POOR_AUDIO)), id="1", callee=SERVICE)
    second = segment(audio(to_caller(GOOD_AUDIO)), id="2", caller=SERVICE, callee=gateway)
    third = segment(audio(to_caller(POOR_AUDIO)), id="3", caller=gateway)
    fourth = segment(
        audio(to_caller(POOR_AUDIO)), id="4", caller={"userAgent": {"platform": "unknown"}}, callee=gateway
    )
    (cause,) = of_caller(first, second, third, callee=telephone())
    assert cause == {
        "cause": "gatewayLeg",
        "direction": "received",
        "evidence": {"caller": "gateway", "callee": "phone"},
    }
    (cause,) = of_caller(first, fourth, callee=telephone())
    assert cause["evidence"] == {"caller": "unknown", "callee": "gateway"}
    assert [each["cause"] for each in of_caller(first, second, callee=client(JONAS))] == ["unknown"]


@pytest.mark.parametrize(
    ("media", "when", "is_cause"),
    [
        (audio(to_caller(POOR_AUDIO)), times("01:00", "02:00"), True),
        (audio(to_caller(POOR_AUDIO)), times("01:30", "09:00"), True),
        (audio(to_caller(POOR_AUDIO)), {}, True),
        (audio(to_caller(POOR_AUDIO)), times("00:10", "01:00"), False),
        (audio(to_callee(POOR_AUDIO)), times("01:00", "02:00"), False),
        ({"label": "main-video", "streams": [to_caller({"averageVideoFrameRate": 1})]}, times("01:00", "02:00"), False),
    ],
)
def test_a_poor_leg_of_another_medium_way_or_time_is_no_cause(
    media: JsonObject, when: JsonObject, is_cause: bool
) -> None:
    own = segment(audio(to_caller(POOR_AUDIO)), id="1", callee=SERVICE, **times("01:00", "02:00"))
    behind = segment(media, id="2", caller=SERVICE, **when)
    (cause,) = of_caller(own, behind, callee=telephone())
    assert cause["cause"] == ("gatewayLeg" if is_cause else "unknown")


@pytest.mark.parametrize("stream", [to_caller(POOR_AUDIO), to_callee(POOR_AUDIO)])
@pytest.mark.parametrize(
    ("near", "far"),
    [(SERVICE, "gateway"), ({**SERVICE, "userAgent": {"role": "mediationServer"}}, "gateway"), (SERVICE, "phone")],
)
def test_a_leg_that_is_told_the_other_way_round_is_a_cause_of_the_way_it_went(
    stream: JsonObject, near: JsonObject, far: str
) -> None:
    own = segment(audio(to_caller(POOR_AUDIO)), id="1", callee=SERVICE)
    end = telephone() if far == "phone" else {**SERVICE, "userAgent": {"role": far}}
    turned = segment(audio(stream), id="2", caller=end, callee=near)
    (cause,) = of_caller(own, turned, callee=telephone())
    assert cause["cause"] == ("gatewayLeg" if stream == to_callee(POOR_AUDIO) else "unknown")
