"""Files with answers of Graph: the record that they make together, or what is missing."""

from collections.abc import Sequence

import pytest

from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject
from local.recordfiles import record_of

RECORD: JsonObject = {"id": "a", "version": 2, "startDateTime": "2026-03-04T10:00:03Z"}
NEXT = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/x"}
FIRST: JsonObject = {
    **RECORD,
    "sessions": [{"id": "1"}],
    "sessions@odata.nextLink": "https://graph.microsoft.com/v1.0/x",
}
SESSIONS: JsonObject = {"value": [{"id": "2", "caller": {}}]}
EMPTY: JsonObject = {"@odata.context": "https://x/$metadata#callRecords('a')/sessions(segments())", "value": []}
PEOPLE: JsonObject = {"value": [{"id": "mira"}]}


@pytest.mark.parametrize(
    ("answers", "sessions", "participants"),
    [
        ([RECORD], [], []),
        ([FIRST, SESSIONS], ["1", "2"], []),
        ([{**FIRST, "sessions@odata.nextLink": None}, {**PEOPLE, "@odata.nextLink": None}], ["1"], ["mira"]),
        ([EMPTY, FIRST], ["1"], []),
        ([PEOPLE, FIRST, SESSIONS], ["1", "2"], ["mira"]),
        ([RECORD, SESSIONS], ["2"], []),
        ([FIRST, {**SESSIONS, **NEXT}, EMPTY, {**RECORD, "participants_v2": [{"id": "jonas"}]}], ["1", "2"], ["jonas"]),
        ([{**RECORD, "sessions": None}], [], []),
    ],
)
def test_the_answers_make_one_record_in_any_order(
    answers: Sequence[JsonObject], sessions: list[str], participants: list[str]
) -> None:
    record = record_of(answers)
    assert [each["id"] for each in record.sessions] == sessions
    assert [each["id"] for each in record.participants] == participants
    assert (record.call_id, record.version) == ("a", 2)
    assert record.caveats == (() if sessions else ("noSessions",))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([FIRST], "more pages of sessions"),
        ([FIRST, {**SESSIONS, **NEXT}], "more pages of sessions"),
        ([FIRST, PEOPLE], "more pages of sessions"),
        ([RECORD, {**PEOPLE, **NEXT}], "more pages of participants_v2"),
        ([FIRST, {**SESSIONS, **NEXT}, {**SESSIONS, **NEXT}], "A page of sessions is there twice"),
        ([SESSIONS], "expected a call record as well"),
        ([RECORD, {**RECORD, "id": "b"}], "several call records"),
        ([RECORD, {**RECORD, "version": 3}], "several versions"),
    ],
)
def test_what_makes_no_whole_record_is_refused(answers: Sequence[JsonObject], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        record_of(answers)
