"""The endpoints of a call as its row has them. What is not known of one is left out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from callrecords.facts.causes import causes
from callrecords.facts.endpoints import Endpoint
from callrecords.facts.farends import Impairing
from callrecords.facts.intervals import seconds, union
from callrecords.facts.media import Modality, modality_of
from callrecords.facts.networks import network_rows
from callrecords.facts.parties import Kind, Party
from callrecords.facts.people import party_row, whole_party
from callrecords.facts.streamquality import Reason, Verdict, roll_up, worse
from callrecords.facts.streams import Stream, by_medium
from callrecords.graphtypes import JsonObject, known, text, utc
from callrecords.ports.callrow import EndpointRow, MediumRow, ReasonRow, StreamCounts, VerdictName

_UNKNOWN = ("unknown", "unknownFutureValue")


def endpoint_row(
    endpoint: Endpoint, by: Impairing | None, people: Mapping[str, Party], *, with_words: bool
) -> EndpointRow:
    """The endpoint, impaired `by` others; `people` are those of the call by key, and `with_words` says whether the row
    has what the person wrote about the call."""
    end, intervals = endpoint.end, union(endpoint.intervals)
    failures = endpoint.failures
    row: JsonObject = {
        "endpointId": endpoint.endpoint_id,
        "who": party_row(whole_party(end.party, people)) if end.party else {"kind": Kind.UNKNOWN},
        "joined": utc(intervals[0].start) if intervals else None,
        "left": utc(intervals[-1].end) if intervals else None,
        "seconds": seconds(intervals) if intervals else None,
        "intervals": [{"joined": utc(each.start), "left": utc(each.end)} for each in intervals]
        if len(intervals) > 1
        else None,
        "platform": _told(end.platform),
        "clientVersion": end.client_version,
        "hostName": end.host_name,
        **_devices(endpoint.media),
        "networks": network_rows(network for _, network, _ in endpoint.media),
        "rating": _told(end.rating),
        "feedbackTokens": [*end.tokens],
        "feedbackText": end.words if with_words else None,
        "failures": [each.row for each in failures],
        "failed": any(each.kind != "expected" for each in failures),
        **_quality(endpoint),
        "causes": causes(endpoint),
        "impairedBy": by.endpoint_ids if by else None,
        "impairedByMore": by.more or None if by else None,
    }
    return cast("EndpointRow", known(row))


def counts(streams: Iterable[Stream]) -> StreamCounts:
    """How many of the streams are of each class."""
    verdicts = [stream.verdict for stream in streams]
    return {
        "good": verdicts.count(Verdict.GOOD),
        "poor": verdicts.count(Verdict.POOR),
        "unclassified": verdicts.count(Verdict.UNCLASSIFIED),
    }


def _quality(endpoint: Endpoint) -> JsonObject:
    received = {medium: _medium_row(streams) for medium, streams in by_medium(endpoint.received).items()}
    return {
        "received": received,
        "sent": {medium: _medium_row(streams) for medium, streams in by_medium(endpoint.sent).items()},
        "quality": roll_up({Verdict(each["verdict"]) for each in received.values()}),
    }


def _medium_row(streams: Sequence[Stream]) -> MediumRow:
    found = counts(streams)
    verdict: VerdictName = "poor" if found["poor"] else "good" if found["good"] else "unclassified"
    row: MediumRow = {
        "verdict": verdict,
        "good": found["good"],
        "poor": found["poor"],
        "unclassified": found["unclassified"],
    }
    if numbers := _worst_numbers(streams):
        row["numbers"] = numbers
    if found["poor"]:
        row["reasons"] = _reasons(streams)
    return row


def _worst_numbers(streams: Iterable[Stream]) -> dict[str, float]:
    found: dict[str, float] = {}
    for stream in streams:
        for metric, value in stream.numbers:
            found[metric] = worse(metric, found[metric], value) if metric in found else value
    return found


def _reasons(streams: Iterable[Stream]) -> list[ReasonRow]:
    """For each metric past its threshold the value that is furthest, and how many streams are past it."""
    found: dict[str, Reason] = {}
    past = Counter[str]()
    for stream in streams:
        for reason in stream.reasons:
            past[reason.metric] += 1
            known_worst = found.get(reason.metric)
            if known_worst is None or worse(reason.metric, reason.value, known_worst.value) != known_worst.value:
                found[reason.metric] = reason
    return [
        {
            "metric": metric,
            "value": reason.value,
            "threshold": reason.threshold,
            "unit": reason.unit.value,
            "streams": past[metric],
        }
        for metric, reason in sorted(found.items())
    ]


def _devices(media: Iterable[tuple[str | None, JsonObject, JsonObject]]) -> JsonObject:
    """The names of devices: what captures video is a camera."""
    captures, renders, cameras = set[str](), set[str](), set[str]()
    for label, _, device in media:
        is_video = modality_of({}, label, ()) is Modality.VIDEO
        if name := text(device.get("captureDeviceName")):
            (cameras if is_video else captures).add(name)
        if name := text(device.get("renderDeviceName")):
            renders.add(name)
    return {"captureDevices": sorted(captures), "renderDevices": sorted(renders), "cameras": sorted(cameras)}


def _told(value: str | None) -> str | None:
    return None if value in _UNKNOWN else value
