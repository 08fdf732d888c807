"""What holds of the row of any record: of realistic ones, and of what is left of them when they are mutilated."""

import math
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from itertools import cycle
from random import Random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from callrecords.facts.details import unpack
from callrecords.facts.row import fact_row
from callrecords.facts.streamcolumns import streams_of
from callrecords.graphtypes import JsonObject
from local.traffic import generate
from tests.generated import call_record
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import QUEUE

# Texts, so that each example has a record of its own to change; those of few sessions, because there are many examples.
RECORDS = [
    orjson.dumps(call.versions[-1].record)
    for call in generate(seed=5, calls=120, day=date(2026, 3, 4), tenant_id=TENANT)
    if len(call.versions[-1].record["sessions"]) <= 8
]
ODDITIES: list[Any] = [
    *(None, "", "text", "unknown", "0001-01-01T00:00:00Z", "2026-03-04T00:00:00Z", "-PT1S", "PT1E9S"),
    *(-1, 0, 1.5, 2**53, 2**64 - 1, 1e300, True, False),
    *([], {}, [None, 7, [], {}, "text"], {"id": 7}, [[[{"id": None}]]]),
]


def row_of(record: JsonObject) -> JsonObject:
    """The row of a record, as JSON."""
    row: JsonObject = orjson.loads(orjson.dumps(fact_row(call_record(record), TENANT)))
    return row


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container at or below `value` with each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def mutilate(rng: Random, record: JsonObject) -> None:
    """Removes something, or puts something else, or a piece of the same record, in its place.

    When the call began stays: without that there is no row.
    """
    chosen = [(each, key) for each, key in places(record) if each is not record or key not in ("id", "version")]
    container, key = rng.choice(
        [(each, key) for each, key in chosen if (each is record, key) != (True, "startDateTime")]
    )
    other, name = rng.choice(chosen)
    if rng.random() < 0.3 and container is not record:
        del container[key]
    else:
        container[key] = deepcopy(rng.choice([rng.choice(ODDITIES), other[name]]))


def shuffled(rng: Random, record: JsonObject) -> JsonObject:
    found = deepcopy(record)
    rng.shuffle(found["sessions"])
    rng.shuffle(found["participants_v2"])
    for session in found["sessions"]:
        rng.shuffle(session["segments"])
    return found


def repeat_sessions(rng: Random, record: JsonObject) -> None:
    """Mentions some sessions again, whole or with less in it, or with another service."""
    for session in rng.choices(record["sessions"], k=rng.randrange(3)):
        again = deepcopy(session)
        again |= rng.choice(
            [{}, {"callee": deepcopy(QUEUE)}, {"segments": []}, {"endDateTime": record["startDateTime"]}]
        )
        record["sessions"].append(again)


@given(st.randoms())
def test_the_order_of_sessions_segments_and_participants_means_nothing(rng: Random) -> None:
    record = orjson.loads(rng.choice(RECORDS))
    repeat_sessions(rng, record)
    assert row_of(shuffled(rng, record)) == row_of(record)


@given(st.randoms())
def test_a_session_that_is_told_twice_word_for_word_is_told_once(rng: Random) -> None:
    record = orjson.loads(rng.choice(RECORDS))
    expected = row_of(record)
    record["sessions"].append(deepcopy(rng.choice(record["sessions"])))
    found = row_of(record)
    told_of_segments = {"details"}
    assert {name: each for name, each in found.items() if name not in told_of_segments} == {
        name: each for name, each in expected.items() if name not in told_of_segments
    }
    columns, expected_columns = unpack(found["details"])["streams"], unpack(expected["details"])["streams"]
    assert {**columns, "segment": None} == {**expected_columns, "segment": None}


@given(st.randoms())
def test_the_row_of_a_mutilated_record_claims_nothing_that_cannot_be(rng: Random) -> None:
    record = orjson.loads(rng.choice(RECORDS))
    repeat_sessions(rng, record)
    for _ in range(rng.randrange(12)):
        mutilate(rng, record)
    row = row_of({"sessions": [], "participants_v2": [], **_with_lists(record)})
    check_absence(row)
    check_times(row)
    check_counts(row)


def _with_lists(record: JsonObject) -> JsonObject:
    """The record, whose lists are lists, as they are however Graph answers."""
    lists = {
        name: record[name] if isinstance(record.get(name), list) else [] for name in ("sessions", "participants_v2")
    }
    return record | lists


