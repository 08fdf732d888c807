"""Rows of phone calls and rows of calls tell of each other, whoever comes first and whatever happens to either."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, cast

import pytest

from callrecords.collect.phone.joining import Joining
from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.phonecalls import PhoneCallsStore
from callrecords.cosmos.phonejoins import LegsOfCalls, PhoneJoins
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.phone.numbers import spelled
from callrecords.phone.row import phone_row
from callrecords.ports.callrow import CallRow, PhoneLegRow
from callrecords.ports.phonejoin import CallDay
from callrecords.ports.phonerow import JoinedCall, PhoneRow, PhoneSource
from local.graph.phonerows import PhoneRows, PhoneRules
from local.traffic import generate, phone_rows
from tests.generated import call_record, store_phone_rows, store_rows
from tests.integration.cosmos.cosmosaccount import DATABASE, CosmosAccount
from tests.invented import DAY, TENANT, call_id

SOURCES: tuple[PhoneSource, ...] = ("pstn", "directRouting")
NOON = datetime(2026, 3, 9, tzinfo=UTC)


class Generated(NamedTuple):
    """The rows of the calls of a day, those of its phone calls, and the call that each of the latter belongs to."""

    calls: list[CallRow]
    phone: list[PhoneRow]
    truth: Mapping[str, str | None]


def generated(seed: int, day: str, country: str) -> Generated:
    calls = generate(seed, 300, date.fromisoformat(day), TENANT)
    graph = PhoneRows(PhoneRules(country=country, shows_transferor=True), lambda: NOON)
    told = phone_rows(calls, seed, country)
    for each in told:
        graph.publish(each.source, each.contents[-1])
    return Generated(
        [fact_row(call_record(call.versions[-1].record), TENANT) for call in calls],
        [phone_row(row, source, TENANT) for source in SOURCES for row in graph.shown(source, lambda _: True)],
        {f"{each.source}-{each.row_id}": each.call_id for each in told},
    )


def held(cosmos: CosmosAccount, container: str, item_id: str) -> JsonObject:
    (item,) = cosmos.server.of_id(DATABASE, container, item_id)
    return item


def legs(cosmos: CosmosAccount, call: str) -> list[PhoneLegRow]:
    return cast("list[PhoneLegRow]", held(cosmos, "calls", call).get("phoneLegs", []))


def found(cosmos: CosmosAccount, row: PhoneRow) -> list[JoinedCall] | str:
    """The calls of the row, or the reason why it has none."""
    join = held(cosmos, "phoneCalls", row["id"])["joined"]
    return cast("list[JoinedCall]", join["calls"]) if "calls" in join else str(join["reason"])


async def join_days(account: Account, *days: str, every: bool = False) -> dict[str, int]:
    """Joins all that is to be joined, or `every` row; how many were, and for each reason how many were not."""
    joining, counts = Joining(PhoneJoins(account, TENANT)), dict[str, int]()
    for source in SOURCES:
        for day in days:
            after, is_last = "", False
            while not is_last:
                joined, reasons, after, is_last = await joining.join(source, day, after, every=every)
                for name, count in [("joined", joined), *reasons.items()]:
                    counts[name] = counts.get(name, 0) + count
    return counts


def direct(number: int, call: str, **changes: object) -> PhoneRow:
    """A row of Direct Routing that names the call."""
    properties = {
        "id": call_id(number),
        "correlationId": call,
        "startDateTime": f"{DAY}T10:00:00Z",
        "callType": "ByotIn",
        "successfulCall": True,
    }
    return phone_row(properties | changes, "directRouting", TENANT)


def pstn(number: int, phone: str, end: int = 60, **changes: object) -> PhoneRow:
    """A row of PSTN with the telephone, from DAY's 10:00 on, without a user."""
    properties = {
        "id": call_id(number),
        "startDateTime": f"{DAY}T10:00:00Z",
        "endDateTime": f"{DAY}T10:{end // 60:02}:{end % 60:02}Z",
        "callType": "ucap_in",
        "callerNumber": phone,
    }
    return phone_row(properties | changes, "pstn", TENANT)


def call(number: int, phone: str, end: int = 60, version: int = 1, day: str = DAY) -> CallRow:
    """The row of a call with the telephone from 10:00 on, of whose session nothing is told."""
    properties = {
        "id": call_id(number),
        "version": version,
        "startDateTime": f"{day}T10:00:00Z",
        "endDateTime": f"{day}T10:{end // 60:02}:{end % 60:02}Z",
        "participants_v2": [{"id": phone, "identity": {"phone": {"id": phone}}}],
        "sessions": [],
    }
    return fact_row(call_record(properties), TENANT)


