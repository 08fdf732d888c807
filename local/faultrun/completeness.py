"""Compares what the app says of the completeness of a day with what Graph and Cosmos hold of it, call by call. Pure but
for the reading of rows, and without the app's own code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from azure.cosmos.aio import ContainerProxy

from callrecords.graphtypes import JsonObject

_HOURS = 24
_MODULUS = 2**128
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Held:
    """A call that Graph holds, and when it started."""

    version: int
    start: datetime


@dataclass(frozen=True)
class Truth:
    """Of the calls that started on `day`: those that Graph holds, and the versions of the fact rows that Cosmos has of
    that day, both by call id."""

    day: date
    held: Mapping[str, Held]
    rows: Mapping[str, int]

    def lacking(self) -> dict[str, Held]:
        """The calls that Cosmos does not have at Graph's version, nor at a newer one."""
        return {call_id: each for call_id, each in self.held.items() if self.rows.get(call_id, -1) < each.version}

    def digest(self) -> str:
        """The digest of the day, as docs/data.md says how it is computed."""
        digests = (sha256(f"{call_id}:{each.version}".encode()).digest() for call_id, each in self.held.items())
        return f"{sum(int.from_bytes(each[:_DIGEST_BYTES]) for each in digests) % _MODULUS:032x}"


async def truth(day: date, records: Mapping[str, JsonObject], calls: ContainerProxy) -> Truth:
    """What there is now: `records` are those that Graph holds, `calls` is the container of fact rows."""
    query = "SELECT c.id, c.version FROM c WHERE c.day = @day"
    found = calls.query_items(query, parameters=[{"name": "@day", "value": day.isoformat()}])
    rows = {row["id"]: row["version"] async for row in found}
    held = {call_id: Held(each["version"], _moment(each["startDateTime"])) for call_id, each in records.items()}
    return Truth(day, {call_id: each for call_id, each in held.items() if each.start.date() == day}, rows)


def wrong(item: JsonObject, known: Truth, since: datetime, *, is_last: bool) -> list[str]:
    """In sentences, what the item of a day says that is not so. It is to have been compared after `since`, when all was
    as it is `known`. Where `is_last` nothing may be lacking, and the day has to be called complete."""
    if not item:
        return [f"There is no item of {known.day}."]
    return [*_wrong_times(item, since), *_wrong_figures(item, known), *_wrong_names(item, known, is_last=is_last)]


def newly_found(item: JsonObject) -> int:
    """How many calls the last comparison of the day found to be missing or stale, of which nothing was known before."""
    return sum(hour.get("missing", 0) + hour.get("stale", 0) for hour in item.get("hours", ()))


def _wrong_times(item: JsonObject, since: datetime) -> Iterator[str]:
    if len(item["hours"]) != _HOURS:
        yield f"{len(item['hours'])} hours are compared."
    for hour in item["hours"]:
        if _moment(hour["comparedAt"]) < since:
            yield f"The hour from {hour['start']} on was last compared at {hour['comparedAt']}."


def _wrong_figures(item: JsonObject, known: Truth) -> Iterator[str]:
    held, lacking = len(known.held), len(known.lacking())
    expected: dict[str, object] = {
        "listed": held,
        "newest": held - lacking,
        "stored": len(known.held.keys() & known.rows.keys()),
        "unlisted": 0,
        "digest": known.digest(),
    }
    for name, value in expected.items():
        if item[name] != value:
            yield f"{name} is {item[name]}, and not {value}."
    if item["late"] + item["givenUp"] + item["expired"] != lacking:
        yield f"{item['late']} late, {item['givenUp']} given up, {item['expired']} expired are not {lacking}."


def _wrong_names(item: JsonObject, known: Truth, *, is_last: bool) -> Iterator[str]:
    lacking = known.lacking()
    if item["completeness"] == "complete" and lacking:
        yield f"The day is called complete, and {len(lacking)} calls are lacking."
    if is_last and item["completeness"] != "complete":
        yield f"The day is called {item['completeness']}."
    counts = Counter(_hour_of(each.start) for each in lacking.values())
    named: Counter[str] = Counter()
    for hour in item["hours"]:
        start = _moment(hour["start"])
        number = len(hour.get("lacking", ())) + hour.get("lackingMore", 0)
        if number != counts.pop(start, 0):
            yield f"{number} calls of the hour from {hour['start']} on are called lacking."
        named.update(each["callId"] for each in hour.get("lacking", ()))
        yield from _wrong_calls(hour, start, known, lacking)
    if counts:
        yield f"{counts.total()} calls are lacking in hours that are not compared."
    yield from _twice(named.elements())


def _wrong_calls(hour: JsonObject, start: datetime, known: Truth, lacking: Mapping[str, Held]) -> Iterator[str]:
    for each in hour.get("lacking", ()):
        call_id, held = each["callId"], lacking.get(each["callId"])
        if held is None or _hour_of(held.start) != start:
            yield f"{call_id} is called lacking in the hour from {hour['start']} on."
        elif (each["version"], each.get("stored")) != (held.version, known.rows.get(call_id)):
            yield f"{call_id} is called lacking at {each['version']}, and stored at {each.get('stored')}."


def _twice(names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{name} is called lacking {times} times."


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _hour_of(moment: datetime) -> datetime:
    return moment - timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
