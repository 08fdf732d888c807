"""How good a call was, from the streams of its legs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from callrecords.callrecord import MEDIA
from callrecords.facts.legs import Leg
from callrecords.facts.streamquality import Reason, Verdict, roll_up
from callrecords.graphtypes import JsonObject


def verdicts(leg: Leg) -> dict[str, Verdict]:
    """The class of each media that has streams in the leg."""
    found = defaultdict(set)
    for stream in leg.streams:
        found[stream.media].add(stream.verdict)
    return {media: roll_up(found[media]) for media in MEDIA if media in found}


def quality(legs: Iterable[Leg]) -> JsonObject:
    """For each media the class of the call, and how many of its streams and legs are of each class."""
    streams = {media: Counter[Verdict]() for media in MEDIA}
    legs_with = {media: Counter[Verdict]() for media in MEDIA}
    for leg in legs:
        for stream in leg.streams:
            streams[stream.media][stream.verdict] += 1
        for media, verdict in verdicts(leg).items():
            legs_with[media][verdict] += 1
    return {
        media: {
            "verdict": roll_up(streams[media]),
            "streams": _counts(streams[media]),
            "legs": _counts(legs_with[media]),
        }
        for media in MEDIA
    }


def poor_reasons(legs: Iterable[Leg]) -> list[JsonObject]:
    """For each media and metric the value that is furthest past its threshold, and how many streams are past it."""
    found = [(stream.media, reason) for leg in legs for stream in leg.streams for reason in stream.reasons]
    counts = Counter((media, reason.metric) for media, reason in found)
    worst = _worst(((media, reason.metric), reason) for media, reason in found)
    return [{"media": key[0], **reason._asdict(), "streamCount": counts[key]} for key, reason in worst]


def poor_reasons_of_leg(leg: Leg) -> list[JsonObject]:
    """For each media, direction and metric the value that is furthest past its threshold."""
    worst = _worst(
        ((stream.media, stream.direction or "unknown", reason.metric), reason)
        for stream in leg.streams
        for reason in stream.reasons
    )
    return [
        {"media": media, "streamDirection": direction, "metric": metric, "value": reason.value}
        for (media, direction, metric), reason in worst
    ]


def audio_by_subnet(legs: Iterable[Leg]) -> list[JsonObject]:
    """How many audio streams from or to clients on each subnet are of each class.

    The subnet with most poor ones is first, then that with most classified ones.
    """
    found: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    for leg in legs:
        for stream in leg.streams:
            if stream.media == "audio":
                for subnet in stream.subnets:
                    found[subnet][stream.verdict] += 1
    return [{"subnet": subnet, **_counts(counts)} for subnet, counts in sorted(found.items(), key=_worst_first)]


def _worst_first(found: tuple[str, Counter[Verdict]]) -> tuple[int, int, str]:
    subnet, counts = found
    return -counts[Verdict.POOR], -counts[Verdict.POOR] - counts[Verdict.GOOD], subnet


def _counts(classes: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: classes.get(verdict, 0) for verdict in Verdict}


def _worst[Key: tuple[str, ...]](found: Iterable[tuple[Key, Reason]]) -> list[tuple[Key, Reason]]:
    worst: dict[Key, Reason] = {}
    for key, reason in found:
        if key not in worst or _excess(reason) > _excess(worst[key]):
            worst[key] = reason
    return sorted(worst.items(), key=lambda item: item[0])


def _excess(reason: Reason) -> float:
    return abs(reason.value - reason.threshold)
