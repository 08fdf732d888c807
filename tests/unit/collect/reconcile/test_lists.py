"""Lists of Graph's that repeat, skip or contradict themselves."""

from dataclasses import replace

from callrecords.collect.reconcile.lists import check, settle
from callrecords.errors import Unreadable
from callrecords.ports.records import Listed
from tests.invented import CALL, NOW, OTHER_CALL, call_id
from tests.unit.collect.reconcile.world import HOUR, MINUTE

END = NOW + HOUR
ONE = Listed(call_id=CALL, version=3, start=NOW)
OTHER = Listed(call_id=OTHER_CALL, version=1, start=NOW + MINUTE)


def test_a_list_of_what_cosmos_has_is_not_doubtful() -> None:
    checked = check([ONE, OTHER], NOW, END, [CALL])
    assert checked.calls == {CALL: ONE, OTHER_CALL: OTHER}
    assert not checked.is_doubtful


def test_a_call_that_is_listed_twice_alike_is_one_and_the_list_is_doubtful() -> None:
    checked = check([ONE, OTHER, ONE], NOW, END, [])
    assert checked.calls == {CALL: ONE, OTHER_CALL: OTHER}
    assert checked.repeated == {CALL}
    assert checked.is_doubtful
    assert not checked.contradictions


def test_of_a_call_that_is_listed_in_two_versions_the_newer_one_counts_and_the_list_contradicts_itself() -> None:
    newer = replace(ONE, version=4)
    for listed in ([ONE, newer], [newer, ONE]):
        checked = check(listed, NOW, END, [])
        assert checked.calls == {CALL: newer}
        assert checked.contradictions == {CALL}


def test_a_call_that_started_at_another_time_than_was_asked_for_contradicts_that() -> None:
    before, after = replace(ONE, start=NOW - MINUTE), replace(OTHER, start=END)
    checked = check([before, after], NOW, END, [])
    assert checked.calls == {}
    assert checked.elsewhere == {CALL: before, OTHER_CALL: after}
    assert checked.contradictions == {CALL, OTHER_CALL}


def test_a_call_that_cosmos_has_and_graph_does_not_list_is_doubtful() -> None:
    assert check([OTHER], NOW, END, [CALL, OTHER_CALL]).unlisted == {CALL}
    assert check([OTHER], NOW, END, [CALL]).is_doubtful


def test_entries_of_no_call_no_version_or_no_start_are_unreadable_and_no_others_are_hidden_by_them() -> None:
    no_version, no_start = replace(ONE, version=None), Listed(call_id=call_id(1), version=1, start=None)
    checked = check([no_version, no_start, OTHER, Unreadable("no id")], NOW, END, [])
    assert checked.calls == {OTHER_CALL: OTHER}
    assert checked.unclear == {CALL: no_version, call_id(1): no_start}
    assert checked.unreadable == 3


def test_what_the_first_list_skipped_and_the_second_has_is_clear() -> None:
    first, second = check([OTHER], NOW, END, [CALL]), check([ONE, OTHER], NOW, END, [CALL])
    settled = settle(first, second)
    assert settled.calls == {CALL: ONE, OTHER_CALL: OTHER}
    assert not settled.is_doubtful


def test_what_both_lists_skip_stays_unlisted() -> None:
    first = check([OTHER], NOW, END, [CALL])
    assert settle(first, first).unlisted == {CALL}


def test_a_repetition_is_over_with_a_second_list_that_has_none() -> None:
    settled = settle(check([ONE, ONE], NOW, END, []), check([ONE], NOW, END, []))
    assert settled.calls == {CALL: ONE}
    assert not settled.is_doubtful


def test_what_only_the_first_list_had_counts_and_contradicts_the_second() -> None:
    settled = settle(check([ONE, OTHER, OTHER], NOW, END, []), check([OTHER], NOW, END, []))
    assert settled.calls == {CALL: ONE, OTHER_CALL: OTHER}
    assert settled.contradictions == {CALL}


def test_of_two_lists_the_newer_version_counts() -> None:
    newer = replace(ONE, version=9)
    assert settle(check([newer, newer], NOW, END, []), check([ONE], NOW, END, [])).calls == {CALL: newer}
    assert settle(check([ONE, ONE], NOW, END, []), check([newer], NOW, END, [])).calls == {CALL: newer}


def test_a_second_list_that_contradicts_itself_leaves_the_doubt() -> None:
    doubtful = check([ONE, replace(ONE, version=4)], NOW, END, [])
    assert settle(doubtful, doubtful).contradictions == {CALL}
