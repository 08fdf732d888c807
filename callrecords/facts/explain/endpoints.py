"""An endpoint of a call in words, in English. Pure."""

from collections.abc import Iterator, Mapping
from typing import Literal

from callrecords.facts.explain.numbers import cause_in_words, reason_in_words
from callrecords.facts.explain.words import (
    at_start,
    client_of,
    joined,
    medium_in_words,
    name_of,
    several,
    stay_in_words,
)
from callrecords.facts.outcomes import is_client
from callrecords.ports.callrow import EndpointRow, FailureRow, Medium, MediumRow

type _Direction = Literal["received", "sent"]

_STAGES = {"callSetup": "during set-up", "midcall": "in mid-call"}


def is_bad(endpoint: EndpointRow) -> bool:
    """Whether something bad is told of the endpoint: poor media, a failure or a bad rating."""
    return any(_badness(endpoint))


def worst_first(endpoint: EndpointRow) -> tuple[object, ...]:
    """What endpoints are sorted by: those of equal badness by when they joined."""
    return (*(-each for each in _badness(endpoint)), endpoint.get("joined", ""), endpoint["endpointId"])


def _badness(endpoint: EndpointRow) -> tuple[int, ...]:
    received, sent = (
        sum(each["poor"] for each in media.values())
        for media in (endpoint.get("received", {}), endpoint.get("sent", {}))
    )
    return endpoint["failed"], received, sent, endpoint.get("rating") in ("bad", "poor")


def endpoint_in_words(endpoint: EndpointRow, names: Mapping[str, str]) -> Iterator[str]:
    """Who was there and when; below it what was received and sent, and why, what failed, and how it was rated.

    `names` are those of all endpoints, by their ids.
    """
    client = client_of(endpoint) if is_client(endpoint) else "measured at its gateway"
    name = f"{at_start(name_of(endpoint['who']))}{f' ({client})' if client else ''}"
    yield f"{', '.join(filter(None, (name, stay_in_words(endpoint))))}:"
    lines = (
        *_received(endpoint, names),
        *_sent(endpoint),
        *_devices(endpoint),
        *_failures(endpoint),
        *_rating(endpoint),
    )
    yield from (f"  {line}" for line in lines or ("Nothing else is told.",))


def _received(endpoint: EndpointRow, names: Mapping[str, str]) -> Iterator[str]:
    media = endpoint.get("received", {})
    for medium, each in media.items():
        if each["verdict"] == "poor":
            yield f"Received poor {medium_in_words(medium)}{_numbers(each)}."
    if endpoint["quality"] == "poor":
        yield _why(endpoint, "received")
    if by := endpoint.get("impairedBy"):
        more = endpoint.get("impairedByMore", 0)
        others = joined([*dict.fromkeys(names[each] for each in by), *([f"{more} more"] if more else [])])
        yield f"It may also have come from the side of {others}."
    if good := _of_verdict(media, "good"):
        yield f"Received good {good}."
    if unclassified := _of_verdict(media, "unclassified"):
        yield f"Received {unclassified}: too little is told to call it good or poor."


def _sent(endpoint: EndpointRow) -> Iterator[str]:
    poor = {medium: each for medium, each in endpoint.get("sent", {}).items() if each["verdict"] == "poor"}
    for medium, each in poor.items():
        yield f"Sent {medium_in_words(medium)} that arrived poor{_numbers(each)}."
    if poor:
        yield _why(endpoint, "sent")


def _devices(endpoint: EndpointRow) -> Iterator[str]:
    """The microphones and loudspeakers, of those of whom something bad is told."""
    devices = [*dict.fromkeys((*endpoint.get("captureDevices", ()), *endpoint.get("renderDevices", ())))]
    if devices and is_bad(endpoint):
        yield f"Audio devices: {joined(devices)}."


def _of_verdict(media: Mapping[Medium, MediumRow], verdict: str) -> str:
    found = [medium_in_words(medium) for medium, each in media.items() if each["verdict"] == verdict]
    return joined(found) if found else ""


def _numbers(found: MediumRow) -> str:
    """What made the media of one direction poor."""
    classified = found["good"] + found["poor"]
    streams = f" in {found['poor']} of {several(classified, 'stream')}" if classified > 1 else ""
    return f"{streams}: {'; '.join(map(reason_in_words, found.get('reasons', ())))}"


def _why(endpoint: EndpointRow, direction: _Direction) -> str:
    causes = [each for each in endpoint.get("causes", ()) if each.get("direction") == direction]
    if any(each["cause"] == "unknown" for each in causes):
        return "The record shows no cause."
    return f"Possible {'cause' if len(causes) == 1 else 'causes'}: {'; '.join(map(cause_in_words, causes))}."


def _failures(endpoint: EndpointRow) -> Iterator[str]:
    for failure in endpoint.get("failures", ()):
        yield f"{failure_in_words(failure)}."


def failure_in_words(failure: FailureRow) -> str:
    """What ended a session, or kept it from beginning, and when: "Failed in mid-call: The client lost its network"."""
    stage = failure.get("stage")
    when = _STAGES.get(stage, f"in the stage {stage}") if stage else "at a stage that Graph does not tell"
    what = f"Ended {when}, which is no failure of the service" if failure["kind"] == "expected" else f"Failed {when}"
    return f"{what}{f': {failure["reason"].rstrip(".")}' if 'reason' in failure else ''}"


def _rating(endpoint: EndpointRow) -> Iterator[str]:
    if "rating" in endpoint:
        yield f"Rated the call {endpoint['rating']}{ticked(endpoint)}."
    elif "feedbackTokens" in endpoint:
        yield f"Did not rate the call{ticked(endpoint)}."
    if "feedbackText" in endpoint:
        yield f'Wrote: "{endpoint["feedbackText"]}"'


def ticked(endpoint: EndpointRow) -> str:
    """What somebody ticked when asked about the call, such as " (ticked Noisy and Echo)"; "" where nothing is told."""
    tokens = endpoint.get("feedbackTokens")
    return f" (ticked {joined(tokens)})" if tokens else ""
