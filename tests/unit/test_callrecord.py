import pytest

from callrecords.callrecord import CALL_ID, day_of
from callrecords.errors import Unreadable
from tests.invented import CALL


@pytest.mark.parametrize(
    "text",
    [
        "",
        CALL.upper(),
        f"{CALL} ",
        f"{CALL}\n",
        f"{{{CALL}}}",
        CALL.replace("-", ""),
        f"{CALL}0",
        CALL[:-1] + "g",
        "../../state",
    ],
)
def test_only_a_guid_in_its_usual_form_is_the_id_of_a_call(text: str) -> None:
    assert CALL_ID.fullmatch(CALL)
    assert not CALL_ID.fullmatch(text)


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-03-04T10:00:03Z", "2026-03-04"),
        ("2026-03-04T10:00:03.1Z", "2026-03-04"),
        ("2026-03-04T10:00:03.1180021Z", "2026-03-04"),
        ("2026-03-04T00:00:00Z", "2026-03-04"),
        ("2026-03-04T23:59:59.9999999Z", "2026-03-04"),
        ("2026-03-04T23:30:00-01:00", "2026-03-05"),
        ("2026-03-04T00:30:00+01:00", "2026-03-03"),
    ],
)
def test_the_day_of_a_call_is_that_of_its_start_in_utc(start: str, day: str) -> None:
    assert day_of(CALL, start) == day


@pytest.mark.parametrize(
    "start",
    [None, "", "private", "2026-03-04T10:00:03", "2026-03-04", 1772618403, ["private"], "0001-01-01T00:00:00+14:00"],
)
def test_a_start_that_is_no_time_is_unreadable_and_not_shown(start: object) -> None:
    with pytest.raises(Unreadable) as raised:
        day_of(CALL, start)
    assert str(raised.value) == f"Call record {CALL}: startDateTime is not a time with its offset from UTC."
