"""Plays generated traffic to the Graph simulator, faster than it happened."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from local.graph import GraphSimulator
from local.traffic import Call, PhoneRow, Version


@dataclass(frozen=True)
class Event:
    """At `at` Graph holds a new version of a call, or notifies of one that it holds."""

    at: datetime
    version: Version
    notifies: bool


async def play(
    calls: Sequence[Call], graph: GraphSimulator, seconds: float, progress: Callable[[datetime], None]
) -> None:
    """Publishes and announces every version of `calls` in the order and rhythm of their times, in `seconds` in all.

    `progress` is told the time of the traffic. What falls due together is announced together, as Graph does.
    """
    events = sorted(_events(calls), key=lambda event: (event.at, event.notifies))
    if not events:
        return
    first, span = events[0].at, (events[-1].at - events[0].at).total_seconds() or 1
    began = time.monotonic()
    due: list[str] = []
    for event in events:
        wait = (event.at - first).total_seconds() / span * seconds - (time.monotonic() - began)
        if wait > 0:
            graph.notify(*due)
            due = []
            progress(event.at)
            await asyncio.sleep(wait)
        if event.notifies:
            due.append(event.version.record["id"])
        else:
            graph.publish(event.version.record)
    graph.notify(*due)
    progress(events[-1].at)


def play_phone(rows: Iterable[PhoneRow], graph: GraphSimulator) -> None:
    """Publishes every content of `rows` in turn, so that Graph has the last one of each. Nothing announces them."""
    for row in rows:
        for content in row.contents:
            graph.phone_rows.publish(row.source, content)


def _events(calls: Sequence[Call]) -> Iterator[Event]:
    for call in calls:
        for version in call.versions:
            yield Event(version.published_at, version, notifies=False)
            yield from (Event(at, version, notifies=True) for at in version.notified_at)