@pytest.mark.parametrize(("seed", "day", "country"), [(3, "2026-03-02", "US"), (4, "2026-03-06", "DE")])
async def test_of_a_generated_day_each_row_is_joined_to_its_call_and_to_no_other(
    cosmos: CosmosAccount, account: Account, seed: int, day: str, country: str
) -> None:
    of_day = generated(seed, day, country)
    await store_rows(account, of_day.calls)
    await store_phone_rows(account, of_day.phone)
    days = sorted({row["day"] for row in of_day.phone})
    counts = await join_days(account, *days)
    wrong, missed = [], []
    for row in of_day.phone:
        calls, own = found(cosmos, row), of_day.truth[row["id"]]
        if isinstance(calls, str):
            missed += [calls] if own else []
        elif [each["callId"] for each in calls] != [own]:
            wrong.append(row["id"])
        else:
            (leg,) = (leg for leg in legs(cosmos, str(own)) if leg["id"] == row["id"])
            assert (leg["day"], leg["by"]) == (row["day"], calls[0]["by"])
    assert wrong == []
    # Of the telephones of the generator, many are alike where their last digits are starred out.
    assert missed == [] if country == "US" else set(missed) <= {"ambiguous"}
    assert sum(counts.values()) == len(of_day.phone)
    assert sum(len(legs(cosmos, each["callId"])) for each in of_day.calls) == counts["joined"]
    writes = cosmos.server.requests["patch"]
    again = await join_days(account, *days)
    assert again == {"joined": 0} | {reason: count for reason, count in counts.items() if reason != "joined"}
    assert cosmos.server.requests["patch"] == writes


async def test_a_row_is_joined_later_to_a_call_that_comes_after_it(cosmos: CosmosAccount, account: Account) -> None:
    rows = [direct(1, call_id(101)), pstn(2, "+15550120")]
    await store_phone_rows(account, rows)
    await join_days(account, DAY)
    assert [found(cosmos, row) for row in rows] == ["noCall", "noCall"]
    await store_rows(account, [call(101, "+15550121"), call(102, "+15550120")])
    await join_days(account, DAY)
    assert [leg["id"] for leg in legs(cosmos, call_id(101))] == [rows[0]["id"]]
    assert [leg["id"] for leg in legs(cosmos, call_id(102))] == [rows[1]["id"]]


async def test_a_call_that_comes_later_and_fits_better_takes_the_row_over(
    cosmos: CosmosAccount, account: Account
) -> None:
    first, second = pstn(3, "+15550122", end=66), pstn(4, "+15550122", end=60)
    await store_rows(account, [call(103, "+15550122", end=59)])
    await store_phone_rows(account, [first])
    await join_days(account, DAY)
    assert [leg["id"] for leg in legs(cosmos, call_id(103))] == [first["id"]]
    await store_phone_rows(account, [second])
    await join_days(account, DAY)
    assert [leg["id"] for leg in legs(cosmos, call_id(103))] == [second["id"]]
    assert found(cosmos, first) == "otherRow"


async def test_a_row_that_changes_leaves_the_call_that_it_no_longer_names(
    cosmos: CosmosAccount, account: Account
) -> None:
    await store_rows(account, [call(104, "+15550123"), call(105, "+15550124")])
    before = direct(5, call_id(104))
    await store_phone_rows(account, [before])
    await join_days(account, DAY)
    known = (await PhoneCallsStore(account, TENANT).known([before["id"]]))[before["id"]]
    assert known[0].joined is not None
    after: PhoneRow = {**direct(5, call_id(105), successfulCall=False), "joined": known[0].joined}
    await store_phone_rows(account, [after])
    await join_days(account, DAY)
    assert legs(cosmos, call_id(104)) == []
    assert "phoneLegs" not in held(cosmos, "calls", call_id(104))
    assert [leg["successful"] for leg in legs(cosmos, call_id(105))] == [False]


async def test_a_row_of_a_call_that_is_written_anew_keeps_its_legs(cosmos: CosmosAccount, account: Account) -> None:
    store = CallsStore(account, TENANT)
    await store.save(call(106, "+15550125"))
    await store_phone_rows(account, [direct(6, call_id(106))])
    await join_days(account, DAY)
    told = legs(cosmos, call_id(106))
    assert await store.save(call(106, "+15550125", version=2))
    assert held(cosmos, "calls", call_id(106))["version"] == 2
    assert legs(cosmos, call_id(106)) == told != []


@pytest.mark.parametrize(("age", "are_found"), [(timedelta(days=2), True), (timedelta(hours=1), False)])
async def test_a_row_that_was_lost_or_has_moved_has_its_legs_again_unless_the_call_is_new(
    cosmos: CosmosAccount, account: Account, age: timedelta, are_found: bool
) -> None:
    number = 107 + are_found
    now = datetime.fromisoformat(f"{DAY}T10:00:00Z") + age
    store = CallsStore(account, TENANT, LegsOfCalls(PhoneJoins(account, TENANT), lambda: now))
    await store.save(call(number, "+15550126"))
    await store_phone_rows(account, [direct(number, call_id(number))])
    await join_days(account, DAY)
    told = legs(cosmos, call_id(number))
    await store.delete(call_id(number), DAY, older_than=2)
    await store.save(call(number, "+15550126", version=2, day="2026-03-05"), is_new=True)
    expected = told if are_found else []
    # The later call is a day nearer to now.
    assert legs(cosmos, call_id(number)) == expected


