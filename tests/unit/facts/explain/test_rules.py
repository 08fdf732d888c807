"""The rules in words: those of the media that a call has, each completely."""

from typing import Any

from callrecords.facts.explain.rules import rules_in_words
from callrecords.facts.streamquality import Profile


def said(*media: str, profile: Profile = Profile.CURRENT, failed: bool = False) -> list[str]:
    failures = [{"kind": "drop", "sessions": 1}] if failed else []
    row: Any = {"quality": dict.fromkeys(media), "qualityProfile": profile.value, "failures": failures}
    return [*rules_in_words(row)]


def test_the_rule_for_audio_has_every_threshold_and_the_least_packets() -> None:
    assert said("audio") == [
        "Media are classified by the definition that Microsoft has had since 2022.",
        "Audio is poor if its round trip is above 500 ms, its packet loss is above 10 % or its jitter is above 30 ms.",
        "Audio of up to 500 packets, or of an unknown number, is not classified.",
        "A stream of which Graph tells none of these numbers is not classified.",
    ]
    (before,) = said("audio", profile=Profile.BEFORE_2022)[1:-1]
    assert before.endswith(
        "its jitter is above 30 ms, its audio degradation is above 1 MOS or its share of filled-in audio is above 7 %."
    )


def test_the_rule_for_video_has_what_decides_where_the_first_number_is_not_told() -> None:
    first, second, third = said("video")[1:-1]
    assert first == "Video is poor if its frame loss is above 50 %."
    assert second == "Where Graph does not tell the frame loss, it is poor if its frame rate is below 7 fps."
    assert third.startswith(
        "Where Graph does not tell the frame loss or frame rate, it is poor if its packet loss after"
    )
    assert third.endswith("after error correction is above 15 %.")


def test_the_rule_for_shared_screens_tells_those_that_are_sent_from_those_that_are_received() -> None:
    assert said("screenSharing")[1:-1] == [
        "A shared screen, as somebody receives it, is poor if its frame loss is above 50 %.",
        "A shared screen on its way to the service, or in the codec h264s, is poor if its frame rate is below 1 fps.",
        "A shared application (RDP) is not classified: Graph tells none of its numbers.",
    ]
    before = said("screenSharing", profile=Profile.BEFORE_2022)
    assert before[1:3] == [
        "A shared screen is poor if its frame loss is above 50 %.",
        "Where Graph does not tell the frame loss, it is poor if its frame rate is below 2 fps.",
    ]


def test_the_rule_for_failures_is_told_where_there_are_any() -> None:
    assert said() == []
    assert said(failed=True)[0] == (
        "It is no failure of the service if somebody was busy, declined, gave up or did not answer."
    )
