from collections.abc import Iterator
from itertools import pairwise

from callrecords.graphtypes import JsonObject
from local.traffic import Call


def _pairs(calls: list[Call]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each version with the one after it."""
    for call in calls:
        for earlier, later in pairwise(call.versions):
            yield earlier.record, later.record


def _media(record: JsonObject) -> list[JsonObject]:
    return [each for session in record["sessions"] for segment in session["segments"] for each in segment["media"]]


def _measured_streams(record: JsonObject) -> int:
    return sum(stream["averageJitter"] is not None for media in _media(record) for stream in media["streams"])


def _feedbacks(record: JsonObject) -> int:
    return sum(session["caller"].get("feedback") is not None for session in record["sessions"])


def test_later_versions_fill_in_measurements_and_feedback(calls: list[Call]) -> None:
    pairs = list(_pairs(calls))
    assert any(_measured_streams(earlier) < _measured_streams(later) for earlier, later in pairs)
    assert any(_feedbacks(earlier) < _feedbacks(later) for earlier, later in pairs)


def test_before_a_report_media_are_missing_or_without_device_network_and_figures(calls: list[Call]) -> None:
    early = [earlier for earlier, _ in _pairs(calls)]
    unreported = [each for record in early for each in _media(record) if each["callerNetwork"] is None]
    assert unreported
    for media in unreported:
        assert media["callerDevice"] is None
        assert all(stream["packetUtilization"] is None and stream["streamId"] for stream in media["streams"])
    assert any(len(_media(earlier)) < len(_media(later)) for earlier, later in _pairs(calls))


def test_some_later_versions_have_fewer_sessions_or_fewer_media(calls: list[Call]) -> None:
    pairs = list(_pairs(calls))
    assert any(len(earlier["sessions"]) > len(later["sessions"]) for earlier, later in pairs)
    assert any(
        len(earlier["sessions"]) == len(later["sessions"]) and len(_media(earlier)) > len(_media(later))
        for earlier, later in pairs
    )


def test_a_revision_changes_neither_the_call_nor_who_took_part(calls: list[Call]) -> None:
    for earlier, later in _pairs(calls):
        for name in earlier.keys() - {"version", "lastModifiedDateTime", "sessions"}:
            assert earlier[name] == later[name]


def test_large_meetings_are_always_revised_and_keep_their_sessions(calls: list[Call]) -> None:
    for call in (call for call in calls if call.kind == "large meeting"):
        assert len(call.versions) > 1
        assert len({len(version.record["sessions"]) for version in call.versions}) == 1
