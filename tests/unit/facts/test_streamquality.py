"""https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard."""

import pytest

from callrecords.facts.media import Modality
from callrecords.facts.metrics import Unit
from callrecords.facts.streamquality import Classified, Profile, Reason, Verdict, classify, roll_up, worse
from callrecords.graphtypes import JsonObject

GOOD, POOR, UNCLASSIFIED = Verdict.GOOD, Verdict.POOR, Verdict.UNCLASSIFIED
NOW, BEFORE = Profile.CURRENT, Profile.BEFORE_2022
SCREEN = Modality.VIDEO_BASED_SCREEN_SHARING

ROUND_TRIP, LOSS, JITTER = "averageRoundTripTime", "averagePacketLossRate", "averageJitter"
DEGRADATION, CONCEALED = "averageAudioDegradation", "averageRatioOfConcealedSamples"
FRAME_LOSS, FRAME_RATE = "averageVideoFrameLossPercentage", "averageVideoFrameRate"
PACKET_LOSS = "postForwardErrorCorrectionPacketLossRate"


def audio(profile: Profile, **metrics: object) -> Classified:
    return classify({"packetUtilization": 501, **metrics}, Modality.AUDIO, False, profile)


def video(**metrics: object) -> Verdict:
    (verdict,) = {
        classify(metrics, Modality.VIDEO, outbound, each).verdict for each in Profile for outbound in (False, True)
    }
    return verdict


def screen(profile: Profile, is_outbound: bool, **metrics: object) -> Verdict:
    return classify(metrics, SCREEN, is_outbound, profile).verdict


@pytest.mark.parametrize(
    ("stream", "now", "before"),
    [
        (
            {"packetUtilization": 700, ROUND_TRIP: "PT0.06S", LOSS: 0.014, JITTER: "PT0.007S", DEGRADATION: 1.2},
            GOOD,
            POOR,
        ),
        ({"packetUtilization": 480, JITTER: "PT0.045S"}, UNCLASSIFIED, POOR),
        ({"packetUtilization": 501, JITTER: "PT0.031S"}, POOR, POOR),
        ({"packetUtilization": 501, JITTER: "PT0.030S"}, GOOD, GOOD),
    ],
)
def test_the_profiles_judge_audio_each_in_its_way(stream: JsonObject, now: Verdict, before: Verdict) -> None:
    assert classify(stream, Modality.AUDIO, False).verdict is now
    assert classify(stream, Modality.AUDIO, False, NOW).verdict is now
    assert classify(stream, Modality.AUDIO, False, BEFORE).verdict is before


def because(*reasons: Reason) -> Classified:
    """Poor for these reasons, of all that is told."""
    return Classified(POOR, reasons, tuple((reason.metric, reason.value) for reason in reasons))


AUDIO_LIMITS = [
    (ROUND_TRIP, "PT0.5S", "PT0.501S", Reason(ROUND_TRIP, 0.501, 0.5, Unit.SECONDS)),
    (LOSS, 0.1, 0.10001, Reason(LOSS, 0.10001, 0.1, Unit.RATIO)),
    (JITTER, "PT0.03S", "PT0.0301S", Reason(JITTER, 0.0301, 0.03, Unit.SECONDS)),
]
AUDIO_LIMITS_BEFORE = [
    (DEGRADATION, 1, 1.0001, Reason(DEGRADATION, 1.0001, 1, Unit.POINTS)),
    (CONCEALED, 0.07, 0.0701, Reason(CONCEALED, 0.0701, 0.07, Unit.RATIO)),
]


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(("metric", "at", "beyond", "reason"), AUDIO_LIMITS)
def test_audio_is_poor_beyond_a_threshold_and_good_at_it(
    metric: str, at: object, beyond: object, reason: Reason, profile: Profile
) -> None:
    assert audio(profile, **{metric: at}) == Classified(GOOD, numbers=((metric, reason.threshold),))
    assert audio(profile, **{metric: beyond}) == because(reason)


@pytest.mark.parametrize(("metric", "at", "beyond", "reason"), AUDIO_LIMITS_BEFORE)
def test_degradation_and_concealed_samples_count_only_before_2022(
    metric: str, at: object, beyond: object, reason: Reason
) -> None:
    assert audio(BEFORE, **{metric: at}) == Classified(GOOD, numbers=((metric, reason.threshold),))
    assert audio(BEFORE, **{metric: beyond}) == because(reason)
    assert audio(NOW, **{metric: beyond}) == Classified(UNCLASSIFIED)


