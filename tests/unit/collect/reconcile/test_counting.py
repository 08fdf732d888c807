"""The calls of an hour, counted."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.givenup import GivenUpCall
from callrecords.collect.reconcile.counting import MOST_LACKING, Found, Lack, counted, digest_of, settled
from callrecords.collect.reconcile.days import added
from callrecords.ports.completeness import HourCompared, LackingCall
from callrecords.ports.rows import Row
from tests.invented import CALL, NOW, call_id
from tests.unit.collect.reconcile.world import HOUR

START = NOW.replace(minute=0)
NONE = HourCompared(start=START, compared_at=START + 2 * HOUR, rung="1 h")


def found(number: int, stored: int | None, lack: Lack, *caveats: str, is_known: bool = False) -> Found:
    row = None if stored is None else Row(stored, frozenset(caveats))
    return Found(call_id(number), 2, row, lack, is_known)


def given_up(number: int, reason: str, at: datetime = NOW) -> GivenUpCall:
    return GivenUpCall(call_id=call_id(number), reason=reason, notified_at=at, since=at, at=at, ttl=1)


def test_a_call_of_each_kind_is_counted_where_it_belongs() -> None:
    hour = counted(
        NONE,
        [
            found(1, 2, None),
            found(2, 3, None, "repaired"),
            found(3, None, "missing"),
            found(4, 1, "stale"),
            found(5, None, "given up"),
            found(6, 2, "no sessions", "noSessions"),
            found(7, None, "missing", is_known=True),
        ],
    )
    now = settled(hour, {}, {call_id(5): given_up(5, f"never appeared: {call_id(5)}")})
    assert (now.listed, now.stored, now.newest, now.late, now.given_up, now.degraded) == (7, 4, 3, 3, 1, 2)
    assert (now.missing, now.stale) == (1, 1)
    assert now.given_up_reasons == {"never appeared: <id>": 1}
    assert [each.call_id for each in now.lacking] == [call_id(number) for number in (3, 4, 5, 7)]


def test_a_call_that_has_come_is_no_longer_lacking_and_its_arrival_is_counted_once() -> None:
    hour = settled(counted(NONE, [found(1, None, "missing"), found(2, 1, "stale")]), {}, {})
    older = settled(hour, {call_id(1): Row(1)}, {})
    assert (older.stored, older.newest, older.late) == (2, 0, 2)
    assert older.lacking[0] == LackingCall(call_id=call_id(1), version=2, stored=1)
    arrived = settled(older, {call_id(1): Row(2), call_id(2): Row(7)}, {})
    assert (arrived.stored, arrived.newest, arrived.late, arrived.lacking) == (2, 2, 0, ())


def test_a_call_that_graph_forgot_is_expired_and_a_late_one_is_late_though_it_is_named() -> None:
    hour = counted(NONE, [found(1, None, "missing"), found(2, None, "missing")])
    notes = {call_id(1): given_up(1, "expired: Graph keeps it for 30 days"), call_id(2): given_up(2, "not here yet: x")}
    now = settled(hour, {}, notes)
    assert (now.expired, now.given_up, now.late, now.given_up_reasons) == (1, 0, 1, None)


def test_of_very_many_calls_the_last_are_named_and_the_others_are_counted() -> None:
    hour = NONE
    for number in range(0, 250, 50):
        hour = counted(hour, [found(each, None, "missing") for each in range(number, number + 50)])
    now = settled(hour, {}, {})
    assert (len(now.lacking), now.lacking_more, now.late, now.newest) == (MOST_LACKING, 250 - MOST_LACKING, 250, 0)
    assert now.lacking[-1].call_id == call_id(249)


@given(st.permutations([(call_id(number), number % 3 + 1) for number in range(12)]), st.integers(0, 12))
def test_the_digest_is_the_same_in_any_order_and_in_any_parts(pairs: list[tuple[str, int]], cut: int) -> None:
    hours = [
        counted(NONE, [Found(name, version, None, "missing") for name, version in part])
        for part in (pairs[:cut], pairs[cut:])
    ]
    whole = added(digest_of(name, version) for name, version in sorted(pairs))
    assert added(hour.digest for hour in hours) == whole
    assert len(whole) == 32


def test_the_digest_tells_another_version_from_this_one() -> None:
    assert digest_of(CALL, 1) != digest_of(CALL, 2)


@given(st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.booleans()), max_size=120))
def test_each_listed_call_is_counted_once(calls: list[tuple[int | None, bool]]) -> None:
    lacks: dict[int | None, Lack] = {None: "missing", 1: "stale"}
    hour = counted(NONE, [found(number, version, lacks.get(version)) for number, (version, _) in enumerate(calls)])
    notes = {
        call_id(number): given_up(number, "expired: x" if number % 2 else "no")
        for number, (_, is_named) in enumerate(calls)
        if is_named
    }
    now = settled(hour, {}, notes)
    assert now.listed == len(calls) == now.newest + now.late + now.given_up + now.expired
    assert now.stored == sum(version is not None for version, _ in calls)
    assert settled(now, {}, notes) == now
    assert replace(settled(now, {}, {}), given_up_reasons=None).newest == now.newest
