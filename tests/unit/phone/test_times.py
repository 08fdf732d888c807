import pytest

from tests.unit.phone.invented_rows import NOT_SET, direct_row, failed_row, pstn_row


def test_times_are_utc_and_cut_to_the_second() -> None:
    row = pstn_row(startDateTime="2026-02-03T09:14:10.9999999+01:00")
    assert row["startDateTime"] == "2026-02-03T08:14:10Z"
    assert row["endDateTime"] == "2026-02-03T08:17:02Z"
    assert not {"inviteDateTime", "failureDateTime"} & row.keys()


def test_a_time_that_is_not_set_is_left_out() -> None:
    row = failed_row()
    assert "endDateTime" not in row
    assert row["inviteDateTime"] == "2026-03-04T09:59:58Z"
    assert row["failureDateTime"] == "2026-03-04T10:00:03Z"
    assert "computedSeconds" not in row
    assert row["flags"] == []


def test_the_day_is_that_of_the_start_in_utc() -> None:
    assert pstn_row()["day"] == "2026-02-03"
    assert pstn_row(startDateTime="2026-02-03T00:30:00+02:00")["day"] == "2026-02-02"
    over_midnight = {"inviteDateTime": "2026-03-03T23:59:58Z", "startDateTime": "2026-03-04T00:00:03Z"}
    assert direct_row(**over_midnight)["day"] == "2026-03-04"


def test_the_day_of_a_failed_call_over_direct_routing_is_that_of_the_invite() -> None:
    over_midnight = {"inviteDateTime": "2026-03-03T23:59:58Z", "startDateTime": "2026-03-04T00:00:03Z"}
    row = failed_row(**over_midnight)
    assert (row["day"], row["flags"]) == ("2026-03-03", [])


@pytest.mark.parametrize(
    ("missing", "day"),
    [
        (("inviteDateTime",), "2026-03-04"),
        (("inviteDateTime", "startDateTime"), "2026-03-05"),
        (("inviteDateTime", "startDateTime", "failureDateTime"), "2026-03-06"),
    ],
)
def test_without_its_time_the_day_is_that_of_another_and_flagged(missing: tuple[str, ...], day: str) -> None:
    others = {"failureDateTime": "2026-03-05T00:00:00Z", "endDateTime": "2026-03-06T00:00:00Z"}
    row = failed_row(**others | dict.fromkeys(missing, NOT_SET))
    assert row["day"] == day
    assert "dayOfOtherTime" in row["flags"]


@pytest.mark.parametrize("nothing", [None, "", NOT_SET, "soon", 7])
def test_a_row_without_any_time_is_under_the_first_of_all_days(nothing: object) -> None:
    row = pstn_row(startDateTime=nothing, endDateTime=nothing)
    assert row["day"] == "0001-01-01"
    assert "noTime" in row["flags"]
    assert "dayOfOtherTime" not in row["flags"]


def test_both_durations_are_told() -> None:
    row = pstn_row(endDateTime="2026-02-03T08:17:03.6234567Z")
    assert (row["durationSeconds"], row["computedSeconds"]) == (172, 173.5)
    assert row["flags"] == []


@pytest.mark.parametrize(
    ("duration", "flags"), [(170, []), (174, []), (169, ["durationDisagrees"]), (0, ["durationDisagrees"])]
)
def test_durations_that_differ_by_more_than_two_seconds_are_flagged(duration: int, flags: list[str]) -> None:
    assert pstn_row(duration=duration)["flags"] == flags


def test_a_duration_from_the_invite_on_is_told_as_such() -> None:
    assert direct_row()["flags"] == []
    ringing = direct_row(inviteDateTime="2026-03-04T09:59:40Z", duration=26)
    assert ringing["flags"] == ["durationDisagrees", "durationFromInvite"]
    assert ringing["computedSeconds"] == 5


@pytest.mark.parametrize("odd", [-1, "172", True, 2**60])
def test_a_duration_that_is_none_is_left_out_and_flagged(odd: object) -> None:
    row = pstn_row(duration=odd)
    assert "durationSeconds" not in row
    assert row["flags"] == ["oddProperty"]


def test_an_end_before_the_start_is_flagged_and_gives_no_seconds() -> None:
    row = pstn_row(endDateTime="2026-02-03T08:14:00Z")
    assert "computedSeconds" not in row
    assert row["flags"] == ["endBeforeStart"]
