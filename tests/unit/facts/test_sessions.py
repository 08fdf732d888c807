from itertools import permutations

import pytest

from callrecords.facts.intervals import bounds_of, told
from callrecords.facts.sessions import Session, sessions_of
from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import (
    BUSY,
    JONAS,
    LOST,
    MIRA,
    QUEUE,
    SERVICE,
    SILENT_SERVICE,
    client,
    segment,
    session,
    telephone,
    times,
)

ALWAYS = bounds_of(None, None)


def read(*sessions: JsonObject) -> list[Session]:
    return sessions_of(sessions, {}, ALWAYS)


def party_ids(found: Session) -> list[list[str | None]]:
    """Of each segment who is at its two ends."""
    return [
        [end.party.id if end.party else None for end in each.ends.values()]
        for item in found.items
        for each in item.segments
    ]


def test_sessions_of_one_id_are_one_with_the_modalities_and_failures_of_all_mentions() -> None:
    one = session(segment(failureInfo=LOST), modalities=["audio"], failureInfo=LOST, **times("00:00", "01:00"))
    other = session(modalities=["audio", "video"], failureInfo=BUSY, callee=QUEUE, **times("01:00", "05:00"))
    (found,) = read(other, one)
    assert [item.ends["callee"].role for item in found.items] == [None, "skypeForBusinessCallQueues"]
    assert found.modalities == {"audio", "video"}
    assert [failure.reason for failure in found.failures] == [LOST["reason"], BUSY["reason"]]


def test_sessions_without_an_id_are_each_one() -> None:
    assert [found.id for found in read({"id": None}, {"id": 7}, {}, session())] == [None, None, None, session()["id"]]


def test_sessions_are_the_same_in_any_order() -> None:
    whole = [
        session(id="b", **times("00:00", "01:00")),
        session(id="a", callee=QUEUE, **times("00:00", "01:00")),
        session(id="a", callee=SERVICE, **times("00:00", "01:00")),
        session(id=None, caller=client(MIRA)),
        session(id=None, caller=client(JONAS)),
    ]
    assert {str(read(*each)) for each in permutations(whole)} == {str(read(*whole))}


def test_segments_are_in_order_of_their_time_whatever_the_order_of_graph() -> None:
    first, second = times("00:00", "01:00"), times("01:00", "02:00")
    parts = [segment(id="c", **first), segment(id="b", **second)]
    parts += [segment(id="a", caller=client(MIRA), **second), segment(id="a", **second)]
    orders = {
        tuple((each.id, each.ends["caller"].party) for each in read(session(*order))[0].items[0].segments)
        for order in permutations(parts)
    }
    assert len(orders) == 1
    assert [name for name, _ in orders.pop()] == ["c", "a", "a", "b"]


@pytest.mark.parametrize("silent", [None, {}, {"@odata.type": "#microsoft.graph.callRecords.participantEndpoint"}])
def test_the_end_of_a_segment_that_tells_nothing_is_that_of_the_session(silent: JsonObject | None) -> None:
    (found,) = read(session(segment(caller=silent), segment(), caller=client(MIRA), callee=client(JONAS)))
    assert party_ids(found) == [[MIRA, JONAS], [MIRA, JONAS]]


def test_the_ends_that_a_segment_tells_are_its_own() -> None:
    (found,) = read(
        session(
            segment(id="1", callee=SERVICE),
            segment(id="2", caller=SILENT_SERVICE, callee=telephone()),
            caller=client(MIRA),
            callee=telephone(),
        )
    )
    assert party_ids(found) == [[MIRA, None], [None, "+15550123"]]
    assert found.items[0].segments[1].ends["caller"].is_service


def test_times_are_those_within_the_call() -> None:
    bounds = bounds_of(told("2026-03-04T10:00:00Z"), told("2026-03-04T10:10:00Z"))
    whole = session(segment(**times("08:00", "30:00")), segment(**times("20:00", "30:00")), **times("05:00", "11:00"))
    (found,) = sessions_of([whole, session(id="x", startDateTime="0001-01-01T00:00:00Z")], {}, bounds)[:1]
    (item,) = found.items
    assert item.interval
    assert str(item.interval.end) == "2026-03-04 10:10:00+00:00"
    assert [each.interval is None for each in item.segments] == [False, True]


@pytest.mark.parametrize("is_test", [True, False, None, "yes"])
def test_a_session_is_a_test_where_it_says_so(is_test: object) -> None:
    (found,) = read(session(isTest=is_test))
    assert found.items[0].is_test is (is_test if isinstance(is_test, bool) else None)


@pytest.mark.parametrize("oddity", [None, 7, "text", [None, 7], {"a": 1}])
def test_anything_may_stand_for_modalities_segments_and_media(oddity: object) -> None:
    strange = session(modalities=oddity, segments=oddity, caller=oddity)
    (found,) = read(strange, session(segment(callee=oddity, failureInfo=oddity)))
    assert found.modalities == frozenset()
    assert [len(item.segments) for item in found.items] == [0, 1]


def test_anything_may_stand_for_the_media_of_a_segment() -> None:
    (found,) = read(session(*({"media": oddity} for oddity in (None, 7, "text", [None, 7], {"a": 1}))))
    assert [each.media for each in found.items[0].segments] == [[]] * 5
