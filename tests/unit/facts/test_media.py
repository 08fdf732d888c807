import pytest

from callrecords.facts.media import Modality, modality_of
from callrecords.graphtypes import JsonObject

BOTH = ["audio", "video"]
AUDIO_CODEC: JsonObject = {"audioCodec": "satin", "videoCodec": "unknown"}
VIDEO_CODEC: JsonObject = {"audioCodec": "unknown", "videoCodec": "h264"}


@pytest.mark.parametrize(
    ("label", "modality"),
    [
        ("main-audio", Modality.AUDIO),
        ("Main-Audio", Modality.AUDIO),
        ("main-video", Modality.VIDEO),
        ("panoramic-video", Modality.VIDEO),
        ("applicationsharing-video", Modality.VIDEO_BASED_SCREEN_SHARING),
        ("applicationsharing", Modality.SCREEN_SHARING),
        ("data", Modality.DATA),
    ],
)
def test_the_label_tells_what_a_stream_carries(label: str, modality: Modality) -> None:
    assert modality_of({}, label, BOTH) is modality


def test_the_label_is_believed_before_the_codec_and_the_session() -> None:
    assert modality_of(VIDEO_CODEC, "main-audio", ["video"]) is Modality.AUDIO


def test_a_shared_application_with_a_video_codec_is_sent_as_video() -> None:
    assert modality_of(VIDEO_CODEC, "applicationsharing", BOTH) is Modality.VIDEO_BASED_SCREEN_SHARING


@pytest.mark.parametrize("label", [None, "main-new"])
def test_the_codec_tells_where_the_label_does_not(label: str | None) -> None:
    assert modality_of(AUDIO_CODEC, label, BOTH) is Modality.AUDIO
    assert modality_of(VIDEO_CODEC, label, BOTH) is Modality.VIDEO


def test_a_video_codec_in_a_session_that_shares_a_screen_and_has_no_camera_is_the_screen() -> None:
    shared = ["audio", "videoBasedScreenSharing"]
    assert modality_of(VIDEO_CODEC, None, shared) is Modality.VIDEO_BASED_SCREEN_SHARING
    assert modality_of(VIDEO_CODEC, None, [*shared, "video"]) is Modality.VIDEO


@pytest.mark.parametrize("codec", [None, "", "unknown", "invalid", 7, ["satin"]])
def test_the_only_modality_of_the_session_tells_where_there_is_no_codec(codec: object) -> None:
    stream: JsonObject = {"audioCodec": codec, "videoCodec": codec}
    assert modality_of(stream, None, ["screenSharing"]) is Modality.SCREEN_SHARING
    assert modality_of(stream, None, ["audio", "newFromGraph"]) is Modality.AUDIO


@pytest.mark.parametrize("session", [[], BOTH, ["newFromGraph"]])
def test_nothing_tells_where_the_session_has_several_modalities_or_none(session: list[str]) -> None:
    assert modality_of({}, None, session) is None
