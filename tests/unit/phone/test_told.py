from datetime import UTC, datetime
from decimal import Decimal

import pytest

from callrecords.phone.told import Told


@pytest.mark.parametrize("nothing", [{}, {"value": None}, {"value": ""}])
def test_what_is_null_empty_or_missing_is_not_told_and_not_odd(nothing: dict[str, object]) -> None:
    told = Told(nothing)
    assert (told.text("value"), told.lower("value"), told.upper("value"), told.guid("value")) == (None,) * 4
    assert (told.truth("value"), told.whole("value"), told.time("value")) == (None,) * 3
    assert told.flags == set()


@pytest.mark.parametrize("reader", ["text", "lower", "upper", "guid", "truth", "whole", "time"])
@pytest.mark.parametrize("value", [Decimal("1.5"), Decimal("NaN"), 0.5, [], {"id": 7}])
def test_what_is_of_another_type_is_flagged(reader: str, value: object) -> None:
    told = Told({"value": value})
    assert getattr(told, reader)("value") is None
    assert told.flags == {"oddProperty"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(172, 172), (0, 0), (-5, -5), (Decimal("172.0"), 172), (Decimal("1E+3"), 1000), (2**53, 2**53)],
)
def test_a_whole_number_is_read_however_it_is_written(value: object, expected: int) -> None:
    told = Told({"value": value})
    assert (told.whole("value"), told.flags) == (expected, set())


@pytest.mark.parametrize("value", [True, "172", 2**53 + 1, Decimal("1E+999999999"), Decimal("1E-999999999")])
def test_what_is_no_whole_number_is_flagged(value: object) -> None:
    told = Told({"value": value})
    assert (told.whole("value"), told.flags) == (None, {"oddProperty"})


def test_a_number_below_the_least_is_flagged() -> None:
    told = Told({"value": -1})
    assert (told.whole("value", least=0), told.flags) == (None, {"oddProperty"})


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00+14:00", "0001-01-01"]
)
def test_the_first_moment_of_all_is_a_time_that_is_not_set(value: str) -> None:
    told = Told({"value": value})
    assert (told.time("value"), told.flags) == (None, set())


def test_a_time_is_read_in_utc() -> None:
    assert Told({"value": "2026-03-04T01:30:00.5+02:00"}).time("value") == datetime(
        2026, 3, 3, 23, 30, 0, 500_000, tzinfo=UTC
    )


@pytest.mark.parametrize("value", ["2026-03-04T10:00:00", "soon", "9999-12-31T23:59:59-14:00"])
def test_what_is_no_moment_is_flagged(value: str) -> None:
    told = Told({"value": value})
    assert (told.time("value"), told.flags) == (None, {"oddProperty"})


def test_a_guid_is_in_lower_case_and_one_of_zeros_tells_nothing() -> None:
    told = Told({"a": "7B1D0C52-9F6E-4F0C-8D0E-2F6A5C1E9A10", "b": "00000000-0000-0000-0000-000000000000"})
    assert told.guid("a") == "7b1d0c52-9f6e-4f0c-8d0e-2f6a5c1e9a10"
    assert told.guid("b") is None
    assert told.flags == set()


def test_what_should_be_a_guid_and_is_none_is_kept_with_a_flag() -> None:
    told = Told({"value": "90211_7788@192.0.2.15"})
    assert (told.guid("value"), told.flags) == ("90211_7788@192.0.2.15", {"oddProperty"})


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert Told({"value": "Mira\ud83d"}).text("value") == "Mira\ufffd"