@pytest.mark.parametrize(
    ("stream", "verdict"),
    [
        ({LOSS: 0.10000000149011612}, GOOD),  # 0.1 of single precision
        ({JITTER: "PT0.0300000004S"}, GOOD),
        ({LOSS: 0.100001}, POOR),
        ({JITTER: "PT0.0300006S"}, POOR),
    ],
)
def test_the_number_that_decides_is_the_one_that_is_told(stream: JsonObject, verdict: Verdict) -> None:
    found = audio(NOW, **stream)
    assert found.verdict is verdict
    assert all(reason.value > reason.threshold and reason.value == round(reason.value, 6) for reason in found.reasons)


@pytest.mark.parametrize("jitter", ["PT0.001S", "PT0.045S"])
@pytest.mark.parametrize("packets", [500, 0, None, "501"])
def test_audio_of_few_packets_is_unclassified_now_and_was_not_before(packets: object, jitter: str) -> None:
    assert audio(NOW, averageJitter=jitter, packetUtilization=packets) == Classified(UNCLASSIFIED)
    assert audio(BEFORE, averageJitter=jitter, packetUtilization=packets).verdict is not UNCLASSIFIED


def test_audio_tells_every_metric_that_makes_it_poor_and_no_other() -> None:
    metrics = {metric: beyond for metric, _, beyond, _ in AUDIO_LIMITS + AUDIO_LIMITS_BEFORE}
    assert audio(NOW, **metrics).reasons == tuple(reason for *_, reason in AUDIO_LIMITS)
    assert audio(BEFORE, **metrics).reasons == tuple(reason for *_, reason in AUDIO_LIMITS + AUDIO_LIMITS_BEFORE)
    mixed = audio(NOW, averageJitter="PT0.2S", averagePacketLossRate=0)
    assert mixed == Classified(POOR, (Reason(JITTER, 0.2, 0.03, Unit.SECONDS),), ((LOSS, 0), (JITTER, 0.2)))


@pytest.mark.parametrize("value", [1.01, 80, 2**60])
def test_a_share_above_the_whole_is_none(value: float) -> None:
    assert audio(NOW, averagePacketLossRate=value) == Classified(UNCLASSIFIED)
    assert audio(NOW, averagePacketLossRate=1).verdict is POOR
    assert video(**{PACKET_LOSS: value}) is UNCLASSIFIED
    assert video(**{FRAME_LOSS: 100 + value, FRAME_RATE: 30}) is GOOD


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("value", [None, "much", -1, True, ["PT0.2S"], 0.2])
def test_audio_without_a_metric_that_can_be_read_is_unclassified(value: object, profile: Profile) -> None:
    assert audio(profile, averageJitter=value) == Classified(UNCLASSIFIED)


@pytest.mark.parametrize(
    ("metrics", "verdict"),
    [
        ({FRAME_LOSS: 50}, GOOD),
        ({FRAME_LOSS: 50.01}, POOR),
        ({FRAME_RATE: 7}, GOOD),
        ({FRAME_RATE: 6.99}, POOR),
        ({PACKET_LOSS: 0.15}, GOOD),
        ({PACKET_LOSS: 0.1501}, POOR),
        ({}, UNCLASSIFIED),
        ({FRAME_LOSS: None, FRAME_RATE: 6.9}, POOR),
        ({"averageReceivedFrameRate": 1, JITTER: "PT1S"}, UNCLASSIFIED),
    ],
)
def test_video_is_poor_beyond_a_threshold_in_both_profiles(metrics: JsonObject, verdict: Verdict) -> None:
    assert video(**metrics) is verdict


def test_the_first_metric_that_video_has_decides_whatever_the_others_say() -> None:
    assert video(**{FRAME_LOSS: 0, FRAME_RATE: 1, PACKET_LOSS: 1}) is GOOD
    assert video(**{FRAME_LOSS: 90, FRAME_RATE: 30, PACKET_LOSS: 0}) is POOR
    assert video(**{FRAME_RATE: 30, PACKET_LOSS: 1}) is GOOD
    assert video(**{FRAME_RATE: 1, PACKET_LOSS: 0}) is POOR


