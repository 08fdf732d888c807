from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.graphtypes import as_object, distinct, known, moment, number, objects, ratio, seconds, text, texts, utc

ODDITIES = [None, True, 7, 0.5, "text", "", [], ["text"], {}, {"a": 1}]


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("PT0.016S", 0.016),
        ("PT0S", 0),
        ("PT1.5S", 1.5),
        ("PT2M", 120),
        ("PT1H30M", 5_400),
        ("PT3M4.25S", 184.25),
        ("P1D", 86_400),
        ("P1DT2H3M4.5S", 93_784.5),
        ("PT0.0000001S", 1e-7),
    ],
)
def test_a_duration_is_read_in_seconds(duration: str, expected: float) -> None:
    assert seconds(duration) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "P",
            "PT",
            "P1DT",
            "PT5",
            "PT1S2",
            "PT.5S",
            "PT5.S",
            "-PT1S",
            "P1M",
            "P1W",
            "1S",
            "PT1S\n",
            "PT٣S",
            "pt1s",
        ),
        *(f"PT{'9' * 400}S", 5, 0.5, None, ["PT1S"], {"PT1S": 1}),
    ],
)
def test_what_is_no_duration_is_absent(value: object) -> None:
    assert seconds(value) is None


@given(st.text("PTDHMS0123456789.-\n"))
def test_no_text_breaks_the_reading_of_durations(value: str) -> None:
    found = seconds(value)
    assert found is None or found >= 0


@pytest.mark.parametrize("value", [0, 7, 0.5, 2**53])
def test_a_number_is_itself(value: float) -> None:
    assert number(value) == value


@pytest.mark.parametrize(
    "value", [True, False, "7", None, [7], -1, -0.1, 2**53 + 1, 10**400, float("nan"), float("inf")]
)
def test_what_is_no_number_from_zero_that_json_can_hold_is_absent(value: object) -> None:
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-04T10:00:03Z", datetime(2026, 3, 4, 10, 0, 3, tzinfo=UTC)),
        ("2026-03-04T10:00:03.1Z", datetime(2026, 3, 4, 10, 0, 3, 100_000, tzinfo=UTC)),
        ("2026-03-04T10:00:03.1180021Z", datetime(2026, 3, 4, 10, 0, 3, 118_002, tzinfo=UTC)),
        ("2026-03-04T00:30:00+01:00", datetime(2026, 3, 3, 23, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_in_utc(value: str, expected: datetime) -> None:
    found = moment(value)
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value", ["", "soon", "2026-03-04T10:00:03", "2026-03-04", "0001-01-01T00:00:00+14:00", 1, None]
)
def test_what_is_no_moment_with_its_offset_is_absent(value: object) -> None:
    assert moment(value) is None


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_later_moments_are_greater_texts(one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert str(utc(earlier)) <= str(utc(later))


def test_a_moment_is_text_cut_to_the_second() -> None:
    assert utc(datetime(2026, 3, 4, 10, 0, 3, 999_999, tzinfo=UTC)) == "2026-03-04T10:00:03Z"
    assert utc(None) is None


def test_only_an_object_is_an_object() -> None:
    assert [as_object(value) for value in ODDITIES if as_object(value)] == [{"a": 1}]
    assert objects([*ODDITIES]) == [{}, {"a": 1}]
    assert [objects(value) for value in ODDITIES if objects(value)] == []


def test_only_a_text_with_characters_is_a_text() -> None:
    assert [text(value) for value in ODDITIES if text(value)] == ["text"]
    assert texts([*ODDITIES]) == ["text"]
    assert [texts(value) for value in ODDITIES if texts(value)] == [["text"]]


def test_what_is_known_of_a_thing_are_no_nulls_and_nothing_empty_but_zero() -> None:
    assert known({"a": None, "b": [], "c": {}, "d": 0, "e": False, "f": "x"}) == {"d": 0, "e": False, "f": "x"}


@pytest.mark.parametrize("value", [-0.1, 1.01, 80, "0.5", None, True])
def test_what_is_not_from_zero_to_one_is_no_ratio(value: object) -> None:
    assert ratio(value) is None
    assert (ratio(0), ratio(0.25), ratio(1)) == (0, 0.25, 1)


def test_distinct_texts_are_told_once_in_order() -> None:
    assert distinct(["b", None, "a", "", "b"]) == ["a", "b"]