async def test_legs_that_come_at_the_same_time_are_all_there(cosmos: CosmosAccount, account: Account) -> None:
    await store_rows(account, [call(110, "+15550127")])
    joins, where = PhoneJoins(account, TENANT), CallDay(call_id(110), DAY)
    leg: PhoneLegRow = {
        "id": "", "day": DAY, "source": "pstn", "kind": "call", "by": "numberAndTime", "inferred": True,
    }  # fmt: skip
    ids = [f"pstn-{call_id(number)}" for number in range(5)]
    assert all(await asyncio.gather(*(joins.change_legs(where, [{**leg, "id": each}], ()) for each in ids)))
    assert [each["id"] for each in legs(cosmos, call_id(110))] == ids
    assert await joins.told_of([ids[0], "pstn-other"]) == {where: legs(cosmos, call_id(110))}
    assert not await joins.change_legs(CallDay(call_id(110), "2026-03-05"), [leg], ())


async def test_three_hundred_rows_of_one_call_are_joined_with_a_write_to_it_for_each_slice(
    cosmos: CosmosAccount, account: Account
) -> None:
    await store_rows(account, [call(113, "+15550128")])
    await store_phone_rows(account, [direct(1_000 + number, call_id(113)) for number in range(300)])
    before = cosmos.server.requests["patch"]
    await join_days(account, DAY)
    assert len(legs(cosmos, call_id(113))) == 300
    assert cosmos.server.requests["patch"] - before < 300 + 10


async def test_all_rows_of_a_day_are_joined_anew_where_that_is_wanted(cosmos: CosmosAccount, account: Account) -> None:
    row = pstn(13, "+15550129", end=60)
    await store_rows(account, [call(114, "+15550129", end=69)])
    await store_phone_rows(account, [row])
    await join_days(account, DAY)
    await store_rows(account, [call(115, "+15550129", end=60)])
    await join_days(account, DAY)
    assert len(legs(cosmos, call_id(114))) == 1
    await join_days(account, DAY, every=True)
    assert (legs(cosmos, call_id(114)), len(legs(cosmos, call_id(115)))) == ([], 1)


async def test_a_call_that_moved_when_its_rows_were_joined_has_them_when_they_are_joined_anew(
    cosmos: CosmosAccount, account: Account
) -> None:
    store = CallsStore(account, TENANT)
    await store.save(call(116, "+15550130"))
    await store.save(call(116, "+15550130", version=2, day="2026-03-05"), is_new=True)
    await store_phone_rows(account, [direct(14, call_id(116))])
    await join_days(account, DAY)
    assert [len(row["phoneLegs"]) for row in cosmos.server.of_id(DATABASE, "calls", call_id(116))] == [1, 1]
    await store.delete(call_id(116), DAY, older_than=2)
    assert len(legs(cosmos, call_id(116))) == 1


async def test_a_number_is_found_in_calls_with_a_plus_and_without_and_by_the_digits_that_are_shown(
    account: Account,
) -> None:
    await store_rows(account, [call(117, "15550131"), call(118, "+15550132"), call(119, "+1555013****")])
    joins = PhoneJoins(account, TENANT)
    noon = datetime.fromisoformat(f"{DAY}T12:00:00Z")

    async def numbers_found(*numbers: str) -> set[str]:
        rows = await joins.phoned_calls(*spelled({*numbers}), noon - timedelta(hours=6), noon)
        return {row["callId"] for row in rows}

    assert await numbers_found("15550131", "15550132") == {call_id(117), call_id(118)}
    assert await numbers_found("1555013***") >= {call_id(117), call_id(118), call_id(119)}


async def test_a_row_that_has_moved_or_changed_meanwhile_is_not_told_of_its_call(
    cosmos: CosmosAccount, account: Account
) -> None:
    joins, row = PhoneJoins(account, TENANT), direct(12, call_id(112))
    assert not await joins.save_join(row, {"digest": row["digest"], "reason": "noCall"})
    assert cosmos.server.of_id(DATABASE, "phoneCalls", row["id"]) == []
    await store_phone_rows(account, [direct(12, call_id(112), successfulCall=False)])
    assert not await joins.save_join(row, {"digest": row["digest"], "reason": "noCall"})
    assert "joined" not in held(cosmos, "phoneCalls", row["id"])


async def test_a_telephone_in_a_meeting_whose_endpoints_are_packed_is_found_by_its_own_time(
    cosmos: CosmosAccount, account: Account
) -> None:
    of_day = generated(5, "2026-03-07", "US")
    with_rows = {call for call in of_day.truth.values() if call}
    meeting = max((row for row in of_day.calls if row["callId"] in with_rows), key=lambda row: row["endpointCount"])
    calls = generate(5, 300, date(2026, 3, 7), TENANT)
    record = next(each.versions[-1].record for each in calls if each.call_id == meeting["callId"])
    packed = fact_row(call_record(record), TENANT, row_bytes=60_000)
    assert packed["packing"] != "details"
    rows = [row for row in of_day.phone if of_day.truth[row["id"]] == meeting["callId"]]
    assert rows
    await store_rows(account, [packed])
    await store_phone_rows(account, rows)
    await join_days(account, *{row["day"] for row in rows})
    assert [leg["id"] for leg in legs(cosmos, meeting["callId"])] == sorted(row["id"] for row in rows)