def check_absence(row: JsonObject) -> None:
    """What is not known is missing, and every number is one."""
    for container, key in places(row):
        value = container[key]
        assert value is not None
        assert not isinstance(value, float) or math.isfinite(value)
        assert not isinstance(value, float | int) or value >= 0 or isinstance(value, bool)
    unknown = [
        name
        for each in (*row["endpoints"], *row["participants"])
        for name, value in each.items()
        if value in ("", [], {}) or (value == "unknown" and name in ("platform", "rating"))
    ]
    assert unknown == []


def check_times(row: JsonObject) -> None:
    """Nobody was there before the call, after it, or longer than it lasted."""
    latest = row.get("endDateTime", "9")
    if latest < row["startDateTime"]:
        latest = "9"
    else:
        assert row["startDateTime"] <= latest
    for each in (*row["endpoints"], *row["participants"]):
        assert ("joined" in each) == ("left" in each) == ("seconds" in each)
        if "joined" in each:
            assert each["joined"] <= each["left"] <= latest
            assert each["joined"] >= row["startDateTime"] or latest == "9"
        if latest != "9" and "durationSeconds" in row:
            assert each.get("seconds", 0) <= row["durationSeconds"]
    assert row["participantSeconds"] >= max((each.get("seconds", 0) for each in humans(row)), default=0)
    assert round(row["participantSeconds"] - sum(each.get("seconds", 0) for each in humans(row)), 3) == 0
    assert all(value <= row["participantSeconds"] + 0.001 for value in row["secondsByModality"].values())


def humans(row: JsonObject) -> list[JsonObject]:
    return [each for each in row["participants"] if each["kind"] != "application"]


def check_counts(row: JsonObject) -> None:
    """What is counted is in the row, and as often."""
    endpoints, found = row["endpoints"], unpack(row["details"])
    clients = [each for each in endpoints if each["who"]["kind"] not in ("phone", "application")]
    assert row["packing"] == "details"
    assert row["endpointCount"] == len(endpoints) == len(found["clients"])
    assert len({each["endpointId"] for each in endpoints}) == len(endpoints)
    affected = [each for each in clients if each["quality"] == "poor"]
    assert row["affectedEndpoints"] == len(affected)
    users = {each["who"]["id"].lower() for each in affected if each["who"]["kind"] == "user" and "id" in each["who"]}
    assert {*row["poorUserIds"]} == users
    assert {*row["poorUserIds"], *row["failedUserIds"]} <= {*row["userIds"]}
    assert row["participantCount"] == len(humans(row))
    assert sum(each["count"] for each in row["ratings"]) <= sum("rating" in each for each in endpoints)
    ended = row["sessions"]
    assert ended["setUpFailures"] + ended["drops"] + ended["expectedEnds"] <= ended["audio"] <= ended["all"]
    assert all(1 <= each["sessions"] <= ended["all"] for each in row["failures"])
    check_streams(row)


def check_streams(row: JsonObject) -> None:
    """The unpacked streams are as many, and as good and poor, as the row says; and so for each endpoint."""
    streams = [*streams_of(unpack(row["details"])["streams"])]
    said = Counter[tuple[str, str]]()
    for medium, quality in row["quality"].items():
        for counts in (quality["streams"], quality.get("serviceStreams", {})):
            said.update({(medium, verdict): count for verdict, count in counts.items()})
    assert +said == Counter((each["medium"], each["verdict"]) for each in streams if "medium" in each)
    assert row["poorStreams"] == sum(each["streams"]["poor"] for each in row["quality"].values())
    for way, place in (("received", "receiver"), ("sent", "sender")):
        for number, endpoint in enumerate(row["endpoints"]):
            own = Counter(
                (each["medium"], each["verdict"]) for each in streams if each.get(place) == number and "medium" in each
            )
            told = Counter[tuple[str, str]]()
            for medium, each in endpoint.get(way, {}).items():
                told.update({(medium, verdict): each[verdict] for verdict in ("good", "poor", "unclassified")})
            assert +told == own
            assert all((cause["direction"] != way) or own_poor(own) for cause in endpoint.get("causes", ()))


def own_poor(counts: Counter[tuple[str, str]]) -> bool:
    return any(verdict == "poor" for _, verdict in counts)


def test_the_row_of_every_realistic_record_holds_together() -> None:
    for text in RECORDS:
        row = row_of(orjson.loads(text))
        check_absence(row)
        check_times(row)
        check_counts(row)


def test_anything_may_stand_anywhere_in_a_record() -> None:
    oddities = cycle((*ODDITIES, 2**70))
    for kind in (b"peerToPeer", b"groupCall"):
        record = orjson.loads(min((text for text in RECORDS if kind in text and b"main-audio" in text), key=len))
        for container, key in [(each, key) for each, key in places(record) if each is not record]:
            value, container[key] = container[key], next(oddities)
            orjson.dumps(fact_row(call_record(record), TENANT))
            container[key] = value
