"""Sessions and their segments: https://learn.microsoft.com/graph/api/resources/callrecords-session."""

from itertools import pairwise
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.endpoints import End
from local.traffic.media import Negotiated, media, modalities
from local.traffic.primitives import Span, date_time, guid


def session(
    rng: Random,
    session_id: str,
    route: list[End],
    span: Span,
    negotiated: Negotiated,
    failure: JsonObject | None = None,
) -> JsonObject:
    """A session from the first end of `route` to the last, with a segment from each to the next.

    The first segment has the session's id: over the internet it is the only one.
    """
    times = {"startDateTime": date_time(span.start), "endDateTime": date_time(span.end)}
    segments = [
        {
            "id": guid(rng) if number else session_id,
            **times,
            "failureInfo": failure,
            "caller": caller.endpoint,
            "callee": callee.endpoint,
            "media": media(rng, negotiated, caller, callee, span),
        }
        for number, (caller, callee) in enumerate(pairwise(route))
    ]
    return {
        "id": session_id,
        "modalities": modalities(negotiated),
        **times,
        "isTest": False,
        "failureInfo": failure,
        "caller": route[0].endpoint,
        "callee": route[-1].endpoint,
        "segments": segments,
    }