def test_video_tells_the_metric_that_decided() -> None:
    lossy = classify({FRAME_LOSS: 60, FRAME_RATE: 1}, Modality.VIDEO, False)
    slow = classify({FRAME_RATE: 6.5}, Modality.VIDEO, False)
    assert lossy.reasons == (Reason(FRAME_LOSS, 60, 50, Unit.PERCENT),)
    assert slow.reasons == (Reason(FRAME_RATE, 6.5, 7, Unit.FRAMES_PER_SECOND),)
    assert (lossy.numbers, slow.numbers) == (((FRAME_LOSS, 60),), ((FRAME_RATE, 6.5),))


def test_the_worse_of_two_values_is_the_larger_except_of_frame_rates() -> None:
    assert worse(JITTER, 0.2, 0.1) == worse(JITTER, 0.1, 0.2) == 0.2
    assert worse(FRAME_RATE, 5, 3) == worse(FRAME_RATE, 3, 5) == 3


@pytest.mark.parametrize("codec", ["h264", "unknown", None])
def test_a_screen_that_a_client_receives_is_judged_by_its_frame_loss_alone(codec: str | None) -> None:
    assert screen(NOW, False, videoCodec=codec, averageVideoFrameLossPercentage=50) is GOOD
    assert screen(NOW, False, videoCodec=codec, averageVideoFrameLossPercentage=50.01) is POOR
    assert screen(NOW, False, videoCodec=codec, averageVideoFrameRate=0.1) is UNCLASSIFIED


@pytest.mark.parametrize(("is_outbound", "codec"), [(True, "h264"), (True, "h264s"), (True, None), (False, "h264s")])
def test_a_screen_that_a_client_sends_or_in_h264s_is_judged_by_its_frame_rate_alone(
    is_outbound: bool, codec: str | None
) -> None:
    assert screen(NOW, is_outbound, videoCodec=codec, averageVideoFrameRate=1) is GOOD
    assert screen(NOW, is_outbound, videoCodec=codec, averageVideoFrameRate=0.99) is POOR
    assert screen(NOW, is_outbound, videoCodec=codec, averageVideoFrameLossPercentage=99) is UNCLASSIFIED


@pytest.mark.parametrize("is_outbound", [True, False])
@pytest.mark.parametrize("codec", ["h264", "h264s"])
@pytest.mark.parametrize(
    ("metrics", "verdict"),
    [
        ({FRAME_LOSS: 50}, GOOD),
        ({FRAME_LOSS: 50.01}, POOR),
        ({FRAME_RATE: 2}, GOOD),
        ({FRAME_RATE: 1.99}, POOR),
        ({PACKET_LOSS: 0.15}, GOOD),
        ({PACKET_LOSS: 0.1501}, POOR),
        ({FRAME_LOSS: 0, FRAME_RATE: 0.1, PACKET_LOSS: 1}, GOOD),
        ({}, UNCLASSIFIED),
    ],
)
def test_before_2022_a_screen_was_judged_like_video_but_for_two_frames_a_second(
    metrics: JsonObject, verdict: Verdict, codec: str, is_outbound: bool
) -> None:
    assert screen(BEFORE, is_outbound, videoCodec=codec, **metrics) is verdict


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("modality", [Modality.SCREEN_SHARING, Modality.DATA])
def test_shared_applications_and_data_are_never_classified(modality: Modality, profile: Profile) -> None:
    stream = {"packetUtilization": 900, JITTER: "PT1S", FRAME_LOSS: 99, FRAME_RATE: 0.1, PACKET_LOSS: 1}
    assert classify(stream, modality, True, profile) == Classified(UNCLASSIFIED)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([GOOD, POOR, UNCLASSIFIED], POOR),
        ([POOR], POOR),
        ([UNCLASSIFIED, GOOD], GOOD),
        ([GOOD], GOOD),
        ([UNCLASSIFIED], UNCLASSIFIED),
        ([], UNCLASSIFIED),
    ],
)
def test_one_poor_makes_all_poor_and_one_good_all_good_where_none_is_poor(
    verdicts: list[Verdict], verdict: Verdict
) -> None:
    assert roll_up(verdicts) is verdict
