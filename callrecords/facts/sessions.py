"""The sessions of a call, with their segments: those that Graph repeats under one id as one.

https://learn.microsoft.com/graph/api/resources/callrecords-session. Graph gives a session once for each service that
took part, such as an auto attendant and then a call queue, each with its own time
(https://learn.microsoft.com/graph/callrecords-api-faq).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby, pairwise
from typing import NamedTuple

from callrecords.facts.ends import SIDES, End, Side, end, is_told
from callrecords.facts.failures import Failure, failure
from callrecords.facts.intervals import Interval, interval, told, within
from callrecords.facts.parties import Kind
from callrecords.graphtypes import JsonObject, as_object, objects, text, texts


class Segment(NamedTuple):
    """A segment: `media` are Graph's."""

    id: str | None
    interval: Interval | None
    ends: Mapping[Side, End]
    failure: Failure | None
    media: list[JsonObject]


class Item(NamedTuple):
    """One of the mentions of a session, with its own time and services; `left` may be known where no interval is."""

    interval: Interval | None
    modalities: frozenset[str]
    is_test: bool | None
    ends: Mapping[Side, End]
    failure: Failure | None
    segments: list[Segment]


class Session(NamedTuple):
    """The way from a participant to the service of a meeting, or to another participant: its mentions, with the
    modalities and the failures of all of them."""

    id: str | None
    items: list[Item]
    modalities: frozenset[str]
    failures: list[Failure]


def sessions_of(sessions: Iterable[JsonObject], kinds: Mapping[str, Kind], bounds: Interval) -> list[Session]:
    """The sessions, the same in whatever order Graph gives them; `kinds` are those known by Party.key, `bounds` the
    time of the call."""
    found = []
    for session_id, group in groupby(_in_order(sessions, _id_and_time), lambda each: text(each.get("id"))):
        items = [_item(each, kinds, bounds) for each in group]
        found += [_session(session_id, each) for each in ([items] if session_id else [[item] for item in items])]
    return found


def _session(session_id: str | None, items: list[Item]) -> Session:
    failures = [item.failure for item in items] + [each.failure for item in items for each in item.segments]
    modalities = items[0].modalities.union(*[item.modalities for item in items[1:]])
    return Session(session_id, items, modalities, [*dict.fromkeys(each for each in failures if each)])


def _in_order(things: Iterable[JsonObject], key: Callable[[JsonObject], tuple[str, ...]]) -> list[JsonObject]:
    """The sessions or segments by key, and where that is the same by all that they say."""
    ordered = [*things]
    if len(ordered) < 2:  # as the segments of nearly all sessions
        return ordered
    ordered.sort(key=key)
    if any(one == next_one for one, next_one in pairwise(map(key, ordered))):
        ordered.sort(key=lambda each: (*key(each), json.dumps(each, sort_keys=True)))
    return ordered


def _id_and_time(thing: JsonObject) -> tuple[str, ...]:
    return tuple([text(thing.get(name)) or "" for name in ("id", "startDateTime", "endDateTime")])


def _time_and_id(thing: JsonObject) -> tuple[str, ...]:
    return tuple([text(thing.get(name)) or "" for name in ("startDateTime", "endDateTime", "id")])


def _item(session: JsonObject, kinds: Mapping[str, Kind], bounds: Interval) -> Item:
    own = {side: end(as_object(session.get(side)), kinds) for side in SIDES}
    is_test = session.get("isTest")
    return Item(
        interval=_interval(session, bounds),
        modalities=frozenset(texts(session.get("modalities"))),
        is_test=is_test if isinstance(is_test, bool) else None,
        ends=own,
        failure=failure(session),
        segments=[
            _segment(each, session, own, kinds, bounds)
            for each in _in_order(objects(session.get("segments")), _time_and_id)
        ],
    )


def _segment(
    segment: JsonObject,
    session: JsonObject,
    of_session: Mapping[Side, End],
    kinds: Mapping[str, Kind],
    bounds: Interval,
) -> Segment:
    """The segment; its ends are those of the session where it tells nothing of them, or the same word for word."""
    said = {side: as_object(segment.get(side)) for side in SIDES}
    is_own = {side: said[side] != session.get(side) and is_told(said[side]) for side in SIDES}
    return Segment(
        id=text(segment.get("id")),
        interval=_interval(segment, bounds),
        ends={side: end(said[side], kinds) if is_own[side] else of_session[side] for side in SIDES},
        failure=failure(segment),
        media=objects(segment.get("media")),
    )


def _interval(properties: JsonObject, bounds: Interval) -> Interval | None:
    return within(interval(told(properties.get("startDateTime")), told(properties.get("endDateTime"))), bounds)
